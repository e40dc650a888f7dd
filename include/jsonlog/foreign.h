#ifndef JSONLOG_FOREIGN_H
#define JSONLOG_FOREIGN_H
/**
 * Lines of others as records: what a child process, or a library that only knows fprintf(stderr),
 * writes to a descriptor.
 *
 *     jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
 *     options.logger = jsonlog_get("ffmpeg");
 *     options.level = JSONLOG_LEVEL_WARN;
 *     jsonlog_foreign *errors = jsonlog_foreign_new(&options, NULL);
 *     posix_spawn_file_actions_adddup2(&actions, jsonlog_foreign_descriptor(errors), 2);
 *     posix_spawnp(&child, "ffmpeg", &actions, NULL, arguments, environ);
 *     waitpid(child, &status, 0);
 *     jsonlog_foreign_close(errors, 1000);     all it wrote is in the log now
 *
 *     jsonlog_foreign *own = jsonlog_foreign_new(NULL, NULL);
 *     jsonlog_foreign_redirect(own, STDERR_FILENO);     this process's own stderr, from here on
 *
 * For GLib see glib.h; for callers of syslog(3) see the end of this header.
 *
 * What becomes of a line. A line ends in a newline; a carriage return before it is dropped, empty
 * lines are skipped. Pieces are joined until the newline comes, and a last line without one is
 * logged when the writers are gone or the capture is closed. A line longer than the limit is logged
 * cut on a code point, with a field "cutBytes" that says how much is missing. Any byte may occur:
 * what is not UTF-8 becomes U+FFFD, one for each byte, NUL and control characters are escaped. A
 * line that is one JSON object is taken as such, see jsonlog_foreign_json. Records have the logger
 * and level of the options, carry the scopes of the thread that made the capture, and are limited
 * by whatever limits that logger (levels, filters, sampling): a capture has no limit of its own.
 *
 * Accepted and lost. Behind a capture stand a pipe and a thread that reads it. A writer that is
 * faster than the handlers is slowed down by the full pipe, as by any slow reader, and nothing is
 * dropped; if that must not be, let the logger's handlers be asynchronous. A line is accepted as
 * the log call of the thread is. A kill of this process loses what is in the pipe (64 KiB at most)
 * and one unfinished line; its writers then get SIGPIPE. At exit() open captures are closed by
 * themselves, each with a second's patience; _exit() is a kill. jsonlog_shutdown() logs what was
 * written before it, as far as that takes no longer than a second for all captures, and leaves them
 * open: what comes later is dropped and counted until there are handlers again.
 *
 * No loops. What handlers of this library (stream, buffered, stdio, crash, and those behind async,
 * tee or failover) write to a descriptor that is redirected goes to where it led before, so a
 * program whose log goes to stderr can capture its stderr. A handler of your own (a callback) that
 * writes there would feed itself: let it write to jsonlog_foreign_original(). The test for a loop
 * of that kind is made, too: a record from the capture's thread that comes back through the pipe
 * eight times in a row, one inside the other, is written to where the descriptor led before, and no
 * further record is made of it. (With JSONLOG_FOREIGN_JSON_FIELDS it is not inside but beside the
 * other, and that is seen only when the line has grown to its limit, after some hundred records.)
 *
 * Threads: everything may be called from any thread, close once. From within a log call the
 * functions that wait (flush, close) are JSONLOG_E_STATE. Signals: nothing here. fork(): the
 * child's copy of the descriptor still leads to the parent, so that what the child writes there is
 * logged by the parent; the child itself has no thread, and should close its copy of the capture
 * (jsonlog_foreign_close(), which then only frees) unless it calls exec(), for the parent sees the
 * end only when all copies are closed.
 */
#include <jsonlog/logger.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jsonlog_foreign jsonlog_foreign;

/** What becomes of a line that is one JSON object. */
typedef enum jsonlog_foreign_json {
    JSONLOG_FOREIGN_JSON_MEMBER = 0, /**< a record without message, the object under the key "json":
                                        typed, and in nobody's way */
    JSONLOG_FOREIGN_JSON_TEXT = 1,   /**< a text as any other line */
    JSONLOG_FOREIGN_JSON_FIELDS = 2, /**< its members become the record's fields; message (or
                                        errorMessage, msg) becomes the message, logType (or level,
                                        levelname, severity), if it names a level, the level. More
                                        than 64 members: as MEMBER */
} jsonlog_foreign_json;

typedef struct jsonlog_foreign_options {
    size_t size;
    jsonlog_logger *logger; /**< NULL: jsonlog_get("foreign"). One of jsonlog_with() adds fields; it
                               must live as long as the capture */
    int level;              /**< 0: INFO */
    size_t limit_bytes;     /**< of a line; 0: 8,192; at least 64, at most 1 MiB. A record's own
                               limit is that of its formatter */
    jsonlog_foreign_json json;
} jsonlog_foreign_options;
#define JSONLOG_FOREIGN_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_foreign_options)

/**
 * Make a pipe and start its reader.
 *
 * @param options  NULL for defaults.
 * @param err      may be NULL.
 * @return NULL: wrong options (JSONLOG_E_INVALID), no descriptors or no thread (JSONLOG_E_IO), no
 * memory (JSONLOG_E_NOMEM).
 */
