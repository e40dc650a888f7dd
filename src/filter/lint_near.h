#ifndef JL_FILTER_LINT_NEAR_H
#define JL_FILTER_LINT_NEAR_H
/** How near a key is to a name that may be a misspelling of it. */
#include "base/text.h"

#include <jsonlog/lint.h>

/** Further away than any key that is worth naming. */
#define JL_NEAR_NOT SIZE_MAX

/**
 * Count the letters to insert, drop, change or swap with their neighbour; capitals, `_` and `-`
 * count nothing.
 *
 * @return JL_NEAR_NOT if that is too many for names of this length, or one is empty or longer than
 *         JSONLOG_LINT_KEY_MAX.
 */
size_t jl_near_distance(jl_text name, jl_text key);

#endif
