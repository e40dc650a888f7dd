#ifndef JL_LOGGER_CHORES_H
#define JL_LOGGER_CHORES_H
/**
 * What the library has to do at some time and has no thread for: whoever logs then does it, behind
 * the record. As long as nothing waits a record pays one load.
 */
#include "base/hidden.h"
#include "logger/burst.h"

#include <stdbool.h>
#include <stdint.h>

JL_EXTERN int64_t jl_chores_due_ns; /**< atomic; INT64_MAX: nothing waits */

static inline bool jl_chores_wait(void) {
    return __atomic_load_n(&jl_chores_due_ns, __ATOMIC_RELAXED) != INT64_MAX;
}

/** There is something to do at a moment of the monotonic clock. */
void jl_chores_at(int64_t due_ns);

/** Have a function called once, behind the next record. NULL: no function any more. */
void jl_chores_once(void (*function)(void));

/** Do what is due. Not from within a log call. */
void jl_chores_do(void);

/** jl_bursts_report(), if the program has bursts. */
void jl_chores_tell_bursts(jl_bursts_which which);

/** What a part of the library does at the end. Static: nothing is allocated for it. */
typedef struct jl_ending {
    struct jl_ending *next;
    void (*run)(bool is_exit); /**< is_exit: the process ends; else it may go on behind it */
} jl_ending;

/** Have it run by every jsonlog_shutdown() and at exit(), before anything else is done there. Said
 * once; what was said last runs first. */
void jl_chores_at_shutdown(jl_ending *ending);
void jl_chores_shut_down(bool is_exit);

#endif
