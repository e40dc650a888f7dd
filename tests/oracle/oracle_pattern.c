/**
 * JSON filter patterns, by recursive descent over code points:
 *
 *     json = "{" or "}"      or = and { "||" and }      and = prim { "&&" prim }
 *     prim = "(" or ")" | selector comparison
 *
 * A pattern is accepted or refused; why is the engine's business.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_PATTERN     1024
#define MOST_REGEXES        2
#define MOST_WILD_SELECTORS 3

typedef struct parser {
    oracle_text text;
    size_t pos;
    size_t regexes;
    size_t wild_selectors;
} parser;

/** 0 at the end; a NUL of the pattern is legal in quotes only, and those do not ask peek(). */
static uint32_t peek(const parser *p) {
    return p->pos < p->text.len ? p->text.at[p->pos] : 0;
}

static bool take(parser *p, const char *token) {
    size_t len = strlen(token);
    if (p->text.len - p->pos < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (p->text.at[p->pos + i] != (unsigned char)token[i])
            return false;
    p->pos += len;
    return true;
}

static bool is_digit(uint32_t c) {
    return c >= '0' && c <= '9';
}
static bool is_name_character(uint32_t c) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || is_digit(c) || c == '_' || c == '-' || c >= 0x80;
}
static bool is_bare_character(uint32_t c) {
    return is_name_character(c) || c == '.' || c == '*' || c == '+';
}

static void skip_blanks(parser *p) {
    while ((peek(p) >= '\t' && peek(p) <= '\r') || peek(p) == ' ')
        p->pos++;
}

/* --- selectors --------------------------------------------------------------------------- */

static oracle_step *add_step(oracle_node *node, oracle_step_kind kind) {
    node->steps = oracle_grow(node->steps, (node->step_count + 1) * sizeof *node->steps);
    oracle_step *step = &node->steps[node->step_count++];
    *step = (oracle_step){kind, {NULL, 0}, 0};
    return step;
}

/** `.name`, after the dot. */
static bool take_name(parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_NAME);
    while (is_name_character(peek(p)))
        oracle_text_push(&step->name, p->text.at[p->pos++]);
    return step->name.len > 0;
}

/** `.['name']`, after the quote. */
static bool take_quoted_name(parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_NAME);
    while (p->pos < p->text.len && peek(p) != '\'')
        oracle_text_push(&step->name, p->text.at[p->pos++]);
    return take(p, "']");
}

/** `[7]`, after the bracket. */
static bool take_index(parser *p, oracle_node *node) {
    oracle_step *step = add_step(node, ORACLE_STEP_INDEX);
    if (!is_digit(peek(p)))
        return false;
    for (; is_digit(peek(p)); p->pos++) {
        bool is_huge = step->index > 1000000000;
        step->index = is_huge ? SIZE_MAX : step->index * 10 + (peek(p) - '0');
    }
    return take(p, "]");
}

static bool take_step(parser *p, oracle_node *node) {
    if (take(p, ".['"))
        return take_quoted_name(p, node);
    if (take(p, ".*") || (node->step_count > 0 && take(p, "[*]"))) {
        add_step(node, ORACLE_STEP_WILD);
        return true;
    }
    if (take(p, "."))
        return take_name(p, node);
    return node->step_count > 0 && take(p, "[") && take_index(p, node);
}

static bool take_selector(parser *p, oracle_node *node) {
    if (!take(p, "$"))
        return false;
    do {
        if (!take_step(p, node))
            return false;
    } while (peek(p) == '.' || peek(p) == '[');
    size_t wildcards = 0;
    for (size_t i = 0; i < node->step_count; i++)
        wildcards += node->steps[i].kind == ORACLE_STEP_WILD;
    p->wild_selectors += wildcards;
    return wildcards <= 1 && p->wild_selectors <= MOST_WILD_SELECTORS;
}

/* --- values ------------------------------------------------------------------------------ */

