#ifndef JL_BASE_COMPAT_WAIT_H
#define JL_BASE_COMPAT_WAIT_H
/** Waiting by the clock that never jumps, under one name on all systems. */
#include <pthread.h>
#include <stdint.h>

/** For "wait without end". */
#define JL_WAIT_FOREVER INT64_MAX

void jl_compat_cond_init(pthread_cond_t *condition);

/** Wait with the mutex held, at most until jl_clock_monotonic_ns() reaches `until_ns`; may return
 * early. */
void jl_compat_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, int64_t until_ns);

#endif
