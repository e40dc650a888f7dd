#ifndef JL_HANDLER_SIGPIPE_H
#define JL_HANDLER_SIGPIPE_H
/**
 * Keeping the signals of a write from the program where no flag of the write can: SIGPIPE of a
 * reader that is gone, SIGXFSZ of a file at its limit (RLIMIT_FSIZE). Blocked for this thread while
 * we write, taken away if the write raised it, and then as it was before. Async-signal-safe.
 */
#include <signal.h>

typedef struct jl_sigpipe {
    sigset_t mask;    /**< the thread's mask before */
    sigset_t pending; /**< those of somebody else that were waiting already are not ours to take */
} jl_sigpipe;

void jl_sigpipe_hold(jl_sigpipe *hold);

/** @param error  why the write in between failed; 0: it did not. Keeps errno. */
void jl_sigpipe_let_go(const jl_sigpipe *hold, int error);

#endif
