/*
 * The verdicts and the bytes that all languages agree on: the filter vectors of tests/data/filter
 * through Filter and FilterSet, and tests/data/bindings/format_cases.jsonl through the objects and
 * the function form of the log call.
 */
#include <jsonlog/filter_set.hpp>
#include <jsonlog/jsonlog.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include <cjson/cJSON.h>

namespace {

using Json = std::unique_ptr<cJSON, decltype(&cJSON_Delete)>;

/* cJSON hands out C strings, so a NUL goes through it as U+0001, which no event has. */
std::string hide_nul(std::string line) {
    for (size_t at = 0; (at = line.find("\\u0000", at)) != std::string::npos; at += 6) {
        if (at > 0 && line[at - 1] != '\\')
            line[at + 5] = '1';
    }
    return line;
}

std::vector<std::string> rows_of(const std::string &name) {
    std::ifstream file(JSONLOG_TEST_DATA "/" + name);
    std::vector<std::string> rows;
    for (std::string line; std::getline(file, line);)
        rows.push_back(line);
    EXPECT_FALSE(rows.empty()) << name;
    return rows;
}

const cJSON *get(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

std::string text(const cJSON *item) {
    const char *string = cJSON_GetStringValue(item);
    return string == nullptr ? "" : string;
}

/* ---- filter vectors ---- */

class Vectors : public ::testing::TestWithParam<const char *> {};

/* Of a disputed vector our verdict is the recommended one. */
const cJSON *verdict_of(const cJSON *row) {
    const cJSON *match = get(row, "match");
    return match != nullptr ? match : get(row, "recommended");
}

void expect_verdict(const cJSON *row) {
    std::string event = text(get(row, "event"));
    std::replace(event.begin(), event.end(), '\1', '\0');
    const bool expected = cJSON_IsTrue(verdict_of(row)) != 0;
    jsonlog_err err;
    const jsonlog::Filter filter(text(get(row, "pattern")), err);
    ASSERT_TRUE(filter) << text(get(row, "id")) << ": " << err.text;
    EXPECT_EQ(filter.match(event), expected) << text(get(row, "id"));
    EXPECT_EQ(filter.explain(event).matches(), expected) << text(get(row, "id"));
    const jsonlog::FilterSet set({text(get(row, "pattern")), "never anywhere"});
    jsonlog::Matches matches(set);
    set.match(event, matches);
    EXPECT_EQ(matches[0], expected) << text(get(row, "id"));
}

void expect_refused(const cJSON *row) {
    try {
        jsonlog::Filter(text(get(row, "pattern")));
        ADD_FAILURE() << text(get(row, "id")) << " is not refused";
    } catch (const jsonlog::Error &e) {
        EXPECT_EQ(e.sentence().rfind(text(get(row, "message")), 0), 0u) << e.sentence();
    }
}

TEST_P(Vectors, Agree) {
    size_t verdicts = 0;
    size_t refused = 0;
    for (const std::string &line : rows_of(std::string("filter/") + GetParam())) {
        const Json row(cJSON_Parse(hide_nul(line).c_str()), cJSON_Delete);
        ASSERT_TRUE(row) << line;
        if (cJSON_IsBool(verdict_of(row.get()))) {
            expect_verdict(row.get());
            verdicts++;
        } else if (get(row.get(), "error") != nullptr) {
            expect_refused(row.get());
            refused++;
        }
    }
    EXPECT_GT(verdicts, 5u);
    std::cout << verdicts << " verdicts, " << refused << " refused patterns\n";
}

INSTANTIATE_TEST_SUITE_P(Files, Vectors,
                         ::testing::Values("vectors.jsonl", "vectors-disputed.jsonl"));

TEST(Errors, HaveTheSameOffsetsAndSentences) {
    for (const std::string &line : rows_of("filter/errors.jsonl")) {
        const Json row(cJSON_Parse(hide_nul(line).c_str()), cJSON_Delete);
        std::string pattern = text(get(row.get(), "pattern"));
        std::replace(pattern.begin(), pattern.end(), '\1', '\0');
        jsonlog_err err;
        EXPECT_FALSE(jsonlog::Filter(pattern, err)) << line;
        EXPECT_EQ(err.text, text(get(row.get(), "text"))) << line;
        EXPECT_EQ(static_cast<double>(err.offset), get(row.get(), "offset")->valuedouble) << line;
    }
}

/* ---- format cases ---- */

struct Value;
using Key = std::string;

struct Raw {
    std::string json;
};
struct Pairs {
    std::vector<std::pair<Key, Value>> all;
};
/* A value of a case, as a variant of what C++ has for it. */
struct Value {
    std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Raw,
                 std::vector<Value>, Pairs>
        is;
};

} // namespace

namespace jsonlog {
template <> struct Trait<Raw> {
    static jsonlog_value value(const Raw &raw) {
        return jsonlog_raw(raw.json.data(), raw.json.size());
    }
};
template <> struct Trait<Pairs> { static void write(Writer &out, const Pairs &pairs); };
template <> struct Trait<Value> {
    static const auto &value(const Value &v) { return v.is; }
};
/* A writer refuses a key twice; of equal keys the last value counts. */
void Trait<Pairs>::write(Writer &out, const Pairs &pairs) {
    out.begin_object();
    std::vector<std::string> seen;
    for (const auto &[key, first] : pairs.all) {
        if (std::find(seen.begin(), seen.end(), key) != seen.end())
            continue;
        seen.push_back(key);
        const Value *last = &first;
        for (const auto &[other, v] : pairs.all)
            last = other == key ? &v : last;
        out.member(key, *last);
    }
    out.end_object();
}
} // namespace jsonlog

namespace {

std::string bytes_of(const std::string &hex) {
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

std::string key_of(const cJSON *item) {
    return cJSON_IsObject(item) ? bytes_of(text(get(item, "bytes"))) : text(item);
}

Value value_of(const cJSON *item);

Pairs pairs_of(const cJSON *list) {
    Pairs pairs;
    const cJSON *pair;
    cJSON_ArrayForEach(pair, list) pairs.all.emplace_back(key_of(cJSON_GetArrayItem(pair, 0)),
                                                          value_of(cJSON_GetArrayItem(pair, 1)));
    return pairs;
}

Value value_of(const cJSON *item) {
    const cJSON *held = item->child;
    const std::string type = held->string;
    if (type == "int")
        return {std::int64_t{std::stoll(text(held))}};
    if (type == "uint")
        return {std::uint64_t{std::stoull(text(held))}};
    if (type == "double")
        return {std::strtod(text(held).c_str(), nullptr)};
    if (type == "bool")
        return {cJSON_IsTrue(held) != 0};
    if (type == "string")
        return {text(held)};
    if (type == "bytes")
        return {bytes_of(text(held))};
    if (type == "raw")
        return {Raw{text(held)}};
    if (type == "object")
        return {pairs_of(held)};
    if (type != "array")
        return {nullptr};
    std::vector<Value> values;
    const cJSON *element;
    cJSON_ArrayForEach(element, held) values.push_back(value_of(element));
    return {values};
}

/* A case has as many fields as it likes, so they are handed over as an array. */
void log_case(const cJSON *row) {
    const Pairs pairs = pairs_of(get(row, "fields"));
    std::vector<jsonlog_field> fields;
    for (const auto &[key, v] : pairs.all)
        fields.push_back({key.data(), key.size(), jsonlog_value_of(v.is)});
    int level = 0;
    jsonlog_level_parse(text(get(row, "level")).c_str(), &level, nullptr);
    const cJSON *message = get(row, "message");
    const std::string bytes = key_of(message);
    jsonlog_log_fields(jsonlog_get(text(get(row, "logger")).c_str()), level,
                       cJSON_IsNull(message) ? nullptr : bytes.data(), bytes.size(), fields.data(),
                       fields.size());
}

TEST(FormatCases, AreTheSameToTheByte) {
    static int64_t now;
    jsonlog_set_clock([](void *) { return now; }, nullptr);
    jsonlog::Logger root;
    root.set_level(JSONLOG_LEVEL_NOTSET);
    pthread_setname_np(pthread_self(), "worker-1");
    size_t run = 0;
    for (const std::string &line : rows_of("bindings/format_cases.jsonl")) {
        const Json row(cJSON_Parse(line.c_str()), cJSON_Delete);
        ASSERT_TRUE(row) << line;
        jsonlog_preset preset;
        ASSERT_EQ(jsonlog_preset_from_name(text(get(row.get(), "preset")).c_str(), &preset),
                  JSONLOG_OK);
        jsonlog::Handler memory = jsonlog::Handler::memory();
        memory.set(jsonlog::Formatter::preset(preset));
        root.set_handlers({memory});
        now = std::stoll(text(get(row.get(), "time_ns")));
        log_case(row.get());
        EXPECT_EQ(memory.text(), text(get(row.get(), "line")) + "\n")
            << text(get(row.get(), "name"));
        run++;
    }
    EXPECT_GE(run, 80u);
}

} // namespace
