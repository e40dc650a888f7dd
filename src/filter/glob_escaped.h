#ifndef JL_FILTER_GLOB_ESCAPED_H
#define JL_FILTER_GLOB_ESCAPED_H
/**
 * Values with `*` in them, on a JSON string as it is spelled: escapes are read on the way.
 *
 * Each piece between the stars is looked for with its failure table (Knuth, Morris, Pratt), so
 * the string is read once, forward, whatever it holds: no copy, no restart, linear time.
 */
#include "filter/program.h"

/** Room for the table of a text: one entry a byte. */
void jl_wildcard_build(const jl_glob *glob, uint16_t *failure);

/** @return true if what the string means matches. */
bool jl_wildcard_match(const jl_wildcard_text *wildcard, jl_json_string string);

#endif
