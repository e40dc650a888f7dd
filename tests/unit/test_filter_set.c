#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/filter_set.h>

#include "support/failing_allocator.h"
#include "support/test_random.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILTERS_MAX = 2000, WORDS_MAX = JSONLOG_FILTER_SET_WORDS(FILTERS_MAX) };

static jsonlog_filter_set *set_of(const char *const *patterns, size_t count) {
    jsonlog_filter_set *set = NULL;
    jsonlog_err err = {.text = ""};
    size_t bad = 0;
    if (jsonlog_filter_set_compile(patterns, count, &set, &bad, &err) != JSONLOG_OK)
        fail_msg("pattern %zu: %s", bad, err.text);
    return set;
}

#define SET_OF(...)                            \
    set_of((const char *const[]){__VA_ARGS__}, \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static uint64_t verdicts(const jsonlog_filter_set *set, const char *line) {
    uint64_t matches[1] = {UINT64_MAX};
    const size_t count = jsonlog_filter_set_match(set, line, strlen(line), matches);
    assert_int_equal(count, __builtin_popcountll(matches[0]));
    return matches[0];
}

static void says_which_filters_match(void **state) {
    (void)state;
    jsonlog_filter_set *set =
        SET_OF("{ $.a = \"first\" }", "ERROR", "{ $.a = \"first\" && $.b.c > 5 }", "",
               "{ $.b.c NOT EXISTS }", "%^\\{.*\\}$%", "[first, ...]", "{ $.a.* = \"first\" }",
               "{ $.list[1] = \"second\" || $.list IS NULL }", " -ERROR", "?WARN ?ERROR");
    static const struct {
        const char *line;
        uint64_t matches;
    } cases[] = {
        {"{\"a\":\"first\",\"b\":{\"c\":6}}", 0x26D},
        {"{\"a\":\"first\",\"b\":{\"c\":5}}", 0x269},
        {"{\"a\":\"\\u0066irst\"}", 0x279},
        {"{\"\\u0061\":\"first\"}", 0x279},
        {"{\"a\":\"first\",\"a\":1}", 0x278},
        {"{\"a\":1,\"a\":\"first\"}", 0x279},
        {"{\"a\":\"first\",\"b\":{\"c\":6},\"b\":{}}", 0x279},
        {"{\"a\":\"first\"} x", 0x248},
        {"{\"a\":\"first\"", 0x248},
        {"{\"a\":{\"x\":\"first\"}}", 0x2F8},
        {"{\"list\":[1,\"second\"]}", 0x378},
        {"{\"list\":[1,2,null]}", 0x378},
        {"{\"list\":[null],\"list\":[1]}", 0x278},
        {"{\"list\":[1,\"second\"],\"list\":[1]}", 0x278},
        {"ERROR", 0x44A},
        {"WARN", 0x648},
        {"", 0x208},
        {"{}", 0x278},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t alone = 0;
        for (size_t f = 0; f < jsonlog_filter_set_count(set); f++)
            alone |= (uint64_t)jsonlog_filter_match(jsonlog_filter_set_get(set, f), cases[i].line,
                                                    strlen(cases[i].line))
                     << f;
        if (verdicts(set, cases[i].line) != cases[i].matches || alone != cases[i].matches)
            fail_msg("%s: %llx, alone %llx, not %llx", cases[i].line,
                     (unsigned long long)verdicts(set, cases[i].line), (unsigned long long)alone,
                     (unsigned long long)cases[i].matches);
    }
    jsonlog_filter_set_free(set);
}

static void names_its_filters(void **state) {
    (void)state;
    jsonlog_filter_set *set = SET_OF("one", "{ $.two = 2 }");
    assert_int_equal(jsonlog_filter_set_count(set), 2);
    assert_string_equal(jsonlog_filter_get_pattern(jsonlog_filter_set_get(set, 1), NULL),
                        "{ $.two = 2 }");
    assert_null(jsonlog_filter_set_get(set, 2));
    jsonlog_filter_set_free(set);
    jsonlog_filter_set_free(NULL);
}

static void next_walks_over_the_bits(void **state) {
    (void)state;
    const uint64_t matches[] = {UINT64_C(1) | UINT64_C(1) << 63, 0, 2};
    assert_int_equal(jsonlog_filter_set_next(matches, 192, 0), 0);
    assert_int_equal(jsonlog_filter_set_next(matches, 192, 1), 63);
    assert_int_equal(jsonlog_filter_set_next(matches, 192, 64), 129);
    assert_int_equal(jsonlog_filter_set_next(matches, 192, 130), 192);
    assert_int_equal(jsonlog_filter_set_next(matches, 129, 64), 129);
    assert_int_equal(jsonlog_filter_set_next(matches, 100, 64), 100);
    assert_int_equal(jsonlog_filter_set_next(matches, 0, 0), 0);
    assert_int_equal(jsonlog_filter_set_next(matches, 10, 500), 10);
}

static void a_set_of_none_never_matches(void **state) {
    (void)state;
    jsonlog_filter_set *set = NULL;
    assert_int_equal(jsonlog_filter_set_new(NULL, 0, &set), JSONLOG_OK);
    uint64_t unused[1] = {7};
    assert_int_equal(jsonlog_filter_set_match(set, "x", 1, unused), 0);
    assert_int_equal(jsonlog_filter_set_match(set, NULL, 0, unused), 0);
    const char *at = "x\ny", *end = at + 3;
    size_t len = 0;
    assert_null(jsonlog_filter_set_find(set, &at, end, &len, unused));
    assert_ptr_equal(at, end);
    assert_int_equal(unused[0], 7);
    jsonlog_filter_set_free(set);
}

static void an_empty_line_may_be_null(void **state) {
    (void)state;
    jsonlog_filter_set *set = SET_OF("", "ERROR", "{ $.a NOT EXISTS }", "[]");
    uint64_t matches[1] = {0};
    assert_int_equal(jsonlog_filter_set_match(set, NULL, 0, matches), 2);
    assert_int_equal(matches[0], 9);
    jsonlog_filter_set_free(set);
}

static void refuses_what_is_no_set(void **state) {
    (void)state;
    jsonlog_filter_set *set = NULL;
    jsonlog_err err;
    size_t bad = 99;
    const jsonlog_filter *const nothing[] = {NULL};
    static const char *const patterns[] = {"fine", "{ $.a = a:b }", NULL};
    assert_int_equal(jsonlog_filter_set_new(NULL, 1, &set), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_set_new(nothing, 1, &set), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_set_new(nothing, 0, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_set_new(nothing, JSONLOG_FILTER_SET_MAX + 1, &set),
                     JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_filter_set_compile(patterns, 3, &set, &bad, &err), JSONLOG_E_SYNTAX);
    assert_int_equal(bad, 1);
    assert_int_equal(err.offset, 9);
    assert_int_equal(jsonlog_filter_set_compile(patterns + 2, 1, &set, &bad, &err),
                     JSONLOG_E_INVALID);
    assert_int_equal(bad, 0);
    assert_int_equal(jsonlog_filter_set_compile(NULL, 1, &set, &bad, NULL), JSONLOG_E_INVALID);
    assert_int_equal(bad, 1);
    assert_int_equal(
        jsonlog_filter_set_compile(patterns, JSONLOG_FILTER_SET_MAX + 1, &set, NULL, &err),
        JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_filter_set_compile(patterns, 1, NULL, NULL, NULL), JSONLOG_E_INVALID);
    assert_null(set);
}

static void find_goes_from_match_to_match(void **state) {
    (void)state;
    static const char lines[] = "one\n\n{\"a\":\"first\"}\r\ntwo\nERROR one\nthree";
    static const struct {
        const char *patterns[2];
        const char *found[4];
        uint64_t matches[4];
    } cases[] = {
        {{"{ $.a = \"first\" }", "ERROR"}, {"{\"a\":\"first\"}\r", "ERROR one"}, {1, 2}},
        {{"three", "ERROR"}, {"ERROR one", "three"}, {2, 1}},
        {{"one", "%^$%"}, {"one", "", "ERROR one"}, {1, 2, 1}},
        {{"nowhere", "\"three\nfour\""}, {NULL}, {0}},
        {{"\"one\n\n\"", "\"two\nERROR\""}, {NULL}, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter_set *set = set_of(cases[i].patterns, 2);
        const char *at = lines, *end = lines + sizeof lines - 1;
        size_t len = 0;
        uint64_t matches[1];
        for (size_t n = 0; cases[i].found[n] != NULL; n++) {
            const char *line = jsonlog_filter_set_find(set, &at, end, &len, matches);
            assert_non_null(line);
            assert_int_equal(len, strlen(cases[i].found[n]));
            assert_memory_equal(line, cases[i].found[n], len);
            assert_int_equal(matches[0], cases[i].matches[n]);
        }
        assert_null(jsonlog_filter_set_find(set, &at, end, &len, matches));
        assert_ptr_equal(at, end);
        jsonlog_filter_set_free(set);
    }
}

static void does_not_change_errno(void **state) {
    (void)state;
    jsonlog_filter_set *set = SET_OF("{ $.a > 1e5 }", "{ $.a = \"*x*\" }", "%a+%", "[a, b > 1]");
    errno = 77;
    verdicts(set, "{\"a\":1e999,\"b\":\"x\"}");
    verdicts(set, "a 1e400");
    assert_int_equal(errno, 77);
    jsonlog_filter_set_free(set);
}

/* --- all vectors ----------------------------------------------------------------------------- */

typedef struct vectors {
    jsonlog_filter *filters[FILTERS_MAX];
    size_t filter_count;
    char *lines[FILTERS_MAX];
    size_t line_count;
} vectors;

static vectors all;

static void take_vector(const char *text) {
    cJSON *vector = cJSON_Parse(text);
    assert_non_null(vector);
    const char *pattern = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(vector, "pattern"));
    const char *event = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(vector, "event"));
    assert_true(all.filter_count < FILTERS_MAX && all.line_count < FILTERS_MAX);
    if (pattern != NULL &&
        jsonlog_filter_compile(pattern, strlen(pattern), &all.filters[all.filter_count], NULL) ==
            JSONLOG_OK)
        all.filter_count++;
    if (event != NULL)
        all.lines[all.line_count++] = strdup(event);
    cJSON_Delete(vector);
}

static int read_vectors(void **state) {
    if (use_failing_allocator(state) != 0)
        return -1;
    static const char *const paths[] = {JSONLOG_TEST_DATA "/filter/vectors.jsonl",
                                        JSONLOG_TEST_DATA "/filter/vectors-disputed.jsonl"};
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "r");
        assert_non_null(file);
        char *line = NULL;
        size_t size = 0;
        while (getline(&line, &size, file) > 0)
            take_vector(line);
        free(line);
        fclose(file);
    }
    assert_true(all.filter_count > 400);
    return 0;
}

