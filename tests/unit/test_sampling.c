#include "support/log_lines.h"

#include <jsonlog/metric.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static jsonlog_handler *lines;

static int start(void **state) {
    (void)state;
    alarm(60);
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

/* Counting starts anew once in an hour, so that a slow machine makes no difference. */
static void sample(const char *name, uint32_t first, uint32_t thereafter, uint32_t interval_ms) {
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    policy.first = first;
    policy.thereafter = thereafter;
    policy.interval_ms = interval_ms;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get(name), &policy), JSONLOG_OK);
}

static size_t lines_there(void) {
    size_t count = 0;
    for (const char *at = log_lines_take(lines); (at = strchr(at, '\n')) != NULL; at++)
        count++;
    return count;
}

static uint64_t sampled(void) {
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    return stats.sampled;
}

/* Nobody should find out in the night that most of what he looks for was never written. */
static void is_off_unless_asked_for(void **state) {
    (void)state;
    size_t there = 0;
    const uint64_t before = sampled();
    for (int i = 0; i < 5000; i++) {
        jsonlog_info(jsonlog_get("off"), "the same");
        there += lines_there();
    }
    assert_int_equal(there, 5000);
    assert_int_equal(sampled() - before, 0);
    sample("off", 1, 0, 3600000);
    for (int i = 0; i < 10; i++)
        jsonlog_info(jsonlog_get("off"), "the same");
    assert_int_equal(lines_there(), 1);
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("off"), NULL), JSONLOG_OK);
    for (int i = 0; i < 10; i++)
        jsonlog_info(jsonlog_get("off"), "the same");
    assert_int_equal(lines_there(), 10);
}

static void first_some_then_every_so_many_th(void **state) {
    (void)state;
    sample("a", 2, 3, 3600000);
    const uint64_t before = sampled();
    for (int i = 1; i <= 9; i++)
        jsonlog_info(jsonlog_get("a"), "m", "i", i);
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"a\",\"message\":\"m\",\"i\":1}")
            LINE("\"INFO\",\"logger\":\"a\",\"message\":\"m\",\"i\":2}")
                LINE("\"INFO\",\"logger\":\"a\",\"message\":\"m\",\"i\":5,\"suppressed\":2}")
                    LINE("\"INFO\",\"logger\":\"a\",\"message\":\"m\",\"i\":8,\"suppressed\":2}"));
    assert_int_equal(sampled() - before, 5);
}

static void one_of_n_over_all_time(void **state) {
    (void)state;
    sample("b", 0, 10, 0);
    for (int i = 0; i < 100; i++)
        jsonlog_info(jsonlog_get("b"), "m");
    assert_int_equal(lines_there(), 10);
}

static void the_interval_begins_anew(void **state) {
    (void)state;
    sample("c", 3, 0, 1000);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++)
            jsonlog_info(jsonlog_get("c"), "m");
        assert_int_equal(lines_there(), 3);
        usleep(1100000);
    }
}

static void each_call_site_is_counted_by_itself(void **state) {
    (void)state;
    sample("d", 1, 0, 3600000);
    for (int i = 0; i < 5; i++) {
        jsonlog_info(jsonlog_get("d"), "one");
        jsonlog_info(jsonlog_get("d"), "two");
        jsonlog_log_fields(jsonlog_get("d"), JSONLOG_LEVEL_INFO, "three", 5, NULL, 0);
        jsonlog_log_fields(jsonlog_get("d"), JSONLOG_LEVEL_INFO, "four", 4, NULL, 0);
    }
    assert_int_equal(lines_there(), 4);
}

static void without_a_site_the_message_counts(void **state) {
    (void)state;
    sample("e", 1, 3, 3600000);
    for (int i = 0; i < 4; i++)
        jsonlog_log_fields(jsonlog_get("e"), JSONLOG_LEVEL_INFO, "fields", 6, NULL, 0);
    assert_string_equal(log_lines_take(lines),
                        LINE("\"INFO\",\"logger\":\"e\",\"message\":\"fields\"}") LINE(
                            "\"INFO\",\"logger\":\"e\",\"message\":\"fields\",\"suppressed\":2}"));
}

static bool pass_if(jsonlog_record *record, void *passes) {
    (void)record;
    return *(const bool *)passes;
}

static void what_a_filter_keeps_out_does_not_take_the_count_along(void **state) {
    (void)state;
    bool passes = true;
    jsonlog_logger *log = jsonlog_get("filtered");
    sample("filtered", 1, 2, 3600000);
    assert_int_equal(jsonlog_logger_add_filter(log, pass_if, &passes), JSONLOG_OK);
    for (int i = 1; i <= 5; i++) {
        passes = i != 3;
        jsonlog_log_fields(log, JSONLOG_LEVEL_INFO, "fields", JSONLOG_NUL_TERMINATED, NULL, 0);
    }
    assert_string_equal(
        log_lines_take(lines),
        LINE("\"INFO\",\"logger\":\"filtered\",\"message\":\"fields\"}")
            LINE("\"INFO\",\"logger\":\"filtered\",\"message\":\"fields\",\"suppressed\":2}"));
    jsonlog_logger_remove_filter(log, pass_if, &passes);
}

