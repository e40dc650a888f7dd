#ifndef JSONLOG_HANDLER_H
#define JSONLOG_HANDLER_H
/**
 * Handlers: where finished lines go.
 *
 *     jsonlog_handler *err = jsonlog_stream_handler_new(STDERR_FILENO, NULL);
 *     jsonlog_handler_set_level(err, JSONLOG_LEVEL_ERROR);
 *     jsonlog_logger_add_handler(jsonlog_root(), err);
 *     jsonlog_handler_release(err);
 *
 * A handler has a level, a formatter and filters of its own, is shared by any number of loggers,
 * and is counted by reference: `new` gives you one reference, each logger takes one, the last
 * release flushes and closes it. A record below the handler's level, or dropped by one of its
 * filters, costs no formatting.
 *
 * Accepted means: the handler's write returned success. Whatever a handler cannot write is counted
 * and, for handlers of this library, reported by a record of the logger "jsonlog" ("lines lost",
 * "lost": n, "reason": …) in front of the next line that can be written.
 *
 * Threads: everything may be called from any thread. Signals: only jsonlog_signal_safe_write().
 */
#include <jsonlog/formatter.h>
#include <jsonlog/record.h>

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A finished line on its way out; borrowed until `write` returns. */
typedef struct jsonlog_line {
    const char *text; /**< with its newline, if the formatter makes lines */
    size_t len;       /**< in bytes */
    int level;
    int64_t time_ns;
    const jsonlog_record *record; /**< NULL behind an async handler: the call has returned */
    unsigned flags;               /**< JSONLOG_LINE_…; other bits are the library's */
} jsonlog_line;

/** In jsonlog_line.flags: kept by a flight recorder (recorder.h) and written later than it was
 *  logged, or the line that made it do so. Levels do not apply. */
#define JSONLOG_LINE_RECORDED 1u
/** What the library itself says about a handler ("lines lost"). Levels and filter patterns do not
 *  apply. */
#define JSONLOG_LINE_REPORT 2u

/** What a handler does. Every function gets `self` back. */
typedef struct jsonlog_handler_class {
    size_t size;      /**< sizeof(jsonlog_handler_class) */
    const char *name; /**< for reports, static storage, e.g. "stream" */
    /** Take one line. Called by one thread at a time unless is_concurrent; the thread cannot be
     * cancelled meanwhile (but see has_no_cancellation_point). @return JSONLOG_OK if accepted;
     * JSONLOG_E_AGAIN if the output is full; else errno, which is 0 before the call, says why
     * (EDEADLK: a nested call that found a lock of this class held). */
    jsonlog_status (*write)(void *self, const jsonlog_line *line);
    /** Write out what was accepted; may be NULL. */
    jsonlog_status (*flush)(void *self);
    /** Free everything; called once, after the last write; may be NULL. */
    void (*close)(void *self);
    /** In the child of a fork, before its first record: forget what belongs to the parent; may be
     * NULL. */
    void (*after_fork)(void *self);
    /** write() takes no lock and may run on several threads, and nested in itself, at once. */
    bool is_concurrent;
    /** write() has no cancellation point (see pthreads(7)), so that a thread need not be kept from
     * being cancelled in it, which costs as much as a lock. */
    bool has_no_cancellation_point;
} jsonlog_handler_class;

/**
 * A handler of your own.
 *
 * @param handler_class  borrowed for ever (static storage).
 * @param self           passed through; owned by the handler from here on if the call succeeds:
 * close frees it.
 * @return NULL without memory or if the class lacks write or has a wrong size.
 */
JSONLOG_API jsonlog_handler *jsonlog_handler_new(const jsonlog_handler_class *handler_class,
                                                 void *self);

/** One reference more; @return handler. NULL is legal. */
JSONLOG_API jsonlog_handler *jsonlog_handler_retain(jsonlog_handler *handler);
/** One reference less; the last one flushes and closes, once no thread is writing through it. NULL
 * does nothing. */
JSONLOG_API void jsonlog_handler_release(jsonlog_handler *handler);

/** The lowest level the handler takes; JSONLOG_LEVEL_NOTSET (all) at first. */
JSONLOG_API void jsonlog_handler_set_level(jsonlog_handler *handler, int level);
JSONLOG_API int jsonlog_handler_get_level(const jsonlog_handler *handler);