static int free_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < all.filter_count; i++)
        jsonlog_filter_free(all.filters[i]);
    for (size_t i = 0; i < all.line_count; i++)
        free(all.lines[i]);
    return 0;
}

static void check_group(const jsonlog_filter *const *filters, size_t count) {
    jsonlog_filter_set *set = NULL;
    assert_int_equal(jsonlog_filter_set_new(filters, count, &set), JSONLOG_OK);
    for (size_t i = 0; i < all.line_count; i++) {
        uint64_t matches[WORDS_MAX];
        const size_t len = strlen(all.lines[i]);
        size_t expected = 0;
        const size_t found = jsonlog_filter_set_match(set, all.lines[i], len, matches);
        for (size_t f = 0; f < count; f++) {
            const bool alone = jsonlog_filter_match(filters[f], all.lines[i], len);
            if (alone != ((matches[f / 64] >> (f % 64) & 1) != 0))
                fail_msg("%s on %s: alone %d", jsonlog_filter_get_pattern(filters[f], NULL),
                         all.lines[i], alone);
            expected += alone;
        }
        assert_int_equal(found, expected);
    }
    jsonlog_filter_set_free(set);
}

static void all_vectors_at_once(void **state) {
    (void)state;
    check_group((const jsonlog_filter *const *)all.filters, all.filter_count);
}

