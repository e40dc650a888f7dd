#ifndef JSONLOG_CHECK_H
#define JSONLOG_CHECK_H
/**
 * Assertions for Check (0.10 or later). Header only; nothing of this is in the library.
 *
 *     START_TEST(rejects_an_expired_token) {
 *         login(expired_token);
 *         ck_assert_logged(jsonlog_check_logs, "{ $.logType = \"ERROR\" && $.errorCode =
 * \"DA0001*\" }"); ck_assert_logged_count(jsonlog_check_logs, "{ $.user.age >= 20 }", 1);
 *         ck_assert_not_logged(jsonlog_check_logs, "{ $.password = * }");
 *     }
 *     END_TEST
 *     …
 *     tcase_add_checked_fixture(tcase, jsonlog_check_setup, jsonlog_check_teardown);
 *
 * A failing assertion fails at the caller's line, and its message is the report. Check cuts long
 * messages: of a report that is longer than JSONLOG_CHECK_MESSAGE_MAX the message holds the first
 * lines, and the whole of it is written to stderr.
 *
 * Check runs each test in a child of its own unless CK_FORK=no. A checked fixture runs in that
 * child, so the capture is the test's own. A capture that an unchecked fixture starts in the parent
 * works too: each child fills a copy of its own, and the parent's stays as it was.
 */
#include <check.h>

#include <jsonlog/adapter.h>

/** Check's own limit is 8,192 bytes with what it packs around the text. */
#define JSONLOG_CHECK_MESSAGE_MAX 4000

/** At least one line matches. */
#define ck_assert_logged(capture, pattern) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, 0, (pattern)))
/** Exactly `n` lines match. */
#define ck_assert_logged_count(capture, pattern, n) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
/** No line matches. */
#define ck_assert_not_logged(capture, pattern) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_NONE, 0, 0, (pattern)))
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define ck_assert_logged_within(capture, pattern, ms) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
/** Lines match the patterns one after the other. */
#define ck_assert_logged_in_order(capture, ...) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_ORDER, 0, 0, __VA_ARGS__))
/** Each line is matched by one of the patterns and each pattern by a line. */
#define ck_assert_only_logged(capture, ...) \
    JSONLOG_CHECK_(capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_ONLY, 0, 0, __VA_ARGS__))
/** Nothing at ERROR or above. */
#define ck_assert_no_errors_logged(capture) JSONLOG_CHECK_(capture, JSONLOG_EXPECTING_QUIET())

#define JSONLOG_CHECK_(capture, expectation) \
    jsonlog_check_expect((capture), (expectation), __FILE__, __LINE__)

/* Check ends the test inside _ck_assert_failed(), so the report's text moves to the stack first. */
static inline void jsonlog_check_fail(jsonlog_report *report, const char *file, int line) {
    char message[JSONLOG_CHECK_MESSAGE_MAX + 1];
    const char *text = jsonlog_adapter_text(report);
    size_t len = strlen(text);
    if (len > JSONLOG_CHECK_MESSAGE_MAX) {
        jsonlog_adapter_show(file, line, report);
        for (len = JSONLOG_CHECK_MESSAGE_MAX; len > 1 && text[len - 1] != '\n';)
            len--;
    }
    memcpy(message, text, len);
    message[len > 0 ? len - 1 : 0] = '\0'; /* Check ends the line itself */
    jsonlog_report_free(report);
    _ck_assert_failed(file, line, "expectation failed", "%s", message);
}

static inline void jsonlog_check_expect(jsonlog_capture *capture, jsonlog_expectation expectation,
                                        const char *file, int line) {
    jsonlog_report *report = NULL;
    if (jsonlog_expect(capture, &expectation, &report))
        _mark_point(file, line);
    else
        jsonlog_check_fail(report, file, line);
}

/** The capture of the running test, for fixtures: this thread's records from TRACE up. One for the
 * whole program. */
__attribute__((weak)) jsonlog_capture *jsonlog_check_logs;

/** Fixtures, checked or unchecked. The first also ends a capture that a test before it left behind
 * (CK_FORK=no). */
static inline void jsonlog_check_setup(void) {
    jsonlog_capture_stop(jsonlog_check_logs);
    jsonlog_check_logs = jsonlog_adapter_start();
    if (jsonlog_check_logs == NULL)
        ck_abort_msg("no memory for a capture");
}

static inline void jsonlog_check_teardown(void) {
    jsonlog_capture_stop(jsonlog_check_logs);
    jsonlog_check_logs = NULL;
}

/** The same, but a test that left an ERROR in the log has failed. */
static inline void jsonlog_check_teardown_quiet(void) {
    jsonlog_expectation quiet = JSONLOG_EXPECTING_QUIET();
    jsonlog_report *report = NULL;
    const bool is_quiet = jsonlog_expect(jsonlog_check_logs, &quiet, &report);
    jsonlog_check_teardown();
    if (!is_quiet)
        jsonlog_check_fail(report, __FILE__, __LINE__);
}

#endif
