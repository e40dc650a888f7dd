#include "filter/glob.h"

#include "base/utf8.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#define PIECES_MAX 64

/* ---- a glob out of a text with stars, as the compiler of patterns makes it ---- */

typedef struct test_glob {
    jl_text pieces[PIECES_MAX];
    jl_glob glob;
} test_glob;

static void split(const char *pattern, size_t len, test_glob *out) {
    uint32_t count = 0;
    size_t from = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && pattern[i] != '*')
            continue;
        assert_true(count < PIECES_MAX);
        out->pieces[count++] = (jl_text){pattern + from, i - from};
        from = i + 1;
    }
    bool has_replacement = memmem(pattern, len, "\uFFFD", 3) != NULL;
    out->glob = (jl_glob){out->pieces, count, has_replacement};
}

static bool matches(const char *pattern, const char *value) {
    test_glob made;
    split(pattern, strlen(pattern), &made);
    return jl_glob_match(&made.glob, jl_text_of(value));
}

/* ---- the reference: code points, and every length a star could have ---- */

static uint32_t take(jl_text *text) {
    size_t bytes = 0;
    uint32_t code_point = jl_utf8_decode(*text, &bytes);
    text->ptr += bytes;
    text->len -= bytes;
    return code_point == JL_UTF8_INVALID ? 0xFFFD : code_point;
}

static bool slow_match(jl_text pattern, jl_text value) {
    while (pattern.len > 0) {
        if (pattern.ptr[0] == '*') {
            (void)take(&pattern);
            while (!slow_match(pattern, value)) {
                if (value.len == 0)
                    return false;
                (void)take(&value);
            }
            return true;
        }
        if (value.len == 0 || take(&pattern) != take(&value))
            return false;
    }
    return value.len == 0;
}

/* ---- tests ---- */

static void matches_whole_values(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *value;
        bool expected;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"a", "", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"***", "a", true},
        {"DA0001*", "DA00012", true},
        {"DA0001*", "DA0001", true},
        {"DA0001*", "xDA0001", false},
        {"*timeout", "a timeout", true},
        {"*timeout", "timeouts", false},
        {"*인증실패*", "사용자 인증실패: x", true},
        {"*인증실패*", "인증 실패", false},
        {"a*a", "a", false},
        {"a*a", "aa", true},
        {"a*a", "aba", true},
        {"ab*ba", "aba", false},
        {"1*3", "123", true},
        {"1*4", "12.34", true},
        {"*111.111.111", "111.111.111.111", true},
        {"*.111.111.111", "111.111.111.111", true},
        {"111*111", "111.111.111.111", true},
        {"*a*b*c*", "xaxbxcx", true},
        {"*a*b*c*", "xaxcxbx", false},
        {"a**b", "ab", true},
        {"*ab*ab*", "abab", true},
        {"*ab*ab*", "abxa", false},
        {"*aab", "aaab", true},
        {"a*", "A", false},
        {"?", "a", false},
        {"[a]*", "[a]b", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (matches(cases[i].pattern, cases[i].value) != cases[i].expected)
            fail_msg("%s on %s", cases[i].pattern, cases[i].value);
        jl_text pattern = jl_text_of(cases[i].pattern);
        assert_int_equal(slow_match(pattern, jl_text_of(cases[i].value)), cases[i].expected);
    }
}

static void takes_empty_views(void **state) {
    (void)state;
    jl_text pieces[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (uint32_t count = 1; count <= 3; count++) {
        jl_glob glob = {pieces, count, count == 3};
        assert_true(jl_glob_match(&glob, (jl_text){NULL, 0}));
        assert_int_equal(jl_glob_match(&glob, JL_TEXT("a")), count > 1);
    }
    pieces[1] = JL_TEXT("a");
    jl_glob glob = {pieces, 3, true};
    assert_false(jl_glob_match(&glob, (jl_text){NULL, 0}));
}

static void takes_an_ill_formed_byte_as_a_replacement(void **state) {
    (void)state;
    assert_true(matches("a\uFFFDb", "a\x80"
                                    "b"));
    assert_true(matches("*\uFFFD", "\xE2\x82"));
    assert_true(matches("\uFFFD\uFFFD", "\xE2\x82"));
    assert_false(matches("\uFFFD", "\xE2\x82"));
    assert_false(matches("\uFFFD", "\xC3\xA9"));
    assert_true(matches("*x*\uFFFD*", "\xFFxy\xFFz"));
    assert_false(matches("*x*\uFFFD*", "\xFFxyz"));
    assert_true(matches("*é*", "\xE2\xC3\xA9\xA9"));
}

static size_t random_text(test_random *random, const char *const *units, size_t count, char *out) {
    size_t len = 0;
    for (size_t i = test_random_below(random, 14); i > 0; i--) {
        const char *unit = units[test_random_below(random, count)];
        memcpy(out + len, unit, strlen(unit));
        len += strlen(unit);
    }
    return len;
}

static void agrees_with_the_slow_matcher(void **state) {
    (void)state;
    static const char *const in_patterns[] = {"*", "a", "b", "*", "*", "\uFFFD", "가", "*"};
    static const char *const in_values[] = {"a",      "b",    "a",  "\xFF",
                                            "\uFFFD", "\xEA", "가", "\xEA\xB0"};
    test_random random = {20260101};
    size_t counts[2] = {0, 0};
    for (size_t i = test_effort(100000); i > 0; i--) {
        char pattern[64];
        char value[64];
        /* Without U+FFFD and bad bytes in half of the rounds. */
        bool is_plain = i % 2 == 0;
        size_t pattern_len = random_text(&random, in_patterns, is_plain ? 5 : 8, pattern);
        size_t value_len = random_text(&random, in_values, is_plain ? 3 : 8, value);
        test_glob made;
        split(pattern, pattern_len, &made);
        bool expected = slow_match((jl_text){pattern, pattern_len}, (jl_text){value, value_len});
        if (jl_glob_match(&made.glob, (jl_text){value, value_len}) != expected)
            fail_msg("%.*s on %.*s", (int)pattern_len, pattern, (int)value_len, value);
        counts[expected]++;
    }
    print_message("globs: %zu true, %zu false\n", counts[1], counts[0]);
    assert_true(counts[1] * 10 > counts[0] && counts[0] * 10 > counts[1]);
}

static void stays_linear_on_hostile_values(void **state) {
    (void)state;
    enum { LENGTH = 65536 };
    char *value = malloc(LENGTH);
    memset(value, 'a', LENGTH);
    static const char *const patterns[] = {"*a*a*a*a*a*a*b", "*ab*a*a*a*a*a*", "*aa*aa*aab*",
                                           "*a*a*a*a*a*a\uFFFD*"};
    clock_t start = clock();
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        test_glob made;
        split(patterns[i], strlen(patterns[i]), &made);
        assert_false(jl_glob_match(&made.glob, (jl_text){value, LENGTH}));
    }
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 1.0);
    free(value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_whole_values),
        cmocka_unit_test(takes_empty_views),
        cmocka_unit_test(takes_an_ill_formed_byte_as_a_replacement),
        cmocka_unit_test(agrees_with_the_slow_matcher),
        cmocka_unit_test(stays_linear_on_hostile_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
