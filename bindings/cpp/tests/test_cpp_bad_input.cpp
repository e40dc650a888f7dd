/* What must not crash the program, nor let an exception out of a log call: one test for each way to
 * go wrong. Wrong types are answered by the compiler: wrong_types.py. */
#include "lines.hpp"

#include <jsonlog/capture.hpp>
#include <jsonlog/filter_set.hpp>

#include <map>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace std::string_literals;

#define MARKER   "\"__could_not_encode__\""
#define TOO_DEEP "\"__too_deep__\""

namespace bad {

/* A range whose iterator throws at element 2. */
struct Range {
    struct iterator {
        int at;
        int operator*() const {
            if (at == 2)
                throw std::runtime_error("element 2");
            return at;
        }
        iterator &operator++() {
            at++;
            return *this;
        }
        bool operator!=(const iterator &other) const { return at != other.at; }
    };
    iterator begin() const { return {0}; }
    iterator end() const { return {5}; }
};
struct NoBegin {
    const int *begin() const { throw 5; }
    const int *end() const { return nullptr; }
};
enum class Name { x };
struct Written {};
struct Valued {};
struct Converted {
    operator std::string_view() const { throw std::runtime_error("no text"); }
};
struct Unordered {}; /* writes against the order */
struct Twice {};     /* one key twice */
struct Nothing {};   /* writes nothing */
struct Node {
    std::vector<const Node *> to;
};
struct Self {};
struct Endless {};
struct Moody {
    mutable int count = 0;
};
struct Changes {
    std::string *text;
};

} // namespace bad

namespace jsonlog {
template <> struct Trait<bad::Name> {
    static std::string_view text(bad::Name) { throw std::runtime_error("no name"); }
};
template <> struct Trait<bad::Written> {
    static void write(Writer &out, const bad::Written &) {
        out.begin_object();
        out.member("half", 1);
        throw std::runtime_error("half way");
    }
};
template <> struct Trait<bad::Valued> {
    static int value(const bad::Valued &) { throw "text"; }
};
template <> struct Trait<bad::Unordered> {
    static void write(Writer &out, const bad::Unordered &) {
        out.begin_array();
        out.key("a key in an array");
        out.end_object();
    }
};
template <> struct Trait<bad::Twice> {
    static void write(Writer &out, const bad::Twice &) { out.object("a", 1, "a", 2); }
};
template <> struct Trait<bad::Nothing> {
    static void write(Writer &, const bad::Nothing &) {}
};
template <> struct Trait<bad::Node> {
    static void write(Writer &out, const bad::Node &node) {
        out.begin_array();
        for (const bad::Node *next : node.to)
            out.value(*next);
        out.end_array();
    }
};
template <> struct Trait<bad::Self> {
    static const bad::Self &value(const bad::Self &self) { return self; }
};
template <> struct Trait<bad::Endless> {
    static void write(Writer &out, const bad::Endless &) {
        out.begin_array();
        for (int i = 0; i < (1 << 22); i++)
            out.value(i);
        out.end_array();
    }
};
template <> struct Trait<bad::Moody> {
    static void write(Writer &out, const bad::Moody &moody) {
        out.value(std::string(static_cast<size_t>(++moody.count) * 5000, 'x'));
    }
};
template <> struct Trait<bad::Changes> {
    static void write(Writer &out, const bad::Changes &changes) {
        changes.text->assign(changes.text->size(), 'n');
        out.value("changed");
    }
};
} // namespace jsonlog

namespace {

class BadInput : public Lines {};

TEST_F(BadInput, EmbeddedNul) {
    EXPECT_EQ(VALUE("a\0b"s), "\"a\\u0000b\"");
    EXPECT_EQ(VALUE((std::map<std::string, int>{{"k\0"s, 1}})), "{\"k\\u0000\":1}");
    jsonlog_info(log, "m\0n"s);
    log.log(JSONLOG_LEVEL_INFO, "m", "k\0"s, 1);
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\\u0000n\"}\n" HEAD
                           "\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"k\\u0000\":1}\n");
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::Filter("ERROR\0"s, err));
    EXPECT_EQ(err.code, JSONLOG_E_INVALID);
    EXPECT_FALSE(jsonlog::FilterSet(std::vector<std::string>{"a", "b\0"s}, err));
    EXPECT_EQ(err.code, JSONLOG_E_INVALID);
    const jsonlog::Filter filter("b");
    EXPECT_TRUE(filter.match("a\0b"s));
}

