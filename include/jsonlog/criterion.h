#ifndef JSONLOG_CRITERION_H
#define JSONLOG_CRITERION_H
/**
 * Assertions for Criterion (2.3 or later). Header only; nothing of this is in the library.
 *
 *     Test(login, rejects_an_expired_token, .init = jsonlog_criterion_setup,
 *          .fini = jsonlog_criterion_teardown) {
 *         login(expired_token);
 *         cr_assert_logged(jsonlog_criterion_logs, "{ $.logType = \"ERROR\" && $.errorCode =
 * \"DA0001*\" }"); cr_expect_logged_count(jsonlog_criterion_logs, "{ $.user.age >= 20 }", 1);
 *         cr_expect_not_logged(jsonlog_criterion_logs, "{ $.password = * }");
 *     }
 *
 * cr_assert_… ends the test at once, cr_expect_… goes on. A failing assertion fails at the caller's
 * line, and its message is the whole report.
 *
 * Criterion runs each test in a process of its own, which does not see what main() or another test
 * has set up: start captures in .init, which runs in that process, or in the test. A suite's
 * TestSuite(name, .init = …, .fini = …) does it for all its tests. Criterion does not count what
 * fails in .fini, so there is no quiet fixture here: end a test with cr_assert_no_errors_logged().
 */
#include <criterion/criterion.h>

#include <jsonlog/adapter.h>

/** At least one line matches. */
#define cr_assert_logged(capture, pattern) JSONLOG_CRITERION_LOGGED_(true, capture, 0, pattern)
#define cr_expect_logged(capture, pattern) JSONLOG_CRITERION_LOGGED_(false, capture, 0, pattern)
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define cr_assert_logged_within(capture, pattern, ms) \
    JSONLOG_CRITERION_LOGGED_(true, capture, ms, pattern)
#define cr_expect_logged_within(capture, pattern, ms) \
    JSONLOG_CRITERION_LOGGED_(false, capture, ms, pattern)
/** Exactly `n` lines match. */
#define cr_assert_logged_count(capture, pattern, n) \
    JSONLOG_CRITERION_COUNT_(true, capture, pattern, n)
#define cr_expect_logged_count(capture, pattern, n) \
    JSONLOG_CRITERION_COUNT_(false, capture, pattern, n)
/** No line matches. */
#define cr_assert_not_logged(capture, pattern) \
    JSONLOG_CRITERION_LIST_(true, capture, JSONLOG_EXPECT_NONE, (pattern))
#define cr_expect_not_logged(capture, pattern) \
    JSONLOG_CRITERION_LIST_(false, capture, JSONLOG_EXPECT_NONE, (pattern))
/** Lines match the patterns one after the other. */
#define cr_assert_logged_in_order(capture, ...) \
    JSONLOG_CRITERION_LIST_(true, capture, JSONLOG_EXPECT_ORDER, __VA_ARGS__)
#define cr_expect_logged_in_order(capture, ...) \
    JSONLOG_CRITERION_LIST_(false, capture, JSONLOG_EXPECT_ORDER, __VA_ARGS__)
/** Each line is matched by one of the patterns and each pattern by a line. */
#define cr_assert_only_logged(capture, ...) \
    JSONLOG_CRITERION_LIST_(true, capture, JSONLOG_EXPECT_ONLY, __VA_ARGS__)
#define cr_expect_only_logged(capture, ...) \
    JSONLOG_CRITERION_LIST_(false, capture, JSONLOG_EXPECT_ONLY, __VA_ARGS__)
/** Nothing at ERROR or above. */
#define cr_assert_no_errors_logged(capture) \
    JSONLOG_CRITERION_(true, capture, JSONLOG_EXPECTING_QUIET())
#define cr_expect_no_errors_logged(capture) \
    JSONLOG_CRITERION_(false, capture, JSONLOG_EXPECTING_QUIET())

#define JSONLOG_CRITERION_LOGGED_(is_fatal, capture, ms, pattern) \
    JSONLOG_CRITERION_(is_fatal, capture,                         \
                       JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
#define JSONLOG_CRITERION_COUNT_(is_fatal, capture, pattern, n) \
    JSONLOG_CRITERION_(is_fatal, capture,                       \
                       JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
#define JSONLOG_CRITERION_LIST_(is_fatal, capture, kind, ...) \
    JSONLOG_CRITERION_(is_fatal, capture, JSONLOG_EXPECTING(kind, 0, 0, __VA_ARGS__))

/* The failure is reported without ending the test, so that the report can be freed. */
#define JSONLOG_CRITERION_(is_fatal, capture, expectation)                        \
    do {                                                                          \
        jsonlog_report *jsonlog_report_ = NULL;                                   \
        const bool jsonlog_holds_ =                                               \
            jsonlog_criterion_expect((capture), (expectation), &jsonlog_report_); \
        cr_expect(jsonlog_holds_, "%s",                                           \
                  jsonlog_holds_ ? "" : jsonlog_adapter_text(jsonlog_report_));   \
        jsonlog_report_free(jsonlog_report_);                                     \
        if (!jsonlog_holds_ && (is_fatal))                                        \
            criterion_abort_test();                                               \
    } while (0)

static inline bool jsonlog_criterion_expect(jsonlog_capture *capture,
                                            jsonlog_expectation expectation,
                                            jsonlog_report **report) {
    return jsonlog_expect(capture, &expectation, report);
}

/** The capture of the running test, for .init and .fini: this thread's records from TRACE up. */
__attribute__((weak)) jsonlog_capture *jsonlog_criterion_logs;

static inline void jsonlog_criterion_setup(void) {
    jsonlog_criterion_logs = jsonlog_adapter_start();
    cr_assert(jsonlog_criterion_logs != NULL, "no memory for a capture");
}

static inline void jsonlog_criterion_teardown(void) {
    jsonlog_capture_stop(jsonlog_criterion_logs);
    jsonlog_criterion_logs = NULL;
}

#endif
