/* What each type of C++ becomes, by table; in a log call, in nested objects, and kept by loggers.
 */
#include "lines.hpp"

#include <array>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include <climits>
#include <limits>
#if __cplusplus >= 202002L
#include <span>
#endif

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace shop {
enum class Color { red, green };
enum Plain { one = 1, minus = -1 };
enum class Small : signed char { x = -3 };
enum class Large : std::uint64_t { x = UINT64_MAX };
struct Money {
    int amount;
    std::string currency;
};
struct UserId {
    long number;
};
struct Label {
    std::string text;
    operator std::string_view() const { return text; }
};
struct Tree {
    std::string name;
    std::vector<Tree> children;
};
} // namespace shop

template <> struct jsonlog::Trait<shop::Color> {
    static std::string_view text(shop::Color color) {
        return color == shop::Color::red ? "red" : "green";
    }
};
template <> struct jsonlog::Trait<shop::Money> {
    static void write(Writer &out, const shop::Money &money) {
        out.object("amount", money.amount, "currency", money.currency);
    }
};
template <> struct jsonlog::Trait<shop::UserId> {
    static auto value(const shop::UserId &id) { return "user-" + std::to_string(id.number); }
};
template <> struct jsonlog::Trait<shop::Tree> {
    static void write(Writer &out, const shop::Tree &tree) {
        out.begin_object();
        out.member("name", tree.name);
        if (!tree.children.empty())
            out.member("children", tree.children);
        out.end_object();
    }
};

namespace {

class Values : public Lines {};

TEST_F(Values, OfCAreAsInC) {
    EXPECT_EQ(VALUE(1), "1");
    EXPECT_EQ(VALUE(UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(VALUE(0.1f), "0.1");
    EXPECT_EQ(VALUE(20.0), "20.0");
    EXPECT_EQ(VALUE(true), "true");
    EXPECT_EQ(VALUE(1 == 2), "false");
    EXPECT_EQ(VALUE("text"), "\"text\"");
    EXPECT_EQ(VALUE(static_cast<const char *>(nullptr)), "null");
    EXPECT_EQ(VALUE(nullptr), "null");
    EXPECT_EQ(VALUE(static_cast<void *>(nullptr)), "null");
    EXPECT_EQ(VALUE(jsonlog_hex(255)), "\"0xff\"");
    EXPECT_EQ(VALUE(jsonlog_object("a", 1)), "{\"a\":1}");
    EXPECT_EQ(VALUE(jsonlog_array(1, "x"s, jsonlog_null())), "[1,\"x\",null]");
    EXPECT_EQ(VALUE(jsonlog_secret("password"s)), "\"***\"");
    EXPECT_EQ(VALUE(jsonlog_text("%d", 5)), "\"5\"");
    char buffer[8] = "buffer";
    EXPECT_EQ(VALUE(buffer), "\"buffer\"");
}

TEST_F(Values, Texts) {
    const std::string text = "한글 \"x\"";
    EXPECT_EQ(VALUE(text), "\"한글 \\\"x\\\"\"");
    EXPECT_EQ(VALUE(text + "!"), "\"한글 \\\"x\\\"!\"");
    EXPECT_EQ(VALUE("nul\0in"sv), "\"nul\\u0000in\"");
    EXPECT_EQ(VALUE(std::string()), "\"\"");
    EXPECT_EQ(VALUE(std::string_view()), "\"\"");
    EXPECT_EQ(VALUE(shop::Label{"label"}), "\"label\"");
    EXPECT_EQ(VALUE(u8"한"), "\"한\"");
    EXPECT_EQ(VALUE(std::filesystem::path("/var/log")), "\"/var/log\"");
#ifdef __cpp_char8_t
    EXPECT_EQ(VALUE(std::u8string(u8"한")), "\"한\"");
    EXPECT_EQ(VALUE(static_cast<const char8_t *>(nullptr)), "null");
#endif
}

TEST_F(Values, Messages) {
    const std::string message = "m"s;
    jsonlog_info(log, message);
    jsonlog_info(log, message + "n");
    jsonlog_info(log, "o"sv, "a", 1);
    jsonlog_error(log, std::string_view());
    jsonlog_info(log, u8"p");
    jsonlog_info_once(log, message);
    jsonlog_log(log, 25, message);
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"mn\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"o\",\"a\":1}\n" HEAD
                           "\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"p\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"m\"}\n" HEAD
                           "\"LEVEL 25\",\"logger\":\"t\",\"message\":\"m\"}\n");
}

/* The text of a message is not remembered by its address. */
TEST_F(Values, MessagesOfOneBufferDiffer) {
    std::string message = "a";
    for (const char *text : {"b", "c"}) {
        message = text;
        jsonlog_info(log, message);
    }
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"b\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"c\"}\n");
}

TEST_F(Values, Enums) {
    EXPECT_EQ(VALUE(shop::Color::green), "\"green\"");
    EXPECT_EQ(VALUE(shop::one), "1");
    EXPECT_EQ(VALUE(shop::minus), "-1");
    EXPECT_EQ(VALUE(shop::Small::x), "-3");
    EXPECT_EQ(VALUE(shop::Large::x), "18446744073709551615");
}

TEST_F(Values, Durations) {
    EXPECT_EQ(VALUE(1500us), "0.0015");
    EXPECT_EQ(VALUE(-3s), "-3.0");
    EXPECT_EQ(VALUE(std::chrono::duration<double>(0.25)), "0.25");
    EXPECT_EQ(VALUE((std::chrono::duration<long, std::ratio<1, 3>>(1))), "0.333333333");
    EXPECT_EQ(VALUE((std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()))),
              "null");
    const std::string limit = VALUE(jsonlog_duration_ns(INT64_MAX));
    EXPECT_EQ(VALUE(std::chrono::hours(INT_MAX)), limit);
    EXPECT_EQ(VALUE(std::chrono::duration<double>(1e300)), limit);
    EXPECT_EQ(VALUE(-std::chrono::hours(INT_MAX)), VALUE(jsonlog_duration_ns(INT64_MIN)));
}

