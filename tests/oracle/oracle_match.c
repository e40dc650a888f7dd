/* The table of comparisons, row by row and column by column, and what wildcards make of it. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

/* --- one literal against one node -------------------------------------------------------- */

/** `reached[i]`: what was read of the pattern so far can stand for the first i code points. */
static bool glob(oracle_text pattern, oracle_text value) {
    bool *reached = oracle_alloc(value.len + 1);
    memset(reached, 0, value.len + 1);
    reached[0] = true;
    for (size_t p = 0; p < pattern.len; p++) {
        if (pattern.at[p] == '*') {
            for (size_t v = 1; v <= value.len; v++)
                reached[v] = reached[v] || reached[v - 1];
            continue;
        }
        for (size_t v = value.len; v > 0; v--)
            reached[v] = reached[v - 1] && value.at[v - 1] == pattern.at[p];
        reached[0] = false;
    }
    bool is_whole = reached[value.len];
    free(reached);
    return is_whole;
}

bool oracle_text_passes(const oracle_node *condition, oracle_text value) {
    switch (condition->column) {
    case ORACLE_EQ_TEXT:
    case ORACLE_NE_TEXT: return glob(condition->literal, value);
    case ORACLE_EQ_REGEX:
    case ORACLE_NE_REGEX: return oracle_regex_search(condition->regex, value);
    default: return oracle_text_equals(condition->literal, value);
    }
}

static bool is_about_number(const oracle_node *condition) {
    return condition->column >= ORACLE_EQ_NUMBER && condition->column <= ORACLE_GE;
}

bool oracle_number_passes(const oracle_node *condition, const oracle_number *number) {
    if (number->is_infinite)
        return false;
    int order = oracle_decimal_compare(&number->decimal, &condition->decimal);
    switch (condition->column) {
    case ORACLE_LT: return order < 0;
    case ORACLE_GT: return order > 0;
    case ORACLE_LE: return order <= 0;
    case ORACLE_GE: return order >= 0;
    default: return order == 0;
    }
}

static bool number_passes(const oracle_node *condition, const oracle_number *number) {
    if (is_about_number(condition))
        return oracle_number_passes(condition, number);
    oracle_text text = oracle_text_of_ascii(number->canonical);
    bool equals = oracle_text_passes(condition, text);
    free(text.at);
    return equals;
}

static bool is_order(const oracle_node *condition) {
    return condition->column >= ORACLE_LT && condition->column <= ORACLE_GE;
}

/** Whether the node equals the literal, or stands in the order asked for; never for other kinds. */
static bool passes(const oracle_node *condition, const oracle_value *node) {
    if (node->kind == ORACLE_STRING)
        return !is_order(condition) && oracle_text_passes(condition, node->text);
    if (node->kind != ORACLE_NUMBER)
        return false;
    oracle_number number = oracle_number_read(node->number);
    bool verdict = number_passes(condition, &number);
    oracle_number_free(&number);
    return verdict;
}

static bool has_null_element(const oracle_value *node) {
    for (size_t i = 0; node->kind == ORACLE_ARRAY && i < node->count; i++)
        if (node->members[i].kind == ORACLE_NULL)
            return true;
    return false;
}

oracle_row oracle_row_of(const oracle_value *node) {
    if (!node)
        return ORACLE_ROW_MISSING;
    switch (node->kind) {
    case ORACLE_NULL: return ORACLE_ROW_NULL;
    case ORACLE_FALSE:
    case ORACLE_TRUE: return ORACLE_ROW_BOOL;
    case ORACLE_STRING: return ORACLE_ROW_STRING;
    case ORACLE_ARRAY: return ORACLE_ROW_ARRAY;
    case ORACLE_OBJECT: return ORACLE_ROW_OBJECT;
    case ORACLE_NUMBER: break;
    }
    oracle_number number = oracle_number_read(node->number);
    oracle_row row = number.is_infinite ? ORACLE_ROW_INFINITE : ORACLE_ROW_NUMBER;
    oracle_number_free(&number);
    return row;
}

/** `!=` on one node: it must be a string or a number that could have been equal, and is not. */
static bool differs(const oracle_node *condition, const oracle_value *node) {
    oracle_row row = oracle_row_of(node);
    if (row == ORACLE_ROW_INFINITE && is_about_number(condition))
        return false;
    bool can_compare =
        row == ORACLE_ROW_STRING || row == ORACLE_ROW_NUMBER || row == ORACLE_ROW_INFINITE;
    return can_compare && !passes(condition, node);
}

