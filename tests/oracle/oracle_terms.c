/**
 * Text patterns: terms that must, must not or may occur, compared as bytes.
 *
 *     text   = { WS } , { item , { WS } }      item = [ "-" | "?" , { WS } ] , ( word | phrase )
 *     word   = wordchar , { wordchar }         phrase = '"' , qchar , { qchar } , '"'
 */
#include "oracle_filter.h"
#include "oracle_parser.h"

#include <stdlib.h>
#include <string.h>

static bool is_word_character(uint32_t c) {
    return oracle_is_letter(c) || oracle_is_digit(c) || c == '_' || c == '.' || c >= 0x80;
}

static char take_sign(oracle_parser *p) {
    char sign = oracle_take(p, "-") ? '-' : oracle_take(p, "?") ? '?' : '\0';
    if (sign)
        oracle_skip_blanks(p);
    return sign;
}

static bool take_word(oracle_parser *p, oracle_text *out) {
    while (is_word_character(oracle_peek(p)))
        oracle_text_push(out, p->text.at[p->pos++]);
    return out->len > 0;
}

/** What must come behind a term: nothing, white space, or the sign of the next. */
static bool is_separated(const oracle_parser *p) {
    uint32_t c = oracle_peek(p);
    return p->pos == p->text.len || oracle_is_blank(c) || c == '-' || c == '?';
}

static bool take_term(oracle_parser *p, oracle_term *term) {
    oracle_text text = {NULL, 0};
    term->sign = take_sign(p);
    term->is_phrase = oracle_take(p, "\"");
    bool is_taken = term->is_phrase ? oracle_take_phrase(p, &text) : take_word(p, &text);
    term->bytes = oracle_text_to_utf8(text, '?', &term->len);
    free(text.at);
    return is_taken && term->len > 0 && is_separated(p);
}

static bool take_terms(oracle_parser *p, oracle_terms *terms) {
    for (oracle_skip_blanks(p); p->pos < p->text.len; oracle_skip_blanks(p)) {
        terms->at = oracle_grow(terms->at, (terms->count + 1) * sizeof *terms->at);
        oracle_term *term = &terms->at[terms->count++];
        *term = (oracle_term){0};
        if (!take_term(p, term))
            return false;
    }
    return terms->count > 0;
}

oracle_terms *oracle_terms_parse(const char *pattern, size_t len) {
    oracle_parser p = {.pos = 0};
    oracle_terms *terms = oracle_alloc(sizeof *terms);
    *terms = (oracle_terms){NULL, 0};
    bool is_taken = oracle_decode(&p, pattern, len) && take_terms(&p, terms);
    free(p.text.at);
    if (is_taken)
        return terms;
    oracle_terms_free(terms);
    return NULL;
}

void oracle_terms_free(oracle_terms *terms) {
    if (!terms)
        return;
    for (size_t i = 0; i < terms->count; i++)
        free(terms->at[i].bytes);
    free(terms->at);
    free(terms);
}

bool oracle_term_occurs(const oracle_term *term, const char *line, size_t len) {
    for (size_t at = 0; at + term->len <= len; at++)
        if (memcmp(line + at, term->bytes, term->len) == 0)
            return true;
    return false;
}

bool oracle_terms_are_optional(const oracle_terms *terms) {
    for (size_t i = 0; i < terms->count; i++)
        if (terms->at[i].sign != '?')
            return false;
    return true;
}

static bool any_occurs(const oracle_terms *terms, const char *line, size_t len) {
    for (size_t i = 0; i < terms->count; i++)
        if (oracle_term_occurs(&terms->at[i], line, len))
            return true;
    return false;
}

bool oracle_terms_match(const oracle_terms *terms, const char *line, size_t len) {
    if (oracle_terms_are_optional(terms))
        return any_occurs(terms, line, len);
    for (size_t i = 0; i < terms->count; i++) {
        const oracle_term *term = &terms->at[i];
        if (term->sign != '?' && oracle_term_occurs(term, line, len) != (term->sign != '-'))
            return false;
    }
    return true;
}
