#ifndef JL_LOGGER_WINDOW_H
#define JL_LOGGER_WINDOW_H
/**
 * How many calls came in a window of time, over all threads: when the window ends and the count
 * stand in one word, so that both change as one step and no call is counted in the wrong window.
 *
 *     63            24 23         0
 *     end in ms        count            milliseconds of the monotonic clock: for 34 years
 */
#include <stdint.h>

/** The most that is counted; then a window begins anew. */
#define JL_WINDOW_MOST ((UINT32_C(1) << 24) - 1)

/**
 * Count one call; the first one, and the first after the end of a window, begins a window.
 *
 * @param per_ms  how long a window lasts.
 * @param enough  calls beyond so many are not counted any more, at most JL_WINDOW_MOST.
 * @return which call of its window this is, from 1; enough + 1 for all beyond.
 */
uint32_t jl_window_count(uint64_t *word, int64_t now_ms, int64_t per_ms, uint32_t enough);

/** When the window ends. */
static inline int64_t jl_window_end_ms(const uint64_t *word) {
    return (int64_t)(__atomic_load_n(word, __ATOMIC_RELAXED) >> 24);
}

#endif
