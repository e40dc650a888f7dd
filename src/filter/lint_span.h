#ifndef JL_FILTER_LINT_SPAN_H
#define JL_FILTER_LINT_SPAN_H
/** Conditions as places in the text of a pattern: what stands round them, and how to change it. */
#include "filter/lint_findings.h"

/** @return the condition with the parentheses and blanks that are round it alone. */
jl_text jl_span_with_parentheses(jl_text pattern, jl_text part);

/** Leave the condition out, with its parentheses and the `&&` or `||` that joins it. */
void jl_span_remove(jl_patch *patch, jl_text part);

/**
 * Find the joint between two conditions, if nothing but their own parentheses and blanks is between
 * them.
 *
 * @return the two characters of `&&` or `||`; empty if something else is there.
 */
jl_text jl_span_joint(jl_text pattern, jl_text before, jl_text behind);

#endif
