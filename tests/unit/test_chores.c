#include "logger/chores.h"
#include "support/log_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static unsigned told;

/* A handler that logs while it is flushed, with its lock held. */
static jsonlog_status note_report(void *self, const jsonlog_line *line) {
    (void)self;
    told += strstr(line->text, "repeated 1 times: held back") != NULL;
    return JSONLOG_OK;
}

static jsonlog_status log_in_flush(void *self) {
    (void)self;
    jsonlog_warn(jsonlog_root(), "nested");
    return JSONLOG_OK;
}

static const jsonlog_handler_class noisy = {
    .size = sizeof(jsonlog_handler_class), .write = note_report, .flush = log_in_flush};

static void hold_one_back(void) {
    const struct timespec window = {.tv_nsec = 5000000};
    jsonlog_info_burst(jsonlog_root(), 0, 1, "held back");
    nanosleep(&window, NULL);
    assert_true(jl_chores_wait());
}

static void a_report_waits_for_a_handler_that_is_being_flushed(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_handler_new(&noisy, NULL);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    hold_one_back();
    jsonlog_handler_flush(handler);
    assert_int_equal(told, 0);
    jsonlog_info(jsonlog_root(), "next");
    assert_int_equal(told, 1);
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    assert_int_equal(stats.lost_nested, 1);
    jsonlog_handler_release(handler);
}

/* ---- a function ---- */

static unsigned calls;

static void count_call(void) {
    calls++;
}

static void a_function_is_called_once_behind_the_next_record(void **state) {
    (void)state;
    jl_chores_once(count_call);
    assert_int_equal(calls, 0);
    for (int i = 0; i < 3; i++) {
        jsonlog_info(jsonlog_root(), "m");
        assert_int_equal(calls, 1);
    }
    assert_false(jl_chores_wait());
}

static void none_is_called_any_more(void **state) {
    (void)state;
    calls = 0;
    jl_chores_once(count_call);
    jl_chores_once(NULL);
    jsonlog_info(jsonlog_root(), "m");
    assert_int_equal(calls, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_waits_for_a_handler_that_is_being_flushed),
        cmocka_unit_test(a_function_is_called_once_behind_the_next_record),
        cmocka_unit_test(none_is_called_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
