#include "pair_pattern.h"
#include "pair_event.h"
#include "pair_literal.h"

#include <stdlib.h>
#include <string.h>

void pair_put_gap(pair_random *random, pair_text *out) {
    static const char *const gaps[] = {" ", " ", " ", "", "", "  ", "\t", "\n  ", "\r\n"};
    pair_put(out, PAIR_PICK(random, gaps));
}

/* --- selectors --------------------------------------------------------------------------- */

static bool is_plain_name(oracle_text name) {
    for (size_t i = 0; i < name.len; i++) {
        uint32_t c = name.at[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c < 0x80)
            return false;
    }
    return name.len > 0;
}

static bool is_writable_name(oracle_text name) {
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] == '\'' || (name.at[i] >= 0xD800 && name.at[i] <= 0xDFFF))
            return false;
    return true;
}

static void put_name_step(pair_random *random, pair_text *out, oracle_text name) {
    size_t len = 0;
    char *bytes = oracle_text_to_utf8(name, '?', &len);
    bool is_bare = is_plain_name(name) && pair_chance(random, 85);
    pair_put(out, is_bare ? "." : ".['");
    pair_put_bytes(out, bytes, len);
    pair_put(out, is_bare ? "" : "']");
    free(bytes);
}

static void put_wild_step(pair_random *random, pair_text *out, bool is_first) {
    pair_put(out, is_first || pair_chance(random, 50) ? ".*" : "[*]");
}

/** A step beside the right one. */
static void put_wrong_step(pair_random *random, pair_text *out, bool is_first) {
    if (is_first || pair_chance(random, 60)) {
        static const char *const names[] = {".nokey", ".a", ".b",      ".user",
                                            ".['']",  ".A", ".['a.b']"};
        pair_put(out, PAIR_PICK(random, names));
    } else {
        static const char *const indexes[] = {"[0]", "[1]", "[2]", "[99]", "[4294967296]", "[00]"};
        pair_put(out, PAIR_PICK(random, indexes));
    }
}

const oracle_value *pair_put_selector(pair_random *random, pair_text *out,
                                      const oracle_value *event, pair_budget *budget) {
    const oracle_value *node = event;
    bool is_wild_allowed = budget->wild_selectors > 0, is_first = true;
    pair_put_byte(out, '$');
    while (node && node->count > 0 && (is_first || pair_chance(random, 92))) {
        size_t at = pair_below(random, node->count);
        bool is_named = node->kind == ORACLE_OBJECT;
        if (pair_chance(random, 3) || (is_named && !is_writable_name(node->names[at]))) {
            put_wrong_step(random, out, is_first);
            return NULL;
        }
        if (is_wild_allowed && pair_chance(random, 12)) {
            put_wild_step(random, out, is_first);
            budget->wild_selectors--;
            is_wild_allowed = false;
        } else if (is_named) {
            put_name_step(random, out, node->names[at]);
        } else {
            pair_putf(out, "[%zu]", at);
        }
        node = &node->members[at];
        is_first = false;
    }
    if (!is_first && !pair_chance(random, 4))
        return node;
    put_wrong_step(random, out, is_first);
    return NULL;
}

/* --- comparisons ------------------------------------------------------------------------- */

static oracle_column sensible_column(pair_random *random, const oracle_value *node) {
    static const oracle_column for_text[] = {ORACLE_EQ_TEXT,  ORACLE_EQ_TEXT,  ORACLE_EQ_TEXT,
                                             ORACLE_NE_TEXT,  ORACLE_EQ_REGEX, ORACLE_EQ_REGEX,
                                             ORACLE_NE_REGEX, ORACLE_EQ_NUMBER};
    static const oracle_column for_numbers[] = {
        ORACLE_EQ_NUMBER, ORACLE_EQ_NUMBER, ORACLE_NE_NUMBER, ORACLE_LT,      ORACLE_GT,
        ORACLE_LE,        ORACLE_GE,        ORACLE_EQ_TEXT,   ORACLE_EQ_REGEX};
    switch (node ? node->kind : ORACLE_ARRAY) {
    case ORACLE_STRING: return PAIR_PICK(random, for_text);
    case ORACLE_NUMBER: return PAIR_PICK(random, for_numbers);
    case ORACLE_NULL: return ORACLE_IS_NULL;
    case ORACLE_TRUE: return pair_chance(random, 80) ? ORACLE_IS_TRUE : ORACLE_IS_FALSE;
    case ORACLE_FALSE: return pair_chance(random, 80) ? ORACLE_IS_FALSE : ORACLE_IS_TRUE;
    default: return pair_chance(random, 75) ? ORACLE_NOT_EXISTS : ORACLE_IS_NULL;
    }
}

oracle_column pair_choose_column(pair_random *random, const oracle_value *node,
                                 pair_budget *budget) {
    oracle_column column = sensible_column(random, node);
    if (pair_chance(random, 12))
        column = (oracle_column)pair_below(random, ORACLE_COLUMNS);
    bool is_regex = column == ORACLE_EQ_REGEX || column == ORACLE_NE_REGEX;
    if (is_regex && budget->regexes == 0)
        return ORACLE_EQ_TEXT;
    budget->regexes -= is_regex;
    return column;
}

static void put_keyword(pair_random *random, pair_text *out, const char *keyword) {
    bool is_lower = pair_chance(random, 15), is_mixed = pair_chance(random, 5);
    for (; *keyword; keyword++) {
        bool is_changed = is_lower || (is_mixed && pair_chance(random, 50));
        bool is_letter = *keyword != ' ';
        pair_put_byte(out, is_changed && is_letter ? (char)(*keyword | 0x20) : *keyword);
    }
}

void pair_put_comparison(pair_random *random, pair_text *out, oracle_column column,
                         const oracle_value *node) {
    static const char *const signs[ORACLE_COLUMNS] = {
        "=", "!=", "=", "!=", "<", ">", "<=", ">=", "=", "!=", NULL, NULL, NULL, NULL};
    static const char *const keywords[] = {" IS NULL", " IS TRUE", " IS FALSE", " NOT EXISTS"};
    if (column >= ORACLE_IS_NULL) {
        put_keyword(random, out, keywords[column - ORACLE_IS_NULL]);
        return;
    }
    pair_put_gap(random, out);
    pair_put(out, signs[column]);
    pair_put_gap(random, out);
    if (column == ORACLE_EQ_TEXT || column == ORACLE_NE_TEXT)
        pair_put_text_literal(random, out, node);
    else if (column == ORACLE_EQ_REGEX || column == ORACLE_NE_REGEX)
        pair_put_regex_literal(random, out, node);
    else
        pair_put_number_literal(random, out, node);
}

void pair_put_condition(pair_random *random, pair_text *out, const oracle_value *event,
                        pair_budget *budget) {
    const oracle_value *node = pair_put_selector(random, out, event, budget);
    oracle_column column = pair_choose_column(random, node, budget);
    pair_put_comparison(random, out, column, node);
}
