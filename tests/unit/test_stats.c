#include "support/log_lines.h"

#include <jsonlog/async.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static jsonlog_stats before;

static int note(void **state) {
    (void)state;
    alarm(60);
    jsonlog_get_stats(&before);
    return 0;
}

#define COUNTED(counter) (counted.counter - before.counter)

/* Every line that was lost was lost for one reason. */
static jsonlog_stats count(void) {
    jsonlog_stats counted;
    jsonlog_get_stats(&counted);
    assert_int_equal(COUNTED(lost_output), COUNTED(lost_full) + COUNTED(lost_error) +
                                               COUNTED(lost_format) + COUNTED(lost_closed) +
                                               COUNTED(lost_later));
    return counted;
}

/* ---- lost at the call ---- */

static jsonlog_status refuse(void *status, const jsonlog_line *line) {
    (void)line;
    errno = EIO;
    return *(const jsonlog_status *)status;
}

static const jsonlog_handler_class refusing = {
    .size = sizeof refusing, .name = "refusing", .write = refuse};

static void log_to(jsonlog_handler *handler) {
    assert_non_null(handler);
    jsonlog_logger *logger = jsonlog_get("own");
    jsonlog_logger_set_propagate(logger, false);
    assert_int_equal(jsonlog_logger_set_handlers(logger, &handler, 1), JSONLOG_OK);
    jsonlog_handler_release(handler);
    jsonlog_info(logger, "m");
}

static void a_full_output(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_E_AGAIN;
    log_to(jsonlog_handler_new(&refusing, &status));
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(records), 1);
    assert_int_equal(COUNTED(lost_full), 1);
    assert_int_equal(COUNTED(lost_output), 1);
}

static void a_failed_write(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_E_IO;
    log_to(jsonlog_handler_new(&refusing, &status));
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(lost_error), 1);
    assert_int_equal(COUNTED(lost_output), 1);
}

static jsonlog_status fail_to_format(const jsonlog_record *record, jsonlog_output *output,
                                     void *context) {
    (void)record;
    (void)output;
    (void)context;
    return JSONLOG_E_INVALID;
}

static void a_failed_formatter(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_memory_handler_new(4096);
    jsonlog_formatter *formatter = jsonlog_formatter_new(fail_to_format, NULL, NULL, 0);
    jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    log_to(handler);
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(lost_format), 1);
    assert_int_equal(COUNTED(lost_output), 1);
}

/* ---- lost later, and what waits ---- */

static void accepted_and_not_written(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_E_IO;
    jsonlog_handler *target = jsonlog_handler_new(&refusing, &status);
    jsonlog_handler *async = jsonlog_async_handler_new(target, NULL);
    jsonlog_handler_release(target);
    log_to(async);
    jsonlog_flush();
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(lines), 1);
    assert_int_equal(COUNTED(lost_later), 1);
    assert_int_equal(COUNTED(lost_output), 1);
    jsonlog_logger_set_handlers(jsonlog_get("own"), NULL, 0);
}

static bool is_open; /* atomic */

static bool wait_until_open(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    while (!__atomic_load_n(&is_open, __ATOMIC_SEQ_CST))
        usleep(1000);
    return true;
}

static uint64_t queued(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    return stats.queued_bytes;
}

/* Each queue's thread takes a line and waits with it; it takes nothing else then. */
static void keep_threads_busy(jsonlog_logger *logger) {
    jsonlog_info(logger, "m");
    for (int ms = 0; ms < 60000 && queued() > 0; ms++)
        usleep(1000);
    assert_int_equal(queued(), 0);
}

/* Two queues, one of them inside no logger; what is in them is added up. */
static void what_waits_in_all_queues(void **state) {
    (void)state;
    assert_int_equal(queued(), 0);
    jsonlog_handler *target = jsonlog_callback_handler_new(wait_until_open, NULL);
    jsonlog_handler *async[2];
    for (int i = 0; i < 2; i++)
        async[i] = jsonlog_async_handler_new(target, NULL);
    jsonlog_handler_release(target);
    jsonlog_logger *logger = jsonlog_get("own");
    jsonlog_logger_set_propagate(logger, false);
    assert_int_equal(jsonlog_logger_set_handlers(logger, async, 2), JSONLOG_OK);
    keep_threads_busy(logger);
    for (int i = 0; i < 100; i++)
        jsonlog_info(logger, "m");
    uint64_t bytes = 0;
    for (int i = 0; i < 2; i++) {
        jsonlog_async_stats stats;
        assert_int_equal(jsonlog_async_get_stats(async[i], &stats), JSONLOG_OK);
        bytes += stats.used_bytes;
    }
    assert_true(bytes > 0);
    assert_int_equal(queued(), bytes);
    __atomic_store_n(&is_open, true, __ATOMIC_SEQ_CST);
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    assert_int_equal(queued(), 0);
    jsonlog_logger_set_handlers(logger, NULL, 0);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(async[i]);
    assert_int_equal(queued(), 0);
}

/* ---- held back ---- */

static void every_limit_counts_what_it_holds_back(void **state) {
    (void)state;
    jsonlog_logger *logger = jsonlog_get("own");
    for (int i = 0; i < 5; i++) {
        jsonlog_info_once(logger, "m");
        jsonlog_info_every_n(logger, 5, "m");
        jsonlog_info_every_ms(logger, 3600000, "m");
        jsonlog_info_burst(logger, 1, 3600000, "m");
    }
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(held_back), 16);
    assert_int_equal(COUNTED(records), 4);
}

static void after_a_shutdown(void **state) {
    (void)state;
    jsonlog_shutdown();
    jsonlog_get_stats(&before);
    jsonlog_logger_set_propagate(jsonlog_get("own"), true);
    jsonlog_info(jsonlog_get("own"), "m");
    const jsonlog_stats counted = count();
    assert_int_equal(COUNTED(lost_closed), 1);
    assert_int_equal(COUNTED(lost_output), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_full_output, note),
        cmocka_unit_test_setup(a_failed_write, note),
        cmocka_unit_test_setup(a_failed_formatter, note),
        cmocka_unit_test_setup(accepted_and_not_written, note),
        cmocka_unit_test_setup(what_waits_in_all_queues, note),
        cmocka_unit_test_setup(every_limit_counts_what_it_holds_back, note),
        cmocka_unit_test_setup(after_a_shutdown, note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
