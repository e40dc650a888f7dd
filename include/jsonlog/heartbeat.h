#ifndef JSONLOG_HEARTBEAT_H
#define JSONLOG_HEARTBEAT_H
/**
 * Heartbeats: the library's own numbers as a record, now or at an interval.
 *
 *     jsonlog_heartbeat_start(60000);
 *
 *     {"timestamp":"…","logType":"INFO","logger":"jsonlog","message":"heartbeat","intervalMs":60000,
 *      "delta":{"records":812,"lines":812,"bytes":190212,"lostOutput":0,…},
 *      "total":{"records":90412,…},"queuedBytes":0}
 *
 * `delta` counts since the heartbeat before (the first: since the start of the process), `total`
 * since the start; both have every counter of jsonlog_stats. `intervalMs` is the time since the
 * heartbeat before, 0 in the first. A service that stops sending heartbeats, or whose heartbeat
 * has { $.delta.lostOutput > 0 }, is worth an alarm.
 *
 * The record is an ordinary one of the logger "jsonlog" at INFO: it goes to the handlers of the
 * root, and where the root's level is above INFO, jsonlog_logger_set_level(jsonlog_get("jsonlog"),
 * JSONLOG_LEVEL_INFO) lets it through. It is never sampled.
 *
 * Threads: everything may be called from any thread. Signals: nothing. fork(): in the child the
 * beats go on at the same interval from its first record on; its first delta counts since the fork.
 */
#include <jsonlog/logger.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Log one heartbeat now. */
JSONLOG_API void jsonlog_heartbeat(void);

/**
 * Log one every `interval_ms` from a thread of the library, the first after one interval; a call
 * while it runs changes the interval. Each beat also writes what jsonlog_error_burst() and its
 * siblings held back in windows that are over, so that a silent process tells it in bounded time.
 *
 * The thread blocks all signals. A handler that blocks delays the next beats; missed ones are not
 * made up. jsonlog_shutdown() and exit() end it.
 *
 * @param interval_ms  at least 1.
 * @return JSONLOG_OK; JSONLOG_E_INVALID for 0; JSONLOG_E_AGAIN if no thread can be started.
 */
JSONLOG_API jsonlog_status jsonlog_heartbeat_start(uint32_t interval_ms);

/** End the beats; when this returns no beat is under way, unless it is called from within one.
 * Harmless if there are none. */
JSONLOG_API void jsonlog_heartbeat_stop(void);

#ifdef __cplusplus
}
#endif
#endif
