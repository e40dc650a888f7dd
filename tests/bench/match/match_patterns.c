/**
 * Fifty patterns on the same lines. QUERY is a file with one pattern a line. MODE is
 *
 *     one    each block with the next pattern: the mean cost of one of them
 *     each   every line is asked with all of them, one after the other
 */
#include "chunks.h"

#include <jsonlog/filter.h>

enum { PATTERNS_MAX = 64 };

static jsonlog_filter *filters[PATTERNS_MAX];
static size_t filter_count;
static size_t turn;

static void compile_line(char *pattern) {
    jsonlog_err err;
    pattern[strcspn(pattern, "\n")] = '\0';
    if (filter_count == PATTERNS_MAX)
        match_fail("more than 64 patterns");
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filters[filter_count++], &err) !=
        JSONLOG_OK) {
        fprintf(stderr, "%s: %s\n", err.text, pattern);
        exit(2);
    }
}

static void compile_file(const char *path) {
    char pattern[2048];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        match_fail(path);
    while (fgets(pattern, sizeof pattern, file) != NULL)
        compile_line(pattern);
    fclose(file);
}

static size_t count_one(const char *begin, const char *end) {
    const jsonlog_filter *filter = filters[turn++ % filter_count];
    size_t hits = 0;
    size_t len = 0;
    for (const char *at = begin; jsonlog_filter_find(filter, &at, end, &len) != NULL;)
        hits++;
    return hits;
}

static size_t hits_of_line(const char *line, size_t len) {
    size_t hits = 0;
    for (size_t i = 0; i < filter_count; i++)
        hits += jsonlog_filter_match(filters[i], line, len);
    return hits;
}

DEFINE_COUNT_BY_LINE(count_each, hits_of_line)

int main(int argc, char **argv) {
    match_request request;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    compile_file(request.query);
    const bool takes_turns = strcmp(request.mode, "one") == 0;
    if (!takes_turns && strcmp(request.mode, "each") != 0) {
        fprintf(stderr, "no such mode: %s\n", request.mode);
        return 2;
    }
    const int status = match_main(BENCH_PROGRAM, &request, takes_turns ? count_one : count_each);
    for (size_t i = 0; i < filter_count; i++)
        jsonlog_filter_free(filters[i]);
    return status;
}
