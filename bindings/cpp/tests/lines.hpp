#ifndef JSONLOG_TESTS_LINES_HPP
#define JSONLOG_TESTS_LINES_HPP
/** What a test logged, as text: a memory handler at the root, and a clock that stands still. */
#include <jsonlog/jsonlog.hpp>

#include <gtest/gtest.h>

/** The line of {"a":1} at INFO, say, is HEAD "\"INFO\",\"logger\":\"t\",…" and a newline. */
#define HEAD "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":"

class Lines : public ::testing::Test {
  protected:
    Lines() {
        jsonlog_set_clock([](void *) -> int64_t { return 1795334865784000000; }, nullptr);
        jsonlog::Logger().set_handlers({memory});
        log.set_level(JSONLOG_LEVEL_NOTSET);
        jsonlog_get_stats(&before);
    }

    /** All lines since the last call. */
    std::string take() {
        std::string text = memory.text();
        memory.clear();
        return text;
    }

    /** The JSON text behind "v" in the one line there is. */
    std::string value() {
        const std::string line = take();
        const std::string head = HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"v\":";
        if (line.rfind(head, 0) != 0 || line.substr(line.size() - 2) != "}\n")
            return "no such line: " + line;
        return line.substr(head.size(), line.size() - head.size() - 2);
    }

    uint64_t replaced() const {
        jsonlog_stats now;
        jsonlog_get_stats(&now);
        return now.replaced_values - before.replaced_values;
    }

    jsonlog::Handler memory = jsonlog::Handler::memory();
    jsonlog::Logger log{"t"};
    jsonlog_stats before{};
};

/** Logs a value and tells what stands in the line. */
#define VALUE(...) (jsonlog_test_value_(__VA_ARGS__))
#define jsonlog_test_value_(...)                  \
    [&] {                                         \
        jsonlog_info(log, "m", "v", __VA_ARGS__); \
        return value();                           \
    }()

#endif