TEST_F(Values, Times) {
    using std::chrono::system_clock;
    EXPECT_EQ(VALUE(system_clock::time_point(1h)), "\"1970-01-01T01:00:00.000Z\"");
    EXPECT_EQ(VALUE(system_clock::time_point(-1ms)), "\"1969-12-31T23:59:59.999Z\"");
    EXPECT_EQ(VALUE((std::chrono::time_point<system_clock, std::chrono::hours>(24h))),
              "\"1970-01-02T00:00:00.000Z\"");
}

TEST_F(Values, WhatMayBeEmpty) {
    EXPECT_EQ(VALUE(std::optional<int>()), "null");
    EXPECT_EQ(VALUE(std::optional<std::string>("x")), "\"x\"");
    EXPECT_EQ(VALUE(std::optional<shop::Money>({5, "EUR"})), "{\"amount\":5,\"currency\":\"EUR\"}");
    EXPECT_EQ(VALUE(std::nullopt), "null");
    EXPECT_EQ(VALUE(std::unique_ptr<int>()), "null");
    EXPECT_EQ(VALUE(std::make_unique<int>(7)), "7");
    EXPECT_EQ(VALUE(std::make_shared<std::string>("x")), "\"x\"");
    int number = 3;
    EXPECT_EQ(VALUE(std::ref(number)), "3");
    EXPECT_EQ(VALUE((std::variant<int, std::string>("x"))), "\"x\"");
    EXPECT_EQ(VALUE(std::variant<std::monostate>()), "null");
}

