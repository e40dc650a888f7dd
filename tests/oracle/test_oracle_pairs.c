/**
 * The engine and the reference give the same verdict on 200,000 JSON pairs made from one another.
 *
 *     test_oracle_pairs [--seed N] [--pairs N] [--coverage]
 *
 * A pair is found again by its seed and index. JSONLOG_TEST_EFFORT multiplies the number of pairs.
 */
#include "coverage.h"
#include "pair_judge.h"

#include "support/match_ways.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define PAIRS_FOR_COVERAGE 200000

static coverage seen;

/** A refused pattern has no verdict; one that damage has given another kind has no table. */
static void observe(const pair *asked, const oracle_filter *filter, bool verdict) {
    if (filter && filter->kind != ORACLE_FILTER_JSON)
        return;
    oracle_value *event = filter ? oracle_json_read(asked->line.at, asked->line.len) : NULL;
    oracle_observer observer = coverage_observer(&seen);
    if (filter)
        oracle_match(filter->json, event, &observer);
    coverage_count(&seen, !filter, event, verdict);
    oracle_json_free(event);
}

static pair_judge judge = {
    .make = pair_make, .observe = observe, .seed = 20261122, .pair_count = PAIRS_FOR_COVERAGE};

static void agrees_with_the_engine(void **state) {
    (void)state;
    int disagreements = pair_judge_run(&judge);
    coverage_print(&seen);
    assert_int_equal(disagreements, 0);
    if (judge.pair_count >= PAIRS_FOR_COVERAGE)
        assert_int_equal(coverage_shortfalls(&seen), 0);
}

static void judge_fewer(void) {
    pair_judge fewer = {.make = pair_make, .seed = judge.seed + 1};
    fewer.pair_count = judge.pair_count / 8;
    assert_int_equal(pair_judge_run(&fewer), 0);
}

static void agrees_on_every_way(void **state) {
    (void)state;
    on_every_way(judge_fewer);
}

static void makes_the_same_pair_again(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        pair first = pair_make(judge.seed, i), second = pair_make(judge.seed, i);
        assert_int_equal(first.pattern.len, second.pattern.len);
        assert_memory_equal(first.pattern.at, second.pattern.at, first.pattern.len);
        assert_int_equal(first.line.len, second.line.len);
        assert_memory_equal(first.line.at, second.line.at, first.line.len);
        pair_done(&first);
        pair_done(&second);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_same_pair_again),
        cmocka_unit_test(agrees_with_the_engine),
        cmocka_unit_test(agrees_on_every_way),
    };
    if (!pair_judge_options(&judge, argc, argv))
        return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
