/* Objects used by many threads at once, handed between them, and used in the child of a fork. */
#include "lines.hpp"

#include "support/fork_guard.h"
#include "support/under_tsan.h"

#include <jsonlog/capture.hpp>
#include <jsonlog/filter_set.hpp>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int threads_max = 4;

int rounds() {
    const char *effort = std::getenv("JSONLOG_TEST_EFFORT");
    return 200 * (effort == nullptr ? 1 : std::max(1, std::atoi(effort)));
}

template <class Work> void in_threads(Work &&work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < threads_max; i++)
        threads.emplace_back([&work, i] { work(i); });
    for (std::thread &thread : threads)
        thread.join();
}

class Threads : public Lines {};

TEST_F(Threads, LogContainersAtOnce) {
    const std::map<std::string, std::vector<std::string>> shared{{"roles", {"a", "b"}}};
    std::atomic<int> lines{0};
    const jsonlog::Filter whole(
        "{ $.shared.roles[1] = \"b\" && $.bound[0] = \"x\" && $.own[2] >= 0 }");
    jsonlog::Handler check = jsonlog::Handler::callback([&](const jsonlog_line &line) {
        lines += whole.match({line.text, line.len}) ? 1 : 0;
        return true;
    });
    jsonlog::Logger().set_handlers({check});
    const jsonlog::Logger child = log.with("bound", std::vector<std::string>{"x"});
    in_threads([&](int number) {
        for (int i = 0; i < rounds(); i++)
            jsonlog_info(child, "m", "shared", shared, "own", std::vector<int>(3, number));
    });
    EXPECT_EQ(lines, threads_max * rounds());
    jsonlog::Logger().set_handlers({memory});
}

TEST_F(Threads, ComeAndGoWithLoggersScopesAndHandlers) {
    in_threads([&](int number) {
        for (int i = 0; i < rounds(); i++) {
            jsonlog::Handler own = jsonlog::Handler::memory(4096);
            jsonlog::Logger mine("t." + std::to_string(number));
            mine.add(own);
            const jsonlog::Logger child = mine.with("i", i, "list", std::vector<std::string>{"x"});
            const jsonlog::Scope scope("number", std::to_string(number));
            jsonlog_info(child, "m");
            EXPECT_EQ(mine.remove(own), JSONLOG_OK);
            EXPECT_NE(own.text().find("\"number\":\"" + std::to_string(number) + "\""),
                      std::string::npos);
        }
    });
}

TEST_F(Threads, ShareFiltersAndSets) {
    const jsonlog::Filter filter("{ $.n > 1 }");
    const jsonlog::FilterSet set({"{ $.n > 1 }", "{ $.n = 1 }"});
    std::atomic<int> hits{0};
    in_threads([&](int) {
        jsonlog::Matches matches(set);
        for (int i = 0; i < rounds(); i++) {
            hits += filter.match("{\"n\":2}") ? 1 : 0;
            hits += static_cast<int>(set.match("{\"n\":1}", matches));
        }
    });
    EXPECT_EQ(hits, 2 * threads_max * rounds());
}

TEST_F(Threads, AreCapturedByAContext) {
    const jsonlog::Capture logs;
    const jsonlog::Context context;
    in_threads([&](int number) {
        const jsonlog::Scope here(context);
        jsonlog_info(log, "m", "number", std::to_string(number));
    });
    EXPECT_EQ(logs.size(), static_cast<size_t>(threads_max));
}

/* A child logs at once, whatever its parent's threads were doing. */
TEST_F(Threads, AChildOfAForkLogs) {
    if (UNDER_TSAN)
        GTEST_SKIP() << "not under the thread sanitizer";
    std::atomic<bool> is_over{false};
    std::thread busy([&] {
        while (!is_over)
            jsonlog_info(log, "busy", "list", (std::vector<std::string>{"a", "b"}));
    });
    const jsonlog::Logger bound = log.with("list", std::vector<std::string>{"bound"});
    for (int i = 0; i < 10; i++) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(60);
            jsonlog::Handler own = jsonlog::Handler::memory(4096);
            jsonlog::Logger().set_handlers({own});
            jsonlog_info(bound, "child", "more", (std::map<std::string, int>{{"a", 1}}));
            const bool is_there =
                own.text().find("\"list\":[\"bound\"],\"more\":{\"a\":1}") != std::string::npos;
            _exit(is_there ? 0 : 1);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    is_over = true;
    busy.join();
}

/* Cancelled in the middle of a trait, a thread ends after the record. */
struct Slow {};

} // namespace

template <> struct jsonlog::Trait<Slow> {
    static void write(Writer &out, const Slow &) {
        pthread_testcancel();
        out.value("whole");
    }
};

namespace {

TEST_F(Threads, AreCancelledAfterTheRecord) {
    if (UNDER_ASAN)
        GTEST_SKIP() << "the address sanitizer reports the end of any cancelled thread";
    std::thread worker([this] {
        pthread_cancel(pthread_self());
        jsonlog_info(log, "m", "v", Slow());
        pthread_testcancel();
        ADD_FAILURE() << "not cancelled";
    });
    worker.join();
    EXPECT_EQ(value(), "\"whole\"");
}

} // namespace

int main(int argc, char **argv) {
    if (!install_fork_guard())
        return 1;
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
