#include "pair_generator.h"
#include "oracle.h"
#include "pair_damage.h"
#include "pair_event.h"
#include "pair_pattern.h"

#include <stdlib.h>
#include <string.h>

/* --- natural pairs: any conditions on any nodes of any event ----------------------------- */

static void close_object(pair_text *out) {
    if (out->at[out->len - 1] == ',')
        out->at[--out->len] = '\0';
    pair_put_byte(out, '}');
}

static void put_event(pair_random *random, pair_text *out) {
    pair_style style = pair_style_choose(random);
    if (style.blanks == PAIR_WILD && pair_chance(random, 20))
        pair_put(out, " \t\r\n");
    pair_put_byte(out, '{');
    pair_put_members(random, out, pair_chance(random, 3) ? 0 : 1 + pair_below(random, 6), &style);
    close_object(out);
    if (pair_chance(random, 10))
        pair_put(out, pair_chance(random, 70) ? "\n" : "\r\n ");
}

static void put_expression(pair_random *random, pair_text *out, size_t count,
                           const oracle_value *event, pair_budget *budget) {
    if (count == 1) {
        pair_put_condition(random, out, event, budget);
        return;
    }
    size_t left = 1 + pair_below(random, count - 1);
    const char *sign = pair_chance(random, 65) ? "||" : "&&";
    for (int side = 0; side < 2; side++) {
        bool is_wrapped = pair_chance(random, 30);
        pair_put(out, is_wrapped ? "(" : "");
        put_expression(random, out, side ? count - left : left, event, budget);
        pair_put(out, is_wrapped ? ")" : "");
        if (side == 0) {
            pair_put_gap(random, out);
            pair_put(out, sign);
            pair_put_gap(random, out);
        }
    }
}

static void put_natural_pattern(pair_random *random, pair_text *out, const char *line, size_t len) {
    uint32_t how = pair_below(random, 100);
    size_t count = how < 50 ? 1 : how < 80 ? 2 : how < 95 ? 3 : 4 + pair_below(random, 4);
    pair_budget budget = PAIR_BUDGET;
    if (pair_chance(random, 1)) /* sometimes more than AWS takes */
        budget = (pair_budget){9, 9};
    oracle_value *event = oracle_json_read(line, len);
    pair_put_byte(out, '{');
    pair_put_gap(random, out);
    put_expression(random, out, count, event, &budget);
    pair_put_gap(random, out);
    pair_put_byte(out, '}');
    oracle_json_free(event);
}

static bool is_true(const pair *made) {
    oracle_node *tree = oracle_pattern_parse(made->pattern.at, made->pattern.len);
    bool verdict = tree && oracle_match_line(tree, made->line.at, made->line.len);
    oracle_pattern_free(tree);
    return verdict;
}

/** Most comparisons of the table are false whatever they meet; some false pairs are made anew. */
static void make_natural(pair_random *random, pair *out) {
    for (int attempt = 0; attempt < 2; attempt++) {
        pair_done(out);
        *out = (pair){{NULL, 0}, {NULL, 0}};
        put_event(random, &out->line);
        put_natural_pattern(random, &out->pattern, out->line.at, out->line.len);
        if (is_true(out) || pair_chance(random, 50))
            return;
    }
}

/* --- directed pairs: one cell of the table each ------------------------------------------ */

/** Places to plant a value at: what stands before it, behind it, and its selector. */
typedef struct place {
    const char *before, *behind, *selector;
} place;

static const place places[] = {
    {"\"t\":", "", "$.t"},
    {"\"t\":", "", "$.['t']"},
    {"\"\\u0074\":", "", "$.t"},
    {"\"t.u\":", "", "$.['t.u']"},
    {"\"o\":{\"t\":", "}", "$.o.t"},
    {"\"o\":{\"a\":1,\"t\":", ",\"z\":[{}]}", "$.o.t"},
    {"\"o\":{\"p\":{\"t\":", "}}", "$.o.p.t"},
    {"\"l\":[0,", ",\"x\"]", "$.l[1]"},
    {"\"l\":[", "]", "$.l[0]"},
    {"\"l\":[[],{\"t\":", "}]", "$.l[1].t"},
    {"\"l\":[[1,2],[", "]]", "$.l[1][0]"},
    {"\"키\":{\"값\":", "}", "$.키.값"},
};

