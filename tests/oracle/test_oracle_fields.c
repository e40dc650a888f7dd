/**
 * The engine and the reference agree on 100,000 space-delimited patterns and lines made from one
 * another, and on every value they extract.
 *
 *     test_oracle_fields [--seed N] [--pairs N] [--coverage]
 */
#include "pair_judge.h"
#include "pair_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAIRS_FOR_COVERAGE 100000

/* A rule about a line or a pattern is true if the line matches, one about a field if that passes.
 */
#define RULES(X)                                                                     \
    X(QUOTED, "a quoted token", 5000, 5000)                                          \
    X(BRACKETED, "a bracketed token", 5000, 5000)                                    \
    X(NO_QUOTE, "a token that begins with a quote and has no partner", 500, 500)     \
    X(NO_BRACKET, "a token that begins with a bracket and has no partner", 500, 500) \
    X(EMPTY_TOKEN, "an empty token", 1000, 1000)                                     \
    X(GLUED, "a token right behind a delimiter", 300, 300)                           \
    X(INNER_QUOTE, "a quote inside a token", 1000, 1000)                             \
    X(TAB, "a tab between tokens", 1000, 1000)                                       \
    X(LEADING, "a line that begins with a blank", 1000, 1000)                        \
    X(TRAILING, "a line that ends in a blank", 1000, 1000)                           \
    X(NEWLINE, "a line that ends in a newline", 300, 300)                            \
    X(ILL_FORMED, "a line that is not UTF-8", 300, 300)                              \
    X(NO_TOKENS, "a line without tokens", 100, 100)                                  \
    X(ENOUGH, "no `...`: there are tokens enough", 10000, 2000)                      \
    X(EXACT, "no `...`: as many tokens as fields", 5000, 5000)                       \
    X(GREEDY, "no `...`: the last field is greedy", 5000, 2000)                      \
    X(GREEDY_PASSES, "the greedy field passes its condition", 500, 500)              \
    X(ELLIPSIS_FIRST, "`...` first", 1000, 500)                                      \
    X(ELLIPSIS_INSIDE, "`...` inside", 1000, 500)                                    \
    X(ELLIPSIS_LAST, "`...` last", 1000, 500)                                        \
    X(ELLIPSIS_NONE, "`...` takes nothing", 1000, 500)                               \
    X(ELLIPSIS_ENOUGH, "with `...`: there are tokens enough", 5000, 1000)            \
    X(ANYTHING, "`[]`", 50, 0)                                                       \
    X(UNNAMED, "an unnamed field", 3000, 3000)                                       \
    X(BARE_NAME, "an expression with a mere name", 500, 100)                         \
    X(AND, "an expression with &&", 500, 500)                                        \
    X(OR, "an expression with ||", 500, 500)                                         \
    X(EQ_TEXT, "= text", 2000, 1000)                                                 \
    X(NE_TEXT, "!= text", 500, 500)                                                  \
    X(EQ_NUMBER, "= number on a number", 500, 500)                                   \
    X(NE_NUMBER, "!= number on a number", 300, 300)                                  \
    X(LT, "< on a number", 100, 100)                                                 \
    X(GT, "> on a number", 100, 100)                                                 \
    X(LE, "<= on a number", 100, 100)                                                \
    X(GE, ">= on a number", 100, 100)                                                \
    X(EQ_REGEX, "= regular expression", 500, 500)                                    \
    X(NE_REGEX, "!= regular expression", 200, 500)                                   \
    X(EQ_WORD, "= number on anything else", 0, 500)                                  \
    X(NE_WORD, "!= number on anything else", 200, 0)                                 \
    X(ORDER_WORD, "< > <= >= on anything else", 0, 500)                              \
    X(INFINITE, "a number comparison on 1e309", 20, 50)                              \
    X(REFUSED, "a pattern, true if accepted", 50000, 1000)

