/** Many threads keep lines and fire at the same time: each finds its own lines in front of its own
 * error, every line stands there once. */
#include "fault/numbered_lines.h"
#include "support/gated_target.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/recorder.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define THREADS 6
#define KEPT    3 /* in front of each error */

static gated_target target;
static long rounds;

static void let_others_in(void *context, const jsonlog_line *line) {
    (void)context;
    (void)line;
    sched_yield();
}

/* Lines "3 17 2": thread, round, and which of the round; the last one is the error. */
static void *log_rounds(void *argument) {
    const int id = *(const int *)argument;
    jsonlog_logger *log = jsonlog_get("recorder");
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < KEPT; i++)
            jsonlog_debugf(log, "%d %ld %d", id, round, i);
        jsonlog_errorf(log, "%d %ld %d", id, round, KEPT);
    }
    return NULL;
}

static void check_lines(void) {
    long next[THREADS] = {0};
    const char *at = target.text;
    for (const char *newline; (newline = strchr(at, '\n')) != NULL; at = newline + 1) {
        int id = -1, which = -1;
        long round = -1;
        assert_int_equal(sscanf(at, "%d %ld %d", &id, &round, &which), 3);
        assert_in_range(id, 0, THREADS - 1);
        assert_int_equal(round * (KEPT + 1) + which, next[id]++);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(next[i], rounds * (KEPT + 1));
}

static void check(jsonlog_recorder_options options) {
    pthread_t threads[THREADS];
    int ids[THREADS];
    jsonlog_handler *inner = gated_handler(&target);
    target.on_write = let_others_in;
    options.size = sizeof options;
    jsonlog_handler *recorder = jsonlog_recorder_handler_new(inner, &options);
    jsonlog_logger *log = jsonlog_get("recorder");
    jsonlog_logger_set_level(log, JSONLOG_LEVEL_DEBUG);
    jsonlog_logger_set_propagate(log, false);
    assert_int_equal(jsonlog_logger_set_handlers(log, &recorder, 1), JSONLOG_OK);
    rounds = 200 * test_effort();
    for (int i = 0; i < THREADS; i++) {
        ids[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, log_rounds, &ids[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    check_lines();
    jsonlog_recorder_stats stats;
    assert_int_equal(jsonlog_recorder_get_stats(recorder, &stats), JSONLOG_OK);
    assert_int_equal(stats.kept, rounds * KEPT * THREADS);
    assert_int_equal(stats.dumped, stats.kept);
    assert_int_equal(stats.dumps, rounds * THREADS);
    jsonlog_logger_set_handlers(log, NULL, 0);
    jsonlog_handler_release(recorder);
    jsonlog_handler_release(inner);
    gated_done(&target);
}

static void one_ring_for_all(void **state) {
    (void)state;
    check((jsonlog_recorder_options){.marks = false});
}

static void a_ring_for_each(void **state) {
    (void)state;
    check((jsonlog_recorder_options){.per_thread = true, .ring_bytes = 4096});
}

/* Patterns come and go while lines are asked about them. */
static bool is_over;

static void *change_the_trigger(void *argument) {
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        assert_int_equal(jsonlog_recorder_set_trigger(argument, "fire", NULL), JSONLOG_OK);
        assert_int_equal(jsonlog_recorder_set_trigger(argument, NULL, NULL), JSONLOG_OK);
    }
    return NULL;
}

static void a_trigger_that_changes(void **state) {
    (void)state;
    jsonlog_handler *null = jsonlog_null_handler_new();
    jsonlog_handler *recorder = jsonlog_recorder_handler_new(null, NULL);
    jsonlog_logger *log = jsonlog_get("recorder");
    assert_int_equal(jsonlog_logger_set_handlers(log, &recorder, 1), JSONLOG_OK);
    pthread_t thread;
    is_over = false;
    assert_int_equal(pthread_create(&thread, NULL, change_the_trigger, recorder), 0);
    for (int i = 0; i < 5000; i++)
        jsonlog_debug(log, i % 2 == 0 ? "fire" : "keep");
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    jsonlog_logger_set_handlers(log, NULL, 0);
    jsonlog_handler_release(recorder);
    jsonlog_handler_release(null);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_ring_for_all),
        cmocka_unit_test(a_ring_for_each),
        cmocka_unit_test(a_trigger_that_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
