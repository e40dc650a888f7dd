#include <jsonlog/pattern.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/quote_call.h"

/* --- one call in every room ------------------------------------------------------------------ */

/* In `out_size` bytes, with guards round them: the literal (NULL: none) or the empty text. */
static void check_room(const call *self, const char *literal, size_t out_size) {
    static char space[ROOM + 32];
    memset(space, 0x5A, out_size + 32);
    char *out = space + 16;
    const size_t len = literal == NULL ? SIZE_MAX : strlen(literal);
    assert_int_equal(run(self, out, out_size), len);
    if (out_size > 0)
        assert_string_equal(out, len < out_size ? literal : "");
    for (size_t i = 0; i < 16; i++) {
        assert_int_equal(space[i], 0x5A);
        assert_int_equal(out[out_size + i], 0x5A);
    }
}

static void gives(const call *self, const char *literal) {
    const size_t len = literal == NULL ? 40 : strlen(literal);
    for (size_t out_size = 0; out_size <= len + 2; out_size++)
        check_room(self, literal, out_size);
    const size_t expected = literal == NULL ? SIZE_MAX : len;
    assert_int_equal(run(self, NULL, 0), expected);
    assert_int_equal(run(self, NULL, ROOM), expected);
}

static void quotes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        unsigned flags;
        const char *literal;
    } cases[] = {
        {OF(""), 0, "\"\""},
        {NULL, 0, 0, "\"\""},
        {OF(""), JSONLOG_QUOTE_PREFIX, "\"*\""},
        {OF(""), JSONLOG_QUOTE_SUFFIX, "\"*\""},
        {OF(""), BOTH, "\"*\""},
        {OF("abc"), 0, "\"abc\""},
        {OF("abc"), JSONLOG_QUOTE_PREFIX, "\"abc*\""},
        {OF("abc"), JSONLOG_QUOTE_SUFFIX, "\"*abc\""},
        {OF("abc"), BOTH, "\"*abc*\""},
        {OF("a\"b"), 0, "\"a\\\"b\""},
        {OF("\""), BOTH, "\"*\\\"*\""},
        {OF("\\"), 0, "\"\\\\\""},
        {OF("\\\\"), 0, "\"\\\\\\\\\""},
        {OF("\\\""), 0, "\"\\\\\\\"\""},
        {OF("\\n"), 0, "\"\\\\n\""},
        {OF("a\nb\tc\x01\x7f"), 0, "\"a\nb\tc\x01\x7f\""},
        {OF("%}]){'."), 0, "\"%}]){'.\""},
        {OF(HANGUL EMOJI), 0, "\"" HANGUL EMOJI "\""},
        {OF("\" || $.a = \""), 0, "\"\\\" || $.a = \\\"\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        gives(&(call){QUOTE, cases[i].text, cases[i].len, cases[i].flags, NULL, 0},
              cases[i].literal);
}

