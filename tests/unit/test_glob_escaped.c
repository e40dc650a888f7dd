#include "filter/glob_escaped.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define PIECES_MAX 16

typedef struct compiled {
    jl_text pieces[PIECES_MAX];
    uint16_t failure[256];
    jl_wildcard_text wildcard;
} compiled;

static void compile(compiled *to, const char *pattern) {
    uint32_t count = 0;
    for (const char *at = pattern;; at++) {
        const size_t len = strcspn(at, "*");
        to->pieces[count++] = (jl_text){at, len};
        at += len;
        if (*at == '\0')
            break;
    }
    to->wildcard.glob = (jl_glob){.pieces = to->pieces, .count = count};
    to->wildcard.glob.has_replacement = jl_literal_of(jl_text_of(pattern)).has_replacement;
    to->wildcard.failure = to->failure;
    jl_wildcard_build(&to->wildcard.glob, to->failure);
}

static bool matches(const char *pattern, const char *spelled) {
    compiled program;
    compile(&program, pattern);
    return jl_wildcard_match(&program.wildcard, (jl_json_string){spelled, strlen(spelled), true});
}

static void matches_through_escapes(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *spelled;
        bool is_match;
    } cases[] = {
        {"*", "", true},
        {"**", "", true},
        {"a*", "", false},
        {"a*", "\\u0061", true},
        {"*b", "a\\u0062", true},
        {"*b", "a\\u0062c", false},
        {"a*c", "a\\n\\tc", true},
        {"a*a", "a", false},
        {"a*a", "\\u0061\\u0061", true},
        {"ab*ba", "aba", false},
        {"ab*ba", "abba", true},
        {"*aab*", "aa\\u0061b", true},
        {"*abab", "ababab\\u0061b", true},
        {"*abab", "abababa", false},
        {"*ab*ab*", "ab", false},
        {"*ab*ab*", "abxab", true},
        {"*\n*", "x\\ny", true},
        {"\xea\xb0\x80*", "\\uac00x", true},
        {"*\xf0\x9f\x98\x80", "x\\uD83D\\uDE00", true},
        {"*\xf0\x9f\x98\x80", "x\\uD83D", false},
        {"*x", "\\uD83Dx", true},
        {"*\xef\xbf\xbd*",
         "a\xff"
         "b",
         true},
        {"*\xef\xbf\xbd*", "a\\ud800b", false},
        {"", "", true},
        {"", "a", false},
        {"a", "\\u0061", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (matches(cases[i].pattern, cases[i].spelled) != cases[i].is_match)
            fail_msg("%s on %s should be %d", cases[i].pattern, cases[i].spelled,
                     cases[i].is_match);
    }
}

/* Star by star, trying every length: exponential, and plainly right. */
static bool is_match_plain(const char *pattern, const char *text) {
    if (*pattern == '*')
        return is_match_plain(pattern + 1, text) ||
               (*text != '\0' && is_match_plain(pattern, text + 1));
    if (*pattern == '\0' || *text == '\0')
        return *pattern == *text;
    return *pattern == *text && is_match_plain(pattern + 1, text + 1);
}

static void agrees_with_backtracking_and_with_the_plain_glob(void **state) {
    (void)state;
    test_random random = {5};
    const size_t rounds = test_effort(200000);
    size_t hits = 0;
    for (size_t round = 0; round < rounds; round++) {
        char pattern[9];
        char text[13];
        const size_t pattern_len = test_random_below(&random, 9);
        const size_t text_len = test_random_below(&random, 13);
        for (size_t i = 0; i < pattern_len; i++)
            pattern[i] = "aab*"[test_random_below(&random, 4)];
        for (size_t i = 0; i < text_len; i++)
            text[i] = "aab"[test_random_below(&random, 3)];
        pattern[pattern_len] = text[text_len] = '\0';
        const bool expected = is_match_plain(pattern, text);
        compiled program;
        compile(&program, pattern);
        hits += expected;
        if (matches(pattern, text) != expected)
            fail_msg("%s on %s should be %d", pattern, text, expected);
        assert_int_equal(jl_glob_match(&program.wildcard.glob, jl_text_of(text)), expected);
    }
    assert_true(hits > rounds / 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_through_escapes),
        cmocka_unit_test(agrees_with_backtracking_and_with_the_plain_glob),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
