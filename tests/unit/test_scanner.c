#include "json/scanner.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- a second opinion: RFC 8259 by recursive descent, as plain as it can be written ---- */

typedef struct reader {
    const char *at;
    const char *end;
} reader;

static bool plain_value(reader *r, int depth);

static bool eat(reader *r, char c) {
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static void plain_blanks(reader *r) {
    while (r->at < r->end && memchr(" \t\r\n", *r->at, 4) != NULL)
        r->at++;
}

static bool plain_digits(reader *r) {
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > start;
}

static bool plain_number(reader *r) {
    eat(r, '-');
    if (!eat(r, '0') && !plain_digits(r))
        return false;
    if (eat(r, '.') && !plain_digits(r))
        return false;
    if (eat(r, 'e') || eat(r, 'E')) {
        if (!eat(r, '+'))
            eat(r, '-');
        return plain_digits(r);
    }
    return true;
}

static bool plain_escape(reader *r) {
    if (r->at == r->end)
        return false;
    const char c = *r->at++;
    if (c != 'u')
        return memchr("\"\\/bfnrt", c, 8) != NULL;
    for (int i = 0; i < 4; i++, r->at++) {
        if (r->at == r->end || memchr("0123456789abcdefABCDEF", *r->at, 22) == NULL)
            return false;
    }
    return true;
}

static bool plain_string(reader *r) {
    if (!eat(r, '"'))
        return false;
    while (r->at < r->end) {
        const char c = *r->at++;
        if (c == '"')
            return true;
        if ((unsigned char)c < 0x20 || (c == '\\' && !plain_escape(r)))
            return false;
    }
    return false;
}

static bool plain_items(reader *r, int depth, char close) {
    plain_blanks(r);
    if (eat(r, close))
        return true;
    for (;;) {
        plain_blanks(r);
        if (close == '}') {
            if (!plain_string(r))
                return false;
            plain_blanks(r);
            if (!eat(r, ':'))
                return false;
            plain_blanks(r);
        }
        if (!plain_value(r, depth + 1))
            return false;
        plain_blanks(r);
        if (eat(r, close))
            return true;
        if (!eat(r, ','))
            return false;
    }
}

static bool plain_name(reader *r, const char *name) {
    const size_t len = strlen(name);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, name, len) != 0)
        return false;
    r->at += len;
    return true;
}

static bool plain_value(reader *r, int depth) {
    if (r->at == r->end || depth > JSONLOG_NESTING_MAX)
        return false;
    switch (*r->at) {
    case '{':
    case '[': {
        const char close = *r->at++ == '{' ? '}' : ']';
        return depth < JSONLOG_NESTING_MAX && plain_items(r, depth, close);
    }
    case '"': return plain_string(r);
    case 't': return plain_name(r, "true");
    case 'f': return plain_name(r, "false");
    case 'n': return plain_name(r, "null");
    default: return plain_number(r);
    }
}

static bool is_plain_json(jl_text text) {
    reader r = {text.ptr, text.ptr + text.len};
    plain_blanks(&r);
    if (!plain_value(&r, 0))
        return false;
    plain_blanks(&r);
    return r.at == r.end;
}

/* --- the scanner ---------------------------------------------------------------------------------
 */

static bool skips_all(jl_text text) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, text);
    return jl_scan_skip(&scanner) && scanner.depth == 0 && jl_scan_finish(&scanner);
}

/* The same through the pull functions, one container at a time. */
static bool pulls_value(jl_scanner *scanner) {
    jl_json_value value;
    jl_json_string key;
    if (!jl_scan_is_container(scanner))
        return jl_scan_scalar(scanner, &value);
    const bool is_object = *scanner->at == '{';
    if (!jl_scan_open(scanner))
        return false;
    for (bool is_first = true;; is_first = false) {
        const jl_scan_next next = is_object ? jl_scan_member(scanner, is_first, &key)
                                            : jl_scan_element(scanner, is_first);
        if (next == JL_SCAN_END) {
            jl_scan_close(scanner);
            return true;
        }
        if (next == JL_SCAN_BAD || !pulls_value(scanner))
            return false;
    }
}

static bool pulls_all(jl_text text) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, text);
    return pulls_value(&scanner) && jl_scan_finish(&scanner);
}

static const char *const valid[] = {
    "{}",
    "[]",
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "1.0",
    "0.10",
    "-0.0",
    "1e5",
    "1E5",
    "1e+5",
    "1e-5",
    "1.5e300",
    "0e0",
    "\"\"",
    "\"a\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u00e9\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\uD83D\"",
    "\"\\uDE00\"",
    "\"\x7f\"",
    "\"\xff\"",
    "\"\xc3\"",
    "\"\xed\xa0\x80\"",
    "true",
    "false",
    "null",
    " \t\r\n{ } \n",
    "[1,2,3]",
    "[ 1 , 2 ]",
    "{\"a\":1}",
    "{ \"a\" : 1 , \"b\" : [ ] }",
    "[[],[[]],{}]",
    "{\"a\":{\"a\":{\"a\":null}}}",
    "{\"\":0}",
    "{\"a\":1,\"a\":2}",
    "[true,false,null]",
    "[-1.5E-7,\"\\u0000\"]",
};

