/**
 * Large steps over text, held against the same text code point by code point: they never take what
 * must not be taken, stop on a code point, and take all whole steps of what is fit.
 */
#include "json/text_steps.h"

#include "base/utf8.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { STEP = 32, TEXT_MAX = 256 };

static bool is_fit(uint32_t code_point) {
    return code_point != JL_UTF8_INVALID && code_point >= 0x20 && code_point != '"' &&
           code_point != '\\';
}

static size_t fit_prefix(jl_text text) {
    size_t at = 0;
    while (at < text.len) {
        size_t bytes;
        if (!is_fit(jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes)))
            return at;
        at += bytes;
    }
    return at;
}

/* Is there a code point that begins here and not before? Up to here all is fit. */
static bool ends_on_code_point(jl_text text, size_t at) {
    size_t from = 0;
    while (from < at) {
        size_t bytes;
        jl_utf8_decode((jl_text){text.ptr + from, text.len - from}, &bytes);
        from += bytes;
    }
    return from == at;
}

static bool has_steps(void) {
    char text[TEXT_MAX];
    memset(text, 'a', sizeof text);
    return jl_plain_text_steps(text, sizeof text) != 0;
}

static void check(jl_text text) {
    const size_t fit = fit_prefix(text);
    const size_t taken = jl_plain_text_steps(text.ptr, text.len);
    assert_true(taken <= fit);
    assert_true(ends_on_code_point(text, taken));
    if (has_steps())
        assert_true(taken + 3 >= fit / STEP * STEP);
}

/* Every first and second byte, with what may stand behind them, across the border of two steps. */
static void finds_every_ill_formed_sequence(void **state) {
    static const unsigned char third[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xF4, 0xFF};
    static const unsigned char fourth[] = {0x41, 0x80};
    (void)state;
    char text[STEP * 3];
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned pair = 0; pair < 256 * sizeof third * sizeof fourth; pair++) {
            const size_t at = STEP - 4 + pair % 5;
            memset(text, 'a', sizeof text);
            text[at] = (char)first;
            text[at + 1] = (char)(pair % 256);
            text[at + 2] = (char)third[pair / 256 % sizeof third];
            text[at + 3] = (char)fourth[pair / 256 / sizeof third];
            check((jl_text){text, sizeof text});
        }
    }
}

static size_t put_random_piece(test_random *random, char *out) {
    static const char *const pieces[] = {
        "\xED\x95\x9C", "\xEA\xB8\x80",     "a",    " ",
        "\xC3\xA9",     "\xF0\x9F\x98\x80", "\x7F", "\xE2\x80\xA8"};
    static const char *const rare[] = {
        "\"",           "\\",   "\n",      "\x80", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80",
        "\xE0\x80\x80", "\xFF", "\xC0\xAF"};
    const bool is_rare = test_random_below(random, 60) == 0;
    const char *piece = is_rare ? rare[test_random_below(random, sizeof rare / sizeof *rare)]
                                : pieces[test_random_below(random, sizeof pieces / sizeof *pieces)];
    const size_t len = strlen(piece);
    memcpy(out, piece, len);
    return len;
}

static void agrees_on_random_text(void **state) {
    (void)state;
    test_random random = {42};
    const size_t rounds = test_effort(50000);
    for (size_t round = 0; round < rounds; round++) {
        char text[TEXT_MAX + 8];
        size_t len = 0;
        while (len < TEXT_MAX)
            len += put_random_piece(&random, text + len);
        check((jl_text){text, test_random_below(&random, len + 1)});
    }
}

static void takes_nothing_short(void **state) {
    (void)state;
    assert_int_equal(jl_plain_text_steps(NULL, 0), 0);
    assert_int_equal(jl_plain_text_steps("", 0), 0);
    check((jl_text){"\xED\x95\x9C", 3});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_ill_formed_sequence),
        cmocka_unit_test(agrees_on_random_text),
        cmocka_unit_test(takes_nothing_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
