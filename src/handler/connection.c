#include "base/alloc.h"
#include "base/clock.h"
#include "base/compat_socket.h"
#include "base/compat_wait.h"
#include "base/err.h"
#include "handler/connection_inside.h"
#include "record/handler_base.h"
#include "record/handler_lock.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#define RESEND_BYTES_DEFAULT    65536
#define CONNECT_TIMEOUT_DEFAULT 5000
#define WRITE_TIMEOUT_DEFAULT   30000
#define RECONNECT_MIN_DEFAULT   100
#define RECONNECT_MAX_DEFAULT   30000
#define KEEPALIVE_DEFAULT       60
#define DRAIN_TIMEOUT_DEFAULT   5000
#define DAY_MS                  86400000
#define KEEPALIVE_MAX           32767

/* How long an abandoned thread is waited for: it only has to notice, unless it hangs in the
 * resolver. */
#define ABANDON_NS (INT64_C(1000) * JL_NS_PER_MS)

/* ---- waking the thread ---- */

void jl_connection_wake(jl_connection *c) {
    static const char token = 'w';
    const int error = errno;
    /* A full pipe wakes as well as one byte more. */
    const ssize_t written = write(c->wake[1], &token, 1);
    (void)written;
    errno = error;
}

/* Who puts a line moves the tail and then reads `rest`; the thread writes `rest` and then looks at
 * the tail. All of it is sequentially consistent, so one of the two sees the other. */
static inline void nudge(jl_connection *c) {
    const uint32_t rest = __atomic_load_n(&c->rest, __ATOMIC_SEQ_CST);
    if (JSONLOG_LIKELY(rest == JL_CONNECTION_BUSY))
        return;
    if (rest == JL_CONNECTION_NAPPING && jl_ring_used(&c->ring) < c->wake_level)
        return;
    if (__atomic_exchange_n(&c->rest, JL_CONNECTION_BUSY, __ATOMIC_SEQ_CST) != JL_CONNECTION_BUSY)
        jl_connection_wake(c);
}

/* ---- life of the thread ---- */

static void make_locks(jl_connection *c) {
    pthread_mutex_init(&c->lock, NULL);
    jl_compat_cond_init(&c->turn);
    jl_lock_reset(&c->start);
}

static void set_mode(jl_connection *c, jl_connection_mode mode) {
    pthread_mutex_lock(&c->lock);
    __atomic_store_n(&c->mode, (uint32_t)mode, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&c->lock);
}

static void close_wake(jl_connection *c) {
    for (int i = 0; i < 2; i++) {
        if (c->wake[i] >= 0)
            close(c->wake[i]);
        c->wake[i] = -1;
    }
}

/* With `start` held and the ring closed. The thread reads everything else here as it was made.
 * @return 0 or an errno. */
static int start_locked(jl_connection *c) {
    const int error = -jl_compat_pipe(c->wake);
    if (error != 0)
        return error;
    c->peer = (jl_peer){.fd = -1};
    c->counted_to = c->begun_to = 0;
    __atomic_store_n(&c->delivered, 0, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&c->owners, 1, __ATOMIC_RELAXED);
    jl_ring_reset(&c->ring);
    set_mode(c, JL_CONNECTION_RUNNING);
    const int failure = jl_thread_start(&c->thread, jl_connection_run, c);
    if (failure == 0) {
        c->is_joinable = true;
        return 0;
    }
    jl_ring_close(&c->ring);
    set_mode(c, JL_CONNECTION_IDLE);
    __atomic_sub_fetch(&c->owners, 1, __ATOMIC_RELAXED);
    close_wake(c);
    return failure;
}

jsonlog_status jl_connection_start(jl_connection *c, jsonlog_err *err) {
    jl_lock_acquire(&c->start);
    const int error = start_locked(c);
    jl_lock_release(&c->start);
    if (error == 0)
        return JSONLOG_OK;
    if (error == ENOMEM)
        return jl_err_nomem(err);
    return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET,
                      "no thread for the connection can be started (errno %d)", error);
}

/* ---- the unusual ways of a line ---- */

static jsonlog_status refuse(int error, jsonlog_status status) {
    errno = error;
    return status;
}

static jsonlog_status refuse_full(jl_connection *c) {
    jl_connection_add(&c->lost_full, 1);
    return refuse(EAGAIN, JSONLOG_E_AGAIN);
}

static jsonlog_status refuse_large(jl_connection *c) {
    jl_connection_add(&c->lost_large, 1);
    return refuse(EMSGSIZE, JSONLOG_E_LIMIT);
}