static const char *const invalid[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{a:1}",
    "{'a':1}",
    "{\"a\":1,}",
    "{,}",
    "{,\"a\":1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1,,\"b\":2}",
    "[1,]",
    "[,1]",
    "[,]",
    "[1 2]",
    "[1,,2]",
    "[1",
    "[1,",
    "{\"a",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "01",
    "-",
    "+1",
    "-01",
    "00",
    "1.",
    ".5",
    "-.5",
    "1.e5",
    "1e",
    "1e+",
    "1e-",
    "0x1",
    "1_0",
    "Infinity",
    "NaN",
    "-Infinity",
    "True",
    "TRUE",
    "nul",
    "nulll",
    "tru",
    "truee",
    "falsee",
    "\"",
    "\"a",
    "\"\\\"",
    "\"\\",
    "\"\\x\"",
    "\"\\u\"",
    "\"\\u12\"",
    "\"\\u123\"",
    "\"\\u123g\"",
    "\"\\U0041\"",
    "\"\\a\"",
    "\"\\'\"",
    "\"\t\"",
    "\"\n\"",
    "\"\x01\"",
    "\"\x1f\"",
    "{} {}",
    "{}x",
    "{}{}",
    "1 2",
    "[]]",
    "{}}",
    "/**/{}",
    "{}//",
    "\xef\xbb\xbf{}",
    "\xc2\xa0{}",
    "\v{}",
    "\f{}",
    "{\"a\":1}\v",
    "a",
    "\xff",
    "{\xff}",
    "[1\xff]",
    "{1:2}",
    "{null:1}",
    "{\"a\":1]",
    "[1}",
    "[\"a\":1]",
    "{\"a\",1}",
};

static void takes_what_is_json(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        const jl_text text = jl_text_of(valid[i]);
        if (!skips_all(text) || !pulls_all(text) || !is_plain_json(text))
            fail_msg("refused: %s", valid[i]);
    }
}

static void refuses_what_is_not(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        const jl_text text = jl_text_of(invalid[i]);
        if (skips_all(text) || pulls_all(text) || is_plain_json(text))
            fail_msg("taken: %s", invalid[i]);
    }
    const jl_text nul[] = {JL_TEXT("\0"),      JL_TEXT("{}\0"),       JL_TEXT("{\"a\0\":1}"),
                           JL_TEXT("[\0]"),    JL_TEXT("{\"a\":\0}"), JL_TEXT("tr\0e"),
                           JL_TEXT("\"\\\0\"")};
    for (size_t i = 0; i < sizeof nul / sizeof *nul; i++)
        assert_false(skips_all(nul[i]) || pulls_all(nul[i]));
    assert_false(skips_all((jl_text){NULL, 0}));
}

/* Every text is given in memory of exactly its size, so that a sanitizer sees a read behind it. */
static bool skips_copy(const char *text, size_t len) {
    char *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    if (len > 0)
        memcpy(copy, text, len);
    const jl_text view = {copy, len};
    const bool is_json = skips_all(view);
    assert_int_equal(is_json, pulls_all(view));
    free(copy);
    return is_json;
}

static void refuses_every_beginning_of_an_object(void **state) {
    (void)state;
    const char *text =
        "{\"k\\u00e9\":[1,-2.5e+3,true,false,null,\"\xea\xb0\x80\"],\"o\":{\"x\":{}}}";
    const size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        assert_false(skips_copy(text, i));
    assert_true(skips_copy(text, len));
}