TEST_F(BadInput, LoneSurrogates) {
    EXPECT_EQ(VALUE("\xed\xa0\xbd"s), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT_EQ(VALUE(jsonlog_char(0xd83d)), "\"\xef\xbf\xbd\"");
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::Filter("\"\xed\xa0\xbd\"", err));
    EXPECT_EQ(err.code, JSONLOG_E_INVALID);
}

TEST_F(BadInput, BytesThatAreNoUtf8) {
    EXPECT_EQ(VALUE("\xff"s), "\"\xef\xbf\xbd\"");
    EXPECT_EQ(VALUE((std::map<std::string, int>{{"\xff", 1}})), "{\"\xef\xbf\xbd\":1}");
    /* Two keys that differ in such bytes only are one key in the line. */
    EXPECT_EQ(VALUE((std::map<std::string, int>{{"\xfe", 1}, {"\xff", 2}})), MARKER);
    EXPECT_THROW(jsonlog::Filter("\xff"), jsonlog::Error);
}

TEST_F(BadInput, ObjectsThatThrow) {
    EXPECT_EQ(VALUE(bad::Range()), MARKER);
    EXPECT_EQ(VALUE(bad::NoBegin()), MARKER);
    EXPECT_EQ(VALUE(bad::Name::x), MARKER);
    EXPECT_EQ(VALUE(bad::Written()), MARKER);
    EXPECT_EQ(VALUE(bad::Valued()), MARKER);
    EXPECT_EQ(VALUE(bad::Converted()), MARKER);
    EXPECT_EQ(VALUE((std::vector<bad::Name>{bad::Name::x})), "[" MARKER "]");
    EXPECT_EQ(VALUE((std::map<bad::Name, int>{{bad::Name::x, 1}})), MARKER);
    EXPECT_EQ(VALUE(std::optional<bad::Written>(bad::Written())), MARKER);
    EXPECT_EQ(VALUE(jsonlog_array(1, bad::Written(), 2)), "[1," MARKER ",2]");
    EXPECT_EQ(replaced(), 10u);
    jsonlog_info(log, bad::Converted());
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":" MARKER "}\n");
}

TEST_F(BadInput, ObjectsThatThrowWhenTheyAreKept) {
    jsonlog::Logger child = log.with("a", bad::Range(), "b", bad::Written(), "c", bad::Name::x, "d",
                                     jsonlog_array(bad::Valued()), "e", 1);
    const jsonlog::Scope scope("f", bad::Twice(), "g", bad::Unordered());
    jsonlog_info(child, "m");
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"a\":" MARKER
                           ",\"b\":" MARKER ",\"c\":" MARKER ",\"d\":[" MARKER
                           "],\"e\":1,\"f\":" MARKER ",\"g\":" MARKER "}\n");
}

TEST_F(BadInput, TraitsThatWriteNonsense) {
    EXPECT_EQ(VALUE(bad::Unordered()), MARKER);
    EXPECT_EQ(VALUE(bad::Twice()), MARKER);
    EXPECT_EQ(VALUE(bad::Nothing()), MARKER);
}

TEST_F(BadInput, Cycles) {
    bad::Node loop;
    loop.to = {&loop};
    std::string expected = TOO_DEEP;
    for (int i = 0; i < 64; i++)
        expected = "[" + expected + "]";
    EXPECT_EQ(VALUE(loop), expected);
    EXPECT_EQ(VALUE(bad::Self()), TOO_DEEP);
    jsonlog::Logger child = log.with("v", loop);
    jsonlog_info(child, "m");
    EXPECT_EQ(value().substr(0, 40), std::string(40, '['));
}

/* Two to the power of 64 values, of which a line has no room: it ends, and soon. */
TEST_F(BadInput, CyclesThatBranch) {
    bad::Node loop;
    loop.to = {&loop, &loop};
    jsonlog_info(log, "m", "v", loop, "a", 1);
    EXPECT_NE(take().find("\"message\":\"m\""), std::string::npos);
    jsonlog_info(log, "m", "v", bad::Endless(), "a", 1);
    EXPECT_NE(take().find("\"message\":\"m\""), std::string::npos);
}

