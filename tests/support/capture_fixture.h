#ifndef JL_SUPPORT_CAPTURE_FIXTURE_H
#define JL_SUPPORT_CAPTURE_FIXTURE_H
/** A logger that was made before any capture, a handler whose lines can be looked at, and short
 * forms. Include after cmocka.h. */
#include <jsonlog/capture.h>
#include <jsonlog/handler.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A test that deadlocks is ended by SIGALRM. */
#define TIME_LIMIT_S 60

static inline size_t effort(void) {
    const char *value = getenv("JSONLOG_TEST_EFFORT");
    const int factor = value == NULL ? 1 : atoi(value);
    return factor < 1 ? 1 : (size_t)factor;
}

static jsonlog_logger *early; /* made before any capture */
static jsonlog_handler *kept; /* the root's handler */

static inline jsonlog_capture *start(jsonlog_capture_scope scope, int level, bool passes_through) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.scope = scope;
    options.level = level;
    options.passes_through = passes_through;
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    assert_non_null(capture);
    return capture;
}

static inline jsonlog_capture *start_thread(void) {
    return start(JSONLOG_CAPTURE_THREAD, 0, false);
}

static inline jsonlog_capture *start_process(void) {
    return start(JSONLOG_CAPTURE_PROCESS, 0, false);
}

static inline void log_n(int n) {
    jsonlog_info(early, "numbered", "n", n);
}

static inline size_t times(jsonlog_capture *capture, int n) {
    char pattern[64];
    snprintf(pattern, sizeof pattern, "{ $.n = %d }", n);
    for (size_t count = 0;; count++) {
        if (jsonlog_expect_count(capture, pattern, count, NULL))
            return count;
        assert_true(count < 1000);
    }
}

static inline void assert_kept(const char *part, bool is_there) {
    static char text[65536];
    jsonlog_memory_handler_read(kept, text, sizeof text);
    assert_int_equal(strstr(text, part) != NULL, is_there);
}

static inline void run_thread(void *(*work)(void *), void *argument) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, work, argument), 0);
    pthread_join(thread, NULL);
}

static inline void *log_number(void *n) {
    log_n(*(int *)n);
    return NULL;
}

static inline void log_elsewhere(int n) {
    run_thread(log_number, &n);
}

static inline int clear_handler(void **state) {
    (void)state;
    alarm(TIME_LIMIT_S);
    jsonlog_memory_handler_clear(kept);
    return 0;
}

static inline bool set_up_loggers(void) {
    early = jsonlog_get("early");
    kept = jsonlog_memory_handler_new(60000);
    return kept != NULL && jsonlog_logger_add_handler(jsonlog_root(), kept) == JSONLOG_OK;
}

#define CAPTURE_TEST(name) cmocka_unit_test_setup(name, clear_handler)

#endif