/** The formatter; the handler takes a reference. NULL: the JSON formatter with its defaults. A
 * record being written keeps the formatter it began with. @return JSONLOG_OK, JSONLOG_E_NOMEM,
 * JSONLOG_E_INVALID (handler NULL). */
JSONLOG_API jsonlog_status jsonlog_handler_set_formatter(jsonlog_handler *handler,
                                                         jsonlog_formatter *formatter);

/** Decides about a record for this handler only; must not change it. At most 16. The filter runs on
 * logging threads.
 *  @return JSONLOG_OK, JSONLOG_E_LIMIT, JSONLOG_E_NOMEM, JSONLOG_E_INVALID. */
JSONLOG_API jsonlog_status jsonlog_handler_add_filter(jsonlog_handler *handler,
                                                      bool (*fn)(const jsonlog_record *record,
                                                                 void *context),
                                                      void *context);

/** Write out what was accepted. @return JSONLOG_OK or why not (JSONLOG_E_STATE: from within a
 * handler that is in use just now). */
JSONLOG_API jsonlog_status jsonlog_handler_flush(jsonlog_handler *handler);

/** What a handler has done so far. */
typedef struct jsonlog_handler_stats {
    uint64_t lines; /**< accepted, reports of lost lines among them */
    uint64_t bytes; /**< in them */
    uint64_t lost;  /**< lines not accepted for any reason, or accepted and then not written out */
    uint64_t lost_again; /**< … because EAGAIN: the descriptor took no more */
    uint64_t lost_error; /**< … because the write failed or the handler refused */
    uint64_t
        lost_nested; /**< … because a record was logged while this thread wrote to this handler */
    uint64_t torn_closed; /**< torn last lines found and closed with a newline */
    int last_errno;       /**< of the last failed write; 0 if none */
} jsonlog_handler_stats;
/** Each number is right, but lines written meanwhile may be in one and not yet in another. */
JSONLOG_API void jsonlog_handler_get_stats(const jsonlog_handler *handler,
                                           jsonlog_handler_stats *stats);

/* ---- the handlers of this header
 * ------------------------------------------------------------------ */

/**
 * When lines leave the process. All zero, the default: each line with a write of its own, accepted
 * when that returned. Anything else is made by a function that names it:
 *
 *     options.policy = jsonlog_buffered(64 * 1024, 1000);
 */
typedef struct jsonlog_write_policy {
    const struct jsonlog_policy_class *kind; /**< set by the function that names the policy */
    size_t bytes;                            /**< of the buffer */
    uint32_t flush_ms;                       /**< the longest a line waits in it */
    int flush_level; /**< a line of this level or above takes everything out at once */
} jsonlog_write_policy;

/**
 * Gather lines in a buffer: one write for many of them.
 *
 * Accepted then means: in the buffer. It is written when it is full, when its oldest line is
 * `flush_ms` old (by one thread for all buffers of the process), with a line of `flush_level`
 * (JSONLOG_LEVEL_ERROR; change it in what this returns, JSONLOG_LEVEL_OFF for never), by a flush,
 * at exit and with the handler. A kill, a crash (but see crash.h), _exit() and exec() lose what it
 * holds: at most `bytes`, and what is being written just then, for other threads go on meanwhile;
 * and at most the lines of the last `flush_ms`. The child of a fork begins with an empty one. Lines
 * stand in the order in which they were accepted, whichever threads they come from.
 *
 * Lines that the output does not take (a full disk, a full pipe) stay in the buffer and are tried
 * again; only when it is full, new ones are refused, counted and reported. A line that a full disk
 * cut is written again whole.
 *
 * @param bytes     at least the longest line, raised to 16,384 if below; a longer line makes the
 *                  buffer grow; at most 2 GiB. It takes twice the memory.
 * @param flush_ms  0: 1,000.
 */
JSONLOG_API jsonlog_write_policy jsonlog_buffered(size_t bytes, uint32_t flush_ms);

/** Options of jsonlog_stream_handler_new(); start from JSONLOG_STREAM_OPTIONS_INIT. */
typedef struct jsonlog_stream_options {
    size_t size;
    bool owns_descriptor;        /**< close(2) it with the handler */
    jsonlog_write_policy policy; /**< zero: one write per line */
} jsonlog_stream_options;
#define JSONLOG_STREAM_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_stream_options)

