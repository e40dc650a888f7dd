#ifndef JL_BENCH_THREADS_H
#define JL_BENCH_THREADS_H
/**
 * Four threads that log at once, and threads kept apart: the caller on the last core, a logger's
 * own thread on the first.
 */
#include "sample.h"

#include <pthread.h>
#include <sched.h>

enum { THREADS = 4 };

typedef struct thread_share {
    sample_loop run;
    uint64_t calls;
    pthread_t thread;
} thread_share;

static inline void *run_share(void *argument) {
    const thread_share *share = (const thread_share *)argument;
    share->run(share->calls);
    return NULL;
}

static inline void run_on_threads(sample_loop run, uint64_t calls) {
    thread_share shares[THREADS];
    for (int i = 0; i < THREADS; i++) {
        shares[i].run = run;
        shares[i].calls = calls / THREADS;
        if (pthread_create(&shares[i].thread, NULL, run_share, &shares[i]) != 0)
            bench_fail("pthread_create");
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(shares[i].thread, NULL);
}

/* This thread and those it makes from now on. With one core there is no choice. */
static inline void stay_on_core(long core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)core, &set);
    (void)sched_setaffinity(0, sizeof set, &set);
}

static inline long last_core(void) {
    return sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

#endif
