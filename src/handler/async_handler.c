#include "handler/async_handler.h"

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/epoch.h"
#include "handler/inner_errno.h"
#include "record/handler_lock.h"

#include <errno.h>

#define DRAIN_TIMEOUT_MS 5000

/* Set while this thread puts a line. A signal handler that logs then must not wait for what only
 * the interrupted call can bring. */
static _Thread_local bool is_putting __attribute__((tls_model("initial-exec")));

/* ---- lines that cannot go into the ring ---- */

static jsonlog_status lose(jl_async *a, jl_async_loss loss, int error, jsonlog_status status) {
    jl_async_count(a, loss, 1);
    jl_async_wake(a);
    errno = error;
    return status;
}

static jsonlog_status lose_full(jl_async *a, jl_async_loss loss) {
    return lose(a, loss, EAGAIN, JSONLOG_E_AGAIN);
}

static jsonlog_status lose_nested(jl_async *a) {
    return lose(a, JL_ASYNC_LOST_NESTED, EDEADLK, JSONLOG_E_STATE);
}

/* The target's own answer, for the base to count. */
static jsonlog_status write_through(jl_async *a, const jsonlog_line *line) {
    if (!jl_handler_passes(a->target, line))
        return JSONLOG_OK;
    const jsonlog_status status = jl_handler_write(a->target, line);
    if (status == JSONLOG_OK) {
        __atomic_fetch_add(&a->written, 1, __ATOMIC_RELAXED);
        return JSONLOG_OK;
    }
    if (status == JSONLOG_E_STATE)
        return lose_nested(a);
    const int error = jl_inner_errno(a->target, status);
    jl_async_count(a, JL_ASYNC_LOST_TARGET, 1);
    errno = error;
    return status;
}

/* ---- a closed ring ---- */

/* Not as the others: the thread that crashed may have the lock that waking takes. */
static jsonlog_status lose_in_crash(jl_async *a) {
    jl_async_count(a, JL_ASYNC_LOST_CLOSED, 1);
    errno = EAGAIN;
    return JSONLOG_E_CLOSED;
}

/* The child's first record. Without a thread it goes the way of those after the end. */
static void restart_locked(jl_async *a) {
    jl_ring_reset(&a->ring);
    a->done = 0;
    if (!jl_async_start_locked(a))
        jl_ring_close(&a->ring);
}

/* @return the mode it was left for, or the one it is still in when time is over. */
static jl_async_mode await_open_or_ended(jl_async *a) {
    const int64_t deadline = jl_async_deadline(a->options.drain_timeout_ms);
    bool is_in_time = jl_handler_may_wait();
    pthread_mutex_lock(&a->lock);
    if (jl_async_mode_of(a) == JL_ASYNC_FORKED)
        restart_locked(a);
    while (jl_async_mode_of(a) == JL_ASYNC_ENDING && is_in_time)
        is_in_time = jl_async_wait_locked(a, deadline);
    const jl_async_mode mode = jl_async_mode_of(a);
    pthread_mutex_unlock(&a->lock);
    return mode;
}

/* What was lost before is said first, by whoever comes along. */
static jsonlog_status write_ended(jl_async *a, const jsonlog_line *line) {
    if (jl_async_is_gap(a, JL_ASYNC_NO_GAP - 1))
        jl_async_report(a);
    return write_through(a, line);
}

/* ---- a full ring ---- */

static jl_ring_result put_for_old(jl_async *a, const jl_ring_line *line, size_t limit) {
    jl_ring_result result = JL_RING_FULL;
    while (result == JL_RING_FULL && jl_ring_discard(&a->ring, JSONLOG_LEVEL_ERROR)) {
        jl_async_count_accepted(a, JL_ASYNC_LOST_OLD, EAGAIN);
        result = jl_ring_put(&a->ring, line, limit);
    }
    return result;
}

static jl_ring_result put_by_policy(jl_async *a, const jl_ring_line *line, size_t limit) {
    switch (a->options.when_full) {
    case JSONLOG_ASYNC_DROP_OLD: return put_for_old(a, line, limit);
    case JSONLOG_ASYNC_BLOCK:
        return jl_handler_may_wait() ? jl_async_put_waiting(a, line, limit) : JL_RING_FULL;
    case JSONLOG_ASYNC_DROP_NEW: break;
    }
    return JL_RING_FULL;
}

