#ifndef TEST_SOCKET_PEER_H
#define TEST_SOCKET_PEER_H
/**
 * A peer to send lines to: a process of its own, so that it can be killed. It reads straight into
 * shared memory, one segment per connection, so that what it had read before it died is known to
 * the byte. Include CMocka first.
 *
 *     socket_peer peer;
 *     peer_init(&peer, PEER_TCP);      an address, nobody there
 *     peer_start(&peer);               … somebody
 *     peer_await(&peer, "last line");
 *     peer_kill(&peer);                nobody again
 *     peer_done(&peer);
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PEER_SEGMENTS     256
#define PEER_SEGMENT_SIZE ((size_t)4 << 20)
#define PEER_OPEN_MAX     16
#define PEER_PATIENCE_S   60

typedef enum peer_kind { PEER_TCP, PEER_UDP, PEER_UNIX, PEER_UNIXGRAM } peer_kind;

typedef struct peer_segment {
    uint32_t is_closed; /* atomic: the other side has closed */
    char text[PEER_SEGMENT_SIZE];
} peer_segment;

typedef struct peer_shared {
    uint32_t accepted;    /* atomic: how many segments are in use */
    uint32_t is_paused;   /* atomic: read nothing */
    uint32_t is_resting;  /* atomic: that has been seen */
    uint32_t slowness_us; /* atomic: sleep so long after each read */
    uint32_t read_size;   /* atomic: at most so much at once; 0: all there is */
    peer_segment segments[PEER_SEGMENTS];
} peer_shared;

typedef struct socket_peer {
    peer_kind kind;
    char name[160];     /* as a destination */
    int receive_buffer; /* SO_RCVBUF; 0: as it is */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_un local;
    } address;
    socklen_t address_len;
    int reserved; /* keeps the port for us; -1: none */
    pid_t pid;    /* 0: not running */
    peer_shared *shared;
} socket_peer;

/* ---- the process ---- */

/* Not to outlive a test that failed, nor to keep its pipes open. */
static inline void peer_settle(int keep) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int fd = 0; fd < 1024; fd++)
        if (fd != keep)
            close(fd);
}

