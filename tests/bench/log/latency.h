#ifndef JL_BENCH_LATENCY_H
#define JL_BENCH_LATENCY_H
/**
 * What one call costs its caller: a call every 10 us, timed by the processor's counter between
 * fences, and the 50th, 99th and 99.9th percentile. The timer itself is in every figure; `floor`
 * says how much that is.
 */
#include "sample.h"

#ifdef __x86_64__
#include <x86intrin.h>
#endif

enum { LATENCY_CALLS = 50000, LATENCY_WARM_CALLS = 2000, LATENCY_EVERY_NS = 10000 };

/* Neither the call nor what is round it may move across the reading. */
static inline uint64_t ticks(void) {
#ifdef __x86_64__
    _mm_lfence();
    const uint64_t now = __rdtsc();
    _mm_lfence();
    return now;
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

static inline int compare_ticks(const void *a, const void *b) {
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static inline double ns_per_tick(void) {
    const double began = clock_seconds(CLOCK_MONOTONIC);
    const uint64_t first = ticks();
    while (clock_seconds(CLOCK_MONOTONIC) - began < 0.05)
        continue;
    const uint64_t passed = ticks() - first;
    return (clock_seconds(CLOCK_MONOTONIC) - began) * 1e9 / (double)passed;
}

static inline void time_each(sample_loop call, sample *out) {
    static uint64_t took[LATENCY_CALLS];
    const double ns = ns_per_tick();
    const uint64_t every = (uint64_t)(LATENCY_EVERY_NS / ns);
    uint64_t due = ticks();
    for (int i = -LATENCY_WARM_CALLS; i < LATENCY_CALLS; i++, due += every) {
        while (ticks() < due)
            continue;
        const uint64_t before = ticks();
        call(1);
        const uint64_t passed = ticks() - before;
        if (i >= 0)
            took[i] = passed;
    }
    qsort(took, LATENCY_CALLS, sizeof took[0], compare_ticks);
    snprintf(out->extra, sizeof out->extra, ",\"p50_ns\":%.1f,\"p99_ns\":%.1f,\"p99.9_ns\":%.1f",
             (double)took[LATENCY_CALLS / 2] * ns, (double)took[LATENCY_CALLS / 100 * 99] * ns,
             (double)took[LATENCY_CALLS / 1000 * 999] * ns);
}

#endif
