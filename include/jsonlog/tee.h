#ifndef JSONLOG_TEE_H
#define JSONLOG_TEE_H
/**
 * The tee: one handler that hands each record to several.
 *
 *     jsonlog_handler *parts[] = {file, terminal};
 *     jsonlog_handler *tee = jsonlog_tee_handler_new(parts, 2);
 *     jsonlog_handler_release(file);
 *     jsonlog_handler_release(terminal);
 *     jsonlog_logger_add_handler(jsonlog_root(), tee);
 *     jsonlog_handler_release(tee);
 *
 * A logger may have several handlers by itself; a tee is for places where only one can stand: a
 * position of a failover (failover.h), a route (routing.h), the target of a flight recorder.
 *
 * Each part keeps its own level, filters, formatter and filter pattern (routing.h), and is asked
 * for each record. The line is formatted once for each formatter among the parts that want it;
 * parts that share a formatter are written to one after the other, otherwise in the order given.
 * The tee's own level and filters come first and hold for all parts.
 *
 * Where there is no record any more (behind an async handler, in a dump of a flight recorder) the
 * parts get the line as it is, made by the formatter of whoever made it; then levels and patterns
 * of the parts apply, their filters cannot. The formatter of the tee itself, at first that of the
 * first part, serves such a handler in front of it, and a filter pattern of the tee. Better have
 * the async handlers behind the tee, one for each slow part.
 *
 * Accepted means: every part that wanted the record has accepted it. The failure of one does not
 * keep it from the others; the result is that of the first that failed, and the part counts and
 * reports its loss. To the process a tee is one handler: jsonlog_stats counts one line, with the
 * bytes of the last one made, or one loss.
 *
 * A flush flushes all parts. The tee has no lock and no memory of its own. A record logged from
 * within a part is dropped by those parts whose lock is held, and written by the others. In the
 * child of a fork all parts begin anew.
 *
 * Threads: everything may be called from any thread. Signals: nothing.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most parts of a tee, positions of a failover and routes of a router. */
#define JSONLOG_TEE_MAX 32

/**
 * Join handlers to one.
 *
 * @param parts  copied; the tee takes a reference to each. A part may belong to other loggers and
 *               tees too; then it writes a record once for each of them.
 * @param count  1 to JSONLOG_TEE_MAX.
 * @return NULL without memory, for a count beyond the limits, for a part that is NULL or stands
 *         there twice.
 *
 * jsonlog_handler_get_stats() of a tee: `lines` are the records no part failed on, `lost` the
 * others.
 */
JSONLOG_API jsonlog_handler *jsonlog_tee_handler_new(jsonlog_handler *const *parts, size_t count);

#ifdef __cplusplus
}
#endif
#endif