static jsonlog_status lose_for_room(jl_async *a) {
    if (a->options.when_full != JSONLOG_ASYNC_BLOCK)
        return lose_full(a, JL_ASYNC_LOST_FULL);
    return jl_handler_may_wait() ? lose_full(a, JL_ASYNC_LOST_TIMEOUT) : lose_nested(a);
}

/* ---- a line ---- */

static size_t limit_for(const jl_async *a, int level) {
    return level >= JSONLOG_LEVEL_ERROR ? a->ring.capacity : a->limit_low;
}

/* The worker that naps is woken in time, the one that sleeps at once. */
static inline void nudge(jl_async *a) {
    const uint32_t rest = __atomic_load_n(&a->rest, __ATOMIC_SEQ_CST);
    if (JSONLOG_LIKELY(rest == JL_ASYNC_AWAKE))
        return;
    if (rest == JL_ASYNC_ASLEEP || jl_ring_used(&a->ring) >= a->wake_level)
        jl_async_wake(a);
}

/* Everything but the common case: `result` is what the first try came to. */
static jsonlog_status put_or_lose(jl_async *a, const jsonlog_line *line, jl_ring_result result) {
    const jl_ring_line copy = {line->text, line->len, line->level, line->time_ns, line->flags};
    const size_t limit = limit_for(a, line->level);
    for (;;) {
        if (result == JL_RING_FULL)
            result = put_by_policy(a, &copy, limit);
        switch (result) {
        case JL_RING_OK: nudge(a); return JSONLOG_OK;
        case JL_RING_FULL: return lose_for_room(a);
        case JL_RING_TOO_LARGE: return lose(a, JL_ASYNC_LOST_TOO_LARGE, EMSGSIZE, JSONLOG_E_LIMIT);
        case JL_RING_CLOSED: break;
        }
        const jl_async_mode mode = await_open_or_ended(a);
        if (mode == JL_ASYNC_ENDED)
            return write_ended(a, line);
        if (jl_async_crash_of(a) != JL_ASYNC_NO_CRASH)
            return lose_in_crash(a);
        if (mode == JL_ASYNC_ENDING)
            return lose(a, JL_ASYNC_LOST_CLOSED, EAGAIN, JSONLOG_E_CLOSED);
        result = jl_ring_put(&a->ring, &copy, limit);
    }
}

static __attribute__((noinline)) jsonlog_status write_slowly(jl_async *a, const jsonlog_line *line,
                                                             jl_ring_result result) {
    const int state = jl_cancel_not();
    const jsonlog_status status = put_or_lose(a, line, result);
    jl_cancel_as_before(state);
    return status;
}

/* The worker cannot be cancelled. */
static jsonlog_status write_special(jl_async *a, const jsonlog_line *line) {
    if (jl_async_is_worker(a))
        return write_through(a, line);
    return lose_nested(a);
}

static jsonlog_status async_write(void *self, const jsonlog_line *line) {
    jl_async *a = self;
    if (JSONLOG_UNLIKELY(is_putting || jl_async_is_worker(a)))
        return write_special(a, line);
    const jl_ring_line copy = {line->text, line->len, line->level, line->time_ns, line->flags};
    is_putting = true;
    jl_ring_result result = jl_ring_put(&a->ring, &copy, limit_for(a, line->level));
    is_putting = false;
    if (JSONLOG_UNLIKELY(result != JL_RING_OK))
        return write_slowly(a, line, result);
    nudge(a);
    return JSONLOG_OK;
}

/* ---- flush, close, fork ---- */

/* With the target's lock held by this thread the worker cannot write. */
static bool is_inside(const jl_async *a) {
    return jl_async_is_worker(a) || jl_handler_is_entered(a->target);
}

static jsonlog_status async_flush(void *self) {
    jl_async *a = self;
    if (is_inside(a))
        return JSONLOG_E_STATE;
    const jsonlog_status status = jl_async_flush(a, jl_async_deadline(a->options.drain_timeout_ms));
    __atomic_store_n(&a->flush_failed, status == JSONLOG_E_TIMEOUT, __ATOMIC_RELAXED);
    return status;
}

