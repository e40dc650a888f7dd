/*
 * What the lint proves is held against the matcher: every pair of conditions of a table on every
 * event of another. A claim that some event refutes is a bug; how many claims there are is pinned,
 * so that a proof that stops working is noticed too.
 */
#include <jsonlog/filter.h>
#include <jsonlog/lint.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const tests[] = {
    "$.a = 1",
    "$.a != 1",
    "$.a = 1.0",
    "$.a = \"1\"",
    "$.a != \"1\"",
    "$.a = \"1.0\"",
    "$.a = 2",
    "$.a != 2",
    "$.a = +1",
    "$.a = 01",
    "$.a = 0",
    "$.a = -0",
    "$.a = \"0\"",
    "$.a = \"-0.0\"",
    "$.a = 1e400",
    "$.a = 1e8",
    "$.a = \"1.0E8\"",
    "$.a = 0.1",
    "$.a = \"Infinity\"",
    "$.a != Infinity",
    "$.a > 1",
    "$.a >= 1",
    "$.a < 1",
    "$.a <= 1",
    "$.a > 1.5",
    "$.a < 2",
    "$.a > 1e300",
    "$.a = x",
    "$.a != x",
    "$.a = \"x*\"",
    "$.a != \"x*\"",
    "$.a = \"*y\"",
    "$.a = \"y*\"",
    "$.a = xy",
    "$.a != xy",
    "$.a = \"*\"",
    "$.a != \"*\"",
    "$.a = \"1*\"",
    "$.a = \"*E8\"",
    "$.a = \"\"",
    "$.a = %x%",
    "$.a != %x%",
    "$.a = %^1%",
    "$.a != %.*%",
    "$.a = \"x*y\"",
    "$.a != \"*x*\"",
    "$.a IS NULL",
    "$.a IS TRUE",
    "$.a IS FALSE",
    "$.a NOT EXISTS",
    "$.a.b = 1",
    "$.a.b != 1",
    "$.a.b NOT EXISTS",
    "$.a.b IS NULL",
    "$.a[0] = 1",
    "$.a[0] NOT EXISTS",
    "$.a[*] = 1",
    "$.a[*] != 1",
    "$.a[*] NOT EXISTS",
    "$.a[*] IS NULL",
    "$.a[*] > 1",
    "$.a[*] != \"1\"",
    "$.a.* = 2",
    "$.a[*] < 1",
    "$.b = 1",
};

static const char *const values[] = {
    "1",
    "1.0",
    "2",
    "0",
    "-0",
    "0.0",
    "-0.0",
    "01x",
    "\"1\"",
    "\"1.0\"",
    "\"01\"",
    "\"+1\"",
    "\"0\"",
    "\"-0\"",
    "\"-0.0\"",
    "1e400",
    "-1e400",
    "100000000",
    "1e8",
    "\"1e8\"",
    "\"1.0E8\"",
    "0.1",
    "1.2",
    "1.7",
    "-3",
    "1e301",
    "\"x\"",
    "\"xy\"",
    "\"xay\"",
    "\"y\"",
    "\"yx\"",
    "\"Infinity\"",
    "\"\"",
    "\"z\"",
    "\"1e400\"",
    "\"0.1\"",
    "\"2\"",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "[null]",
    "[1]",
    "[1,null]",
    "[2]",
    "[1,2]",
    "[0]",
    "[\"1\"]",
    "[true]",
    "{\"b\":1}",
    "{\"b\":2}",
    "{\"b\":null}",
    "{\"c\":2}",
    "{\"b\":\"x\",\"c\":1}",
    "12",
    "\"12x\"",
    "\"x1y\"",
    "[[1]]",
    "[null,0]",
    "\"-\"",
    "11.5",
};

static const char *const field_tests[] = {
    "a = 1",    "a != 1", "a = 1.0", "a = \"1\"", "a != \"1\"", "a = 2",     "a != 2",   "a > 1",
    "a >= 1",   "a < 1",  "a <= 1",  "a < 2",     "a = x",      "a != x",    "a = x*",   "a != x*",
    "a = *y",   "a = xy", "a != xy", "a = *",     "a != *",     "a = %x%",   "a != %x%", "a = %^1%",
    "a = \"\"", "a = y*", "a = 1e2", "a > 1.5",   "a != 1.0",   "a != %.*%", "a = -",    "a",
};

