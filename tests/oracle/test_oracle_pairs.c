/**
 * The engine and the reference give the same verdict on 200,000 pairs made from one another.
 *
 *     test_oracle_pairs [--seed N] [--pairs N] [--coverage]
 *
 * A pair is found again by its seed and index. JSONLOG_TEST_EFFORT multiplies the number of pairs.
 */
#include "coverage.h"
#include "oracle.h"
#include "pair_generator.h"

#include <jsonlog/filter.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ENOUGH_DISAGREEMENTS 5
#define PAIRS_FOR_COVERAGE   200000
#define EXPLAIN_ONE_IN       50
#define MOST_MINIMISING_RUNS 20000

static uint64_t seed = 20261122;
static uint64_t pair_count = PAIRS_FOR_COVERAGE;
static bool coverage_only;

typedef enum verdict { REFUSED, NO_MATCH, MATCH } verdict;

static const char *const verdict_names[] = {"refused", "no match", "match"};

static verdict ask_oracle(const pair *asked, coverage *seen) {
    oracle_node *tree = oracle_pattern_parse(asked->pattern.at, asked->pattern.len);
    oracle_value *event = tree ? oracle_json_read(asked->line.at, asked->line.len) : NULL;
    oracle_observer observer = coverage_observer(seen);
    bool is_match = tree && oracle_match(tree, event, seen ? &observer : NULL);
    if (seen)
        coverage_count(seen, !tree, event, is_match);
    verdict said = !tree ? REFUSED : is_match ? MATCH : NO_MATCH;
    oracle_json_free(event);
    oracle_pattern_free(tree);
    return said;
}

static verdict ask_explanation(const jsonlog_filter *filter, const pair *asked) {
    jsonlog_explanation *explanation = NULL;
    if (jsonlog_filter_explain(filter, asked->line.at, asked->line.len, &explanation) != JSONLOG_OK)
        return REFUSED;
    bool is_match = jsonlog_explanation_matches(explanation);
    jsonlog_explanation_free(explanation);
    return is_match ? MATCH : NO_MATCH;
}

static verdict ask_engine(const pair *asked, bool by_explanation) {
    jsonlog_filter *filter = NULL;
    if (jsonlog_filter_compile(asked->pattern.at, asked->pattern.len, &filter, NULL) != JSONLOG_OK)
        return REFUSED;
    verdict said = NO_MATCH;
    if (by_explanation)
        said = ask_explanation(filter, asked);
    else if (jsonlog_filter_match(filter, asked->line.at, asked->line.len))
        said = MATCH;
    jsonlog_filter_free(filter);
    return said;
}

/* --- disagreements ----------------------------------------------------------------------- */

/** The same two verdicts still stand against one another. */
static bool still_disagree(const pair *asked, verdict oracle, verdict engine, bool by_explanation) {
    return asked->pattern.len > 0 && asked->pattern.at[0] == '{' &&
           ask_oracle(asked, NULL) == oracle && ask_engine(asked, by_explanation) == engine;
}

/** Delete what can be deleted from one of the two texts, in ever smaller runs. */
static void minimise(pair *asked, pair_text *text, verdict oracle, verdict engine,
                     bool by_explanation) {
    int runs = 0;
    for (size_t run = text->len / 2; run > 0; run = run / 2)
        for (size_t at = 0; at + run <= text->len && runs < MOST_MINIMISING_RUNS; runs++) {
            pair_text whole = {NULL, 0};
            pair_put_bytes(&whole, text->at, text->len);
            pair_splice(text, at, run, "", 0);
            bool is_smaller = still_disagree(asked, oracle, engine, by_explanation);
            free(is_smaller ? whole.at : text->at);
            if (!is_smaller)
                *text = whole;
            at += !is_smaller;
        }
}

/** As text, but for control characters and ill-formed bytes, so that it can be typed in again. */
static void print_text(const char *name, const pair_text *text) {
    printf("  %-17s", name);
    for (size_t at = 0; at < text->len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(text->at + at, text->len - at, &c);
        bool is_shown = taken > 0 && c >= 0x20 && (c < 0x7F || c > 0x9F);
        if (is_shown)
            printf("%.*s", (int)taken, text->at + at);
        else
            printf("<%02X>", (unsigned char)text->at[at]);
        at += is_shown ? taken : 1;
    }
    printf("\n");
}

static void report(uint64_t index, pair *asked, verdict oracle, verdict engine,
                   bool by_explanation) {
    printf("seed %llu index %llu: the oracle says %s, the engine%s says %s\n",
           (unsigned long long)seed, (unsigned long long)index, verdict_names[oracle],
           by_explanation ? "'s explanation" : "", verdict_names[engine]);
    print_text("pattern", &asked->pattern);
    print_text("line", &asked->line);
    minimise(asked, &asked->line, oracle, engine, by_explanation);
    minimise(asked, &asked->pattern, oracle, engine, by_explanation);
    minimise(asked, &asked->line, oracle, engine, by_explanation);
    print_text("smallest pattern", &asked->pattern);
    print_text("smallest line", &asked->line);
    fflush(stdout);
}

/* --- the tests --------------------------------------------------------------------------- */

static int compare(uint64_t index, coverage *seen) {
    pair asked = pair_make(seed, index);
    verdict oracle = ask_oracle(&asked, seen);
    int disagreements = 0;
    for (int by_explanation = 0; !coverage_only && by_explanation < 2; by_explanation++) {
        if (by_explanation && (oracle == REFUSED || disagreements || index % EXPLAIN_ONE_IN))
            continue;
        verdict engine = ask_engine(&asked, by_explanation);
        if (engine == oracle)
            continue;
        report(index, &asked, oracle, engine, by_explanation);
        disagreements++;
    }
    pair_done(&asked);
    return disagreements;
}

static void agrees_with_the_engine(void **state) {
    (void)state;
    static coverage seen;
    int disagreements = 0;
    for (uint64_t i = 0; i < pair_count && disagreements < ENOUGH_DISAGREEMENTS; i++)
        disagreements += compare(i, &seen);
    coverage_print(&seen);
    assert_int_equal(disagreements, 0);
    if (pair_count >= PAIRS_FOR_COVERAGE)
        assert_int_equal(coverage_shortfalls(&seen), 0);
}

static void makes_the_same_pair_again(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        pair first = pair_make(seed, i), second = pair_make(seed, i);
        assert_int_equal(first.pattern.len, second.pattern.len);
        assert_memory_equal(first.pattern.at, second.pattern.at, first.pattern.len);
        assert_int_equal(first.line.len, second.line.len);
        assert_memory_equal(first.line.at, second.line.at, first.line.len);
        pair_done(&first);
        pair_done(&second);
    }
}

static bool read_options(int count, char **options) {
    const char *effort = getenv("JSONLOG_TEST_EFFORT");
    if (effort && strtoull(effort, NULL, 10) > 0)
        pair_count *= strtoull(effort, NULL, 10);
    for (int i = 1; i < count; i++) {
        bool has_value = i + 1 < count;
        if (strcmp(options[i], "--coverage") == 0)
            coverage_only = true;
        else if (has_value && strcmp(options[i], "--seed") == 0)
            seed = strtoull(options[++i], NULL, 10);
        else if (has_value && strcmp(options[i], "--pairs") == 0)
            pair_count = strtoull(options[++i], NULL, 10);
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_the_same_pair_again),
        cmocka_unit_test(agrees_with_the_engine),
    };
    if (!read_options(argc, argv)) {
        fprintf(stderr, "usage: %s [--seed N] [--pairs N] [--coverage]\n", argv[0]);
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
