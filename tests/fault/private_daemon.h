#ifndef TEST_PRIVATE_DAEMON_H
#define TEST_PRIVATE_DAEMON_H
/**
 * Foreign daemons run by a test for itself, and cases in children of their own, which may have a
 * mount namespace. Include CMocka first.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DAEMON_PATIENCE_S 60

enum { CHILD_SKIPPED = 77 };

/** In a child a failed check ends the child: its line is the reason, on stderr. */
#define require(condition)                                                                      \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            fprintf(stderr, "%s:%d: not true: %s (errno %d)\n", __FILE__, __LINE__, #condition, \
                    errno);                                                                     \
            _exit(1);                                                                           \
        }                                                                                       \
    } while (0)

/** Wait for a condition in a child. */
#define require_soon(condition)                              \
    do {                                                     \
        const time_t until = time(NULL) + DAEMON_PATIENCE_S; \
        while (!(condition)) {                               \
            require(time(NULL) <= until);                    \
            usleep(2000);                                    \
        }                                                    \
    } while (0)

static inline void run_in_child(void (*body)(void)) {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(3 * DAEMON_PATIENCE_S);
        body();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED)
        skip();
    assert_int_equal(status, 0);
}

/** Start a program; its output goes to the file `output`. It ends with the process that started it.
 */
static inline pid_t daemon_start(const char *const *arguments, const char *output) {
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    for (int other = 3; other < 1024; other++)
        close(other);
    execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static inline void daemon_kill(pid_t pid, int signal_number) {
    int status = 0;
    kill(pid, signal_number);
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        continue;
}

#endif
