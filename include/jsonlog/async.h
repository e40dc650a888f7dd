#ifndef JSONLOG_ASYNC_H
#define JSONLOG_ASYNC_H
/**
 * The async handler: a handler around a handler, for threads that must not wait for the output.
 *
 *     jsonlog_handler *file = jsonlog_stream_handler_new(descriptor, NULL);
 *     jsonlog_handler *async = jsonlog_async_handler_new(file, NULL);
 *     jsonlog_handler_release(file);
 *     jsonlog_logger_add_handler(jsonlog_root(), async);
 *     jsonlog_handler_release(async);
 *
 * The calling thread formats the line and copies it into a ring of fixed size; a thread of the
 * handler's own writes it to the target: to a file handler, rotating or not, and to a stream that
 * is buffered (jsonlog_buffered()) as many lines at once as there are, up to 64 KiB, else one line
 * at a time. In the common case a call takes no lock and makes no system call; it wakes the thread
 * only when that sleeps or a quarter of the ring is full.
 *
 * Accepted means: in the ring. What is in the ring is lost when the process is killed, crashes (but
 * see crash.h), or leaves by _exit(): up to a millisecond of lines when the target is fast. exit(),
 * jsonlog_shutdown(), jsonlog_flush() and jsonlog_handler_flush() write it out.
 *
 * Order: the lines of one thread keep theirs; between threads it is the order in which they took
 * their place in the ring. Lines below ERROR may fill three quarters of the ring, the rest is for
 * ERROR and above. What is lost is counted by reason and reported at the place of the gap, as soon
 * as it can be written: {"logType":"WARN","logger":"jsonlog","message":"lines lost","lost":17,
 * "reason":"ring full"}; "reason" is also "timeout", "too large", "nested", "format" or "closed".
 *
 * Level and filters of the target apply, asked on the calling thread; its filter pattern
 * (routing.h) is asked by the thread that writes. Those of the async handler come on top, all on
 * the calling thread. The formatter is the one the target has when the async handler is made; to
 * change it later set it on the async handler. The target writes without a record
 * (jsonlog_line.record is NULL), and what it cannot write is counted as lost in both handlers, and
 * reported by the target. Give it no other loggers, or order between the two ways is lost.
 *
 * A record that the target logs while it writes goes straight to the target, which drops and counts
 * it if it has a lock. In the child of a fork the ring is empty: what the parent had in it is the
 * parent's to write; the child's first record starts a thread for the child.
 *
 * The thread has all signals blocked but those that it raises itself by a fault. It keeps a process
 * alive whose main thread ends with pthread_exit(): call exit(), or take the handler away.
 *
 * Threads: everything may be called from any thread. Signals: nothing.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What happens to a line for which the ring has no room. */
typedef enum jsonlog_async_policy {
    JSONLOG_ASYNC_DROP_NEW = 0, /**< it is dropped */
    JSONLOG_ASYNC_DROP_OLD = 1, /**< the oldest lines are dropped for it, up to the first ERROR or
                                     above; if that is not enough, it is dropped too */
    JSONLOG_ASYNC_BLOCK = 2,    /**< the caller waits for room. Not from within a handler: there it
                                     is dropped, for the handler may be what the ring waits for */
} jsonlog_async_policy;

/** In place of a number of milliseconds: wait for ever; so does 0 unless it says otherwise. */
#define JSONLOG_ASYNC_FOREVER UINT32_MAX

#define JSONLOG_ASYNC_RING_MIN     ((size_t)4096)
#define JSONLOG_ASYNC_RING_MAX     ((size_t)1 << 30)
#define JSONLOG_ASYNC_RING_DEFAULT ((size_t)1 << 20)

/** Options of jsonlog_async_handler_new(); start from JSONLOG_ASYNC_OPTIONS_INIT. */
typedef struct jsonlog_async_options {
    size_t size;
    jsonlog_async_policy when_full;
    size_t ring_bytes; /**< rounded up to a power of two; 0: 1 MiB. Allocated at once, and as much
                            again, used only as far as batches and lines are large. A line takes 16
                            to 31 bytes more than its text; one that cannot fit into an empty ring
                            (below ERROR: into three quarters of it) is refused */
    uint32_t block_timeout_ms; /**< how long JSONLOG_ASYNC_BLOCK waits for one line; 0: for ever */
    uint32_t drain_timeout_ms; /**< how long jsonlog_handler_flush(), jsonlog_flush(), and the last
                                    release wait for the target, each; 0: 5,000 */
} jsonlog_async_options;
#define JSONLOG_ASYNC_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_async_options)

/**
 * Put a ring and a thread in front of a handler.
 *
 * @param target   takes a reference; keep yours only if you need it.
 * @param options  NULL for defaults.
 * @return NULL for a NULL target or bad options, without memory, or if no thread can be started.
 *
 * The last release writes out what is in the ring, for at most drain_timeout_ms. If the target
 * hangs in its write longer than that, the rest is given up and counted in jsonlog_stats, and the
 * target is released when its write has returned.
 */
JSONLOG_API jsonlog_handler *jsonlog_async_handler_new(jsonlog_handler *target,
                                                       const jsonlog_async_options *options);

/**
 * Wait until every record accepted before this call, from any thread, is with the target, and the
 * target has been flushed.
 *
 * @return JSONLOG_OK, what the target's flush returned, JSONLOG_E_TIMEOUT, JSONLOG_E_STATE (from
 *         within the target), JSONLOG_E_INVALID (not an async handler).
 */
JSONLOG_API jsonlog_status jsonlog_async_flush(jsonlog_handler *handler, uint32_t timeout_ms);

/**
 * Write out what is in the ring and end the thread. From then on records are written by the threads
 * that log them; until it has come so far, they wait as with JSONLOG_ASYNC_BLOCK (those that may
 * not are dropped). For orderly ends and before a daemon forks for good.
 *
 * @return as jsonlog_async_flush(); after JSONLOG_E_TIMEOUT the thread goes on, and ends when it is
 *         done.
 */
JSONLOG_API jsonlog_status jsonlog_async_close(jsonlog_handler *handler, uint32_t timeout_ms);

/** What has become of the lines. jsonlog_handler_get_stats() has them too: `lines` are those
 *  accepted, `lost` the sum of all losses and of lines that could not be formatted, `lost_again`
 *  those for lack of room or time. */
typedef struct jsonlog_async_stats {
    uint64_t written;        /**< lines the target took, reports of lost lines not among them */
    uint64_t lost_full;      /**< dropped because the ring was full */
    uint64_t lost_old;       /**< accepted, then dropped for a newer line */
    uint64_t lost_timeout;   /**< dropped because there was no room in time */
    uint64_t lost_too_large; /**< refused because they can never fit */
    uint64_t lost_nested;    /**< dropped because they came from within a handler */
    uint64_t lost_closed;    /**< dropped because the thread was just ending */
    uint64_t lost_target;    /**< accepted, then refused by the target */
    uint64_t wakes;          /**< how often a logging thread woke the writing one */
    size_t ring_bytes;       /**< in all */
    size_t used_bytes;       /**< now */
    size_t used_bytes_max;   /**< the most the writing thread has found */
} jsonlog_async_stats;

/** @return JSONLOG_OK or JSONLOG_E_INVALID (not an async handler, or NULL). Each number is right,
 *  but they are not all of the same moment. */
JSONLOG_API jsonlog_status jsonlog_async_get_stats(const jsonlog_handler *handler,
                                                   jsonlog_async_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