/** `"..."`, after the quote. A backslash before anything but a quote or backslash is itself. */
static bool take_phrase(parser *p, oracle_node *node) {
    while (p->pos < p->text.len) {
        if (take(p, "\""))
            return true;
        if (take(p, "\\\""))
            oracle_text_push(&node->literal, '"');
        else if (take(p, "\\\\"))
            oracle_text_push(&node->literal, '\\');
        else
            oracle_text_push(&node->literal, p->text.at[p->pos++]);
    }
    return false;
}

/** `%...%`, after the first percent sign. */
static bool take_regex(parser *p, oracle_node *node) {
    size_t start = p->pos;
    while (p->pos < p->text.len && peek(p) != '%')
        p->pos++;
    node->regex = oracle_regex_parse(p->text.at + start, p->pos - start);
    return take(p, "%") && node->regex && ++p->regexes <= MOST_REGEXES;
}

static size_t count_digits(oracle_text text, size_t from) {
    size_t end = from;
    while (end < text.len && is_digit(text.at[end]))
        end++;
    return end - from;
}

static bool has_at(oracle_text text, size_t at, const char *any_of) {
    return at < text.len && text.at[at] < 0x80 && strchr(any_of, (int)text.at[at]);
}

/** Whether the whole token is of the grammar's `number`; *exponent is where that begins, or 0. */
static bool is_number(oracle_text token, size_t *exponent) {
    size_t at = has_at(token, 0, "+-");
    size_t before = count_digits(token, at), after = 0;
    at += before;
    if (has_at(token, at, ".")) {
        after = count_digits(token, ++at);
        at += after;
    }
    *exponent = 0;
    if (before + after > 0 && has_at(token, at, "eE")) {
        *exponent = ++at;
        at += has_at(token, at, "+-");
        if (count_digits(token, at) == 0)
            return false;
        at += count_digits(token, at);
    }
    return before + after > 0 && at == token.len;
}

static bool exponent_fits(const char *exponent) {
    bool is_negative = *exponent == '-';
    exponent += *exponent == '-' || *exponent == '+';
    const int64_t smallest = INT32_MIN;
    int64_t value = 0;
    for (; *exponent; exponent++) {
        value = value * 10 + (*exponent - '0');
        if (value > -smallest)
            return false;
    }
    return is_negative || value <= INT32_MAX;
}

static bool is_word(oracle_text token, const char *word) {
    if (token.len != strlen(word))
        return false;
    for (size_t i = 0; i < token.len; i++)
        if ((token.at[i] | 0x20) != (unsigned char)word[i] || token.at[i] >= 0x80)
            return false;
    return true;
}

static bool is_reserved(oracle_text token) {
    return is_word(token, "null") || is_word(token, "is") || is_word(token, "not") ||
           is_word(token, "exists");
}

static oracle_text take_bare(parser *p) {
    oracle_text token = {p->text.at + p->pos, 0};
    while (is_bare_character(peek(p))) {
        p->pos++;
        token.len++;
    }
    return token;
}

static bool read_number_literal(oracle_node *node, size_t exponent) {
    size_t len = 0;
    char *source = oracle_text_to_utf8(node->literal, '?', &len);
    bool fits = exponent == 0 || exponent_fits(source + exponent);
    if (fits)
        node->decimal = oracle_decimal_read(source);
    free(source);
    return fits;
}

/** A word without quotes or a number; tells which by *is_numeric. */
static bool take_bare_value(parser *p, oracle_node *node, bool *is_numeric) {
    oracle_text token = take_bare(p);
    size_t exponent = 0;
    *is_numeric = is_number(token, &exponent);
    for (size_t i = 0; i < token.len; i++)
        oracle_text_push(&node->literal, token.at[i]);
    if (*is_numeric)
        return read_number_literal(node, exponent);
    return token.len > 0 && !is_reserved(token);
}

/* --- conditions -------------------------------------------------------------------------- */