#define RULE_ID(id, name, least_true, least_false) id,
enum { RULES(RULE_ID) RULE_COUNT };
#define RULE_ROW(id, name, least_true, least_false) {name, least_true, least_false},
static const pair_rule rules[] = {RULES(RULE_ROW)};
static size_t seen[RULE_COUNT][2];

/* --- lines ------------------------------------------------------------------------------- */

typedef struct line_shape {
    bool is_quoted, is_bracketed, has_no_quote, has_no_bracket, is_empty, is_glued, has_inner;
} line_shape;

static line_shape shape_of(const oracle_tokens *tokens) {
    line_shape out = {0};
    for (size_t i = 0; i < tokens->count; i++) {
        const oracle_token *token = &tokens->at[i];
        bool is_delimited = token->at != token->raw;
        bool is_quote = *token->raw == '"', is_bracket = *token->raw == '[';
        const char *last = i ? tokens->at[i - 1].at + tokens->at[i - 1].len : token->raw - 1;
        bool is_last_delimited = i && tokens->at[i - 1].at != tokens->at[i - 1].raw;
        out.is_quoted |= is_delimited && is_quote;
        out.is_bracketed |= is_delimited && is_bracket;
        out.has_no_quote |= !is_delimited && is_quote;
        out.has_no_bracket |= !is_delimited && is_bracket;
        out.is_empty |= token->len == 0;
        out.is_glued |= is_last_delimited && last + 1 == token->raw;
        out.has_inner |= !is_delimited && memchr(token->at + 1, '"', token->len - 1);
    }
    return out;
}

static bool is_utf8(const pair_text *text) {
    uint32_t c = 0;
    size_t at = 0, taken = 1;
    for (; at < text->len && taken > 0; at += taken)
        taken = oracle_utf8_next(text->at + at, text->len - at, &c);
    return taken > 0;
}

static bool is_gap(char c) {
    return c == ' ' || c == '\t';
}

static void observe_line(const pair_text *line, bool verdict) {
    oracle_tokens tokens = oracle_split(line->at, line->len);
    line_shape shape = shape_of(&tokens);
    seen[QUOTED][verdict] += shape.is_quoted;
    seen[BRACKETED][verdict] += shape.is_bracketed;
    seen[NO_QUOTE][verdict] += shape.has_no_quote;
    seen[NO_BRACKET][verdict] += shape.has_no_bracket;
    seen[EMPTY_TOKEN][verdict] += shape.is_empty;
    seen[GLUED][verdict] += shape.is_glued;
    seen[INNER_QUOTE][verdict] += shape.has_inner;
    seen[NO_TOKENS][verdict] += tokens.count == 0;
    seen[TAB][verdict] += memchr(line->at, '\t', line->len) != NULL;
    seen[LEADING][verdict] += line->len > 0 && is_gap(line->at[0]);
    seen[TRAILING][verdict] += line->len > 0 && is_gap(line->at[line->len - 1]);
    seen[NEWLINE][verdict] += line->len > 0 && line->at[line->len - 1] == '\n';
    seen[ILL_FORMED][verdict] += !is_utf8(line);
    free(tokens.at);
}

/* --- patterns ---------------------------------------------------------------------------- */

static void observe_ellipsis(const oracle_fields *fields, size_t at, const oracle_binding *binding,
                             bool verdict) {
    bool is_first = at == 0, is_last = at + 1 == fields->count;
    seen[ELLIPSIS_ENOUGH][binding->is_bound]++;
    if (!is_first || !is_last)
        seen[is_first ? ELLIPSIS_FIRST : is_last ? ELLIPSIS_LAST : ELLIPSIS_INSIDE][verdict]++;
    seen[ELLIPSIS_NONE][verdict] += binding->is_bound && binding->count + 1 == fields->count;
}

