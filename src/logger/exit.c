#include "logger/exit.h"

#include "base/clock.h"
#include "base/compat_wait.h"
#include "base/last_resort.h"
#include "base/thread.h"
#include "record/handler_lock.h"
#include "record/stats.h"

/* Longer than the drain_timeout_ms of two handlers that cannot reach their peers, and half of what
 * containers are given to end. */
#define TIMEOUT_DEFAULT_MS 15000
#define NS_PER_MS          INT64_C(1000000)

static uint32_t timeout_ms; /* atomic; 0: the default */

/* Static, because the thread may still be there when nobody waits for it any more. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t over;
static bool is_over;

void jsonlog_set_exit_timeout(uint32_t ms) {
    __atomic_store_n(&timeout_ms, ms, __ATOMIC_RELAXED);
}

static uint32_t limit_ms(void) {
    const uint32_t ms = __atomic_load_n(&timeout_ms, __ATOMIC_RELAXED);
    return ms == 0 ? TIMEOUT_DEFAULT_MS : ms;
}

static void *shut_down(void *unused) {
    jl_shut_down(true);
    pthread_mutex_lock(&lock);
    is_over = true;
    pthread_cond_broadcast(&over);
    pthread_mutex_unlock(&lock);
    return unused;
}

static bool await_end(int64_t until_ns) {
    pthread_mutex_lock(&lock);
    while (!is_over && jl_clock_monotonic_ns() < until_ns)
        jl_compat_cond_wait(&over, &lock, until_ns);
    const bool has_ended = is_over;
    pthread_mutex_unlock(&lock);
    return has_ended;
}

static void give_up(void) {
    uint64_t (*last_resort)(void) = __atomic_load_n(&jl_last_resort, __ATOMIC_ACQUIRE);
    if (last_resort != NULL)
        jl_stats_add(JL_STAT_LOST_LATER, last_resort());
}

static bool is_inside(void) {
    const jl_thread *thread = jl_thread_peek();
    return jl_handler_lock_is_nested() || (thread != NULL && thread->pins > 0);
}

void jl_exit_shut_down(void) {
    pthread_t thread;
    const int64_t until_ns = jl_clock_monotonic_ns() + limit_ms() * NS_PER_MS;
    jl_compat_cond_init(&over);
    if (limit_ms() == JSONLOG_EXIT_FOREVER || is_inside() ||
        jl_thread_start(&thread, shut_down, NULL) != 0) {
        jl_shut_down(true);
        return;
    }
    if (await_end(until_ns)) {
        pthread_join(thread, NULL);
        return;
    }
    pthread_detach(thread);
    give_up();
}
