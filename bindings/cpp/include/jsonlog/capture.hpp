#ifndef JSONLOG_CAPTURE_HPP
#define JSONLOG_CAPTURE_HPP
/**
 * Captures: what was logged while a test ran, and what may be expected of it.
 *
 *     jsonlog::Capture logs;                          // this thread's records, from TRACE up
 *     login(expired_token);
 *     if (jsonlog::Report report = logs.expect("{ $.errorCode = \"DA0001*\" }"); !report)
 *         std::cerr << report.text();
 *     for (const std::string &line : logs.lines())
 *         …
 *
 * With a test framework: gtest.hpp and catch2.hpp. It ends with the object; see capture.h for what
 * a capture sees.
 */
#include <jsonlog/adapter.h>
#include <jsonlog/error.hpp>

#include <initializer_list>
#include <utility>
#include <vector>

namespace jsonlog {

/** How an expectation came out: true, or false with a report. */
class Report {
  public:
    Report(bool holds, jsonlog_report *report) noexcept : holds_(holds), report_(report) {}
    Report(Report &&other) noexcept
        : holds_(other.holds_), report_(std::exchange(other.report_, nullptr)) {}
    Report &operator=(Report &&) = delete;
    ~Report() { jsonlog_report_free(report_); }

    explicit operator bool() const noexcept { return holds_; }
    /** What was expected, the nearest line, the captured lines; "" if it holds. */
    std::string_view text() const noexcept { return holds_ ? "" : jsonlog_adapter_text(report_); }

  private:
    bool holds_;
    jsonlog_report *report_;
};

/** How a program that was run has ended. */
struct RunResult {
    jsonlog_status status; /**< of jsonlog_capture_run() */
    int exit_status;
};

class Capture {
  public:
    /** This thread's records from TRACE up; empty without memory. */
    Capture() noexcept : capture_(jsonlog_adapter_start()) {}
    explicit Capture(const jsonlog_capture_options &options) noexcept
        : capture_(jsonlog_capture_start(&options)) {}
    /** Everybody's records from TRACE up. */
    static Capture process() noexcept {
        jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
        options.scope = JSONLOG_CAPTURE_PROCESS;
        options.level = JSONLOG_LEVEL_TRACE;
        return Capture(options);
    }
    /** No records, only lines that are fed to it. */
    static Capture of(std::string_view text) noexcept {
        Capture capture(jsonlog_capture_new());
        capture.feed(text);
        return capture;
    }

    Capture(Capture &&other) noexcept : capture_(std::exchange(other.capture_, nullptr)) {}
    Capture &operator=(Capture &&) = delete;
    ~Capture() { jsonlog_capture_stop(capture_); }

    operator jsonlog_capture *() const &noexcept { return capture_; }
    explicit operator bool() const noexcept { return capture_ != nullptr; }

    std::size_t size() const noexcept {
        return capture_ == nullptr ? 0 : jsonlog_capture_count(capture_);
    }
    /** Line `index`; "" beyond the last. */
    std::string operator[](std::size_t index) const {
        const std::size_t len =
            capture_ == nullptr ? SIZE_MAX : jsonlog_capture_line(capture_, index, nullptr, 0);
        if (len == SIZE_MAX)
            return {};
        std::string line(len, '\0');
        jsonlog_capture_line(capture_, index, line.data(), line.size() + 1);
        return line;
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> lines;
        for (std::size_t i = 0, count = size(); i < count; i++)
            lines.push_back((*this)[i]);
        return lines;
    }
    void clear() noexcept {
        if (capture_ != nullptr)
            jsonlog_capture_clear(capture_);
    }
    jsonlog_status feed(std::string_view text) noexcept {
        return jsonlog_capture_feed(capture_, text.data() == nullptr ? "" : text.data(),
                                    text.size());
    }

    /** Run a program to its end and take what it prints; argv[0] is looked up in PATH. */
    RunResult run(const std::vector<std::string> &argv, std::string_view input = {}) {
        std::vector<const char *> pointers;
        for (const std::string &argument : argv)
            pointers.push_back(argument.c_str());
        pointers.push_back(nullptr);
        jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
        options.argv = pointers.data();
        options.input = input.data();
        options.input_len = input.size();
        RunResult result{JSONLOG_OK, -1};
        result.status = jsonlog_capture_run(capture_, &options, &result.exit_status, nullptr);
        return result;
    }

    /** A line matches each pattern, now or within `within_ms`. */
    Report expect(const std::string &pattern, unsigned within_ms = 0) const noexcept {
        return judge(JSONLOG_EXPECT_MATCH, {pattern.c_str()}, 0, within_ms);
    }
    Report expect_count(const std::string &pattern, std::size_t count) const noexcept {
        return judge(JSONLOG_EXPECT_COUNT, {pattern.c_str()}, count, 0);
    }
    Report expect_none(const std::string &pattern) const noexcept {
        return judge(JSONLOG_EXPECT_NONE, {pattern.c_str()}, 0, 0);
    }
    /** Lines match the patterns one after the other. */
    Report expect_order(std::initializer_list<const char *> patterns) const noexcept {
        return judge(JSONLOG_EXPECT_ORDER, patterns, 0, 0);
    }
    /** Each line is matched by a pattern, each pattern matches a line. */
    Report expect_only(std::initializer_list<const char *> patterns) const noexcept {
        return judge(JSONLOG_EXPECT_ONLY, patterns, 0, 0);
    }
    /** Nothing at ERROR or above. */
    Report expect_quiet() const noexcept { return judge(JSONLOG_EXPECT_QUIET, {}, 0, 0); }

    Report judge(const jsonlog_expectation &expectation) const noexcept {
        jsonlog_report *report = nullptr;
        const bool holds = jsonlog_expect(capture_, &expectation, &report);
        return Report(holds, report);
    }

  private:
    explicit Capture(jsonlog_capture *capture) noexcept : capture_(capture) {}
    Report judge(jsonlog_expect_kind kind, std::initializer_list<const char *> patterns,
                 std::size_t count, unsigned within_ms) const noexcept {
        return judge(
            jsonlog_expectation_of(kind, patterns.begin(), patterns.size(), count, within_ms));
    }

    jsonlog_capture *capture_;
};

} // namespace jsonlog

#endif
