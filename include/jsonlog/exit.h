#ifndef JSONLOG_EXIT_H
#define JSONLOG_EXIT_H
/**
 * How long the end of the process may take.
 *
 *     jsonlog_set_exit_timeout(5000);
 *
 * At exit(), and when main() returns, everything that was accepted is written out and the handlers
 * are closed. Whoever has to do that may hang: a pipe that nobody reads, a callback that waits for
 * a lock. So a thread of the library does it, and exit() waits for that thread up to a limit. If it
 * is reached, that thread is left where it is, what buffers, async handlers and sockets still hold
 * is written out as far as it can be without waiting for who hangs (within a second, as in a crash:
 * see crash.h), the rest is counted as lost_later, and the process goes on to its end.
 *
 * The functions of your own handlers are called by that thread then; a lock that the caller of
 * exit() holds is not theirs. From within a log call, and where no thread can be started, exit()
 * does it all by itself and has no limit. jsonlog_shutdown() called by hand has none either.
 */
#include <jsonlog/status.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** No limit: what a handler waits for is waited for. */
#define JSONLOG_EXIT_FOREVER UINT32_MAX

/** Set the limit. It should be longer than the drain_timeout_ms of socket and syslog handlers. From
 * any thread at any time; what exit() finds counts.
 *
 * @param timeout_ms  0: 15,000, half of what containers are usually given to end. */
JSONLOG_API void jsonlog_set_exit_timeout(uint32_t timeout_ms);

#ifdef __cplusplus
}
#endif
#endif
