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
    const jl_text *pieces; /**< `count` pieces of well-formed UTF-8, empty between two stars */
    uint32_t count;        /**< stars + 1, at least 1 */
    bool
        has_replacement; /**< a piece contains U+FFFD, which an ill-formed byte of a value equals */
} jl_glob;

/** @return true if the value, UTF-8 without JSON escapes, matches; an ill-formed byte is U+FFFD. */
bool jl_glob_match(const jl_glob *glob, jl_text value);

#endif
