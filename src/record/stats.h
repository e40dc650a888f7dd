#ifndef JL_RECORD_STATS_H
#define JL_RECORD_STATS_H
/**
 * The counters of jsonlog_get_stats(). Each thread counts in its own record, without a locked
 * instruction; who wants to know adds them up.
 */
#include "base/thread.h"

#include <jsonlog/logger.h>

/** In the order of jsonlog_stats, which has `queued_bytes` behind them. */
typedef enum jl_stat {
    JL_STAT_RECORDS,
    JL_STAT_LINES,
    JL_STAT_BYTES,
    JL_STAT_LOST_OUTPUT, /**< not counted itself: the sum of the five below */
    JL_STAT_LOST_FULL,
    JL_STAT_LOST_ERROR,
    JL_STAT_LOST_FORMAT,
    JL_STAT_LOST_CLOSED,
    JL_STAT_LOST_LATER,
    JL_STAT_LOST_NESTED,
    JL_STAT_LOST_MEMORY,
    JL_STAT_LOST_INVALID,
    JL_STAT_HELD_BACK,
    JL_STAT_SAMPLED,
    JL_STAT_TRUNCATED,
    JL_STAT_REPLACED_VALUES,
    JL_STAT_DUPLICATE_KEYS,
    JL_STAT_COUNT,
} jl_stat;

_Static_assert((int)JL_STAT_COUNT == JL_THREAD_COUNTERS, "a thread has room for every counter");
_Static_assert(sizeof(jsonlog_stats) == (JL_STAT_COUNT + 1) * sizeof(uint64_t),
               "one word per counter");

/** Count for a thread that has no record. */
void jl_stats_add_shared(jl_stat stat, uint64_t by);

/** Count for the calling thread, whose record this is. */
static inline void jl_stats_add_here(jl_thread *thread, jl_stat stat, uint64_t by) {
    uint64_t *counter = &thread->counters[stat];
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + by, __ATOMIC_RELAXED);
}

/** Count, from anywhere. */
static inline void jl_stats_add(jl_stat stat, uint64_t by) {
    jl_thread *thread = jl_thread_peek();
    if (thread != NULL)
        jl_stats_add_here(thread, stat, by);
    else
        jl_stats_add_shared(stat, by);
}

#endif
