#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/capture_fixture.h"
#include "support/thread_allocator.h"

static void log_from_allocator(void) {
    jsonlog_info(jsonlog_get("allocator"), "from within");
}

static void an_allocator_may_log(void **state) {
    (void)state;
    jsonlog_logger *log = jsonlog_get("long");
    char big[4000];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    jsonlog_capture *process = start_process();
    heap.on_use = log_from_allocator;
    jsonlog_capture *capture = start_thread();
    for (int i = 0; i < 20; i++)
        jsonlog_info(log, "line", "big", big, "n", i);
    (void)jsonlog_expect_count(capture, "{ $.big = * }", 20, NULL);
    jsonlog_report *report = NULL;
    (void)jsonlog_expect_match(capture, "{ $.n = 100 }", &report);
    jsonlog_report_free(report);
    jsonlog_capture_clear(process);
    jsonlog_info(log, "line", "big", big, "n", 20);
    heap.on_use = NULL;
    assert_int_equal(times(capture, 20), 1);
    assert_true(jsonlog_expect_count(capture, "{ $.big = * }", 21, NULL));
    assert_int_equal(times(process, 20), 1);
    jsonlog_capture_stop(capture);
    jsonlog_capture_stop(process);
}

static void without_memory_there_is_no_capture(void **state) {
    (void)state;
    jsonlog_capture *capture = NULL;
    for (size_t n = 0; capture == NULL; n++) {
        assert_true(n < 100);
        heap.calls = 0;
        heap.fail_after = n;
        capture = jsonlog_capture_start(NULL);
        heap.fail_after = SIZE_MAX;
    }
    log_n(1);
    assert_int_equal(times(capture, 1), 1);
    jsonlog_capture_stop(capture);
    log_n(61);
    assert_kept("\"n\":61", true);
}

static void a_line_without_memory_is_not_forgotten(void **state) {
    (void)state;
    jsonlog_capture *capture = start_thread();
    log_n(1);
    heap.calls = 0;
    heap.fail_after = 0;
    log_n(2);
    heap.fail_after = SIZE_MAX;
    assert_int_equal(jsonlog_capture_count(capture), 1);
    assert_false(jsonlog_expect_match(capture, "{ $.n = 1 }", NULL));
    jsonlog_capture_clear(capture);
    log_n(3);
    assert_int_equal(times(capture, 3), 1);
    jsonlog_capture_stop(capture);
}

static void a_limit_stops_growth(void **state) {
    (void)state;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.limit_bytes = 1000;
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    for (int i = 0; i < 100; i++)
        log_n(i);
    assert_in_range(jsonlog_capture_count(capture), 3, 10);
    assert_false(jsonlog_expect_none(capture, "{ $.n = 200 }", NULL));
    jsonlog_capture_stop(capture);
}

int main(void) {
    if (!install_thread_allocator())
        return 1;
    if (!set_up_loggers())
        return 1;
    const struct CMUnitTest tests[] = {
        CAPTURE_TEST(an_allocator_may_log),
        CAPTURE_TEST(without_memory_there_is_no_capture),
        CAPTURE_TEST(a_line_without_memory_is_not_forgotten),
        CAPTURE_TEST(a_limit_stops_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
