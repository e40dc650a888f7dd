#include "filter/matcher.h"

#include "support/random_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* The walk that looks only at some keys says what the walk over all of them says. */

static const char *const patterns[] = {
    "{ $.a = 1 }",
    "{ $.user.age >= 20 }",
    "{ $.user.age < 20 || $.a = \"VN\" }",
    "{ $.user.user.user NOT EXISTS && $.a != 1 }",
    "{ $.a IS FALSE || $.b IS TRUE }",
    "{ $.user = * && $.age != 1 }",
    "{ $.country = \"VN\" || $.user.country = \"V*\" || $.a.a.a.a = * }",
    "{ $.user NOT EXISTS }",
    "{ $.['a very long name that takes nearly a block of its own, and more'] = * }",
    "{ $.e != 3 || $.user.e = %V% }",
};

enum { PATTERNS = sizeof patterns / sizeof *patterns, ROOM = 9000, BEHIND = 200 };

static jsonlog_filter *filters[PATTERNS];

static int compile(void **state) {
    (void)state;
    for (size_t i = 0; i < PATTERNS; i++) {
        jsonlog_err err;
        if (jsonlog_filter_compile(patterns[i], strlen(patterns[i]), &filters[i], &err) !=
            JSONLOG_OK)
            fail_msg("%s: %s", patterns[i], err.text);
        if (!filters[i]->json->is_of_names)
            fail_msg("%s asks for more than names", patterns[i]);
    }
    return 0;
}

static int release(void **state) {
    (void)state;
    for (size_t i = 0; i < PATTERNS; i++)
        jsonlog_filter_free(filters[i]);
    jl_bits_use(NULL);
    return 0;
}

static void match_by_line(const jsonlog_filter *filter, char *text, size_t len, bool expected) {
    if (memchr(text, '\n', len) != NULL)
        return;
    text[len] = '\n';
    jl_bits_reader reader = jl_bits_begin(text, text + len + BEHIND, true);
    if (jl_names_match(filter->json, &reader) != expected || reader.end != text + len)
        fail_msg("by line: should be %d: %.*s", expected, (int)len, text);
}

static size_t match_line(char *text, size_t len) {
    size_t hits = 0;
    for (size_t i = 0; i < PATTERNS; i++) {
        const jl_text line = {text, len};
        const bool expected = jl_json_match(filters[i]->json, line, NULL, NULL);
        jl_bits_reader reader = jl_bits_begin(text, text + len, false);
        if (jl_names_match(filters[i]->json, &reader) != expected)
            fail_msg("%s should be %d on %.*s", patterns[i], expected, (int)len, text);
        match_by_line(filters[i], text, len, expected);
        hits += expected;
    }
    return hits;
}

static void match_random_lines(void) {
    test_random random = {20261124};
    static char text[ROOM + BEHIND];
    size_t hits = 0;
    const size_t rounds = test_effort(12000);
    for (size_t round = 0; round < rounds; round++) {
        memset(text, '"', sizeof text);
        const size_t room = test_random_below(&random, 16) == 0 ? ROOM : 600;
        const size_t len = make_random_line(&random, text, room);
        hits += match_line(text, len);
        damage_line(&random, text, len);
        hits += match_line(text, len);
    }
    assert_true(hits > rounds / 2);
}

/* Objects that are asked for and go on beyond what is read at a time, or end just there. */
static void match_long_lines(void) {
    static const char *const members[] = {"\"age\":20,", "\"x\":{\"age\":1},", "\"age\":[{}],",
                                          "\"user\":{\"user\":2},"};
    static char text[ROOM + BEHIND];
    for (size_t filler = 4000; filler < 4200; filler++) {
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            for (size_t ends_early = 0; ends_early < 2; ends_early++) {
                memset(text, '"', sizeof text);
                const int len =
                    snprintf(text, ROOM, "{\"user\":{\"a\":\"%*s\"%s%s\"b\":0%s}", (int)filler, "",
                             ends_early ? "}," : ",", members[i], ends_early ? "" : "}");
                match_line(text, (size_t)len);
            }
        }
    }
}

static void agrees_with_the_walk_over_all_keys(void **state) {
    (void)state;
    for (const jl_bits_kernel *kernel = jl_bits_kernels; kernel->name != NULL; kernel++) {
        if (!kernel->is_supported())
            continue;
        jl_bits_use(kernel);
        match_random_lines();
        match_long_lines();
    }
}

static void other_patterns_are_walked_as_before(void **state) {
    (void)state;
    static const char *const others[] = {
        "{ $.a[0] = 1 }",
        "{ $.a[*].b = 1 }",
        "{ $.* = 1 }",
        "{ $.[''] = 1 }",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        jsonlog_filter *filter = NULL;
        if (jsonlog_filter_compile(others[i], strlen(others[i]), &filter, NULL) != JSONLOG_OK)
            continue;
        assert_false(filter->json->is_of_names);
        jsonlog_filter_free(filter);
    }
}

/* Without vectors the verdicts are those of the other walk. */
static void does_without_vectors(void **state) {
    (void)state;
    static const jl_bits_kernel none = {.name = NULL};
    const char *lines =
        "{\"user\":{\"age\":20}}\n{\"user\":{\"age\":20}} x\n{\"user\":{\"age\":2}}";
    const jl_bits_kernel *const kernels[] = {NULL, &none};
    for (size_t i = 0; i < 2; i++) {
        size_t len = 0;
        const char *at = lines;
        jl_bits_use(kernels[i]);
        assert_int_equal(jl_bits_can_read(), kernels[i] == NULL && jl_bits_kernels->name != NULL);
        assert_ptr_equal(jsonlog_filter_find(filters[1], &at, lines + strlen(lines), &len), lines);
        assert_int_equal(len, 19);
        assert_null(jsonlog_filter_find(filters[1], &at, lines + strlen(lines), &len));
        assert_true(jsonlog_filter_match(filters[1], lines, 19));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_walk_over_all_keys),
        cmocka_unit_test(other_patterns_are_walked_as_before),
        cmocka_unit_test(does_without_vectors),
    };
    return cmocka_run_group_tests(tests, compile, release);
}
