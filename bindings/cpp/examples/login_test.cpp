#include <jsonlog/gtest.hpp>
#include <jsonlog/jsonlog.hpp>

static bool login(const std::string &token) {
    const jsonlog::Logger log("login");
    if (token == "expired") {
        jsonlog_error(log, "token expired", "errorCode", "DA00012", "user",
                      jsonlog_object("age", 20));
        return false;
    }
    jsonlog_info(log, "login", "token", jsonlog_secret(token));
    return true;
}

TEST(Login, RejectsAnExpiredToken) {
    const jsonlog::Capture logs;
    EXPECT_FALSE(login("expired"));
    EXPECT_LOGGED(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
    EXPECT_LOGGED_COUNT(logs, "{ $.user.age >= 20 }", 1);
}

TEST(Login, KeepsTheTokenToItself) {
    const jsonlog::Capture logs;
    EXPECT_TRUE(login("s3cret"));
    EXPECT_NOT_LOGGED(logs, "%s3cret%");
    EXPECT_NO_ERRORS_LOGGED(logs);
}
