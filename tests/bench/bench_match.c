/**
 * What a match costs, on lines of gen_ndjson.py, beside a memchr loop over the lines and cJSON.
 * usage: bench_match LINES.ndjson [ROUNDS]
 */
#include "rounds.h"

#include <jsonlog/filter.h>

#include <cjson/cJSON.h>
#include <string.h>

typedef struct corpus {
    char *bytes;
    size_t len;
    size_t lines;
} corpus;

typedef struct query {
    const char *name;
    const char *pattern;
    bool (*by_cjson)(const cJSON *event);
} query;

static const corpus *lines;
static const jsonlog_filter *filter;
static bool (*by_cjson)(const cJSON *event);
static size_t hits;

static const char *text_at(const cJSON *event, const char *key) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, key));
    return text == NULL ? "" : text;
}

static double number_at(const cJSON *event, const char *outer, const char *key) {
    const cJSON *number =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(event, outer), key);
    return cJSON_IsNumber(number) ? number->valuedouble : -1;
}

static bool q1(const cJSON *event) {
    return strcmp(text_at(event, "logType"), "ERROR") == 0;
}
static bool q2(const cJSON *event) {
    return q1(event) && strstr(text_at(event, "errorMessage"), "인증실패") != NULL;
}
static bool q3(const cJSON *event) {
    return number_at(event, "user", "age") >= 20;
}
static bool q4(const cJSON *event) {
    return strncmp(text_at(event, "errorCode"), "DA0001", 6) == 0;
}
static bool q5(const cJSON *event) {
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(event, "user");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(event, "error");
    return number_at(event, "http", "status") >= 500 ||
           strcmp(text_at(cJSON_GetObjectItemCaseSensitive(user, "geo"), "country"), "VN") == 0 ||
           number_at(event, "retry", "count") > 3 ||
           strcmp(text_at(cJSON_GetObjectItemCaseSensitive(error, "cause"), "code"), "E_TIMEOUT") ==
               0;
}

static const query queries[] = {
    {"Q1", "{ $.logType = \"ERROR\" }", q1},
    {"Q2", "{ $.logType = \"ERROR\" && $.errorMessage = \"*인증실패*\" }", q2},
    {"Q3", "{ $.user.age >= 20 }", q3},
    {"Q4", "{ $.errorCode = \"DA0001*\" }", q4},
    {"Q5",
     "{ $.http.status >= 500 || $.user.geo.country = \"VN\" || $.retry.count > 3 || "
     "$.error.cause.code = \"E_TIMEOUT\" }",
     q5},
};

typedef bool (*line_test)(const char *line, size_t len);

static bool test_filter(const char *line, size_t len) {
    return jsonlog_filter_match(filter, line, len);
}
static bool test_nothing(const char *line, size_t len) {
    return len == 0 && line != NULL;
}
static bool test_cjson(const char *line, size_t len) {
    cJSON *event = cJSON_ParseWithLength(line, len);
    bool is_hit = event != NULL && by_cjson(event);
    cJSON_Delete(event);
    return is_hit;
}

/* `times` counts lines: the corpus is walked as often as needed. */
static void over_lines(line_test test, uint64_t times) {
    hits = 0;
    while (times > 0) {
        const char *at = lines->bytes;
        const char *end = lines->bytes + lines->len;
        for (; at < end && times > 0; times--) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            hits += test(at, (size_t)(newline - at));
            at = newline + 1;
        }
    }
}

static void run_filter(void *context, uint64_t times) {
    (void)context;
    over_lines(test_filter, times);
}
static void run_memchr(void *context, uint64_t times) {
    (void)context;
    over_lines(test_nothing, times);
}
static void run_cjson(void *context, uint64_t times) {
    (void)context;
    over_lines(test_cjson, times);
}

static bool read_corpus(const char *path, corpus *out) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        return false;
    out->len = (size_t)ftell(file);
    rewind(file);
    out->bytes = malloc(out->len + 1);
    if (out->bytes == NULL || fread(out->bytes, 1, out->len, file) != out->len)
        return false;
    fclose(file);
    for (size_t i = 0; i < out->len; i++)
        out->lines += out->bytes[i] == '\n';
    return out->lines > 0 && out->bytes[out->len - 1] == '\n';
}

static void bench_query(const query *q, int rounds) {
    jsonlog_filter *compiled = NULL;
    if (jsonlog_filter_compile(q->pattern, strlen(q->pattern), &compiled, NULL) != JSONLOG_OK)
        abort();
    filter = compiled;
    by_cjson = q->by_cjson;
    over_lines(test_filter, lines->lines);
    size_t ours = hits;
    over_lines(test_cjson, lines->lines);
    printf("\n%s: %zu of %zu lines, cJSON says %zu", q->name, ours, lines->lines, hits);
    contender contenders[] = {
        {.name = "jsonlog", .run = run_filter},
        {.name = "memchr over the lines (ceiling)", .run = run_memchr},
        {.name = "cJSON", .run = run_cjson},
    };
    bench_run(q->pattern, contenders, 3, rounds, 0.2);
    printf("  jsonlog reads %.0f MB/s\n",
           (double)lines->len / (double)lines->lines / contenders[0].ns[rounds / 2] * 1e3);
    jsonlog_filter_free(compiled);
}

int main(int argc, char **argv) {
    corpus loaded = {0};
    int rounds = argc > 2 ? atoi(argv[2]) : 7;
    if (argc < 2 || rounds < 1 || rounds > ROUNDS_MAX || !read_corpus(argv[1], &loaded)) {
        fputs("usage: bench_match LINES.ndjson [ROUNDS]\n", stderr);
        return 2;
    }
    lines = &loaded;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        bench_query(&queries[i], rounds);
    free(loaded.bytes);
    return 0;
}
