#include "filter/needle.h"
#include "support/test_random.h"
#include "support/vector_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static jl_needle needle_of(const char *text, jl_needle_guard guard) {
    jl_needle needle;
    assert_true(jl_needle_make(&needle, (jl_text){text, strlen(text)}, guard));
    return needle;
}

/* In memory of its own, so that a sanitizer sees a byte read beyond the end. */
static ptrdiff_t find(const jl_needle *needle, const char *text, size_t len) {
    char *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, text, len);
    const char *found = jl_needle_find(needle, copy, copy + len);
    const char *expected = jl_needle_find_plainly(needle, copy, copy + len);
    assert_ptr_equal(found, expected);
    const ptrdiff_t at = found == NULL ? -1 : found - copy;
    free(copy);
    return at;
}

static void is_found_at_each_place(void **state) {
    (void)state;
    const jl_needle needle = needle_of("\"ERROR\"", JL_GUARD_ASCII);
    for (size_t len = 7; len < 200; len++) {
        for (size_t at = 0; at + 7 <= len; at++) {
            char text[200];
            memset(text, 'E', sizeof text);
            memcpy(text + at, "\"ERROR\"", 7);
            assert_int_equal(find(&needle, text, len), at);
            assert_int_equal(find(&needle, text, at + 6), -1);
        }
    }
}

static void stops_at_escapes_it_is_guarded_by(void **state) {
    (void)state;
    static const struct {
        const char *text;
        ptrdiff_t at[3]; /* by guard */
    } cases[] = {
        {"abcdef", {-1, -1, -1}},     {"ab\\u0045", {-1, 2, 2}}, {"ab\\uc778", {-1, -1, 2}},
        {"ab\\n\\\\u0", {-1, -1, 5}}, {"ab\\u00", {-1, 2, 2}},   {"ab\\u0", {-1, -1, 2}},
        {"\\u0045needle", {6, 0, 0}}, {"ab\\", {-1, -1, -1}},    {"needle\\u0045", {0, 0, 0}},
        {"nneedleneedle", {1, 1, 1}}, {"", {-1, -1, -1}},        {"needl", {-1, -1, -1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int guard = JL_GUARD_NONE; guard <= JL_GUARD_ALL; guard++) {
            const jl_needle needle = needle_of("needle", (jl_needle_guard)guard);
            assert_int_equal(find(&needle, cases[i].text, strlen(cases[i].text)),
                             cases[i].at[guard]);
        }
    }
}

static void agrees_with_a_plain_search_on_random_bytes(void **state) {
    (void)state;
    static const char alphabet[] = "ab\\u0\"\xec";
    test_random random = {20261123};
    const size_t rounds = test_effort(100000);
    size_t hits = 0;
    for (size_t round = 0; round < rounds; round++) {
        char text[300], part[40];
        const size_t len = test_random_below(&random, sizeof text);
        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[test_random_below(&random, sizeof alphabet - 1)];
        const size_t part_len = 2 + test_random_below(&random, sizeof part - 2);
        for (size_t i = 0; i < part_len; i++)
            part[i] = alphabet[test_random_below(&random, 3)];
        if (test_random_below(&random, 2) == 0 && len > part_len)
            memcpy(text + test_random_below(&random, len - part_len), part, part_len);
        jl_needle needle;
        const jl_needle_guard guard = (jl_needle_guard)test_random_below(&random, 3);
        assert_true(jl_needle_make(&needle, (jl_text){part, part_len}, guard));
        hits += find(&needle, text, len) >= 0;
    }
    assert_true(hits > rounds / 4 && hits < rounds);
}

/* Where one window of a search by parts ends and the next begins. */
static void is_found_far_away(void **state) {
    (void)state;
    const jl_needle needle = needle_of("\"ERROR\"", JL_GUARD_ASCII);
    static char text[2200];
    memset(text, 'E', sizeof text);
    for (size_t len = 1000; len < 1100; len++)
        assert_int_equal(find(&needle, text, len), -1);
    for (size_t at = 960; at + 7 < sizeof text; at += at % 1024 < 64 || at % 1024 > 960 ? 1 : 50) {
        memcpy(text + at, "\"ERROR\"", 7);
        assert_int_equal(find(&needle, text, sizeof text), at);
        memset(text + at, 'E', 7);
    }
}

static void is_cut_to_its_beginning(void **state) {
    (void)state;
    jl_needle needle;
    assert_false(jl_needle_make(&needle, JL_TEXT("a"), JL_GUARD_NONE));
    assert_true(
        jl_needle_make(&needle, JL_TEXT("0123456789abcdef0123456789abcdefgh"), JL_GUARD_NONE));
    assert_int_equal(needle.len, JL_NEEDLE_MAX);
    assert_int_equal(find(&needle, "x0123456789abcdef0123456789abcdef", 33), 1);
}

static void is_never_worth_it_when_switched_off(void **state) {
    (void)state;
    jl_needle needle;
    jl_needle_use(false);
    assert_false(jl_needle_make(&needle, JL_TEXT("ERROR"), JL_GUARD_NONE));
    jl_needle_use(true);
    assert_true(jl_needle_make(&needle, JL_TEXT("ERROR"), JL_GUARD_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_found_at_each_place),
        cmocka_unit_test(stops_at_escapes_it_is_guarded_by),
        cmocka_unit_test(agrees_with_a_plain_search_on_random_bytes),
        cmocka_unit_test(is_found_far_away),
        cmocka_unit_test(is_cut_to_its_beginning),
        cmocka_unit_test(is_never_worth_it_when_switched_off),
    };
    int failed = 0;
    for (jl_vectors kind = JL_VECTORS_UNASKED; use_next_kind(&kind);)
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
