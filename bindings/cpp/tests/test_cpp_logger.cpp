/* Loggers, scopes, contexts, handlers and formatters as objects: what they do and when they end. */
#include "lines.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

#define INFO(rest) HEAD "\"INFO\",\"logger\":\"t\",\"message\":\"m\"" rest "}\n"

class Loggers : public Lines {
  protected:
    Loggers()
        : folder(std::filesystem::temp_directory_path() /
                 ("jsonlog-cpp-" + std::to_string(getpid()))) {
        std::filesystem::create_directory(folder);
    }
    ~Loggers() override {
        jsonlog::Logger().set_handlers({memory});
        std::filesystem::remove_all(folder);
    }
    std::string read(const std::string &name) const {
        std::ifstream file(folder / name);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::filesystem::path folder;
};

TEST_F(Loggers, HaveNamesAndLevels) {
    EXPECT_EQ(jsonlog::Logger().name(), "");
    EXPECT_EQ(log.name(), "t");
    jsonlog::Logger child("t.child");
    EXPECT_EQ(child.level(), JSONLOG_LEVEL_NOTSET);
    log.set_level(JSONLOG_LEVEL_ERROR);
    EXPECT_EQ(child.effective_level(), JSONLOG_LEVEL_ERROR);
    EXPECT_FALSE(child.is_enabled(JSONLOG_LEVEL_WARN));
    EXPECT_TRUE(child.is_enabled(JSONLOG_LEVEL_ERROR));
    int evaluated = 0;
    jsonlog_info(child, "m", "v", ++evaluated);
    child.log(JSONLOG_LEVEL_INFO, "m", "v", 1);
    EXPECT_EQ(evaluated, 0);
    EXPECT_EQ(take(), "");
    log.set_level(JSONLOG_LEVEL_NOTSET);
    EXPECT_EQ(jsonlog::Logger(std::string("t")).get(), log.get());
}

TEST_F(Loggers, WithFieldsCarryThem) {
    const std::string key = "request id";
    jsonlog::Logger child = log.with(key, 7, "user", std::string("한"));
    jsonlog::Logger grandchild = child.with("user", "other", "more", nullptr);
    jsonlog_info(child, "m");
    jsonlog_info(grandchild, "m", "last", true);
    jsonlog_info(log, "m");
    EXPECT_EQ(take(), INFO(",\"request id\":7,\"user\":\"한\"")
                          INFO(",\"request id\":7,\"user\":\"other\",\"more\":null,\"last\":true")
                              INFO(""));
}

TEST_F(Loggers, ChildrenOutliveTheirParents) {
    auto parent = std::make_unique<jsonlog::Logger>(log.with("a", 1));
    jsonlog::Logger child = parent->with("b", 2);
    parent.reset();
    jsonlog_info(child, "m");
    EXPECT_EQ(take(), INFO(",\"a\":1,\"b\":2"));
    child = jsonlog::Logger("t"); /* frees the child */
    jsonlog_info(child, "m");
    EXPECT_EQ(take(), INFO(""));
}

TEST_F(Loggers, LogWithKeysMadeAtRunTime) {
    log.log(JSONLOG_LEVEL_INFO, "m", std::string("a") + "b", 1, "c", std::vector<int>{1, 2});
    log.log(JSONLOG_LEVEL_ERROR, std::string("x"));
    EXPECT_EQ(take(), INFO(",\"ab\":1,\"c\":[1,2]") HEAD
              "\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"x\"}\n");
}

TEST_F(Loggers, ScopesEndWithTheirObjects) {
    {
        const jsonlog::Scope outer("a", 1);
        {
            const jsonlog::Scope inner("b", std::vector<std::string>{"x"}, "c", 2);
            jsonlog_info(log, "m");
        }
        jsonlog_info(log, "m");
    }
    jsonlog_info(log, "m");
    EXPECT_EQ(take(), INFO(",\"a\":1,\"b\":[\"x\"],\"c\":2") INFO(",\"a\":1") INFO(""));
}

TEST_F(Loggers, AContextGoesToAnotherThread) {
    const jsonlog::Scope scope("request", 7);
    std::thread worker([this, context = jsonlog::Context()] {
        jsonlog_info(log, "m");
        const jsonlog::Scope here(context);
        jsonlog_info(log, "m");
    });
    worker.join();
    EXPECT_EQ(take(), INFO("") INFO(",\"request\":7"));
}

TEST_F(Loggers, AskRecordFilters) {
    const auto keep = [](jsonlog_record &record) {
        if (jsonlog_record_get_field(&record, "throw", 5) != nullptr)
            throw std::runtime_error("filter");
        jsonlog_record_set_field(&record, "seen", 4, jsonlog_bool(true));
        return jsonlog_record_get_field(&record, "drop", 4) == nullptr;
    };
    {
        const jsonlog::RecordFilter filter(log, keep);
        EXPECT_EQ(filter.status(), JSONLOG_OK);
        jsonlog_info(log, "m", "a", 1);
        jsonlog_info(log, "m", "drop", 1);
        jsonlog_info(log, "m", "throw", 1);
    }
    jsonlog_info(log, "m", "drop", 1);
    EXPECT_EQ(take(), INFO(",\"a\":1,\"seen\":true") INFO(",\"throw\":1") INFO(",\"drop\":1"));
}

TEST_F(Loggers, StaticFields) {
    EXPECT_EQ(jsonlog::set_static_fields("roles", std::vector<std::string>{"a"}), JSONLOG_OK);
    jsonlog_info(log, "m");
    EXPECT_EQ(jsonlog::set_static_fields(), JSONLOG_OK);
    jsonlog_info(log, "m");
    EXPECT_EQ(take(), INFO(",\"roles\":[\"a\"]") INFO(""));
}

TEST_F(Loggers, HandlersAreCounted) {
    auto alive = std::make_shared<int>(0);
    std::weak_ptr<int> watched = alive;
    {
        jsonlog::Handler counter = jsonlog::Handler::callback([alive](const jsonlog_line &line) {
            ++*alive;
            return line.len > 0;
        });
        EXPECT_EQ(log.add(counter), JSONLOG_OK);
        EXPECT_EQ(log.add(counter), JSONLOG_E_STATE);
        const jsonlog::Handler copy = counter;
        counter = jsonlog::Handler();
        jsonlog_info(log, "m");
        EXPECT_EQ(*alive, 1);
        alive.reset();
        EXPECT_EQ(log.remove(copy), JSONLOG_OK);
        EXPECT_FALSE(watched.expired());
    }
    EXPECT_TRUE(watched.expired());
    jsonlog_info(log, "m");
}

TEST_F(Loggers, CallbacksThatThrowLoseTheLine) {
    jsonlog::Handler thrower = jsonlog::Handler::callback([](const jsonlog_line &line) -> bool {
        if ((line.flags & JSONLOG_LINE_REPORT) == 0)
            throw std::runtime_error("no");
        return true;
    });
    log.add(thrower);
    jsonlog_info(log, "m");
    EXPECT_GE(thrower.stats().lost, 1u);
    log.remove(thrower);
    EXPECT_EQ(take(), INFO(""));
}

TEST_F(Loggers, FilesAndTheirErrors) {
    jsonlog::Handler file = jsonlog::Handler::file((folder / "app.log").string());
    jsonlog::Logger().set_handlers({file});
    jsonlog_info(log, "m", "v", 1);
    EXPECT_EQ(read("app.log"), INFO(",\"v\":1"));
    try {
        jsonlog::Handler::file((folder / "none" / "app.log").string());
        ADD_FAILURE() << "no error";
    } catch (const jsonlog::Error &e) {
        EXPECT_EQ(e.code(), JSONLOG_E_IO);
        EXPECT_NE(e.sentence().find("none"), std::string::npos);
    }
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::Handler::file("", JSONLOG_FILE_OPTIONS_INIT, err));
    EXPECT_EQ(err.code, JSONLOG_E_INVALID);
    EXPECT_THROW(jsonlog::Handler::rotating("x", JSONLOG_ROTATING_OPTIONS_INIT), jsonlog::Error);
}

