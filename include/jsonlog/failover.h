#ifndef JSONLOG_FAILOVER_H
#define JSONLOG_FAILOVER_H
/**
 * Failover: an ordered list of handlers, of which the first that works takes the line.
 *
 *     jsonlog_handler *chain[] = {socket, file, stderr_stream};
 *     jsonlog_handler *failover = jsonlog_failover_handler_new(chain, 3, NULL);
 *
 * One position is in charge, at first position 1. If it fails, the next takes the line and is in
 * charge from then on, and so forth. After a while (retry_ms) the positions in front of the one in
 * charge are tried again, from the first one on, with a line that is to be written anyway; the
 * first that takes it is in charge again. A line that nobody from the one in charge on takes is
 * offered to those in front of it too before it is given up. What is given up is counted, and
 * reported as "lines lost" in front of the next line that can be written.
 *
 * Each change is told once, by a record of the logger "jsonlog" in front of the line that made it,
 * in the output that is in charge from then on:
 *
 *     {…"logType":"WARN","logger":"jsonlog","message":"failed over","from":"socket","to":"file",
 *      "position":2,"reason":"ECONNREFUSED"}
 *     {…"logType":"INFO","logger":"jsonlog","message":"recovered","from":"file","to":"socket",
 *      "position":1,"lines":17}
 *
 * "position" is that of "to", "lines" how many lines went elsewhere since the first position last
 * was in charge. (A recovery to a position that is not the first one says "recovered" too.) A
 * stand-in may be set to a higher level: what it does not want is counted, and told as "declined"
 * in the recovery.
 *
 * To fail means: the handler's write returned anything but JSONLOG_OK, a full output
 * (JSONLOG_E_AGAIN) included. Three cases are no reason for a change:
 * - a nested record (logged from within one of the handlers) that finds the lock of its handler
 *   held: it is dropped and counted, as everywhere;
 * - a line that is too large for the handler (JSONLOG_E_LIMIT) or that its formatter cannot make:
 *   the next position takes this one line;
 * - a line that the handler in charge does not want, by its level, filters or pattern: it is done
 *   with, and no other is asked.
 *
 * Accepted means what it means for the handler that took the line, and no line is accepted by two
 * of them. But a handler that failed may have written a part of the line before: then the torn part
 * stands there and the whole line in the other place. And what a handler accepts and loses later
 * (async, a buffered policy, the network behind a socket) is lost as without a failover: put the
 * async handler in front of the failover, not into it. What a position refuses is not counted as
 * lost by that handler, but by the failover, and only if nobody takes it.
 *
 * Each position has its own formatter, which is used if there is a record; behind an async handler
 * there is none, and the line stays as the failover's own formatter made it, at first that of
 * position 1.
 *
 * There is no lock: while one thread tries another position, others go on with what is in charge.
 * A flush flushes all positions. In the child of a fork position 1 is in charge again.
 *
 * Threads: everything may be called from any thread. Signals: nothing.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** For retry_ms: go by retry_lines alone. */
#define JSONLOG_RETRY_NEVER UINT32_MAX

/** Options of jsonlog_failover_handler_new(); start from JSONLOG_FAILOVER_OPTIONS_INIT. */
typedef struct jsonlog_failover_options {
    size_t size;
    uint32_t retry_ms;     /**< how long after a failure the positions in front are tried again; 0:
                                1,000 (CLOCK_MONOTONIC) */
    uint32_t retry_max_ms; /**< each vain try doubles the wait up to this; 0: 60,000; at least
                                retry_ms */
    uint32_t
        retry_lines; /**< try again after so many lines, if that is earlier; 0: by time alone */
} jsonlog_failover_options;
#define JSONLOG_FAILOVER_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_failover_options)

/**
 * Make a chain of handlers.
 *
 * @param handlers  copied, a reference is taken to each; the first is the one to be preferred. They
 *                  should belong to no other logger.
 * @param count     1 to 32.
 * @param options   NULL for defaults.
 * @return NULL without memory, for a count beyond the limits, a handler that is NULL or stands
 *         there twice, or a wrong options.size.
 */
JSONLOG_API jsonlog_handler *jsonlog_failover_handler_new(jsonlog_handler *const *handlers,
                                                          size_t count,
                                                          const jsonlog_failover_options *options);

/** How a failover is doing. jsonlog_handler_get_stats() has the lines it took and lost. */
typedef struct jsonlog_failover_stats {
    uint32_t position;   /**< in charge now, 1 is the first */
    uint64_t changes;    /**< how often another position came in charge */
    uint64_t retries;    /**< how often the positions in front were tried again */
    uint64_t elsewhere;  /**< lines that were not taken by position 1 */
    uint64_t declined;   /**< lines that a position other than 1 was asked for and did not want */
    uint64_t unreported; /**< changes whose record could not be written */
} jsonlog_failover_stats;

/** @return JSONLOG_OK or JSONLOG_E_INVALID (not a failover, or NULL). */
JSONLOG_API jsonlog_status jsonlog_failover_get_stats(const jsonlog_handler *handler,
                                                      jsonlog_failover_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
