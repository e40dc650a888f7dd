/* A test program for Catch2 whose assertions are wrong on purpose, run by test_meta_adapters.c. */
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <jsonlog/catch2.h>

#include "adapter_cases.h"

TEST_CASE("fails_logged") {
    const jsonlog_testing::Capture logs;
    log_both();
    BLAMED(REQUIRE_LOGGED(logs, ALARM));
}

TEST_CASE("fails_logged_count") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(REQUIRE_LOGGED_COUNT(logs, ADULT, 2));
}

TEST_CASE("fails_not_logged") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(REQUIRE_NOT_LOGGED(logs, ADULT));
}

TEST_CASE("fails_logged_within") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(REQUIRE_LOGGED_WITHIN(logs, ALARM, 50));
}

TEST_CASE("fails_logged_in_order") {
    const jsonlog_testing::Capture logs;
    log_an_error();
    log_a_login();
    BLAMED(REQUIRE_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = * }"));
}

TEST_CASE("fails_only_logged") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(REQUIRE_ONLY_LOGGED(logs, LOGIN));
}

TEST_CASE("fails_no_errors_logged") {
    const jsonlog_testing::Capture logs;
    log_both();
    BLAMED(REQUIRE_NO_ERRORS_LOGGED(logs));
}

TEST_CASE("fails_long_report") {
    const jsonlog_testing::Capture logs;
    log_much();
    BLAMED(REQUIRE_LOGGED(logs, "{ $.i = 100 }"));
}

TEST_CASE("fails_without_capture") {
    log_a_login();
    BLAMED(REQUIRE_NOT_LOGGED(nullptr, ADULT));
}

TEST_CASE("goes_on_logged") {
    const jsonlog_testing::Capture logs;
    log_both();
    BLAMED(CHECK_LOGGED(logs, ALARM));
}

TEST_CASE("goes_on_logged_count") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(CHECK_LOGGED_COUNT(logs, ADULT, 2));
}

TEST_CASE("goes_on_not_logged") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(CHECK_NOT_LOGGED(logs, ADULT));
}

TEST_CASE("goes_on_logged_within") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(CHECK_LOGGED_WITHIN(logs, ALARM, 50));
}

TEST_CASE("goes_on_logged_in_order") {
    const jsonlog_testing::Capture logs;
    log_an_error();
    log_a_login();
    BLAMED(CHECK_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = * }"));
}

TEST_CASE("goes_on_only_logged") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    BLAMED(CHECK_ONLY_LOGGED(logs, LOGIN));
}

TEST_CASE("goes_on_no_errors_logged") {
    const jsonlog_testing::Capture logs;
    log_both();
    BLAMED(CHECK_NO_ERRORS_LOGGED(logs));
}

TEST_CASE("goes_on_long_report") {
    const jsonlog_testing::Capture logs;
    log_much();
    BLAMED(CHECK_LOGGED(logs, "{ $.i = 100 }"));
}

TEST_CASE("goes_on_without_capture") {
    log_a_login();
    BLAMED(CHECK_NOT_LOGGED(nullptr, ADULT));
}

TEST_CASE("holds") {
    const jsonlog_testing::Capture logs;
    log_a_login();
    REQUIRE_LOGGED(logs, LOGIN);
    REQUIRE_LOGGED_COUNT(logs, ADULT, 1);
    REQUIRE_NOT_LOGGED(logs, "{ $.password = * }");
    REQUIRE_LOGGED_WITHIN(logs, ADULT, 10);
    REQUIRE_NO_ERRORS_LOGGED(logs);
    jsonlog_trace(jsonlog_get("shop"), "details");
    log_an_error();
    REQUIRE_LOGGED_IN_ORDER(logs, LOGIN, "{ $.errorCode = \"DA00021\" }");
    REQUIRE_ONLY_LOGGED(logs, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                        "{ $.errorCode = * }");
    CHECK_ONLY_LOGGED(logs, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                      "{ $.errorCode = * }");
}
