#ifndef JL_HANDLER_CONNECTION_H
#define JL_HANDLER_CONNECTION_H
/**
 * A connection that outlives its peers: lines go into a ring, a thread of the connection's own
 * takes them to the first destination it can reach. What is promised about lines, order, resending
 * and times stands in jsonlog/socket.h; this is the object under the socket handler and the syslog
 * handler.
 *
 *     write       jl_connection_send(c, line->text, line->len, line->level)
 *     flush       jl_connection_flush(c, jl_connection_deadline(c))
 *     close       jl_connection_close(c)
 *     after_fork  jl_connection_after_fork(c)
 *
 * A handler around it is concurrent (is_concurrent = true, no lock of its own) and is made with
 * JL_HANDLER_REPORTS: what send refuses, the base counts and reports.
 */
#include <jsonlog/socket.h>

typedef struct jl_connection jl_connection;

/**
 * Parse the destinations, check the options, make the ring; nothing runs yet.
 *
 * @param destinations, err  as in jsonlog_socket_handler_new().
 * @param default_port  for destinations that name none; NULL: they must.
 * @param options       NULL or options->size 0: all defaults.
 */
jsonlog_status jl_connection_new(const char *destinations, const char *default_port,
                                 const jsonlog_socket_options *options, jl_connection **out,
                                 jsonlog_err *err);

/** What is known only after jl_connection_new(), before jl_connection_start(): the handler around
 * it. Lines that had been accepted and are lost are counted there, with jl_handler_count_loss();
 * without a handler in jsonlog_stats. */
void jl_connection_set_handler(jl_connection *connection, jsonlog_handler *handler);

/** Start the thread, which connects at once. @return JSONLOG_OK, JSONLOG_E_IO or JSONLOG_E_NOMEM.
 */
jsonlog_status jl_connection_start(jl_connection *connection, jsonlog_err *err);

/**
 * Put one line into the ring. Never blocks, but for block_timeout_ms where that is set. The frame
 * is added on the way out; one newline at the end of the text, if there is one, is not part of it.
 *
 * @param level  JSONLOG_LEVEL_ERROR and above may use the last quarter of the ring.
 * @return JSONLOG_OK: accepted. JSONLOG_E_AGAIN with errno EAGAIN: no room, or no thread in a child
 *         of a fork. JSONLOG_E_LIMIT with EMSGSIZE: can never fit. JSONLOG_E_STATE with EDEADLK: a
 *         nested call in the midst of starting the thread.
 */
jsonlog_status jl_connection_send(jl_connection *connection, const char *text, size_t len,
                                  int level);

/** A moment drain_timeout_ms from now, of jl_clock_monotonic_ns(). */
int64_t jl_connection_deadline(const jl_connection *connection);

/** Wait until all that was accepted before is delivered. @return JSONLOG_OK, JSONLOG_E_TIMEOUT, or
 *  JSONLOG_E_STATE from the connection's own thread. */
jsonlog_status jl_connection_flush(jl_connection *connection, int64_t deadline_ns);

/** Drain for at most drain_timeout_ms (not at all right after a flush that timed out), end the
 *  thread, free everything. A thread that hangs in the resolver frees it later. What was not
 *  delivered is counted in jsonlog_stats. NULL does nothing. */
void jl_connection_close(jl_connection *connection);

/** In the child of a fork: empty, without a thread until the next line. */
void jl_connection_after_fork(jl_connection *connection);

void jl_connection_get_stats(const jl_connection *connection, jsonlog_socket_stats *stats);

#endif
