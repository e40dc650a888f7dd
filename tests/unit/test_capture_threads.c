#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/capture_fixture.h"
#include "support/fork_guard.h"

#include <sys/wait.h>

/* ---- nested captures ------------------------------------------------------------------------- */

static void captures_nest_and_overlap(void **state) {
    (void)state;
    jsonlog_capture *outer = start_thread();
    log_n(1);
    jsonlog_capture *inner = start_thread();
    log_n(2);
    jsonlog_capture *process = start_process();
    log_n(3);
    jsonlog_capture_stop(outer);
    log_n(4);
    assert_int_equal(jsonlog_capture_count(inner), 3);
    jsonlog_capture_stop(inner);
    log_n(5);
    assert_int_equal(jsonlog_capture_count(process), 3);
    jsonlog_capture_stop(process);
    log_n(6);
    assert_kept("\"n\":5", false);
    assert_kept("\"n\":6", true);
}

static void *stop_capture(void *capture) {
    jsonlog_capture_stop(capture);
    return NULL;
}

static void any_thread_may_stop_a_capture(void **state) {
    (void)state;
    jsonlog_capture *first = start_thread();
    log_n(1);
    run_thread(stop_capture, first);
    log_n(2);
    assert_kept("\"n\":2", true);
    jsonlog_capture *second = start_thread();
    log_n(3);
    log_elsewhere(4);
    assert_int_equal(jsonlog_capture_count(second), 1);
    assert_int_equal(times(second, 3), 1);
    jsonlog_capture_stop(second);
}

/* ---- threads --------------------------------------------------------------------------------- */

static void a_thread_capture_sees_its_thread(void **state) {
    (void)state;
    jsonlog_capture *own = start_thread();
    jsonlog_capture *all = start_process();
    log_n(1);
    log_elsewhere(2);
    assert_int_equal(times(own, 1), 1);
    assert_int_equal(times(own, 2), 0);
    assert_int_equal(times(all, 1), 1);
    assert_int_equal(times(all, 2), 1);
    jsonlog_capture_stop(own);
    jsonlog_capture_stop(all);
}

typedef struct job {
    jsonlog_context *context;
    int n;                 /* logged inside the context, n + 1 behind it */
    size_t seen_by_itself; /* lines of a capture of its own, inside */
} job;

static void *work(void *argument) {
    job *self = argument;
    jsonlog_scope scope = jsonlog_context_enter(self->context);
    jsonlog_capture *own = start_thread();
    log_n(self->n);
    self->seen_by_itself = jsonlog_capture_count(own);
    jsonlog_capture_stop(own);
    log_n(self->n);
    jsonlog_scope_pop(scope);
    log_n(self->n + 1);
    return NULL;
}

static void run_job(jsonlog_context *context, int n) {
    job self = {context, n, 0};
    run_thread(work, &self);
    assert_int_equal(self.seen_by_itself, 1);
}

static void workers_belong_to_the_context_they_entered(void **state) {
    (void)state;
    jsonlog_context *before = jsonlog_context_take();
    jsonlog_capture *outer = start_thread();
    jsonlog_context *in_outer = jsonlog_context_take();
    assert_non_null(in_outer);
    jsonlog_capture *inner = start_thread();
    jsonlog_context *in_inner = jsonlog_context_take();
    run_job(before, 10);
    run_job(in_outer, 20);
    run_job(in_inner, 30);
    assert_int_equal(times(outer, 10), 0);
    assert_int_equal(times(outer, 20), 2);
    assert_int_equal(times(inner, 20), 0);
    assert_int_equal(times(outer, 30), 2);
    assert_int_equal(times(inner, 30), 2);
    for (int n = 11; n <= 31; n += 10)
        assert_int_equal(times(outer, n), 0);
    jsonlog_capture_stop(inner);
    run_job(in_inner, 40); /* the inner capture is gone, the outer one is not */
    assert_int_equal(times(outer, 40), 2);
    jsonlog_capture_stop(outer);
    assert_null(jsonlog_context_take()); /* the thread carries nothing any more */
    run_job(in_inner, 50);
    assert_kept("\"n\":50", true);
    jsonlog_capture *next = start_thread();
    run_job(in_inner, 60);
    assert_int_equal(jsonlog_capture_count(next), 0);
    jsonlog_capture_stop(next);
    jsonlog_context_free(before);
    jsonlog_context_free(in_outer);
    jsonlog_context_free(in_inner);
}

