/* Text patterns made from the line they are to be found in. */
#include "pair_damage.h"
#include "pair_line.h"
#include "pair_literal.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST_TERM 24

static bool is_word_character(uint32_t c) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '.' || c >= 0x80;
}

/** A run of the line, of word characters only if it can be had; to be freed. */
static oracle_text choose_run(pair_random *random, oracle_text line, bool is_word) {
    oracle_text run = {NULL, 0};
    size_t at = line.len ? pair_below(random, line.len) : 0;
    size_t longest = 1 + pair_below(random, pair_chance(random, 80) ? 8 : LONGEST_TERM);
    for (; at < line.len && run.len < longest; at++) {
        bool is_fit = !is_word || is_word_character(line.at[at]);
        if (!is_fit && run.len > 0)
            break;
        if (is_fit && line.at[at] != 0) /* no pattern can name a NUL */
            oracle_text_push(&run, line.at[at]);
    }
    return run;
}

static bool is_bare(oracle_text text) {
    for (size_t i = 0; i < text.len; i++)
        if (!is_word_character(text.at[i]))
            return false;
    return text.len > 0;
}

static void put_term(pair_random *random, pair_text *out, oracle_text line, uint32_t alter) {
    oracle_text run = choose_run(random, line, pair_chance(random, 60));
    if (run.len == 0 || pair_chance(random, alter))
        pair_alter_text(random, &run);
    if (run.len == 0 && pair_chance(random, 90))
        oracle_text_push(&run, 'z');
    if (is_bare(run) && pair_chance(random, 75))
        for (size_t i = 0; i < run.len; i++)
            pair_put_code_point(out, run.at[i]);
    else
        pair_put_phrase(out, run);
    free(run.at);
}

/** How the terms of one pattern are signed: percent of `-`, of `?`, the rest has none. */
typedef struct signs {
    uint32_t minus, optional;
} signs;

static char choose_sign(pair_random *random, signs mix) {
    uint32_t how = pair_below(random, 100);
    return how < mix.minus ? '-' : how < mix.minus + mix.optional ? '?' : '\0';
}

static void put_gap(pair_random *random, pair_text *out, bool is_needed) {
    static const char *const gaps[] = {" ", " ", " ", "  ", "\t", "\n", "\r\n ", "\v", ""};
    const char *gap = PAIR_PICK(random, gaps);
    pair_put(out, is_needed && !*gap && pair_chance(random, 95) ? " " : gap);
}

static void put_pattern(pair_random *random, pair_text *out, oracle_text line) {
    static const signs mixes[] = {{0, 0},   {0, 0},   {0, 0},   {40, 0}, {40, 0},
                                  {100, 0}, {0, 100}, {0, 100}, {0, 50}, {40, 40}};
    signs mix = PAIR_PICK(random, mixes);
    size_t count = 1 + pair_below(random, mix.optional == 100       ? 3
                                          : pair_chance(random, 60) ? 2
                                                                    : 4);
    if (pair_chance(random, 10))
        put_gap(random, out, false);
    for (size_t i = 0; i < count; i++) {
        char sign = choose_sign(random, mix);
        if (i > 0 && (!sign || !pair_chance(random, 25)))
            put_gap(random, out, true);
        if (sign)
            pair_put_byte(out, sign);
        if (sign && pair_chance(random, 8))
            put_gap(random, out, true);
        put_term(random, out, line, sign == '-' ? 75 : mix.optional == 100 ? 55 : 15);
    }
    if (pair_chance(random, 5))
        put_gap(random, out, true);
}

/** Refused, or at the edge of what is accepted. */
static void put_odd_pattern(pair_random *random, pair_text *out) {
    static const char *const odd[] = {
        "",          " ",        "\t\n ",    "\v\f",       "\"\"",     "-\"\"",
        "-",         "?",        "a -",      "a ?",        "--a",      "??a",
        "-?a",       "?-a",      "\"a\"b",   "a\"b\"",     "\"a",      "\"a\\\"",
        "\"a\\\\\"", "\"\\\"",   "- a",      "? a",        "-\ta",     "\"a\"\"b\"",
        "a*",        "a:",       "a/b",      "a %b%",      "-%b%",     "?%b%",
        "a {b}",     "(a)",      "'a'",      "a,b",        "a=b",      "#a",
        "a@b",       "\"a\"-b",  "\"a\"?b",  "a\302\240b", " {a}",     " [a]",
        " %a%",      "a\x01",    "\"\x01\"", "\x7F",       "\"a\nb\"", "가-나",
        "a+b",       "$a",       "a;b",      "a|b",        "a&b",      "<a>",
        "a\\b",      "~a",       "`a`",      "]",          "}",        "a!",
        "-a-b?c",    "\xC2\x85", ".",        "_",          "\"*\"",    "\"a\\x\"",
        "\"\\\\\"",  "a\"",      "\"-\"",    "?a b",       "?a -b",    "\xF0\x9F\x98\x80"};
    pair_put(out, PAIR_PICK(random, odd));
}

/** A pattern of about 1,024 UTF-16 units, and now and then just above. */
static void make_long(pair_random *random, pair *out) {
    size_t units = 1022 + pair_below(random, 4);
    bool is_astral = pair_chance(random, 50);
    for (size_t used = 0; used < units; used++) {
        bool is_pair = is_astral && used + 2 <= units;
        pair_put(&out->pattern, is_pair ? "😀" : "x");
        used += is_pair;
    }
    pair_put_bytes(&out->line, out->pattern.at, out->pattern.len);
}

static void make_once(pair_random *random, pair *out) {
    pair_put(&out->line, "");
    pair_put(&out->pattern, "");
    if (pair_below(random, 1000) < 3) {
        make_long(random, out);
        return;
    }
    pair_put_line(random, &out->line);
    if (pair_chance(random, 4)) {
        put_odd_pattern(random, &out->pattern);
        return;
    }
    oracle_text line = oracle_text_of_bytes(out->line.at, out->line.len);
    put_pattern(random, &out->pattern, line);
    free(line.at);
    if (out->pattern.len > 0 && pair_chance(random, 5))
        pair_break_pattern(random, &out->pattern);
}

pair pair_make_terms(uint64_t seed, uint64_t index) {
    pair out = {{NULL, 0}, {NULL, 0}};
    pair_random random = pair_random_start(seed, index);
    make_once(&random, &out);
    return out;
}
