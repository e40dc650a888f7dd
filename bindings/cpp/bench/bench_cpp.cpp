/*
 * What the values of C++ cost beside those of C, and spdlog beside both. Every line is formatted
 * and then dropped. spdlog's pattern makes its lines JSON; it escapes and checks nothing.
 */
#include "bench_cpp.h"

#include <jsonlog/jsonlog.hpp>

#include <map>
#include <vector>

#include "rounds.h"

#ifdef JSONLOG_HAVE_SPDLOG
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#endif

namespace {

struct User {
    std::string_view name;
    int age;
};

const std::string user = BENCH_USER;
const std::vector<std::string> roles{"admin", "operations", "on call"};
const std::map<std::string, int> limits{{"requests", 100}, {"users", 20}};
const auto after = std::chrono::microseconds(12500);

} // namespace

template <> struct jsonlog::Trait<User> {
    static void write(Writer &out, const User &u) { out.object("name", u.name, "age", u.age); }
};

namespace {

/* The same four values as in C, as C++ has them. */
void macros(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "errorCode", std::string_view(BENCH_CODE),
                      "user", user, "age", std::optional<int>(record->age), "latencyMs",
                      record->latency_ms);
}

void plain(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "errorCode", BENCH_CODE, "user", record->user,
                      "age", record->age, "latencyMs", record->latency_ms);
}

void run_time_keys(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    const jsonlog::Logger log("bench");
    for (uint64_t i = 0; i < times; i++)
        log.log(JSONLOG_LEVEL_ERROR, BENCH_MESSAGE, "errorCode", BENCH_CODE, "user", user, "age",
                record->age, "latencyMs", record->latency_ms);
}

void container(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "errorCode", BENCH_CODE, "roles", roles);
}

void nested(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++)
        jsonlog_error(record->logger, BENCH_MESSAGE, "user", (User{user, record->age}), "limits",
                      limits, "after", after);
}

void disabled(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++) {
        jsonlog_debug(record->logger, BENCH_MESSAGE, "roles", roles, "user", user + "!");
        __asm__ volatile("" : : : "memory");
    }
}

#ifdef JSONLOG_HAVE_SPDLOG
class memory_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
    spdlog::memory_buf_t line_;
    void sink_it_(const spdlog::details::log_msg &message) override {
        line_.clear();
        formatter_->format(message, line_);
    }
    void flush_() override {}
};

spdlog::logger &peer() {
    static const auto logger = [] {
        auto made = std::make_shared<spdlog::logger>("bench", std::make_shared<memory_sink>());
        made->set_pattern(
            R"({"timestamp":"%Y-%m-%dT%H:%M:%S.%eZ","logType":"%l","logger":"%n",%v})",
            spdlog::pattern_time_type::utc);
        return made;
    }();
    return *logger;
}

void spdlog_values(void *context, uint64_t times) {
    const auto *record = static_cast<const bench_record *>(context);
    for (uint64_t i = 0; i < times; i++)
        peer().error(R"("errorMessage":"{}","errorCode":"{}","user":"{}","age":{},"latencyMs":{})",
                     BENCH_MESSAGE, BENCH_CODE, user, record->age, record->latency_ms);
}

/* fmt's own form of a vector of strings happens to be that of JSON. */
void spdlog_container(void *, uint64_t times) {
    for (uint64_t i = 0; i < times; i++)
        peer().error(R"("errorMessage":"{}","errorCode":"{}","roles":["{}"])", BENCH_MESSAGE,
                     BENCH_CODE, fmt::join(roles, R"(",")"));
}
#endif

} // namespace

int main(int argc, char **argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 0.2;
    jsonlog::Handler sink(bench_sink());
    jsonlog::Logger().set_handlers({sink});
    const jsonlog::Logger log("bench");
    bench_record record{log, BENCH_USER, 20, 12.5};
    contender values[] = {
        {"C macros", bench_c_macros, &record, {}},
        {"C++, values of C", plain, &record, {}},
        {"C++, string, view, optional", macros, &record, {}},
        {"C++, keys at run time", run_time_keys, &record, {}},
#ifdef JSONLOG_HAVE_SPDLOG
        {"spdlog, unescaped", spdlog_values, &record, {}},
#endif
    };
    bench_run("message and four values", values, std::size(values), 7, seconds);
    contender arrays[] = {
        {"C, array of three strings", bench_c_array, &record, {}},
        {"C++, vector of three strings", container, &record, {}},
        {"C++, trait, map, duration", nested, &record, {}},
#ifdef JSONLOG_HAVE_SPDLOG
        {"spdlog, joined, unescaped", spdlog_container, &record, {}},
#endif
        {"C++, level is off", disabled, &record, {}},
    };
    bench_run("containers", arrays, std::size(arrays), 7, seconds);
}
