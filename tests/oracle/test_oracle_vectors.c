/* The reference agrees with every recorded vector, of all kinds of pattern. */
#include "oracle_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

typedef struct vector_tally {
    int verdicts[ORACLE_FILTER_FIELDS + 1];
    int trues;
    int extractions;
    int refusals;
    int wrong;
} vector_tally;

static const oracle_value *member(const oracle_value *vector, const char *name) {
    oracle_text key = oracle_text_of_ascii(name);
    const oracle_value *found = oracle_json_member(vector, key);
    free(key.at);
    return found;
}

static char *text_of(const oracle_value *vector, const char *name, size_t *len) {
    const oracle_value *found = member(vector, name);
    assert_non_null(found);
    assert_int_equal(found->kind, ORACLE_STRING);
    return oracle_text_to_utf8(found->text, 0xFFFD, len);
}

static void complain(const oracle_value *vector, const char *what) {
    size_t len = 0;
    char *id = text_of(vector, "id", &len);
    char *pattern = text_of(vector, "pattern", &len);
    print_error("%s: %s: %s\n", id, pattern, what);
    free(pattern);
    free(id);
}

static bool is_extracted_as(const oracle_value *expected, const oracle_extracted *value) {
    bool is_equal = false;
    oracle_text name = oracle_text_of_bytes(value->name, strlen(value->name));
    oracle_text text = oracle_text_of_bytes(value->at, value->len);
    const oracle_value *found = oracle_json_member(expected, name);
    is_equal = found && oracle_text_equals(found->text, text);
    free(text.at);
    free(name.at);
    return is_equal;
}

static void check_extracted(const oracle_value *vector, const oracle_filter *filter,
                            const char *event, size_t len, vector_tally *tally) {
    const oracle_value *expected = member(vector, "extracted");
    if (!expected)
        return;
    size_t count = 0;
    oracle_extracted *values = oracle_extract(filter, event, len, &count);
    bool is_equal = values && count == expected->count;
    for (size_t i = 0; is_equal && i < count; i++)
        is_equal = is_extracted_as(expected, &values[i]);
    tally->extractions++;
    if (!is_equal) {
        tally->wrong++;
        complain(vector, "extracts something else");
    }
    oracle_extracted_free(values, count);
}

static void check_verdict(const oracle_value *vector, const oracle_value *expected,
                          const char *pattern, size_t pattern_len, vector_tally *tally) {
    size_t len = 0;
    oracle_filter *filter = oracle_filter_parse(pattern, pattern_len);
    char *event = text_of(vector, "event", &len);
    bool verdict = filter && oracle_filter_match(filter, event, len);
    tally->verdicts[filter ? filter->kind : ORACLE_FILTER_ALL]++;
    tally->trues += verdict;
    if (!filter || verdict != (expected->kind == ORACLE_TRUE)) {
        tally->wrong++;
        complain(vector, !filter ? "refused" : verdict ? "matches" : "does not match");
    } else {
        check_extracted(vector, filter, event, len, tally);
    }
    free(event);
    oracle_filter_free(filter);
}

static void check_refusal(const oracle_value *vector, const char *pattern, size_t len,
                          vector_tally *tally) {
    oracle_filter *filter = oracle_filter_parse(pattern, len);
    tally->refusals++;
    if (filter) {
        tally->wrong++;
        complain(vector, "accepted");
    }
    oracle_filter_free(filter);
}

static void check_vector(const oracle_value *vector, const char *verdict_name,
                         vector_tally *tally) {
    size_t len = 0;
    char *pattern = text_of(vector, "pattern", &len);
    const oracle_value *expected = member(vector, verdict_name);
    if (expected)
        check_verdict(vector, expected, pattern, len, tally);
    else
        check_refusal(vector, pattern, len, tally);
    free(pattern);
}

static vector_tally check_file(const char *path, const char *verdict_name) {
    vector_tally tally = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t len = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((len = getline(&line, &room, file)) > 0) {
        oracle_value *vector = oracle_json_read(line, (size_t)len);
        assert_non_null(vector);
        check_vector(vector, verdict_name, &tally);
        oracle_json_free(vector);
    }
    free(line);
    fclose(file);
    print_message("%s: verdicts %d json %d text %d regex %d delimited %d all, %d of them true; "
                  "%d extractions, %d refusals\n",
                  path, tally.verdicts[ORACLE_FILTER_JSON], tally.verdicts[ORACLE_FILTER_TEXT],
                  tally.verdicts[ORACLE_FILTER_REGEX], tally.verdicts[ORACLE_FILTER_FIELDS],
                  tally.verdicts[ORACLE_FILTER_ALL], tally.trues, tally.extractions,
                  tally.refusals);
    return tally;
}

