#include <jsonlog/filter.h>

#include "base/buffer.h"
#include "filter/matcher.h"
#include "filter/program.h"
#include "filter/select.h"
#include "support/counted_heap.h"
#include "support/test_random.h"

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

static jsonlog_explanation *explain(const jsonlog_filter *filter, const char *line) {
    jsonlog_explanation *explanation = NULL;
    assert_int_equal(jsonlog_filter_explain(filter, line, strlen(line), &explanation), JSONLOG_OK);
    assert_int_equal(jsonlog_explanation_matches(explanation),
                     jsonlog_filter_match(filter, line, strlen(line)));
    return explanation;
}

/* --- sentences -----------------------------------------------------------------------------------
 */

static const struct {
    const char *pattern;
    const char *line;
    bool is_true;
    const char *value;
    const char *reason;
} sentences[] = {
    {"{ $.a = \"x\" }", "{\"a\":\"x\"}", true, "\"x\"", "\"x\" is equal to \"x\""},
    {"{ $.a = x }", "{\"a\":\"y\"}", false, "\"y\"", "\"y\" is not equal to x"},
    {"{ $.a != x }", "{\"a\":\"y\"}", true, "\"y\"", "\"y\" is not equal to x"},
    {"{ $.a = x* }", "{\"a\":\"y\"}", false, "\"y\"", "\"y\" does not match x*"},
    {"{ $.a = %x% }", "{\"a\":\"axa\"}", true, "\"axa\"", "\"axa\" matches %x%"},
    {"{ $.a = x }", "{\"a\":{\"b\":1}}", false, "{\"b\":1}",
     "an object is neither a string nor a number"},
    {"{ $.a != x }", "{\"a\":null}", false, "null", "null is neither a string nor a number"},
    {"{ $.a = 1 }", "{\"a\":\"01\"}", false, "\"01\"",
     "\"01\" is not equal to 1: a string equals a number only if it is spelled the same"},
    {"{ $.a = \"1\" }", "{\"a\":1e0}", false, "1e0", "1e0 reads 1.0 and is not equal to \"1\""},
    {"{ $.a = 1 }", "{\"a\":1e999}", false, "1e999",
     "1e999 is beyond the range of a double, so no number compares with it"},
    {"{ $.user.age >= 20 }", "{\"user\":{\"age\":19}}", false, "19", "19 is less than 20"},
    {"{ $.user.age >= 20 }", "{\"user\":{\"age\":20}}", true, "20", "20 is equal to 20"},
    {"{ $.a < 2 }", "{\"a\":2.5}", false, "2.5", "2.5 is greater than 2"},
    {"{ $.a > 2 }", "{\"a\":\"5\"}", false, "\"5\"", "the string \"5\" is no number"},
    {"{ $.a > 2 }", "{\"a\":[5]}", false, "[5]", "an array is no number"},
    {"{ $.a IS NULL }", "{\"a\":null}", true, "null", "null is null"},
    {"{ $.a IS NULL }", "{\"a\":[1,null]}", true, "[1,null]",
     "the array has an element that is null"},
    {"{ $.a IS TRUE }", "{\"a\":\"true\"}", false, "\"true\"", "the string \"true\" is not true"},
    {"{ $.a IS FALSE }", "{\"a\":false}", true, "false", "false is false"},
    {"{ $.a NOT EXISTS }", "{\"a\":false}", false, "false", "it exists: it is false"},
    {"{ $.a NOT EXISTS }", "{}", true, NULL, "there is no $.a"},
    {"{ $.a.b.c = 1 }", "{\"a\":{\"b\":\"x\"}}", false, NULL,
     "there is no $.a.b.c: $.a.b is a string"},
    {"{ $.a[2].b = 1 }", "{\"a\":[1]}", false, NULL, "there is no $.a[2]"},
    {"{ $.['a b'][0] = 1 }", "{\"a b\":{}}", false, NULL,
     "there is no $.['a b'][0]: $.['a b'] is an object"},
    {"{ $.a[*] = 1 }", "{\"a\":[1,2]}", true, "[1,2]", "1 is equal to 1"},
    {"{ $.a[*] = 3 }", "{\"a\":[1,2]}", false, "[1,2]", "none of the 2 values is equal to 3"},
    {"{ $.a.* = 3 }", "{\"a\":{\"x\":3,\"x\":1}}", false, "[1]", "1 is not equal to 3"},
    {"{ $.a[*] != 3 }", "{\"a\":[]}", true, NULL, "$.a[*] selects nothing"},
    {"{ $.a[*] != 3 }", "{}", false, NULL, "there is no $.a"},
    {"{ $.a[*].b NOT EXISTS }", "{\"a\":[{\"b\":1},{\"b\":2},3]}", false, "[1,2]",
     "$.a[*].b selects 2 values"},
    {"{ $.a[*] > 3 }", "{\"a\":[1,\"x\",4]}", true, "[1,\"x\",4]", "4 is greater than 3"},
    {"{ $.a = 1 }", "{\"a\":1", false, NULL, "the line is not one JSON object: it ends too early"},
    {"{ $.a = 1 }", "{\"a\":1} x", false, NULL,
     "the line is not one JSON object: byte 8 does not fit"},
    {"{ $.a NOT EXISTS }", "[]", false, NULL,
     "the line is not one JSON object: byte 0 does not fit"},
    {"{ $.a = \"x\" }", "{\"a\":\"\xe2\x80\xae\x7f\xff\xea\xb0\x80\"}", false,
     "\"\\u202e\\u007f\xef\xbf\xbd\xea\xb0\x80\"",
     "\"\\u202e\\u007f\xef\xbf\xbd\xea\xb0\x80\" is not equal to \"x\""},
    {"{ $.a = \"x\" }", "{\"a\":{\n\t\"b\":1}}", false, "{  \"b\":1}",
     "an object is neither a string nor a number"},
};

