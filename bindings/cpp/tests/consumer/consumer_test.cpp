#include <jsonlog/gtest.hpp>
#include <jsonlog/jsonlog.hpp>

TEST(Consumer, Holds) {
    const jsonlog::Capture logs;
    jsonlog_info(jsonlog_get("consumer"), "installed");
    EXPECT_LOGGED(logs, "{ $.message = \"installed\" }");
}
