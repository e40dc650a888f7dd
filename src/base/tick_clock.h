#ifndef JL_BASE_TICK_CLOCK_H
#define JL_BASE_TICK_CLOCK_H
/**
 * CLOCK_REALTIME, carried on by the processor's tick counter from one millisecond to the next.
 *
 * A look at CLOCK_REALTIME is a quarter of what a record costs, and waits until all before it is
 * done; the counter takes less than half of that and waits for nothing. A thread that logs often
 * looks once in a millisecond, and counts ticks from there until just before the next one begins.
 * So the millisecond of a time is always that of CLOCK_REALTIME; what is below it is off by some 10
 * ns, and never by a microsecond. A clock that is set, or a machine that wakes, is noticed with the
 * next look.
 *
 * Nothing is believed that was not measured: ticks are counted while the last two spans between
 * looks, of 0.3 to 1.1 ms, agree on the length of a tick. They do not where the clock is just being
 * set, is faked or takes long to read, and where the counter stops or differs between processors.
 * There each call looks, as do threads that log less than some ten times in a millisecond, and
 * processors other than x86-64.
 *
 * A clock belongs to one thread, and a signal handler must not use that of the call it interrupted.
 */
#include "base/clock.h"

#include <jsonlog/status.h>
#include <stdint.h>

/** All zero to begin with. */
typedef struct jl_tick_clock {
    uint64_t tick;  /**< the counter at the last look; 0: not read, and no span from there agrees
                       with any */
    int64_t ns;     /**< CLOCK_REALTIME at the last look */
    uint64_t scale; /**< nanoseconds in 2^32 ticks by the last span; 0: not known */
    uint64_t span;  /**< for so many ticks from `tick` on they are counted */
} jl_tick_clock;

/** A look at CLOCK_REALTIME between two looks at the counter. */
typedef struct jl_tick_look {
    uint64_t before;
    uint64_t after;
    int64_t ns;
} jl_tick_look;

/** Slow half of jl_tick_clock_now_ns(). */
int64_t jl_tick_clock_look(jl_tick_clock *clock);

/** Take in a look that lies 0.3 to 1.1 ms behind the last one. */
void jl_tick_clock_learn(jl_tick_clock *clock, const jl_tick_look *look);

/** The time that a tick stands for, one in front of the end of the span. */
static inline int64_t jl_tick_clock_at(const jl_tick_clock *clock, uint64_t tick) {
    return clock->ns + (int64_t)((tick - clock->tick) * clock->scale >> 32);
}

/** Nanoseconds since 1970 UTC, as above, or of the clock that was set in its place. */
static inline int64_t jl_tick_clock_now_ns(jl_tick_clock *clock) {
#if defined(__x86_64__)
    if (JSONLOG_LIKELY(clock->span != 0 && !jl_clock_is_replaced())) {
        const uint64_t tick = __builtin_ia32_rdtsc();
        if (JSONLOG_LIKELY(tick - clock->tick < clock->span))
            return jl_tick_clock_at(clock, tick);
    }
#endif
    return jl_tick_clock_look(clock);
}

#endif
