#include "format/flat_fields.h"

#include "format/json_style.h"
#include "record/record.h"
#include "support/format_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct seen {
    char text[4096];
    int left; /* how many leaves are wanted */
} seen;

static void append_path(jl_buffer *out, const jl_flat_path *path) {
    if (path->outer != NULL) {
        append_path(out, path->outer);
        jl_buffer_append_char(out, '/');
    }
    jl_buffer_append_text(out, path->key);
}

static bool see(void *context, const jl_flat_path *path, const jsonlog_value *value) {
    seen *s = context;
    const size_t len = strlen(s->text);
    jl_buffer out;
    jl_buffer_init(&out, s->text + len, sizeof s->text - 1 - len, sizeof s->text - 1 - len);
    append_path(&out, path);
    jl_buffer_append_char(&out, '=');
    jl_flat_append_value(&out, value);
    jl_buffer_append_char(&out, ';');
    s->text[len + out.len] = '\0';
    return --s->left != 0;
}

static void expect(const char *json, int wanted, bool goes_on, const char *expected) {
    format_arena arena = {NULL, 0};
    cJSON *parsed = cJSON_Parse(json);
    assert_non_null(parsed);
    const jsonlog_value value = format_value(&arena, parsed);
    seen s = {.left = wanted};
    assert_int_equal(jl_flat_each(JL_TEXT("k"), &value, see, &s), goes_on);
    assert_string_equal(s.text, expected);
    format_arena_done(&arena);
    cJSON_Delete(parsed);
}

static void objects_are_taken_apart(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"1", "k=1;"},
        {"{\"a\":1,\"b\":{\"c\":\"x\",\"d\":[1,{\"e\":2}]}}", "k/a=1;k/b/c=x;k/b/d=[1,{\"e\":2}];"},
        {"{}", "k={};"},
        {"{\"a\":{}}", "k/a={};"},
        {"{\"a\":1,\"a\":{\"b\":2}}", "k/a/b=2;"},
        {"{\"$secret\":{\"a\":1}}", "k=***;"},
        {"{\"$cjson\":{\"a\":{\"b\":null},\"a2\":\"s\"}}", "k/a/b=null;k/a2=s;"},
        {"{\"$errno\":1}", "k/code=1;k/name=EPERM;k/text=Operation not permitted;"},
        {"{\"$raw\":\"{\\\"a\\\":1}\"}", "k={\"a\":1};"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i][0], -1, true, cases[i][1]);
}

static void the_visitor_may_stop(void **state) {
    (void)state;
    expect("{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"e\":4}", 1, false, "k/a=1;");
    expect("{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"e\":4}", 2, false, "k/a=1;k/b/c=2;");
    expect("{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"e\":4}", 4, false, "k/a=1;k/b/c=2;k/b/d=3;k/e=4;");
    expect("{\"$errno\":1}", 2, false, "k/code=1;k/name=EPERM;");
}

static void nesting_has_an_end(void **state) {
    (void)state;
    jsonlog_value values[JL_DEPTH_MAX + 2];
    jsonlog_field fields[JL_DEPTH_MAX + 2];
    values[0] = jsonlog_from_int64(1);
    for (size_t i = 1; i < JL_DEPTH_MAX + 2; i++) {
        fields[i] = jsonlog_field_make("x", values[i - 1]);
        values[i] = jsonlog_fields(&fields[i], 1);
    }
    seen s = {.left = -1};
    assert_true(jl_flat_each(JL_TEXT("k"), &values[JL_DEPTH_MAX], see, &s));
    assert_non_null(strstr(s.text, "x=1;"));
    s = (seen){.left = -1};
    assert_true(jl_flat_each(JL_TEXT("k"), &values[JL_DEPTH_MAX + 1], see, &s));
    assert_non_null(strstr(s.text, "x=__too_deep__;"));
}

static void metadata_of_metrics_is_passed_over(void **state) {
    (void)state;
    const jl_emf emf = {.count = 0};
    const jsonlog_value one = jsonlog_from_int64(1);
    const jl_field fields[] = {{.key = JL_TEXT("a"), .value = &one},
                               {.key = JL_TEXT("_aws"), .value = &one},
                               {.key = JL_TEXT("b"), .value = &one}};
    jsonlog_record record = {.call = fields, .call_count = 3, .call_is_unique = true};
    seen s = {.left = -1};
    jl_flat_each_field(&record, see, &s);
    assert_string_equal(s.text, "a=1;_aws=1;b=1;");
    record.emf = &emf;
    s = (seen){.left = -1};
    jl_flat_each_field(&record, see, &s);
    assert_string_equal(s.text, "a=1;b=1;");
    s = (seen){.left = 1};
    jl_flat_each_field(&record, see, &s);
    assert_string_equal(s.text, "a=1;");
}

static void a_full_buffer_says_so(void **state) {
    (void)state;
    char space[8];
    jl_buffer out;
    const jsonlog_value values[] = {jsonlog_from_string("123456789"), jsonlog_hex(UINT64_MAX)};
    for (size_t i = 0; i < 2; i++) {
        jl_buffer_init(&out, space, sizeof space, sizeof space);
        jl_flat_append_value(&out, &values[i]);
        assert_int_equal(out.status, JSONLOG_E_LIMIT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_taken_apart),
        cmocka_unit_test(the_visitor_may_stop),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(metadata_of_metrics_is_passed_over),
        cmocka_unit_test(a_full_buffer_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
