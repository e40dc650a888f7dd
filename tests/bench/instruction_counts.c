/**
 * Runs what instructions.py counts, under callgrind: each part once to warm up, then between two
 * dumps of its counters. usage: instruction_counts LINES.ndjson CALLS
 *
 * A dump carries the name of the part and zeroes the counters, so that a part pays for nothing but
 * itself. Without callgrind the requests do nothing.
 */
#include "log/memory_handler.h"
#include "log/record.h"

#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

typedef struct part {
    const char *name;
    const char *pattern; /* of a match */
} part;

static jsonlog_logger *plain;
static jsonlog_logger *bound;
static char *bytes;
static size_t bytes_len;
static size_t hits;

static void log_records(jsonlog_logger *log, unsigned calls) {
    for (unsigned i = 0; i < calls; i++)
        jsonlog_error(log, RECORD_MESSAGE, "errorCode", RECORD_CODE, "userAge", RECORD_AGE,
                      "latencyMs", RECORD_LATENCY, "ok", jsonlog_bool(RECORD_OK));
}

static void count_records(const char *name, jsonlog_logger *log, unsigned calls) {
    log_records(log, 100);
    CALLGRIND_ZERO_STATS;
    log_records(log, calls);
    CALLGRIND_DUMP_STATS_AT(name);
    printf("%s %u\n", name, calls);
}

static void match_lines(const jsonlog_filter *filter) {
    const char *end = bytes + bytes_len;
    for (const char *at = bytes; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        hits += jsonlog_filter_match(filter, at, (size_t)(newline - at));
        at = newline + 1;
    }
}

static void find_lines(const jsonlog_filter *filter) {
    size_t len = 0;
    for (const char *at = bytes; jsonlog_filter_find(filter, &at, bytes + bytes_len, &len) != NULL;)
        hits++;
}

static void count_pass(const char *prefix, const char *name, void (*pass)(const jsonlog_filter *),
                       const jsonlog_filter *filter, size_t lines) {
    char full[32];
    snprintf(full, sizeof full, "%s-%s", prefix, name);
    pass(filter);
    CALLGRIND_ZERO_STATS;
    pass(filter);
    CALLGRIND_DUMP_STATS_AT(full);
    printf("%s %zu\n", full, lines);
}

static void count_matches(const part *p, size_t lines) {
    jsonlog_filter *filter = NULL;
    if (jsonlog_filter_compile(p->pattern, strlen(p->pattern), &filter, NULL) != JSONLOG_OK)
        abort();
    count_pass("match", p->name, match_lines, filter, lines);
    count_pass("find", p->name, find_lines, filter, lines);
    jsonlog_filter_free(filter);
}

static size_t read_lines(const char *path) {
    size_t lines = 0;
    FILE *file = fopen(path, "rb");
    bytes = malloc(1 << 22);
    if (file == NULL || bytes == NULL) {
        perror(path);
        exit(2);
    }
    bytes_len = fread(bytes, 1, 1 << 22, file);
    fclose(file);
    for (size_t i = 0; i < bytes_len; i++)
        lines += bytes[i] == '\n';
    return lines;
}

int main(int argc, char **argv) {
    static const part matches[] = {
        {"Q1", "{ $.logType = \"ERROR\" }"},
        {"Q2", "{ $.logType = \"ERROR\" && $.errorMessage = \"*인증실패*\" }"},
        {"Q3", "{ $.user.age >= 20 }"},
        {"Q4", "{ $.errorCode = \"DA0001*\" }"},
        {"Q5", "{ $.http.status >= 500 || $.user.geo.country = \"VN\" || $.retry.count > 3 || "
               "$.error.cause.code = \"E_TIMEOUT\" }"},
    };
    if (argc != 3) {
        fprintf(stderr, "usage: %s LINES.ndjson CALLS\n", argv[0]);
        return 2;
    }
    const unsigned calls = (unsigned)strtoul(argv[2], NULL, 10);
    jsonlog_handler *handler = memory_handler_new();
    plain = jsonlog_get(RECORD_LOGGER);
    jsonlog_logger_set_propagate(plain, false);
    jsonlog_logger_set_handlers(plain, &handler, 1);
    jsonlog_handler_release(handler);
    bound = jsonlog_with(plain, "service", "payment-api", "version", "1.4.2", "region",
                         "ap-northeast-2", "pid", 4242, "requestId", "r-7d1f0c52-0017");
    count_records("record", plain, calls);
    count_records("record-bound", bound, calls);
    const size_t lines = read_lines(argv[1]);
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++)
        count_matches(&matches[i], lines);
    jsonlog_logger_free(bound);
    free(bytes);
    return hits > 0 ? 0 : 1;
}
