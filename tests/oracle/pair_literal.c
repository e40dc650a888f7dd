#include "pair_literal.h"
#include "pair_event.h"

#include <stdlib.h>
#include <string.h>

/* Longer text is cut with a star, so that patterns stay below AWS's 1,024 units. */
#define LONGEST_LITERAL 60

static oracle_text text_of_utf8(const char *utf8) {
    oracle_text text = {NULL, 0};
    for (size_t len = strlen(utf8), at = 0; at < len;) {
        uint32_t c = 0;
        at += oracle_utf8_next(utf8 + at, len - at, &c);
        oracle_text_push(&text, c);
    }
    return text;
}

oracle_text pair_text_of_node(pair_random *random, const oracle_value *node) {
    oracle_text text = {NULL, 0};
    if (node && node->kind == ORACLE_STRING) {
        for (size_t i = 0; i < node->text.len; i++)
            oracle_text_push(&text, node->text.at[i]);
        return text;
    }
    if (!node || node->kind != ORACLE_NUMBER)
        return text_of_utf8(pair_word(random));
    oracle_number number = oracle_number_read(node->number);
    text = oracle_text_of_ascii(pair_chance(random, 80) ? number.canonical : node->number);
    oracle_number_free(&number);
    return text;
}

/* --- text -------------------------------------------------------------------------------- */

static void remove_run(oracle_text *text, size_t at, size_t count) {
    if (count == 0) /* there may be no text at all */
        return;
    memmove(text->at + at, text->at + at + count, (text->len - at - count) * sizeof *text->at);
    text->len -= count;
}

static void insert(oracle_text *text, size_t at, uint32_t c) {
    oracle_text_push(text, 0);
    memmove(text->at + at + 1, text->at + at, (text->len - at - 1) * sizeof *text->at);
    text->at[at] = c;
}

/** Put a star for a run of the text, which may be empty. */
static void cut_in_a_star(pair_random *random, oracle_text *text) {
    size_t start = pair_chance(random, 40) ? 0 : pair_below(random, text->len + 1);
    size_t run =
        pair_chance(random, 40) ? text->len - start : pair_below(random, text->len - start + 1);
    remove_run(text, start, run);
    insert(text, start, '*');
}

/** A star between a run of the text and the same run again: `ab*b`, which `ab` must not match. */
static void overlap_round_a_star(pair_random *random, oracle_text *text) {
    if (text->len == 0)
        return;
    size_t at = 1 + pair_below(random, text->len);
    size_t run = 1 + pair_below(random, at < 3 ? at : 3);
    for (size_t i = 0; i < run; i++)
        insert(text, at + i, text->at[at - run + i]);
    insert(text, at, '*');
}

static void alter(pair_random *random, oracle_text *text) {
    static const uint32_t others[] = {'x', '1',  ' ', '*', 0xAC00, 0x1F601,
                                      '"', '\\', '.', '0', 'E'};
    size_t at = pair_below(random, text->len + 1);
    switch (pair_below(random, 4)) {
    case 0: insert(text, at, PAIR_PICK(random, others)); break;
    case 1:
        if (at < text->len)
            text->at[at] ^= text->at[at] < 0x80 ? 0x20 : 1; /* the other case of a letter */
        break;
    case 2:
        if (at < text->len)
            remove_run(text, at, 1);
        break;
    default:
        if (at < text->len)
            text->at[at] = PAIR_PICK(random, others);
    }
}

static bool is_surrogate(uint32_t c) {
    return c >= 0xD800 && c <= 0xDFFF;
}

static void make_writable(oracle_text *text) {
    if (text->len > LONGEST_LITERAL) {
        text->len = LONGEST_LITERAL;
        text->at[LONGEST_LITERAL - 1] = '*';
    }
    for (size_t i = 0; i < text->len; i++)
        if (is_surrogate(text->at[i]))
            text->at[i] = '*';
}

/** Whether the text may stand without quotes and is surely neither a number nor reserved. */
static bool can_be_bare(oracle_text text) {
    bool has_other = false;
    for (size_t i = 0; i < text.len; i++) {
        uint32_t c = text.at[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_digit = c >= '0' && c <= '9';
        if (!is_letter && !is_digit && c < 0x80 && (c == 0 || !strchr("_.*+-", (int)c)))
            return false;
        has_other |= c == '*' || c >= 0x80 || (is_letter && !strchr("eEnNiI", (int)c));
    }
    return has_other;
}

void pair_put_phrase(pair_text *out, oracle_text text) {
    pair_put_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        bool is_alone = text.at[i] == '\\' && i + 1 < text.len && text.at[i + 1] != '"' &&
                        text.at[i + 1] != '\\';
        if (text.at[i] == '"' || (text.at[i] == '\\' && !(is_alone && i % 2)))
            pair_put_byte(out, '\\'); /* a backslash before other text may go without */
        pair_put_code_point(out, text.at[i]);
    }
    pair_put_byte(out, '"');
}