static void errors_are_kept_unless_asked_for(void **state) {
    (void)state;
    sample("f", 1, 0, 3600000);
    for (int i = 0; i < 5; i++)
        jsonlog_error(jsonlog_get("f"), "m");
    assert_int_equal(lines_there(), 5);
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    policy.below = JSONLOG_LEVEL_OFF;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("f"), &policy), JSONLOG_OK);
    for (int i = 0; i < 5; i++)
        jsonlog_fatal(jsonlog_get("f"), "m");
    assert_int_equal(lines_there(), 1);
}

static void a_child_has_its_own_policy_or_its_parents(void **state) {
    (void)state;
    sample("g", 1, 0, 3600000);
    sample("g.whole", 1, 1, 0);
    jsonlog_logger *bound = jsonlog_with(jsonlog_get("g"), "k", 1);
    for (int i = 0; i < 5; i++) {
        jsonlog_info(jsonlog_get("g.child.grandchild"), "m");
        jsonlog_info(jsonlog_get("g.whole"), "m");
        jsonlog_info(bound, "m");
    }
    jsonlog_logger_free(bound);
    assert_int_equal(lines_there(), 1 + 5 + 1);
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("g"), NULL), JSONLOG_OK);
    for (int i = 0; i < 5; i++)
        jsonlog_info(jsonlog_get("g.child.grandchild"), "m");
    assert_int_equal(lines_there(), 5);
}

static void metrics_and_our_own_reports_are_kept(void **state) {
    (void)state;
    sample(NULL, 1, 0, 3600000);
    for (int i = 0; i < 5; i++) {
        jsonlog_metric(jsonlog_get("h"), "a", jsonlog_dimensions(), "n", jsonlog_count(i));
        jsonlog_info(jsonlog_get("jsonlog"), "m");
    }
    assert_int_equal(lines_there(), 10);
    assert_int_equal(jsonlog_logger_set_sampling(NULL, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_root(), NULL), JSONLOG_OK);
}

/* 10,000 records at one of ten: 1,000 with a standard deviation of 30. */
static void chance_keeps_the_same_share(void **state) {
    (void)state;
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    policy.thereafter = 10;
    policy.is_random = true;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("i"), &policy), JSONLOG_OK);
    const uint64_t before = sampled();
    for (int i = 0; i < 10000; i++)
        jsonlog_info(jsonlog_get("i"), "m");
    log_lines_take(lines);
    assert_in_range(sampled() - before, 8700, 9300);
}

static void *log_often(void *argument) {
    for (int i = 0; i < 1000; i++)
        jsonlog_info(argument, "m");
    return NULL;
}

static void threads_are_counted_together(void **state) {
    (void)state;
    sample("j", 5, 100, 3600000);
    pthread_t threads[4];
    const uint64_t before = sampled();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, log_often, jsonlog_get("j"));
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    log_lines_take(lines);
    assert_int_equal(sampled() - before, 4000 - 5 - 39);
}

static void what_is_no_policy(void **state) {
    (void)state;
    jsonlog_sampling_policy policy = JSONLOG_SAMPLING_POLICY_INIT;
    assert_int_equal(jsonlog_logger_set_sampling(NULL, &policy), JSONLOG_E_INVALID);
    policy.below = 256;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("k"), &policy), JSONLOG_E_INVALID);
    policy.below = 0;
    policy.size--;
    assert_int_equal(jsonlog_logger_set_sampling(jsonlog_get("k"), &policy), JSONLOG_E_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_off_unless_asked_for),
        cmocka_unit_test(first_some_then_every_so_many_th),
        cmocka_unit_test(one_of_n_over_all_time),
        cmocka_unit_test(the_interval_begins_anew),
        cmocka_unit_test(each_call_site_is_counted_by_itself),
        cmocka_unit_test(without_a_site_the_message_counts),
        cmocka_unit_test(what_a_filter_keeps_out_does_not_take_the_count_along),
        cmocka_unit_test(errors_are_kept_unless_asked_for),
        cmocka_unit_test(a_child_has_its_own_policy_or_its_parents),
        cmocka_unit_test(metrics_and_our_own_reports_are_kept),
        cmocka_unit_test(chance_keeps_the_same_share),
        cmocka_unit_test(threads_are_counted_together),
        cmocka_unit_test(what_is_no_policy),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
