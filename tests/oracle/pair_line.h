#ifndef JL_ORACLE_PAIR_LINE_H
#define JL_ORACLE_PAIR_LINE_H
/** Random plain lines, and the patterns of the kinds that read them. */
#include "oracle.h"
#include "pair_generator.h"

/** A line of words, numbers, quoted and bracketed tokens, some without their partners. */
void pair_put_line(pair_random *random, pair_text *out);

/** A code point put, altered or taken out somewhere. */
void pair_alter_text(pair_random *random, oracle_text *text);

/** Pairs of text patterns, stand-alone regular expressions and space-delimited patterns. */
pair pair_make_terms(uint64_t seed, uint64_t index);
pair pair_make_regex(uint64_t seed, uint64_t index);
pair pair_make_fields(uint64_t seed, uint64_t index);

#endif