JSONLOG_API jsonlog_foreign *jsonlog_foreign_new(const jsonlog_foreign_options *options,
                                                 jsonlog_err *err);

/** @return the descriptor to write to: blocking, close-on-exec, good until close or end; for
 * dup2(), posix_spawn_file_actions_adddup2() or plain write(). -1 for NULL, and after
 * jsonlog_foreign_end(). */
JSONLOG_API int jsonlog_foreign_descriptor(const jsonlog_foreign *foreign);

/**
 * Let a descriptor of this process lead into the capture: STDERR_FILENO or STDOUT_FILENO, or any
 * other. Until the capture is closed; then it leads again to where it did. What stdio still holds
 * for the two is written out first, both times. A capture may redirect several descriptors (up to 8
 * in the process).
 *
 * Where a descriptor led is kept open for the life of the process, under a number above 2.
 * @return JSONLOG_OK; JSONLOG_E_STATE (redirected already, or the capture has ended);
 * JSONLOG_E_LIMIT; JSONLOG_E_IO (dup: not open, or no descriptor left); JSONLOG_E_INVALID.
 */
JSONLOG_API jsonlog_status jsonlog_foreign_redirect(jsonlog_foreign *foreign, int descriptor);

/** @return where a redirected descriptor led before, for handlers of your own; the number itself if
 * it is not redirected. */
JSONLOG_API int jsonlog_foreign_original(int descriptor);

/** No further writers: this process's own end is closed, redirects are undone. The reader ends when
 * the last child has closed its end. NULL does nothing. */
JSONLOG_API void jsonlog_foreign_end(jsonlog_foreign *foreign);

/**
 * Wait until everything that was written before this call is logged, but for a line that is not
 * finished. The handlers' own buffers are jsonlog_flush()'s.
 * @return JSONLOG_OK; JSONLOG_E_TIMEOUT; JSONLOG_E_STATE (from within a log call, or in the child
 * of a fork); JSONLOG_E_INVALID (NULL).
 */
JSONLOG_API jsonlog_status jsonlog_foreign_flush(jsonlog_foreign *foreign, uint32_t timeout_ms);

/**
 * jsonlog_foreign_end(), then wait for the other writers, at most this long; then log what is in
 * the pipe, also without a newline, and free. Writers that are still there get SIGPIPE or EPIPE at
 * their next write. A log call that hangs in its handler is waited for without limit.
 * @return JSONLOG_OK; JSONLOG_E_TIMEOUT: some writer had not ended; JSONLOG_E_STATE (from within a
 * log call): nothing was done. NULL is JSONLOG_OK.
 */
JSONLOG_API jsonlog_status jsonlog_foreign_close(jsonlog_foreign *foreign, uint32_t timeout_ms);

typedef struct jsonlog_foreign_stats {
    size_t size;
    uint64_t bytes;  /**< read */
    uint64_t lines;  /**< logged, whether or not anybody listens */
    uint64_t cut;    /**< … of them over the limit */
    uint64_t json;   /**< … of them JSON objects */
    uint64_t echoes; /**< not logged: a loop, see above */
    bool has_ended;  /**< the last writer is gone, everything is logged */
} jsonlog_foreign_stats;
#define JSONLOG_FOREIGN_STATS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_foreign_stats)

/** Fill *stats. */
JSONLOG_API void jsonlog_foreign_get_stats(jsonlog_foreign *foreign, jsonlog_foreign_stats *stats);

/*
 * Callers of syslog(3): link libjsonlog-syslog (CMake: jsonlog::syslog, pkg-config: jsonlog-syslog)
 * in front of the C library, or preload it into a program as it is:
 *
 *     LD_PRELOAD=libjsonlog-syslog.so JSONLOG_SYSLOG_CONFIG=/etc/payment/log.json ./payment
 *
 * It takes the place of openlog(), syslog(), vsyslog(), closelog() and setlogmask(), also as called
 * by programs built with _FORTIFY_SOURCE. Each message becomes a record of the logger "syslog" with
 * an object "syslog" {"facility":"daemon","severity":"notice","ident":"payment","pid":4711}:
 *
 *     emerg alert crit → FATAL, err → ERROR, warning → WARN, notice info → INFO, debug → DEBUG
 *
 * `%m`, the mask of setlogmask(), LOG_PID ("pid" is there only with it) and LOG_PERROR (the line
 * also goes to stderr) are as in the C library. LOG_CONS, LOG_NDELAY, LOG_ODELAY and LOG_NOWAIT
 * mean nothing here: no connection is made, nothing goes to /dev/log, unless a handler of the
 * logger does so (syslog.h). ident is taken up to 127 bytes. Bits that are no facility are dropped.
 * A message is never lost for want of memory: it is then cut at 1,023 bytes. The configuration file
 * that JSONLOG_SYSLOG_CONFIG names, for programs that do not configure the library themselves, is
 * put into force at the first message; without it records go where the library's do: to stdout
 * until the root has a handler. If it is wrong, one WARN record says why.
 */

#ifdef __cplusplus
}
#endif
#endif
