/* Who makes what first must not matter to a fork: what the library registers for it is registered
 * as it is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "fault/fault_report.h"
#include "support/fork_guard.h"
#include "support/under_tsan.h"

#include <jsonlog/file.h>
#include <jsonlog/heartbeat.h>
#include <jsonlog/jsonlog.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

static int sink;

static jsonlog_handler *new_buffered(void) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.policy = jsonlog_buffered(65536, 3600000);
    return jsonlog_stream_handler_new(sink, &options);
}

static void nap(void) {
    const struct timespec pause = {.tv_nsec = 10000000};
    nanosleep(&pause, NULL);
}

/* A child that hangs in fork() itself has no alarm. @return its status, -1 if it had to be killed.
 */
static int end_of(pid_t pid) {
    int status = -1;
    for (int i = 0; i < 3000; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return status;
        nap();
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return -1;
}

/* The next beat of this process, however the machine is loaded. */
static bool beats(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    const uint64_t before = stats.records;
    for (int i = 0; i < 2000; i++) {
        jsonlog_get_stats(&stats);
        if (stats.records > before)
            return true;
        nap();
    }
    return false;
}

/* The record brings the thread back. */
static void live_on(void) {
    jsonlog_info(jsonlog_root(), "child");
    _exit(beats() && beats() ? 0 : 1);
}

/* A thread that begins allocates within AddressSanitizer, past the guard. */
static void await_threads(void) {
    for (int i = 0; UNDER_ASAN && i < 3; i++)
        require(beats());
}

static void fork_twice(void) {
    await_threads();
    for (int i = 0; i < 2; i++) {
        const pid_t pid = fork();
        if (pid == 0)
            live_on();
        require(end_of(pid) == 0);
    }
    require(beats());
    jsonlog_heartbeat_stop();
    print_fault((fault_report){"fork", "heartbeat", 2, 2, 0, 0});
}

static void use(jsonlog_handler *handler) {
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
}

static void buffer_first(void) {
    jsonlog_handler *handler = new_buffered();
    require(handler != NULL);
    use(handler);
    require(jsonlog_heartbeat_start(20) == JSONLOG_OK);
    fork_twice();
}

/* The children start threads. */
static void run(void (*body)(void)) {
    if (UNDER_TSAN)
        skip();
    run_in_child(body);
}

static void loggers_first(void) {
    jsonlog_root();
    buffer_first();
}

static void heartbeat_first(void) {
    require(jsonlog_heartbeat_start(20) == JSONLOG_OK);
    use(new_buffered());
    fork_twice();
}

static void a_buffer_before_the_loggers(void **state) {
    (void)state;
    run(buffer_first);
}

static void the_loggers_before_a_buffer(void **state) {
    (void)state;
    run(loggers_first);
}

static void a_heartbeat_before_all(void **state) {
    (void)state;
    run(heartbeat_first);
}

int main(void) {
    if (!install_fork_guard())
        return 1;
    sink = open("/dev/null", O_WRONLY);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_before_the_loggers),
        cmocka_unit_test(the_loggers_before_a_buffer),
        cmocka_unit_test(a_heartbeat_before_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