/* The base goes away; nobody writes through it any more. It has just been flushed, so a worker that
 * is not done by then hangs. */
static void async_close(void *self) {
    jl_async *a = self;
    const bool has_failed = __atomic_load_n(&a->flush_failed, __ATOMIC_RELAXED);
    const uint32_t patience_ms = has_failed ? 1 : a->options.drain_timeout_ms;
    const bool is_ended = jl_async_end(a, jl_async_deadline(patience_ms)) == JSONLOG_OK;
    pthread_mutex_lock(&a->lock);
    a->handler = NULL;
    if (!is_ended) {
        if (!jl_async_is_worker(a) && jl_async_mode_of(a) == JL_ASYNC_ENDING)
            __atomic_store_n(&a->is_abandoned, 1, __ATOMIC_SEQ_CST);
        if (a->is_joinable)
            pthread_detach(a->thread);
        a->is_joinable = false;
        jl_async_wake_locked(a);
    }
    pthread_mutex_unlock(&a->lock);
    jl_async_drop(a);
}

static bool init_turn(jl_async *a) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0)
        return false;
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->work, &attributes);
    pthread_cond_init(&a->turn, &attributes);
    pthread_condattr_destroy(&attributes);
    return true;
}

/* What is unreported is the parent's to report, like the lines. The ring is made anew when there is
 * a first line: a child that calls exec() should not pay for it. */
static void async_after_fork(void *self) {
    jl_async *a = self;
    init_turn(a);
    jl_ring_close(&a->ring);
    a->waiting = 0;
    a->rest = JL_ASYNC_AWAKE;
    a->crash = JL_ASYNC_NO_CRASH;
    a->is_writing = 0;
    a->flush_done = a->flush_asked;
    a->is_joinable = false;
    a->generation++;
    a->batch.len = a->batch.at = 0;
    a->gap = JL_ASYNC_NO_GAP;
    for (int i = 0; i < JL_ASYNC_REASON_COUNT; i++)
        a->unreported[i] = 0;
    if (!jl_async_is_worker(a) && a->mode != JL_ASYNC_ENDED)
        a->owners = 1;
    if (a->mode != JL_ASYNC_ENDED)
        a->mode = a->mode == JL_ASYNC_ENDING ? JL_ASYNC_ENDED : JL_ASYNC_FORKED;
    jl_handler_after_fork(a->target);
}

static const jsonlog_handler_class async_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "async",
    .write = async_write,
    .flush = async_flush,
    .close = async_close,
    .after_fork = async_after_fork,
    .is_concurrent = true,
    .has_no_cancellation_point = true,
};

/* ---- making one ---- */

static bool read_options(jsonlog_async_options *to, const jsonlog_async_options *from) {
    *to = (jsonlog_async_options)JSONLOG_ASYNC_OPTIONS_INIT;
    if (from != NULL) {
        if (from->size != sizeof *from || from->when_full > JSONLOG_ASYNC_BLOCK ||
            from->ring_bytes > JSONLOG_ASYNC_RING_MAX)
            return false;
        *to = *from;
    }
    to->ring_bytes = jl_ring_capacity(
        JSONLOG_ASYNC_RING_MIN, to->ring_bytes == 0 ? JSONLOG_ASYNC_RING_DEFAULT : to->ring_bytes);
    if (to->drain_timeout_ms == 0)
        to->drain_timeout_ms = DRAIN_TIMEOUT_MS;
    return true;
}

static jl_async *async_new(jsonlog_handler *target, const jsonlog_async_options *options) {
    jl_async *a = jl_calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->options = *options;
    a->limit_low = options->ring_bytes / 4 * 3;
    a->wake_level = options->ring_bytes / 4;
    a->gap = JL_ASYNC_NO_GAP;
    a->owners = 1;
    a->mode = JL_ASYNC_ENDED;
    a->batch.bytes = jl_alloc(options->ring_bytes);
    if (jl_handler_takes_blocks(target))
        a->block = jl_alloc(JL_ASYNC_BATCH_BYTES);
    if (a->batch.bytes != NULL && jl_ring_init(&a->ring, options->ring_bytes)) {
        if (init_turn(a)) {
            jl_handler_adopt(target);
            a->target = jsonlog_handler_retain(target);
            a->holder = (jl_holder){.target = target, .rescue = jl_async_rescue};
            return a;
        }
        jl_ring_done(&a->ring);
    }
    jl_free(a->block);
    jl_free(a->batch.bytes);
    jl_free(a);
    return NULL;
}

