/**
 * The engine and the reference agree on 100,000 stand-alone regular expressions and lines.
 *
 *     test_oracle_regexes [--seed N] [--pairs N] [--coverage]
 *
 * What the expressions themselves can say is covered where JSON patterns use them; here it is that
 * they see the whole line, whatever bytes it has.
 */
#include "pair_judge.h"
#include "pair_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAIRS_FOR_COVERAGE 100000

#define RULES(X)                                                \
    X(ANY, "a line matches", 30000, 20000)                      \
    X(AT_START, "an expression that begins with ^", 3000, 3000) \
    X(AT_END, "an expression that ends with $", 3000, 3000)     \
    X(ALTERNATIVE, "an expression with |", 1000, 1000)          \
    X(REPEATED, "an expression with { }", 500, 500)             \
    X(CLASS, "an expression with a class", 1000, 1000)          \
    X(ESCAPE, "an expression with a backslash", 3000, 3000)     \
    X(NEWLINE, "a line with a newline", 300, 300)               \
    X(NOT_ASCII, "a line that is not ASCII", 3000, 3000)        \
    X(ILL_FORMED, "a line that is not UTF-8", 300, 300)         \
    X(NUL, "a line with a NUL", 20, 20)                         \
    X(EMPTY_LINE, "an empty line", 100, 50)                     \
    X(REFUSED, "a pattern, true if accepted", 50000, 1000)

#define RULE_ID(id, name, least_true, least_false) id,
enum { RULES(RULE_ID) RULE_COUNT };
#define RULE_ROW(id, name, least_true, least_false) {name, least_true, least_false},
static const pair_rule rules[] = {RULES(RULE_ROW)};
static size_t seen[RULE_COUNT][2];

static bool is_in(const pair_text *text, char byte) {
    return memchr(text->at, byte, text->len) != NULL;
}

static void observe_line(const pair_text *line, bool verdict) {
    bool is_ascii = true, is_utf8 = true;
    for (size_t at = 0; at < line->len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(line->at + at, line->len - at, &c);
        is_utf8 = is_utf8 && taken > 0;
        is_ascii = is_ascii && taken == 1;
        at += taken ? taken : 1;
    }
    seen[NOT_ASCII][verdict] += !is_ascii;
    seen[ILL_FORMED][verdict] += !is_utf8;
    seen[NEWLINE][verdict] += is_in(line, '\n');
    seen[NUL][verdict] += is_in(line, '\0');
    seen[EMPTY_LINE][verdict] += line->len == 0;
}

static void observe(const pair *asked, const oracle_filter *filter, bool verdict) {
    const pair_text *pattern = &asked->pattern;
    seen[REFUSED][filter != NULL]++;
    if (!filter || filter->kind != ORACLE_FILTER_REGEX)
        return;
    seen[ANY][verdict]++;
    seen[AT_START][verdict] += pattern->at[1] == '^';
    seen[AT_END][verdict] += pattern->at[pattern->len - 2] == '$';
    seen[ALTERNATIVE][verdict] += is_in(pattern, '|');
    seen[REPEATED][verdict] += is_in(pattern, '{');
    seen[CLASS][verdict] += is_in(pattern, '[');
    seen[ESCAPE][verdict] += is_in(pattern, '\\');
    observe_line(&asked->line, verdict);
}

static pair_judge judge = {.make = pair_make_regex,
                           .observe = observe,
                           .seed = 20261122,
                           .pair_count = PAIRS_FOR_COVERAGE};

static void agrees_with_the_engine(void **state) {
    (void)state;
    assert_int_equal(pair_judge_run(&judge), 0);
    int missing = pair_rule_shortfalls(rules, RULE_COUNT, seen);
    missing += pair_judge_share_shortfalls(&judge);
    if (judge.pair_count >= PAIRS_FOR_COVERAGE)
        assert_int_equal(missing, 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_engine)};
    if (!pair_judge_options(&judge, argc, argv))
        return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
