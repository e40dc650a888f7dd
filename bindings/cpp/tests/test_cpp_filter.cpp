/* Filters, sets of them, explanations, extraction and lint as objects. */
#include <jsonlog/filter_set.hpp>

#include <gtest/gtest.h>

#include <list>

namespace {

const char *const age = "{ $.logType = \"ERROR\" && $.user.age >= 20 }";
const char *const line = "{\"logType\":\"ERROR\",\"user\":{\"age\":20,\"name\":\"\\ud55c\"}}";

TEST(Filters, Match) {
    const jsonlog::Filter filter(age);
    EXPECT_TRUE(filter.match(line));
    EXPECT_FALSE(filter.match("{}"));
    EXPECT_FALSE(filter.match(std::string_view()));
    EXPECT_EQ(filter.pattern(), age);
    EXPECT_EQ(filter.kind(), JSONLOG_FILTER_JSON);
    EXPECT_TRUE(jsonlog::Filter("").match(std::string_view()));
}

TEST(Filters, ErrorsHaveOffsetAndCaret) {
    try {
        jsonlog::Filter("{ $.a = a:b }");
        FAIL() << "no error";
    } catch (const jsonlog::Error &e) {
        EXPECT_EQ(e.code(), JSONLOG_E_SYNTAX);
        EXPECT_EQ(e.offset(), 9u);
        EXPECT_EQ(e.sentence().rfind("Invalid character(s) in term ':'", 0), 0u);
        const std::string text = e.what();
        EXPECT_NE(text.find("\n  { $.a = a:b }\n           ^"), std::string::npos) << text;
    }
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::Filter("{ $.a = a:b }", err));
    EXPECT_EQ(err.offset, 9u);
}

TEST(Filters, FindLines) {
    const jsonlog::Filter filter("{ $.n > 1 }");
    std::vector<std::string> found;
    for (std::string_view at : filter.lines("{\"n\":1}\n{\"n\":2}\n\n{\"n\":3}"))
        found.emplace_back(at);
    EXPECT_EQ(found, (std::vector<std::string>{"{\"n\":2}", "{\"n\":3}"}));
    for (std::string_view at : filter.lines({}))
        ADD_FAILURE() << at;
}

TEST(Filters, Explain) {
    const jsonlog::Explanation why = jsonlog::Filter(age).explain("{\"logType\":\"ERROR\"}");
    EXPECT_FALSE(why.matches());
    ASSERT_EQ(why.size(), 2u);
    EXPECT_TRUE(why[0].is_true);
    EXPECT_FALSE(why[1].is_true);
    EXPECT_STREQ(why[1].selector, "$.user.age");
    EXPECT_EQ(why.text().rfind("no match: ", 0), 0u);
    EXPECT_EQ(why.json().substr(0, 11), "{\"pattern\":");
}

TEST(Filters, Extract) {
    const jsonlog::Filter filter(age);
    EXPECT_EQ(filter.extract("$.user.name", line), "한");
    EXPECT_EQ(filter.extract("$.user.age", line), "20");
    EXPECT_EQ(filter.extract("$.user.none", line), std::nullopt);
    EXPECT_THROW(filter.extract("user", line), jsonlog::Error);
    jsonlog_found found{};
    jsonlog_err err;
    EXPECT_EQ(filter.extract("$.user", line, found, err), JSONLOG_OK);
    EXPECT_EQ(found.type, JSONLOG_FOUND_OBJECT);
}

TEST(Filters, ExtractAll) {
    const jsonlog::Filter filter("[ip, user, status = 4*]");
    std::vector<std::string> told;
    const auto tell = [&told](std::string_view name, const jsonlog_found &found) {
        told.push_back(std::string(name) + "=" + jsonlog::Filter::text_of(found));
    };
    EXPECT_TRUE(filter.extract_all("1.2.3.4 me 404", tell));
    EXPECT_EQ(told, (std::vector<std::string>{"$ip=1.2.3.4", "$user=me", "$status=404"}));
    EXPECT_FALSE(filter.extract_all("1.2.3.4 me 200", tell));
    EXPECT_THROW(filter.extract_all("1.2.3.4 me 404",
                                    [](std::string_view, const jsonlog_found &) {
                                        throw std::runtime_error("enough");
                                    }),
                 std::runtime_error);
}

TEST(Filters, Lint) {
    jsonlog::Lint lint("{ $.ok = true }");
    ASSERT_EQ(lint.size(), 1u);
    EXPECT_EQ(lint[0].code, JSONLOG_LINT_BARE_BOOLEAN);
    EXPECT_STREQ(lint[0].suggestion, "{ $.ok IS TRUE }");
    std::size_t count = 0;
    for (const jsonlog_finding &finding : lint)
        count += finding.text != nullptr ? 1 : 0;
    EXPECT_EQ(count, 1u);
    jsonlog::Lint sampled("{ $.a.b = 1 }");
    EXPECT_EQ(sampled.sample("{\"a.b\":1}"), JSONLOG_OK);
    ASSERT_GE(sampled.size(), 1u);
    EXPECT_EQ(sampled[0].code, JSONLOG_LINT_DOTTED_KEY);
}

TEST(FilterSets, Match) {
    const jsonlog::FilterSet set({age, "WARN", "{ $.user.age < 20 }", "ERROR"});
    EXPECT_EQ(set.size(), 4u);
    EXPECT_EQ(set[1], "WARN");
    EXPECT_EQ(set[4], "");
    jsonlog::Matches matches(set);
    EXPECT_EQ(set.match(line, matches), 2u);
    std::vector<std::size_t> which;
    for (std::size_t i : matches)
        which.push_back(i);
    EXPECT_EQ(which, (std::vector<std::size_t>{0, 3}));
    EXPECT_TRUE(matches[3]);
    EXPECT_FALSE(matches[1]);
    EXPECT_FALSE(matches[64]);
    EXPECT_EQ(set.match("nothing", matches), 0u);
    for (std::size_t i : matches)
        ADD_FAILURE() << i;
}

TEST(FilterSets, OfContainersAndOfNone) {
    const jsonlog::FilterSet set(std::list<std::string>{"a", "b"});
    EXPECT_EQ(set.size(), 2u);
    const jsonlog::FilterSet none(std::vector<std::string>{});
    jsonlog::Matches matches(none);
    EXPECT_EQ(none.match(line, matches), 0u);
}

TEST(FilterSets, FindLines) {
    const jsonlog::FilterSet set({"ERROR", "WARN"});
    jsonlog::Matches matches(set);
    std::string found;
    for (std::string_view at : set.lines("an ERROR\nfine\nWARN and ERROR\n", matches))
        found += std::string(at) + (matches[0] ? "+" : "-") + (matches[1] ? "+" : "-") + ";";
    EXPECT_EQ(found, "an ERROR+-;WARN and ERROR++;");
}

TEST(FilterSets, ErrorsShowThePattern) {
    try {
        jsonlog::FilterSet({"fine", "{ $.a = a:b }"});
        FAIL() << "no error";
    } catch (const jsonlog::Error &e) {
        EXPECT_EQ(e.offset(), 9u);
        EXPECT_NE(std::string(e.what()).find("{ $.a = a:b }"), std::string::npos);
    }
    jsonlog_err err;
    EXPECT_FALSE(jsonlog::FilterSet(std::vector<std::string>{"ERR*"}, err));
    EXPECT_EQ(err.code, JSONLOG_E_SYNTAX);
}

} // namespace
