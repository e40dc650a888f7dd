/**
 * fork() under load: while four threads log, children are born that log at once and end in each of
 * the ways a process can. No line of the parent is lost or stands there twice, and those of the
 * children are there unless they leave by _exit() with lines in memory.
 */
#include "fault/fault_report.h"
#include "support/fork_guard.h"
#include "support/under_tsan.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "fault/fault_child.h"
#include "fault/file_outputs.h"

enum { THREADS = 4, LEN = 100, CHILD_LINES = 20 };

/* How a child ends. */
typedef enum ending { BY_FLUSH, BY_SHUTDOWN, BY_EXIT, BY_UNDERSCORE_EXIT, ENDINGS } ending;

typedef struct writer {
    int id;
    long lines; /* atomic */
    pthread_t thread;
} writer;

static bool is_over; /* atomic */

static void *log_until_over(void *argument) {
    writer *w = argument;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        log_numbered(w->id, w->lines, LEN);
        __atomic_add_fetch(&w->lines, 1, __ATOMIC_RELAXED);
        usleep(20); /* so that files stay small */
    }
    return NULL;
}

static void start_writers(writer *writers) {
    __atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.id = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, log_until_over, &writers[i]), 0);
        while (__atomic_load_n(&writers[i].lines, __ATOMIC_RELAXED) == 0)
            usleep(100);
    }
}

static uint64_t stop_writers(const writer *writers) {
    uint64_t lines = 0;
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(writers[i].thread, NULL);
        lines += (uint64_t)writers[i].lines;
    }
    return lines;
}

static void be_a_child(ending how, long from) {
    alarm(60);
    for (long n = from; n < from + CHILD_LINES; n++)
        log_numbered(THREADS + (int)how, n, LEN);
    if (how == BY_FLUSH && jsonlog_flush() != JSONLOG_OK)
        _exit(1);
    if (how == BY_SHUTDOWN)
        jsonlog_shutdown();
    if (how == BY_EXIT)
        exit(0);
    _exit(0);
}

static void fork_children(long forks) {
    for (long i = 0; i < forks * ENDINGS; i++) {
        int status = -1;
        fflush(stdout);
        const pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            be_a_child((ending)(i % ENDINGS), i / ENDINGS * CHILD_LINES);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

static void check_lines(const file_output *to, const writer *writers, uint64_t parents,
                        long forks) {
    numbered_reader found = {.lost = 0};
    const bool loses = to->is_in_memory;
    const int sure = ENDINGS - loses;
    const uint64_t accepted = parents + (uint64_t)(forks * CHILD_LINES * sure);
    uint64_t seen = 0;
    take_log_files(&found);
    for (int i = 0; i < THREADS + sure; i++)
        seen += (uint64_t)found.seen[i];
    print_fault((fault_report){"fork", to->name, (uint64_t)(forks * ENDINGS), accepted,
                               accepted - seen, found.torn});
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(found.seen[i], writers[i].lines);
    for (int i = 0; i < sure; i++)
        assert_int_equal(found.seen[THREADS + i], forks * CHILD_LINES);
    assert_int_equal(found.torn + found.blank + found.reports, 0);
}

static void fork_under_load(const file_output *to) {
    writer writers[THREADS];
    const long forks = 8 * test_effort();
    jsonlog_handler *handler = log_to_output(to);
    start_writers(writers);
    fork_children(forks);
    const uint64_t parents = stop_writers(writers);
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
    check_lines(to, writers, parents, forks);
}

static void children_of_threads_that_log_can_log(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    for (size_t i = 0; i < FILE_OUTPUTS; i++)
        fork_under_load(&file_outputs[i]);
}

/* ---- made before, used behind ---- */

/* As a daemon does it: the handler is made, then the process forks, and the child logs to it. */
static void be_a_daemon(jsonlog_handler *handler, bool is_wrapped) {
    alarm(60);
    if (is_wrapped)
        handler = jsonlog_tee_handler_new(&handler, 1);
    require(handler != NULL);
    require(jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1) == JSONLOG_OK);
    for (long n = 0; n < CHILD_LINES; n++)
        log_numbered(0, n, LEN);
    require(jsonlog_flush() == JSONLOG_OK);
    jsonlog_shutdown();
    _exit(0);
}

static void daemonize(const file_output *to, bool is_wrapped) {
    int status = -1;
    numbered_reader found = {.lost = 0};
    jsonlog_handler *handler = to->open();
    assert_non_null(handler);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0)
        be_a_daemon(handler, is_wrapped);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    jsonlog_handler_release(handler);
    assert_int_equal(status, 0);
    take_log_files(&found);
    print_fault((fault_report){"fork-then-attach", to->name, 1, CHILD_LINES,
                               (uint64_t)(CHILD_LINES - found.seen[0]), found.torn});
    assert_int_equal(found.seen[0], CHILD_LINES);
    assert_int_equal(found.torn + found.blank + found.reports, 0);
}

static void a_handler_may_be_made_before_the_fork(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    for (size_t i = 0; i < FILE_OUTPUTS; i++) {
        daemonize(&file_outputs[i], false);
        daemonize(&file_outputs[i], true);
    }
}

int main(void) {
    if (!install_fork_guard())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_may_be_made_before_the_fork), /* before there is a logger */
        cmocka_unit_test(children_of_threads_that_log_can_log),
        cmocka_unit_test(a_handler_may_be_made_before_the_fork),
    };
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
