/* A test program for Criterion whose assertions are wrong on purpose, run by test_meta_adapters.c.
 */
#include <criterion/criterion.h>

#include <jsonlog/criterion.h>

#include "adapter_cases.h"

#define LOGS     jsonlog_criterion_logs
#define CAPTURED .init = jsonlog_criterion_setup, .fini = jsonlog_criterion_teardown

Test(meta, fails_logged, CAPTURED) {
    log_both();
    BLAMED(cr_assert_logged(LOGS, ALARM));
}

Test(meta, fails_logged_count, CAPTURED) {
    log_a_login();
    BLAMED(cr_assert_logged_count(LOGS, ADULT, 2));
}

Test(meta, fails_not_logged, CAPTURED) {
    log_a_login();
    BLAMED(cr_assert_not_logged(LOGS, ADULT));
}

Test(meta, fails_logged_within, CAPTURED) {
    log_a_login();
    BLAMED(cr_assert_logged_within(LOGS, ALARM, 50));
}

Test(meta, fails_logged_in_order, CAPTURED) {
    log_an_error();
    log_a_login();
    BLAMED(cr_assert_logged_in_order(LOGS, LOGIN, "{ $.errorCode = * }"));
}

Test(meta, fails_only_logged, CAPTURED) {
    log_a_login();
    BLAMED(cr_assert_only_logged(LOGS, LOGIN));
}

Test(meta, fails_no_errors_logged, CAPTURED) {
    log_both();
    BLAMED(cr_assert_no_errors_logged(LOGS));
}

Test(meta, fails_long_report, CAPTURED) {
    log_much();
    BLAMED(cr_assert_logged(LOGS, "{ $.i = 100 }"));
}

Test(meta, fails_without_capture, CAPTURED) {
    log_a_login();
    BLAMED(cr_assert_not_logged(NULL, ADULT));
}

Test(meta, goes_on_logged, CAPTURED) {
    log_both();
    BLAMED(cr_expect_logged(LOGS, ALARM));
}

Test(meta, goes_on_logged_count, CAPTURED) {
    log_a_login();
    BLAMED(cr_expect_logged_count(LOGS, ADULT, 2));
}

Test(meta, goes_on_not_logged, CAPTURED) {
    log_a_login();
    BLAMED(cr_expect_not_logged(LOGS, ADULT));
}

Test(meta, goes_on_logged_within, CAPTURED) {
    log_a_login();
    BLAMED(cr_expect_logged_within(LOGS, ALARM, 50));
}

Test(meta, goes_on_logged_in_order, CAPTURED) {
    log_an_error();
    log_a_login();
    BLAMED(cr_expect_logged_in_order(LOGS, LOGIN, "{ $.errorCode = * }"));
}

Test(meta, goes_on_only_logged, CAPTURED) {
    log_a_login();
    BLAMED(cr_expect_only_logged(LOGS, LOGIN));
}

Test(meta, goes_on_no_errors_logged, CAPTURED) {
    log_both();
    BLAMED(cr_expect_no_errors_logged(LOGS));
}

Test(meta, goes_on_long_report, CAPTURED) {
    log_much();
    BLAMED(cr_expect_logged(LOGS, "{ $.i = 100 }"));
}

Test(meta, goes_on_without_capture, CAPTURED) {
    log_a_login();
    BLAMED(cr_expect_not_logged(NULL, ADULT));
}

Test(meta, holds, CAPTURED) {
    log_a_login();
    cr_assert_logged(LOGS, LOGIN);
    cr_assert_logged_count(LOGS, ADULT, 1);
    cr_assert_not_logged(LOGS, "{ $.password = * }");
    cr_assert_logged_within(LOGS, ADULT, 10);
    cr_assert_no_errors_logged(LOGS);
    jsonlog_trace(jsonlog_get("shop"), "details");
    log_an_error();
    cr_assert_logged_in_order(LOGS, LOGIN, "{ $.errorCode = \"DA00021\" }");
    cr_assert_only_logged(LOGS, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                          "{ $.errorCode = * }");
    cr_expect_only_logged(LOGS, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                          "{ $.errorCode = * }");
}