/** The same places with nothing there. */
static const char *const absent[] = {
    "\"o\":{}", "\"o\":null", "\"o\":[1]",      "\"o\":\"t\"",      "\"l\":{\"1\":5}", "\"l\":[]",
    "\"l\":5",  "\"T\":1",    "\"t\\u0000\":1", "\"o\":{\"p\":{}}", "\"o\":{\"T\":1}"};

/** An earlier value under the key that is about to be written: it must not count. */
static void put_shadow(pair_random *random, pair_text *out, const char *before,
                       const pair_style *style) {
    static const char *const shadows[] = {
        "1", "\"ERROR\"", "null", "{}", "[]", "{\"t\":1}", "true", "[[null],{\"t\":2}]", "1e309"};
    size_t key = strcspn(before, ":") + 1;
    pair_put_bytes(out, before, key);
    if (pair_chance(random, 50))
        pair_put(out, PAIR_PICK(random, shadows));
    else
        pair_put_value(random, out, ORACLE_ROW_MISSING, 1, style);
    pair_put_byte(out, ',');
}

static void put_around(pair_random *random, pair_text *line, const char *before, const char *value,
                       const char *behind) {
    pair_style style = pair_style_choose(random);
    pair_put_byte(line, '{');
    pair_put_members(random, line, pair_below(random, 3), &style);
    if (pair_chance(random, 15))
        put_shadow(random, line, before, &style);
    pair_put(line, before);
    pair_put(line, value);
    pair_put(line, behind);
    pair_put_byte(line, ',');
    pair_put_members(random, line, pair_below(random, 3), &style);
    close_object(line);
}

/** Close the pattern, perhaps after one more condition. */
static void finish_pattern(pair_random *random, pair *out) {
    pair_budget budget = {0, 0};
    oracle_value *event = oracle_json_read(out->line.at, out->line.len);
    if (pair_chance(random, 30)) {
        pair_put(&out->pattern, pair_chance(random, 65) ? " || " : "&&");
        pair_put_condition(random, &out->pattern, event, &budget);
    }
    pair_put(&out->pattern, " }");
    oracle_json_free(event);
}

/** A value of the row; strings that are to meet numbers are often numeric themselves. */
static void put_planted(pair_random *random, pair_text *out, oracle_row row, oracle_column column) {
    pair_style style = pair_style_choose(random);
    bool is_about_numbers = column >= ORACLE_EQ_NUMBER && column <= ORACLE_GE;
    if (row != ORACLE_ROW_STRING || !is_about_numbers || pair_chance(random, 50)) {
        pair_put_value(random, out, row, 1, &style);
        return;
    }
    pair_put_byte(out, '"');
    pair_put_number(random, out);
    pair_put_byte(out, '"');
}

static void make_plain(pair_random *random, pair *out) {
    oracle_row row = (oracle_row)pair_below(random, ORACLE_ROWS);
    oracle_column column = (oracle_column)pair_below(random, ORACLE_COLUMNS);
    const place *at = &PAIR_PICK(random, places);
    pair_text value = {NULL, 0};
    put_planted(random, &value, row, column);
    if (row == ORACLE_ROW_MISSING)
        put_around(random, &out->line, PAIR_PICK(random, absent), "", "");
    else
        put_around(random, &out->line, at->before, value.at, at->behind);
    oracle_value *node = oracle_json_read(value.at, value.len);
    pair_putf(&out->pattern, "{ %s", at->selector);
    pair_put_comparison(random, &out->pattern, column, node);
    finish_pattern(random, out);
    oracle_json_free(node);
    free(value.at);
}

