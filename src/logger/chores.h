#ifndef JL_LOGGER_CHORES_H
#define JL_LOGGER_CHORES_H
/**
 * What the library has to do at some time and has no thread for: whoever logs then does it, behind
 * the record. As long as nothing waits a record pays one load.
 */
#include <stdbool.h>
#include <stdint.h>

extern int64_t jl_chores_due_ns; /**< atomic; INT64_MAX: nothing waits */

static inline bool jl_chores_wait(void) {
    return __atomic_load_n(&jl_chores_due_ns, __ATOMIC_RELAXED) != INT64_MAX;
}

/** There is something to do at a moment of the monotonic clock. */
void jl_chores_at(int64_t due_ns);

/** Have a function called once, behind the next record. NULL: no function any more. */
void jl_chores_once(void (*function)(void));

/** Do what is due. Not from within a log call. */
void jl_chores_do(void);

/** Have a function called by every jsonlog_shutdown(), before anything else. There is one. */
void jl_chores_at_shutdown(void (*function)(void));
void jl_chores_shut_down(void);

#endif