static void says_why(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        jsonlog_filter *filter = compile(sentences[i].pattern);
        jsonlog_explanation *explanation = explain(filter, sentences[i].line);
        assert_int_equal(jsonlog_explanation_count(explanation), 1);
        const jsonlog_condition *condition = jsonlog_explanation_get(explanation, 0);
        assert_null(jsonlog_explanation_get(explanation, 1));
        assert_string_equal(condition->reason, sentences[i].reason);
        assert_int_equal(condition->is_true, sentences[i].is_true);
        assert_int_equal(condition->offset, 2);
        if (sentences[i].value == NULL)
            assert_null(condition->value);
        else
            assert_string_equal(condition->value, sentences[i].value);
        jsonlog_explanation_free(explanation);
        jsonlog_filter_free(filter);
    }
}

static void assert_text(const char *pattern, const char *line, const char *expected) {
    jsonlog_filter *filter = compile(pattern);
    jsonlog_explanation *explanation = explain(filter, line);
    assert_string_equal(jsonlog_explanation_text(explanation), expected);
    jsonlog_explanation_free(explanation);
    jsonlog_filter_free(filter);
}

static void shows_the_whole(void **state) {
    (void)state;
    assert_text("{ $.logType = \"ERROR\" && $.user.age >= 20 }",
                "{\"logType\":\"ERROR\",\"user\":{\"age\":19}}",
                "no match: { $.logType = \"ERROR\" && $.user.age >= 20 }\n"
                "  yes  $.logType = \"ERROR\"   found \"ERROR\"\n"
                "  no   $.user.age >= 20      found 19: 19 is less than 20");
    assert_text("{ $.\xea\xb0\x80 = 1||$.b NOT EXISTS }", "{\"\xea\xb0\x80\":2}",
                "match: { $.\xea\xb0\x80 = 1||$.b NOT EXISTS }\n"
                "  no   $.\xea\xb0\x80 = 1         found 2: 2 is not equal to 1\n"
                "  yes  $.b NOT EXISTS   there is no $.b");
    assert_text("{ $.a\n= \"\xe2\x80\xae\" }", "{}",
                "no match: { $.a = \"\\u202e\" }\n"
                "  no   $.a = \"\\u202e\"   there is no $.a");
    assert_text("", "x", "match: (an empty pattern matches every line)");
}