/** A value that can make the column true. */
static oracle_row fitting_row(pair_random *random, oracle_column column) {
    if (pair_chance(random, 15))
        return (oracle_row)pair_below(random, ORACLE_ROWS);
    switch (column) {
    case ORACLE_IS_NULL: return ORACLE_ROW_NULL;
    case ORACLE_IS_TRUE:
    case ORACLE_IS_FALSE: return ORACLE_ROW_BOOL;
    case ORACLE_EQ_TEXT:
    case ORACLE_NE_TEXT:
    case ORACLE_EQ_REGEX:
    case ORACLE_NE_REGEX: return pair_chance(random, 70) ? ORACLE_ROW_STRING : ORACLE_ROW_NUMBER;
    default: return ORACLE_ROW_NUMBER;
    }
}

/** Elements or members, each perhaps `{"b":value}`; the last value is left in *last. */
static void put_selected(pair_random *random, pair_text *out, oracle_column column, bool has_tail,
                         pair_text *last) {
    pair_style style = pair_style_choose(random);
    bool is_array = pair_chance(random, 60);
    size_t count = 1 + pair_below(random, 4);
    pair_put_byte(out, is_array ? '[' : '{');
    for (size_t i = 0; i < count; i++) {
        pair_text value = {NULL, 0};
        pair_put_value(random, &value, fitting_row(random, column), 2, &style);
        if (i > 0)
            pair_put_byte(out, ',');
        if (!is_array)
            pair_put_key(random, out, pair_key(random), &style);
        pair_put(out, has_tail ? "{\"b\":" : "");
        pair_put_bytes(out, value.at, value.len);
        pair_put(out, !has_tail ? "" : pair_chance(random, 10) ? ",\"b\":{}}" : "}");
        free(last->at);
        *last = value;
    }
    pair_put_byte(out, is_array ? ']' : '}');
}

static void put_nothing(pair_random *random, pair_text *out, bool has_tail) {
    static const char *const nothing[] = {"[]",
                                          "{}",
                                          "null",
                                          "5",
                                          "\"[1]\"",
                                          "true",
                                          "[1,2]",
                                          "{\"a\":1}",
                                          "[{}]",
                                          "[[]]",
                                          "[{\"a\":{\"b\":1}}]",
                                          "{\"b\":1}"};
    pair_put(out, nothing[pair_below(random, has_tail ? 12 : 6)]);
}

static void make_wild(pair_random *random, pair *out) {
    static const char *const wilds[] = {"[*]", ".*"};
    static const char *const before[] = {"\"w\":", "\"o\":{\"w\":", "\"l\":[0,"};
    static const char *const behind[] = {"", "}", "]"};
    static const char *const selectors[] = {"$.w", "$.o.w", "$.l[1]"};
    oracle_column column = (oracle_column)pair_below(random, ORACLE_COLUMNS);
    uint32_t situation = pair_below(random, 100), at = pair_below(random, 3);
    bool has_tail = pair_chance(random, 35);
    pair_text value = {NULL, 0}, last = {NULL, 0};
    if (situation < 46)
        put_selected(random, &value, column, has_tail, &last);
    else
        put_nothing(random, &value, has_tail);
    if (situation < 76)
        put_around(random, &out->line, before[at], value.at, behind[at]);
    else
        put_around(random, &out->line, PAIR_PICK(random, absent), "", "");
    oracle_value *node = oracle_json_read(last.at, last.len);
    pair_putf(&out->pattern, "{%s%s%s", selectors[at], PAIR_PICK(random, wilds),
              has_tail ? ".b" : "");
    pair_put_comparison(random, &out->pattern, column, node);
    finish_pattern(random, out);
    oracle_json_free(node);
    free(value.at);
    free(last.at);
}

/* --- pairs at the limits ----------------------------------------------------------------- */

