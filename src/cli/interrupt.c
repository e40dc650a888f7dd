#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Atomic: other threads ask too. */
static int caught;

/* A byte in this pipe stands for the signal. Asking `caught` before a call that blocks would miss a
 * signal that comes between the two; poll() sees the byte whenever it was written. */
static int pipe_ends[2] = {-1, -1};

static void note(int number) {
    const int error = errno;
    __atomic_store_n(&caught, number, __ATOMIC_RELAXED);
    const ssize_t written = write(pipe_ends[1], "", 1);
    (void)written; /* without the pipe, EINTR has to do */
    errno = error;
}

void interrupt_catch(void) {
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    if (pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0)
        pipe_ends[0] = pipe_ends[1] = -1;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int interrupt_came(void) {
    return __atomic_load_n(&caught, __ATOMIC_RELAXED);
}

void interrupt_wait(int descriptor, int timeout_ms) {
    struct pollfd waits[] = {{.fd = pipe_ends[0], .events = POLLIN},
                             {.fd = descriptor, .events = POLLIN}};
    /* poll() passes over descriptors that are negative. */
    (void)poll(waits, sizeof waits / sizeof *waits, timeout_ms);
}

int interrupt_exit_status(void) {
    return 128 + interrupt_came();
}
