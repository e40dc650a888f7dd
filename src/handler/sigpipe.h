#ifndef JL_HANDLER_SIGPIPE_H
#define JL_HANDLER_SIGPIPE_H
/**
 * Keeping SIGPIPE from the program where no flag of the write can: blocked for this thread while we
 * write, taken away if the write raised it, and then as it was before. Async-signal-safe.
 */
#include <signal.h>
#include <stdbool.h>

typedef struct jl_sigpipe {
    sigset_t mask;    /**< the thread's mask before */
    bool was_pending; /**< a SIGPIPE of somebody else was waiting already: not ours to take */
} jl_sigpipe;

void jl_sigpipe_hold(jl_sigpipe *hold);

/** @param was_raised  a write in between failed with EPIPE. Keeps errno. */
void jl_sigpipe_let_go(const jl_sigpipe *hold, bool was_raised);

#endif