static void make_deep(pair_random *random, pair *out) {
    size_t depth = 997 + pair_below(random, 5); /* below the root object */
    bool is_array = pair_chance(random, 50);
    pair_put(&out->line, "{\"a\":");
    for (size_t i = 0; i < depth; i++)
        pair_put(&out->line, is_array ? "[" : "{\"d\":");
    pair_put(&out->line, is_array ? "" : "1");
    for (size_t i = 0; i < depth; i++)
        pair_put_byte(&out->line, is_array ? ']' : '}');
    pair_put(&out->line, ",\"b\":1}");
    pair_put(&out->pattern, pair_chance(random, 50) ? "{ $.b = 1 }" : "{ $.c NOT EXISTS }");
}

/** A pattern of about 1,024 UTF-16 units, and now and then just above. */
static void make_long(pair_random *random, pair *out) {
    bool is_astral = pair_chance(random, 50);
    size_t units = 1020 + pair_below(random, 6);
    pair_put(&out->pattern, "{$.a=\"");
    pair_put(&out->line, "{\"a\":\"");
    for (size_t used = 8; used < units; used++) {
        bool is_pair = is_astral && used + 2 <= units;
        pair_put(&out->pattern, is_pair ? "😀" : "x");
        pair_put(&out->line, is_pair ? "😀" : "x");
        used += is_pair;
    }
    pair_put(&out->pattern, "\"}");
    pair_put(&out->line, pair_chance(random, 70) ? "\"}" : "y\"}");
}

/** Stars against many false starts, and a NUL in quotes. */
static void make_odd(pair_random *random, pair *out) {
    size_t count = 3 + pair_below(random, 30);
    pair_put(&out->line, "{\"a\":\"");
    for (size_t i = 0; i < count * 8; i++)
        pair_put(&out->line, pair_chance(random, 97) ? "a" : "\\u0000");
    pair_put(&out->line, "\"}");
    pair_put(&out->pattern, "{ $.a = \"");
    for (size_t i = 0; i < count; i++)
        pair_put(&out->pattern, pair_chance(random, 50) ? "*a" : "*aa");
    if (pair_chance(random, 50))
        pair_put_bytes(&out->pattern, "\0*", 2);
    else
        pair_put(&out->pattern, pair_chance(random, 50) ? "*" : "b*");
    pair_put(&out->pattern, "\" }");
}

/** As many wildcards or regular expressions as AWS takes, or one too many. */
static void make_counted(pair_random *random, pair *out) {
    static const char *const counted[][2] = {{"$.a[*]=1", "$.a=2"},
                                             {"$.*.a = 1", "$.*.b != 1"},
                                             {"$.a = %1%", "$.b IS NULL"},
                                             {"$.a != %^2$%", "$.*=%x%"}};
    size_t kind = pair_below(random, 4), count = 2 + pair_below(random, 4);
    pair_put(&out->line, pair_chance(random, 50) ? "{\"a\":[1,2]}" : "{\"a\":2,\"b\":{\"a\":1}}");
    pair_put(&out->pattern, "{");
    for (size_t i = 0; i < count; i++) {
        pair_put(&out->pattern, i == 0 ? "" : pair_chance(random, 50) ? " && " : "||");
        pair_put(&out->pattern, counted[kind][pair_chance(random, 25)]);
    }
    pair_put(&out->pattern, "}");
}

/* --- all of them ------------------------------------------------------------------------- */

pair pair_make(uint64_t seed, uint64_t index) {
    pair out = {{NULL, 0}, {NULL, 0}};
    pair_random random = pair_random_start(seed, index);
    uint32_t how = pair_below(&random, 1000);
    if (how < 3)
        make_odd(&random, &out);
    else if (how < 5)
        make_long(&random, &out);
    else if (how < 6)
        make_deep(&random, &out);
    else if (how < 10)
        make_counted(&random, &out);
    else if (how < 372)
        make_plain(&random, &out);
    else if (how < 570)
        make_wild(&random, &out);
    else
        make_natural(&random, &out);
    if (how >= 860 && how < 920)
        pair_break_line(&random, &out.line);
    else if (how >= 920 && how < 970)
        pair_break_pattern(&random, &out.pattern);
    return out;
}

void pair_done(pair *made) {
    free(made->pattern.at);
    free(made->line.at);
}
