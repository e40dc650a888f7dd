#ifndef JSONLOG_CMOCKA_H
#define JSONLOG_CMOCKA_H
/**
 * Assertions for CMocka. Include <cmocka.h> (and what it needs) first; nothing of this is in the
 * library.
 *
 *     static void rejects_an_expired_token(void **state) {
 *         jsonlog_capture *logs = *state;
 *         login(expired_token);
 *         assert_logged(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
 *         assert_logged_count(logs, "{ $.user.age >= 20 }", 1);
 *         assert_not_logged(logs, "{ $.password = * }");
 *     }
 *     … cmocka_unit_test_setup_teardown(rejects_an_expired_token, jsonlog_cmocka_setup,
 * jsonlog_cmocka_teardown)
 *
 * A failing assertion writes the whole report to stderr itself (CMocka cuts messages at about 1 KB)
 * and fails at the caller's line. With jsonlog_cmocka_teardown_quiet a test that leaves an error in
 * the log has failed, too.
 */
#include <jsonlog/capture.h>

#include <stdio.h>

/** At least one line matches. */
#define assert_logged(capture, pattern)                                                           \
    jsonlog_cmocka_check((capture), JSONLOG_EXPECT_MATCH, (const char *const[]){(pattern)}, 1, 0, \
                         0, __FILE__, __LINE__)
/** Exactly `n` lines match. */
#define assert_logged_count(capture, pattern, n)                                               \
    jsonlog_cmocka_check((capture), JSONLOG_EXPECT_COUNT, (const char *const[]){(pattern)}, 1, \
                         (n), 0, __FILE__, __LINE__)
/** No line matches. */
#define assert_not_logged(capture, pattern)                                                      \
    jsonlog_cmocka_check((capture), JSONLOG_EXPECT_NONE, (const char *const[]){(pattern)}, 1, 0, \
                         0, __FILE__, __LINE__)
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define assert_logged_within(capture, pattern, ms)                                                \
    jsonlog_cmocka_check((capture), JSONLOG_EXPECT_MATCH, (const char *const[]){(pattern)}, 1, 0, \
                         (ms), __FILE__, __LINE__)
/** Lines match the patterns one after the other: assert_logged_in_order(logs, first, second, …). */
#define assert_logged_in_order(capture, ...) \
    JSONLOG_CMOCKA_LIST_(capture, JSONLOG_EXPECT_ORDER, __VA_ARGS__)
/** Each line is matched by one of the patterns and each pattern by a line. */
#define assert_only_logged(capture, ...) \
    JSONLOG_CMOCKA_LIST_(capture, JSONLOG_EXPECT_ONLY, __VA_ARGS__)
/** Nothing at ERROR or above. */
#define assert_no_errors_logged(capture) \
    jsonlog_cmocka_check((capture), JSONLOG_EXPECT_QUIET, NULL, 0, 0, 0, __FILE__, __LINE__)

#define JSONLOG_CMOCKA_LIST_(capture, kind, ...)                                                  \
    jsonlog_cmocka_check((capture), kind, (const char *const[]){__VA_ARGS__},                     \
                         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), 0, 0, \
                         __FILE__, __LINE__)

/* To stderr, behind whatever stdout still holds. */
static inline void jsonlog_cmocka_show(const char *file, int line, const jsonlog_report *report) {
    fflush(stdout);
    fprintf(stderr, "%s:%d: %s", file, line,
            report == NULL ? "expectation failed; no memory for a report\n"
                           : jsonlog_report_text(report));
    fflush(stderr);
}

static inline void jsonlog_cmocka_check(jsonlog_capture *capture, jsonlog_expect_kind kind,
                                        const char *const *patterns, size_t pattern_count,
                                        size_t count, unsigned within_ms, const char *file,
                                        int line) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    jsonlog_report *report = NULL;
    expectation.kind = kind;
    expectation.patterns = patterns;
    expectation.pattern_count = pattern_count;
    expectation.count = count;
    expectation.within_ms = within_ms;
    if (jsonlog_expect(capture, &expectation, &report))
        return;
    jsonlog_cmocka_show(file, line, report);
    jsonlog_report_free(report);
    _fail(file, line);
}

/** A fixture: *state is a capture of this thread from TRACE up. */
static inline int jsonlog_cmocka_setup(void **state) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.level = JSONLOG_LEVEL_TRACE;
    *state = jsonlog_capture_start(&options);
    return *state == NULL ? -1 : 0;
}

static inline int jsonlog_cmocka_teardown(void **state) {
    jsonlog_capture_stop((jsonlog_capture *)*state);
    *state = NULL;
    return 0;
}

/** The same, but a test that left an ERROR in the log has failed. */
static inline int jsonlog_cmocka_teardown_quiet(void **state) {
    jsonlog_expectation quiet = JSONLOG_EXPECTATION_INIT;
    jsonlog_report *report = NULL;
    bool is_quiet;
    quiet.kind = JSONLOG_EXPECT_QUIET;
    is_quiet = jsonlog_expect((jsonlog_capture *)*state, &quiet, &report);
    if (!is_quiet)
        jsonlog_cmocka_show(__FILE__, __LINE__, report);
    jsonlog_report_free(report);
    jsonlog_cmocka_teardown(state);
    return is_quiet ? 0 : -1;
}

#endif
