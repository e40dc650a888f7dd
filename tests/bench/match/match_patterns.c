/**
 * Fifty patterns on the same lines. QUERY is a file with one pattern a line. MODE is
 *
 *     one    each block with the next pattern: the mean cost of one of them
 *     each   every line is asked with all of them, one after the other
 *     set    all at once, each block as a whole
 */
#include "chunks.h"

#include <jsonlog/filter_set.h>

enum { PATTERNS_MAX = 64 };

static jsonlog_filter *filters[PATTERNS_MAX];
static size_t filter_count;
static size_t turn;
static jsonlog_filter_set *set;

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

static size_t count_set(const char *begin, const char *end) {
    uint64_t matches[JSONLOG_FILTER_SET_WORDS(PATTERNS_MAX)];
    size_t hits = 0;
    size_t len = 0;
    for (const char *at = begin; jsonlog_filter_set_find(set, &at, end, &len, matches) != NULL;) {
        for (size_t i = 0; i < JSONLOG_FILTER_SET_WORDS(filter_count); i++)
            hits += (size_t)__builtin_popcountll(matches[i]);
    }
    return hits;
}

static const struct {
    const char *name;
    count_lines count;
} modes[] = {{"one", count_one}, {"each", count_each}, {"set", count_set}};

static count_lines count_of(const char *mode) {
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(mode, modes[i].name) == 0)
            return modes[i].count;
    }
    fprintf(stderr, "no such mode: %s\n", mode);
    exit(2);
}

int main(int argc, char **argv) {
    match_request request;
    if (!match_read_arguments(argc, argv, &request))
        return 2;
    const count_lines count = count_of(request.mode);
    compile_file(request.query);
    if (jsonlog_filter_set_new((const jsonlog_filter *const *)filters, filter_count, &set) !=
        JSONLOG_OK)
        match_fail("jsonlog_filter_set_new");
    const int status = match_main(BENCH_PROGRAM, &request, count);
    jsonlog_filter_set_free(set);
    for (size_t i = 0; i < filter_count; i++)
        jsonlog_filter_free(filters[i]);
    return status;
}