/* The first line of a child. A nested call comes from the start itself. */
static jsonlog_status restart(jl_connection *c) {
    if (jl_lock_is_mine(&c->start))
        return refuse(EDEADLK, JSONLOG_E_STATE);
    jl_lock_acquire(&c->start);
    const bool is_idle = jl_connection_mode_of(c) == JL_CONNECTION_IDLE;
    const int error = is_idle ? start_locked(c) : 0;
    jl_lock_release(&c->start);
    if (error == 0 && jl_connection_mode_of(c) == JL_CONNECTION_RUNNING)
        return JSONLOG_OK;
    return refuse_full(c);
}

/* From within a handler the ring may be waiting for us, and the thread of a connection must not
 * wait for a connection. */
static bool may_wait(const jl_connection *c) {
    return c->options.block_timeout_ms > 0 && !jl_connection_is_worker() && jl_handler_may_wait();
}

/* Who waits counts itself and then looks; the thread moves a cursor and then looks at the count. */
static jl_ring_result put_waiting(jl_connection *c, const jl_ring_line *line, size_t limit) {
    const int64_t deadline = jl_clock_monotonic_ns() + c->options.block_timeout_ms * JL_NS_PER_MS;
    jl_ring_result result;
    pthread_mutex_lock(&c->lock);
    __atomic_fetch_add(&c->waiting, 1, __ATOMIC_SEQ_CST);
    while ((result = jl_ring_put(&c->ring, line, limit)) == JL_RING_FULL &&
           jl_clock_monotonic_ns() < deadline)
        jl_compat_cond_wait(&c->turn, &c->lock, deadline);
    __atomic_fetch_sub(&c->waiting, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&c->lock);
    return result;
}

static __attribute__((noinline)) jsonlog_status send_slowly(jl_connection *c,
                                                            const jl_ring_line *line, size_t limit,
                                                            jl_ring_result result) {
    for (;;) {
        if (result == JL_RING_FULL && may_wait(c))
            result = put_waiting(c, line, limit);
        switch (result) {
        case JL_RING_OK: nudge(c); return JSONLOG_OK;
        case JL_RING_FULL: return refuse_full(c);
        case JL_RING_TOO_LARGE: return refuse_large(c);
        case JL_RING_CLOSED: break;
        }
        const jsonlog_status status = restart(c);
        if (status != JSONLOG_OK)
            return status;
        result = jl_ring_put(&c->ring, line, limit);
    }
}

jsonlog_status jl_connection_send(jl_connection *c, const char *text, size_t len, int level) {
    if (len > 0 && text[len - 1] == '\n')
        len--;
    if (JSONLOG_UNLIKELY(len > c->line_max))
        return refuse_large(c);
    const jl_ring_line line = {.text = text, .len = len, .level = level};
    const size_t limit = level >= JSONLOG_LEVEL_ERROR ? c->ring.capacity : c->limit_low;
    const jl_ring_result result = jl_ring_put(&c->ring, &line, limit);
    if (JSONLOG_UNLIKELY(result != JL_RING_OK))
        return send_slowly(c, &line, limit, result);
    nudge(c);
    return JSONLOG_OK;
}

/* ---- flush ---- */

int64_t jl_connection_deadline(const jl_connection *c) {
    return jl_clock_monotonic_ns() + c->options.drain_timeout_ms * JL_NS_PER_MS;
}

static void hurry(jl_connection *c) {
    __atomic_store_n(&c->hurry, 1, __ATOMIC_SEQ_CST);
    jl_connection_wake(c);
}

static bool is_delivered(const jl_connection *c, uint64_t end) {
    return __atomic_load_n(&c->delivered, __ATOMIC_SEQ_CST) >= end;
}

