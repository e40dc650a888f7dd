#include "base/compat_wait.h"

#include "base/clock.h"

#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

static struct timespec timespec_of(int64_t ns) {
    return (struct timespec){(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
}

#ifdef __APPLE__

void jl_compat_cond_init(pthread_cond_t *condition) {
    pthread_cond_init(condition, NULL);
}

static void wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ns) {
    int64_t left = until_ns - jl_clock_monotonic_ns();
    const struct timespec span = timespec_of(left < 0 ? 0 : left);
    pthread_cond_timedwait_relative_np(condition, mutex, &span);
}

#else

void jl_compat_cond_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ns) {
    const struct timespec until = timespec_of(until_ns);
    pthread_cond_timedwait(condition, mutex, &until);
}

#endif

void jl_compat_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ns) {
    if (until_ns == JL_WAIT_FOREVER)
        pthread_cond_wait(condition, mutex);
    else
        wait_until(condition, mutex, until_ns);
}
