#include "base/cancel.h"
#include "base/clock.h"
#include "handler/async_handler.h"

#include <errno.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

int64_t jl_async_deadline(uint32_t ms) {
    if (ms == 0 || ms == JSONLOG_ASYNC_FOREVER)
        return INT64_MAX;
    return jl_clock_monotonic_ns() + (int64_t)ms * NS_PER_MS;
}

static bool await(jl_async *a, pthread_cond_t *condition, int64_t deadline_ns) {
    if (deadline_ns == INT64_MAX)
        return pthread_cond_wait(condition, &a->lock) == 0;
    struct timespec until = {.tv_sec = (time_t)(deadline_ns / NS_PER_S),
                             .tv_nsec = (long)(deadline_ns % NS_PER_S)};
    return pthread_cond_timedwait(condition, &a->lock, &until) != ETIMEDOUT;
}

/* A thread cancelled while it waits would keep the lock for ever.
 * @return false once the moment is past. */
static bool wait_locked(jl_async *a, pthread_cond_t *condition, int64_t deadline_ns) {
    const int state = jl_cancel_not();
    const bool is_in_time = await(a, condition, deadline_ns);
    jl_cancel_as_before(state);
    return is_in_time;
}

bool jl_async_wait_locked(jl_async *a, int64_t deadline_ns) {
    return wait_locked(a, &a->turn, deadline_ns);
}

/* ---- the worker's rest ----
 *
 * Who puts a line moves the tail and then reads `rest`; the worker writes `rest` and then compares
 * head and tail. All four are sequentially consistent, so if the worker falls asleep it has seen no
 * line, and whoever puts one after that sees the worker asleep. A nap ends by itself, and needs no
 * such care. */

static jl_async_rest rest_of(const jl_async *a) {
    return (jl_async_rest)__atomic_load_n(&a->rest, __ATOMIC_SEQ_CST);
}

static void set_rest(jl_async *a, jl_async_rest rest) {
    __atomic_store_n(&a->rest, (uint32_t)rest, __ATOMIC_SEQ_CST);
}

/* Of several threads one gets through to the lock. */
void jl_async_wake(jl_async *a) {
    if (__atomic_exchange_n(&a->rest, JL_ASYNC_AWAKE, __ATOMIC_SEQ_CST) == JL_ASYNC_AWAKE)
        return;
    __atomic_fetch_add(&a->wakes, 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&a->lock);
    pthread_mutex_unlock(&a->lock);
    pthread_cond_signal(&a->work);
}

void jl_async_wake_locked(jl_async *a) {
    set_rest(a, JL_ASYNC_AWAKE);
    pthread_cond_signal(&a->work);
}

static bool has_orders_locked(const jl_async *a) {
    return a->flush_asked != a->flush_done || jl_async_mode_of(a) != JL_ASYNC_RUNNING;
}

void jl_async_rest_for(jl_async *a, int64_t nap_ns, bool even_if_filled) {
    const int64_t until = nap_ns == 0 ? INT64_MAX : jl_clock_monotonic_ns() + nap_ns;
    const jl_async_rest rest = nap_ns == 0 ? JL_ASYNC_ASLEEP : JL_ASYNC_NAPPING;
    const size_t most = nap_ns == 0 ? 0 : a->wake_level;
    pthread_mutex_lock(&a->lock);
    set_rest(a, rest);
    if (even_if_filled || (jl_ring_used(&a->ring) <= most && !has_orders_locked(a)))
        while (rest_of(a) == rest && wait_locked(a, &a->work, until))
            continue;
    set_rest(a, JL_ASYNC_AWAKE);
    pthread_mutex_unlock(&a->lock);
}

/* ---- room ----
 *
 * Who waits counts itself and then looks at the head; the worker moves the head and then looks at
 * the count: the same as above. */