/* Entering somebody else's context does not make a thread another one. */
static void a_thread_stays_itself_in_any_context(void **state) {
    (void)state;
    jsonlog_scope other = jsonlog_scope_push("other", 1);
    jsonlog_context *context = jsonlog_context_take();
    jsonlog_scope_pop(other);
    jsonlog_capture *before = start_thread();
    jsonlog_scope scope = jsonlog_context_enter(context);
    jsonlog_capture *inside = start_thread();
    log_n(1);
    jsonlog_scope_pop(scope);
    log_n(2);
    assert_int_equal(jsonlog_capture_count(before), 2);
    assert_int_equal(jsonlog_capture_count(inside), 2);
    jsonlog_capture_stop(inside);
    log_n(3);
    assert_int_equal(jsonlog_capture_count(before), 3);
    jsonlog_capture_stop(before);
    jsonlog_context_free(context);
}

typedef struct tester {
    int n;
    size_t rounds;
    size_t failures;
} tester;

static void *test_in_parallel(void *argument) {
    tester *self = argument;
    for (size_t i = 0; i < self->rounds; i++) {
        jsonlog_capture *capture = start_thread();
        for (int k = 0; k < 5; k++)
            log_n(self->n);
        self->failures += jsonlog_capture_count(capture) != 5 || times(capture, self->n) != 5;
        jsonlog_capture_stop(capture);
    }
    return NULL;
}

static void parallel_tests_do_not_see_each_other(void **state) {
    (void)state;
    tester testers[2] = {{1, 200 * effort(), 0}, {2, 200 * effort(), 0}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, test_in_parallel, &testers[i]), 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(testers[0].failures, 0);
    assert_int_equal(testers[1].failures, 0);
    assert_kept("\"n\":", false);
}

#define LOGGING_THREADS 3

typedef struct shouter {
    int stop;      /* atomic */
    size_t logged; /* atomic */
} shouter;

/* With pauses: a capture that runs for seconds must not come to its limit. */
static void *shout(void *argument) {
    const struct timespec pause = {0, 20000};
    shouter *self = argument;
    while (__atomic_load_n(&self->stop, __ATOMIC_RELAXED) == 0) {
        log_n(7);
        nanosleep(&pause, NULL);
        __atomic_add_fetch(&self->logged, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void use_capture(jsonlog_capture *capture) {
    char line[128];
    const size_t count = jsonlog_capture_count(capture);
    if (count > 0)
        (void)jsonlog_capture_line(capture, count - 1, line, sizeof line);
    assert_true(jsonlog_expect_none(capture, "{ $.n = 8 }", NULL));
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect_match(capture, "{ $.n = 8 }", &report));
    assert_non_null(report);
    jsonlog_report_free(report);
}

/* Everything at once, for the thread sanitizer. */
static void captures_are_used_while_others_log(void **state) {
    (void)state;
    shouter shared = {0, 0};
    pthread_t threads[LOGGING_THREADS];
    for (size_t i = 0; i < LOGGING_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, shout, &shared), 0);
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.scope = JSONLOG_CAPTURE_PROCESS;
    for (size_t i = 0; i < 8 * effort(); i++) {
        jsonlog_capture *capture = jsonlog_capture_start(&options);
        jsonlog_expectation wait = JSONLOG_EXPECTATION_INIT;
        const char *const patterns[] = {"{ $.n = 7 }"};
        wait.patterns = patterns;
        wait.pattern_count = 1;
        wait.within_ms = 20000;
        assert_true(jsonlog_expect(capture, &wait, NULL));
        use_capture(capture);
        jsonlog_capture_clear(capture);
        assert_true(jsonlog_expect(capture, &wait, NULL));
        jsonlog_capture_stop(capture);
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < LOGGING_THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(shared.logged > 0);
}

static void *clear_often(void *argument) {
    jsonlog_capture *capture = argument;
    for (size_t i = 0; i < 300 * effort(); i++) {
        log_n(7);
        jsonlog_capture_feed(capture, "{\"n\":7}\n{\"n\":9}", 15);
        jsonlog_capture_clear(capture);
    }
    return NULL;
}

/* What is being judged or reported must stay in memory. */
static void a_capture_is_cleared_while_it_is_judged(void **state) {
    (void)state;
    jsonlog_capture *capture = start_process();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, clear_often, capture), 0);
    for (size_t i = 0; i < 300 * effort(); i++)
        use_capture(capture);
    pthread_join(thread, NULL);
    assert_int_equal(jsonlog_capture_count(capture), 0);
    jsonlog_capture_stop(capture);
}

