#include "handler/descriptor.h"

#include "base/cancel.h"
#include "base/redirect.h"
#include "handler/sigpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Headers older than the kernel lack it; a kernel older than the flag refuses it. */
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100
#endif

/* A file that would outgrow the limit of the process raises SIGXFSZ, which nobody expects from a
 * log. A limit that is set while the file is open is found when it is opened again. */
static bool has_size_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/* Only pipes and sockets raise SIGPIPE, and a pipe has no other type than FIFO. Character and block
 * devices do not; what is none of all these (an eventfd, say) goes the careful way. */
static jl_descriptor_way way_of(mode_t mode) {
    if (S_ISREG(mode))
        return has_size_limit() ? JL_WAY_MASK : JL_WAY_PLAIN;
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return JL_WAY_PLAIN;
#ifdef MSG_NOSIGNAL
    if (S_ISSOCK(mode))
        return JL_WAY_SEND;
#endif
#ifdef SYS_pwritev2
    return JL_WAY_FLAG;
#else
    return JL_WAY_MASK;
#endif
}

/* Where logs go that nobody wants: they should cost the least. */
static bool is_null_device(const struct stat *status) {
    struct stat null;
    return S_ISCHR(status->st_mode) && stat("/dev/null", &null) == 0 && S_ISCHR(null.st_mode) &&
           null.st_rdev == status->st_rdev;
}

bool jl_descriptor_init(jl_descriptor *out, int fd) {
    struct stat status;
    const int target = jl_redirect_of(fd);
    int flags = fcntl(target, F_GETFL);
    if (flags == -1 || (flags & O_ACCMODE) == O_RDONLY || fstat(target, &status) == -1)
        return false;
    out->fd = fd;
    out->way = (uint8_t)way_of(status.st_mode);
    out->is_file = S_ISREG(status.st_mode);
    out->is_append = out->is_file && (flags & O_APPEND) != 0;
    out->takes_whole = out->is_append || is_null_device(&status);
    return true;
}

/* The wrappers of the C library are cancellation points, the system call itself is none. */
static ssize_t write_plainly(int fd, const struct iovec *parts, int count) {
#ifdef __linux__
    if (JSONLOG_LIKELY(count == 1))
        return syscall(SYS_write, (long)fd, parts->iov_base, parts->iov_len);
#endif
    const int state = jl_cancel_not();
    const ssize_t bytes = writev(fd, parts, count);
    jl_cancel_as_before(state);
    return bytes;
}

static ssize_t write_by_send(int fd, const struct iovec *parts, int count) {
#ifdef MSG_NOSIGNAL
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts,
                             .msg_iovlen = (size_t)count};
    const int state = jl_cancel_not();
    const ssize_t bytes = sendmsg(fd, &message, MSG_NOSIGNAL);
    jl_cancel_as_before(state);
    return bytes;
#else
    return write_plainly(fd, parts, count);
#endif
}

/* The system call itself: the C library's wrapper may be missing or refuse flags it does not know.
 * The offset -1, in two halves for the kernel's sake, means the descriptor's own. */
static ssize_t write_by_flag(int fd, const struct iovec *parts, int count) {
#ifdef SYS_pwritev2
    return syscall(SYS_pwritev2, (long)fd, parts, (long)count, -1L, -1L, (long)RWF_NOSIGNAL);
#else
    (void)fd, (void)parts, (void)count;
    errno = ENOSYS;
    return -1;
#endif
}

static ssize_t write_by_mask(int fd, const struct iovec *parts, int count) {
    jl_sigpipe hold;
    jl_sigpipe_hold(&hold);
    ssize_t bytes = write_plainly(fd, parts, count);
    jl_sigpipe_let_go(&hold, bytes == -1 ? errno : 0);
    return bytes;
}

/* EINVAL and EPERM: sandboxes and emulated kernels have their own ways to refuse. If the write
 * itself is at fault, the other way says so again. */
static bool is_refusal(int error) {
    return error == EOPNOTSUPP || error == ENOSYS || error == EINVAL || error == EPERM;
}

static ssize_t write_once(jl_descriptor *out, const struct iovec *parts, int count) {
    const int fd = jl_redirect_of(out->fd);
    const uint8_t way = __atomic_load_n(&out->way, __ATOMIC_RELAXED);
    if (JSONLOG_LIKELY(way == JL_WAY_PLAIN))
        return write_plainly(fd, parts, count);
    switch ((jl_descriptor_way)way) {
    case JL_WAY_PLAIN: return write_plainly(fd, parts, count);
    case JL_WAY_SEND: return write_by_send(fd, parts, count);
    case JL_WAY_MASK: return write_by_mask(fd, parts, count);
    case JL_WAY_FLAG: break;
    }
    ssize_t bytes = write_by_flag(fd, parts, count);
    if (bytes >= 0 || !is_refusal(errno))
        return bytes;
    __atomic_store_n(&out->way, (uint8_t)JL_WAY_MASK, __ATOMIC_RELAXED);
    return write_by_mask(fd, parts, count);
}

ssize_t jl_descriptor_write(jl_descriptor *out, const struct iovec *parts, int count) {
    for (;;) {
        ssize_t bytes = write_once(out, parts, count);
        if (JSONLOG_LIKELY(bytes >= 0))
            return bytes;
        if (errno != EINTR)
            return -errno;
    }
}

/* Take `bytes` off the front. @return how many parts are empty now. */
static int advance(struct iovec *parts, int count, size_t bytes) {
    int empty = 0;
    while (empty < count && bytes >= parts[empty].iov_len)
        bytes -= parts[empty++].iov_len;
    if (empty < count)
        parts[empty] =
            jl_part((const char *)parts[empty].iov_base + bytes, parts[empty].iov_len - bytes);
    return empty;
}

/* A device that takes nothing and says nothing would hold us for ever. */
static int error_of(ssize_t refused) {
    return refused == 0 ? EIO : (int)-refused;
}

jl_written jl_descriptor_write_all(jl_descriptor *out, struct iovec *parts, int count) {
    jl_written written = {0, 0};
    while (count > 0 && written.error == 0) {
        ssize_t bytes = jl_descriptor_write(out, parts, count);
        if (bytes <= 0) {
            written.error = error_of(bytes);
            continue;
        }
        written.bytes += (size_t)bytes;
        int empty = advance(parts, count, (size_t)bytes);
        parts += empty;
        count -= empty;
    }
    return written;
}

/* What most lines go through is a plain write that takes all of it at once. */
jl_written jl_descriptor_write_bytes(jl_descriptor *out, const char *bytes, size_t len) {
    const struct iovec whole = jl_part(bytes, len);
    const ssize_t first = jl_descriptor_write(out, &whole, 1);
    if (JSONLOG_LIKELY(first == (ssize_t)len))
        return (jl_written){.bytes = len};
    if (first <= 0)
        return (jl_written){.error = error_of(first)};
    struct iovec rest = jl_part(bytes + first, len - (size_t)first);
    jl_written written = jl_descriptor_write_all(out, &rest, 1);
    written.bytes += (size_t)first;
    return written;
}