static size_t used_bytes(const jl_async *a) {
    return jl_async_mode_of(a) == JL_ASYNC_FORKED ? 0 : jl_ring_used(&a->ring);
}

static size_t queued_bytes(const jl_queue *queue) {
    return used_bytes(
        (const jl_async *)(const void *)((const char *)queue - offsetof(jl_async, queue)));
}

static bool start(jl_async *a) {
    jl_queue_add(&a->queue, queued_bytes);
    pthread_mutex_lock(&a->lock);
    const bool is_started = jl_async_start_locked(a);
    pthread_mutex_unlock(&a->lock);
    return is_started;
}

jsonlog_handler *jsonlog_async_handler_new(jsonlog_handler *target,
                                           const jsonlog_async_options *options) {
    jsonlog_async_options full;
    if (target == NULL || !read_options(&full, options))
        return NULL;
    jl_async *a = async_new(target, &full);
    if (a == NULL)
        return NULL;
    a->handler = jl_handler_new(&async_class, a, 0);
    if (a->handler == NULL) {
        jl_async_drop(a);
        return NULL;
    }
    jsonlog_handler *handler = a->handler;
    a->holder.handler = handler;
    jl_holder_add(&a->holder);
    jl_handler_ask_too(handler, target);
    if (jl_handler_take_formatter(handler, target) == JSONLOG_OK && start(a))
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

/* ---- public ---- */

static jl_async *async_of(const jsonlog_handler *handler) {
    return jl_handler_self(handler, &async_class);
}

jsonlog_status jsonlog_async_flush(jsonlog_handler *handler, uint32_t timeout_ms) {
    jl_async *a = async_of(handler);
    if (a == NULL)
        return JSONLOG_E_INVALID;
    return is_inside(a) ? JSONLOG_E_STATE : jl_async_flush(a, jl_async_deadline(timeout_ms));
}

/* What the worker flushed last stands for the whole: after it nothing was written. */
jsonlog_status jsonlog_async_close(jsonlog_handler *handler, uint32_t timeout_ms) {
    jl_async *a = async_of(handler);
    if (a == NULL)
        return JSONLOG_E_INVALID;
    if (is_inside(a))
        return JSONLOG_E_STATE;
    const jsonlog_status status = jl_async_end(a, jl_async_deadline(timeout_ms));
    return status == JSONLOG_OK ? jsonlog_handler_flush(a->target) : status;
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

jsonlog_status jsonlog_async_get_stats(const jsonlog_handler *handler, jsonlog_async_stats *stats) {
    const jl_async *a = async_of(handler);
    if (a == NULL || stats == NULL)
        return JSONLOG_E_INVALID;
    *stats = (jsonlog_async_stats){
        .written = counted(&a->written),
        .lost_full = counted(&a->lost[JL_ASYNC_LOST_FULL]),
        .lost_old = counted(&a->lost[JL_ASYNC_LOST_OLD]),
        .lost_timeout = counted(&a->lost[JL_ASYNC_LOST_TIMEOUT]),
        .lost_too_large = counted(&a->lost[JL_ASYNC_LOST_TOO_LARGE]),
        .lost_nested = counted(&a->lost[JL_ASYNC_LOST_NESTED]),
        .lost_closed = counted(&a->lost[JL_ASYNC_LOST_CLOSED]),
        .lost_target = counted(&a->lost[JL_ASYNC_LOST_TARGET]),
        .wakes = counted(&a->wakes),
        .ring_bytes = a->ring.capacity,
        .used_bytes = used_bytes(a),
        .used_bytes_max = counted(&a->used_max),
    };
    return JSONLOG_OK;
}
