#ifndef JL_ORACLE_PAIR_GENERATOR_H
#define JL_ORACLE_PAIR_GENERATOR_H
/**
 * Pairs of a pattern and a line that are made from one another, so that a verdict hangs on a
 * detail: the pattern is derived from values of the event, then one of the two is changed a little.
 */
#include "pair_random.h"

typedef struct pair {
    pair_text pattern;
    pair_text line;
} pair;

/** Make pair `index` of a seed; free it with pair_done(). */
pair pair_make(uint64_t seed, uint64_t index);
void pair_done(pair *made);

#endif