TEST_F(Loggers, HandlersAroundHandlers) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    options.max_bytes = 1000;
    const std::string path = (folder / "rotating.log").string();
    jsonlog::Handler errors = jsonlog::Handler::rotating(path, options);
    errors.set_level(JSONLOG_LEVEL_ERROR);
    EXPECT_EQ(errors.level(), JSONLOG_LEVEL_ERROR);
    jsonlog::Handler both = jsonlog::Handler::tee({errors, memory});
    jsonlog::Handler async = jsonlog::Handler::async(both);
    jsonlog::Logger().set_handlers({async});
    jsonlog_info(log, "m");
    jsonlog_error(log, "e");
    EXPECT_EQ(async.flush(), JSONLOG_OK);
    const std::string error = HEAD "\"ERROR\",\"logger\":\"t\",\"errorMessage\":\"e\"}\n";
    EXPECT_EQ(read("rotating.log"), error);
    EXPECT_EQ(take(), INFO("") + error);
}

TEST_F(Loggers, PatternsChooseLines) {
    memory.set_pattern("{ $.v > 1 }");
    jsonlog_info(log, "m", "v", 1);
    jsonlog_info(log, "m", "v", 2);
    memory.set_pattern("");
    EXPECT_EQ(take(), INFO(",\"v\":2"));
    try {
        memory.set_pattern("{ $.v > }");
        ADD_FAILURE() << "no error";
    } catch (const jsonlog::Error &e) {
        EXPECT_EQ(e.code(), JSONLOG_E_SYNTAX);
        EXPECT_NE(std::string(e.what()).find("\n  { $.v > }\n"), std::string::npos) << e.what();
    }
}

TEST_F(Loggers, FormattersAndTheirErrors) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.format = "%(levelname)s %(message)s";
    memory.set(jsonlog::Formatter::json(options));
    jsonlog_info(log, "m", "v", 1);
    memory.set(jsonlog::Formatter::preset(JSONLOG_PRESET_GOOGLE_CLOUD));
    jsonlog_info(log, "m");
    memory.set(jsonlog::Formatter());
    jsonlog_info(log, "m");
    EXPECT_EQ(take(),
              "{\"levelname\":\"INFO\",\"message\":\"m\",\"v\":1}\n"
              "{\"severity\":\"INFO\",\"time\":\"2026-11-22T08:07:45.784000000Z\",\"message\":"
              "\"m\",\"logger\":\"t\"}\n" INFO(""));
    options.format = "%(levelname";
    EXPECT_THROW(jsonlog::Formatter::json(options), jsonlog::Error);
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::Formatter::preset(JSONLOG_PRESET_ECS, nullptr, &options, err));
    EXPECT_EQ(err.code, JSONLOG_E_INVALID);
}

} // namespace
