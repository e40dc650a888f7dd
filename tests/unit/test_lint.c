/*
 * The lint: tests/data/filter/lint.jsonl holds patterns, sample lines and every finding they give.
 * Each suggestion must compile and cure what it is a suggestion for.
 */
#include <jsonlog/filter.h>
#include <jsonlog/lint.h>

#include "support/failing_allocator.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static jsonlog_lint *lint_of(const char *pattern) {
    jsonlog_lint *lint = NULL;
    jsonlog_err err;
    assert_int_equal(jsonlog_lint_pattern(pattern, strlen(pattern), &lint, &err), JSONLOG_OK);
    assert_non_null(lint);
    return lint;
}

static const char *text_of(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static size_t number_of(const cJSON *object, const char *name) {
    return (size_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static void add_sample(jsonlog_lint *lint, const cJSON *lines) {
    const cJSON *line = NULL;
    cJSON_ArrayForEach(line, lines) {
        const char *text = cJSON_GetStringValue(line);
        assert_int_equal(jsonlog_lint_sample(lint, text, strlen(text)), JSONLOG_OK);
    }
}

/* --- the data -------------------------------------------------------------------------------- */

static void assert_finding(const char *pattern, const jsonlog_finding *found,
                           const cJSON *expected) {
    const char *suggestion = text_of(expected, "suggestion");
    const bool is_same =
        strcmp(jsonlog_lint_code_name(found->code), text_of(expected, "code")) == 0 &&
        found->offset == number_of(expected, "offset") &&
        found->len == number_of(expected, "len") &&
        strcmp(found->text, text_of(expected, "text")) == 0;
    const char *shown = found->suggestion == NULL ? "(none)" : found->suggestion;
    if (!is_same || strcmp(shown, suggestion == NULL ? "(none)" : suggestion) != 0)
        fail_msg("%s\n  finds %s %zu %zu: %s\n  suggests %s", pattern,
                 jsonlog_lint_code_name(found->code), found->offset, found->len, found->text,
                 shown);
}

static size_t count_code(jsonlog_lint *lint, jsonlog_lint_code code) {
    size_t count = 0;
    for (size_t i = 0; i < jsonlog_lint_count(lint); i++)
        count += jsonlog_lint_get(lint, i)->code == code ? 1 : 0;
    return count;
}

static void assert_cured(jsonlog_lint *lint, const jsonlog_finding *found, const cJSON *lines) {
    if (found->suggestion == NULL)
        return;
    jsonlog_filter *filter = NULL;
    assert_int_equal(
        jsonlog_filter_compile(found->suggestion, strlen(found->suggestion), &filter, NULL),
        JSONLOG_OK);
    jsonlog_filter_free(filter);
    jsonlog_lint *better = lint_of(found->suggestion);
    add_sample(better, lines);
    if (count_code(better, found->code) >= count_code(lint, found->code))
        fail_msg("%s is not cured: %s", jsonlog_lint_code_name(found->code), found->suggestion);
    jsonlog_lint_free(better);
}

static void run_case(const cJSON *test) {
    const char *pattern = text_of(test, "pattern");
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(test, "findings");
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(test, "sample");
    jsonlog_lint *lint = lint_of(pattern);
    add_sample(lint, lines);
    if (jsonlog_lint_count(lint) != (size_t)cJSON_GetArraySize(expected))
        fail_msg("%s: %zu findings, not %d", pattern, jsonlog_lint_count(lint),
                 cJSON_GetArraySize(expected));
    for (size_t i = 0; i < jsonlog_lint_count(lint); i++) {
        assert_finding(pattern, jsonlog_lint_get(lint, i), cJSON_GetArrayItem(expected, (int)i));
        assert_cured(lint, jsonlog_lint_get(lint, i), lines);
    }
    assert_null(jsonlog_lint_get(lint, jsonlog_lint_count(lint)));
    jsonlog_lint_free(lint);
}

typedef void case_fn(const cJSON *test);

static size_t for_each_case(case_fn *run) {
    FILE *file = fopen(JSONLOG_TEST_DATA "/filter/lint.jsonl", "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    size_t count = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *test = cJSON_Parse(line);
        assert_non_null(test);
        run(test);
        cJSON_Delete(test);
        count++;
    }
    free(line);
    fclose(file);
    return count;
}

static void finds_what_the_data_says(void **state) {
    (void)state;
    assert_true(for_each_case(run_case) >= 250);
}

static bool codes_seen[32];

static void note_codes(const cJSON *test) {
    const cJSON *finding = NULL;
    cJSON_ArrayForEach(finding, cJSON_GetObjectItemCaseSensitive(test, "findings")) {
        for (int code = 1; code < 32; code++) {
            if (strcmp(jsonlog_lint_code_name((jsonlog_lint_code)code), text_of(finding, "code")) ==
                0)
                codes_seen[code] = true;
        }
    }
}

static void has_a_case_for_every_code(void **state) {
    (void)state;
    for_each_case(note_codes);
#define ASSERT_SEEN(name, value) assert_true(codes_seen[value]);
    JSONLOG_LINT_LIST(ASSERT_SEEN)
#undef ASSERT_SEEN
}

/* --- the calls ------------------------------------------------------------------------------- */

static void names_its_codes(void **state) {
    (void)state;
    assert_string_equal(jsonlog_lint_code_name(JSONLOG_LINT_OPTIONAL_IGNORED), "OPTIONAL_IGNORED");
    assert_string_equal(jsonlog_lint_code_name(JSONLOG_LINT_CURLY_QUOTES), "CURLY_QUOTES");
    assert_string_equal(jsonlog_lint_code_name((jsonlog_lint_code)99), "UNKNOWN");
}

static void refuses_null(void **state) {
    (void)state;
    jsonlog_lint *lint = NULL;
    jsonlog_err err;
    assert_int_equal(jsonlog_lint_pattern(NULL, 1, &lint, &err), JSONLOG_E_INVALID);
    assert_int_equal(err.code, JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_lint_pattern("x", 1, NULL, NULL), JSONLOG_E_INVALID);
    assert_null(lint);
    assert_int_equal(jsonlog_lint_sample(NULL, "x", 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_lint_finish(NULL), JSONLOG_E_INVALID);
    lint = lint_of("{ $.a = 1 }");
    assert_int_equal(jsonlog_lint_sample(lint, NULL, 1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_lint_sample(lint, NULL, 0), JSONLOG_OK);
    jsonlog_lint_free(lint);
    jsonlog_lint_free(NULL);
}

static void takes_an_empty_pattern(void **state) {
    (void)state;
    jsonlog_lint *lint = NULL;
    assert_int_equal(jsonlog_lint_pattern(NULL, 0, &lint, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 0);
    jsonlog_lint_free(lint);
}

static void points_at_bytes_that_are_no_text(void **state) {
    (void)state;
    jsonlog_lint *lint = NULL;
    assert_int_equal(jsonlog_lint_pattern("ab\xFF"
                                          "c",
                                          4, &lint, NULL),
                     JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 1);
    assert_int_equal(jsonlog_lint_get(lint, 0)->code, JSONLOG_LINT_SYNTAX);
    assert_int_equal(jsonlog_lint_get(lint, 0)->offset, 2);
    jsonlog_lint_free(lint);
    lint = NULL;
    assert_int_equal(jsonlog_lint_pattern("a\0b", 3, &lint, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_get(lint, 0)->offset, 1);
    jsonlog_lint_free(lint);
}

static void says_a_pattern_is_too_long(void **state) {
    (void)state;
    char pattern[1100];
    memset(pattern, 'a', sizeof pattern);
    jsonlog_lint *lint = NULL;
    assert_int_equal(jsonlog_lint_pattern(pattern, sizeof pattern, &lint, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 1);
    assert_int_equal(jsonlog_lint_get(lint, 0)->offset, 1024);
    jsonlog_lint_free(lint);
}

/* A finding may come and go with the lines that are added. */
static void takes_lines_between_readings(void **state) {
    (void)state;
    jsonlog_lint *lint = lint_of("{ $.a != 1 }");
    assert_int_equal(jsonlog_lint_count(lint), 1);
    assert_int_equal(jsonlog_lint_sample(lint, "{\"a\":2}", 7), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 0);
    assert_int_equal(jsonlog_lint_sample(lint, "{\"b\":2}", 7), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 1);
    assert_int_equal(jsonlog_lint_get(lint, 0)->code, JSONLOG_LINT_NOT_EQUAL_MISSING);
    jsonlog_lint_free(lint);
}

static void shows_no_control_characters(void **state) {
    (void)state;
    jsonlog_lint *lint = lint_of("\"\x1b[31m\" -\"\x1b[31m\"");
    assert_int_equal(jsonlog_lint_count(lint), 1);
    assert_null(strchr(jsonlog_lint_get(lint, 0)->text, '\x1b'));
    jsonlog_lint_free(lint);
}

/* A key of a sample may be as long and as odd as it likes. */
static void keeps_only_short_keys(void **state) {
    (void)state;
    char line[600] = "{\"";
    jsonlog_lint *lint = lint_of("{ $.name = x }");
    memset(line + 2, 'n', 500);
    strcpy(line + 502, "\":1,\"na\\u006de\":{},\"names\":1}");
    assert_int_equal(jsonlog_lint_sample(lint, line, strlen(line)), JSONLOG_OK);
    /* The escaped key is `name` itself, so it is there, as an object. */
    assert_int_equal(jsonlog_lint_get(lint, 0)->code, JSONLOG_LINT_OTHER_TYPE);
    jsonlog_lint_free(lint);
}

/* --- memory ---------------------------------------------------------------------------------- */

static jsonlog_status lint_once(const char *pattern, const cJSON *lines) {
    jsonlog_lint *lint = NULL;
    jsonlog_err err;
    const cJSON *line = NULL;
    jsonlog_status status = jsonlog_lint_pattern(pattern, strlen(pattern), &lint, &err);
    if (status != JSONLOG_OK) {
        assert_int_equal(err.code, JSONLOG_E_NOMEM);
        assert_null(lint);
        return status;
    }
    cJSON_ArrayForEach(line, lines) {
        const char *text = cJSON_GetStringValue(line);
        if (status == JSONLOG_OK)
            status = jsonlog_lint_sample(lint, text, strlen(text));
    }
    if (status == JSONLOG_OK)
        status = jsonlog_lint_finish(lint);
    jsonlog_lint_free(lint);
    return status;
}

static void fail_each_allocation(const cJSON *test) {
    jsonlog_status status = JSONLOG_E_NOMEM;
    for (int good = 0; status != JSONLOG_OK; good++) {
        allocations_left = good;
        status =
            lint_once(text_of(test, "pattern"), cJSON_GetObjectItemCaseSensitive(test, "sample"));
        allocations_left = -1;
        assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
        assert_true(good < 10000);
    }
}

static void survives_every_failing_allocation(void **state) {
    (void)state;
    for_each_case(fail_each_allocation);
}

static void tries_again_after_a_failure(void **state) {
    (void)state;
    jsonlog_lint *lint = lint_of("{ $.a != 1 }");
    assert_int_equal(jsonlog_lint_sample(lint, "{\"b\":2}", 7), JSONLOG_OK);
    allocations_left = 0;
    assert_int_equal(jsonlog_lint_finish(lint), JSONLOG_E_NOMEM);
    assert_int_equal(jsonlog_lint_sample(lint, "{\"a\":2}", 7), JSONLOG_E_NOMEM);
    assert_int_equal(jsonlog_lint_count(lint), 0);
    assert_null(jsonlog_lint_get(lint, 0));
    allocations_left = -1;
    assert_int_equal(jsonlog_lint_finish(lint), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_count(lint), 2);
    assert_int_equal(jsonlog_lint_get(lint, 0)->code, JSONLOG_LINT_NOT_EQUAL_MISSING);
    assert_int_equal(jsonlog_lint_get(lint, 1)->code, JSONLOG_LINT_NEVER_SEEN);
    jsonlog_lint_free(lint);
}

/* --- hostile patterns ------------------------------------------------------------------------ */

static const char *const scraps[] = {
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "$",
    ".",
    "$.a",
    "$.a.b",
    " ",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "&&",
    "||",
    "&",
    "|",
    "!",
    "\"",
    "'",
    "%",
    "\\",
    "*",
    "[*]",
    "[0]",
    "['",
    "']",
    "IS",
    "NOT",
    "NULL",
    "TRUE",
    "EXISTS",
    "AND",
    "OR",
    "LIKE",
    "IN",
    "x",
    "1",
    "-",
    "?",
    ",",
    "...",
    "\xE2\x80\x9C",
    "/",
    ":",
    "\n",
    "\xC3\xA9",
    "\"x\"",
    "$.a = 1",
    " && $.a != 1",
    "a b",
    "\xFF",
    "CONTAINS",
    "5e9",
    "@",
    "(a|b)",
    "w = 1",
};

static void assert_sound(const char *pattern, size_t len) {
    jsonlog_lint *lint = NULL;
    jsonlog_filter *filter = NULL;
    assert_int_equal(jsonlog_lint_pattern(pattern, len, &lint, NULL), JSONLOG_OK);
    const bool is_good = jsonlog_filter_compile(pattern, len, &filter, NULL) == JSONLOG_OK;
    jsonlog_filter_free(filter);
    assert_true(is_good || jsonlog_lint_count(lint) > 0);
    size_t before = 0;
    for (size_t i = 0; i < jsonlog_lint_count(lint); i++) {
        const jsonlog_finding *found = jsonlog_lint_get(lint, i);
        assert_true(found->offset >= before && found->offset <= len);
        assert_true(found->len <= len - found->offset);
        assert_true(strlen(found->text) > 0);
        assert_true(!is_good || found->code != JSONLOG_LINT_SYNTAX);
        before = found->offset;
        filter = NULL;
        if (found->suggestion == NULL)
            continue;
        assert_int_equal(
            jsonlog_filter_compile(found->suggestion, strlen(found->suggestion), &filter, NULL),
            JSONLOG_OK);
        jsonlog_filter_free(filter);
    }
    jsonlog_lint_free(lint);
}

static void survives_any_pattern(void **state) {
    (void)state;
    test_random random = {2026};
    const size_t count = sizeof scraps / sizeof scraps[0];
    for (size_t round = 0; round < test_effort(20000); round++) {
        char pattern[512];
        size_t len = 0;
        if (test_random_below(&random, 2) == 0)
            pattern[len++] = "{[%\""[test_random_below(&random, 4)];
        for (size_t n = test_random_below(&random, 16); n > 0; n--) {
            const char *scrap = scraps[test_random_below(&random, count)];
            memcpy(pattern + len, scrap, strlen(scrap));
            len += strlen(scrap);
        }
        if (len > 0 && test_random_below(&random, 2) == 0)
            pattern[len++] = pattern[0] == '{' ? '}' : pattern[0] == '[' ? ']' : pattern[0];
        assert_sound(pattern, len);
    }
}

/* The largest patterns there are, of the most conditions and of the longest selector. */
static void survives_large_patterns(void **state) {
    (void)state;
    char pattern[1100] = "{";
    for (size_t i = 0; i < 145; i++)
        strcat(pattern, i == 0 ? "$.a=1" : "&&$.a=2");
    strcat(pattern, "}");
    assert_sound(pattern, strlen(pattern));
    strcpy(pattern, "{$");
    for (size_t i = 0; i < 505; i++)
        strcat(pattern, ".a");
    strcat(pattern, "=1}");
    assert_sound(pattern, strlen(pattern));
    jsonlog_lint *lint = lint_of(pattern);
    assert_int_equal(jsonlog_lint_sample(lint, "{\"a\":{\"a\":{\"b\":1}}}", 19), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_get(lint, 0)->code, JSONLOG_LINT_NEVER_SEEN);
    jsonlog_lint_free(lint);
    memset(pattern, '(', 1000);
    strcpy(pattern + 1000, "$.a = 1");
    assert_sound(pattern, strlen(pattern));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_the_data_says),
        cmocka_unit_test(has_a_case_for_every_code),
        cmocka_unit_test(names_its_codes),
        cmocka_unit_test(refuses_null),
        cmocka_unit_test(takes_an_empty_pattern),
        cmocka_unit_test(points_at_bytes_that_are_no_text),
        cmocka_unit_test(says_a_pattern_is_too_long),
        cmocka_unit_test(takes_lines_between_readings),
        cmocka_unit_test(shows_no_control_characters),
        cmocka_unit_test(keeps_only_short_keys),
        cmocka_unit_test(survives_every_failing_allocation),
        cmocka_unit_test(tries_again_after_a_failure),
        cmocka_unit_test(survives_any_pattern),
        cmocka_unit_test(survives_large_patterns),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
