#include "json/unescape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static jl_json_string string_of(const char *text) {
    return (jl_json_string){text, strlen(text), strchr(text, '\\') != NULL};
}

static const struct {
    const char *spelled;
    uint32_t code_points[5]; /* 0 ends them */
} strings[] = {
    {"", {0}},
    {"a", {'a'}},
    {"\\\"\\\\\\/", {'"', '\\', '/'}},
    {"\\b\\f\\n\\r\\t", {8, 12, 10, 13, 9}},
    {"\\u00e9\\u00E9", {0xE9, 0xE9}},
    {"\xea\xb0\x80", {0xAC00}},
    {"\xf0\x9f\x98\x80", {0x1F600}},
    {"\\uD83D\\uDE00", {0x1F600}},
    {"\\uDBFF\\uDFFF\\uD800\\uDC00", {0x10FFFF, 0x10000}},
    {"\\uD83D", {0xD83D}},
    {"\\uD83Dx", {0xD83D, 'x'}},
    {"\\uD83D\\n", {0xD83D, '\n'}},
    {"\\uDE00\\uD83D", {0xDE00, 0xD83D}},
    {"\\uD83D\\uD83D\\uDE00", {0xD83D, 0x1F600}},
    {"\\uD83D\\u0041", {0xD83D, 'A'}},
    {"\xff"
     "a",
     {0xFFFD, 'a'}},
    {"\xe2\x82"
     "a",
     {0xFFFD, 0xFFFD, 'a'}},
    {"\xed\xa0\x80", {0xFFFD, 0xFFFD, 0xFFFD}},
    {"\xc0\xaf", {0xFFFD, 0xFFFD}},
};

static void reads_code_points(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        jl_unescape cursor = jl_unescape_begin(string_of(strings[i].spelled));
        size_t count = 0;
        while (jl_unescape_is_more(&cursor))
            assert_int_equal(jl_unescape_next(&cursor), strings[i].code_points[count++]);
        assert_true(count == 5 || strings[i].code_points[count] == 0);
    }
}

static void compares_by_meaning(void **state) {
    (void)state;
    static const struct {
        const char *spelled;
        const char *text;
        bool is_equal;
    } cases[] = {
        {"", "", true},
        {"a", "a", true},
        {"a", "b", false},
        {"a", "ab", false},
        {"ab", "a", false},
        {"\\u0061b", "ab", true},
        {"\\u0061", "ab", false},
        {"\\u0061bc", "ab", false},
        {"\\n", "\n", true},
        {"\\uD83D\\uDE00", "\xf0\x9f\x98\x80", true},
        {"\\uFFFD", "\xef\xbf\xbd", true},
        {"\xff", "\xef\xbf\xbd", true},
        {"\xff", "\xff", true},
        {"\\n\xff", "\n\xef\xbf\xbd", true},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", true},
        {"\xe2\x82", "\xef\xbf\xbd", false},
        {"\\u0000", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const jl_literal literal = jl_literal_of(jl_text_of(cases[i].text));
        assert_int_equal(jl_json_string_equals(string_of(cases[i].spelled), &literal),
                         cases[i].is_equal);
    }
}

static void the_same_key_has_one_hash(void **state) {
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        bool is_same;
    } cases[] = {
        {"", "", true},
        {"a", "\\u0061", true},
        {"\xc3\xa9", "\\u00E9", true},
        {"\xff", "\\ufffd", true},
        {"/", "\\/", true},
        {"\\ud800", "\\uD800", true},
        {"\\ud800", "\\ud801", false},
        {"\\ud800", "\\ufffd", false},
        {"a", "b", false},
        {"a", "aa", false},
        {"ab", "ba", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const jl_json_string a = string_of(cases[i].a);
        const jl_json_string b = string_of(cases[i].b);
        assert_int_equal(jl_json_string_same(a, b), cases[i].is_same);
        assert_int_equal(jl_json_string_same(b, a), cases[i].is_same);
        for (uint64_t seed = 0; seed < 3; seed++)
            assert_int_equal(jl_json_string_hash(a, seed) == jl_json_string_hash(b, seed),
                             cases[i].is_same);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_code_points),
        cmocka_unit_test(compares_by_meaning),
        cmocka_unit_test(the_same_key_has_one_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
