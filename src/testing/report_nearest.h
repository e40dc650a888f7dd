#ifndef JL_TESTING_REPORT_NEAREST_H
#define JL_TESTING_REPORT_NEAREST_H
/** The line that came nearest to a pattern, and why it is no match: what a reader of a report looks
 * for first. */
#include "base/buffer.h"
#include "testing/expect.h"

/** @return the index of the line, from `from` on, that does not match the pattern but makes most of
 * its conditions true, the earliest of several; JL_NO_LINE if there is none. */
size_t jl_find_nearest_line(const jl_judgement *judgement, size_t pattern, size_t from);

/** @return the index of the pattern of which the line makes most conditions true, the first of
 * several. */
size_t jl_find_nearest_pattern(const jl_judgement *judgement, size_t index);

/** Append the verdict and the value of each condition, a line each. */
void jl_append_conditions(jl_buffer *out, const jl_judgement *judgement, size_t pattern,
                          size_t index);

/** @return line `index` of the judged ones. */
const jl_captured_line *jl_judged_line(const jl_judgement *judgement, size_t index);

#endif
