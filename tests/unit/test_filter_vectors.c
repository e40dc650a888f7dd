/*
 * The vectors: tests/data/filter/vectors.jsonl is the language, one case a line, most of them
 * recorded from the service. vectors-disputed.jsonl holds the cases where sources differ and what
 * we decided; errors.jsonl holds, for refused patterns, our status, offset and sentence.
 */
#include <jsonlog/filter.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
    size_t run;
    size_t unsupported;
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

static bool is_supported(const char *pattern) {
    jsonlog_filter *filter = NULL;
    const jsonlog_status status = jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL);
    jsonlog_filter_free(filter);
    return status != JSONLOG_E_UNSUPPORTED;
}

static void run_vector(const cJSON *vector, tally *counts) {
    if (!is_supported(text_of(vector, "pattern"))) {
        assert_int_equal(text_of(vector, "pattern")[0], '[');
        counts->unsupported++;
        return;
    }
    counts->run++;
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "error")))
        assert_refused(vector);
    else
        assert_match(vector, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "match")));
}

static void follows_every_vector(void **state) {
    (void)state;
    tally counts = {0, 0};
    for_each_line(JSONLOG_TEST_DATA "/filter/vectors.jsonl", run_vector, &counts);
    print_message("%zu vectors, %zu of kinds that are not supported yet\n", counts.run,
                  counts.unsupported);
    assert_int_equal(counts.run + counts.unsupported, 1828);
}

static void run_disputed(const cJSON *vector, tally *counts) {
    if (!is_supported(text_of(vector, "pattern"))) {
        counts->unsupported++;
        return;
    }
    counts->run++;
    assert_match(vector, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(vector, "recommended")));
}

static void decides_every_disputed_vector(void **state) {
    (void)state;
    tally counts = {0, 0};
    for_each_line(JSONLOG_TEST_DATA "/filter/vectors-disputed.jsonl", run_disputed, &counts);
    assert_int_equal(counts.run + counts.unsupported, 7);
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
    tally counts = {0, 0};
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
