/** jsonlog_shutdown() while a thread is in the middle of a log call. */
#include "logger/snapshot.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include "support/failing_allocator.h"
#include "support/gated_target.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static gated_target target;
static jsonlog_handler *async;
static pthread_t thread;
static sem_t inside, go_on;

static void sleep_ms(int ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

/* The record is made, and no handler has it yet. */
static bool stay_inside(jsonlog_record *record, void *context) {
    (void)record;
    (void)context;
    sem_post(&inside);
    while (!jl_snapshot_load()->is_shut_down)
        sleep_ms(1);
    if (context != NULL)
        sem_wait(&go_on);
    else
        sleep_ms(100);
    return true;
}

static void *log_a_line(void *context) {
    jsonlog_info(jsonlog_root(), "late");
    return context;
}

static void start(void *context) {
    jsonlog_handler *inner = gated_handler(&target);
    async = jsonlog_async_handler_new(inner, NULL);
    jsonlog_handler_release(inner);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &async, 1), JSONLOG_OK);
    jsonlog_logger_add_filter(jsonlog_root(), stay_inside, context);
    sem_init(&inside, 0, 0);
    sem_init(&go_on, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, log_a_line, NULL), 0);
    sem_wait(&inside);
}

static void finish(void *context) {
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(jsonlog_logger_remove_filter(jsonlog_root(), stay_inside, context),
                     JSONLOG_OK);
}

/* The test keeps its reference to the async handler, so that nothing is written by closing it. */
static void writes_the_line_of_a_call_that_was_running(void **state) {
    (void)state;
    start(NULL);
    jsonlog_shutdown();
    assert_non_null(target.text);
    assert_string_equal(target.text, "late\n");
    finish(NULL);
    jsonlog_handler_release(async);
    gated_done(&target);
}

/* Without one, it is closed when shutdown returns, also if the thread was the last to hold it. */
static void closes_what_a_running_call_held(void **state) {
    (void)state;
    start(NULL);
    jsonlog_handler_release(async);
    jsonlog_shutdown();
    assert_int_equal(target.closes, 1);
    assert_string_equal(target.text, "late\n");
    finish(NULL);
    gated_done(&target);
}

static void does_not_wait_for_ever(void **state) {
    (void)state;
    start(&go_on);
    jsonlog_shutdown();
    assert_null(target.text);
    assert_int_equal(target.closes, 0);
    sem_post(&go_on);
    finish(&go_on);
    assert_int_equal(jsonlog_handler_flush(async), JSONLOG_OK);
    assert_string_equal(target.text, "late\n");
    jsonlog_handler_release(async);
    gated_done(&target);
}

static void flushes_without_memory(void **state) {
    (void)state;
    jsonlog_handler *inner = gated_handler(&target);
    assert_int_equal(jsonlog_logger_set_handlers(jsonlog_root(), &inner, 1), JSONLOG_OK);
    allocations_left = 0;
    jsonlog_shutdown();
    allocations_left = -1;
    assert_int_equal(target.flushes, 1);
    assert_int_equal(target.closes, 0);
    jsonlog_shutdown();
    assert_int_equal(target.flushes, 2);
    jsonlog_handler_release(inner);
    assert_int_equal(target.closes, 1);
    gated_done(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_line_of_a_call_that_was_running),
        cmocka_unit_test(closes_what_a_running_call_held),
        cmocka_unit_test(does_not_wait_for_ever),
        cmocka_unit_test(flushes_without_memory),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
