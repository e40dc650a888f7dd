#include "handler/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

void jl_sigpipe_hold(jl_sigpipe *hold) {
    sigset_t set;
    sigemptyset(&hold->pending);
    sigpending(&hold->pending);
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, &hold->mask);
}

/* The signal of a write goes to the thread that wrote, so it is this thread's to take. */
static void take_pending(const jl_sigpipe *hold, int signal) {
    const struct timespec at_once = {0, 0};
    sigset_t set;
    if (sigismember(&hold->pending, signal) == 1)
        return;
    sigemptyset(&set);
    sigaddset(&set, signal);
    while (sigtimedwait(&set, NULL, &at_once) == -1 && errno == EINTR)
        continue;
}

void jl_sigpipe_let_go(const jl_sigpipe *hold, int error) {
    const int kept = errno;
    if (error == EPIPE)
        take_pending(hold, SIGPIPE);
    else if (error == EFBIG)
        take_pending(hold, SIGXFSZ);
    pthread_sigmask(SIG_SETMASK, &hold->mask, NULL);
    errno = kept;
}
