#include <jsonlog/filter.h>
#include <jsonlog/lint.h>

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

static counted_heap memory = {.fail_after = SIZE_MAX};

static jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    return filter;
}

static jsonlog_explanation *explain(const char *pattern, const char *line, size_t len) {
    jsonlog_filter *filter = compile(pattern);
    jsonlog_explanation *explanation = NULL;
    assert_int_equal(jsonlog_filter_explain(filter, line, len, &explanation), JSONLOG_OK);
    jsonlog_filter_free(filter);
    return explanation;
}

static void writes_one_object(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *line;
        const char *json;
    } cases[] = {
        {"", "x", "{\"pattern\":\"\",\"kind\":\"all\",\"matches\":true}"},
        {"{ $.a = \"x\" }", "{\"a\":\"y\"}",
         "{\"pattern\":\"{ $.a = \\\"x\\\" }\",\"kind\":\"json\",\"matches\":false,\"tree\":"
         "{\"text\":\"$.a = \\\"x\\\"\",\"offset\":2,\"true\":false,\"selector\":\"$.a\","
         "\"value\":\"\\\"y\\\"\",\"reason\":\"\\\"y\\\" is not equal to \\\"x\\\"\"}}"},
        {"{ $.a NOT EXISTS }", "[",
         "{\"pattern\":\"{ $.a NOT EXISTS }\",\"kind\":\"json\",\"matches\":false,\"tree\":"
         "{\"text\":\"$.a NOT EXISTS\",\"offset\":2,\"true\":false,\"selector\":\"$.a\","
         "\"reason\":\"the line is not one JSON object: byte 0 does not fit\"}}"},
        {"%a+%", "xa",
         "{\"pattern\":\"%a+%\",\"kind\":\"regex\",\"matches\":true,\"tree\":{\"text\":\"%a+%\","
         "\"offset\":0,\"true\":true,\"reason\":\"the expression matches in the line\"}}"},
        {"b -c", "ab",
         "{\"pattern\":\"b -c\",\"kind\":\"text\",\"matches\":true,\"tree\":{\"and\":["
         "{\"text\":\"b\",\"offset\":0,\"true\":true,\"found\":1,\"reason\":\"the line contains "
         "b\"},"
         "{\"text\":\"-c\",\"offset\":2,\"true\":true,\"reason\":\"the line does not contain "
         "c\"}]}}"},
        {"?a -b", "xa",
         "{\"pattern\":\"?a -b\",\"kind\":\"text\",\"matches\":true,\"tree\":"
         "{\"text\":\"-b\",\"offset\":3,\"true\":true,\"reason\":\"the line does not contain b\"},"
         "\"ignored\":["
         "{\"text\":\"?a\",\"offset\":0,\"true\":true,\"found\":1,\"reason\":\"the line contains "
         "a; "
         "it is ignored, because '?' counts only if every term has it\"}]}"},
        {"?a ?b", "b",
         "{\"pattern\":\"?a ?b\",\"kind\":\"text\",\"matches\":true,\"tree\":{\"or\":["
         "{\"text\":\"?a\",\"offset\":0,\"true\":false,\"reason\":\"the line does not contain a\"},"
         "{\"text\":\"?b\",\"offset\":3,\"true\":true,\"found\":0,\"reason\":\"the line contains "
         "b\"}]}}"},
        {"[a, ..., b >= 5]", "x [y z] \"4\"",
         "{\"pattern\":\"[a, ..., b >= 5]\",\"kind\":\"delimited\",\"matches\":false,\"tree\":"
         "{\"text\":\"b >= 5\",\"offset\":9,\"true\":false,\"selector\":\"$b\",\"value\":"
         "\"\\\"4\\\"\",\"reason\":\"4 is less than 5\"},\"fields\":["
         "{\"name\":\"$a\",\"offset\":0,\"token\":\"x\"},"
         "{\"name\":\"$2\",\"offset\":3,\"token\":\"y z\"},"
         "{\"name\":\"$b\",\"offset\":9,\"token\":\"4\"}]}"},
        {"[a, b]", "x",
         "{\"pattern\":\"[a, b]\",\"kind\":\"delimited\",\"matches\":false,\"fields\":[],"
         "\"reason\":\"the line has 1 token and the pattern needs 2\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_explanation *explanation =
            explain(cases[i].pattern, cases[i].line, strlen(cases[i].line));
        assert_string_equal(jsonlog_explanation_json(explanation), cases[i].json);
        jsonlog_explanation_free(explanation);
    }
}

/* --- the tree -------------------------------------------------------------------------------- */

static void list_tree(const cJSON *node, char *out) {
    const bool is_and = cJSON_HasObjectItem(node, "and");
    const cJSON *parts = cJSON_GetObjectItem(node, is_and ? "and" : "or");
    if (parts == NULL) {
        strcat(out, cJSON_GetStringValue(cJSON_GetObjectItem(node, "selector")) + 1);
        return;
    }
    strcat(out, is_and ? "and(" : "or(");
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, parts) {
        strcat(out, part == parts->child ? "" : " ");
        list_tree(part, out);
    }
    strcat(out, ")");
}

