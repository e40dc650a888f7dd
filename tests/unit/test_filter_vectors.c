/*
 * The vectors: tests/data/filter/vectors.jsonl is the language, one case a line, most of them
 * recorded from the service. vectors-disputed.jsonl holds the cases where sources differ and what
 * we decided; errors.jsonl holds, for refused patterns, our status, offset and sentence. No vector
 * is skipped: the groups are counted.
 */
#include <jsonlog/extract.h>

#include "support/match_ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
    size_t json, text, delimited, regex, error, metric;
    size_t messages, extracted;
    size_t run;
} tally;

typedef void case_fn(const cJSON *vector, tally *counts);

static const char *text_of(const cJSON *vector, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(vector, name));
}

/* cJSON hands out C strings, so a NUL in an event goes through it as U+0001, which no event has. */
static void hide_nul(char *line) {
    for (char *at = line; (at = strstr(at, "\\u0000")) != NULL; at += 6) {
        if (at[-1] != '\\')
            at[5] = '1';
    }
}

typedef struct event {
    char *bytes;
    size_t len;
} event;

static event event_of(const cJSON *vector) {
    event out = {strdup(text_of(vector, "event")), strlen(text_of(vector, "event"))};
    assert_non_null(out.bytes);
    for (size_t i = 0; i < out.len; i++)
        out.bytes[i] = out.bytes[i] == '\1' ? '\0' : out.bytes[i];
    return out;
}

static void for_each_line(const char *path, case_fn *run, tally *counts) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        hide_nul(line);
        cJSON *vector = cJSON_Parse(line);
        assert_non_null(vector);
        run(vector, counts);
        cJSON_Delete(vector);
    }
    free(line);
    fclose(file);
}

static jsonlog_status compile(const char *pattern, jsonlog_filter **filter, jsonlog_err *err) {
    memset(err, 0, sizeof *err);
    return jsonlog_filter_compile(pattern, strlen(pattern), filter, err);
}

static void assert_explained(const jsonlog_filter *filter, event line, bool expected) {
    jsonlog_explanation *explanation = NULL;
    assert_int_equal(jsonlog_filter_explain(filter, line.bytes, line.len, &explanation),
                     JSONLOG_OK);
    assert_int_equal(jsonlog_explanation_matches(explanation), expected);
    for (size_t i = 0; i < jsonlog_explanation_count(explanation); i++)
        assert_true(strlen(jsonlog_explanation_get(explanation, i)->reason) > 0);
    jsonlog_explanation_free(explanation);
}

static void assert_match(const cJSON *vector, bool expected) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const event line = event_of(vector);
    if (compile(text_of(vector, "pattern"), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", text_of(vector, "id"), err.text);
    if (jsonlog_filter_match(filter, line.bytes, line.len) != expected)
        fail_msg("%s: %s on %s should be %d", text_of(vector, "id"), text_of(vector, "pattern"),
                 line.bytes, expected);
    assert_explained(filter, line, expected);
    jsonlog_filter_free(filter);
    free(line.bytes);
}

/* A recorded message stands at the start; what helps a person may follow behind ": ". */
static void assert_refused(const cJSON *vector) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const jsonlog_status status = compile(text_of(vector, "pattern"), &filter, &err);
    if (status != JSONLOG_E_SYNTAX && status != JSONLOG_E_LIMIT)
        fail_msg("%s: %s is not refused", text_of(vector, "id"), text_of(vector, "pattern"));
    assert_null(filter);
    assert_int_equal(err.code, status);
    const char *message = text_of(vector, "message");
    if (message == NULL)
        return;
    const size_t len = strlen(message);
    const bool has_prefix = strncmp(err.text, message, len) == 0;
    if (!has_prefix || (err.text[len] != '\0' && strncmp(err.text + len, ": ", 2) != 0))
        fail_msg("%s: says %s, not %s", text_of(vector, "id"), err.text, message);
}

/* --- extracted values ------------------------------------------------------------------------ */

typedef struct expected_values {
    const char *id;
    const cJSON *values;
    int told;
} expected_values;

