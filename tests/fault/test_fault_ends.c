/**
 * Ends: jsonlog_shutdown() while others log, and threads that end while they log, down to the last
 * destructor. What was accepted is in the file; what came too late is counted.
 */
#include "fault/fault_report.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fault/file_outputs.h"

enum { THREADS = 8, LEN = 80 };

/* ---- shutdown while others log ---- */

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
        if (w->lines % 16 == 0)
            usleep(1); /* dropped records cost nothing: who logs them would let nobody else run */
    }
    return NULL;
}

typedef struct totals {
    uint64_t trials, accepted, lost, torn;
} totals;

static uint64_t lost_in(const jsonlog_stats *stats) {
    return stats->lost_output + stats->lost_nested + stats->lost_memory;
}

/* Each thread's lines in the file are its first ones, without a gap; all others are counted. */
static void check_lines(const writer *writers, const jsonlog_stats *before, totals *sum) {
    jsonlog_stats after;
    numbered_reader found = {.lost = 0};
    uint64_t logged = 0, seen = 0;
    jsonlog_get_stats(&after);
    take_log_files(&found);
    for (int i = 0; i < THREADS; i++) {
        logged += (uint64_t)writers[i].lines;
        seen += (uint64_t)found.seen[i];
    }
    const uint64_t accepted = after.lines - before->lines - found.reports;
    sum->accepted += accepted;
    sum->lost += accepted - seen;
    sum->torn += found.torn;
    assert_int_equal(seen, accepted);
    assert_int_equal(accepted + lost_in(&after) - lost_in(before), logged);
    assert_int_equal(found.torn + found.blank, 0);
}

static void shut_down_once(const file_output *to, uint64_t *seed, totals *sum) {
    writer writers[THREADS];
    jsonlog_stats before;
    jsonlog_get_stats(&before);
    jsonlog_handler_release(log_to_output(to));
    __atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.id = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, log_until_over, &writers[i]), 0);
    }
    usleep(next_random(seed) % 10000);
    jsonlog_shutdown();
    usleep(next_random(seed) % 500); /* they go on a little */
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i].thread, NULL);
    check_lines(writers, &before, sum);
}

static void shutdown_loses_nothing_uncounted(void **state) {
    (void)state;
    const uint64_t trials = 20 * (uint64_t)test_effort();
    uint64_t seed = 21;
    for (size_t i = 0; i < FILE_OUTPUTS; i++) {
        totals sum = {.trials = 0};
        for (; sum.trials < trials; sum.trials++)
            shut_down_once(&file_outputs[i], &seed, &sum);
        print_fault((fault_report){"shutdown", file_outputs[i].name, trials, sum.accepted, sum.lost,
                                   sum.torn});
    }
}

/* ---- threads that end ---- */

/* One key from before the library's own, one from after: their destructors run before and after
 * that of the library. */
static pthread_key_t early_key, late_key;

/* What a thread knows until its end. */
typedef struct mortal {
    int id;
    long next;
    int rounds; /* a destructor that sets its key again is called again */
    pthread_t thread;
} mortal;

static void log_at_end(mortal *m, pthread_key_t key) {
    log_numbered(m->id, m->next++, LEN);
    if (m->rounds-- > 0)
        pthread_setspecific(key, m);
}

static void end_early(void *value) {
    log_at_end(value, early_key);
}

static void end_late(void *value) {
    log_at_end(value, late_key);
}

/* Some threads log for the first time in their destructors. */
static void *live_and_die(void *argument) {
    mortal *m = argument;
    pthread_setspecific(early_key, m);
    pthread_setspecific(late_key, m);
    if (m->id % 2 == 0)
        log_numbered(m->id, m->next++, LEN);
    if (m->id % 4 == 0)
        pthread_exit(NULL);
    return NULL;
}

static void end_threads(const file_output *to) {
    const long rounds = 50 * test_effort();
    mortal mortals[THREADS];
    uint64_t logged = 0, seen = 0;
    jsonlog_handler *handler = log_to_output(to);
    memset(mortals, 0, sizeof mortals);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < THREADS; i++) {
            mortals[i].id = i;
            mortals[i].rounds = i % 3;
            assert_int_equal(pthread_create(&mortals[i].thread, NULL, live_and_die, &mortals[i]),
                             0);
        }
        for (int i = 0; i < THREADS; i++)
            pthread_join(mortals[i].thread, NULL);
    }
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
    numbered_reader found = {.lost = 0};
    take_log_files(&found);
    for (int i = 0; i < THREADS; i++) {
        logged += (uint64_t)mortals[i].next;
        seen += (uint64_t)found.seen[i];
    }
    print_fault((fault_report){"thread-exit", to->name, (uint64_t)rounds * THREADS, logged,
                               logged - seen, found.torn});
    assert_true(logged >= (uint64_t)rounds * THREADS * 2);
    assert_int_equal(seen, logged);
    assert_int_equal(found.torn + found.blank + found.reports, 0);
}

static void the_last_words_of_threads_are_heard(void **state) {
    (void)state;
    for (size_t i = 0; i < FILE_OUTPUTS; i++)
        end_threads(&file_outputs[i]);
}

int main(void) {
    if (pthread_key_create(&early_key, end_early) != 0)
        return 1;
    jsonlog_handler *silent = jsonlog_null_handler_new();
    jsonlog_logger_set_handlers(jsonlog_root(), &silent, 1);
    jsonlog_handler_release(silent);
    jsonlog_info(jsonlog_root(), "the library makes its key");
    if (pthread_key_create(&late_key, end_late) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_words_of_threads_are_heard),
        cmocka_unit_test(shutdown_loses_nothing_uncounted),
    };
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