static bool plain_verdict(const oracle_node *condition, const oracle_value *node) {
    if (!node)
        return condition->column == ORACLE_NOT_EXISTS;
    switch (condition->column) {
    case ORACLE_NOT_EXISTS: return false;
    case ORACLE_IS_NULL: return node->kind == ORACLE_NULL || has_null_element(node);
    case ORACLE_IS_TRUE: return node->kind == ORACLE_TRUE;
    case ORACLE_IS_FALSE: return node->kind == ORACLE_FALSE;
    case ORACLE_NE_TEXT:
    case ORACLE_NE_NUMBER:
    case ORACLE_NE_REGEX: return differs(condition, node);
    default: return passes(condition, node);
    }
}

/* --- selectors --------------------------------------------------------------------------- */

const oracle_value *oracle_follow(const oracle_value *node, const oracle_step *steps,
                                  size_t count) {
    for (size_t i = 0; node && i < count; i++) {
        bool is_element = node->kind == ORACLE_ARRAY && steps[i].index < node->count;
        if (steps[i].kind == ORACLE_STEP_NAME)
            node = oracle_json_member(node, steps[i].name);
        else
            node = is_element ? &node->members[steps[i].index] : NULL;
    }
    return node;
}

static size_t find_wildcard(const oracle_node *condition) {
    size_t at = 0;
    while (at < condition->step_count && condition->steps[at].kind != ORACLE_STEP_WILD)
        at++;
    return at;
}

static bool selected_passes(const oracle_node *condition, const oracle_value *node) {
    switch (condition->column) {
    case ORACLE_IS_NULL: return node->kind == ORACLE_NULL;
    case ORACLE_IS_TRUE: return node->kind == ORACLE_TRUE;
    case ORACLE_IS_FALSE: return node->kind == ORACLE_FALSE;
    case ORACLE_NOT_EXISTS: return false;
    default: return passes(condition, node);
    }
}

static bool wild_verdict(const oracle_node *condition, const oracle_value *event, size_t wildcard,
                         oracle_wild *wild) {
    const oracle_step *rest = condition->steps + wildcard + 1;
    size_t rest_count = condition->step_count - wildcard - 1;
    const oracle_value *parent = oracle_follow(event, condition->steps, wildcard);
    size_t selected = 0, passed = 0;
    for (size_t i = 0; parent && i < parent->count; i++) {
        if (!oracle_json_counts(parent, i))
            continue;
        const oracle_value *node = oracle_follow(&parent->members[i], rest, rest_count);
        selected += node != NULL;
        passed += node && selected_passes(condition, node);
    }
    *wild = !parent ? ORACLE_WILD_NO_PARENT : selected ? ORACLE_WILD_SELECTED : ORACLE_WILD_NOTHING;
    switch (condition->column) {
    case ORACLE_NOT_EXISTS: return selected == 0;
    case ORACLE_NE_TEXT:
    case ORACLE_NE_NUMBER:
    case ORACLE_NE_REGEX: return parent && passed == 0;
    default: return passed > 0;
    }
}

/* --- structure --------------------------------------------------------------------------- */

static bool condition_verdict(const oracle_node *condition, const oracle_value *event,
                              const oracle_observer *observer) {
    size_t wildcard = find_wildcard(condition);
    if (wildcard < condition->step_count) {
        oracle_wild wild = ORACLE_WILD_NO_PARENT;
        bool verdict = wild_verdict(condition, event, wildcard, &wild);
        if (observer)
            observer->wild(observer->context, wild, condition->column, verdict);
        return verdict;
    }
    const oracle_value *node = oracle_follow(event, condition->steps, condition->step_count);
    bool verdict = plain_verdict(condition, node);
    if (observer)
        observer->plain(observer->context, oracle_row_of(node), condition->column, verdict);
    return verdict;
}

static bool node_verdict(const oracle_node *node, const oracle_value *event,
                         const oracle_observer *observer) {
    if (node->kind == ORACLE_CONDITION)
        return condition_verdict(node, event, observer);
    bool left = node_verdict(node->left, event, observer);
    bool right = node_verdict(node->right, event, observer);
    return node->kind == ORACLE_AND ? left && right : left || right;
}

bool oracle_match(const oracle_node *pattern, const oracle_value *event,
                  const oracle_observer *observer) {
    if (!event || event->kind != ORACLE_OBJECT)
        return false;
    return node_verdict(pattern, event, observer);
}

bool oracle_match_line(const oracle_node *pattern, const char *line, size_t len) {
    oracle_value *event = oracle_json_read(line, len);
    bool verdict = oracle_match(pattern, event, NULL);
    oracle_json_free(event);
    return verdict;
}