static const char *const tokens[] = {
    "1",   "1.0", "2",  "+1", "01",   "1e2", "100", "0",   "-3",  "1.7",   "x", "xy",
    "xay", "y",   "yx", "z",  "\"\"", "-",   "1x",  "x1y", "1.2", "1e999", "3", "ax",
};

static bool matches_any(const char *pattern, const char *format, const char *const *events,
                        size_t count) {
    jsonlog_filter *filter = NULL;
    bool is_match = false;
    assert_int_equal(jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL), JSONLOG_OK);
    for (size_t i = 0; i < count && !is_match; i++) {
        char line[96];
        const int len = snprintf(line, sizeof line, format, events[i]);
        is_match = jsonlog_filter_match(filter, line, (size_t)len);
    }
    if (format[0] == '{')
        is_match = is_match || jsonlog_filter_match(filter, "{}", 2) ||
                   jsonlog_filter_match(filter, "{\"b\":1}", 7);
    jsonlog_filter_free(filter);
    return is_match;
}

static bool has_code(const char *pattern, jsonlog_lint_code code) {
    jsonlog_lint *lint = NULL;
    bool is_there = false;
    assert_int_equal(jsonlog_lint_pattern(pattern, strlen(pattern), &lint, NULL), JSONLOG_OK);
    for (size_t i = 0; i < jsonlog_lint_count(lint); i++)
        is_there = is_there || jsonlog_lint_get(lint, i)->code == code;
    jsonlog_lint_free(lint);
    return is_there;
}

static size_t count_claims(const char *shape, const char *const *conditions, size_t count,
                           const char *event, const char *const *events, size_t event_count) {
    size_t claims = 0;
    for (size_t i = 0; i < count * count; i++) {
        char pattern[128];
        snprintf(pattern, sizeof pattern, shape, conditions[i / count], conditions[i % count]);
        const bool is_claimed = has_code(pattern, JSONLOG_LINT_ALWAYS_FALSE);
        const bool is_match = matches_any(pattern, event, events, event_count);
        if (is_claimed && is_match)
            fail_msg("%s is satisfied, but said to be always false", pattern);
        claims += is_claimed ? 1 : 0;
    }
    return claims;
}

static void claims_no_json_pair_that_can_hold(void **state) {
    (void)state;
    const size_t claims = count_claims("{ %s && %s }", tests, COUNT(tests), "{\"a\":%s,\"b\":1}",
                                       values, COUNT(values));
    assert_int_equal(claims, 2350);
}

static void claims_no_pair_of_a_field_that_can_hold(void **state) {
    (void)state;
    const size_t claims = count_claims("[a1, %s && %s, z]", field_tests, COUNT(field_tests),
                                       "p %s q", tokens, COUNT(tokens));
    assert_int_equal(claims, 350);
}

/* What two != joined by || are said not to exclude: every string and finite number of ours. */
static void claims_no_choice_that_excludes(void **state) {
    (void)state;
    size_t claims = 0;
    for (size_t i = 0; i < COUNT(tests) * COUNT(tests); i++) {
        char pattern[128];
        jsonlog_filter *filter = NULL;
        snprintf(pattern, sizeof pattern, "{ %s || %s }", tests[i / COUNT(tests)],
                 tests[i % COUNT(tests)]);
        if (!has_code(pattern, JSONLOG_LINT_ALWAYS_TRUE))
            continue;
        claims++;
        assert_int_equal(jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL),
                         JSONLOG_OK);
        for (size_t v = 0; v < COUNT(values); v++) {
            char line[96];
            const int len = snprintf(line, sizeof line, "{\"a\":%s}", values[v]);
            const bool is_text = strchr("\"0123456789-", values[v][0]) != NULL;
            if (is_text && strstr(values[v], "e400") == NULL && strcmp(values[v], "01x") != 0 &&
                !jsonlog_filter_match(filter, line, (size_t)len))
                fail_msg("%s excludes %s", pattern, line);
        }
        jsonlog_filter_free(filter);
    }
    assert_true(claims >= 10);
}

int main(void) {
    const struct CMUnitTest all[] = {
        cmocka_unit_test(claims_no_json_pair_that_can_hold),
        cmocka_unit_test(claims_no_pair_of_a_field_that_can_hold),
        cmocka_unit_test(claims_no_choice_that_excludes),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