/* @return false at the end. */
static inline bool peer_read(peer_shared *shared, int fd, peer_segment *segment, size_t *len,
                             bool is_datagram) {
    size_t room = PEER_SEGMENT_SIZE - 2 - *len;
    if (room == 0)
        _exit(3);
    const uint32_t most = __atomic_load_n(&shared->read_size, __ATOMIC_RELAXED);
    const ssize_t n = recv(fd, segment->text + *len, most > 0 && most < room ? most : room, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    *len += (size_t)n;
    if (is_datagram)
        segment->text[(*len)++] = '\n';
    const uint32_t slowness_us = __atomic_load_n(&shared->slowness_us, __ATOMIC_RELAXED);
    if (slowness_us > 0)
        usleep(slowness_us);
    return is_datagram || n > 0;
}

/* @return whether it is to do nothing now. */
static inline bool peer_rests(peer_shared *shared) {
    const uint32_t is_paused = __atomic_load_n(&shared->is_paused, __ATOMIC_SEQ_CST);
    __atomic_store_n(&shared->is_resting, is_paused, __ATOMIC_SEQ_CST);
    if (is_paused)
        usleep(1000);
    return is_paused;
}

static inline peer_segment *peer_next_segment(peer_shared *shared) {
    const uint32_t at = __atomic_fetch_add(&shared->accepted, 1, __ATOMIC_SEQ_CST);
    if (at >= PEER_SEGMENTS)
        _exit(4);
    return &shared->segments[at];
}

static inline void peer_serve_datagrams(peer_shared *shared, int fd) {
    peer_segment *segment = peer_next_segment(shared);
    size_t len = 0;
    for (;;) {
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        if (!peer_rests(shared) && poll(&polled, 1, 10) > 0)
            peer_read(shared, fd, segment, &len, true);
    }
}

static inline void peer_serve_streams(peer_shared *shared, int listener) {
    struct pollfd polled[PEER_OPEN_MAX + 1] = {{.fd = listener, .events = POLLIN}};
    peer_segment *segments[PEER_OPEN_MAX + 1];
    size_t lens[PEER_OPEN_MAX + 1];
    nfds_t count = 1;
    for (;;) {
        if (peer_rests(shared) || poll(polled, count, 10) <= 0)
            continue;
        for (nfds_t i = count - 1; i > 0; i--) {
            if (polled[i].revents == 0 ||
                peer_read(shared, polled[i].fd, segments[i], &lens[i], false))
                continue;
            close(polled[i].fd);
            __atomic_store_n(&segments[i]->is_closed, 1, __ATOMIC_SEQ_CST);
            count--;
            polled[i] = polled[count];
            segments[i] = segments[count];
            lens[i] = lens[count];
        }
        if (polled[0].revents != 0 && count <= PEER_OPEN_MAX) {
            const int fd = accept(listener, NULL, NULL);
            if (fd < 0)
                continue;
            segments[count] = peer_next_segment(shared);
            lens[count] = 0;
            polled[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
        }
    }
}

/* ---- its address ---- */

static inline bool peer_is_stream(const socket_peer *p) {
    return p->kind == PEER_TCP || p->kind == PEER_UNIX;
}

static inline int peer_bind(socket_peer *p) {
    static const int on = 1;
    const bool is_local = p->kind == PEER_UNIX || p->kind == PEER_UNIXGRAM;
    const int fd = socket(is_local ? AF_UNIX : AF_INET,
                          (peer_is_stream(p) ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (is_local)
        unlink(p->address.local.sun_path);
    if (p->kind == PEER_TCP)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (p->receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &p->receive_buffer, sizeof p->receive_buffer);
    assert_int_equal(bind(fd, &p->address.any, p->address_len), 0);
    return fd;
}

static inline void peer_name_local(socket_peer *p) {
    static int number;
    const char *directory = getenv("TMPDIR");
    p->address.local.sun_family = AF_UNIX;
    snprintf(p->address.local.sun_path, sizeof p->address.local.sun_path,
             "%.60s/jsonlog-%ld-%d.sock", directory == NULL ? "/tmp" : directory, (long)getpid(),
             number++);
    p->address_len = sizeof p->address.local;
    snprintf(p->name, sizeof p->name, "%s://%s", p->kind == PEER_UNIX ? "unix" : "unixgram",
             p->address.local.sun_path);
}

static inline void peer_name_network(socket_peer *p) {
    p->address.v4.sin_family = AF_INET;
    p->address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    p->address_len = sizeof p->address.v4;
    p->reserved = peer_bind(p);
    assert_int_equal(getsockname(p->reserved, &p->address.any, &p->address_len), 0);
    if (p->kind == PEER_UDP) {
        close(p->reserved);
        p->reserved = -1;
    }
    snprintf(p->name, sizeof p->name, "%s://127.0.0.1:%d", p->kind == PEER_TCP ? "tcp" : "udp",
             ntohs(p->address.v4.sin_port));
}

static inline void peer_init(socket_peer *p, peer_kind kind) {
    memset(p, 0, sizeof *p);
    p->kind = kind;
    p->reserved = -1;
    p->shared = mmap(NULL, sizeof *p->shared, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(p->shared != MAP_FAILED);
    if (kind == PEER_UNIX || kind == PEER_UNIXGRAM)
        peer_name_local(p);
    else
        peer_name_network(p);
}

/* ---- its life ---- */

static inline void peer_start(socket_peer *p) {
    const int fd = peer_bind(p);
    if (peer_is_stream(p))
        assert_int_equal(listen(fd, 16), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        peer_settle(fd);
        if (peer_is_stream(p))
            peer_serve_streams(p->shared, fd);
        peer_serve_datagrams(p->shared, fd);
    }
    close(fd);
}

/* At once, with what it has not read. */
static inline void peer_kill(socket_peer *p) {
    int status = 0;
    if (p->pid == 0)
        return;
    kill(p->pid, SIGKILL);
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    assert_true(WIFSIGNALED(status));
    p->pid = 0;
    p->shared->is_resting = 0;
    if (p->kind == PEER_UNIX || p->kind == PEER_UNIXGRAM)
        unlink(p->address.local.sun_path);
}

static inline void peer_done(socket_peer *p) {
    peer_kill(p);
    if (p->reserved >= 0)
        close(p->reserved);
    munmap(p->shared, sizeof *p->shared);
}

/* ---- what it has read ---- */

static inline unsigned peer_connections(const socket_peer *p) {
    return __atomic_load_n(&p->shared->accepted, __ATOMIC_SEQ_CST);
}

/* NUL-terminated. */
static inline const char *peer_text(const socket_peer *p, unsigned connection) {
    assert_true(connection < PEER_SEGMENTS);
    return p->shared->segments[connection].text;
}

static inline int64_t peer_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait for a condition, and fail the test if it does not come. */
#define AWAIT(condition)                                                    \
    do {                                                                    \
        const int64_t await_until = peer_now_ms() + PEER_PATIENCE_S * 1000; \
        while (!(condition)) {                                              \
            if (peer_now_ms() > await_until)                                \
                fail_msg("%s did not come true", #condition);               \
            usleep(500);                                                    \
        }                                                                   \
    } while (0)

/* From here on it reads and accepts nothing, or goes on. */
static inline void peer_pause(socket_peer *p, bool is_paused) {
    __atomic_store_n(&p->shared->is_paused, is_paused, __ATOMIC_SEQ_CST);
    if (p->pid != 0)
        AWAIT(__atomic_load_n(&p->shared->is_resting, __ATOMIC_SEQ_CST) == is_paused);
}

static inline bool peer_has(const socket_peer *p, const char *text) {
    const unsigned count = peer_connections(p);
    for (unsigned i = 0; i < count; i++)
        if (strstr(peer_text(p, i), text) != NULL)
            return true;
    return false;
}

static inline void peer_await(const socket_peer *p, const char *text) {
    AWAIT(peer_has(p, text));
}

#endif
