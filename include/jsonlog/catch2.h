#ifndef JSONLOG_CATCH2_H
#define JSONLOG_CATCH2_H
/**
 * Assertions for Catch2, versions 2 and 3. Header only; nothing of this is in the library.
 *
 *     TEST_CASE("login") {
 *         jsonlog_catch2::Capture logs;
 *         login(expired_token);
 *         REQUIRE_LOGGED(logs, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }");
 *         CHECK_LOGGED_COUNT(logs, "{ $.user.age >= 20 }", 1);
 *         CHECK_NOT_LOGGED(logs, "{ $.password = * }");
 *     }
 *
 * REQUIRE_… ends the test case, CHECK_… goes on. A failing assertion fails at the caller's line.
 * Catch2 wraps messages at 80 columns, which captured lines do not survive: so its message says
 * what was expected and how near the nearest line came, and the whole report is written to
 * std::cerr (from where the reporters for JUnit and XML take it).
 *
 * If your program includes Catch2 with CATCH_CONFIG_MAIN, _RUNNER or _PREFIX_ALL, do that first.
 */
#if !defined(TEST_CASE) && !defined(CATCH_TEST_CASE)
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
#endif

#include <jsonlog/adapter.h>

#include <iostream>
#include <string>

/** At least one line matches. */
#define CHECK_LOGGED(capture, pattern)   JSONLOG_CATCH2_LIST_(CHECK, capture, MATCH, (pattern))
#define REQUIRE_LOGGED(capture, pattern) JSONLOG_CATCH2_LIST_(REQUIRE, capture, MATCH, (pattern))
/** Exactly `n` lines match. */
#define CHECK_LOGGED_COUNT(capture, pattern, n) \
    JSONLOG_CATCH2_(CHECK, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
#define REQUIRE_LOGGED_COUNT(capture, pattern, n) \
    JSONLOG_CATCH2_(REQUIRE, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_COUNT, (n), 0, (pattern)))
/** No line matches. */
#define CHECK_NOT_LOGGED(capture, pattern)   JSONLOG_CATCH2_LIST_(CHECK, capture, NONE, (pattern))
#define REQUIRE_NOT_LOGGED(capture, pattern) JSONLOG_CATCH2_LIST_(REQUIRE, capture, NONE, (pattern))
/** A line matches now or within `ms` milliseconds: for threads and asynchronous writers. */
#define CHECK_LOGGED_WITHIN(capture, pattern, ms) \
    JSONLOG_CATCH2_(CHECK, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
#define REQUIRE_LOGGED_WITHIN(capture, pattern, ms) \
    JSONLOG_CATCH2_(REQUIRE, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_MATCH, 0, (ms), (pattern)))
/** Lines match the patterns one after the other. */
#define CHECK_LOGGED_IN_ORDER(capture, ...) JSONLOG_CATCH2_LIST_(CHECK, capture, ORDER, __VA_ARGS__)
#define REQUIRE_LOGGED_IN_ORDER(capture, ...) \
    JSONLOG_CATCH2_LIST_(REQUIRE, capture, ORDER, __VA_ARGS__)
/** Each line is matched by one of the patterns and each pattern by a line. */
#define CHECK_ONLY_LOGGED(capture, ...)   JSONLOG_CATCH2_LIST_(CHECK, capture, ONLY, __VA_ARGS__)
#define REQUIRE_ONLY_LOGGED(capture, ...) JSONLOG_CATCH2_LIST_(REQUIRE, capture, ONLY, __VA_ARGS__)
/** Nothing at ERROR or above. */
#define CHECK_NO_ERRORS_LOGGED(capture) JSONLOG_CATCH2_(CHECK, capture, JSONLOG_EXPECTING_QUIET())
#define REQUIRE_NO_ERRORS_LOGGED(capture) \
    JSONLOG_CATCH2_(REQUIRE, capture, JSONLOG_EXPECTING_QUIET())

#define JSONLOG_CATCH2_LIST_(how, capture, kind, ...) \
    JSONLOG_CATCH2_(how, capture, JSONLOG_EXPECTING(JSONLOG_EXPECT_##kind, 0, 0, __VA_ARGS__))
#define JSONLOG_CATCH2_(how, capture, expectation)                                    \
    do {                                                                              \
        const std::string jsonlog_failure_ =                                          \
            jsonlog_catch2::failure_of((capture), (expectation), __FILE__, __LINE__); \
        if (jsonlog_failure_.empty())                                                 \
            JSONLOG_CATCH2_SUCCEED_("as expected");                                   \
        else                                                                          \
            JSONLOG_CATCH2_FAIL_##how##_(jsonlog_failure_);                           \
    } while (false)

#ifdef CATCH_CONFIG_PREFIX_ALL
#define JSONLOG_CATCH2_SUCCEED_      CATCH_SUCCEED
#define JSONLOG_CATCH2_FAIL_CHECK_   CATCH_FAIL_CHECK
#define JSONLOG_CATCH2_FAIL_REQUIRE_ CATCH_FAIL
#else
#define JSONLOG_CATCH2_SUCCEED_      SUCCEED
#define JSONLOG_CATCH2_FAIL_CHECK_   FAIL_CHECK
#define JSONLOG_CATCH2_FAIL_REQUIRE_ FAIL
#endif

namespace jsonlog_catch2 {

using jsonlog_testing::Capture;

/** @cond what the macros are made of */

/* @return "" if the expectation holds, else the report up to the captured lines. */
inline std::string failure_of(jsonlog_capture *capture, jsonlog_expectation expectation,
                              const char *file, int line) {
    jsonlog_report *report = nullptr;
    if (jsonlog_expect(capture, &expectation, &report))
        return std::string();
    const std::string text = jsonlog_adapter_text(report);
    jsonlog_report_free(report);
    std::cerr << file << ':' << line << ": " << text << std::flush;
    return text.substr(0, text.find("captured:\n"));
}
/** @endcond */

} // namespace jsonlog_catch2

#endif