static bool check_value(const char *name, size_t name_len, const jsonlog_found *found,
                        void *context) {
    expected_values *expected = context;
    char key[64];
    char text[256];
    assert_true(name_len < sizeof key);
    memcpy(key, name, name_len);
    key[name_len] = '\0';
    assert_int_equal(found->type, JSONLOG_FOUND_TOKEN);
    assert_true(jsonlog_found_text(found, text, sizeof text) < sizeof text);
    const char *value = text_of(expected->values, key);
    if (value == NULL || strcmp(value, text) != 0)
        fail_msg("%s: %s is %s, not %s", expected->id, key, text, value == NULL ? "absent" : value);
    expected->told++;
    return true;
}

/* The value by its name alone is the same, and the line gives no value more. */
static void assert_extracted(const cJSON *vector, const jsonlog_filter *filter, event line) {
    expected_values expected = {text_of(vector, "id"),
                                cJSON_GetObjectItemCaseSensitive(vector, "extracted"), 0};
    const bool is_match =
        jsonlog_filter_extract_all(filter, line.bytes, line.len, check_value, &expected);
    assert_true(is_match);
    assert_int_equal(expected.told, cJSON_GetArraySize(expected.values));
    const cJSON *value = NULL;
    cJSON_ArrayForEach(value, expected.values) {
        jsonlog_found found;
        char text[256];
        assert_int_equal(
            jsonlog_filter_extract(filter, value->string, line.bytes, line.len, &found, NULL),
            JSONLOG_OK);
        jsonlog_found_text(&found, text, sizeof text);
        assert_string_equal(text, cJSON_GetStringValue(value));
    }
}

static void run_extracted(const cJSON *vector) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const event line = event_of(vector);
    assert_int_equal(compile(text_of(vector, "pattern"), &filter, &err), JSONLOG_OK);
    assert_extracted(vector, filter, line);
    jsonlog_filter_free(filter);
    free(line.bytes);
}

/* --- metrics --------------------------------------------------------------------------------- */

static jsonlog_metric_filter *metric_of(const cJSON *vector) {
    const cJSON *metric = cJSON_GetObjectItemCaseSensitive(vector, "metric");
    const cJSON *fallback = cJSON_GetObjectItemCaseSensitive(metric, "default");
    jsonlog_metric_filter_options options = JSONLOG_METRIC_FILTER_OPTIONS_INIT;
    options.pattern = text_of(vector, "pattern");
    options.metric_value = text_of(metric, "value");
    options.has_default = fallback != NULL;
    options.default_value = fallback == NULL ? 0 : cJSON_GetNumberValue(fallback);
    const cJSON *dimension = NULL;
    cJSON_ArrayForEach(dimension, cJSON_GetObjectItemCaseSensitive(metric, "dimensions")) {
        options.dimensions[options.dimension_count++] =
            (jsonlog_dimension){dimension->string, cJSON_GetStringValue(dimension)};
    }
    jsonlog_metric_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_metric_filter_new(&options, &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", text_of(vector, "id"), err.text);
    return filter;
}

static void assert_point(const cJSON *vector, const jsonlog_datapoint *point) {
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(vector, "expect");
    const cJSON *dimensions = cJSON_GetObjectItemCaseSensitive(expected, "dimensions");
    const double value = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(expected, "value"));
    if (point->value < value || point->value > value)
        fail_msg("%s: %g, not %g", text_of(vector, "id"), point->value, value);
    assert_int_equal(point->dimension_count, cJSON_GetArraySize(dimensions));
    for (size_t i = 0; i < point->dimension_count; i++) {
        char text[64];
        jsonlog_found_text(&point->dimensions[i].value, text, sizeof text);
        assert_string_equal(text, text_of(dimensions, point->dimensions[i].name));
    }
}

static void run_metric(const cJSON *vector) {
    jsonlog_metric_filter *filter = metric_of(vector);
    const event line = event_of(vector);
    const bool has_point = !cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(vector, "expect"));
    jsonlog_datapoint point;
    if (jsonlog_metric_filter_apply(filter, line.bytes, line.len, &point) != has_point)
        fail_msg("%s: gives %s point", text_of(vector, "id"), has_point ? "no" : "a");
    if (has_point)
        assert_point(vector, &point);
    jsonlog_metric_filter_free(filter);
    free(line.bytes);
}

/* --- all of them ----------------------------------------------------------------------------- */

