#include "pair_line.h"
#include "pair_event.h"
#include "pair_literal.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"ERROR",
                                    "ERROR",
                                    "INFO",
                                    "WARN",
                                    "error",
                                    "GET",
                                    "POST",
                                    "timeout",
                                    "인증실패",
                                    "인증",
                                    "가",
                                    "😀",
                                    "café",
                                    "a",
                                    "b",
                                    "ab",
                                    "x.y",
                                    "a_b",
                                    "a-b",
                                    "-x",
                                    "?y",
                                    "-",
                                    "*",
                                    "200",
                                    "404",
                                    "1534",
                                    "1",
                                    "1.0",
                                    "01",
                                    "+1",
                                    ".5",
                                    "1e3",
                                    "1e309",
                                    "-0",
                                    "12.34",
                                    "10ms",
                                    "C:\\t",
                                    "\\",
                                    "%50",
                                    "a,b",
                                    "k=v",
                                    "10.0.0.1",
                                    "/x.html",
                                    "{\"a\":1}",
                                    "(a)",
                                    "]",
                                    "x]",
                                    "k=\"",
                                    "a[1]",
                                    "'q'",
                                    "x\"y",
                                    "#1",
                                    "9007199254740993",
                                    "aa",
                                    "aab",
                                    "null",
                                    "1e-999",
                                    "0.1000000000000000055",
                                    "12",
                                    "$a",
                                    "~",
                                    "\xC2\xA0"};

/** The inside of a quoted or bracketed token. */
static void put_inside(pair_random *random, pair_text *out, char close) {
    size_t count = pair_below(random, 4);
    for (size_t i = 0; i < count; i++) {
        const char *word = PAIR_PICK(random, words);
        if (i > 0)
            pair_put(out, pair_chance(random, 85) ? " " : "\t");
        if (!strchr(word, close) || pair_chance(random, 10))
            pair_put(out, word);
    }
}

static void put_token(pair_random *random, pair_text *out) {
    uint32_t how = pair_below(random, 100);
    bool is_quoted = pair_chance(random, 55);
    if (how < 70) {
        pair_put(out, PAIR_PICK(random, words));
    } else if (how < 92) {
        pair_put_byte(out, is_quoted ? '"' : '[');
        put_inside(random, out, is_quoted ? '"' : ']');
        pair_put_byte(out, is_quoted ? '"' : ']');
    } else if (how < 95) { /* unless a partner comes by chance */
        pair_put_byte(out, is_quoted ? '"' : '[');
        pair_put(out, PAIR_PICK(random, words));
    } else {
        pair_put(out, pair_word(random));
    }
}

static void put_gap(pair_random *random, pair_text *out) {
    static const char *const gaps[] = {" ", " ", " ", " ", " ",  " ",   "  ", "\t", " \t ",
                                       " ", " ", " ", " ", "\t", "   ", " ",  " ",  ""};
    pair_put(out, PAIR_PICK(random, gaps));
}

/** What no service writes on purpose. */
static void put_odd_byte(pair_random *random, pair_text *out) {
    static const char bytes[] = "\xFF\x80\n\r\v\f\x01\0\xC3\xED\xA0\x80\xEF\xBF\xBD";
    size_t at = pair_below(random, sizeof bytes - 1);
    pair_put_bytes(out, bytes + at, pair_chance(random, 80) ? 1 : sizeof bytes - 1 - at);
}

void pair_put_line(pair_random *random, pair_text *out) {
    size_t count = pair_chance(random, 4) ? 0 : 1 + pair_below(random, 7);
    pair_put(out, pair_chance(random, 90) ? "" : pair_chance(random, 50) ? " " : "\t ");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            put_gap(random, out);
        put_token(random, out);
        if (pair_chance(random, 1))
            put_odd_byte(random, out);
    }
    if (pair_chance(random, 12))
        put_gap(random, out);
    if (pair_chance(random, 3))
        pair_put(out, "\n");
}

void pair_alter_text(pair_random *random, oracle_text *text) {
    static const uint32_t others[] = {'x', '1', ' ', '*', 0xAC00, 0xFFFD, '"', '\\', '.', 'E'};
    size_t at = text->len ? pair_below(random, text->len) : 0;
    if (text->len == 0 || pair_chance(random, 35)) {
        oracle_text_push(text, PAIR_PICK(random, others));
    } else if (pair_chance(random, 50)) {
        text->at[at] ^= text->at[at] < 0x80 ? 0x20 : 1; /* the other case of a letter */
        text->at[at] += text->at[at] == 0;
    } else {
        memmove(text->at + at, text->at + at + 1, (text->len - at - 1) * sizeof *text->at);
        text->len--;
    }
}

/* --- stand-alone regular expressions ----------------------------------------------------- */

pair pair_make_regex(uint64_t seed, uint64_t index) {
    static const char *const around[] = {" ", "x", "%", "%a%", " %b%", "\n", "(", "가", "\xFF"};
    pair out = {{NULL, 0}, {NULL, 0}};
    pair_random random = pair_random_start(seed, index);
    pair_put(&out.line, "");
    pair_put(&out.pattern, "");
    pair_put_line(&random, &out.line);
    oracle_value node = {.kind = ORACLE_STRING};
    node.text = oracle_text_of_bytes(out.line.at, out.line.len);
    pair_put_regex_literal(&random, &out.pattern, &node);
    if (pair_chance(&random, 3))
        pair_put(&out.pattern, PAIR_PICK(&random, around));
    if (pair_chance(&random, 3)) {
        const char *odd = PAIR_PICK(&random, around);
        pair_splice(&out.pattern, pair_below(&random, out.pattern.len), 0, odd, strlen(odd));
    }
    if (pair_chance(&random, 35)) { /* the line is not what the pattern was made of */
        size_t at = pair_below(&random, out.line.len + 1);
        bool is_cut = at < out.line.len && pair_chance(&random, 50);
        pair_splice(&out.line, at, is_cut, pair_chance(&random, 50) ? "x" : "", is_cut ? 0 : 1);
    } else if (pair_chance(&random, 2)) {
        pair_splice(&out.line, 0, out.line.len, "", 0);
    }
    free(node.text.at);
    return out;
}
