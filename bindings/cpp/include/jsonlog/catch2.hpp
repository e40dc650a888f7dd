#ifndef JSONLOG_CATCH2_HPP
#define JSONLOG_CATCH2_HPP
/**
 * Assertions and matchers for Catch2, versions 2 and 3.
 *
 *     TEST_CASE("login") {
 *         jsonlog::Capture logs;
 *         login(expired_token);
 *         CHECK_LOGGED(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
 *         REQUIRE_THAT(logs, jsonlog::Logged("{ $.user.age >= 20 }"));
 *         CHECK_THAT(line, jsonlog::MatchesPattern("{ $.user.age >= 20 }"));
 *     }
 *
 * The macros are those of <jsonlog/catch2.h>, and take a Capture. If your program includes Catch2
 * with CATCH_CONFIG_MAIN, _RUNNER or _PREFIX_ALL, do that first.
 */
#include <jsonlog/capture.hpp>
#include <jsonlog/catch2.h>
#include <jsonlog/filter.hpp>

#if __has_include(<catch2/matchers/catch_matchers.hpp>)
#include <catch2/matchers/catch_matchers.hpp>
#endif

namespace jsonlog {
inline namespace catch2_matchers {

/** Matches a line that matches the pattern. */
class PatternMatcher : public Catch::MatcherBase<std::string> {
  public:
    explicit PatternMatcher(std::string pattern) : pattern_(std::move(pattern)) {}
    bool match(const std::string &line) const override {
        jsonlog_err err;
        const Filter filter(pattern_, err);
        why_ = filter ? std::string(filter.explain(line).text()) : Error(err, pattern_).what();
        return filter.match(line);
    }
    std::string describe() const override { return "matches " + pattern_ + "\n" + why_; }

  private:
    std::string pattern_;
    mutable std::string why_;
};

inline PatternMatcher MatchesPattern(std::string pattern) {
    return PatternMatcher(std::move(pattern));
}

/** Matches a capture with at least one line that matches the pattern. */
class LoggedMatcher : public Catch::MatcherBase<Capture> {
  public:
    explicit LoggedMatcher(std::string pattern) : pattern_(std::move(pattern)) {}
    bool match(const Capture &logs) const override {
        const Report report = logs.expect(pattern_);
        why_ = report.text();
        return static_cast<bool>(report);
    }
    std::string describe() const override {
        return "has a line that matches " + pattern_ + "\n" + why_;
    }

  private:
    std::string pattern_;
    mutable std::string why_;
};

inline LoggedMatcher Logged(std::string pattern) {
    return LoggedMatcher(std::move(pattern));
}

} // namespace catch2_matchers
} // namespace jsonlog

/** How Catch2 prints a capture. */
template <> struct Catch::StringMaker<jsonlog::Capture> {
    static std::string convert(const jsonlog::Capture &logs) {
        return "a capture of " + std::to_string(logs.size()) + " lines";
    }
};

#endif
