/* The assertions and matchers for Catch2; those that fail are run by asking the matcher itself. */
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <jsonlog/catch2.hpp>
#include <jsonlog/jsonlog.hpp>

static const char *const expired = "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }";
static const char *const other = "{ $.errorCode = \"DA0002*\" }";

static void login() {
    const jsonlog::Logger log("login");
    jsonlog_info(log, "login", "user", std::string("kim"), "age", 20);
    jsonlog_error(log, "token expired", "errorCode", std::string("DA00012"));
}

TEST_CASE("macros take a capture") {
    const jsonlog::Capture logs;
    login();
    CHECK_LOGGED(logs, expired);
    REQUIRE_LOGGED_COUNT(logs, "{ $.age >= 20 }", 1);
    CHECK_NOT_LOGGED(logs, other);
    CHECK_LOGGED_IN_ORDER(logs, "{ $.age = 20 }", expired);
}

TEST_CASE("matchers of captures and of lines") {
    const jsonlog::Capture logs;
    login();
    CHECK_THAT(logs, jsonlog::Logged(expired));
    CHECK_THAT(logs, !jsonlog::Logged(other));
    CHECK_THAT(logs[1], jsonlog::MatchesPattern(expired));
    CHECK_THAT(logs[0], !jsonlog::MatchesPattern(expired) && jsonlog::MatchesPattern("kim"));
}

TEST_CASE("matchers say why") {
    const jsonlog::Capture logs;
    login();
    const jsonlog::LoggedMatcher logged = jsonlog::Logged(other);
    CHECK_FALSE(logged.match(logs));
    CHECK_THAT(logged.toString(), Catch::Contains("2 lines captured"));
    const jsonlog::PatternMatcher matcher = jsonlog::MatchesPattern(other);
    CHECK_FALSE(matcher.match(logs[1]));
    CHECK_THAT(matcher.toString(), Catch::Contains("found \"DA00012\""));
    const jsonlog::PatternMatcher wrong = jsonlog::MatchesPattern("{ $.a = ");
    CHECK_FALSE(wrong.match(logs[1]));
    CHECK_THAT(wrong.toString(), Catch::Contains("^"));
    CHECK(Catch::Detail::stringify(logs) == "a capture of 2 lines");
}
