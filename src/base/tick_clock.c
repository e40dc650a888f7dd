#include "base/tick_clock.h"

#define NS_PER_MS 1000000
#define SPAN_MIN  300000  /* so that what a look is off by is little beside it */
#define SPAN_MAX  1100000 /* whose last look is longer ago does not log often */
#define GUARD     1000    /* before the next millisecond ticks may be off by so much */
#define PRECISION 4096    /* to one in so many spans agree */

/* @return the nanoseconds in 2^32 ticks, which the span since the last look says; 0: it says
 * nothing, for one of its ends is too far from certain. */
static uint64_t scale_of(const jl_tick_clock *clock, const jl_tick_look *look, uint64_t tick) {
    const uint64_t ticks = tick - clock->tick;
    const bool is_sharp = look->after - look->before < ticks / PRECISION;
    return is_sharp ? ((uint64_t)(look->ns - clock->ns) << 32) / ticks : 0;
}

static bool agree(uint64_t a, uint64_t b) {
    return a != 0 && b != 0 && (a > b ? a - b : b - a) <= a / PRECISION;
}

void jl_tick_clock_learn(jl_tick_clock *clock, const jl_tick_look *look) {
    const uint64_t tick = look->before + (look->after - look->before) / 2;
    const uint64_t scale = scale_of(clock, look, tick);
    const int64_t left = NS_PER_MS - GUARD - look->ns % NS_PER_MS;
    clock->span = left > 0 && agree(scale, clock->scale) ? ((uint64_t)left << 32) / scale : 0;
    clock->scale = scale;
    clock->tick = tick;
    clock->ns = look->ns;
}

#if defined(__x86_64__)

int64_t jl_tick_clock_look(jl_tick_clock *clock) {
    const int64_t ns = jl_clock_now_ns();
    const uint64_t since = (uint64_t)ns - (uint64_t)clock->ns;
    const bool is_between = ns >= 0 && ns % NS_PER_MS < NS_PER_MS - GUARD;
    if (since < SPAN_MIN || !is_between)
        return ns;
    if (since > SPAN_MAX) {
        *clock = (jl_tick_clock){.ns = ns};
        return ns;
    }
    jl_tick_look look = {.before = __builtin_ia32_rdtsc()};
    look.ns = jl_clock_now_ns();
    look.after = __builtin_ia32_rdtsc();
    jl_tick_clock_learn(clock, &look);
    return look.ns;
}

#else

int64_t jl_tick_clock_look(jl_tick_clock *clock) {
    (void)clock;
    return jl_clock_now_ns();
}

#endif
