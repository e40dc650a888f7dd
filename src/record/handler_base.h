#ifndef JL_RECORD_HANDLER_BASE_H
#define JL_RECORD_HANDLER_BASE_H
/**
 * What the emitter does with a handler, and what the handlers of the library need of their base.
 * The struct itself is private to handler_base.c.
 *
 * The emitter calls jl_handler_wants(), formats with jl_handler_formatter() (or reuses the line if
 * the formatter is the one of the handler before), then jl_handler_write(). All three between pin
 * and unpin of the thread's epoch, which is what keeps handler, filters and formatter alive.
 */
#include "record/formatter_base.h"

#include <jsonlog/handler.h>

/* ---- for the emitter ---------------------------------------------------------------------------
 */

/** Level and filters of the handler say yes, and it writes at all (the null handler does not). */
bool jl_handler_wants(jsonlog_handler *handler, const jsonlog_record *record);

/** The formatter in force, borrowed until the thread unpins. */
jsonlog_formatter *jl_handler_formatter(jsonlog_handler *handler);

/**
 * Hand over one line. Takes the handler's lock unless it is concurrent. A nested call (this thread
 * is inside a handler with a lock, this one or another) never waits: if the lock is not free the
 * line is dropped and counted. Reports lines lost before in front of it. Counts. Keeps errno. The
 * thread cannot be cancelled in the middle.
 * @return JSONLOG_OK, JSONLOG_E_STATE for a nested call, or what the handler's class returned.
 */
jsonlog_status jl_handler_write(jsonlog_handler *handler, const jsonlog_line *line);

/** For a record that could not be formatted. */
void jl_handler_count_lost(jsonlog_handler *handler);

/** In the child of a fork, single-threaded: rebuild the lock, call the class's after_fork. */
void jl_handler_after_fork(jsonlog_handler *handler);

/* ---- for the handlers of the library -----------------------------------------------------------
 */

/** What a handler of the library has beyond its class. */
enum {
    JL_HANDLER_SILENT = 1,  /**< accepts everything, writes nothing: not even formatted */
    JL_HANDLER_REPORTS = 2, /**< tells in its own output what it lost */
};

/** Why a line was lost, where it is not an errno. */
enum {
    JL_LOST_REFUSED = 0, /**< the handler said no and gave no errno */
    JL_LOST_NESTED = -1,
    JL_LOST_FORMAT = -2,
};

/** As jsonlog_handler_new(), with flags from above. */
jsonlog_handler *jl_handler_new(const jsonlog_handler_class *handler_class, void *self,
                                unsigned flags);

/** @return the handler's self if it is of this very class, else NULL. */
void *jl_handler_self(const jsonlog_handler *handler, const jsonlog_handler_class *handler_class);

/** From here on jl_handler_write() takes the lock or does not. A write that began before may still
 *  be under way the other way: the class must bear that. */
void jl_handler_set_concurrent(jsonlog_handler *handler, bool is_concurrent);

/** Keep writes out (those of handlers that are not concurrent). @return false for a nested call,
 *  as in jl_handler_write(). */
bool jl_handler_enter(jsonlog_handler *handler);
void jl_handler_leave(jsonlog_handler *handler);
/** Whether this thread is between the two, in jl_handler_write() too. */
bool jl_handler_is_entered(const jsonlog_handler *handler);

/** Count one line as lost; `reason` is an errno or a JL_LOST_… constant. For lines that were
 *  accepted before; what class->write refuses is counted by the base. */
void jl_handler_count_loss(jsonlog_handler *handler, int reason);

/** Count a torn last line that was closed with a newline. */
void jl_handler_count_torn(jsonlog_handler *handler);

#endif
