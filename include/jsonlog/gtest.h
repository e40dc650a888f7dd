#ifndef JSONLOG_GTEST_H
#define JSONLOG_GTEST_H
/**
 * Assertions for GoogleTest (1.8 or later). Header only; nothing of this is in the library.
 *
 *     class Login : public jsonlog_gtest::LogTest {};
 *
 *     TEST_F(Login, RejectsAnExpiredToken) {
 *         login(expired_token);
 *         ASSERT_LOGGED(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
 *         EXPECT_LOGGED_COUNT(logs, "{ $.user.age >= 20 }", 1) << "of " << users << " users";
 *         EXPECT_NOT_LOGGED(logs, "{ $.password = * }");
 *     }
 *
 * ASSERT_… returns from the function, EXPECT_… goes on, as with GoogleTest's own; more text may be
 * streamed behind either. A failing assertion fails at the caller's line, and its message is the
 * whole report. In a death test the statement runs in a child, which fills a copy of the capture.
 */
#include <gtest/gtest.h>

#include <jsonlog/adapter.h>

/** At least one line matches. */
#define EXPECT_LOGGED(capture, pattern) JSONLOG_GTEST_LIST_(EXPECT, capture, MATCH, (pattern))
#define ASSERT_LOGGED(capture, pattern) JSONLOG_GTEST_LIST_(ASSERT, capture, MATCH, (pattern))
/** Exactly `n` lines match. */
#define EXPECT_LOGGED_COUNT(capture, pattern, n) \
    JSONLOG_GTEST_(EXPECT, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
#define ASSERT_LOGGED_COUNT(capture, pattern, n) \
    JSONLOG_GTEST_(ASSERT, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
/** No line matches. */
#define EXPECT_NOT_LOGGED(capture, pattern) JSONLOG_GTEST_LIST_(EXPECT, capture, NONE, (pattern))
#define ASSERT_NOT_LOGGED(capture, pattern) JSONLOG_GTEST_LIST_(ASSERT, capture, NONE, (pattern))
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define EXPECT_LOGGED_WITHIN(capture, pattern, ms) \
    JSONLOG_GTEST_(EXPECT, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
#define ASSERT_LOGGED_WITHIN(capture, pattern, ms) \
    JSONLOG_GTEST_(ASSERT, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
/** Lines match the patterns one after the other. */
#define EXPECT_LOGGED_IN_ORDER(capture, ...) \
    JSONLOG_GTEST_LIST_(EXPECT, capture, ORDER, __VA_ARGS__)
#define ASSERT_LOGGED_IN_ORDER(capture, ...) \
    JSONLOG_GTEST_LIST_(ASSERT, capture, ORDER, __VA_ARGS__)
/** Each line is matched by one of the patterns and each pattern by a line. */
#define EXPECT_ONLY_LOGGED(capture, ...) JSONLOG_GTEST_LIST_(EXPECT, capture, ONLY, __VA_ARGS__)
#define ASSERT_ONLY_LOGGED(capture, ...) JSONLOG_GTEST_LIST_(ASSERT, capture, ONLY, __VA_ARGS__)
/** Nothing at ERROR or above. */
#define EXPECT_NO_ERRORS_LOGGED(capture) JSONLOG_GTEST_(EXPECT, capture, JSONLOG_EXPECTING_QUIET())
#define ASSERT_NO_ERRORS_LOGGED(capture) JSONLOG_GTEST_(ASSERT, capture, JSONLOG_EXPECTING_QUIET())

#define JSONLOG_GTEST_LIST_(how, capture, kind, ...) \
    JSONLOG_GTEST_(how, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_##kind, 0, 0, __VA_ARGS__))
#define JSONLOG_GTEST_(how, capture, expectation) \
    how##_PRED_FORMAT1(jsonlog_gtest::Expecting{expectation}, (capture))

namespace jsonlog_gtest {

using jsonlog_testing::Capture;

/** A fixture with a capture. */
class LogTest : public ::testing::Test {
  protected:
    Capture logs;
};

/** @cond what the macros are made of */
struct Expecting {
    jsonlog_expectation expectation;
    ::testing::AssertionResult operator()(const char *, jsonlog_capture *capture) const {
        jsonlog_report *report = nullptr;
        if (jsonlog_expect(capture, &expectation, &report))
            return ::testing::AssertionSuccess();
        ::testing::AssertionResult failure = ::testing::AssertionFailure();
        failure << jsonlog_adapter_text(report);
        jsonlog_report_free(report);
        return failure;
    }
};
/** @endcond */

/** The same, but a test that left an ERROR in the log has failed. Who overrides TearDown() calls
 * this one. */
class QuietLogTest : public LogTest {
  protected:
    void TearDown() override { EXPECT_NO_ERRORS_LOGGED(logs); }
};

} // namespace jsonlog_gtest

#endif
