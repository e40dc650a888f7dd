/* Captures, and the assertions and matchers for GoogleTest. */
#include <jsonlog/gtest.hpp>
#include <jsonlog/jsonlog.hpp>

#include <gtest/gtest-spi.h>
#if __has_include(<gmock/gmock.h>)
#include <gmock/gmock.h>
#endif

#include <sstream>
#include <thread>

namespace {

const char *const alarm = "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }";
const char *const other = "{ $.errorCode = \"DA0002*\" }";

void login() {
    const jsonlog::Logger log("login");
    jsonlog_info(log, "login", "user", std::string("kim"), "age", 20);
    jsonlog_error(log, "token expired", "errorCode", std::string("DA00012"));
}

TEST(Captures, HoldLines) {
    jsonlog::Capture logs;
    ASSERT_TRUE(logs);
    jsonlog_trace(jsonlog_get("t"), "from TRACE up");
    login();
    ASSERT_EQ(logs.size(), 3u);
    EXPECT_EQ(logs.lines().size(), 3u);
    EXPECT_NE(logs[2].find("\"errorCode\":\"DA00012\""), std::string::npos);
    EXPECT_EQ(logs[3], "");
    logs.clear();
    EXPECT_EQ(logs.size(), 0u);
}

TEST(Captures, EndWithTheirObjects) {
    auto logs = std::make_unique<jsonlog::Capture>();
    login();
    jsonlog::Capture moved = std::move(*logs);
    logs.reset();
    login();
    EXPECT_EQ(moved.size(), 4u);
}

TEST(Captures, HaveScopes) {
    const jsonlog::Capture mine;
    const jsonlog::Capture all = jsonlog::Capture::process();
    std::thread(login).join();
    EXPECT_EQ(mine.size(), 0u);
    EXPECT_EQ(all.size(), 2u);
}

TEST(Captures, MayBeFed) {
    const jsonlog::Capture logs = jsonlog::Capture::of("{\"a\":1}\n\n{\"a\":2}");
    EXPECT_EQ(logs.size(), 2u);
    EXPECT_TRUE(logs.expect("{ $.a = 2 }"));
    login();
    EXPECT_EQ(logs.size(), 2u);
}

TEST(Captures, RunPrograms) {
    jsonlog::Capture logs = jsonlog::Capture::of("");
    const jsonlog::RunResult result =
        logs.run({"sh", "-c", "cat; exit 3"}, "{\"a\":1}\n{\"a\":2}\n");
    EXPECT_EQ(result.status, JSONLOG_OK);
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_TRUE(logs.expect_count("{ $.a > 0 }", 2));
    EXPECT_EQ(logs.run({"no such program"}).status, JSONLOG_E_NOT_FOUND);
}

TEST(Captures, Expect) {
    const jsonlog::Capture logs;
    login();
    EXPECT_TRUE(logs.expect(alarm));
    EXPECT_TRUE(logs.expect_none(other));
    EXPECT_TRUE(logs.expect_count("{ $.age >= 20 }", 1));
    EXPECT_TRUE(logs.expect_order({"{ $.age = 20 }", alarm}));
    EXPECT_TRUE(logs.expect_only({"{ $.age = 20 }", alarm}));
    EXPECT_FALSE(logs.expect_quiet());
    EXPECT_FALSE(logs.expect_order({alarm, "{ $.age = 20 }"}));
    EXPECT_FALSE(logs.expect_only({alarm}));
    EXPECT_FALSE(logs.expect_count(alarm, 2));
    EXPECT_FALSE(logs.expect_none(alarm));
    const jsonlog::Report report = logs.expect(other);
    EXPECT_FALSE(report);
    EXPECT_NE(report.text().find("no   $.errorCode = \"DA0002*\""), std::string::npos);
    EXPECT_EQ(logs.expect(alarm).text(), "");
}

TEST(Captures, ExpectOfThreads) {
    const jsonlog::Capture logs = jsonlog::Capture::process();
    std::thread worker(login);
    EXPECT_TRUE(logs.expect(alarm, 60000));
    worker.join();
}

TEST(Macros, TakeACapture) {
    const jsonlog::Capture logs;
    login();
    EXPECT_LOGGED(logs, alarm);
    EXPECT_LOGGED_COUNT(logs, "{ $.age = 20 }", 1);
    EXPECT_NOT_LOGGED(logs, "{ $.password = * }");
    ASSERT_LOGGED_IN_ORDER(logs, "{ $.age = 20 }", alarm);
    EXPECT_NONFATAL_FAILURE(EXPECT_LOGGED(logs, other), "expected a line that matches");
    EXPECT_NONFATAL_FAILURE(EXPECT_NO_ERRORS_LOGGED(logs), "ERROR");
}

template <class Matcher, class Value> std::string said(const Matcher &matcher, const Value &value) {
    std::ostringstream out;
    return matcher.MatchAndExplain(value, &out) ? "yes" : out.str();
}

TEST(Matchers, SayWhy) {
    const jsonlog::Capture logs;
    login();
    EXPECT_EQ(said(jsonlog::Logged(alarm), logs), "yes");
    EXPECT_NE(said(jsonlog::Logged(other), logs).find("2 lines captured"), std::string::npos);
    EXPECT_EQ(said(jsonlog::MatchesPattern(alarm), logs[1]), "yes");
    EXPECT_EQ(said(jsonlog::MatchesPattern("[a, b]"), "1 2"), "yes");
    EXPECT_NE(said(jsonlog::MatchesPattern(other), logs[1]).find("found \"DA00012\""),
              std::string::npos);
    EXPECT_NE(said(jsonlog::MatchesPattern("{ $.a = "), logs[1]).find("^"), std::string::npos);
    const testing::Matcher<const jsonlog::Capture &> matcher = jsonlog::Logged(alarm);
    EXPECT_TRUE(matcher.Matches(logs));
    std::ostringstream description;
    matcher.DescribeNegationTo(&description);
    EXPECT_EQ(description.str(), std::string("has no line that matches ") + alarm);
    EXPECT_EQ(testing::PrintToString(logs), "a capture of 2 lines");
}

#ifdef EXPECT_THAT
TEST(Matchers, StandInExpectThat) {
    const jsonlog::Capture logs;
    login();
    EXPECT_THAT(logs, jsonlog::Logged(alarm));
    EXPECT_THAT(logs, testing::Not(jsonlog::Logged(other)));
    EXPECT_THAT(logs.lines(), testing::Contains(jsonlog::MatchesPattern(alarm)));
    EXPECT_NONFATAL_FAILURE(EXPECT_THAT(logs[1], jsonlog::MatchesPattern(other)), "DA00012");
}
#endif

} // namespace
