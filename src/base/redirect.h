#ifndef JL_BASE_REDIRECT_H
#define JL_BASE_REDIRECT_H
/**
 * Descriptors of the process that lead into the library for the time being, and where they led
 * before: what the library itself writes goes there, or it would feed itself.
 *
 * An original, once made, stays open for the life of the process, for nobody can tell when the last
 * write to it has ended.
 */
#include <jsonlog/status.h>

#include <stdint.h>

/** More than the three of every process; a limit so that the table needs no memory. */
#define JL_REDIRECTS_MAX 8

extern uint32_t jl_redirects_on; /**< atomic: how many are in force */

/** Slow half of jl_redirect_of(). */
int jl_redirect_find(int descriptor);

/** @return where `descriptor` led before it was redirected; itself if it is not. Any thread,
 * async-signal-safe. */
static inline int jl_redirect_of(int descriptor) {
    if (JSONLOG_LIKELY(__atomic_load_n(&jl_redirects_on, __ATOMIC_ACQUIRE) == 0))
        return descriptor;
    return jl_redirect_find(descriptor);
}

/** Let `descriptor` lead to where `to` does. @return JSONLOG_OK, JSONLOG_E_STATE (it is
 * redirected), JSONLOG_E_LIMIT, JSONLOG_E_IO (errno says why). */
jsonlog_status jl_redirect_begin(int descriptor, int to);

/** Let it lead again to where it did. */
void jl_redirect_end(int descriptor);

#endif
