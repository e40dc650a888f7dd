#ifndef JL_LOGGER_HEARTBEAT_H
#define JL_LOGGER_HEARTBEAT_H
/** For configurations: heartbeats that begin with the rest of a file, or not at all. */
#include <jsonlog/heartbeat.h>

/**
 * Until jl_heartbeat_release() there is a thread, so that jsonlog_heartbeat_start() cannot fail; no
 * beat begins or changes. With the lock of configurations held, from here to the release.
 * @return false if no thread can be started (errno): nothing is to be released.
 */
bool jl_heartbeat_reserve(void);
void jl_heartbeat_release(void);

#endif
