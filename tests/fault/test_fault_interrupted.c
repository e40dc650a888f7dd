/* Threads that are interrupted where they hold a lock: by a signal whose handler logs, and by
 * pthread_cancel(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault/fault_report.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

/* ---- signals ----
 *
 * The calls of the mutex are wrapped by the linker, and a signal is raised in the wrapper: just
 * where a log call takes a lock and just where it gives it back. */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex);

static _Thread_local volatile sig_atomic_t is_armed;
static volatile sig_atomic_t fired;
static uint64_t lines;
static uint64_t reports; /* of what was lost */

static void fire(void) {
    if (!is_armed)
        return;
    is_armed = 0;
    fired++;
    raise(SIGUSR1);
    is_armed = 1;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex) {
    fire();
    const int error = __real_pthread_mutex_lock(mutex);
    fire();
    return error;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex) {
    fire();
    const int error = __real_pthread_mutex_unlock(mutex);
    fire();
    return error;
}

static void on_signal(int number) {
    (void)number;
    jsonlog_info(jsonlog_root(), "nested");
}

static bool count_line(const jsonlog_line *line, void *context) {
    (void)context;
    if ((line->flags & JSONLOG_LINE_REPORT) != 0)
        reports++;
    else
        lines++;
    return true;
}

/* Four signals for each record; a nested line goes out where the lock is free and is counted where
 * it is not. */
static void nobody_waits_and_all_is_counted(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_line, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_info(jsonlog_root(), "first");
    signal(SIGUSR1, on_signal);
    for (int i = 0; i < 1000; i++) {
        is_armed = 1;
        jsonlog_info(jsonlog_root(), "outer");
        is_armed = 0;
    }
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    print_fault((fault_report){"signals-at-locks", "callback", (uint64_t)fired, stats.lines,
                               stats.lines - lines - reports, 0});
    assert_int_equal(fired, 4000);
    assert_int_equal(stats.lines, lines + reports);
    assert_int_equal(lines + stats.lost_nested, 5001);
    assert_true(stats.lost_nested >= 2000);
    jsonlog_handler_release(handler);
}

/* ---- cancellation ---- */

static uint32_t is_flushing; /* atomic */

static void nap(void) {
    const struct timespec pause = {.tv_nsec = 1000000};
    nanosleep(&pause, NULL);
}

static jsonlog_status take(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    return JSONLOG_OK;
}

/* nanosleep() is where a thread may be cancelled. */
static jsonlog_status flush_slowly(void *self) {
    (void)self;
    if (__atomic_exchange_n(&is_flushing, 1, __ATOMIC_SEQ_CST) == 0)
        for (int i = 0; i < 200; i++)
            nap();
    return JSONLOG_OK;
}

static const jsonlog_handler_class slow = {
    .size = sizeof(jsonlog_handler_class), .write = take, .flush = flush_slowly};

/* Where it is cancelled at last nothing stands on the stack, which AddressSanitizer would still
 * think alive. */
static void *flush_all(void *unused) {
    jsonlog_flush();
    for (;;) {
        pthread_testcancel();
        sched_yield();
    }
    return unused;
}

static void cancel_while_flushing(jsonlog_handler *handler) {
    pthread_t thread;
    is_flushing = 0;
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    assert_int_equal(pthread_create(&thread, NULL, flush_all, NULL), 0);
    while (__atomic_load_n(&is_flushing, __ATOMIC_SEQ_CST) == 0)
        nap();
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    jsonlog_info(jsonlog_root(), "m");
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
}

static void a_thread_cancelled_in_a_flush_leaves_no_lock_behind(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_handler_new(&slow, NULL);
    cancel_while_flushing(handler);
    jsonlog_handler *async = jsonlog_async_handler_new(handler, NULL);
    assert_non_null(async);
    cancel_while_flushing(async);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(async);
    jsonlog_handler_release(handler);
}

int main(void) {
    alarm(60);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_and_all_is_counted),
        cmocka_unit_test(a_thread_cancelled_in_a_flush_leaves_no_lock_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