static void keeps_the_order_of_the_pattern(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("{ $.b.c = 1 && ( $.a  =  \"x y\" || $.b IS NULL ) }");
    jsonlog_explanation *explanation = explain(filter, "{\"b\":{\"c\":1}}");
    static const struct {
        const char *text;
        const char *selector;
        size_t offset;
        bool is_true;
    } expected[] = {
        {"$.b.c = 1", "$.b.c", 2, true},
        {"$.a  =  \"x y\"", "$.a", 17, false},
        {"$.b IS NULL", "$.b", 34, false},
    };
    assert_int_equal(jsonlog_explanation_count(explanation), 3);
    for (size_t i = 0; i < 3; i++) {
        const jsonlog_condition *condition = jsonlog_explanation_get(explanation, i);
        assert_string_equal(condition->text, expected[i].text);
        assert_string_equal(condition->selector, expected[i].selector);
        assert_int_equal(condition->offset, expected[i].offset);
        assert_int_equal(condition->is_true, expected[i].is_true);
    }
    jsonlog_explanation_free(explanation);
    jsonlog_filter_free(filter);
}

static void cuts_long_values(void **state) {
    (void)state;
    char line[6000] = "{\"a\":[";
    memset(line + 6, '1', 1500);
    for (size_t i = 1506; i < 5400; i += 3)
        memcpy(line + i, ",22", 3);
    strcat(line, "]}");
    jsonlog_filter *filter = compile("{ $.a = 1 || $.a[*] = 1 }");
    jsonlog_explanation *explanation = explain(filter, line);
    for (size_t i = 0; i < 2; i++) {
        const char *value = jsonlog_explanation_get(explanation, i)->value;
        assert_true(strlen(value) < 420);
        assert_non_null(strstr(value, "\xe2\x80\xa6"));
    }
    jsonlog_explanation_free(explanation);
    jsonlog_filter_free(filter);
}

static void refuses_null(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("{ $.a = 1 }");
    jsonlog_explanation *explanation = NULL;
    assert_int_equal(jsonlog_filter_explain(NULL, "", 0, &explanation), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_explain(filter, NULL, 1, &explanation), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_filter_explain(filter, "", 0, NULL), JSONLOG_E_INVALID);
    assert_null(explanation);
    jsonlog_explanation_free(NULL);
    jsonlog_filter_free(filter);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    jsonlog_filter *filter = compile("{ $.a[*] = 1 || $.b.* > 2 || $.c = x }");
    const char *line =
        "{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18],\"b\":{\"x\":1},\"c\":\"y\"}";
    const size_t alive = memory.alive;
    jsonlog_explanation *explanation = NULL;
    size_t failures = 0;
    for (;; failures++) {
        memory.calls = 0;
        memory.fail_after = failures;
        const jsonlog_status status =
            jsonlog_filter_explain(filter, line, strlen(line), &explanation);
        if (status == JSONLOG_OK)
            break;
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_null(explanation);
        assert_int_equal(memory.alive, alive);
    }
    memory.fail_after = SIZE_MAX;
    assert_true(failures >= 6);
    jsonlog_explanation_free(explanation);
    assert_int_equal(memory.alive, alive);
    jsonlog_filter_free(filter);
}

/* ---- the matcher against the slow way ---- */

