/**
 * jsonlog through its public API. QUERY is the filter pattern. MODE `find` hands it whole blocks,
 * `line` asks of each line.
 */
#include "chunks.h"

#include <jsonlog/filter.h>

static jsonlog_filter *filter;

static size_t count_by_find(const char *begin, const char *end) {
    size_t hits = 0;
    size_t len = 0;
    for (const char *at = begin; jsonlog_filter_find(filter, &at, end, &len) != NULL;)
        hits++;
    return hits;
}

static bool is_hit(const char *line, size_t len) {
    return jsonlog_filter_match(filter, line, len);
}

DEFINE_COUNT_BY_LINE(count_by_line, is_hit)

int main(int argc, char **argv) {
    match_request request;
    jsonlog_err err;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    if (jsonlog_filter_compile(request.query, strlen(request.query), &filter, &err) != JSONLOG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    const bool finds = strcmp(request.mode, "find") == 0;
    const int status = match_main(BENCH_PROGRAM, &request, finds ? count_by_find : count_by_line);
    jsonlog_filter_free(filter);
    return status;
}
