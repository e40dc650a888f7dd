/* Of the C locale whatever the process has set. */
#include "base/errno_text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 32))

const char *jl_errno_name(int error) {
    return error == 0 ? NULL : strerrorname_np(error);
}

const char *jl_errno_sentence(int error) {
    return strerrordesc_np(error);
}

#else

/* The values POSIX asks for that logs of services meet; others stand by their number. */
#define ERRNO_LIST(X)                                           \
    X(EPERM, "Operation not permitted")                         \
    X(ENOENT, "No such file or directory")                      \
    X(EINTR, "Interrupted system call")                         \
    X(EIO, "Input/output error")                                \
    X(EBADF, "Bad file descriptor")                             \
    X(EAGAIN, "Resource temporarily unavailable")               \
    X(ENOMEM, "Cannot allocate memory")                         \
    X(EACCES, "Permission denied")                              \
    X(EBUSY, "Device or resource busy")                         \
    X(EEXIST, "File exists")                                    \
    X(ENOTDIR, "Not a directory")                               \
    X(EISDIR, "Is a directory")                                 \
    X(EINVAL, "Invalid argument")                               \
    X(EMFILE, "Too many open files")                            \
    X(EFBIG, "File too large")                                  \
    X(ENOSPC, "No space left on device")                        \
    X(EROFS, "Read-only file system")                           \
    X(EPIPE, "Broken pipe")                                     \
    X(ERANGE, "Numerical result out of range")                  \
    X(EDEADLK, "Resource deadlock avoided")                     \
    X(ENAMETOOLONG, "File name too long")                       \
    X(EADDRINUSE, "Address already in use")                     \
    X(EADDRNOTAVAIL, "Cannot assign requested address")         \
    X(ENETUNREACH, "Network is unreachable")                    \
    X(ECONNABORTED, "Software caused connection abort")         \
    X(ECONNRESET, "Connection reset by peer")                   \
    X(ENOTCONN, "Transport endpoint is not connected")          \
    X(ETIMEDOUT, "Connection timed out")                        \
    X(ECONNREFUSED, "Connection refused")                       \
    X(EHOSTUNREACH, "No route to host")                         \
    X(ENXIO, "No such device or address")                       \
    X(EFAULT, "Bad address")                                    \
    X(ENODEV, "No such device")                                 \
    X(ENFILE, "Too many open files in system")                  \
    X(ETXTBSY, "Text file busy")                                \
    X(ENOSYS, "Function not implemented")                       \
    X(ELOOP, "Too many levels of symbolic links")               \
    X(EPROTO, "Protocol error")                                 \
    X(EOVERFLOW, "Value too large for defined data type")       \
    X(EDESTADDRREQ, "Destination address required")             \
    X(EMSGSIZE, "Message too long")                             \
    X(EPROTOTYPE, "Protocol wrong type for socket")             \
    X(ENOPROTOOPT, "Protocol not available")                    \
    X(EAFNOSUPPORT, "Address family not supported by protocol") \
    X(ENETDOWN, "Network is down")                              \
    X(ENETRESET, "Network dropped connection on reset")         \
    X(ENOBUFS, "No buffer space available")                     \
    X(EALREADY, "Operation already in progress")                \
    X(EINPROGRESS, "Operation now in progress")                 \
    X(ESTALE, "Stale file handle")                              \
    X(EDQUOT, "Disk quota exceeded")                            \
    X(ECANCELED, "Operation canceled")

static const struct {
    int error;
    const char *name;
    const char *sentence;
} errors[] = {
#define ERRNO_ROW(name, sentence) {name, #name, sentence},
    ERRNO_LIST(ERRNO_ROW)
#undef ERRNO_ROW
};

static const char *find(int error, bool is_name) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].error == error)
            return is_name ? errors[i].name : errors[i].sentence;
    }
    return NULL;
}

const char *jl_errno_name(int error) {
    return find(error, true);
}

const char *jl_errno_sentence(int error) {
    return find(error, false);
}

#endif
