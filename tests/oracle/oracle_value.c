/**
 * Values of conditions, as JSON and space-delimited patterns share them.
 *
 *     value = phrase | "%" regex "%" | number | bareword
 */
#include "oracle_parser.h"

#include <stdlib.h>
#include <string.h>

#define MOST_REGEXES 2

static bool is_bare_character(uint32_t c) {
    return oracle_is_name_character(c) || c == '.' || c == '*' || c == '+';
}

/* --- values ------------------------------------------------------------------------------ */

/** `"..."`, after the quote. A backslash before anything but a quote or backslash is itself. */
bool oracle_take_phrase(oracle_parser *p, oracle_text *out) {
    while (p->pos < p->text.len) {
        if (oracle_take(p, "\""))
            return true;
        if (oracle_take(p, "\\\""))
            oracle_text_push(out, '"');
        else if (oracle_take(p, "\\\\"))
            oracle_text_push(out, '\\');
        else
            oracle_text_push(out, p->text.at[p->pos++]);
    }
    return false;
}

/** `%...%`, after the first percent sign. */
static bool take_regex(oracle_parser *p, oracle_node *node) {
    size_t start = p->pos;
    while (p->pos < p->text.len && oracle_peek(p) != '%')
        p->pos++;
    node->regex = oracle_regex_parse(p->text.at + start, p->pos - start);
    return oracle_take(p, "%") && node->regex && ++p->regexes <= MOST_REGEXES;
}

static size_t count_digits(oracle_text text, size_t from) {
    size_t end = from;
    while (end < text.len && oracle_is_digit(text.at[end]))
        end++;
    return end - from;
}

static bool has_at(oracle_text text, size_t at, const char *any_of) {
    uint32_t c = at < text.len ? text.at[at] : 0;
    return c != 0 && c < 0x80 && strchr(any_of, (int)c);
}

bool oracle_is_number(oracle_text token, size_t *exponent) {
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

bool oracle_is_word(oracle_text token, const char *word) {
    if (token.len != strlen(word))
        return false;
    for (size_t i = 0; i < token.len; i++)
        if ((token.at[i] | 0x20) != (unsigned char)word[i] || token.at[i] >= 0x80)
            return false;
    return true;
}

static bool is_reserved(oracle_text token) {
    return oracle_is_word(token, "null") || oracle_is_word(token, "is") ||
           oracle_is_word(token, "not") || oracle_is_word(token, "exists");
}

oracle_text oracle_take_bare(oracle_parser *p) {
    oracle_text token = {p->text.at + p->pos, 0};
    while (is_bare_character(oracle_peek(p))) {
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
static bool take_bare_value(oracle_parser *p, oracle_node *node, bool *is_numeric) {
    oracle_text token = oracle_take_bare(p);
    size_t exponent = 0;
    *is_numeric = oracle_is_number(token, &exponent);
    for (size_t i = 0; i < token.len; i++)
        oracle_text_push(&node->literal, token.at[i]);
    if (*is_numeric)
        return read_number_literal(node, exponent);
    return token.len > 0 && !is_reserved(token);
}

/* --- conditions -------------------------------------------------------------------------- */

static bool take_equality(oracle_parser *p, oracle_node *node, bool is_equal) {
    bool is_numeric = false;
    oracle_skip_blanks(p);
    if (oracle_take(p, "\"")) {
        node->column = is_equal ? ORACLE_EQ_TEXT : ORACLE_NE_TEXT;
        return oracle_take_phrase(p, &node->literal);
    }
    if (oracle_take(p, "%")) {
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

static bool take_order(oracle_parser *p, oracle_node *node, oracle_column column) {
    bool is_numeric = false;
    oracle_skip_blanks(p);
    node->column = column;
    return take_bare_value(p, node, &is_numeric) && is_numeric;
}

bool oracle_take_comparison(oracle_parser *p, oracle_node *node, bool *is_found) {
    *is_found = true;
    if (oracle_take(p, "!="))
        return take_equality(p, node, false);
    if (oracle_take(p, "<="))
        return take_order(p, node, ORACLE_LE);
    if (oracle_take(p, ">="))
        return take_order(p, node, ORACLE_GE);
    if (oracle_take(p, "<"))
        return take_order(p, node, ORACLE_LT);
    if (oracle_take(p, ">"))
        return take_order(p, node, ORACLE_GT);
    if (oracle_take(p, "="))
        return take_equality(p, node, true);
    *is_found = false;
    return true;
}
