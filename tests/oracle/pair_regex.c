/* Regular expressions made from the text they are to be searched in. */
#include "pair_literal.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_REGEX 12

static bool is_surrogate(uint32_t c) {
    return c >= 0xD800 && c <= 0xDFFF;
}

static bool is_in(uint32_t c, const char *set) {
    return c && c < 0x80 && strchr(set, (int)c);
}
static bool is_digit(uint32_t c) {
    return c >= '0' && c <= '9';
}
static bool is_letter(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** The character itself, by one of its names. */
static void put_exact(pair_random *random, pair_text *out, uint32_t c) {
    bool is_plain = is_digit(c) || is_letter(c) || is_in(c, ":_#=@/;,- ");
    if (is_plain && pair_chance(random, 92))
        pair_put_code_point(out, c);
    else if (is_in(c, "^$?[]{}|\\*+.:_#=@/;,- ") && pair_chance(random, 90))
        pair_putf(out, "\\%c", (char)c);
    else if (c == '\n' && pair_chance(random, 50))
        pair_put(out, "\\n");
    else if (c == '\t' && pair_chance(random, 50))
        pair_put(out, "\\t");
    else if (c < 0x100)
        pair_putf(out, pair_chance(random, 50) ? "\\x%02x" : "\\x%02X", (unsigned)c);
    else
        pair_put(out, pair_chance(random, 70) ? "." : "\\W");
}

/** A class that holds the character, or all but it. */
static void put_class(pair_random *random, pair_text *out, uint32_t c) {
    static const char *const classes[] = {
        "[a-z]",  "[A-Z0-9]", "[^a-f]",   "[0-9]",  "[^0-9]", "[\\w.]",
        "[^\\s]", "[\\S]",    "[\\d\\s]", "[\\W_]", "[-a]",   "[a\\-z]",
        "[^ ]",   "[\\]\\[]", "[$.*+]",   "[a^]",   "[^\\W]", "[\\x20-\\x7e]"};
    if (!is_digit(c) && !is_letter(c)) {
        pair_put(out, PAIR_PICK(random, classes));
        return;
    }
    switch (pair_below(random, 4)) {
    case 0: pair_putf(out, "[%c%c]", (char)c, pair_chance(random, 50) ? 'q' : '-'); break;
    case 1: pair_putf(out, "[%c-%c]", (char)c, is_digit(c) ? '9' : c <= 'Z' ? 'Z' : 'z'); break;
    case 2: pair_putf(out, "[^%c]", (char)c); break;
    default: pair_put(out, PAIR_PICK(random, classes));
    }
}

static void put_general(pair_random *random, pair_text *out, uint32_t c) {
    bool is_blank = is_in(c, " \t\n\r\f\v");
    bool is_word = is_digit(c) || is_letter(c) || c == '_';
    switch (pair_below(random, 4)) {
    case 0: pair_put_byte(out, '.'); break;
    case 1: pair_put(out, is_digit(c) ? "\\d" : is_blank ? "\\s" : is_word ? "\\w" : "\\W"); break;
    case 2: pair_put(out, is_digit(c) ? "\\S" : is_blank ? "\\s" : "\\D"); break;
    default: put_class(random, out, c);
    }
}

static void put_quantifier(pair_random *random, pair_text *out) {
    static const char *const quantifiers[] = {"*",      "+",     "?",    "{1}",  "{1,}",  "{,2}",
                                              "{0,1}",  "{1,3}", "{2}",  "*?",   "+?",    "??",
                                              "{1,2}?", "{0}",   "{0,}", "{3,}", "{2,2}", "{,1}?"};
    pair_put(out, PAIR_PICK(random, quantifiers));
}

/** Mostly refused; the rest is at the edge of what is accepted. */
static void put_odd_regex(pair_random *random, pair_text *out) {
    static const char *const odd[] = {"%%",          "%a++%",
                                      "%[z-a]%",     "%*a%",
                                      "%[abc%",      "%\\x2%",
                                      "%\\p%",       "%\\b%",
                                      "%(a)%",       "%\\(%",
                                      "%a!%",        "%a&b%",
                                      "%a<b%",       "%\"a\"%",
                                      "%a{2,1}%",    "%\\%",
                                      "%a|*%",       "%+%",
                                      "%[a&&b]%",    "%가%",
                                      "%\\xg0%",     "%a**%",
                                      "%\\A%",       "%\\z%",
                                      "%\\1%",       "%a",
                                      "%?a%",        "%'a'%",
                                      "%`%",         "%~%",
                                      "%a\nb%",      "%\\\"%",
                                      "%a{1}+%",     "%^*%",
                                      "%a$+%",       "%[]a]%",
                                      "%[^]a]%",     "%a{x}%",
                                      "%a{%",        "%{%",
                                      "%a{,}%",      "%[[:alpha:]]%",
                                      "%[[:a]%",     "%[a[=b=]]%",
                                      "%[[.]%",      "%[[::]]%",
                                      "%[[.-.]]%",   "%[[=[=]%",
                                      "%[[:^a:]]%",  "%[[]%",
                                      "%a{2}{3}%",   "%[a-\\d]%",
                                      "%[\\d-z]%",   "%]%",
                                      "%}%",         "%a|%",
                                      "%|a%",        "%|%",
                                      "%a||b%",      "%[a-]%",
                                      "%[--a]%",     "%a{1,2040}%",
                                      "%a{2049}%",   "%a{99999999999}%",
                                      "%^{3000}%",   "%a|${1,99999}%",
                                      "%^{3,2}a%",   "%${0}x%",
                                      "%[]%",        "%[^]%",
                                      "%a{ 1}%",     "%^^a$$%",
                                      "%a^b%",       "%a$|b%",
                                      "%[%",         "%a]%",
                                      "%a}%",        "%a{1%",
                                      "%a{1,%",      "%[a%",
                                      "%[\\]%",      "%\\^%",
                                      "%\\_%",       "%\\ %",
                                      "%\\,%",       "%[+--]%",
                                      "%[a-c-e]%",   "%[\\x41-\\x43]%",
                                      "%[\\t-\\n]%", "%[^^]%",
                                      "%a{01}%",     "%.{0,3}$%",
                                      "%{2}%"};
    pair_put(out, PAIR_PICK(random, odd));
}

static void put_pieces(pair_random *random, pair_text *out, oracle_text text) {
    uint32_t general = PAIR_PICK(random, ((const uint32_t[]){0, 15, 50}));
    uint32_t repeated = PAIR_PICK(random, ((const uint32_t[]){0, 0, 10, 25}));
    for (size_t i = 0; i < text.len; i++) {
        bool is_special = text.at[i] < 0x20 || text.at[i] == '_';
        if (is_surrogate(text.at[i]) || pair_chance(random, is_special ? 50 : general))
            put_general(random, out, text.at[i]);
        else
            put_exact(random, out, text.at[i]);
        if (pair_chance(random, repeated))
            put_quantifier(random, out);
    }
}

/** The part of the text that the expression is made of, and which of its ends are the text's. */
typedef struct extract {
    oracle_text part;
    bool is_at_start, is_at_end;
} extract;

static extract choose_part(pair_random *random, oracle_text text) {
    if (text.len == 0)
        return (extract){{NULL, 0}, true, true};
    size_t start = pair_chance(random, 60) ? 0 : pair_below(random, text.len + 1);
    size_t len = text.len - start < LONGEST_REGEX ? text.len - start : LONGEST_REGEX;
    len = pair_chance(random, 50) ? len : pair_below(random, len + 1);
    extract out = {{text.at + start, len}, start == 0, start + len == text.len};
    for (size_t i = 0; i < len; i++) {
        if (out.part.at[i] != '\n' || !pair_chance(random, 40))
            continue;
        out.part.len = i; /* a line's end is not the text's, and `$` must know */
        out.is_at_end = true;
        return out;
    }
    bool is_behind_newline = start > 0 && text.at[start - 1] == '\n';
    out.is_at_start = out.is_at_start || is_behind_newline;
    return out;
}

void pair_put_regex_literal(pair_random *random, pair_text *out, const oracle_value *node) {
    static const char *const others[] = {"|x", "|^$", "|\\d+", "|ERROR|INFO", "|인"};
    if (pair_chance(random, 2)) {
        put_odd_regex(random, out);
        return;
    }
    oracle_text text = pair_text_of_node(random, node);
    extract from = choose_part(random, text);
    size_t before = out->len;
    pair_put_byte(out, '%');
    if (pair_chance(random, from.is_at_start ? 40 : 3))
        pair_put_byte(out, '^');
    put_pieces(random, out, from.part);
    if (pair_chance(random, from.is_at_end ? 40 : 3))
        pair_put_byte(out, '$');
    if (pair_chance(random, 8))
        pair_put(out, others[pair_below(random, pair_chance(random, 2) ? 5 : 4)]);
    if (out->len == before + 1) /* nothing between the signs would be refused */
        pair_put(out, pair_chance(random, 50) ? ".*" : "x?");
    pair_put_byte(out, '%');
    free(text.at);
}
