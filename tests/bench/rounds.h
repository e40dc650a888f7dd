#ifndef JL_BENCH_ROUNDS_H
#define JL_BENCH_ROUNDS_H
/**
 * Interleaved rounds: every contender runs once a round, in order, so that a slow minute of the
 * machine hits all alike. Reported are medians with their range, and ratios to the first contender.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 64, CONTENDERS_MAX = 16 };

typedef struct contender {
    const char *name;
    void (*run)(void *context, uint64_t times);
    void *context;
    double ns[ROUNDS_MAX];
} contender;

static inline double bench_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static inline int bench_compare(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How many calls take about `seconds`. */
static inline uint64_t bench_calibrate(contender *c, double seconds) {
    for (uint64_t times = 16;; times *= 2) {
        double began = bench_seconds();
        c->run(c->context, times);
        double took = bench_seconds() - began;
        if (took > seconds / 8)
            return (uint64_t)((double)times * seconds / took) + 1;
    }
}

static inline void bench_run(const char *title, contender *contenders, size_t count, int rounds,
                             double seconds) {
    uint64_t times[CONTENDERS_MAX];
    for (size_t i = 0; i < count; i++)
        times[i] = bench_calibrate(&contenders[i], seconds);
    for (int r = 0; r < rounds; r++) {
        for (size_t i = 0; i < count; i++) {
            double began = bench_seconds();
            contenders[i].run(contenders[i].context, times[i]);
            contenders[i].ns[r] = (bench_seconds() - began) * 1e9 / (double)times[i];
        }
    }
    printf("\n%s\n", title);
    for (size_t i = 0; i < count; i++)
        qsort(contenders[i].ns, (size_t)rounds, sizeof(double), bench_compare);
    for (size_t i = 0; i < count; i++) {
        const contender *c = &contenders[i];
        printf("  %-34s %9.1f ns (%.1f-%.1f)  %6.2fx\n", c->name, c->ns[rounds / 2], c->ns[0],
               c->ns[rounds - 1], c->ns[rounds / 2] / contenders[0].ns[rounds / 2]);
    }
}

#endif
