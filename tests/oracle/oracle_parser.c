/** Tokens and the structure of expressions: what all kinds of pattern share. */
#include "oracle_parser.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_PATTERN 1024

bool oracle_decode(oracle_parser *p, const char *pattern, size_t len) {
    size_t units = 0;
    for (size_t at = 0; at < len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(pattern + at, len - at, &c);
        if (taken == 0 || (c == 0 && !ORACLE_NUL_MAY_STAND))
            return false;
        oracle_text_push(&p->text, c);
        units += c >= 0x10000 ? 2 : 1;
        at += taken;
    }
    return units <= LONGEST_PATTERN;
}

uint32_t oracle_peek(const oracle_parser *p) {
    return p->pos < p->text.len ? p->text.at[p->pos] : 0;
}

bool oracle_take(oracle_parser *p, const char *token) {
    size_t len = strlen(token);
    if (p->text.len - p->pos < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (p->text.at[p->pos + i] != (unsigned char)token[i])
            return false;
    p->pos += len;
    return true;
}

bool oracle_is_digit(uint32_t c) {
    return c >= '0' && c <= '9';
}

bool oracle_is_letter(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool oracle_is_blank(uint32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool oracle_is_name_character(uint32_t c) {
    return oracle_is_letter(c) || oracle_is_digit(c) || c == '_' || c == '-' || c >= 0x80;
}

void oracle_skip_blanks(oracle_parser *p) {
    while (oracle_is_blank(oracle_peek(p)))
        p->pos++;
}

/* --- structure --------------------------------------------------------------------------- */

oracle_node *oracle_new_node(void) {
    oracle_node *node = oracle_alloc(sizeof *node);
    *node = (oracle_node){0};
    return node;
}

static oracle_node *refuse(oracle_node *node) {
    oracle_pattern_free(node);
    return NULL;
}

static oracle_node *take_primary(oracle_parser *p) {
    oracle_skip_blanks(p);
    if (oracle_take(p, "(")) {
        oracle_node *inner = oracle_take_or(p);
        oracle_skip_blanks(p);
        return inner && oracle_take(p, ")") ? inner : refuse(inner);
    }
    oracle_node *node = oracle_new_node();
    return p->condition(p, node) ? node : refuse(node);
}

static oracle_node *join(oracle_node *left, oracle_node *right, bool is_and) {
    oracle_node *node = oracle_new_node();
    node->kind = is_and ? ORACLE_AND : ORACLE_OR;
    node->left = left;
    node->right = right;
    return right ? node : refuse(node);
}

static oracle_node *take_and(oracle_parser *p) {
    oracle_node *left = take_primary(p);
    oracle_skip_blanks(p);
    while (left && oracle_take(p, "&&")) {
        left = join(left, take_primary(p), true);
        oracle_skip_blanks(p);
    }
    return left;
}

oracle_node *oracle_take_or(oracle_parser *p) {
    oracle_node *left = take_and(p);
    while (left && oracle_take(p, "||"))
        left = join(left, take_and(p), false);
    return left;
}

void oracle_pattern_free(oracle_node *node) {
    if (!node)
        return;
    oracle_pattern_free(node->left);
    oracle_pattern_free(node->right);
    for (size_t i = 0; i < node->step_count; i++)
        free(node->steps[i].name.at);
    free(node->steps);
    free(node->literal.at);
    oracle_decimal_free(&node->decimal);
    oracle_regex_free(node->regex);
    free(node);
}
