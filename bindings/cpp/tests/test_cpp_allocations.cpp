/*
 * From a thread's second record on a log call allocates nothing, with values of C++ as with those
 * of C, and a match never does. Counted for the whole process: malloc() and operator new.
 */
#include "lines.hpp"

#include <jsonlog/filter_set.hpp>

#include <list>
#include <map>
#include <set>
#include <vector>

#include <cstdlib>
#include <dlfcn.h>

using namespace std::chrono_literals;

/* Sanitizers bring a malloc of their own; there only operator new is counted. */
static thread_local size_t allocations;

[[gnu::noinline]] void *operator new(size_t size) {
    allocations++;
    void *memory = std::malloc(size);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void *memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void *memory, size_t) noexcept {
    std::free(memory);
}

static void *count_allocate(size_t size, void *) {
    allocations++;
    return std::malloc(size);
}
static void *count_reallocate(void *memory, size_t size, void *) {
    allocations++;
    return std::realloc(memory, size);
}
static void count_release(void *memory, void *) {
    std::free(memory);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define COUNTS_MALLOC 1
extern "C" void *__libc_malloc(size_t size);
extern "C" void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}
#endif

namespace shop {
struct Money {
    int amount;
    std::string_view currency;
};
enum class Color { red };
} // namespace shop

template <> struct jsonlog::Trait<shop::Money> {
    static void write(Writer &out, const shop::Money &money) {
        out.object("amount", money.amount, "currency", money.currency);
    }
};
template <> struct jsonlog::Trait<shop::Color> {
    static std::string_view text(shop::Color) { return "red"; }
};

namespace {

class Allocations : public Lines {
  protected:
    /* How many the second and later rounds take. */
    template <class Round> size_t counted(Round &&round) {
        for (int i = 0; i < 3; i++)
            round();
        const size_t first = allocations;
        for (int i = 0; i < 100; i++)
            round();
        return allocations - first;
    }

    const std::string text = "a text that is too long to stand in a string itself";
    const std::vector<std::string> texts{text, text};
    const std::vector<int> numbers{1, 2, 3};
    const std::map<std::string, std::vector<std::string>> map{{text, texts}};
    const std::map<int, shop::Color> colors{{1, shop::Color::red}};
    const std::list<std::optional<shop::Money>> money{shop::Money{1, "KRW"}, std::nullopt};
};

TEST_F(Allocations, AreCountedAtAll) {
    EXPECT_GE(counted([this] { const std::string copy = text; }), 100u);
#ifdef COUNTS_MALLOC
    EXPECT_GE(counted([] { std::free(std::malloc(10)); }), 100u);
#endif
}

TEST_F(Allocations, OfALogCallAreNone) {
    const std::string message = text;
    EXPECT_EQ(counted([&] {
                  jsonlog_info(log, message, "text", text, "view", std::string_view(text), "texts",
                               texts, "numbers", numbers, "map", map, "colors", colors, "money",
                               money, "in", jsonlog_object("texts", texts, "money", money));
                  jsonlog_error(log, "m", "after", 1500us, "at", std::chrono::system_clock::now(),
                                "none", std::optional<int>(), "code",
                                std::make_error_code(std::errc::timed_out), "tuple",
                                std::tie(text, numbers), "variant",
                                (std::variant<int, double>(0.5)));
                  log.log(JSONLOG_LEVEL_INFO, text, text, texts, "map", map);
              }),
              0u);
}

TEST_F(Allocations, OfExceptionsAndTheirChainsAreNone) {
    try {
        try {
            throw std::runtime_error(text);
        } catch (...) {
            std::throw_with_nested(std::logic_error(text));
        }
    } catch (const std::exception &e) {
        const std::exception_ptr pointer = std::current_exception();
        EXPECT_EQ(counted([&] { jsonlog_error(log, e.what(), "error", e, "same", pointer); }), 0u);
        EXPECT_NE(memory.text().find("\"error\":\"" + text + ": " + text + "\""),
                  std::string::npos);
    }
}

TEST_F(Allocations, OfBoundFieldsAreNoneInARecord) {
    const jsonlog::Logger child = log.with("texts", texts, "map", map, "money", money);
    const jsonlog::Scope scope("more", texts);
    EXPECT_EQ(counted([&] { jsonlog_info(child, "m", "a", 1); }), 0u);
}

TEST_F(Allocations, OfAMatchAreNone) {
    const jsonlog::Filter filter("{ $.logType = \"ERROR\" && $.user.age >= 20 }");
    const jsonlog::FilterSet set({"{ $.a = 1 }", "ERROR"});
    jsonlog::Matches matches(set);
    const std::string line = "{\"logType\":\"ERROR\",\"user\":{\"age\":20}}\n";
    size_t found = 0;
    EXPECT_EQ(counted([&] {
                  found += filter.match(line) ? 1 : 0;
                  found += set.match(line, matches);
                  for (std::string_view at : filter.lines(line))
                      found += at.size();
                  jsonlog_found value{};
                  jsonlog_err err;
                  static const std::string reference = "$.user.age";
                  filter.extract(reference, line, value, err);
              }),
              0u);
    EXPECT_GT(found, 0u);
}

} // namespace

int main(int argc, char **argv) {
    static const jsonlog_allocator counting = {count_allocate, count_reallocate, count_release,
                                               nullptr};
    if (jsonlog_set_allocator(&counting) != JSONLOG_OK)
        return 1;
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