static void joins_as_the_pattern_does(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *tree;
    } cases[] = {
        {"{$.a=1}", ".a"},
        {"{$.a=1&&$.b=1&&$.c=1}", "and(.a .b .c)"},
        {"{$.a=1||$.b=1&&$.c=1}", "or(.a and(.b .c))"},
        {"{$.a=1&&$.b=1||$.c=1}", "or(and(.a .b) .c)"},
        {"{$.a=1&&($.b=1&&$.c=1)}", "and(.a .b .c)"},
        {"{($.c=1||$.a=1)&&($.b=1||($.d=1&&$.a=2))}", "and(or(.c .a) or(.b and(.d .a)))"},
        {"{(($.b=1))||(($.a=1))}", "or(.b .a)"},
        {"[x=1, y=2, z]", "and(x y)"},
        {"[x=1||x=2, y=2, z=3&&z=4]", "and(or(x x) y z z)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tree[256] = "";
        jsonlog_explanation *explanation = explain(cases[i].pattern, "{}", 2);
        cJSON *json = cJSON_Parse(jsonlog_explanation_json(explanation));
        list_tree(cJSON_GetObjectItem(json, "tree"), tree);
        assert_string_equal(tree, cases[i].tree);
        cJSON_Delete(json);
        jsonlog_explanation_free(explanation);
    }
}

static bool tree_verdict(const cJSON *node) {
    const bool is_and = cJSON_HasObjectItem(node, "and");
    const cJSON *parts = cJSON_GetObjectItem(node, is_and ? "and" : "or");
    if (parts == NULL)
        return cJSON_IsTrue(cJSON_GetObjectItem(node, "true"));
    bool verdict = is_and;
    const cJSON *part = NULL;
    cJSON_ArrayForEach(part, parts) {
        verdict = is_and ? verdict && tree_verdict(part) : verdict || tree_verdict(part);
    }
    return verdict;
}

static void assert_told_truly(const jsonlog_explanation *explanation, bool expected) {
    const char *text = jsonlog_explanation_json(explanation);
    assert_null(strchr(text, '\n'));
    cJSON *json = cJSON_Parse(text);
    if (json == NULL)
        fail_msg("no JSON: %s", text);
    assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItem(json, "matches")), expected);
    const cJSON *tree = cJSON_GetObjectItem(json, "tree");
    const bool is_unbound = cJSON_HasObjectItem(json, "reason");
    if ((tree == NULL ? !is_unbound : tree_verdict(tree)) != expected)
        fail_msg("the tree says otherwise: %s", text);
    cJSON_Delete(json);
}

static void tells_the_verdict_of_every_vector(void **state) {
    (void)state;
    FILE *file = fopen(JSONLOG_TEST_DATA "/filter/vectors.jsonl", "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    size_t count = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *vector = cJSON_Parse(line);
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(vector, "event"));
        if (!cJSON_HasObjectItem(vector, "error") && strstr(line, "u0000") == NULL) {
            jsonlog_explanation *explanation = explain(
                cJSON_GetStringValue(cJSON_GetObjectItem(vector, "pattern")), event, strlen(event));
            assert_told_truly(explanation, cJSON_IsTrue(cJSON_GetObjectItem(vector, "match")));
            jsonlog_explanation_free(explanation);
            count++;
        }
        cJSON_Delete(vector);
    }
    free(line);
    fclose(file);
    assert_true(count > 1700);
}

/* --- what a line must not do ----------------------------------------------------------------- */

static void stays_safe_to_show(void **state) {
    (void)state;
    static const char hostile[] = "\xe2\x80\xae\x1b[31m\x7f\xff\"\\\t\n\r\0x";
    jsonlog_explanation *explanation = explain("[a = \xe2\x80\xae, ...]", hostile, sizeof hostile);
    for (const char *at = jsonlog_explanation_json(explanation); *at != '\0'; at++)
        assert_true((unsigned char)*at >= 0x20 && *at != '\x7f');
    assert_null(strstr(jsonlog_explanation_json(explanation), "\xe2\x80\xae"));
    assert_null(strstr(jsonlog_explanation_text(explanation), "\xe2\x80\xae"));
    assert_null(strchr(jsonlog_explanation_text(explanation), '\x1b'));
    assert_told_truly(explanation, false);
    jsonlog_explanation_free(explanation);
}

