#include "filter/set_search.h"
#include "support/test_random.h"
#include "support/vector_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OWNERS = 100, TEXT_MAX = 600 };

typedef struct words {
    jl_set_wish wishes[OWNERS];
    size_t count;
    jl_set_search search;
} words;

static void add(words *w, const char *text, size_t len, jl_needle_guard guard) {
    jl_set_wish *wish = &w->wishes[w->count];
    assert_true(jl_needle_make(&wish->needle, (jl_text){text, len}, guard));
    wish->owner = (uint32_t)w->count++;
}

static void start(words *w) {
    static jl_set_wish sorted[OWNERS];
    memcpy(sorted, w->wishes, sizeof sorted);
    assert_true(jl_set_search_init(&w->search, sorted, w->count, OWNERS));
}

/* What must be marked: found by looking for one needle after the other. */
static void mark_obviously(const words *w, const char *text, size_t len, uint64_t *marks) {
    for (size_t i = 0; i < w->count; i++) {
        const jl_needle *needle = &w->wishes[i].needle;
        if (memmem(text, len, needle->bytes, needle->len) != NULL)
            marks[i / 64] |= UINT64_C(1) << (i % 64);
    }
}

static bool is_marked(const uint64_t *marks) {
    return (marks[0] | marks[1]) != 0;
}

/* In memory of its own, so that a sanitizer sees a byte read beyond the end. */
static void run(const words *w, const char *text, size_t len, uint64_t marks[2]) {
    char *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, text, len);
    uint64_t plainly[2] = {0};
    marks[0] = marks[1] = 0;
    assert_null(jl_set_search_run(&w->search, copy, copy + len, marks));
    assert_null(jl_set_search_run_plainly(&w->search, copy, copy + len, plainly));
    assert_memory_equal(marks, plainly, sizeof plainly);
    const char *first = jl_set_search_run(&w->search, copy, copy + len, NULL);
    assert_ptr_equal(first, jl_set_search_run_plainly(&w->search, copy, copy + len, NULL));
    assert_int_equal(first != NULL, is_marked(marks));
    free(copy);
}

static void finds_each_at_each_place(void **state) {
    (void)state;
    static words w;
    w.count = 0;
    add(&w, "\"CreateUser\"", 12, JL_GUARD_ASCII);
    add(&w, "User", 4, JL_GUARD_NONE);
    add(&w, "abcdefghijklmnopqrstuvwxyz0123456789", 36, JL_GUARD_NONE); /* cut */
    start(&w);
    for (size_t len = 40; len < 120; len++) {
        for (size_t at = 0; at + 12 <= len; at++) {
            char text[120];
            uint64_t marks[2];
            memset(text, 'U', sizeof text);
            memcpy(text + at, "\"CreateUser\"", 12);
            run(&w, text, len, marks);
            assert_int_equal(marks[0], 3);
            run(&w, text, at + 11, marks);
            assert_int_equal(marks[0], 2);
            run(&w, text + at + 1, 11, marks);
            assert_int_equal(marks[0], 2);
        }
    }
    jl_set_search_done(&w.search);
}

static void escapes_hide_only_what_they_can_spell(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t marks;
    } cases[] = {
        {"no escape at all in here, that is sure", 0},
        {"\\u0045RROR", 1}, /* E */
        {"\\u0065rror", 0}, /* e, which no needle has */
        {"\\u003d", 0},
        {"\\u0022", 0}, /* a quote of a text, which no needle has */
        {"\\u00", 1},
        {"\\u", 1},
        {"\\uXYZW", 1}, /* no JSON */
        {"\\uc778", 0},
        {"\\n\\t\\\\", 0},
        {"\"ERROR\"", 1},
        {"WARN", 2},
        {"\\u0045 WARN", 3},
    };
    static words w;
    w.count = 0;
    add(&w, "\"ERROR\"", 7, JL_GUARD_ASCII);
    add(&w, "WARN", 4, JL_GUARD_NONE);
    start(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t marks[2];
        char text[TEXT_MAX];
        memset(text, ' ', sizeof text);
        const size_t len = strlen(cases[i].text);
        run(&w, cases[i].text, len, marks);
        assert_int_equal(marks[0], cases[i].marks);
        memcpy(text + 100, cases[i].text, len);
        run(&w, text, sizeof text, marks);
        assert_int_equal(marks[0], cases[i].marks);
    }
    jl_set_search_done(&w.search);
    w.count = 0;
    add(&w, "\"인증\"", 8, JL_GUARD_ALL);
    start(&w);
    uint64_t marks[2];
    run(&w, "\\uc778", 6, marks);
    assert_int_equal(marks[0], 1);
    run(&w, "\\u0045", 6, marks);
    assert_int_equal(marks[0], 0);
    jl_set_search_done(&w.search);
}

static void equal_needles_mark_all_who_ask(void **state) {
    (void)state;
    static words w;
    uint64_t marks[2];
    w.count = 0;
    for (size_t i = 0; i < OWNERS; i++)
        add(&w, i % 3 == 0 ? "\"ERROR\"" : "\"OTHER\"", 7, JL_GUARD_NONE);
    start(&w);
    assert_int_equal(w.search.count, 2);
    run(&w, "x\"ERROR\"x", 9, marks);
    for (size_t i = 0; i < OWNERS; i++)
        assert_int_equal(marks[i / 64] >> (i % 64) & 1, i % 3 == 0);
    jl_set_search_done(&w.search);
}

static void nothing_to_find(void **state) {
    (void)state;
    static words w;
    uint64_t marks[2];
    w.count = 0;
    start(&w);
    run(&w, "anything \\u0041", 15, marks);
    assert_false(is_marked(marks));
    jl_set_search_done(&w.search);
}

/* Few letters, so that needles are nearly there again and again. */
static size_t random_text(test_random *random, char *text, size_t least, size_t most) {
    static const char letters[] = "abAB\"\\u0\xEC\x9D";
    const size_t len = least + test_random_below(random, most - least + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = letters[test_random_below(random, sizeof letters - 1)];
    return len;
}

static void agrees_with_one_search_after_the_other(void **state) {
    (void)state;
    static words w;
    test_random random = {20261123};
    const size_t rounds = test_effort(300);
    size_t found = 0;
    for (size_t round = 0; round < rounds; round++) {
        w.count = 0;
        const size_t count = 1 + test_random_below(&random, OWNERS);
        for (size_t i = 0; i < count; i++) {
            char text[JL_NEEDLE_MAX];
            add(&w, text, random_text(&random, text, JL_SET_NEEDLE_MIN, 8), JL_GUARD_NONE);
        }
        start(&w);
        for (size_t i = 0; i < 50; i++) {
            char text[TEXT_MAX];
            uint64_t marks[2];
            uint64_t expected[2] = {0};
            const size_t len = random_text(&random, text, 0, TEXT_MAX);
            run(&w, text, len, marks);
            mark_obviously(&w, text, len, expected);
            assert_memory_equal(marks, expected, sizeof expected);
            found += is_marked(marks);
        }
        jl_set_search_done(&w.search);
    }
    assert_true(found > rounds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_each_at_each_place),
        cmocka_unit_test(escapes_hide_only_what_they_can_spell),
        cmocka_unit_test(equal_needles_mark_all_who_ask),
        cmocka_unit_test(nothing_to_find),
        cmocka_unit_test(agrees_with_one_search_after_the_other),
    };
    int failed = 0;
    for (jl_vectors kind = JL_VECTORS_UNASKED; use_next_kind(&kind);)
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
