/* Space-delimited patterns made from the tokens of the line they are to be bound to. */
#include "oracle_filter.h"
#include "pair_damage.h"
#include "pair_line.h"
#include "pair_pattern.h"

#include <stdlib.h>
#include <string.h>

/** Which fields are written, and which tokens they will be bound to. */
typedef struct layout {
    size_t before; /**< fields in front of `...`, or all there are */
    size_t behind;
    bool has_ellipsis;
} layout;

static size_t choose_count(pair_random *random, size_t tokens) {
    uint32_t how = pair_below(random, 100);
    if (how < 12)
        return tokens + 1 + pair_below(random, 2);
    if (how < 55 || tokens < 2)
        return tokens;
    return 1 + pair_below(random, tokens - 1);
}

static layout choose_layout(pair_random *random, size_t tokens) {
    size_t count = choose_count(random, tokens);
    layout out = {count, 0, pair_chance(random, 40)};
    if (out.has_ellipsis) {
        out.before = pair_below(random, count + 1);
        out.behind = count - out.before;
    }
    return out;
}

/** The text that field `index` of the fields with a token of their own will see. */
static oracle_text text_of_field(const layout *plan, size_t index, const oracle_tokens *tokens,
                                 const char *end) {
    size_t count = plan->before + plan->behind;
    bool is_right = plan->has_ellipsis && index >= plan->before;
    size_t at = is_right ? tokens->count - (count - index) : index;
    if (at >= tokens->count) /* there are not enough */
        return (oracle_text){NULL, 0};
    bool is_rest = !plan->has_ellipsis && index + 1 == count && tokens->count > count;
    if (is_rest)
        return oracle_text_of_bytes(tokens->at[at].raw, (size_t)(end - tokens->at[at].raw));
    return oracle_text_of_bytes(tokens->at[at].at, tokens->at[at].len);
}

static oracle_column choose_column(pair_random *random, oracle_text text, pair_budget *budget) {
    static const oracle_column of_numbers[] = {ORACLE_EQ_NUMBER, ORACLE_EQ_NUMBER, ORACLE_NE_NUMBER,
                                               ORACLE_LT,        ORACLE_GT,        ORACLE_LE,
                                               ORACLE_GE,        ORACLE_EQ_TEXT,   ORACLE_NE_TEXT};
    static const oracle_column of_text[] = {ORACLE_EQ_TEXT, ORACLE_EQ_TEXT,  ORACLE_EQ_TEXT,
                                            ORACLE_NE_TEXT, ORACLE_EQ_REGEX, ORACLE_EQ_REGEX,
                                            ORACLE_NE_REGEX};
    size_t exponent = 0;
    bool is_about_numbers = oracle_is_number(text, &exponent) != pair_chance(random, 12);
    oracle_column column =
        is_about_numbers ? PAIR_PICK(random, of_numbers) : PAIR_PICK(random, of_text);
    bool is_regex = column == ORACLE_EQ_REGEX || column == ORACLE_NE_REGEX;
    if (is_regex && budget->regexes == 0)
        return ORACLE_EQ_TEXT;
    budget->regexes -= is_regex;
    return column;
}

static void put_name(pair_random *random, pair_text *out, size_t index) {
    static const char *const names[] = {"a",  "w",    "status_code", "_x", "req-id", "이름", "é",
                                        "ip", "null", "is",          "A",  "bytes",  "😀",    "x-"};
    if (pair_chance(random, 2)) {
        pair_put(out, pair_chance(random, 70) ? "a" : pair_chance(random, 50) ? "1a" : "-a");
        return;
    }
    pair_put(out, PAIR_PICK(random, names));
    pair_putf(out, "%zu", index);
}

static void put_condition(pair_random *random, pair_text *out, const char *name, oracle_text text,
                          pair_budget *budget) {
    oracle_value node = {.kind = ORACLE_STRING, .text = text};
    pair_put(out, name);
    if (pair_chance(random, 3))
        return;
    pair_put_comparison(random, out, choose_column(random, text, budget), &node);
}

static void put_expression(pair_random *random, pair_text *out, const char *name, oracle_text text,
                           pair_budget *budget) {
    size_t count = pair_chance(random, 75) ? 1 : 2 + pair_below(random, 2);
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            pair_put(out, pair_chance(random, 60)   ? " || "
                          : pair_chance(random, 50) ? "&&"
                                                    : " && ");
        if (pair_chance(random, 12)) {
            pair_put(out, pair_chance(random, 50) ? "(" : "( ");
            open++;
        }
        put_condition(random, out, pair_chance(random, 1) ? "other" : name, text, budget);
        if (open > 0 && pair_chance(random, 50)) {
            pair_put(out, ")");
            open--;
        }
    }
    for (; open > 0; open--)
        pair_put(out, ")");
}

static void put_field(pair_random *random, pair_text *out, size_t index, uint32_t conditions,
                      oracle_text text, pair_budget *budget) {
    pair_text name = {NULL, 0};
    put_name(random, &name, index);
    pair_put_gap(random, out);
    if (pair_chance(random, conditions))
        put_expression(random, out, name.at, text, budget);
    else if (pair_chance(random, 70))
        pair_put(out, name.at);
    pair_put_gap(random, out);
    free(name.at);
}

