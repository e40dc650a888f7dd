/* Exceptions and error codes as values, by the rules of the formatter and of presets. */
#include "lines.hpp"

#include <future>
#include <stdexcept>

namespace {

class Failures : public Lines {};

/* Calls use() with an exception of three links. */
template <class Use> void with_chain(Use &&use) {
    try {
        try {
            try {
                throw std::system_error(ENOSPC, std::generic_category(), "write");
            } catch (...) {
                std::throw_with_nested(std::logic_error("cannot save"));
            }
        } catch (...) {
            std::throw_with_nested(std::runtime_error("order 7"));
        }
    } catch (const std::exception &e) {
        use(e);
    }
}

TEST_F(Failures, AnExceptionIsWhatItSays) {
    EXPECT_EQ(VALUE(std::runtime_error("disk \"full\"")), "\"disk \\\"full\\\"\"");
    EXPECT_EQ(VALUE(std::bad_alloc()), "\"std::bad_alloc\"");
}

TEST_F(Failures, NestedOnesAreAChain) {
    with_chain([this](const std::exception &e) {
        EXPECT_EQ(VALUE(e), "\"order 7: cannot save: write: No space left on device\"");
        EXPECT_EQ(VALUE(std::current_exception()),
                  "\"order 7: cannot save: write: No space left on device\"");
        jsonlog::Logger child = log.with("error", e);
        jsonlog_info(child, "m");
    });
    EXPECT_EQ(take(),
              HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\",\"error\":\"order 7: cannot "
                   "save: write: No space left on device\"}\n");
}

TEST_F(Failures, AChainIsTakenApartByPresets) {
    memory.set(jsonlog::Formatter::preset(JSONLOG_PRESET_ECS));
    with_chain([this](const std::exception &e) { jsonlog_error(log, "m", "error", e); });
    EXPECT_NE(take().find("\"error.message\":\"order 7: cannot save: write: No space"),
              std::string::npos);
    with_chain([this](const std::exception &e) {
        using one = std::variant<int, std::reference_wrapper<const std::exception>>;
        jsonlog_error(log, "m", "error", std::optional<one>(std::cref(e)));
    });
    EXPECT_NE(take().find("\"error.message\":\"order 7: cannot save: write: No space"),
              std::string::npos);
    jsonlog_error(log, "m", "error", std::make_error_code(std::errc::no_space_on_device));
    EXPECT_NE(
        take().find("\"error.type\":\"ENOSPC\",\"error.message\":\"No space left on device\""),
        std::string::npos);
}

TEST_F(Failures, AChainIsAnArrayWhereTheFormatterSaysSo) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.causes_as_array = true;
    memory.set(jsonlog::Formatter::json(options));
    with_chain([this](const std::exception &e) {
        EXPECT_EQ(VALUE(e), "[\"order 7\",\"cannot save\",\"write: No space left on device\"]");
    });
}

TEST_F(Failures, OfOtherTypes) {
    EXPECT_EQ(VALUE(std::exception_ptr()), "null");
    EXPECT_EQ(VALUE(std::make_exception_ptr(5)), "\"unknown exception\"");
    EXPECT_EQ(VALUE(std::make_exception_ptr(std::logic_error("x"))), "\"x\"");
    try {
        try {
            throw 5;
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (const std::exception &e) {
        EXPECT_EQ(VALUE(e), "\"outer: unknown exception\"");
    }
}

/* A base that is not at the object's beginning has to be found. */
struct Padded {
    virtual ~Padded() = default;
    long padding = 0;
};
struct TwoBases : Padded, std::runtime_error {
    TwoBases() : std::runtime_error("second base") {}
};
struct VirtualBase : virtual std::exception {
    const char *what() const noexcept override { return "virtual base"; }
};
struct Silent : std::exception {
    const char *what() const noexcept override { return nullptr; }
};

TEST_F(Failures, OfUnusualClasses) {
    EXPECT_EQ(VALUE(std::make_exception_ptr(TwoBases())), "\"second base\"");
    EXPECT_EQ(VALUE(std::make_exception_ptr(VirtualBase())), "\"virtual base\"");
    EXPECT_EQ(VALUE(TwoBases()), "\"second base\"");
    EXPECT_EQ(VALUE(Silent()), "null");
}

void throw_nested(int links) {
    if (links == 0)
        throw std::runtime_error("root");
    try {
        throw_nested(links - 1);
    } catch (...) {
        std::throw_with_nested(std::runtime_error(std::to_string(links)));
    }
}

TEST_F(Failures, AChainEndsAfterSixteenLinks) {
    try {
        throw_nested(40);
    } catch (const std::exception &e) {
        EXPECT_EQ(VALUE(e), "\"40: 39: 38: 37: 36: 35: 34: 33: 32: 31: 30: 29: 28: 27: 26: 25\"");
    }
}

/* A category of the program's own. */
struct HttpCategory : std::error_category {
    const char *name() const noexcept override { return "http"; }
    std::string message(int code) const override {
        if (code == 500)
            throw std::runtime_error("no text");
        return "status " + std::to_string(code);
    }
};
const HttpCategory http;

TEST_F(Failures, ErrorCodes) {
    EXPECT_EQ(VALUE(std::error_code(ENOENT, std::system_category())),
              "{\"code\":2,\"name\":\"ENOENT\",\"text\":\"No such file or directory\"}");
    EXPECT_EQ(VALUE(std::make_error_condition(std::errc::timed_out)),
              "{\"code\":110,\"name\":\"ETIMEDOUT\",\"text\":\"Connection timed out\"}");
    EXPECT_EQ(VALUE(std::error_code(404, http)),
              "{\"code\":404,\"name\":\"http\",\"text\":\"status 404\"}");
    EXPECT_EQ(VALUE(std::make_error_code(std::future_errc::no_state)),
              "{\"code\":3,\"name\":\"future\",\"text\":\"No associated state\"}");
    EXPECT_EQ(VALUE(std::error_code(500, http)), "\"__could_not_encode__\"");
    EXPECT_EQ(replaced(), 1u);
}

} // namespace