static void agrees_with_the_vectors(void **state) {
    (void)state;
    vector_tally tally = check_file(JSONLOG_TEST_DATA "/filter/vectors.jsonl", "match");
    assert_int_equal(tally.wrong, 0);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_JSON], 998);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_TEXT], 192);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_REGEX], 255);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_FIELDS], 256);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_ALL], 18);
    assert_int_equal(tally.extractions, 144);
    assert_int_equal(tally.refusals, 109);
}

static void agrees_with_the_disputed_vectors_as_decided(void **state) {
    (void)state;
    vector_tally tally =
        check_file(JSONLOG_TEST_DATA "/filter/vectors-disputed.jsonl", "recommended");
    assert_int_equal(tally.wrong, 0);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_JSON], 6);
    assert_int_equal(tally.verdicts[ORACLE_FILTER_TEXT], 1);
}

/* --- what the vectors do not say --------------------------------------------------------- */

static void gives_numbers_the_text_java_gives_them(void **state) {
    (void)state;
    static const struct {
        const char *source, *canonical;
    } cases[] = {
        {"1", "1"},
        {"-0", "0"},
        {"0", "0"},
        {"-7", "-7"},
        {"18446744073709551616", "18446744073709551616"},
        {"1.0", "1.0"},
        {"-0.0", "-0.0"},
        {"0e9", "0.0"},
        {"1e-999", "0.0"},
        {"-1e-999", "-0.0"},
        {"12.34", "12.34"},
        {"12.340", "12.34"},
        {"1e3", "1000.0"},
        {"1E-7", "1.0E-7"},
        {"0.001", "0.001"},
        {"0.0012", "0.0012"},
        {"0.00099", "9.9E-4"},
        {"0.1", "0.1"},
        {"1e6", "1000000.0"},
        {"9999999.0", "9999999.0"},
        {"1e7", "1.0E7"},
        {"1e8", "1.0E8"},
        {"1234567.5", "1234567.5"},
        {"12345678.5", "1.23456785E7"},
        {"9007199254740993.0", "9.007199254740992E15"},
        {"1e23", "1.0E23"},
        {"5.684341886080802e-14", "5.684341886080802E-14"},
        {"1e309", "Infinity"},
        {"-1e309", "-Infinity"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"1.7976931348623157e308", "1.7976931348623157E308"},
        {"123456.789e3", "1.23456789E8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        oracle_number number = oracle_number_read(cases[i].source);
        assert_string_equal(number.canonical, cases[i].canonical);
        oracle_number_free(&number);
    }
}

static void compares_decimals_exactly(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"1", "1.000", 0},
        {"10", "1e1", 0},
        {"0.01", "1e-2", 0},
        {"-0.0", "+0e7", 0},
        {".5", "5.e-1", 0},
        {"1", "2", -1},
        {"-1", "-2", 1},
        {"-1", "0", -1},
        {"0", "1e-999", -1},
        {"100", "99.9", 1},
        {"0.12", "0.123", -1},
        {"007", "7", 0},
        {"9007199254740993", "9007199254740992", 1},
        {"1e2147483647", "1e2147483646", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        oracle_decimal a = oracle_decimal_read(cases[i].a), b = oracle_decimal_read(cases[i].b);
        int order = oracle_decimal_compare(&a, &b);
        assert_int_equal((order > 0) - (order < 0), cases[i].order);
        oracle_decimal_free(&a);
        oracle_decimal_free(&b);
    }
}

static void reads_strict_json_only(void **state) {
    (void)state;
    static const char *const good[] = {"{}",      " [ ] \n",        "{\"a\":[1,{\"b\":null}]}",
                                       "-0.5e-3", "\"\\u0000\\/\"", "\"\\ud800\""};
    static const char *const bad[] = {
        "",          "{",      "{}x", "{\"a\":1,}", "[1,]",      "01",
        "+1",        "1.",     ".5",  "1e",         "-",         "\"\\x\"",
        "\"\\u12\"", "\"\t\"", "nul", "{a:1}",      "{\"a\" 1}", "\xEF\xBB\xBF{}",
        "\xFF",      "[1 2]"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        oracle_value *value = oracle_json_read(good[i], strlen(good[i]));
        assert_non_null(value);
        oracle_json_free(value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(oracle_json_read(bad[i], strlen(bad[i])));
}

static void nests_a_thousand_deep(void **state) {
    (void)state;
    char text[2002];
    for (size_t depth = 999; depth <= 1001; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        oracle_value *value = oracle_json_read(text, 2 * depth);
        assert_int_equal(value != NULL, depth <= 1000);
        oracle_json_free(value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_vectors),
        cmocka_unit_test(agrees_with_the_disputed_vectors_as_decided),
        cmocka_unit_test(gives_numbers_the_text_java_gives_them),
        cmocka_unit_test(compares_decimals_exactly),
        cmocka_unit_test(reads_strict_json_only),
        cmocka_unit_test(nests_a_thousand_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