/* Every condition on its own: one walk for each selector, SPEC 5.4 and 5.5 on what it selects. */
static void assert_same_verdicts(const jsonlog_filter *filter, jl_text line) {
    bool verdicts[JL_CONDITIONS_MAX];
    jl_json_check check;
    const jl_json_program *program = filter->json;
    jl_json_match(program, line, verdicts, &check);
    for (size_t i = 0; i < program->condition_count && check.fault == JL_SCAN_OK; i++) {
        const jl_condition *condition = &program->conditions[program->in_order[i]];
        jl_selection selection;
        assert_int_equal(jl_select(condition, line, &selection), JSONLOG_OK);
        if (jl_selection_verdict(condition, &selection) != verdicts[i])
            fail_msg("%.*s on %.*s: the matcher says %d", (int)condition->source.len,
                     condition->source.ptr, (int)line.len, line.ptr, verdicts[i]);
        jl_selection_done(&selection);
    }
}

/* Random patterns have no parentheses: a match needs one run of `&&` that is true throughout. */
static bool join_plainly(const jl_json_program *program, const bool *verdicts) {
    bool is_match = false;
    bool is_run_true = true;
    for (size_t i = 0; i < program->condition_count; i++) {
        const jl_condition *condition = &program->conditions[program->in_order[i]];
        if (condition->source.ptr[-2] == '|') {
            is_match = is_match || is_run_true;
            is_run_true = true;
        }
        is_run_true = is_run_true && verdicts[i];
    }
    return is_match || is_run_true;
}

static void assert_joined(const jsonlog_filter *filter, jl_text line) {
    bool verdicts[JL_CONDITIONS_MAX];
    const bool is_match = jl_json_match(filter->json, line, verdicts, NULL);
    assert_int_equal(is_match, join_plainly(filter->json, verdicts));
    assert_int_equal(is_match, jsonlog_filter_match(filter, line.ptr, line.len));
}

static void agrees_on_every_vector(void **state) {
    (void)state;
    FILE *file = fopen(JSONLOG_TEST_DATA "/filter/vectors.jsonl", "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    size_t count = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *vector = cJSON_Parse(line);
        const char *pattern = cJSON_GetStringValue(cJSON_GetObjectItem(vector, "pattern"));
        const char *event = cJSON_GetStringValue(cJSON_GetObjectItem(vector, "event"));
        jsonlog_filter *filter = NULL;
        if (pattern[0] == '{' &&
            jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL) == JSONLOG_OK) {
            assert_same_verdicts(filter, jl_text_of(event));
            count++;
        }
        jsonlog_filter_free(filter);
        cJSON_Delete(vector);
    }
    free(line);
    fclose(file);
    assert_true(count >= 950);
}

static const char *pick(test_random *random, const char *const *from, size_t count) {
    return from[test_random_below(random, count)];
}

#define PICK(random, list) pick((random), (list), sizeof(list) / sizeof *(list))

static void random_condition(test_random *random, jl_buffer *out, bool may_be_wild) {
    static const char *const starts[] = {".a", ".b", ".['a']", ".ab"};
    static const char *const steps[] = {".a", ".b", "[0]", "[1]", ".['b']"};
    static const char *const tests[] = {
        " = 1",   " != 1",     " > 0",     " <= 1",       " = \"x\"", " != \"x\"",   " = *",
        " != x*", " IS NULL",  " IS TRUE", " IS FALSE",   " = %x%",   " NOT EXISTS", " = \"\"",
        " = 1.5", " = \"*x\"", " >= 2",    " NOT EXISTS", " != 1",    " NOT EXISTS",
    };
    const size_t count = test_random_below(random, 4);
    const size_t wild = may_be_wild ? test_random_below(random, 4) : SIZE_MAX;
    jl_buffer_append_char(out, '$');
    for (size_t i = 0; i <= count; i++) {
        if (i == wild)
            jl_buffer_append_text(out, i == 0 ? JL_TEXT(".*") : JL_TEXT("[*]"));
        else
            jl_buffer_append_text(out,
                                  jl_text_of(i == 0 ? PICK(random, starts) : PICK(random, steps)));
    }
    jl_buffer_append_text(out, jl_text_of(PICK(random, tests)));
}