static void vectors_in_pairs(void **state) {
    (void)state;
    for (size_t i = 0; i + 1 < all.filter_count; i++)
        check_group((const jsonlog_filter *const *)all.filters + i, 2);
}

static void vectors_in_random_groups(void **state) {
    (void)state;
    test_random random = {20261123};
    for (size_t round = 0; round < test_effort(20); round++) {
        const jsonlog_filter *group[40];
        const size_t count = 1 + test_random_below(&random, 40);
        for (size_t i = 0; i < count; i++)
            group[i] = all.filters[test_random_below(&random, all.filter_count)];
        check_group(group, count);
    }
}

/* --- large sets ------------------------------------------------------------------------------ */

/* Steps enough that no tree takes them all. */
static void many_patterns_take_several_trees(void **state) {
    (void)state;
    static char texts[FILTERS_MAX][64];
    static const char *patterns[FILTERS_MAX];
    for (size_t i = 0; i < FILTERS_MAX; i++) {
        snprintf(texts[i], sizeof texts[i], "{ $.k%zu.x%zu = \"value%zu\" || $.all = %zu }", i, i,
                 i, i % 10);
        patterns[i] = texts[i];
    }
    jsonlog_filter_set *set = set_of(patterns, FILTERS_MAX);
    for (size_t i = 0; i < FILTERS_MAX; i += 97) {
        char line[128];
        uint64_t matches[WORDS_MAX];
        const size_t len = (size_t)snprintf(
            line, sizeof line, "{\"k%zu\":{\"x%zu\":\"value%zu\"},\"all\":10}", i, i, i);
        assert_int_equal(jsonlog_filter_set_match(set, line, len, matches), 1);
        assert_int_equal(jsonlog_filter_set_next(matches, FILTERS_MAX, 0), i);
    }
    uint64_t matches[WORDS_MAX];
    assert_int_equal(jsonlog_filter_set_match(set, "{\"all\":3}", 9, matches), FILTERS_MAX / 10);
    jsonlog_filter_set_free(set);
}

