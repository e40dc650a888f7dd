#include <jsonlog/extract.h>

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Extracted values of the service stand in tests/data/filter/vectors.jsonl. */

static counted_heap memory = {.fail_after = SIZE_MAX};

static jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    return filter;
}

static void finds_values(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *reference;
        const char *line;
        jsonlog_found_type type;
        const char *text;
    } cases[] = {
        {"{ $.x = 1 }", "$.a", "{\"a\":\"b\"}", JSONLOG_FOUND_STRING, "b"},
        {"{ $.x = 1 }", "$.a", "{\"a\":\"\\u0062\\n\"}", JSONLOG_FOUND_STRING, "\\u0062\\n"},
        {"{ $.x = 1 }", "$.a", "{\"a\":\"\"}", JSONLOG_FOUND_STRING, ""},
        {"{ $.x = 1 }", "$.a", "{\"a\": -1.50e2 }", JSONLOG_FOUND_NUMBER, "-1.50e2"},
        {"{ $.x = 1 }", "$.a", "{\"a\":true}", JSONLOG_FOUND_BOOL, "true"},
        {"{ $.x = 1 }", "$.a", "{\"a\":false}", JSONLOG_FOUND_BOOL, "false"},
        {"{ $.x = 1 }", "$.a", "{\"a\":null}", JSONLOG_FOUND_NULL, "null"},
        {"{ $.x = 1 }", "$.a", "{\"a\":{\"b\":[1 ]}}", JSONLOG_FOUND_OBJECT, "{\"b\":[1 ]}"},
        {"{ $.x = 1 }", "$.a", "{\"a\":[ ]}", JSONLOG_FOUND_ARRAY, "[ ]"},
        {"{ $.x = 1 }", "$.a", "{}", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a.b", "{\"a\":1}", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a[1].['b c']", "{\"a\":[0,{\"b c\":7}]}", JSONLOG_FOUND_NUMBER, "7"},
        {"{ $.x = 1 }", "$.a[2]", "{\"a\":[0,1]}", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a", "{\"a\":1,\"\\u0061\":2}", JSONLOG_FOUND_NUMBER, "2"},
        {"{ $.x = 1 }", "$.a.b", "{\"a\":{\"b\":1},\"a\":{}}", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a", " {\"a\":1}\n", JSONLOG_FOUND_NUMBER, "1"},
        {"{ $.x = 1 }", "$.a", "{\"a\":1", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a", "{\"a\":1} x", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a", "[{\"a\":1}]", JSONLOG_FOUND_NOTHING, NULL},
        {"{ $.x = 1 }", "$.a", "", JSONLOG_FOUND_NOTHING, NULL},
        {"[a = 1, b]", "$a", "x y", JSONLOG_FOUND_TOKEN, "x"},
        {"[a = 1, b]", "$1", "x y", JSONLOG_FOUND_TOKEN, "x"},
        {"[a = 1, b]", "$b", "x y \"z\"", JSONLOG_FOUND_TOKEN, "y \"z\""},
        {"[a = 1, b]", "$002", "x [y z]", JSONLOG_FOUND_TOKEN, "y z"},
        {"[a = 1, b]", "$a", "x", JSONLOG_FOUND_NOTHING, NULL},
        {"[a, ..., z]", "$2", "x y z", JSONLOG_FOUND_TOKEN, "y"},
        {"[a, ..., z]", "$3", "x y z", JSONLOG_FOUND_TOKEN, "z"},
        {"[a, ..., z]", "$z", "x y z", JSONLOG_FOUND_TOKEN, "z"},
        {"[a, ..., z]", "$4", "x y z", JSONLOG_FOUND_NOTHING, NULL},
        {"[a, ..., z]", "$99999999999999999999999", "x y z", JSONLOG_FOUND_NOTHING, NULL},
        {"[]", "$2", "x \"\"", JSONLOG_FOUND_TOKEN, ""},
        {"[a-1, \xea\xb0\x80]", "$a-1", "x y", JSONLOG_FOUND_TOKEN, "x"},
        {"[a-1, \xea\xb0\x80]", "$\xea\xb0\x80", "x y", JSONLOG_FOUND_TOKEN, "y"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        const size_t calls = memory.calls;
        jsonlog_found found;
        jsonlog_err err;
        if (jsonlog_filter_extract(filter, cases[i].reference, cases[i].line, strlen(cases[i].line),
                                   &found, &err) != JSONLOG_OK)
            fail_msg("%s: %s", cases[i].reference, err.text);
        assert_int_equal(memory.calls, calls);
        if (found.type != cases[i].type)
            fail_msg("%s of %s has type %d", cases[i].reference, cases[i].line, found.type);
        if (cases[i].text != NULL) {
            assert_int_equal(found.len, strlen(cases[i].text));
            assert_memory_equal(found.text, cases[i].text, found.len);
        }
        jsonlog_filter_free(filter);
    }
}

static void refuses_references(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *reference;
        jsonlog_status status;
        size_t offset;
        const char *text;
    } cases[] = {
        {"{ $.x = 1 }", "", JSONLOG_E_SYNTAX, 0,
         "a value of a JSON event is named by a selector such as $.user.age"},
        {"{ $.x = 1 }", "a", JSONLOG_E_SYNTAX, 0,
         "a value of a JSON event is named by a selector such as $.user.age"},
        {"{ $.x = 1 }", " $.a", JSONLOG_E_SYNTAX, 0,
         "a value of a JSON event is named by a selector such as $.user.age"},
        {"{ $.x = 1 }", "$.a ", JSONLOG_E_SYNTAX, 3,
         "a value of a JSON event is named by a selector such as $.user.age"},
        {"{ $.x = 1 }", "$.a = 1", JSONLOG_E_SYNTAX, 3,
         "a value of a JSON event is named by a selector such as $.user.age"},
        {"{ $.x = 1 }", "$a", JSONLOG_E_SYNTAX, 1,
         "Invalid character(s) in term '$a': a selector starts with '$.'"},
        {"{ $.x = 1 }", "$", JSONLOG_E_SYNTAX, 1,
         "Invalid character(s) in term '$': a selector starts with '$.'"},
        {"{ $.x = 1 }", "$.a[-1]", JSONLOG_E_SYNTAX, 4,
         "Invalid character(s) in term '[-': an index is written [0], any element [*]"},
        {"{ $.x = 1 }", "$.a[0", JSONLOG_E_SYNTAX, 5,
         "Invalid character(s) in term '[0': an index is written [0], any element [*]"},
        {"{ $.x = 1 }", "$.['a", JSONLOG_E_SYNTAX, 3,
         "Invalid character(s) in term '$.['a': this quote is not closed"},
        {"{ $.x = 1 }", "$.a[*].b", JSONLOG_E_UNSUPPORTED, 3,
         "a wildcard selects many values, and one is wanted here"},
        {"{ $.x = 1 }", "$.*", JSONLOG_E_UNSUPPORTED, 1,
         "a wildcard selects many values, and one is wanted here"},
        {"{ $.x = 1 }", "$.\xff", JSONLOG_E_INVALID, 2, "the reference is not UTF-8"},
        {"[a, b]", "a", JSONLOG_E_SYNTAX, 0,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$", JSONLOG_E_SYNTAX, 0,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$.a", JSONLOG_E_SYNTAX, 1,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$a.b", JSONLOG_E_SYNTAX, 2,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$1a", JSONLOG_E_SYNTAX, 1,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$-a", JSONLOG_E_SYNTAX, 1,
         "a value of a space-delimited line is named $name or $3"},
        {"[a, b]", "$0", JSONLOG_E_SYNTAX, 1, "tokens are counted from $1 on"},
        {"[a, b]", "$c", JSONLOG_E_NOT_FOUND, 1, "the pattern has no field 'c'"},
        {"[a, b]", "$A", JSONLOG_E_NOT_FOUND, 1, "the pattern has no field 'A'"},
        {"[a, b]", "$3", JSONLOG_E_NOT_FOUND, 1,
         "the pattern has 2 fields, the last of which takes the rest of the line"},
        {"ERROR", "$.a", JSONLOG_E_UNSUPPORTED, 0,
         "only JSON and space-delimited patterns name values of a line"},
        {"%x%", "$1", JSONLOG_E_UNSUPPORTED, 0,
         "only JSON and space-delimited patterns name values of a line"},
        {"", "$1", JSONLOG_E_UNSUPPORTED, 0,
         "only JSON and space-delimited patterns name values of a line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        jsonlog_found found = {JSONLOG_FOUND_BOOL, "untouched", 9};
        jsonlog_err err = {.code = JSONLOG_OK};
        const jsonlog_status status =
            jsonlog_filter_extract(filter, cases[i].reference, "{}", 2, &found, &err);
        if (status != cases[i].status || err.offset != cases[i].offset)
            fail_msg("%s: %d at %zu", cases[i].reference, status, err.offset);
        assert_string_equal(err.text, cases[i].text);
        assert_int_equal(found.len, 9);
        assert_int_equal(jsonlog_filter_extract(filter, cases[i].reference, "{}", 2, &found, NULL),
                         status);
        jsonlog_filter_free(filter);
    }
}

static void refuses_null_and_length(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("{ $.a = 1 }");
    jsonlog_found found;
    char reference[JSONLOG_PATTERN_MAX + 2] = "$";
    while (strlen(reference) + 2 <= JSONLOG_PATTERN_MAX)
        strcat(reference, ".a");
    assert_int_equal(jsonlog_filter_extract(filter, reference, "{\"a\":1}", 7, &found, NULL),
                     JSONLOG_OK);
    assert_int_equal(found.type, JSONLOG_FOUND_NOTHING);
    strcat(reference, "aa");
    assert_int_equal(jsonlog_filter_extract(filter, reference, "{}", 2, &found, NULL),
                     JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_filter_extract(NULL, "$.a", "", 0, &found, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_extract(filter, NULL, "", 0, &found, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_extract(filter, "$.a", NULL, 1, &found, NULL),
                     JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_extract(filter, "$.a", "", 0, NULL, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_extract(filter, "$.a", NULL, 0, &found, NULL), JSONLOG_OK);
    jsonlog_filter_free(filter);
}

static void writes_found_values(void **state) {
    (void)state;
    static const struct {
        jsonlog_found found;
        size_t size;
        const char *text;
        size_t len;
    } cases[] = {
        {{JSONLOG_FOUND_STRING, "a\\\"b", 4}, 16, "a\"b", 3},
        {{JSONLOG_FOUND_STRING, "\\uD83D\\uDE00", 12}, 16, "\xf0\x9f\x98\x80", 4},
        {{JSONLOG_FOUND_STRING, "\\uD83Dx", 7}, 16, "\xef\xbf\xbdx", 4},
        {{JSONLOG_FOUND_STRING, "\xff", 1}, 16, "\xef\xbf\xbd", 3},
        {{JSONLOG_FOUND_STRING, "\\uC778\\uC99D", 12}, 6, "\xec\x9d\xb8", 6},
        {{JSONLOG_FOUND_STRING, "\\uC778x", 7}, 3, "", 4},
        {{JSONLOG_FOUND_TOKEN, "a\\n", 3}, 16, "a\\n", 3},
        {{JSONLOG_FOUND_TOKEN, "\xea\xb0\x80\xea\xb0\x80", 6}, 6, "\xea\xb0\x80", 6},
        {{JSONLOG_FOUND_NUMBER, "1.50", 4}, 16, "1.50", 4},
        {{JSONLOG_FOUND_NUMBER, "12345", 5}, 4, "123", 5},
        {{JSONLOG_FOUND_OBJECT, "{}", 2}, 1, "", 2},
        {{JSONLOG_FOUND_NOTHING, NULL, 0}, 16, "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[16];
        memset(out, '#', sizeof out);
        assert_int_equal(jsonlog_found_text(&cases[i].found, out, cases[i].size), cases[i].len);
        assert_string_equal(out, cases[i].text);
        assert_int_equal(jsonlog_found_text(&cases[i].found, NULL, 0), cases[i].len);
    }
    char out[4];
    const jsonlog_found nul = {JSONLOG_FOUND_STRING, "a\\u0000b", 8};
    assert_int_equal(jsonlog_found_text(&nul, out, sizeof out), 3);
    assert_memory_equal(out, "a\0b", 4);
}

static bool stop_at_second(const char *name, size_t name_len, const jsonlog_found *found,
                           void *context) {
    (void)found;
    size_t *count = context;
    ++*count;
    assert_memory_equal(name, *count == 1 ? "$1" : "$2", name_len);
    return *count < 2;
}

static void tells_values_of_matches_only(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("[...]");
    size_t count = 0;
    const size_t calls = memory.calls;
    assert_true(jsonlog_filter_extract_all(filter, "a b c", 5, stop_at_second, &count));
    assert_int_equal(count, 2);
    assert_true(jsonlog_filter_extract_all(filter, NULL, 0, stop_at_second, &count));
    assert_int_equal(memory.calls, calls);
    jsonlog_filter_free(filter);
    static const struct {
        const char *pattern;
        const char *line;
        bool is_match;
    } cases[] = {{"[a = 1]", "2", false},
                 {"{ $.a = 1 }", "{\"a\":1}", true},
                 {"{ $.a = 1 }", "{}", false},
                 {"a", "a", true},
                 {"", "a", true},
                 {"%b%", "a", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        filter = compile(cases[i].pattern);
        assert_int_equal(jsonlog_filter_extract_all(filter, cases[i].line, strlen(cases[i].line),
                                                    stop_at_second, &count),
                         cases[i].is_match);
        assert_int_equal(count, 2);
        jsonlog_filter_free(filter);
    }
}

static void takes_a_large_line(void **state) {
    (void)state;
    const size_t len = 1 << 20;
    char *line = malloc(len);
    assert_non_null(line);
    memset(line, ' ', len);
    memcpy(line, "{\"a\":{\"b\":\"", 11);
    memset(line + 11, 'x', len / 2);
    memcpy(line + len - 3, "\"}}", 3);
    jsonlog_filter *filter = compile("{ $.x = 1 }");
    jsonlog_found found;
    assert_int_equal(jsonlog_filter_extract(filter, "$.a.b", line, len, &found, NULL), JSONLOG_OK);
    assert_int_equal(found.type, JSONLOG_FOUND_STRING);
    assert_int_equal(found.len, len - 14);
    assert_int_equal(jsonlog_found_text(&found, NULL, 0), len - 14);
    jsonlog_filter_free(filter);
    for (size_t i = 0; i < len; i++)
        line[i] = i % 2 == 0 ? 'x' : ' ';
    filter = compile("[..., z]");
    assert_int_equal(jsonlog_filter_extract(filter, "$500000", line, len, &found, NULL),
                     JSONLOG_OK);
    assert_ptr_equal(found.text, line + 999998);
    jsonlog_filter_free(filter);
    free(line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_values),
        cmocka_unit_test(refuses_references),
        cmocka_unit_test(refuses_null_and_length),
        cmocka_unit_test(writes_found_values),
        cmocka_unit_test(tells_values_of_matches_only),
        cmocka_unit_test(takes_a_large_line),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
