#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <string.h>

static void fills_all_parts(void **state) {
    (void)state;
    jsonlog_err err;
    memset(&err, 'x', sizeof err);
    assert_int_equal(jl_err_set(&err, JSONLOG_E_SYNTAX, 7, "bad term '%s'", "인증"),
                     JSONLOG_E_SYNTAX);
    assert_int_equal(err.code, JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 7);
    assert_string_equal(err.text, "bad term '인증'");
}

static void accepts_null(void **state) {
    (void)state;
    assert_int_equal(jl_err_set(NULL, JSONLOG_E_IO, 0, "%s", "x"), JSONLOG_E_IO);
    assert_int_equal(jl_err_nomem(NULL), JSONLOG_E_NOMEM);
}

static void says_out_of_memory(void **state) {
    (void)state;
    jsonlog_err err;
    assert_int_equal(jl_err_no_out(&err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "out is NULL");
    assert_int_equal(jl_err_wrong_size(&err, "jsonlog_x_options"), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "wrong size of jsonlog_x_options");
    assert_int_equal(err.offset, JSONLOG_NO_OFFSET);
    assert_int_equal(jl_err_nomem(&err), JSONLOG_E_NOMEM);
    assert_int_equal(err.code, JSONLOG_E_NOMEM);
    assert_int_equal(err.offset, JSONLOG_NO_OFFSET);
    assert_string_equal(err.text, "out of memory");
}

static void stays_one_harmless_line(void **state) {
    (void)state;
    static const struct {
        const char *quoted;
        const char *text;
    } cases[] = {
        {"a\nb\tc\x1b[2J", "a b c [2J"},
        {"\x7f\xc2\x85", "  "},
        {"\xe2\x80\xae right to left", "  right to left"},
        {"\xff\xc3(\xed\xa0\x80", "?"
                                  "?(???"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_err err;
        jl_err_set(&err, JSONLOG_E_SYNTAX, 0, "%s", cases[i].quoted);
        assert_string_equal(err.text, cases[i].text);
    }
}

/* 인 has three bytes, so of every three lengths two would split it. */
static void cuts_on_a_code_point(void **state) {
    (void)state;
    for (size_t shift = 0; shift < 6; shift++) {
        char sentence[3 * JSONLOG_ERR_TEXT_MAX] = "abcdef";
        for (size_t i = 0; i < JSONLOG_ERR_TEXT_MAX / 2; i++)
            memcpy(sentence + shift + i * 3, "인", 4);
        jsonlog_err err;
        jl_err_set(&err, JSONLOG_E_LIMIT, 0, "%s", sentence);
        size_t expected = JSONLOG_ERR_TEXT_MAX - 1;
        expected -= (expected - shift) % 3;
        assert_int_equal(strlen(err.text), expected);
        assert_memory_equal(err.text, sentence, expected);
    }
}

static void may_quote_its_own_text(void **state) {
    (void)state;
    jsonlog_err err;
    jl_err_set(&err, JSONLOG_E_SYNTAX, 0, "inner");
    jl_err_set(&err, JSONLOG_E_SYNTAX, 0, "outer: %s", err.text);
    assert_string_equal(err.text, "outer: inner");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_all_parts),      cmocka_unit_test(accepts_null),
        cmocka_unit_test(says_out_of_memory),   cmocka_unit_test(stays_one_harmless_line),
        cmocka_unit_test(cuts_on_a_code_point), cmocka_unit_test(may_quote_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