static void quotes_phrases(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        const char *literal;
    } cases[] = {
        {OF("abc"), "\"abc\""},
        {OF(" "), "\" \""},
        {OF("*"), "\"*\""},
        {OF("a*b\"c\\d"), "\"a*b\\\"c\\\\d\""},
        {OF("-a ?b"), "\"-a ?b\""},
        {OF("\n"), "\"\n\""},
        {OF("%[{"), "\"%[{\""},
        {OF("\\"), "\"\\\\\""},
        {OF(HANGUL), "\"" HANGUL "\""},
        {OF(""), NULL},
        {OF("a\0b"), NULL},
        {OF("\0"), NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        gives(&(call){PHRASE, cases[i].text, cases[i].len, 0, NULL, 0}, cases[i].literal);
}

static void quotes_regular_expressions(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        unsigned flags;
        const char *literal;
    } cases[] = {
        {OF(""), 0, "%^$%"},
        {OF(""), JSONLOG_QUOTE_PREFIX, "%^%"},
        {OF(""), JSONLOG_QUOTE_SUFFIX, "%$%"},
        {OF(""), BOTH, NULL},
        {OF("aZ09"), 0, "%^aZ09$%"},
        {OF("a"), JSONLOG_QUOTE_PREFIX, "%^a%"},
        {OF("a"), JSONLOG_QUOTE_SUFFIX, "%a$%"},
        {OF("a"), BOTH, "%a%"},
        {OF(":_#=@/;,- "), BOTH, "%:_#=@/;,- %"},
        {OF("^$?[]{}|\\*+."), BOTH, "%\\^\\$\\?\\[\\]\\{\\}\\|\\\\\\*\\+\\.%"},
        {OF("()\"!&"), BOTH, "%\\x28\\x29\\x22\\x21\\x26%"},
        {OF("<>%'~`"), BOTH, "%\\x3c\\x3e\\x25\\x27\\x7e\\x60%"},
        {OF("\n\t\r\v\f"), BOTH, "%\\n\\t\\x0d\\x0b\\x0c%"},
        {OF("\0\x01\x1f\x7f"), BOTH, "%\\x00\\x01\\x1f\\x7f%"},
        {OF("\xc2\x80" E_ACUTE "\xc3\xbf"), BOTH, "%\\x80\\xe9\\xff%"},
        {OF("\xc4\x80"), BOTH, NULL}, /* U+0100 */
        {OF("a" HANGUL), 0, NULL},
        {OF("a" EMOJI), 0, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        gives(&(call){REGEX, cases[i].text, cases[i].len, cases[i].flags, NULL, 0},
              cases[i].literal);
}

static void writes_selectors(void **state) {
    (void)state;
    static const struct {
        const char *keys[5];
        size_t count;
        const char *literal;
    } cases[] = {
        {{"user", "first name", "a.b"}, 3, "$.user.['first name'].['a.b']"},
        {{"a"}, 1, "$.a"},
        {{"_-09aZ"}, 1, "$._-09aZ"},
        {{"-"}, 1, "$.-"},
        {{HANGUL, E_ACUTE EMOJI}, 2, "$." HANGUL "." E_ACUTE EMOJI},
        {{""}, 1, "$.['']"},
        {{"a", "", "b"}, 3, "$.a.[''].b"},
        {{"*"}, 1, "$.['*']"},
        {{"$"}, 1, "$.['$']"},
        {{"a", "[0]", "[12]", "b"}, 4, "$.a[0][12].b"},
        {{"a", "[*]", "b"}, 3, "$.a[*].b"},
        {{"[*]", "b"}, 2, "$.*.b"},
        {{"[]", "[-1]", "[11", "11]", "[1a]"}, 5, "$.['[]'].['[-1]'].['[11'].['11]'].['[1a]']"},
        {{"[**]"}, 1, "$.['[**]']"},
        {{"]", "\"", "\\", "}", " || $.x"}, 5, "$.[']'].['\"'].['\\'].['}'].[' || $.x']"},
        {{"a\nb%c"}, 1, "$.['a\nb%c']"},
        {{NULL}, 0, NULL},
        {{NULL}, 1, NULL},
        {{"a", NULL}, 2, NULL},
        {{"[0]"}, 1, NULL},
        {{"[0]", "a"}, 2, NULL},
        {{"it's"}, 1, NULL},
        {{"a", "'"}, 2, NULL},
        {{"a", "[*]", "[*]"}, 3, NULL},
        {{"[*]", "a", "[*]"}, 3, NULL},
        {{"a", "\xff"}, 2, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        gives(&(call){SELECTOR, NULL, 0, 0, cases[i].keys, cases[i].count}, cases[i].literal);
    gives(&(call){SELECTOR, NULL, 0, 0, NULL, 1}, NULL);
}

static void refuses_what_cannot_be_written(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {
        {OF("\xff")},     {OF("\xc0\x80")},      {OF("\xed\xa0\x80")}, {OF("\xf4\x90\x80\x80")},
        {OF("\xed\x95")}, {OF("a\x80")},         {OF("a\xe9z")},       {OF(HANGUL "\xf0\x9f\x98")},
        {NULL, 1},        {OF("a\xc3\xa9\xa9")},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        gives(&(call){QUOTE, bad[i].text, bad[i].len, 0, NULL, 0}, NULL);
        gives(&(call){PHRASE, bad[i].text, bad[i].len, 0, NULL, 0}, NULL);
        gives(&(call){REGEX, bad[i].text, bad[i].len, 0, NULL, 0}, NULL);
    }
    gives(&(call){QUOTE, OF("a\0b"), 0, NULL, 0}, NULL);
    gives(&(call){QUOTE, OF("*"), 0, NULL, 0}, NULL);
    gives(&(call){QUOTE, OF("a\\*"), BOTH, NULL, 0}, NULL);
    static const unsigned flags[] = {4, 5, 0x80000000u, ~0u};
    for (size_t i = 0; i < COUNT(flags); i++) {
        gives(&(call){QUOTE, OF("a"), flags[i], NULL, 0}, NULL);
        gives(&(call){REGEX, OF("a"), flags[i], NULL, 0}, NULL);
    }
}

/* --- patterns -------------------------------------------------------------------------------- */
static jsonlog_status compile_status(const char *pattern) {
    jsonlog_filter *filter = NULL;
    const jsonlog_status status = jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL);
    jsonlog_filter_free(filter);
    return status;
}

/* Had they been cut, the two would have joined to `"xxxxx && $.b = "`, and the rest be the
 * stranger's. */
static void a_literal_that_does_not_fit_opens_no_quote(void **state) {
    (void)state;
    char a[8], b[32], pattern[128];
    assert_int_equal(jsonlog_pattern_quote(OF("xxxxxxxx"), 0, a, sizeof a), 10);
    assert_string_equal(a, "");
    jsonlog_pattern_quote(OF("|| $.c = *"), 0, b, sizeof b);
    snprintf(pattern, sizeof pattern, "{ $.a = %s && $.b = %s }", a, b);
    assert_int_equal(compile_status(pattern), JSONLOG_E_SYNTAX);

    static const char *const keys[] = {"user", "name"};
    assert_int_equal(jsonlog_pattern_selector(keys, 2, a, sizeof a), 11);
    snprintf(pattern, sizeof pattern, "{ %s = 1 }", a);
    assert_int_equal(compile_status(pattern), JSONLOG_E_SYNTAX);
}

/* `units` Hangul syllables quoted in a pattern of 8 units. */
static jsonlog_status status_of_length(size_t units) {
    char text[3 * JSONLOG_PATTERN_MAX];
    char literal[JSONLOG_PATTERN_BYTES_MAX], pattern[ROOM];
    for (size_t i = 0; i < units; i++)
        memcpy(text + 3 * i, HANGUL, 3);
    const size_t len = jsonlog_pattern_quote(text, 3 * units, 0, literal, sizeof literal);
    assert_int_equal(len, 3 * units + 2);
    const int pattern_len = snprintf(pattern, sizeof pattern, "{$.v=%s}", literal);
    assert_in_range(pattern_len, 1, JSONLOG_PATTERN_BYTES_MAX - 1);
    return compile_status(pattern);
}

static void has_room_for_the_longest_pattern(void **state) {
    (void)state;
    assert_int_equal(JSONLOG_PATTERN_BYTES_MAX, 3073);
    assert_int_equal(status_of_length(JSONLOG_PATTERN_MAX - 8), JSONLOG_OK);
    assert_int_equal(status_of_length(JSONLOG_PATTERN_MAX - 7), JSONLOG_E_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes),
        cmocka_unit_test(quotes_phrases),
        cmocka_unit_test(quotes_regular_expressions),
        cmocka_unit_test(writes_selectors),
        cmocka_unit_test(refuses_what_cannot_be_written),
        cmocka_unit_test(a_literal_that_does_not_fit_opens_no_quote),
        cmocka_unit_test(has_room_for_the_longest_pattern),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
