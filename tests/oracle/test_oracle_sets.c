/**
 * A set says of each of its filters what the filter says alone: of pairs of a pattern and a line
 * that are made from one another, taken by the dozen, every pattern is held against every line.
 * Of every fourth set no line is told from needles.
 *
 *     test_oracle_sets [--seed N]      JSONLOG_TEST_EFFORT multiplies the number of sets.
 */
#include "pair_generator.h"
#include "pair_line.h"

#include <jsonlog/filter_set.h>

#include "filter/needle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { PAIRS_MAX = 100, SETS = 400 };

static uint64_t seed = 20261123;

typedef struct group {
    pair pairs[PAIRS_MAX];
    size_t pair_count;
    jsonlog_filter *filters[PAIRS_MAX];
    size_t filter_count;
    jsonlog_filter_set *set;
} group;

typedef pair pair_maker(uint64_t seed, uint64_t index);

/* Mostly JSON, as sets are made for it. */
static pair make_pair(uint64_t index) {
    static pair_maker *const makers[] = {pair_make,       pair_make,       pair_make,
                                         pair_make,       pair_make_terms, pair_make_terms,
                                         pair_make_regex, pair_make_fields};
    return makers[index % (sizeof makers / sizeof *makers)](seed, index);
}

static void fill(group *g, uint64_t number) {
    g->pair_count = 1 + (size_t)(number * 7 % PAIRS_MAX);
    g->filter_count = 0;
    for (size_t i = 0; i < g->pair_count; i++) {
        g->pairs[i] = make_pair(number * PAIRS_MAX + i);
        jsonlog_filter **filter = &g->filters[g->filter_count];
        const pair_text *pattern = &g->pairs[i].pattern;
        g->filter_count +=
            jsonlog_filter_compile(pattern->at, pattern->len, filter, NULL) == JSONLOG_OK;
    }
    assert_int_equal(
        jsonlog_filter_set_new((const jsonlog_filter *const *)g->filters, g->filter_count, &g->set),
        JSONLOG_OK);
}

static void empty(group *g) {
    jsonlog_filter_set_free(g->set);
    for (size_t i = 0; i < g->filter_count; i++)
        jsonlog_filter_free(g->filters[i]);
    for (size_t i = 0; i < g->pair_count; i++)
        pair_done(&g->pairs[i]);
}

static void complain(const group *g, size_t filter, const pair_text *line, bool alone) {
    fail_msg("seed %llu: %s on %.*s: alone %d, in a set %d", (unsigned long long)seed,
             jsonlog_filter_get_pattern(g->filters[filter], NULL), (int)line->len, line->at, alone,
             !alone);
}

/* @return how many match. */
static size_t check_line(const group *g, const pair_text *line) {
    uint64_t matches[JSONLOG_FILTER_SET_WORDS(PAIRS_MAX)];
    memset(matches, 0xA5, sizeof matches);
    const size_t count = jsonlog_filter_set_match(g->set, line->at, line->len, matches);
    size_t alone_count = 0;
    for (size_t i = 0; i < g->filter_count; i++) {
        const bool alone = jsonlog_filter_match(g->filters[i], line->at, line->len);
        if (alone != ((matches[i / 64] >> (i % 64) & 1) != 0))
            complain(g, i, line, alone);
        alone_count += alone;
    }
    assert_int_equal(count, alone_count);
    return count;
}

static pair_text join_lines(const group *g) {
    pair_text buffer = {NULL, 0};
    for (size_t i = 0; i < g->pair_count; i++) {
        pair_put_bytes(&buffer, g->pairs[i].line.at, g->pairs[i].line.len);
        if (i + 1 < g->pair_count)
            pair_put_byte(&buffer, '\n');
    }
    return buffer;
}

/* The lines of a buffer, of which some hold newlines: what is found is what matches line by line.
 */
static void check_buffer(const group *g) {
    const pair_text buffer = join_lines(g);
    const char *end = buffer.at + buffer.len;
    const char *next = buffer.at;
    for (const char *at = buffer.at; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const size_t len = (size_t)((newline == NULL ? end : newline) - at);
        uint64_t expected[JSONLOG_FILTER_SET_WORDS(PAIRS_MAX)];
        uint64_t found[JSONLOG_FILTER_SET_WORDS(PAIRS_MAX)];
        if (jsonlog_filter_set_match(g->set, at, len, expected) > 0) {
            size_t found_len = 0;
            assert_ptr_equal(jsonlog_filter_set_find(g->set, &next, end, &found_len, found), at);
            assert_int_equal(found_len, len);
            assert_memory_equal(found, expected,
                                JSONLOG_FILTER_SET_WORDS(g->filter_count) * sizeof *found);
        }
        at = newline == NULL ? end : newline + 1;
    }
    size_t len = 0;
    uint64_t none[JSONLOG_FILTER_SET_WORDS(PAIRS_MAX)];
    assert_null(jsonlog_filter_set_find(g->set, &next, end, &len, none));
    assert_ptr_equal(next, end);
    free(buffer.at);
}

static void says_what_each_filter_says(void **state) {
    (void)state;
    static group g;
    size_t matched = 0;
    const char *effort = getenv("JSONLOG_TEST_EFFORT");
    const double factor = effort == NULL ? 1 : atof(effort);
    for (uint64_t number = 0; number < (uint64_t)(SETS * factor) || number < 10; number++) {
        jl_needle_use(number % 4 != 3);
        fill(&g, number);
        for (size_t i = 0; i < g.pair_count; i++)
            matched += check_line(&g, &g.pairs[i].line);
        check_buffer(&g);
        empty(&g);
    }
    printf("%zu verdicts were matches\n", matched);
    assert_true(matched > 1000);
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--seed") == 0)
        seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_each_filter_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
