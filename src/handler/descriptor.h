#ifndef JL_HANDLER_DESCRIPTOR_H
#define JL_HANDLER_DESCRIPTOR_H
/**
 * The one place that writes to descriptors: one system call, EINTR retried, never a SIGPIPE.
 *
 * How SIGPIPE is avoided depends on what the descriptor is: regular files raise none (but SIGXFSZ
 * where the process has a limit for them), sockets have MSG_NOSIGNAL, everything else RWF_NOSIGNAL
 * (Linux 6.18) or, where the kernel does not know that, a blocked signal. Async-signal-safe.
 *
 * A descriptor that leads into the library itself (base/redirect.h) is written to past that.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef enum jl_descriptor_way {
    JL_WAY_PLAIN, /**< nothing to avoid */
    JL_WAY_SEND,  /**< sendmsg() with a flag */
    JL_WAY_FLAG,  /**< pwritev2() with a flag */
    JL_WAY_MASK,  /**< write with the signal blocked */
} jl_descriptor_way;

typedef struct jl_descriptor {
    int fd;
    uint8_t way;  /**< a jl_descriptor_way; atomic: FLAG becomes MASK when the kernel refuses it */
    bool is_file; /**< a regular file */
    bool is_append;   /**< … opened with O_APPEND: each write lands whole at the end */
    bool takes_whole; /**< each write is taken whole, whoever else writes: that file, /dev/null */
} jl_descriptor;

/** Find out what `fd` is. @return false if it is not open for writing. */
bool jl_descriptor_init(jl_descriptor *out, int fd);

/** Write with one system call, in which the thread cannot be cancelled. @return the bytes written,
 * or an errno as a negative number. */
ssize_t jl_descriptor_write(jl_descriptor *out, const struct iovec *parts, int count);

/** How much of `parts` went out and why no more. */
typedef struct jl_written {
    size_t bytes;
    int error; /**< 0 if all of it */
} jl_written;

/** Write until everything is out or the descriptor refuses. `parts` is used up on the way. */
jl_written jl_descriptor_write_all(jl_descriptor *out, struct iovec *parts, int count);

/** The same with one part. */
jl_written jl_descriptor_write_bytes(jl_descriptor *out, const char *bytes, size_t len);

/** A part of a write; the bytes are only read. */
static inline struct iovec jl_part(const char *bytes, size_t len) {
    return (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = len};
}

/**
 * Whether the last byte in front of the next write is not a newline: somebody was stopped in the
 * middle of a line. Only for regular files that can be read back, be it through /proc; others are
 * taken for whole. A file that is growing just now is not torn but in use.
 *
 * Reading back a file that is open for writing only opens and closes it once more, which drops this
 * process's fcntl() record locks on it (not those of flock()).
 */
bool jl_descriptor_is_torn(const jl_descriptor *out);

#endif