TEST_F(Values, Containers) {
    EXPECT_EQ(VALUE((std::vector<std::string>{"a", "b"})), "[\"a\",\"b\"]");
    EXPECT_EQ(VALUE((std::vector<int>{1, 2})), "[1,2]");
    EXPECT_EQ(VALUE(std::vector<int>()), "[]");
    EXPECT_EQ(VALUE(std::vector<std::string>()), "[]");
    EXPECT_EQ(VALUE((std::vector<bool>{true, false})), "[true,false]");
    EXPECT_EQ(VALUE((std::array<double, 2>{0.5, 2.0})), "[0.5,2.0]");
    EXPECT_EQ(VALUE((std::vector<float>{0.1f})), "[0.1]");
    EXPECT_EQ(VALUE((std::vector<std::int64_t>{INT64_MIN})), "[-9223372036854775808]");
    EXPECT_EQ(VALUE((std::vector<std::uint64_t>{UINT64_MAX})), "[18446744073709551615]");
    EXPECT_EQ(VALUE((std::vector<long long>{LLONG_MIN})), "[-9223372036854775808]");
    EXPECT_EQ(VALUE((std::deque<short>{1})), "[1]");
    EXPECT_EQ(VALUE((std::list<shop::Color>{shop::Color::red})), "[\"red\"]");
    EXPECT_EQ(VALUE((std::set<std::string>{"b", "a"})), "[\"a\",\"b\"]");
    EXPECT_EQ(VALUE((std::forward_list<std::optional<int>>{1, std::nullopt})), "[1,null]");
    EXPECT_EQ(VALUE((std::vector<const char *>{"a", nullptr})), "[\"a\",null]");
    EXPECT_EQ(VALUE((std::vector<std::byte>{std::byte{1}, std::byte{255}})), "\"Af8=\"");
    const int numbers[] = {1, 2, 3};
    const std::string texts[] = {"x", "y"};
    EXPECT_EQ(VALUE(numbers), "[1,2,3]");
    EXPECT_EQ(VALUE(texts), "[\"x\",\"y\"]");
    EXPECT_EQ(VALUE((std::pair<int, std::string>(1, "x"))), "[1,\"x\"]");
    EXPECT_EQ(VALUE((std::tuple<int, std::string, double>(1, "x", 0.5))), "[1,\"x\",0.5]");
    EXPECT_EQ(VALUE(std::tuple<>()), "[]");
#if __cplusplus >= 202002L
    EXPECT_EQ(VALUE(std::span<const int>(numbers, 2)), "[1,2]");
    EXPECT_EQ(VALUE(std::as_bytes(std::span("\xff", 1))), "\"_w==\"");
#endif
}

TEST_F(Values, Maps) {
    EXPECT_EQ(VALUE((std::map<std::string, int>{{"a", 1}, {"b", 2}})), "{\"a\":1,\"b\":2}");
    EXPECT_EQ(VALUE((std::map<std::string, int>())), "{}");
    EXPECT_EQ(VALUE((std::map<int, std::string>{{-5, "x"}})), "{\"-5\":\"x\"}");
    EXPECT_EQ(VALUE((std::map<std::uint64_t, bool>{{UINT64_MAX, true}})),
              "{\"18446744073709551615\":true}");
    EXPECT_EQ(VALUE((std::map<shop::Color, shop::Money>{{shop::Color::red, {1, "KRW"}}})),
              "{\"red\":{\"amount\":1,\"currency\":\"KRW\"}}");
    EXPECT_EQ(VALUE((std::map<shop::Small, int>{{shop::Small::x, 1}})), "{\"-3\":1}");
    EXPECT_EQ(VALUE((std::map<std::string_view, int>{{"k\"\0"sv, 1}})), "{\"k\\\"\\u0000\":1}");
    EXPECT_EQ(VALUE((std::unordered_map<std::string, std::vector<int>>{{"a", {1, 2}}})),
              "{\"a\":[1,2]}");
    EXPECT_EQ(VALUE((std::map<double, int>{{0.5, 1}})), "[[0.5,1]]");
    EXPECT_EQ(VALUE((std::multimap<std::string, int>{{"a", 1}, {"a", 2}})),
              "[[\"a\",1],[\"a\",2]]");
    EXPECT_EQ(VALUE((std::map<std::filesystem::path, int>{{"/a", 1}})), "{\"/a\":1}");
}

