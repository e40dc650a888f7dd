#ifndef JL_ORACLE_PAIR_EVENT_H
#define JL_ORACLE_PAIR_EVENT_H
/** Random JSON text: every kind of value in every spelling. */
#include "oracle.h"
#include "pair_random.h"

/** How one event is written; the same throughout, as a program would write it. */
typedef struct pair_style {
    enum { PAIR_COMPACT, PAIR_SPACED, PAIR_WILD } blanks;
    uint32_t escape_percent; /**< of the characters that need none */
    uint32_t repeat_percent; /**< of the members whose key has stood before */
} pair_style;

pair_style pair_style_choose(pair_random *random);

/** A word of the common vocabulary, UTF-8. */
const char *pair_word(pair_random *random);
const char *pair_key(pair_random *random);
/** A number as JSON spells it. */
void pair_put_number(pair_random *random, pair_text *out);

/** `"key":` of UTF-8 text, escapes and blanks by the style. */
void pair_put_key(pair_random *random, pair_text *out, const char *key, const pair_style *style);
/** A value of one row of the table; ORACLE_ROW_MISSING stands for any row. */
void pair_put_value(pair_random *random, pair_text *out, oracle_row row, int depth,
                    const pair_style *style);
/** `count` members with random keys and values, each followed by a comma. */
void pair_put_members(pair_random *random, pair_text *out, size_t count, const pair_style *style);

#endif