static bool take_equality(parser *p, oracle_node *node, bool is_equal) {
    bool is_numeric = false;
    skip_blanks(p);
    if (take(p, "\"")) {
        node->column = is_equal ? ORACLE_EQ_TEXT : ORACLE_NE_TEXT;
        return take_phrase(p, node);
    }
    if (take(p, "%")) {
        node->column = is_equal ? ORACLE_EQ_REGEX : ORACLE_NE_REGEX;
        return take_regex(p, node);
    }
    bool is_taken = take_bare_value(p, node, &is_numeric);
    if (is_numeric)
        node->column = is_equal ? ORACLE_EQ_NUMBER : ORACLE_NE_NUMBER;
    else
        node->column = is_equal ? ORACLE_EQ_TEXT : ORACLE_NE_TEXT;
    return is_taken;
}

static bool take_order(parser *p, oracle_node *node, oracle_column column) {
    bool is_numeric = false;
    skip_blanks(p);
    node->column = column;
    return take_bare_value(p, node, &is_numeric) && is_numeric;
}

static bool take_keywords(parser *p, oracle_node *node) {
    oracle_text first = take_bare(p);
    skip_blanks(p);
    oracle_text second = take_bare(p);
    if (is_word(first, "not")) {
        node->column = ORACLE_NOT_EXISTS;
        return is_word(second, "exists");
    }
    node->column = is_word(second, "null")   ? ORACLE_IS_NULL
                   : is_word(second, "true") ? ORACLE_IS_TRUE
                                             : ORACLE_IS_FALSE;
    bool is_known = node->column != ORACLE_IS_FALSE || is_word(second, "false");
    return is_word(first, "is") && is_known;
}

static bool take_condition(parser *p, oracle_node *node) {
    if (!take_selector(p, node))
        return false;
    skip_blanks(p);
    if (take(p, "!="))
        return take_equality(p, node, false);
    if (take(p, "<="))
        return take_order(p, node, ORACLE_LE);
    if (take(p, ">="))
        return take_order(p, node, ORACLE_GE);
    if (take(p, "<"))
        return take_order(p, node, ORACLE_LT);
    if (take(p, ">"))
        return take_order(p, node, ORACLE_GT);
    if (take(p, "="))
        return take_equality(p, node, true);
    return take_keywords(p, node);
}

/* --- structure --------------------------------------------------------------------------- */

static oracle_node *new_node(void) {
    oracle_node *node = oracle_alloc(sizeof *node);
    *node = (oracle_node){0};
    return node;
}

static oracle_node *refuse(oracle_node *node) {
    oracle_pattern_free(node);
    return NULL;
}

static oracle_node *take_or(parser *p);

static oracle_node *take_primary(parser *p) {
    skip_blanks(p);
    if (take(p, "(")) {
        oracle_node *inner = take_or(p);
        skip_blanks(p);
        return inner && take(p, ")") ? inner : refuse(inner);
    }
    oracle_node *node = new_node();
    return take_condition(p, node) ? node : refuse(node);
}

static oracle_node *join(oracle_node *left, oracle_node *right, bool is_and) {
    oracle_node *node = new_node();
    node->kind = is_and ? ORACLE_AND : ORACLE_OR;
    node->left = left;
    node->right = right;
    return right ? node : refuse(node);
}

static oracle_node *take_and(parser *p) {
    oracle_node *left = take_primary(p);
    skip_blanks(p);
    while (left && take(p, "&&")) {
        left = join(left, take_primary(p), true);
        skip_blanks(p);
    }
    return left;
}

static oracle_node *take_or(parser *p) {
    oracle_node *left = take_and(p);
    while (left && take(p, "||"))
        left = join(left, take_and(p), false);
    return left;
}

static oracle_node *take_pattern(parser *p) {
    if (!take(p, "{"))
        return NULL;
    oracle_node *tree = take_or(p);
    skip_blanks(p);
    return tree && take(p, "}") && p->pos == p->text.len ? tree : refuse(tree);
}

/** Decode UTF-8 into p->text; refuses ill-formed text and too many UTF-16 code units. */
static bool decode(parser *p, const char *pattern, size_t len) {
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

oracle_node *oracle_pattern_parse(const char *pattern, size_t len) {
    parser p = {{NULL, 0}, 0, 0, 0};
    oracle_node *tree = decode(&p, pattern, len) ? take_pattern(&p) : NULL;
    free(p.text.at);
    return tree;
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