TEST_F(Values, Traits) {
    EXPECT_EQ(VALUE((shop::Money{5, "EUR"})), "{\"amount\":5,\"currency\":\"EUR\"}");
    EXPECT_EQ(VALUE(shop::UserId{7}), "\"user-7\"");
    const shop::Tree tree{"root", {{"a", {}}, {"b", {{"c", {}}}}}};
    EXPECT_EQ(VALUE(tree), "{\"name\":\"root\",\"children\":[{\"name\":\"a\"},{\"name\":\"b\","
                           "\"children\":[{\"name\":\"c\"}]}]}");
    EXPECT_EQ(VALUE(jsonlog_object("money", (std::vector<shop::Money>{{1, "x"}}))),
              "{\"money\":[{\"amount\":1,\"currency\":\"x\"}]}");
}

struct Chain {
    int number;
    std::unique_ptr<Chain> next;
};

} // namespace

template <> struct jsonlog::Trait<Chain> {
    static void write(Writer &out, const Chain &chain) { out.array(chain.number, chain.next); }
};

namespace {

/* Callbacks within callbacks end at a depth of 8; what leads to each other by pointers does not. */
TEST_F(Values, NestDeeplyThroughPointers) {
    std::unique_ptr<Chain> chain;
    std::string expected = "null";
    for (int i = 0; i < 30; i++) {
        chain.reset(new Chain{i, std::move(chain)});
        expected = std::to_string(i).append(",").append(expected).append("]");
        expected.insert(expected.begin(), '[');
    }
    EXPECT_EQ(VALUE(chain), expected);
}

TEST_F(Values, OfAWriter) {
    struct Wrote {
        static bool call(jsonlog_writer *writer, void *) {
            jsonlog::Writer out(writer);
            out.array(jsonlog_object("a", 1), "x"s, std::vector<int>{1}, nullptr);
            return true;
        }
    };
    EXPECT_EQ(VALUE(jsonlog_call(Wrote::call, nullptr)), "[{\"a\":1},\"x\",[1],null]");
}

/* Fields of loggers and scopes outlive what they were made of. */
TEST_F(Values, AreKeptByLoggersAndScopes) {
    auto roles = std::make_unique<std::vector<std::string>>(2, "a role that is no short string");
    auto limits = std::make_unique<std::map<std::string, shop::Money>>();
    (*limits)["a limit that is no short string"] = {1, "x"};
    const std::string expected =
        "\"roles\":[\"a role that is no short string\",\"a role that is no short string\"],"
        "\"limits\":{\"a limit that is no short string\":{\"amount\":1,\"currency\":\"x\"}},"
        "\"id\":\"user-7\",\"numbers\":[1,2],\"none\":[],\"empty\":{},\"o\":{\"in\":[\"x\"]},"
        "\"error\":\"outer\",\"t\":\"text\"}\n";
    const auto bind = [&](auto &&with) {
        return with("roles", *roles, "limits", *limits, "id", shop::UserId{7}, "numbers",
                    std::vector<int>{1, 2}, "none", std::list<int>(), "empty",
                    std::map<std::string, int>(), "o",
                    jsonlog_object("in", (std::vector<std::string>{"x"})), "error",
                    std::runtime_error("outer"), "t", std::string("text"));
    };
    jsonlog::Logger child = bind([&](const auto &...pairs) { return log.with(pairs...); });
    auto scope =
        bind([](const auto &...pairs) { return std::make_unique<jsonlog::Scope>(pairs...); });
    jsonlog::Logger by_macro = jsonlog::Logger::take(jsonlog_with(
        log, "roles", *roles, "limits", *limits, "id", shop::UserId{7}, "numbers",
        (std::vector<int>{1, 2}), "none", std::list<int>(), "empty", (std::map<std::string, int>()),
        "o", jsonlog_object("in", (std::vector<std::string>{"x"})), "error",
        std::runtime_error("outer"), "t", std::string("text")));
    roles.reset();
    limits.reset();
    jsonlog_info(log, "m");
    scope.reset();
    jsonlog_info(child, "m");
    jsonlog_info(by_macro, "m");
    const std::string line = HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\"," + expected;
    EXPECT_EQ(take(), line + line + line);
}

} // namespace