static void observe_counts(const oracle_fields *fields, const oracle_binding *binding,
                           bool verdict) {
    bool is_unnamed = false;
    seen[ANYTHING][verdict] += fields->count == 0;
    for (size_t i = 0; i < fields->count; i++) {
        is_unnamed |= !fields->at[i].is_ellipsis && fields->at[i].name.len == 0;
        if (!fields->at[i].is_ellipsis)
            continue;
        observe_ellipsis(fields, i, binding, verdict);
        return;
    }
    seen[UNNAMED][verdict] += is_unnamed;
    seen[ENOUGH][binding->is_bound]++;
    seen[GREEDY][verdict] += binding->is_greedy;
    seen[EXACT][verdict] += binding->is_bound && !binding->is_greedy;
}

/* --- conditions -------------------------------------------------------------------------- */

static void observe_number(const oracle_node *condition, const oracle_bound *bound, bool passes) {
    static const int of_column[ORACLE_COLUMNS] = {[ORACLE_EQ_NUMBER] = EQ_NUMBER,
                                                  [ORACLE_NE_NUMBER] = NE_NUMBER,
                                                  [ORACLE_LT] = LT,
                                                  [ORACLE_GT] = GT,
                                                  [ORACLE_LE] = LE,
                                                  [ORACLE_GE] = GE};
    size_t exponent = 0;
    bool is_ne = condition->column == ORACLE_NE_NUMBER,
         is_eq = condition->column == ORACLE_EQ_NUMBER;
    oracle_text text = oracle_text_of_bytes(bound->at, bound->len);
    bool is_infinite = bound->len == 5 && memcmp(bound->at, "1e309", 5) == 0;
    if (is_infinite)
        seen[INFINITE][passes]++;
    else if (oracle_is_number(text, &exponent))
        seen[of_column[condition->column]][passes]++;
    else
        seen[is_ne ? NE_WORD : is_eq ? EQ_WORD : ORDER_WORD][passes]++;
    free(text.at);
}

static void observe_condition(const oracle_node *condition, const oracle_bound *bound) {
    bool passes = oracle_field_passes(condition, bound->at, bound->len);
    switch (condition->column) {
    case ORACLE_EQ_TEXT: seen[EQ_TEXT][passes]++; break;
    case ORACLE_NE_TEXT: seen[NE_TEXT][passes]++; break;
    case ORACLE_EQ_REGEX: seen[EQ_REGEX][passes]++; break;
    case ORACLE_NE_REGEX: seen[NE_REGEX][passes]++; break;
    default: observe_number(condition, bound, passes);
    }
}

/** @return whether there is a mere name in it. */
static bool observe_expression(const oracle_node *node, const oracle_bound *bound) {
    if (node->kind == ORACLE_NAME)
        return true;
    if (node->kind == ORACLE_CONDITION) {
        observe_condition(node, bound);
        return false;
    }
    seen[node->kind == ORACLE_AND ? AND : OR][oracle_field_passes(node, bound->at, bound->len)]++;
    bool left = observe_expression(node->left, bound),
         right = observe_expression(node->right, bound);
    return left || right;
}

static void observe_fields(const oracle_binding *binding) {
    for (size_t i = 0; i < binding->count; i++) {
        const oracle_bound *bound = &binding->at[i];
        const oracle_node *expression = bound->field ? bound->field->expression : NULL;
        if (!expression || expression->kind == ORACLE_NAME)
            continue;
        bool passes = oracle_field_passes(expression, bound->at, bound->len);
        bool is_rest = binding->is_greedy && i + 1 == binding->count;
        seen[GREEDY_PASSES][passes] += is_rest;
        seen[BARE_NAME][passes] += observe_expression(expression, bound);
    }
}

static void observe(const pair *asked, const oracle_filter *filter, bool verdict) {
    seen[REFUSED][filter != NULL]++;
    if (!filter || filter->kind != ORACLE_FILTER_FIELDS)
        return;
    observe_line(&asked->line, verdict);
    oracle_binding binding = oracle_bind(filter->fields, asked->line.at, asked->line.len);
    observe_counts(filter->fields, &binding, verdict);
    observe_fields(&binding);
    free(binding.at);
}

static pair_judge judge = {.make = pair_make_fields,
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
