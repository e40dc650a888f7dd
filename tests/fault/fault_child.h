#ifndef TEST_FAULT_CHILD_H
#define TEST_FAULT_CHILD_H
/** Cases that run in a child of their own, because what they change (limits, mounts, clocks) is a
 *  property of the process. Include CMocka first. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static inline void require_or_end(bool is_true, const char *file, int line, const char *what) {
    if (is_true)
        return;
    fprintf(stderr, "%s:%d: not true: %s (errno %d)\n", file, line, what, errno);
    _exit(1);
}

/** In a child a failed check ends the child, and says why on stderr. */
#define require(condition) require_or_end((condition), __FILE__, __LINE__, #condition)

/** For a child that may not do what it needs. */
#define SKIP_CHILD(...)             \
    do {                            \
        print_message(__VA_ARGS__); \
        _exit(SKIPPED);             \
    } while (0)

/** @return whether the body ran; a child that skipped has said why. Hangs end after `seconds`. */
static inline bool runs_in_child(void (*body)(void), unsigned seconds) {
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(seconds);
        body();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        return false;
    assert_int_equal(status, 0);
    return true;
}

static inline void run_in_child(void (*body)(void)) {
    if (!runs_in_child(body, 60))
        skip();
}

#endif
