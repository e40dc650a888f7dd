#ifndef JL_SUPPORT_LINE_SAMPLER_H
#define JL_SUPPORT_LINE_SAMPLER_H
/** Lines made from a pattern, so that it gives both verdicts. */
#include "filter/program.h"

/**
 * A line on which the pattern is likely to give this verdict.
 *
 * The first attempt makes every condition (or, for a line that shall not match, no condition) true;
 * later ones choose at random. JSON patterns get JSON objects throughout.
 *
 * @return NUL-terminated; free().
 */
char *sample_line(const jsonlog_filter *filter, bool is_match, size_t attempt);

/** A text that the expression between the percent signs matches; free(). */
char *sample_regex(jl_text source);

#endif