jl_ring_result jl_async_put_waiting(jl_async *a, const jl_ring_line *line, size_t limit) {
    const int64_t deadline = jl_async_deadline(a->options.block_timeout_ms);
    bool is_in_time = true;
    pthread_mutex_lock(&a->lock);
    __atomic_fetch_add(&a->waiting, 1, __ATOMIC_SEQ_CST);
    jl_ring_result result;
    while ((result = jl_ring_put(&a->ring, line, limit)) == JL_RING_FULL && is_in_time) {
        jl_async_wake_locked(a);
        is_in_time = jl_async_wait_locked(a, deadline);
    }
    __atomic_fetch_sub(&a->waiting, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&a->lock);
    return result;
}

/* Not before half of the ring is free: waking a thread costs more than many lines, and the worker
 * goes on taking until it is. */
void jl_async_room(jl_async *a) {
    if (__atomic_load_n(&a->waiting, __ATOMIC_SEQ_CST) == 0 ||
        jl_ring_used(&a->ring) > a->ring.capacity / 2)
        return;
    pthread_mutex_lock(&a->lock);
    pthread_cond_broadcast(&a->turn);
    pthread_mutex_unlock(&a->lock);
}

/* ---- flush and end ---- */

static bool has_worker(const jl_async *a) {
    const jl_async_mode mode = jl_async_mode_of(a);
    return mode == JL_ASYNC_RUNNING || mode == JL_ASYNC_ENDING;
}

/* The worker reads the last ticket, then the tail, writes everything before that, flushes the
 * target and serves the ticket. */
jsonlog_status jl_async_flush(jl_async *a, int64_t deadline_ns) {
    bool is_in_time = true;
    pthread_mutex_lock(&a->lock);
    const bool had_worker = has_worker(a);
    const uint64_t ticket = a->flush_asked + 1;
    if (had_worker) {
        __atomic_store_n(&a->flush_asked, ticket, __ATOMIC_SEQ_CST);
        jl_async_wake_locked(a);
    }
    while (a->flush_done < ticket && has_worker(a) && is_in_time)
        is_in_time = jl_async_wait_locked(a, deadline_ns);
    const bool is_served = had_worker && a->flush_done >= ticket;
    const bool is_over = !has_worker(a);
    const jsonlog_status status = a->flush_status;
    pthread_mutex_unlock(&a->lock);
    if (is_served)
        return status;
    return is_over ? jsonlog_handler_flush(a->target) : JSONLOG_E_TIMEOUT;
}

/* A child that never logged has no worker to wait for. */
static void close_ring_locked(jl_async *a) {
    jl_ring_close(&a->ring);
    const jl_async_mode mode = jl_async_mode_of(a);
    if (mode == JL_ASYNC_RUNNING)
        __atomic_store_n(&a->mode, JL_ASYNC_ENDING, __ATOMIC_SEQ_CST);
    else if (mode == JL_ASYNC_FORKED)
        __atomic_store_n(&a->mode, JL_ASYNC_ENDED, __ATOMIC_SEQ_CST);
    jl_async_wake_locked(a);
    pthread_cond_broadcast(&a->turn);
}

jsonlog_status jl_async_end(jl_async *a, int64_t deadline_ns) {
    bool is_in_time = true;
    pthread_mutex_lock(&a->lock);
    close_ring_locked(a);
    while (jl_async_mode_of(a) == JL_ASYNC_ENDING && !jl_async_is_worker(a) && is_in_time)
        is_in_time = jl_async_wait_locked(a, deadline_ns);
    const bool is_ended = jl_async_mode_of(a) == JL_ASYNC_ENDED;
    const bool must_join = is_ended && a->is_joinable;
    if (must_join)
        a->is_joinable = false;
    const pthread_t thread = a->thread;
    pthread_mutex_unlock(&a->lock);
    if (must_join)
        pthread_join(thread, NULL);
    return is_ended ? JSONLOG_OK : JSONLOG_E_TIMEOUT;
}
