/**
 * What no filter can go below: reading, and finding the ends of the lines. MODE `memchr` looks for
 * each newline, `read` reads only; QUERY is of no matter, and the hits are the lines.
 */
#include "chunks.h"

static bool is_line(const char *line, size_t len) {
    __asm__ volatile("" : : "r"(line), "r"(len));
    return true;
}

DEFINE_COUNT_BY_LINE(count_by_memchr, is_line)

static size_t count_nothing(const char *begin, const char *end) {
    __asm__ volatile("" : : "r"(begin), "r"(end));
    return 0;
}

int main(int argc, char **argv) {
    match_request request;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    const bool reads_only = strcmp(request.mode, "read") == 0;
    return match_main(BENCH_PROGRAM, &request, reads_only ? count_nothing : count_by_memchr);
}
