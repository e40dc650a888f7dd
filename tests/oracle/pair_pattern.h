#ifndef JL_ORACLE_PAIR_PATTERN_H
#define JL_ORACLE_PAIR_PATTERN_H
/** Pieces of patterns, written after values of an event. */
#include "oracle.h"
#include "pair_random.h"

/** What AWS's limits leave over for the conditions still to come. */
typedef struct pair_budget {
    int wild_selectors;
    int regexes;
} pair_budget;

#define PAIR_BUDGET ((pair_budget){3, 2})

/** Nothing, or a little white space. */
void pair_put_gap(pair_random *random, pair_text *out);
/** Write a selector for a random node of the event; @return the node, NULL where it misses. */
const oracle_value *pair_put_selector(pair_random *random, pair_text *out,
                                      const oracle_value *event, pair_budget *budget);
/** A column that makes sense for the node, or once in a while any. */
oracle_column pair_choose_column(pair_random *random, const oracle_value *node,
                                 pair_budget *budget);
/** ` = "literal"` and so on; the literal is made from the node's value if it has one. */
void pair_put_comparison(pair_random *random, pair_text *out, oracle_column column,
                         const oracle_value *node);
/** A whole condition on a random node. */
void pair_put_condition(pair_random *random, pair_text *out, const oracle_value *event,
                        pair_budget *budget);

#endif
