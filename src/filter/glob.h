#ifndef JL_FILTER_GLOB_H
#define JL_FILTER_GLOB_H
/**
 * Values with `*` in them: `DA0001*`, `"*인증실패*"`. A star stands for any run of code points,
 * also an empty one; the whole value must match. Any number of stars, in any place. Linear
 * in pattern times text at worst (greedy, restarting only at the last star), state on the stack.
 */
#include "base/text.h"

#include <stdint.h>

/** One literal piece between stars; pieces view the program's own bytes. */
typedef struct jl_glob {
    const jl_text *pieces; /**< `count` pieces, empty ones only at the ends */
    uint32_t count;        /**< stars + 1 */
} jl_glob;

/** @return true if the value, plain UTF-8 without JSON escapes, matches. */
bool jl_glob_match(const jl_glob *glob, jl_text value);

#endif
