#ifndef JL_FILTER_LINT_CONFLICT_H
#define JL_FILTER_LINT_CONFLICT_H
/**
 * What can be proven of one condition or of two, from SPEC 5.4 and 5.5 of the filter language.
 * Every function answers true only where it is certain for every event there can be.
 */
#include "filter/condition.h"

bool jl_same_selector(const jl_condition *a, const jl_condition *b);

/** @return true if both are the same condition, however they are spelled. */
bool jl_same_condition(const jl_condition *a, const jl_condition *b);

/** @return true if no event makes the condition true. */
bool jl_is_never(const jl_condition *condition);

/** @return true if no event makes both true. */
bool jl_is_never_both(const jl_condition *a, const jl_condition *b);

/** @return true if both are `!=` on one value, and no text and no finite number fails both. */
bool jl_excludes_nothing(const jl_condition *a, const jl_condition *b);

/** The same two questions for conditions on one token of a space-delimited line. */
bool jl_is_never_both_of_token(const jl_condition *a, const jl_condition *b);
bool jl_excludes_no_token(const jl_condition *a, const jl_condition *b);

/** @return true if no text satisfies both, of which one is `=`; operands with stars or expressions.
 */
bool jl_texts_exclude(const jl_condition *a, const jl_condition *b);

#endif