static void no_line_of_any_thread_is_missed(void **state) {
    (void)state;
    tester testers[LOGGING_THREADS] = {{0}};
    pthread_t threads[LOGGING_THREADS];
    jsonlog_capture *all = start_process();
    for (size_t i = 0; i < LOGGING_THREADS; i++) {
        testers[i] = (tester){(int)i, 40, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, test_in_parallel, &testers[i]), 0);
    }
    for (size_t i = 0; i < LOGGING_THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < LOGGING_THREADS; i++)
        assert_int_equal(times(all, i), 40 * 5);
    assert_int_equal(jsonlog_capture_count(all), LOGGING_THREADS * 40 * 5);
    jsonlog_capture_stop(all);
}

/* ---- fork ------------------------------------------------------------------------------------ */

static int child_of_fork(jsonlog_capture *capture) {
    log_n(9);
    if (!jsonlog_expect_count(capture, "{ $.n = 9 }", 1, NULL))
        return 1;
    jsonlog_capture *own = jsonlog_capture_start(NULL);
    if (own == NULL)
        return 2;
    log_n(10);
    const bool is_seen = jsonlog_capture_count(own) == 1;
    jsonlog_capture_stop(own);
    return is_seen ? 0 : 3;
}

#define LONG_LINE ((size_t)1 << 20)

typedef struct reader {
    jsonlog_capture *capture;
    int stop; /* atomic */
} reader;

/* Copying a long line again and again holds the lock of the capture most of the time. */
static void *read_long_line(void *argument) {
    reader *self = argument;
    char *line = malloc(LONG_LINE + 1);
    while (line != NULL && __atomic_load_n(&self->stop, __ATOMIC_RELAXED) == 0)
        jsonlog_capture_line(self->capture, 0, line, LONG_LINE + 1);
    free(line);
    return NULL;
}

static void feed_long_line(jsonlog_capture *capture) {
    char *line = malloc(LONG_LINE);
    assert_non_null(line);
    memset(line, 'x', LONG_LINE);
    assert_int_equal(jsonlog_capture_feed(capture, line, LONG_LINE), JSONLOG_OK);
    free(line);
}

static void a_child_of_fork_has_captures_of_its_own(void **state) {
    (void)state;
    shouter shared = {0, 0};
    reader busy = {start_process(), 0};
    pthread_t threads[2];
    jsonlog_capture *all = busy.capture;
    feed_long_line(all);
    assert_int_equal(pthread_create(&threads[0], NULL, shout, &shared), 0);
    assert_int_equal(pthread_create(&threads[1], NULL, read_long_line, &busy), 0);
    for (size_t i = 0; i < 30 * effort(); i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            _exit(child_of_fork(all));
        }
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    __atomic_store_n(&shared.stop, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&busy.stop, 1, __ATOMIC_RELAXED);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    assert_true(jsonlog_expect_none(all, "{ $.n = 9 }", NULL));
    jsonlog_capture_stop(all);
}

int main(void) {
    if (!install_fork_guard() || !set_up_loggers())
        return 1;
    const struct CMUnitTest tests[] = {
        CAPTURE_TEST(captures_nest_and_overlap),
        CAPTURE_TEST(any_thread_may_stop_a_capture),
        CAPTURE_TEST(a_thread_capture_sees_its_thread),
        CAPTURE_TEST(workers_belong_to_the_context_they_entered),
        CAPTURE_TEST(a_thread_stays_itself_in_any_context),
        CAPTURE_TEST(parallel_tests_do_not_see_each_other),
        CAPTURE_TEST(captures_are_used_while_others_log),
        CAPTURE_TEST(a_capture_is_cleared_while_it_is_judged),
        CAPTURE_TEST(no_line_of_any_thread_is_missed),
        CAPTURE_TEST(a_child_of_fork_has_captures_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
