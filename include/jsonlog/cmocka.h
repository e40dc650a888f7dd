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
#include <jsonlog/adapter.h>

/** At least one line matches. */
#define assert_logged(capture, pattern) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, 0, (pattern)))
/** Exactly `n` lines match. */
#define assert_logged_count(capture, pattern, n) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
/** No line matches. */
#define assert_not_logged(capture, pattern) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_NONE, 0, 0, (pattern)))
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define assert_logged_within(capture, pattern, ms) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
/** Lines match the patterns one after the other: assert_logged_in_order(logs, first, second, …). */
#define assert_logged_in_order(capture, ...) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_ORDER, 0, 0, __VA_ARGS__))
/** Each line is matched by one of the patterns and each pattern by a line. */
#define assert_only_logged(capture, ...) \
    JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_ONLY, 0, 0, __VA_ARGS__))
/** Nothing at ERROR or above. */
#define assert_no_errors_logged(capture) JSONLOG_CMOCKA_(capture, JSONLOG_EXPECTING_QUIET())

#define JSONLOG_CMOCKA_(capture, expectation) \
    jsonlog_cmocka_check((capture), (expectation), __FILE__, __LINE__)

static inline void jsonlog_cmocka_check(jsonlog_capture *capture, jsonlog_expectation expectation,
                                        const char *file, int line) {
    jsonlog_report *report = NULL;
    if (jsonlog_expect(capture, &expectation, &report))
        return;
    jsonlog_adapter_show(file, line, report);
    jsonlog_report_free(report);
    _fail(file, line);
}

/** A fixture: *state is a capture of this thread from TRACE up. */
static inline int jsonlog_cmocka_setup(void **state) {
    *state = jsonlog_adapter_start();
    return *state == NULL ? -1 : 0;
}

static inline int jsonlog_cmocka_teardown(void **state) {
    jsonlog_capture_stop((jsonlog_capture *)*state);
    *state = NULL;
    return 0;
}

/** The same, but a test that left an ERROR in the log has failed. */
static inline int jsonlog_cmocka_teardown_quiet(void **state) {
    const jsonlog_expectation quiet = JSONLOG_EXPECTING_QUIET();
    jsonlog_report *report = NULL;
    const bool is_quiet = jsonlog_expect((jsonlog_capture *)*state, &quiet, &report);
    if (!is_quiet)
        jsonlog_adapter_show(__FILE__, __LINE__, report);
    jsonlog_report_free(report);
    jsonlog_cmocka_teardown(state);
    return is_quiet ? 0 : -1;
}

#endif