static void counts_what_it_does_not_list(void **state) {
    (void)state;
    char line[1001];
    for (size_t i = 0; i < 1000; i++)
        line[i] = i % 2 == 0 ? 'x' : ' ';
    jsonlog_explanation *explanation = explain("[a, ..., b]", line, 1000);
    cJSON *json = cJSON_Parse(jsonlog_explanation_json(explanation));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "fields")), 102);
    assert_int_equal((int)cJSON_GetNumberValue(cJSON_GetObjectItem(json, "unlisted")), 398);
    assert_non_null(strstr(jsonlog_explanation_text(explanation), "\n       and 398 more tokens"));
    cJSON_Delete(json);
    jsonlog_explanation_free(explanation);
    memset(line, 'y', 1000);
    explanation = explain("[a = y]", line, 1000);
    assert_true(strlen(jsonlog_explanation_json(explanation)) < 1500);
    assert_told_truly(explanation, false);
    jsonlog_explanation_free(explanation);
}

static void shows_fields_as_text(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *line;
        const char *text;
    } cases[] = {
        {"[ip, code = 4*, size > 10]", "1.2.3.4 500 9 x",
         "no match: [ip, code = 4*, size > 10]\n"
         "  no   code = 4*   found \"500\": 500 does not match 4*\n"
         "  no   size > 10   found \"9 x\": \"9 x\" is no number\n"
         "       $ip         \"1.2.3.4\"\n"
         "       $code       \"500\"\n"
         "       $size       \"9 x\""},
        {"[a = 1 || a]", "2",
         "match: [a = 1 || a]\n"
         "  no   a = 1   found \"2\": 2 is greater than 1\n"
         "  yes  a       found \"2\"\n"
         "       $a      \"2\""},
        {"[a, b]", "x", "no match: [a, b]\n  the line has 1 token and the pattern needs 2"},
        {"[a = x, b]", "",
         "no match: [a = x, b]\n"
         "  no   a = x   the line has 0 tokens and the pattern needs 2"},
        {"[a = 5]", "1e999",
         "no match: [a = 5]\n"
         "  no   a = 5   found \"1e999\": 1e999 is beyond the range of a double, so no number "
         "compares with it\n"
         "       $a      \"1e999\""},
        {"[a != %x%]", "x",
         "no match: [a != %x%]\n"
         "  no   a != %x%   found \"x\": \"x\" matches %x%\n"
         "       $a         \"x\""},
        {"[]", "x y", "match: []\n       $1   \"x\"\n       $2   \"y\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_explanation *explanation =
            explain(cases[i].pattern, cases[i].line, strlen(cases[i].line));
        assert_string_equal(jsonlog_explanation_text(explanation), cases[i].text);
        jsonlog_explanation_free(explanation);
    }
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("[a = 1 || a = x, ..., b > 5, c]");
    const size_t alive = memory.alive;
    jsonlog_status status = JSONLOG_E_NOMEM;
    for (size_t failures = 0; status == JSONLOG_E_NOMEM; failures++) {
        jsonlog_explanation *explanation = NULL;
        memory.calls = 0;
        memory.fail_after = failures;
        status = jsonlog_filter_explain(filter, "x y z 1 2", 9, &explanation);
        assert_int_equal(explanation == NULL, status != JSONLOG_OK);
        jsonlog_explanation_free(explanation);
        assert_int_equal(memory.alive, alive);
    }
    memory.fail_after = SIZE_MAX;
    jsonlog_filter_free(filter);
}

/* `head`, then `part` as often as there is room for it, then `tail`. */
static void assert_largest_pattern(const char *head, const char *part, const char *tail,
                                   size_t count) {
    char pattern[JSONLOG_PATTERN_MAX + 1];
    char *at = stpcpy(pattern, head);
    while ((size_t)(at - pattern) + strlen(part) + strlen(tail) <= JSONLOG_PATTERN_MAX)
        at = stpcpy(at, part);
    strcpy(at, tail);
    jsonlog_explanation *explanation = explain(pattern, "x", 1);
    assert_int_equal(jsonlog_explanation_count(explanation), count);
    cJSON *json = cJSON_Parse(jsonlog_explanation_json(explanation));
    assert_non_null(json);
    cJSON_Delete(json);
    jsonlog_explanation_free(explanation);
    jsonlog_lint *lint = NULL;
    assert_int_equal(jsonlog_lint_pattern(pattern, strlen(pattern), &lint, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_lint_finish(lint), JSONLOG_OK);
    jsonlog_lint_free(lint);
}

static void takes_the_largest_patterns(void **state) {
    (void)state;
    assert_largest_pattern("z", " z", "", 512);
    assert_largest_pattern("?z", " ?z", "", 341);
    assert_largest_pattern("{$.a=1", "||$.b=1", "}", 146);
    assert_largest_pattern("[a", "||a", "]", 341);
    assert_largest_pattern("[a", ",", "]", 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_object),
        cmocka_unit_test(joins_as_the_pattern_does),
        cmocka_unit_test(tells_the_verdict_of_every_vector),
        cmocka_unit_test(stays_safe_to_show),
        cmocka_unit_test(takes_the_largest_patterns),
        cmocka_unit_test(counts_what_it_does_not_list),
        cmocka_unit_test(shows_fields_as_text),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