void pair_put_text_literal(pair_random *random, pair_text *out, const oracle_value *node) {
    oracle_text text = pair_text_of_node(random, node);
    uint32_t how = pair_below(random, 100);
    make_writable(&text);
    for (uint32_t stars = how < 40 ? 0 : how < 60 ? 1 : how < 75 ? 2 : 0; stars > 0; stars--)
        cut_in_a_star(random, &text);
    if (how >= 85 && how < 90)
        overlap_round_a_star(random, &text);
    if (how >= 90)
        alter(random, &text);
    make_writable(&text);
    if (how >= 80 && how < 85)
        pair_put(out, pair_chance(random, 50) ? "*" : "\"*\"");
    else if (can_be_bare(text) && pair_chance(random, 50))
        for (size_t i = 0; i < text.len; i++)
            pair_put_code_point(out, text.at[i]);
    else
        pair_put_phrase(out, text);
    free(text.at);
}

/* --- numbers ----------------------------------------------------------------------------- */

/** Source text of a number near the node; to be freed. */
static char *number_of_node(pair_random *random, const oracle_value *node) {
    pair_text out = {NULL, 0};
    bool is_number = node && node->kind == ORACLE_NUMBER;
    if (node && node->kind == ORACLE_STRING && node->text.len > 0 && node->text.len < 30) {
        oracle_node *probe = NULL;
        size_t len = 0;
        char *bytes = oracle_text_to_utf8(node->text, '?', &len);
        pair_text pattern = {NULL, 0};
        pair_put(&pattern, "{$.a>");
        pair_put_bytes(&pattern, bytes, len);
        pair_put(&pattern, "}");
        probe = oracle_pattern_parse(pattern.at, pattern.len);
        free(pattern.at);
        if (probe && probe->kind == ORACLE_CONDITION)
            pair_put(&out, bytes);
        oracle_pattern_free(probe);
        free(bytes);
    }
    if (is_number && pair_chance(random, 90))
        pair_put(&out, node->number);
    if (out.len == 0)
        pair_put_number(random, &out);
    return out.at;
}

/** The same number, spelled from its digits with the point after the first `before`. */
static void put_respelled(pair_text *out, const oracle_decimal *d, size_t before, bool padded) {
    size_t count = strlen(d->digits);
    long long exponent = (long long)d->exponent - (long long)before;
    before = before < count ? before : count;
    exponent = (long long)d->exponent - (long long)before;
    if (d->is_negative)
        pair_put_byte(out, '-');
    pair_put(out, padded ? "00" : before == 0 ? "0" : "");
    pair_put_bytes(out, d->digits, before);
    if (before < count || padded)
        pair_put_byte(out, '.');
    pair_put(out, d->digits + before);
    if (padded)
        pair_put(out, "00");
    if (exponent != 0 || padded)
        pair_putf(out, "%c%lld", padded ? 'E' : 'e', exponent);
}

/** Without an exponent, if that takes few zeros. */
static bool put_plain(pair_text *out, const oracle_decimal *d, const char *tail) {
    size_t count = strlen(d->digits);
    if (count == 0 || d->exponent < (int64_t)count || d->exponent > 25)
        return false;
    pair_putf(out, "%s%s", d->is_negative ? "-" : "", d->digits);
    for (int64_t i = (int64_t)count; i < d->exponent; i++)
        pair_put_byte(out, '0');
    pair_put(out, tail);
    return true;
}

static void change_a_digit(pair_random *random, char *number) {
    size_t len = strcspn(number, "eE");
    size_t at = pair_chance(random, 60) ? len - 1 : pair_below(random, len);
    if (number[at] >= '0' && number[at] <= '9')
        number[at] = (char)('0' + (number[at] - '0' + (pair_chance(random, 50) ? 1 : 9)) % 10);
}

void pair_put_number_literal(pair_random *random, pair_text *out, const oracle_value *node) {
    static const char *const tails[] = {"", ".", ".0", ".000"};
    static const char *const odd[] = {
        "1e-999", "1e2147483647", "-1e-2147483647", "0e99",  "-0.0",  ".5", "1.",
        "+1",     "007",          "1e0009",         "1e308", "1e307", "-1", "0"};
    char *source = number_of_node(random, node);
    uint32_t how = pair_below(random, 100);
    if (how >= 70 && how < 88)
        change_a_digit(random, source);
    oracle_number number = oracle_number_read(source); /* also takes what only patterns write */
    bool is_signed = *source == '-' || *source == '+';
    if (how >= 97)
        pair_put(out, PAIR_PICK(random, odd));
    else if (how >= 30 && how < 50 && !number.is_infinite && *number.decimal.digits)
        put_respelled(out, &number.decimal, pair_below(random, 4), how < 34);
    else if (how < 50 || how >= 64 || number.is_infinite ||
             !put_plain(out, &number.decimal, PAIR_PICK(random, tails)))
        pair_putf(out, "%s%s", how % 8 == 0 && !is_signed ? "+" : "", source);
    oracle_number_free(&number);
    free(source);
}
