#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static const char *render(const char *source, size_t len, size_t offset) {
    static char out[4096];
    jsonlog_err err;
    jl_err_set(&err, JSONLOG_E_SYNTAX, offset, "wrong");
    size_t total = jsonlog_err_render(&err, source, len, out, sizeof out);
    assert_int_equal(total, strlen(out));
    return out;
}

static void puts_the_caret_below_the_column(void **state) {
    (void)state;
    static const struct {
        const char *source;
        size_t offset;
        const char *expected;
    } cases[] = {
        {"{ $.a = a:b }", 9, "wrong\n  { $.a = a:b }\n           ^"},
        {"abc", 0, "wrong\n  abc\n  ^"},
        {"abc", 3, "wrong\n  abc\n     ^"},
        {"abc", 99, "wrong\n  abc\n     ^"},
        {"", 0, "wrong\n  \n  ^"},
        {"인증:", 6, "wrong\n  인증:\n      ^"}, /* two wide letters, four columns */
        {"인증:", 4, "wrong\n  인증:\n    ^"},   /* inside the second letter */
        {"äö:", 4, "wrong\n  äö:\n    ^"},       /* two narrow letters */
        {"😀:", 4, "wrong\n  😀:\n    ^"},
        {"a\tb\nc\r:", 6, "wrong\n  a b c :\n        ^"},
        {"\x1b[0m:", 4, "wrong\n   [0m:\n      ^"},
        {"\xff\xfe:", 2, "wrong\n  \xef\xbf\xbd\xef\xbf\xbd:\n    ^"},
        {"\xe2\x80\xae:", 3, "wrong\n   :\n   ^"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(render(cases[i].source, strlen(cases[i].source), cases[i].offset),
                            cases[i].expected);
}

static void writes_only_the_sentence_without_an_offset(void **state) {
    (void)state;
    assert_string_equal(render("abc", 3, JSONLOG_NO_OFFSET), "wrong");
    assert_string_equal(render(NULL, 0, JSONLOG_NO_OFFSET), "wrong");
    assert_string_equal(render(NULL, 0, 0), "wrong\n  \n  ^");
}

/* A source of `count` digits, and what is shown of it from `first` with `len` columns. */
static void check_window(size_t count, size_t offset, size_t first, size_t len, size_t caret) {
    char source[512] = "";
    for (size_t i = 0; i < count; i++)
        source[i] = (char)('0' + i % 10);
    char expected[1024] = "wrong\n  ";
    if (first > 0)
        strcat(expected, "…");
    size_t shown = len - (first > 0) - (first + len < count);
    memcpy(expected + strlen(expected), source + first + (first > 0), shown);
    if (first + len < count)
        strcat(expected, "…");
    strcat(expected, "\n  ");
    size_t end = strlen(expected);
    memset(expected + end, ' ', caret);
    memcpy(expected + end + caret, "^", 2);
    assert_string_equal(render(source, count, offset), expected);
}

static void shows_a_window_of_a_long_text(void **state) {
    (void)state;
    check_window(100, 99, 0, 100, 99);
    check_window(100, 100, 0, 100, 100);
    check_window(101, 0, 0, 100, 0);
    check_window(101, 101, 1, 100, 100);
    check_window(300, 50, 0, 100, 50);
    check_window(300, 51, 1, 100, 50);
    check_window(300, 150, 100, 100, 50);
    check_window(300, 250, 200, 100, 50);
    check_window(300, 251, 200, 100, 51);
    check_window(300, 300, 200, 100, 100);
}

/* Shift a text of wide letters by half a letter: a blank stands for the half outside the window. */
static void keeps_columns_when_a_wide_letter_is_cut(void **state) {
    (void)state;
    char source[400] = "";
    for (int i = 0; i < 100; i++)
        strcat(source, "인");
    const char *text = render(source, 300, 150); /* column 100: window 50 to 150 */
    const char *line = strchr(text, '\n') + 3;
    assert_memory_equal(line, "… 인", 7);
    const char *end = strchr(line, '\n');
    assert_memory_equal(end - 7, "인 …", 7);
    assert_int_equal(strlen(end), 1 + 2 + 50 + 1);
    assert_int_equal((size_t)(end - line), 3 + 1 + 48 * 3 + 1 + 3);
}

static void cuts_like_snprintf_on_a_code_point(void **state) {
    (void)state;
    static const char whole[] = "인증\n  a증\n  ^";
    jsonlog_err err;
    jl_err_set(&err, JSONLOG_E_SYNTAX, 0, "인증");
    assert_int_equal(jsonlog_err_render(&err, "a증", 4, NULL, 0), sizeof whole - 1);
    static const size_t kept[] = {0, 0, 0, 0, 3, 3, 3, 6, 7, 8, 9, 10, 10, 10, 13, 14, 15, 16, 17};
    for (size_t size = 1; size <= sizeof whole; size++) {
        char *out = malloc(size);
        assert_non_null(out);
        assert_int_equal(jsonlog_err_render(&err, "a증", 4, out, size), sizeof whole - 1);
        assert_int_equal(strlen(out), kept[size]);
        assert_memory_equal(out, whole, kept[size]);
        free(out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_the_caret_below_the_column),
        cmocka_unit_test(writes_only_the_sentence_without_an_offset),
        cmocka_unit_test(shows_a_window_of_a_long_text),
        cmocka_unit_test(keeps_columns_when_a_wide_letter_is_cut),
        cmocka_unit_test(cuts_like_snprintf_on_a_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
