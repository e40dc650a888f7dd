#ifndef JL_ORACLE_PAIR_DAMAGE_H
#define JL_ORACLE_PAIR_DAMAGE_H
/** Lines and patterns that are not quite what they should be. */
#include "pair_random.h"

/** Make a line that is one JSON object into one that most likely is not. */
void pair_break_line(pair_random *random, pair_text *line);
/** Change a pattern's text somewhere: it is often refused afterwards. */
void pair_break_pattern(pair_random *random, pair_text *pattern);

#endif
