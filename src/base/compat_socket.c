#include "base/compat_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>
#endif

/* A silent peer is probed this often before it is given up, in a quarter of the time each. */
#define PROBES 4

static void set(int fd, int level, int option, int value) {
    setsockopt(fd, level, option, &value, sizeof value);
}

#ifdef __APPLE__

static int prepare(int fd) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int jl_compat_socket(int domain, int type) {
    int fd = socket(domain, type, 0);
    if (fd < 0)
        return -errno;
    set(fd, SOL_SOCKET, SO_NOSIGPIPE, 1);
    return prepare(fd);
}

int jl_compat_pipe(int ends[2]) {
    if (pipe(ends) != 0)
        return -errno;
    prepare(ends[0]);
    prepare(ends[1]);
    return 0;
}

#define SEND_FLAGS     MSG_DONTWAIT
#define KEEPALIVE_IDLE TCP_KEEPALIVE

#else

int jl_compat_socket(int domain, int type) {
    int fd = socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int jl_compat_pipe(int ends[2]) {
    return pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0 ? 0 : -errno;
}

#define SEND_FLAGS     (MSG_DONTWAIT | MSG_NOSIGNAL)
#define KEEPALIVE_IDLE TCP_KEEPIDLE

#endif

ssize_t jl_compat_send(int fd, const struct msghdr *message) {
    return sendmsg(fd, message, SEND_FLAGS);
}

size_t jl_compat_unconfirmed(int fd) {
    int bytes = 0;
#ifdef SIOCOUTQ
    if (ioctl(fd, SIOCOUTQ, &bytes) != 0)
        bytes = 0;
#else
    (void)fd;
#endif
    return bytes > 0 ? (size_t)bytes : 0;
}

void jl_compat_tune_tcp(int fd, unsigned keepalive_s) {
    const unsigned interval = keepalive_s / PROBES;
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, KEEPALIVE_IDLE, (int)keepalive_s);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval == 0 ? 1 : (int)interval);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES);
}
