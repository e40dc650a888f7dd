#ifndef JSONLOG_GTEST_HPP
#define JSONLOG_GTEST_HPP
/**
 * Assertions for GoogleTest, and matchers for its EXPECT_THAT().
 *
 *     TEST(Login, RejectsAnExpiredToken) {
 *         jsonlog::Capture logs;
 *         login(expired_token);
 *         EXPECT_LOGGED(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
 *         EXPECT_NOT_LOGGED(logs, "{ $.password = * }");
 *
 *         EXPECT_THAT(logs, jsonlog::Logged("{ $.user.age >= 20 }"));
 *         EXPECT_THAT(line, jsonlog::MatchesPattern("{ $.user.age >= 20 }"));
 *     }
 *
 * The macros are those of <jsonlog/gtest.h>, and take a Capture. EXPECT_THAT() is GoogleMock's; a
 * matcher can be asked without it, too.
 */
#include <gtest/gtest-matchers.h>
#include <gtest/gtest.h>

#include <jsonlog/capture.hpp>
#include <jsonlog/filter.hpp>
#include <jsonlog/gtest.h>

#include <ostream>

namespace jsonlog {
inline namespace gtest_matchers {

/** Matches what a line may be held in: a line matches the pattern. A failure is explained. */
class PatternMatcher {
  public:
    using is_gtest_matcher = void;
    explicit PatternMatcher(std::string pattern) : pattern_(std::move(pattern)) {}

    bool MatchAndExplain(std::string_view line, std::ostream *out) const {
        jsonlog_err err;
        const Filter filter(pattern_, err);
        if (!filter) {
            say(out, Error(err, pattern_).what());
            return false;
        }
        const Explanation why = filter.explain(line);
        if (!why.matches())
            say(out, why.text());
        return why.matches();
    }
    void DescribeTo(std::ostream *out) const { *out << "matches " << pattern_; }
    void DescribeNegationTo(std::ostream *out) const { *out << "does not match " << pattern_; }

  private:
    static void say(std::ostream *out, std::string_view text) {
        if (out != nullptr)
            *out << text;
    }

    std::string pattern_;
};

inline PatternMatcher MatchesPattern(std::string pattern) {
    return PatternMatcher(std::move(pattern));
}

/** Matches a capture: at least one of its lines matches the pattern. */
class LoggedMatcher {
  public:
    using is_gtest_matcher = void;
    explicit LoggedMatcher(std::string pattern) : pattern_(std::move(pattern)) {}

    bool MatchAndExplain(const Capture &logs, std::ostream *out) const {
        const Report report = logs.expect(pattern_);
        if (!report && out != nullptr)
            *out << report.text();
        return static_cast<bool>(report);
    }
    void DescribeTo(std::ostream *out) const { *out << "has a line that matches " << pattern_; }
    void DescribeNegationTo(std::ostream *out) const {
        *out << "has no line that matches " << pattern_;
    }

  private:
    std::string pattern_;
};

inline LoggedMatcher Logged(std::string pattern) {
    return LoggedMatcher(std::move(pattern));
}

} // namespace gtest_matchers

/** How GoogleTest prints a capture. */
inline void PrintTo(const Capture &logs, std::ostream *out) {
    *out << "a capture of " << logs.size() << " lines";
}

} // namespace jsonlog

#endif
