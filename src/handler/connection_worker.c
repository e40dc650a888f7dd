#include "base/clock.h"
#include "base/compat_socket.h"
#include "handler/connection_inside.h"
#include "record/stats.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>

/* After the last line the thread looks again every millisecond for a while before it lies down, so
 * that a thread that logs steadily need not wake it for each line. While something is unconfirmed
 * it goes on looking, ever less often. */
#define NAP_NS         (INT64_C(1) * JL_NS_PER_MS)
#define NAPS_MAX       10
#define NAP_DOUBLINGS  7
#define YIELDS_MAX     4
#define STARVED_NAP_NS (INT64_C(10) * JL_NS_PER_MS)

/* For so long a line is kept although it is acknowledged: see resend_bytes. The time begins when
 * there is nothing more to send, for a peer that takes no more has not read what it took. */
#define KEPT_NS (INT64_C(5000) * JL_NS_PER_MS)

/* A connection that has held ten times the shortest wait is a success: then the next try after it
 * is made at once. A peer that accepts and closes at once is no better than one that refuses. */
#define STEADY_WAITS 10

/* initial-exec: no allocation at first access. */
static _Thread_local bool is_worker __attribute__((tls_model("initial-exec")));

bool jl_connection_is_worker(void) {
    return is_worker;
}

static bool has_lines(const jl_connection *c) {
    return c->peer.next.at < jl_ring_tail(&c->ring);
}

static bool goes_on(const jl_connection *c) {
    if (__atomic_load_n(&c->is_abandoned, __ATOMIC_SEQ_CST) != 0)
        return false;
    return jl_connection_mode_of(c) == JL_CONNECTION_RUNNING ||
           c->peer.delivered.at < jl_ring_tail(&c->ring);
}

/* ---- between two connections ---- */

/* Marsaglia's xorshift: clients need only not be alike. */
static uint32_t random_below(jl_connection *c, uint32_t limit) {
    c->random ^= c->random << 13;
    c->random ^= c->random >> 7;
    c->random ^= c->random << 17;
    return (uint32_t)(c->random >> 32) % limit;
}

static bool is_hurried(jl_connection *c) {
    return __atomic_exchange_n(&c->hurry, 0, __ATOMIC_SEQ_CST) != 0;
}

static void back_off(jl_connection *c) {
    const uint32_t wait_ms =
        jl_backoff_next(c->backoff_ms, c->options.reconnect_min_ms, c->options.reconnect_max_ms);
    __atomic_store_n(&c->backoff_ms, wait_ms, __ATOMIC_RELAXED);
    const int64_t until_ns =
        jl_clock_monotonic_ns() + (wait_ms - random_below(c, wait_ms / 2 + 1)) * JL_NS_PER_MS;
    while (goes_on(c) && !is_hurried(c) && jl_clock_monotonic_ns() < until_ns)
        jl_peer_wait(c, -1, 0, until_ns);
}

static void lose(jl_connection *c, int error) {
    const int64_t held_ns = jl_clock_monotonic_ns() - c->peer.connected_ns;
    __atomic_store_n(&c->last_errno, error, __ATOMIC_RELAXED);
    jl_peer_close(c);
    jl_lines_rewind(c);
    jl_connection_add(&c->losses, 1);
    if (held_ns >= STEADY_WAITS * c->options.reconnect_min_ms * JL_NS_PER_MS)
        __atomic_store_n(&c->backoff_ms, 0, __ATOMIC_RELAXED);
    else
        back_off(c);
}

/* ---- what the peer has got ---- */

static size_t kept_bytes(const jl_connection *c, int64_t now_ns) {
    if (now_ns - c->peer.busy_ns >= KEPT_NS)
        return 0;
    switch (c->peer.kind) {
    case JL_SOCKET_TCP: return c->options.resend_bytes;
    case JL_SOCKET_UDP: return 1; /* the last datagram, which may yet be refused */
    case JL_SOCKET_UNIX_STREAM:
    case JL_SOCKET_UNIX_DATAGRAM: break;
    }
    return 0;
}

/* The most that was ever confirmed is what counts, for a Unix socket tells the memory that unread
 * bytes take, and that grows faster than they do. */
static bool is_stalled(jl_connection *c, int64_t now_ns) {
    jl_peer *peer = &c->peer;
    const int64_t confirmed = (int64_t)jl_lines_sent(peer) - (int64_t)peer->unconfirmed;
    const bool is_moving = confirmed > peer->confirmed;
    if (is_moving)
        peer->confirmed = confirmed;
    if (is_moving || (peer->unconfirmed == 0 && !has_lines(c)))
        peer->stalled_ns = 0;
    else if (peer->stalled_ns == 0)
        peer->stalled_ns = now_ns;
    return peer->stalled_ns != 0 &&
           now_ns - peer->stalled_ns >= c->options.write_timeout_ms * JL_NS_PER_MS;
}