jsonlog_status jl_connection_flush(jl_connection *c, int64_t deadline_ns) {
    if (jl_connection_is_worker())
        return JSONLOG_E_STATE;
    if (jl_connection_mode_of(c) != JL_CONNECTION_RUNNING)
        return JSONLOG_OK;
    const uint64_t end = jl_ring_tail(&c->ring);
    pthread_mutex_lock(&c->lock);
    __atomic_fetch_add(&c->waiting, 1, __ATOMIC_SEQ_CST);
    if (!is_delivered(c, end))
        hurry(c);
    while (!is_delivered(c, end) && jl_clock_monotonic_ns() < deadline_ns)
        jl_compat_cond_wait(&c->turn, &c->lock, deadline_ns);
    __atomic_fetch_sub(&c->waiting, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(&c->lock);
    const bool is_done = is_delivered(c, end);
    __atomic_store_n(&c->flush_failed, !is_done, __ATOMIC_RELAXED);
    return is_done ? JSONLOG_OK : JSONLOG_E_TIMEOUT;
}

/* ---- close ---- */

static void await_end_locked(jl_connection *c, int64_t deadline_ns) {
    while (jl_connection_mode_of(c) == JL_CONNECTION_ENDING &&
           jl_clock_monotonic_ns() < deadline_ns)
        jl_compat_cond_wait(&c->turn, &c->lock, deadline_ns);
}

/* @return whether the thread is the caller's to join. */
static bool end_thread_locked(jl_connection *c) {
    const bool has_failed = __atomic_load_n(&c->flush_failed, __ATOMIC_RELAXED);
    jl_ring_close(&c->ring);
    if (jl_connection_mode_of(c) == JL_CONNECTION_IDLE)
        return false;
    __atomic_store_n(&c->mode, (uint32_t)JL_CONNECTION_ENDING, __ATOMIC_SEQ_CST);
    hurry(c);
    await_end_locked(c, has_failed ? 0 : jl_connection_deadline(c));
    __atomic_store_n(&c->is_abandoned, 1, __ATOMIC_SEQ_CST);
    jl_connection_wake(c);
    await_end_locked(c, jl_clock_monotonic_ns() + ABANDON_NS);
    return jl_connection_mode_of(c) == JL_CONNECTION_ENDED;
}

void jl_connection_close(jl_connection *c) {
    if (c == NULL)
        return;
    jl_queue_remove(&c->queue);
    pthread_mutex_lock(&c->lock);
    const bool is_ended = end_thread_locked(c);
    c->handler = NULL;
    pthread_mutex_unlock(&c->lock);
    jl_holder_remove(&c->holder);
    if (c->is_joinable && is_ended)
        pthread_join(c->thread, NULL);
    else if (c->is_joinable)
        pthread_detach(c->thread);
    jl_connection_drop(c);
}

void jl_connection_drop(jl_connection *c) {
    if (__atomic_sub_fetch(&c->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    close_wake(c);
    pthread_cond_destroy(&c->turn);
    pthread_mutex_destroy(&c->lock);
    jl_ring_done(&c->ring);
    jl_free(c);
}

/* ---- fork ---- */

/* Closing our copies of the descriptors does nothing to the parent's connection. The ring is made
 * anew with the first line: a child that calls exec() should not pay for it. */
void jl_connection_after_fork(jl_connection *c) {
    make_locks(c);
    jl_connection_forget_held(c);
    jl_ring_close(&c->ring);
    jl_peer_close(c);
    close_wake(c);
    c->mode = JL_CONNECTION_IDLE;
    c->rest = JL_CONNECTION_BUSY;
    c->waiting = 0;
    c->hurry = 0;
    c->owners = 1;
    c->is_joinable = false;
    c->flush_failed = false;
    c->backoff_ms = 0;
}

/* ---- making one ---- */

/* What waits; lines that are kept in case of a reset do not. */
static size_t queued_bytes(const jl_queue *queue) {
    const jl_connection *c =
        (const jl_connection *)(const void *)((const char *)queue - offsetof(jl_connection, queue));
    if (jl_connection_mode_of(c) == JL_CONNECTION_IDLE)
        return 0;
    const uint64_t delivered = __atomic_load_n(&c->delivered, __ATOMIC_SEQ_CST);
    return (size_t)(jl_ring_tail(&c->ring) - delivered);
}

static uint32_t or_default(uint32_t value, uint32_t otherwise) {
    return value == 0 ? otherwise : value;
}

static bool is_in_range(const jsonlog_socket_options *o) {
    const uint32_t times[] = {o->connect_timeout_ms, o->write_timeout_ms, o->reconnect_min_ms,
                              o->reconnect_max_ms,   o->block_timeout_ms, o->drain_timeout_ms};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (times[i] > DAY_MS)
            return false;
    return o->size == sizeof *o && (unsigned)o->framing <= JSONLOG_FRAMING_NUL &&
           o->buffer_bytes <= JSONLOG_SOCKET_BUFFER_MAX && o->keepalive_s <= KEEPALIVE_MAX;
}

static void fill_sizes(jsonlog_socket_options *o) {
    o->buffer_bytes =
        jl_ring_capacity(JSONLOG_SOCKET_BUFFER_MIN,
                         o->buffer_bytes == 0 ? JSONLOG_SOCKET_BUFFER_DEFAULT : o->buffer_bytes);
    if (o->resend_bytes == 0)
        o->resend_bytes = RESEND_BYTES_DEFAULT;
    else if (o->resend_bytes == JSONLOG_RESEND_NONE)
        o->resend_bytes = 0;
    if (o->resend_bytes > o->buffer_bytes / 4)
        o->resend_bytes = o->buffer_bytes / 4;
}

static bool fill_options(jsonlog_socket_options *o, const jsonlog_socket_options *from) {
    *o = (jsonlog_socket_options)JSONLOG_SOCKET_OPTIONS_INIT;
    if (from != NULL && from->size != 0)
        *o = *from;
    if (!is_in_range(o))
        return false;
    fill_sizes(o);
    o->connect_timeout_ms = or_default(o->connect_timeout_ms, CONNECT_TIMEOUT_DEFAULT);
    o->write_timeout_ms = or_default(o->write_timeout_ms, WRITE_TIMEOUT_DEFAULT);
    o->reconnect_min_ms = or_default(o->reconnect_min_ms, RECONNECT_MIN_DEFAULT);
    o->reconnect_max_ms = or_default(o->reconnect_max_ms, RECONNECT_MAX_DEFAULT);
    if (o->reconnect_max_ms < o->reconnect_min_ms)
        o->reconnect_max_ms = o->reconnect_min_ms;
    o->keepalive_s = or_default(o->keepalive_s, KEEPALIVE_DEFAULT);
    o->drain_timeout_ms = or_default(o->drain_timeout_ms, DRAIN_TIMEOUT_DEFAULT);
    return true;
}

/* The longest line that any of the destinations may take. */
static size_t line_max(const jl_connection *c) {
    size_t most = 0;
    for (size_t i = 0; i < c->destination_count; i++) {
        const jl_socket_kind kind = c->destinations[i].kind;
        size_t max = SIZE_MAX;
        if (kind == JL_SOCKET_UDP)
            max = JL_UDP_MAX;
        if (!jl_socket_is_stream(kind) && c->options.datagram_max != 0 &&
            c->options.datagram_max < max)
            max = c->options.datagram_max;
        most = max > most ? max : most;
    }
    return most;
}

static void prepare(jl_connection *c) {
    c->limit_low = c->ring.capacity / 4 * 3;
    c->wake_level = c->ring.capacity / 4;
    c->line_max = line_max(c);
    c->peer.fd = c->wake[0] = c->wake[1] = -1;
    c->owners = 1;
    c->mode = JL_CONNECTION_IDLE;
    jl_ring_close(&c->ring);
    make_locks(c);
}

jsonlog_status jl_connection_new(const char *destinations, const char *default_port,
                                 const jsonlog_socket_options *options, jl_connection **out,
                                 jsonlog_err *err) {
    jl_connection *c = jl_calloc(1, sizeof *c);
    if (c == NULL)
        return jl_err_nomem(err);
    jsonlog_status status = jl_destinations_parse(destinations, default_port, c->destinations,
                                                  &c->destination_count, err);
    if (status == JSONLOG_OK && !fill_options(&c->options, options))
        status = jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                            "an option of the socket is out of its range");
    if (status == JSONLOG_OK && !jl_ring_init(&c->ring, c->options.buffer_bytes))
        status = jl_err_nomem(err);
    if (status != JSONLOG_OK) {
        jl_free(c);
        return status;
    }
    prepare(c);
    jl_queue_add(&c->queue, queued_bytes);
    *out = c;
    return JSONLOG_OK;
}

void jl_connection_set_handler(jl_connection *c, jsonlog_handler *handler) {
    c->handler = handler;
    jl_connection_hold(c, handler);
}

/* ---- stats ---- */

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

void jl_connection_get_stats(const jl_connection *c, jsonlog_socket_stats *stats) {
    const bool is_idle = jl_connection_mode_of(c) == JL_CONNECTION_IDLE;
    *stats = (jsonlog_socket_stats){
        .is_connected = __atomic_load_n(&c->is_connected, __ATOMIC_RELAXED) != 0,
        .attempts = counted(&c->attempts),
        .connects = counted(&c->connects),
        .losses = counted(&c->losses),
        .lines = counted(&c->lines),
        .resent = counted(&c->resent),
        .lost_full = counted(&c->lost_full),
        .lost_large = counted(&c->lost_large),
        .lost_error = counted(&c->lost_error),
        .buffered_bytes = is_idle ? 0 : jl_ring_used(&c->ring),
        .buffer_bytes = c->ring.capacity,
        .backoff_ms = __atomic_load_n(&c->backoff_ms, __ATOMIC_RELAXED),
        .last_errno = __atomic_load_n(&c->last_errno, __ATOMIC_RELAXED),
    };
}
