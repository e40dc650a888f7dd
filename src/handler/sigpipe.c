#include "handler/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static void only_sigpipe(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

void jl_sigpipe_hold(jl_sigpipe *hold) {
    sigset_t pending;
    sigset_t set;
    sigemptyset(&pending);
    sigpending(&pending);
    hold->was_pending = sigismember(&pending, SIGPIPE) == 1;
    only_sigpipe(&set);
    pthread_sigmask(SIG_BLOCK, &set, &hold->mask);
}

/* The signal of a write goes to the thread that wrote, so it is this thread's to take. */
static void take_pending(void) {
    const struct timespec at_once = {0, 0};
    sigset_t set;
    only_sigpipe(&set);
    while (sigtimedwait(&set, NULL, &at_once) == -1 && errno == EINTR)
        continue;
}

void jl_sigpipe_let_go(const jl_sigpipe *hold, bool was_raised) {
    int error = errno;
    if (was_raised && !hold->was_pending)
        take_pending();
    pthread_sigmask(SIG_SETMASK, &hold->mask, NULL);
    errno = error;
}
