/* A test program for GoogleTest whose assertions are wrong on purpose, run by test_meta_adapters.c.
 */
#include <gtest/gtest.h>

#include <jsonlog/gtest.h>

#include "adapter_cases.h"

class Meta : public jsonlog_gtest::LogTest {};
class QuietMeta : public jsonlog_gtest::QuietLogTest {};

TEST_F(Meta, fails_logged) {
    log_both();
    BLAMED(ASSERT_LOGGED(logs, ALARM));
}

TEST_F(Meta, fails_logged_count) {
    log_a_login();
    BLAMED(ASSERT_LOGGED_COUNT(logs, ADULT, 2));
}

TEST_F(Meta, fails_not_logged) {
    log_a_login();
    BLAMED(ASSERT_NOT_LOGGED(logs, ADULT));
}

TEST_F(Meta, fails_logged_within) {
    log_a_login();
    BLAMED(ASSERT_LOGGED_WITHIN(logs, ALARM, 50));
}

TEST_F(Meta, fails_logged_in_order) {
    log_an_error();
    log_a_login();
    BLAMED(ASSERT_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = * }"));
}

TEST_F(Meta, fails_only_logged) {
    log_a_login();
    BLAMED(ASSERT_ONLY_LOGGED(logs, LOGIN));
}

TEST_F(Meta, fails_no_errors_logged) {
    log_both();
    BLAMED(ASSERT_NO_ERRORS_LOGGED(logs));
}

TEST_F(Meta, fails_long_report) {
    log_much();
    BLAMED(ASSERT_LOGGED(logs, "{ $.i = 100 }"));
}

TEST_F(Meta, fails_without_capture) {
    log_a_login();
    BLAMED(ASSERT_NOT_LOGGED(nullptr, ADULT));
}

TEST_F(Meta, goes_on_logged) {
    log_both();
    BLAMED(EXPECT_LOGGED(logs, ALARM));
}

TEST_F(Meta, goes_on_logged_count) {
    log_a_login();
    BLAMED(EXPECT_LOGGED_COUNT(logs, ADULT, 2));
}

TEST_F(Meta, goes_on_not_logged) {
    log_a_login();
    BLAMED(EXPECT_NOT_LOGGED(logs, ADULT));
}

TEST_F(Meta, goes_on_logged_within) {
    log_a_login();
    BLAMED(EXPECT_LOGGED_WITHIN(logs, ALARM, 50));
}

TEST_F(Meta, goes_on_logged_in_order) {
    log_an_error();
    log_a_login();
    BLAMED(EXPECT_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = * }"));
}

TEST_F(Meta, goes_on_only_logged) {
    log_a_login();
    BLAMED(EXPECT_ONLY_LOGGED(logs, LOGIN));
}

TEST_F(Meta, goes_on_no_errors_logged) {
    log_both();
    BLAMED(EXPECT_NO_ERRORS_LOGGED(logs));
}

TEST_F(Meta, goes_on_long_report) {
    log_much();
    BLAMED(EXPECT_LOGGED(logs, "{ $.i = 100 }"));
}

TEST_F(Meta, goes_on_without_capture) {
    log_a_login();
    BLAMED(EXPECT_NOT_LOGGED(nullptr, ADULT));
}

TEST_F(Meta, fails_with_more_text) {
    BLAMED(ASSERT_LOGGED(logs, ALARM) << "for user " << 7);
}

TEST_F(Meta, holds) {
    log_a_login();
    ASSERT_LOGGED(logs, LOGIN);
    ASSERT_LOGGED_COUNT(logs, ADULT, 1);
    ASSERT_NOT_LOGGED(logs, "{ $.password = * }");
    ASSERT_LOGGED_WITHIN(logs, ADULT, 10);
    ASSERT_NO_ERRORS_LOGGED(logs);
    jsonlog_trace(jsonlog_get("shop"), "details");
    log_an_error();
    ASSERT_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = \"DA00021\" }");
    ASSERT_ONLY_LOGGED(logs, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                       "{ $.errorCode = * }");
    EXPECT_ONLY_LOGGED(logs, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                       "{ $.errorCode = * }");
}

TEST_F(Meta, holds_with_options) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.level = JSONLOG_LEVEL_ERROR;
    const jsonlog_testing::Capture errors(options);
    log_both();
    EXPECT_LOGGED_COUNT(errors, "{ $.errorCode = * }", 1);
}

TEST_F(QuietMeta, leaves_an_error) {
    log_an_error();
}

TEST_F(QuietMeta, leaves_a_warning) {
    log_a_login();
}
