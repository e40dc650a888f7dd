#include "base/clock.h"
#include "base/compat_socket.h"
#include "handler/connection_inside.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <unistd.h>

/* Of what a peer sends so much is read at once, so often before others have their turn. */
#define SCRATCH   512
#define READS_MAX 16

/* ---- waiting ---- */

static int milliseconds_until(int64_t until_ns) {
    if (until_ns == INT64_MAX)
        return -1;
    const int64_t left = until_ns - jl_clock_monotonic_ns();
    return left <= 0 ? 0 : (int)((left + JL_NS_PER_MS - 1) / JL_NS_PER_MS);
}

static void drain_wake(const jl_connection *c) {
    char scratch[SCRATCH];
    while (read(c->wake[0], scratch, sizeof scratch) == (ssize_t)sizeof scratch)
        continue;
}

short jl_peer_wait(const jl_connection *c, int fd, short events, int64_t until_ns) {
    struct pollfd polled[] = {{.fd = c->wake[0], .events = POLLIN}, {.fd = fd, .events = events}};
    if (poll(polled, 2, milliseconds_until(until_ns)) <= 0)
        return 0;
    if (polled[0].revents != 0)
        drain_wake(c);
    return polled[1].revents;
}

/* ---- connecting ---- */

static bool is_abandoned(const jl_connection *c) {
    return __atomic_load_n(&c->is_abandoned, __ATOMIC_SEQ_CST) != 0;
}

static int error_of(int fd) {
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

static int await_connect(const jl_connection *c, int fd) {
    const int64_t deadline = jl_clock_monotonic_ns() + c->options.connect_timeout_ms * JL_NS_PER_MS;
    while (!is_abandoned(c) && jl_clock_monotonic_ns() < deadline)
        if (jl_peer_wait(c, fd, POLLOUT, deadline) != 0)
            return error_of(fd);
    return ETIMEDOUT;
}

/* A port of this machine from which connections start can be the one we ask for, when nobody
 * listens there: then the socket is connected to itself. */
static bool is_own_peer(int fd) {
    jl_socket_address own, other;
    socklen_t own_len = sizeof own, other_len = sizeof other;
    memset(&own, 0, sizeof own);
    memset(&other, 0, sizeof other);
    return getsockname(fd, &own.any, &own_len) == 0 &&
           getpeername(fd, &other.any, &other_len) == 0 && own_len == other_len &&
           memcmp(&own, &other, own_len) == 0;
}

static int connect_peer(const jl_connection *c, const jl_peer *peer, const struct sockaddr *address,
                        socklen_t len) {
    int error = connect(peer->fd, address, len) == 0 ? 0 : errno;
    if (error == EINPROGRESS || error == EINTR)
        error = await_connect(c, peer->fd);
    if (error != 0 || peer->kind != JL_SOCKET_TCP)
        return error;
    jl_compat_tune_tcp(peer->fd, c->options.keepalive_s);
    return is_own_peer(peer->fd) ? ECONNREFUSED : 0;
}

static bool try_address(jl_connection *c, jl_socket_kind kind, const struct sockaddr *address,
                        socklen_t len) {
    jl_peer *peer = &c->peer;
    jl_connection_add(&c->attempts, 1);
    peer->kind = kind;
    peer->fd =
        jl_compat_socket(address->sa_family, jl_socket_is_stream(kind) ? SOCK_STREAM : SOCK_DGRAM);
    int error = peer->fd < 0 ? -peer->fd : connect_peer(c, peer, address, len);
    if (error == 0)
        return true;
    __atomic_store_n(&c->last_errno, error, __ATOMIC_RELAXED);
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    return false;
}

static struct addrinfo *resolve(jl_connection *c, const jl_destination *to) {
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = jl_socket_is_stream(to->kind) ? SOCK_STREAM : SOCK_DGRAM,
        .ai_flags = AI_ADDRCONFIG,
    };
    struct addrinfo *found = NULL;
    const int failure = getaddrinfo(to->host, to->port, &hints, &found);
    if (failure == 0)
        return found;
    __atomic_store_n(&c->last_errno, failure == EAI_SYSTEM ? errno : EHOSTUNREACH,
                     __ATOMIC_RELAXED);
    return NULL;
}

static bool try_destination(jl_connection *c, const jl_destination *to) {
    if (to->address_len > 0)
        return try_address(c, to->kind, &to->address.any, to->address_len);
    bool is_open = false;
    struct addrinfo *all = resolve(c, to);
    for (const struct addrinfo *a = all; a != NULL && !is_open && !is_abandoned(c); a = a->ai_next)
        is_open = try_address(c, to->kind, a->ai_addr, a->ai_addrlen);
    if (all != NULL)
        freeaddrinfo(all);
    return is_open;
}

bool jl_peer_open(jl_connection *c) {
    jl_peer *peer = &c->peer;
    bool is_open = false;
    for (size_t i = 0; i < c->destination_count && !is_open && !is_abandoned(c); i++)
        is_open = try_destination(c, &c->destinations[i]);
    if (!is_open)
        return false;
    peer->framing = c->options.framing;
    peer->connected_ns = jl_clock_monotonic_ns();
    peer->busy_ns = peer->connected_ns;
    peer->stalled_ns = 0;
    peer->confirmed = 0;
    peer->unconfirmed = 0;
    jl_lines_rewind(c);
    jl_connection_add(&c->connects, 1);
    __atomic_store_n(&c->is_connected, 1, __ATOMIC_RELAXED);
    return true;
}

void jl_peer_close(jl_connection *c) {
    __atomic_store_n(&c->is_connected, 0, __ATOMIC_RELAXED);
    if (c->peer.fd >= 0)
        close(c->peer.fd);
    c->peer.fd = -1;
}

/* ---- listening ---- */

int jl_peer_listen(const jl_peer *peer) {
    char scratch[SCRATCH];
    for (int i = 0; i < READS_MAX; i++) {
        const ssize_t n = recv(peer->fd, scratch, sizeof scratch, MSG_DONTWAIT);
        if (n == 0 && jl_socket_is_stream(peer->kind))
            return EPIPE;
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
    }
    return 0;
}