TEST_F(BadInput, BuffersThatChangeDuringACall) {
    std::string text = "ooo";
    jsonlog_info(log, "m", "changes", bad::Changes{&text}, "text", text);
    EXPECT_EQ(take(), HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"changes\":\"changed\","
                           "\"text\":\"nnn\"}\n");
    /* One that is longer whenever it is asked: the line stays whole, and below its cap. */
    const bad::Moody moody;
    for (int i = 0; i < 3; i++) {
        jsonlog_info(log, "m", "v", moody, "w", std::string(12000, 'y'));
        const std::string line = take();
        EXPECT_LE(line.size(), 16384u);
        EXPECT_EQ(line.substr(line.size() - 2), "}\n");
        EXPECT_TRUE(jsonlog::Filter("{ $.message = \"m\" }").match(line));
    }
}

TEST_F(BadInput, BuffersThatAreFreedAfterACall) {
    jsonlog::Logger child = log.with("v", std::string(100, 'x'));
    {
        auto text = std::make_unique<std::string>(100, 'y');
        child = child.with("w", *text);
    }
    jsonlog_info(child, "m");
    EXPECT_NE(take().find(std::string(100, 'y')), std::string::npos);
}

TEST_F(BadInput, HandlesThatAreEmpty) {
    jsonlog::Logger moved = std::move(log);
    jsonlog_info(log, "m", "v", std::string("x")); // NOLINT: that is the point
    EXPECT_EQ(take(), "");
    EXPECT_EQ(log.name(), "");
    EXPECT_FALSE(log.is_enabled(JSONLOG_LEVEL_FATAL));
    EXPECT_EQ(log.add(memory), JSONLOG_E_INVALID);
    EXPECT_EQ(moved.add(jsonlog::Handler()), JSONLOG_E_INVALID);
    EXPECT_EQ(jsonlog::Handler().text(), "");
    EXPECT_FALSE(jsonlog::Handler::async(jsonlog::Handler()));

    jsonlog::Filter filter("ERROR");
    const jsonlog::Filter taken = std::move(filter);
    EXPECT_FALSE(filter.match("ERROR"));
    EXPECT_EQ(filter.pattern(), "");
    EXPECT_FALSE(filter.explain("ERROR"));
    EXPECT_EQ(filter.explain("ERROR").text(), "");
    for (std::string_view line : filter.lines("ERROR"))
        ADD_FAILURE() << line;
    EXPECT_THROW(filter.extract("$.a", "{}"), jsonlog::Error);

    jsonlog::Capture capture;
    const jsonlog::Capture other = std::move(capture);
    EXPECT_EQ(capture.size(), 0u);
    EXPECT_EQ(capture[0], "");
    EXPECT_EQ(capture.feed("x"), JSONLOG_E_INVALID);
    EXPECT_FALSE(capture.expect("x"));
    EXPECT_NE(capture.expect("x").text(), "");

    jsonlog::FilterSet one({"a"});
    const jsonlog::FilterSet two({"a", "b"});
    jsonlog::Matches matches(one);
    EXPECT_EQ(two.match("a", matches), 0u);
    EXPECT_FALSE(matches[5]);
}

TEST_F(BadInput, ClosedDescriptors) {
    const int descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);
    jsonlog::Handler stream = jsonlog::Handler::stream(descriptor);
    jsonlog::Logger().set_handlers({stream});
    close(descriptor);
    jsonlog_info(log, "m", "v", std::string("x"));
    EXPECT_EQ(stream.stats().lines, 0u);
    EXPECT_EQ(stream.stats().last_errno, EBADF);
    EXPECT_FALSE(jsonlog::Handler::stream(descriptor));
    jsonlog::Logger().set_handlers({memory});
}

TEST_F(BadInput, UseAfterShutdown) {
    jsonlog::Logger child = log.with("v", std::vector<std::string>{"x"});
    { const jsonlog::Shutdown shutdown; }
    jsonlog_stats now;
    jsonlog_get_stats(&now);
    jsonlog_info(child, "m", "w", bad::Range());
    jsonlog_stats later;
    jsonlog_get_stats(&later);
    EXPECT_EQ(later.lost_closed - now.lost_closed, 1u);
    memory = jsonlog::Handler::memory();
    EXPECT_EQ(jsonlog::Logger().add(memory), JSONLOG_OK);
    jsonlog_info(child, "m");
    EXPECT_EQ(value(), "[\"x\"]");
}

} // namespace
