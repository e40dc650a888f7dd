// One framework at a time, with one assertion that holds.
#if defined(CONSUMER_gtest)

#include <jsonlog/gtest.h>
#include <jsonlog/jsonlog.h>

class Consumer : public jsonlog_gtest::LogTest {};

TEST_F(Consumer, Holds) {
    jsonlog_info(jsonlog_get("consumer"), "installed");
    EXPECT_LOGGED(logs, "{ $.message = \"installed\" }");
}

#elif defined(CONSUMER_catch2)

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <jsonlog/catch2.h>
#include <jsonlog/jsonlog.h>

TEST_CASE("holds") {
    const jsonlog_testing::Capture logs;
    jsonlog_info(jsonlog_get("consumer"), "installed");
    CHECK_LOGGED(logs, "{ $.message = \"installed\" }");
}

#endif