/* What is unconfirmed is asked before the peer is listened to: the system forgets it together with
 * the connection. @return 0, or why the connection is lost. */
static int look_after(jl_connection *c) {
    jl_peer *peer = &c->peer;
    const int64_t now_ns = jl_clock_monotonic_ns();
    peer->unconfirmed = jl_socket_is_stream(peer->kind) ? jl_compat_unconfirmed(peer->fd) : 0;
    if (peer->unconfirmed > 0 || has_lines(c))
        peer->busy_ns = now_ns;
    const int error = jl_peer_listen(peer);
    if (error != 0 && error != EPIPE)
        return error;
    jl_lines_confirm(c, peer->unconfirmed, error == 0 ? kept_bytes(c, now_ns) : 0);
    return error == 0 && is_stalled(c, now_ns) ? ETIMEDOUT : error;
}

/* ---- rest ---- */

/* How the thread waits after a round in which it did nothing. */
typedef struct repose {
    jl_connection_rest rest;
    short events;
    int64_t until_ns;
} repose;

static void rest(jl_connection *c, const repose *r) {
    __atomic_store_n(&c->rest, (uint32_t)r->rest, __ATOMIC_SEQ_CST);
    if (r->rest == JL_CONNECTION_BUSY || !has_lines(c))
        jl_peer_wait(c, c->peer.fd, r->events, r->until_ns);
    __atomic_store_n(&c->rest, (uint32_t)JL_CONNECTION_BUSY, __ATOMIC_SEQ_CST);
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* @param rounds  how often it has rested since it last sent something. */
static int64_t next_look_ns(const jl_connection *c, unsigned rounds) {
    const int64_t now_ns = jl_clock_monotonic_ns();
    if (rounds < NAPS_MAX)
        return now_ns + NAP_NS;
    const unsigned doublings =
        rounds - NAPS_MAX < NAP_DOUBLINGS ? rounds - NAPS_MAX : NAP_DOUBLINGS;
    int64_t until_ns = INT64_MAX;
    if (c->peer.unconfirmed > 0 || has_lines(c))
        until_ns = now_ns + (NAP_NS << doublings);
    if (c->peer.kept.at < c->peer.delivered.at)
        until_ns = earlier(until_ns, c->peer.busy_ns + KEPT_NS);
    return until_ns;
}

static void rest_after(jl_connection *c, jl_sending sending, unsigned rounds) {
    repose r = {.rest = JL_CONNECTION_BUSY, .events = POLLIN};
    switch (sending) {
    case JL_SENT_UNFINISHED:
        if (rounds < YIELDS_MAX) {
            sched_yield();
            return;
        }
        r.until_ns = jl_clock_monotonic_ns() + NAP_NS;
        break;
    case JL_SENT_STARVED: r.until_ns = jl_clock_monotonic_ns() + STARVED_NAP_NS; break;
    case JL_SENT_BLOCKED:
        r.events = POLLIN | POLLOUT;
        r.until_ns = next_look_ns(c, rounds + NAPS_MAX);
        break;
    default:
        r.rest = rounds < NAPS_MAX ? JL_CONNECTION_NAPPING : JL_CONNECTION_ASLEEP;
        r.until_ns = next_look_ns(c, rounds);
    }
    rest(c, &r);
}

/* ---- the thread ---- */

/* Until the connection is lost. */
static void serve(jl_connection *c) {
    unsigned rounds = 0;
    while (goes_on(c)) {
        const uint64_t sent_before = jl_lines_sent(&c->peer);
        const jl_sending sending = jl_lines_send(c);
        const int error = sending == JL_SENT_LOST ? errno : look_after(c);
        if (error != 0) {
            lose(c, error);
            return;
        }
        rounds = jl_lines_sent(&c->peer) == sent_before ? rounds + 1 : 0;
        if (sending != JL_SENT_ALL || !has_lines(c))
            rest_after(c, sending, rounds);
    }
}

static void end(jl_connection *c) {
    jl_peer_close(c);
    jl_stats_add(JL_STAT_LOST_LATER, jl_lines_count_left(c));
    pthread_mutex_lock(&c->lock);
    __atomic_store_n(&c->mode, (uint32_t)JL_CONNECTION_ENDED, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&c->turn);
    pthread_mutex_unlock(&c->lock);
}

void *jl_connection_run(void *connection) {
    jl_connection *c = connection;
    is_worker = true;
    c->random = (uint64_t)jl_clock_monotonic_ns() ^ (uint64_t)(uintptr_t)c;
    while (goes_on(c)) {
        if (jl_peer_open(c))
            serve(c);
        else
            back_off(c);
    }
    end(c);
    jl_connection_drop(c);
    return NULL;
}