/**
 * Write each line with one write(2) to a descriptor: a file, a pipe, a terminal, a socket.
 *
 * Lines stay whole: a regular file opened with O_APPEND needs no lock; others are written under
 * one, and a pipe shared by processes keeps lines up to PIPE_BUF whole. After a short write on a
 * non-blocking descriptor the rest goes out before the next line or with a flush; until it has,
 * further lines are refused with JSONLOG_E_AGAIN, counted, and reported when writing works again (a
 * line of more than 16,384 bytes may need memory for its rest). EINTR is retried. A blocking
 * descriptor blocks. No SIGPIPE is raised; after EPIPE the handler stops trying until
 * jsonlog_handler_reopen(). A full disk is tried again with each line.
 *
 * A line that was left unfinished, by a full disk or by a process that was killed, is closed with a
 * newline before the next one and counted in torn_closed. At construction that needs a regular file
 * that can be read back, if need be through /proc (which drops fcntl() record locks of this process
 * on it); elsewhere it is not looked for.
 *
 * @param descriptor  open for writing as long as the handler lives.
 * @param options     NULL for defaults.
 * @return NULL without memory or for a bad descriptor or options.size.
 */
JSONLOG_API jsonlog_handler *jsonlog_stream_handler_new(int descriptor,
                                                        const jsonlog_stream_options *options);

/** Go on with another descriptor (after EPIPE, after a redirect; the same number is legal); what
 * the old one could not take is counted lost. The old one is closed if the handler owns its
 * descriptor, once no thread writes to it.
 *  @return JSONLOG_OK, JSONLOG_E_INVALID (not a stream handler, bad descriptor), JSONLOG_E_NOMEM,
 * JSONLOG_E_STATE (from within a handler, and this one is in use). */
JSONLOG_API jsonlog_status jsonlog_handler_reopen(jsonlog_handler *handler, int descriptor);

/**
 * Write lines with fwrite() under the stream's own lock (flockfile), so that they mix with the
 * program's printf output without tearing. Each line is flushed unless the stream is fully buffered
 * and `flush_each` is false. No SIGPIPE is raised. A stream that fails does not say how much it has
 * written: that line is counted lost, and the next one begins with a newline.
 * @param file  stays yours; close it after the handler.
 */
JSONLOG_API jsonlog_handler *jsonlog_stdio_handler_new(FILE *file, bool flush_each);

/**
 * Keep the last lines in memory: a ring of `capacity` bytes made at once; the oldest lines make
 * room. A line takes four bytes more than its text; one that is larger than the ring is refused.
 * Nested records are kept too. In the child of a fork the ring is empty.
 * @return NULL without memory or if capacity is below 1,024.
 */
JSONLOG_API jsonlog_handler *jsonlog_memory_handler_new(size_t capacity);

/** Copy all kept lines, oldest first, into out (cut to out_size, always NUL-terminated if out_size
 * > 0).
 *  @return the bytes there are, without NUL; 0 for any other kind of handler. */
JSONLOG_API size_t jsonlog_memory_handler_read(const jsonlog_handler *handler, char *out,
                                               size_t out_size);

/** Forget all kept lines. @return how many there were. */
JSONLOG_API size_t jsonlog_memory_handler_clear(jsonlog_handler *handler);

/** Hand each line to a function: calls come one at a time.
 *  @param fn  returns whether it took the line; runs on logging threads; may log (nested records
 * are dropped here). */
JSONLOG_API jsonlog_handler *jsonlog_callback_handler_new(bool (*fn)(const jsonlog_line *line,
                                                                     void *context),
                                                          void *context);

/** Accept everything, write nothing: silences a logger. Lines are not even formatted. */
JSONLOG_API jsonlog_handler *jsonlog_null_handler_new(void);

/**
 * The one function for signal handlers: writes {"logType":"FATAL","errorMessage":"…"} and a newline
 * to a descriptor, with system calls only, without SIGPIPE. Async-signal-safe, keeps errno, takes 4
 * KiB of stack. `message` is NUL-terminated; at most 512 bytes are used, cut on a code point; NULL
 * is the empty text.
 * @return true if the whole line was written.
 */
JSONLOG_API bool jsonlog_signal_safe_write(int descriptor, const char *message);

#ifdef __cplusplus
}
#endif
#endif