static void the_longest_pattern_fits(void **state) {
    (void)state;
    char longest[JSONLOG_PATTERN_MAX + 1] = "{ $";
    for (size_t at = 3; at < JSONLOG_PATTERN_MAX - 12; at += 2)
        memcpy(longest + at, ".a", 3);
    strcat(longest, " IS NULL }");
    jsonlog_filter_set *set = SET_OF(longest, "{ $.a.b = 1 }", longest);
    assert_int_equal(verdicts(set, "{\"a\":{\"a\":{},\"b\":1}}"), 2);
    jsonlog_filter_set_free(set);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    static const char *const patterns[] = {"{ $.a = \"first\" }", "ERROR", "%x%", "{ $.b.* = 1 }"};
    int failures = 0;
    for (;; failures++) {
        jsonlog_filter_set *set = NULL;
        jsonlog_err err;
        size_t bad = 0;
        allocations_left = failures;
        const jsonlog_status status = jsonlog_filter_set_compile(patterns, 4, &set, &bad, &err);
        allocations_left = -1;
        if (status == JSONLOG_OK) {
            jsonlog_filter_set_free(set);
            break;
        }
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_int_equal(err.code, JSONLOG_E_NOMEM);
        assert_null(set);
    }
    assert_true(failures > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_which_filters_match),
        cmocka_unit_test(names_its_filters),
        cmocka_unit_test(next_walks_over_the_bits),
        cmocka_unit_test(a_set_of_none_never_matches),
        cmocka_unit_test(an_empty_line_may_be_null),
        cmocka_unit_test(refuses_what_is_no_set),
        cmocka_unit_test(find_goes_from_match_to_match),
        cmocka_unit_test(does_not_change_errno),
        cmocka_unit_test(all_vectors_at_once),
        cmocka_unit_test(vectors_in_pairs),
        cmocka_unit_test(vectors_in_random_groups),
        cmocka_unit_test(many_patterns_take_several_trees),
        cmocka_unit_test(the_longest_pattern_fits),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, read_vectors, free_vectors);
}