static void put_ellipsis(pair_random *random, pair_text *out) {
    pair_put(out, pair_chance(random, 50) ? " ..." : "... ");
    if (pair_chance(random, 1))
        pair_put(out, pair_chance(random, 50) ? "name" : ", ...");
}

static void put_pattern(pair_random *random, pair_text *out, const oracle_tokens *tokens,
                        const char *end) {
    layout plan = choose_layout(random, tokens->count);
    size_t count = plan.before + plan.behind;
    uint32_t conditions = count < 3 ? 65 : count < 5 ? 45 : 30;
    pair_budget budget = pair_chance(random, 1) ? (pair_budget){9, 9} : PAIR_BUDGET;
    pair_put_byte(out, '[');
    for (size_t i = 0; i <= count; i++) {
        if (plan.has_ellipsis && i == plan.before) {
            put_ellipsis(random, out);
            pair_put(out, i < count ? "," : "");
        }
        if (i == count)
            break;
        oracle_text text = text_of_field(&plan, i, tokens, end);
        put_field(random, out, i, conditions, text, &budget);
        bool is_last = i + 1 == count && !(plan.has_ellipsis && plan.behind == 0);
        pair_put(out, is_last ? "" : ",");
        free(text.at);
    }
    pair_put_byte(out, ']');
}

/** Refused, or at the edge of what is accepted. */
static void put_odd_pattern(pair_random *random, pair_text *out) {
    static const char *const odd[] = {"[]",
                                      "[ ]",
                                      "[,]",
                                      "[,,]",
                                      "[...]",
                                      "[ ... ]",
                                      "[..., ...]",
                                      "[...,]",
                                      "[,...]",
                                      "[... a]",
                                      "[...a]",
                                      "[....]",
                                      "[..]",
                                      "[a b]",
                                      "[a, a]",
                                      "[a=1, a=2]",
                                      "[a=1 || b=2]",
                                      "[a||a=1]",
                                      "[a&&a=1]",
                                      "[(a)]",
                                      "[((a=1))]",
                                      "[(a]",
                                      "[a)]",
                                      "[()]",
                                      "[a=]",
                                      "[a=1 ||]",
                                      "[=1]",
                                      "[a==1]",
                                      "[a=null]",
                                      "[a=NULL]",
                                      "[a=is]",
                                      "[a>\"1\"]",
                                      "[a>x]",
                                      "[a>%1%]",
                                      "[a=%%]",
                                      "[a=\"\"]",
                                      "[a=true]",
                                      "[$a]",
                                      "[1a]",
                                      "[-a]",
                                      "[a.b]",
                                      "[a] ",
                                      "[a",
                                      "[",
                                      "[a]b",
                                      "[a=\"]\"]",
                                      "[a=\",\"]",
                                      "[a=%x%,b=%y%,c=%z%]",
                                      "[a=%x% || a=%y%]",
                                      "[a=1e2147483648]",
                                      "[a=x:y]",
                                      "[a<>1]",
                                      "[a!1]",
                                      "[a = \"x]",
                                      "[a IS NULL]",
                                      "[가=나]",
                                      "[_]",
                                      "[a-]",
                                      "[a_1-b]",
                                      "[A, a]",
                                      "[a=*]",
                                      "[a!=*]",
                                      "[a=\"*\", ...]",
                                      "[..., a=*]",
                                      "[a=-1]",
                                      "[a=+1,]",
                                      "[a=1*]",
                                      "[a,]",
                                      "[,a]",
                                      "[a=1,2]",
                                      "[\xC2\xA0]",
                                      "[a\x01]",
                                      "[a=b,\n\tc]",
                                      "[a, ..., b, ...]",
                                      "[a=$b]"};
    pair_put(out, PAIR_PICK(random, odd));
}

static void make_once(pair_random *random, pair *out) {
    pair_put(&out->line, "");
    pair_put_line(random, &out->line);
    if (pair_chance(random, 4)) {
        put_odd_pattern(random, &out->pattern);
        return;
    }
    oracle_tokens tokens = oracle_split(out->line.at, out->line.len);
    put_pattern(random, &out->pattern, &tokens, out->line.at + out->line.len);
    free(tokens.at);
    if (pair_chance(random, 4))
        pair_break_pattern(random, &out->pattern);
}

static bool is_true(const pair *made) {
    oracle_fields *fields = oracle_fields_parse(made->pattern.at, made->pattern.len);
    bool verdict = fields && oracle_fields_match(fields, made->line.at, made->line.len);
    oracle_fields_free(fields);
    return verdict;
}

/** One field that does not pass is enough; some false pairs are made anew. */
pair pair_make_fields(uint64_t seed, uint64_t index) {
    pair out = {{NULL, 0}, {NULL, 0}};
    pair_random random = pair_random_start(seed, index);
    for (int attempt = 0; attempt < 2; attempt++) {
        pair_done(&out);
        out = (pair){{NULL, 0}, {NULL, 0}};
        make_once(&random, &out);
        if (is_true(&out) || pair_chance(&random, 60))
            break;
    }
    return out;
}