static void agrees_with_a_plain_reader_on_random_text(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "{",       "}",  "[",       "]",    ",",    ":",       "\"a\"", "\"",     "\\",   "\\u00e9",
        "\\ud800", "0",  "1",       "-",    ".",    "e",       "+",     "true",   "null", "fals",
        " ",       "\n", "\"\\n\"", "\xff", "\x01", "{\"a\":", "[1,",   "12.5e1", "]]",
    };
    test_random random = {20261122};
    const size_t rounds = test_effort(200000);
    size_t taken = 0;
    for (size_t round = 0; round < rounds; round++) {
        char text[128];
        size_t len = 0;
        const size_t count = test_random_below(&random, 9);
        for (size_t i = 0; i < count; i++) {
            const char *piece = pieces[test_random_below(&random, sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        const bool expected = is_plain_json((jl_text){text, len});
        taken += expected;
        if (skips_copy(text, len) != expected)
            fail_msg("%.*s should be %d", (int)len, text, expected);
    }
    assert_true(taken > rounds / 100);
}

/* The byte-wise truth about the inside of strings, at each length and alignment. */
static void both_forms_pass_over_the_same_bytes(void **state) {
    (void)state;
    static const unsigned char rare[] = {'"', '\\', 0x1F, 0x00, '\n', 0x20, 0x21, 0x7F, 0x80, 0xFF};
    test_random random = {77};
    const size_t rounds = test_effort(50000);
    for (size_t round = 0; round < rounds; round++) {
        char text[80];
        const size_t len = test_random_below(&random, 70);
        const size_t from = test_random_below(&random, 9);
        memset(text, 'x', sizeof text);
        for (size_t n = test_random_below(&random, 4); n > 0; n--)
            text[from + test_random_below(&random, len + 1)] =
                (char)rare[test_random_below(&random, sizeof rare)];
        const char *at = text + from;
        const char *const end = at + len;
        const char *expected = at;
        while (expected < end && jl_is_string_plain(*expected))
            expected++;
        assert_ptr_equal(jl_scan_plain_string_words(at, end), expected);
        assert_ptr_equal(jl_scan_plain_string(at, end), expected);
    }
}

/* --- details -------------------------------------------------------------------------------------
 */

static char *repeat(const char *open, const char *middle, const char *close, size_t times) {
    const size_t size = times * (strlen(open) + strlen(close)) + strlen(middle) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    char *at = text;
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, open);
    at = stpcpy(at, middle);
    for (size_t i = 0; i < times; i++)
        at = stpcpy(at, close);
    return text;
}

static void assert_depth(const char *open, const char *close, size_t times, jl_scan_fault fault) {
    char *text = repeat(open, "", close, times);
    jl_scanner scanner;
    jl_scan_begin(&scanner, jl_text_of(text));
    assert_int_equal(jl_scan_skip(&scanner), fault == JL_SCAN_OK);
    assert_int_equal(scanner.fault, fault);
    free(text);
}

static void nests_to_the_limit(void **state) {
    (void)state;
    assert_depth("[", "]", JSONLOG_NESTING_MAX, JL_SCAN_OK);
    assert_depth("[", "]", JSONLOG_NESTING_MAX + 1, JL_SCAN_DEPTH);
    assert_depth("[", "]", 100000, JL_SCAN_DEPTH);
    char *text = repeat("{\"a\":[", "1", "]}", JSONLOG_NESTING_MAX / 2);
    assert_true(skips_all(jl_text_of(text)));
    free(text);
    text = repeat("{\"a\":[", "{}", "]}", JSONLOG_NESTING_MAX / 2);
    assert_false(skips_all(jl_text_of(text)));
    free(text);
}

static void says_where_it_stopped(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t at;
    } cases[] = {{"{\"a\":x}", 5}, {"[1,2", 4},      {"{} x", 3},
                 {"[1 2]", 3},     {"{\"a\" 1}", 5}, {"x", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jl_scanner scanner;
        jl_scan_begin(&scanner, jl_text_of(cases[i].text));
        assert_false(jl_scan_skip(&scanner) && jl_scan_finish(&scanner));
        assert_int_equal(scanner.fault, JL_SCAN_SYNTAX);
        assert_int_equal(scanner.at - cases[i].text, cases[i].at);
    }
}

static void hands_out_keys_and_values(void **state) {
    (void)state;
    jl_scanner scanner;
    jl_json_string key;
    jl_json_value value;
    jl_scan_begin(&scanner, JL_TEXT(" {\"a\\n\" : \"x\" , \"b\":-1.50,\"c\":12,\"d\":[true]} "));
    assert_true(jl_scan_is_container(&scanner));
    assert_true(jl_scan_open(&scanner));
    assert_int_equal(jl_scan_member(&scanner, true, &key), JL_SCAN_MORE);
    assert_true(key.has_escape && key.len == 3);
    assert_true(jl_scan_scalar(&scanner, &value));
    assert_int_equal(value.kind, JL_JSON_STRING);
    assert_true(!value.string.has_escape && value.string.len == 1);
    assert_int_equal(jl_scan_member(&scanner, false, &key), JL_SCAN_MORE);
    assert_true(jl_scan_scalar(&scanner, &value));
    assert_true(value.kind == JL_JSON_NUMBER && !value.is_integer);
    assert_true(jl_text_equal(value.number, JL_TEXT("-1.50")));
    assert_int_equal(jl_scan_member(&scanner, false, &key), JL_SCAN_MORE);
    assert_true(jl_scan_scalar(&scanner, &value) && value.is_integer);
    assert_int_equal(jl_scan_member(&scanner, false, &key), JL_SCAN_MORE);
    assert_true(jl_scan_skip(&scanner));
    assert_int_equal(jl_scan_member(&scanner, false, &key), JL_SCAN_END);
    jl_scan_close(&scanner);
    assert_true(jl_scan_finish(&scanner));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_json),
        cmocka_unit_test(refuses_what_is_not),
        cmocka_unit_test(refuses_every_beginning_of_an_object),
        cmocka_unit_test(agrees_with_a_plain_reader_on_random_text),
        cmocka_unit_test(both_forms_pass_over_the_same_bytes),
        cmocka_unit_test(nests_to_the_limit),
        cmocka_unit_test(says_where_it_stopped),
        cmocka_unit_test(hands_out_keys_and_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
