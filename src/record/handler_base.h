#ifndef JL_RECORD_HANDLER_BASE_H
#define JL_RECORD_HANDLER_BASE_H
/**
 * What the emitter does with a handler. The struct itself is private to handler_base.c.
 *
 * The emitter calls jl_handler_wants(), formats with jl_handler_formatter() (or reuses the line if the formatter is the
 * one of the handler before), then jl_handler_write(). All three between pin and unpin of the thread's epoch, which is
 * what keeps handler, filters and formatter alive.
 */
#include "record/formatter_base.h"

#include <jsonlog/handler.h>

/** Level and filters of the handler say yes, and it writes at all (the null handler does not). */
bool jl_handler_wants(jsonlog_handler *handler, const jsonlog_record *record);

/** The formatter in force, borrowed until the thread unpins. */
jsonlog_formatter *jl_handler_formatter(jsonlog_handler *handler);

/**
 * Hand over one line. Takes the handler's lock unless its class is concurrent; if this thread holds that lock already
 * (a nested call) the line is dropped and counted, never waited for. Reports lines lost before in front of it. Counts.
 * Keeps errno.
 */
jsonlog_status jl_handler_write(jsonlog_handler *handler, const jsonlog_line *line);

/** For a record that could not be formatted. */
void jl_handler_count_lost(jsonlog_handler *handler);

/** In the child of a fork, single-threaded: rebuild the lock, call the class's after_fork. */
void jl_handler_after_fork(jsonlog_handler *handler);

#endif