static void count_group(const char *group, tally *counts) {
    struct {
        const char *name;
        size_t *count;
    } groups[] = {{"json", &counts->json},           {"text", &counts->text},
                  {"delimited", &counts->delimited}, {"regex", &counts->regex},
                  {"error", &counts->error},         {"metric", &counts->metric}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        *groups[i].count += strcmp(groups[i].name, group) == 0;
}

static bool has(const cJSON *vector, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(vector, name) != NULL;
}

static void run_vector(const cJSON *vector, tally *counts) {
    count_group(text_of(vector, "group"), counts);
    counts->messages += has(vector, "message");
    counts->extracted += has(vector, "extracted");
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "error")))
        assert_refused(vector);
    else
        assert_match(vector, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "match")));
    if (has(vector, "extracted"))
        run_extracted(vector);
    if (has(vector, "metric"))
        run_metric(vector);
}

static void follow_every_vector(void) {
    tally counts = {0};
    for_each_line(JSONLOG_TEST_DATA "/filter/vectors.jsonl", run_vector, &counts);
    print_message("json %zu, text %zu, delimited %zu, regex %zu, error %zu, metric %zu; with a "
                  "message %zu, with extracted values %zu\n",
                  counts.json, counts.text, counts.delimited, counts.regex, counts.error,
                  counts.metric, counts.messages, counts.extracted);
    assert_int_equal(counts.json, 972);
    assert_int_equal(counts.text, 205);
    assert_int_equal(counts.delimited, 252);
    assert_int_equal(counts.regex, 257);
    assert_int_equal(counts.error, 107);
    assert_int_equal(counts.metric, 35);
    assert_int_equal(counts.messages, 39);
    assert_int_equal(counts.extracted, 144);
}

static void follows_every_vector(void **state) {
    (void)state;
    on_every_way(follow_every_vector);
}

/* Where sources differ: each case by name, with what we decided and whether AWS was seen to do so.
 */
static const struct {
    const char *id;
    bool is_match;
} disputed[] = {
    /* A glob with backtracking finds what a person means; AWS was seen to try only the first place
     * of each piece, so it misses these (and `!=` is true where ours is false). */
    {"dis-glob-leading-repeat", true},
    {"dis-glob-leading-repeat-bare", true},
    {"dis-glob-inner-repeat-ne", false},
    /* A star inside a value is a wildcard, on numbers as seen, on strings likewise. */
    {"dis-glob-inner-int", true},
    {"dis-glob-inner-float", true},
    {"dis-glob-inner-string-doc2018", true},
    /* `?` beside `-` is ignored. */
    {"dis-optional-plus-exclude", false},
};

static void run_disputed(const cJSON *vector, tally *counts) {
    const bool expected = disputed[counts->run].is_match;
    assert_string_equal(text_of(vector, "id"), disputed[counts->run].id);
    assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "recommended")),
                     expected);
    counts->run++;
    assert_match(vector, expected);
}

static void decides_every_disputed_vector(void **state) {
    (void)state;
    tally counts = {0};
    for_each_line(JSONLOG_TEST_DATA "/filter/vectors-disputed.jsonl", run_disputed, &counts);
    assert_int_equal(counts.run, sizeof disputed / sizeof *disputed);
}

static void run_error(const cJSON *vector, tally *counts) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const char *pattern = text_of(vector, "pattern");
    counts->run++;
    const jsonlog_status status = compile(pattern, &filter, &err);
    const bool is_limit = strcmp(text_of(vector, "status"), "limit") == 0;
    assert_int_equal(status, is_limit ? JSONLOG_E_LIMIT : JSONLOG_E_SYNTAX);
    assert_int_equal(err.code, status);
    const double offset = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(vector, "offset"));
    if (err.offset != (size_t)offset || strcmp(err.text, text_of(vector, "text")) != 0)
        fail_msg("%s\n  says %zu %s\n  not  %zu %s", pattern, err.offset, err.text, (size_t)offset,
                 text_of(vector, "text"));
}

static void refuses_at_the_byte_at_fault(void **state) {
    (void)state;
    tally counts = {0};
    for_each_line(JSONLOG_TEST_DATA "/filter/errors.jsonl", run_error, &counts);
    assert_true(counts.run >= 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_every_vector),
        cmocka_unit_test(decides_every_disputed_vector),
        cmocka_unit_test(refuses_at_the_byte_at_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
