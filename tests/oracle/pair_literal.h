#ifndef JL_ORACLE_PAIR_LITERAL_H
#define JL_ORACLE_PAIR_LITERAL_H
/** Literals of patterns, made from the values they are to be compared with. */
#include "oracle.h"
#include "pair_random.h"

/** What a text comparison would look at, or any word; to be freed. */
oracle_text pair_text_of_node(pair_random *random, const oracle_value *node);

/** `"text"`, its quotes and most of its backslashes escaped. */
void pair_put_phrase(pair_text *out, oracle_text text);

/** Each takes any node, also NULL and those without text. */
void pair_put_text_literal(pair_random *random, pair_text *out, const oracle_value *node);
void pair_put_number_literal(pair_random *random, pair_text *out, const oracle_value *node);
void pair_put_regex_literal(pair_random *random, pair_text *out, const oracle_value *node);

#endif
