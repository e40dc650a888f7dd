/**
 * JSON filter patterns, by recursive descent over code points:
 *
 *     json = "{" or "}"      or = and { "||" and }      and = prim { "&&" prim }
 *     prim = "(" or ")" | selector comparison
 *
 * A pattern is accepted or refused; why is the engine's business.
 */
#include "oracle_parser.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WILD_SELECTORS 3

/* --- selectors --------------------------------------------------------------------------- */

static oracle_step *add_step(oracle_node *node, oracle_step_kind kind) {
    node->steps = oracle_grow(node->steps, (node->step_count + 1) * sizeof *node->steps);
    oracle_step *step = &node->steps[node->step_count++];
    *step = (oracle_step){kind, {NULL, 0}, 0};
    return step;
}

/** `.name`, after the dot. */
static bool take_name(oracle_parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_NAME);
    while (oracle_is_name_character(oracle_peek(p)))
        oracle_text_push(&step->name, p->text.at[p->pos++]);
    return step->name.len > 0;
}

/** `.['name']`, after the quote. */
static bool take_quoted_name(oracle_parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_NAME);
    while (p->pos < p->text.len && oracle_peek(p) != '\'')
        oracle_text_push(&step->name, p->text.at[p->pos++]);
    return oracle_take(p, "']");
}

/** `[7]`, after the bracket. */
static bool take_index(oracle_parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_INDEX);
    if (!oracle_is_digit(oracle_peek(p)))
        return false;
    for (; oracle_is_digit(oracle_peek(p)); p->pos++) {
        bool is_huge = step->index > 1000000000;
        step->index = is_huge ? SIZE_MAX : step->index * 10 + (oracle_peek(p) - '0');
    }
    return oracle_take(p, "]");
}

static bool take_step(oracle_parser *p, oracle_node *node) {
    if (oracle_take(p, ".['"))
        return take_quoted_name(p, node);
    if (oracle_take(p, ".*") || (node->step_count > 0 && oracle_take(p, "[*]"))) {
        add_step(node, ORACLE_STEP_WILD);
        return true;
    }
    if (oracle_take(p, "."))
        return take_name(p, node);
    return node->step_count > 0 && oracle_take(p, "[") && take_index(p, node);
}

static bool take_selector(oracle_parser *p, oracle_node *node) {
    if (!oracle_take(p, "$"))
        return false;
    do {
        if (!take_step(p, node))
            return false;
    } while (oracle_peek(p) == '.' || oracle_peek(p) == '[');
    size_t wildcards = 0;
    for (size_t i = 0; i < node->step_count; i++)
        wildcards += node->steps[i].kind == ORACLE_STEP_WILD;
    p->wild_selectors += wildcards;
    return wildcards <= 1 && p->wild_selectors <= MOST_WILD_SELECTORS;
}

/* --- conditions -------------------------------------------------------------------------- */

static bool take_keywords(oracle_parser *p, oracle_node *node) {
    oracle_text first = oracle_take_bare(p);
    oracle_skip_blanks(p);
    oracle_text second = oracle_take_bare(p);
    if (oracle_is_word(first, "not")) {
        node->column = ORACLE_NOT_EXISTS;
        return oracle_is_word(second, "exists");
    }
    node->column = oracle_is_word(second, "null")   ? ORACLE_IS_NULL
                   : oracle_is_word(second, "true") ? ORACLE_IS_TRUE
                                                    : ORACLE_IS_FALSE;
    bool is_known = node->column != ORACLE_IS_FALSE || oracle_is_word(second, "false");
    return oracle_is_word(first, "is") && is_known;
}

static bool take_condition(oracle_parser *p, oracle_node *node) {
    bool is_comparison = false;
    if (!take_selector(p, node))
        return false;
    oracle_skip_blanks(p);
    bool is_taken = oracle_take_comparison(p, node, &is_comparison);
    return is_comparison ? is_taken : take_keywords(p, node);
}

/* --- the whole --------------------------------------------------------------------------- */

static oracle_node *take_pattern(oracle_parser *p) {
    if (!oracle_take(p, "{"))
        return NULL;
    oracle_node *tree = oracle_take_or(p);
    oracle_skip_blanks(p);
    if (tree && oracle_take(p, "}") && p->pos == p->text.len)
        return tree;
    oracle_pattern_free(tree);
    return NULL;
}

oracle_node *oracle_pattern_parse(const char *pattern, size_t len) {
    oracle_parser p = {.condition = take_condition};
    oracle_node *tree = oracle_decode(&p, pattern, len) ? take_pattern(&p) : NULL;
    free(p.text.at);
    return tree;
}
