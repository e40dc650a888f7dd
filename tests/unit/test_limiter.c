#include "support/log_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static jsonlog_handler *lines;

static int start(void **state) {
    (void)state;
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static int evaluated;

static int number(void) {
    return ++evaluated;
}

static void once_is_once_and_evaluates_nothing_else(void **state) {
    (void)state;
    evaluated = 0;
    for (int i = 0; i < 5; i++)
        jsonlog_warn_once(jsonlog_get("t"), "m", "n", number());
    assert_string_equal(log_lines_take(lines),
                        LINE("\"WARN\",\"logger\":\"t\",\"message\":\"m\",\"n\":1}"));
    assert_int_equal(evaluated, 1);
}

static void every_nth_is_the_first_and_then_each_nth(void **state) {
    (void)state;
    for (int i = 0; i < 7; i++)
        jsonlog_info_every_n(jsonlog_get("t"), 3, "m", "i", i);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":0}")
            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":3,\"suppressed\":2}")
                LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":6,\"suppressed\":2}"));
}

static void every_ms_opens_again_after_its_time(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 3; j++)
            jsonlog_info_every_ms(jsonlog_get("t"), i < 2 ? 100000 : 0, "m", "i", i);
        if (i == 2)
            log_lines_take(lines);
    }
    const char *text = log_lines_take(lines);
    size_t count = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    assert_int_equal(count, 3); /* of the last round: without a limit all pass */
}

static void time_passes(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    assert_true(jsonlog_slot_every_ms(&slot, 20));
    assert_false(jsonlog_slot_every_ms(&slot, 20));
    assert_int_equal(slot.suppressed, 1);
    usleep(30000);
    assert_true(jsonlog_slot_every_ms(&slot, INT64_MAX)); /* no overflow: never again */
    assert_false(jsonlog_slot_every_ms(&slot, 20));
    assert_int_equal(slot.next_ns, INT64_MAX);
    assert_int_equal(slot.count, 4);
}

static void zero_and_one_hold_nothing_back(void **state) {
    (void)state;
    jsonlog_slot slot = {0};
    for (int i = 0; i < 4; i++) {
        assert_true(jsonlog_slot_every_n(&slot, (uint64_t)(i % 2)));
        assert_true(jsonlog_slot_every_ms(&slot, -i));
    }
    assert_int_equal(slot.suppressed, 0);
}

static bool drop(jsonlog_record *record, void *context) {
    (void)record;
    return *(const bool *)context;
}

/* A filter that drops the record must not swallow the number as well. */
static void a_dropped_record_leaves_the_number_to_the_next(void **state) {
    (void)state;
    bool passes = true;
    assert_int_equal(jsonlog_logger_add_filter(jsonlog_get("t"), drop, &passes), JSONLOG_OK);
    for (int i = 0; i < 5; i++) {
        passes = i != 2;
        jsonlog_info_every_n(jsonlog_get("t"), 2, "m", "i", i);
    }
    assert_int_equal(jsonlog_logger_remove_filter(jsonlog_get("t"), drop, &passes), JSONLOG_OK);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":0}")
            LINE("\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"i\":4,\"suppressed\":2}"));
}

static jsonlog_slot shared;
static uint64_t passed; /* atomic */

static void *call_often(void *argument) {
    for (int i = 0; i < 1000; i++)
        if (jsonlog_slot_every_n(&shared, 10))
            __atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
    return argument;
}

static void threads_are_counted_together(void **state) {
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, call_often, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(passed, 400);
    assert_int_equal(shared.suppressed, 3600);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_is_once_and_evaluates_nothing_else),
        cmocka_unit_test(every_nth_is_the_first_and_then_each_nth),
        cmocka_unit_test(every_ms_opens_again_after_its_time),
        cmocka_unit_test(time_passes),
        cmocka_unit_test(zero_and_one_hold_nothing_back),
        cmocka_unit_test(a_dropped_record_leaves_the_number_to_the_next),
        cmocka_unit_test(threads_are_counted_together),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