static size_t count_of(const char *text, const char *what) {
    size_t count = 0;
    for (; (text = strstr(text, what)) != NULL; text++)
        count++;
    return count;
}

static jsonlog_filter *random_filter(test_random *random, jl_buffer *out) {
    jl_buffer_clear(out);
    const size_t count = 1 + test_random_below(random, 7);
    size_t regexes = 0;
    jl_buffer_append_text(out, JL_TEXT("{ "));
    for (size_t i = 0; i < count; i++) {
        const size_t before = out->len;
        if (i > 0)
            jl_buffer_append_text(out, jl_text_of(test_random_below(random, 2) ? " && " : " || "));
        random_condition(random, out, i < JL_WILDCARDS_MAX);
        regexes += count_of(jl_buffer_terminate(out) + before, "%x%");
        if (regexes > JL_REGEXES_MAX) {
            jl_buffer_rewind(out, before);
            regexes--;
        }
    }
    jl_buffer_append_text(out, JL_TEXT(" }"));
    return compile(jl_buffer_terminate(out));
}

static void random_value(test_random *random, jl_buffer *out, int depth) {
    static const char *const scalars[] = {"1",           "2",      "0",        "1.5",   "\"x\"",
                                          "\"\\u0078\"", "\"yx\"", "\"xy\"",   "\"\"",  "true",
                                          "false",       "null",   "null",     "1e999", "\"1\"",
                                          "-0",          "1.0",    "\"\xff\"", "{}",    "[]"};
    static const char *const keys[] = {
        "\"a\":", "\"b\":", "\"\\u0061\":", "\"ab\":", "\"c\" : ", "\"a\":"};
    const size_t kind = test_random_below(random, 4);
    if (depth > 4 || kind < (depth == 0 ? 0u : 1u)) {
        jl_buffer_append_text(out, jl_text_of(PICK(random, scalars)));
        return;
    }
    const bool is_object = depth == 0 || kind > 1;
    const size_t count = test_random_below(random, 5);
    jl_buffer_append_char(out, is_object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            jl_buffer_append_char(out, ',');
        if (is_object)
            jl_buffer_append_text(out, jl_text_of(PICK(random, keys)));
        if (test_random_below(random, 3) == 0)
            jl_buffer_append_text(out, jl_text_of(PICK(random, scalars)));
        else
            random_value(random, out, depth + 1);
    }
    jl_buffer_append_char(out, is_object ? '}' : ']');
}

static void agrees_on_random_lines(void **state) {
    (void)state;
    test_random random = {20261122};
    char pattern_space[2048];
    char line_space[4096];
    jl_buffer pattern;
    jl_buffer line;
    jl_buffer_init(&pattern, pattern_space, sizeof pattern_space, SIZE_MAX);
    jl_buffer_init(&line, line_space, sizeof line_space, SIZE_MAX);
    const size_t rounds = test_effort(6000);
    for (size_t round = 0; round < rounds; round++) {
        jsonlog_filter *filter = random_filter(&random, &pattern);
        for (size_t i = 0; i < 30; i++) {
            jl_buffer_clear(&line);
            random_value(&random, &line, 0);
            assert_same_verdicts(filter, jl_buffer_view(&line));
            assert_joined(filter, jl_buffer_view(&line));
        }
        jsonlog_filter_free(filter);
    }
    jl_buffer_done(&pattern);
    jl_buffer_done(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why),
        cmocka_unit_test(shows_the_whole),
        cmocka_unit_test(keeps_the_order_of_the_pattern),
        cmocka_unit_test(cuts_long_values),
        cmocka_unit_test(refuses_null),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(agrees_on_every_vector),
        cmocka_unit_test(agrees_on_random_lines),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
