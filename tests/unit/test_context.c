#include "record/context.h"

#include "base/hash.h"

#include <cjson/cJSON.h>
#include <jsonlog/formatter.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- what a value looks like when written ---- */

static const jsonlog_value *to_write;

static jsonlog_status write_one(const jsonlog_record *record, jsonlog_output *output,
                                void *context) {
    (void)record;
    (void)context;
    jsonlog_output_append_value(output, to_write);
    return JSONLOG_OK;
}

static const char *json_of(const jsonlog_value *value) {
    static char text[4096];
    static jsonlog_formatter *formatter;
    if (formatter == NULL)
        formatter = jsonlog_formatter_new(write_one, NULL, NULL, sizeof text);
    const jsonlog_record record = {.logger = ""};
    to_write = value;
    text[jsonlog_formatter_format(formatter, &record, text, sizeof text - 1)] = '\0';
    return text;
}

static jl_context *context_of(jsonlog_value value) {
    const jsonlog_field field = jsonlog_field_make("key", value);
    jl_context *context = jl_context_new_fields(&field, 1, NULL);
    assert_non_null(context);
    return context;
}

/* The copy must be written as the original, also when the original's bytes are gone. */
static void assert_copied(jsonlog_value value, const char *expected) {
    jl_context *context = context_of(value);
    assert_string_equal(json_of(context->fields[0].value), expected);
    jl_context_release(context);
}

static void plain_values_are_copied(void **state) {
    (void)state;
    assert_copied(jsonlog_null(), "null");
    assert_copied(jsonlog_bool(true), "true");
    assert_copied(jsonlog_from_int64(INT64_MIN), "-9223372036854775808");
    assert_copied(jsonlog_from_uint64(UINT64_MAX), "18446744073709551615");
    assert_copied(jsonlog_from_double(12.5), "12.5");
    assert_copied(jsonlog_from_float(0.1f), "0.1");
    assert_copied(jsonlog_duration_ns(1500000), "0.0015");
    assert_copied(jsonlog_hex(255), "\"0xff\"");
}

static bool write_seven(jsonlog_writer *writer, void *context) {
    jsonlog_write_value(writer, jsonlog_from_int64(*(const int *)context));
    return true;
}

static void a_callback_is_kept_as_it_is(void **state) {
    (void)state;
    int number = 1;
    jl_context *context = context_of(jsonlog_call(write_seven, &number));
    number = 7;
    assert_string_equal(json_of(context->fields[0].value), "7");
    jl_context_release(context);
}

/* Everything a value points to is overwritten after the copy. */
static void what_values_point_to_is_copied(void **state) {
    (void)state;
    char text[] = "te\0xt";
    uint8_t uuid[16] = {0x12, 0x34};
    int ints[] = {1, -2};
    int64_t int64s[] = {INT64_MAX};
    uint64_t uint64s[] = {UINT64_MAX};
    double doubles[] = {0.5};
    bool bools[] = {true, false};
    char string[] = "s";
    const char *strings[] = {string, NULL};
    char raw[] = "[1, 2]";
    jsonlog_value items[] = {jsonlog_from_string(text), jsonlog_from_int64(3)};
    char key[] = "k";
    jsonlog_field inner[] = {jsonlog_field_make(key, jsonlog_from_string(text))};
    const jsonlog_field fields[] = {
        jsonlog_field_make("text", jsonlog_string(text, 5)),
        jsonlog_field_make("bytes", jsonlog_bytes(text, 2)),
        jsonlog_field_make("uuid", jsonlog_uuid(uuid)),
        jsonlog_field_make("ints", jsonlog_ints(ints, 2)),
        jsonlog_field_make("int64s", jsonlog_int64s(int64s, 1)),
        jsonlog_field_make("uint64s", jsonlog_uint64s(uint64s, 1)),
        jsonlog_field_make("doubles", jsonlog_doubles(doubles, 1)),
        jsonlog_field_make("bools", jsonlog_bools(bools, 2)),
        jsonlog_field_make("strings", jsonlog_strings(strings, 2)),
        jsonlog_field_make("raw", jsonlog_raw(raw, 6)),
        jsonlog_field_make("values", jsonlog_values(items, 2)),
        jsonlog_field_make("fields", jsonlog_fields(inner, 1)),
    };
    static const char *const expected[] = {
        "\"te\\u0000xt\"",
        "\"dGU=\"",
        "\"12340000-0000-0000-0000-000000000000\"",
        "[1,-2]",
        "[9223372036854775807]",
        "[18446744073709551615]",
        "[0.5]",
        "[true,false]",
        "[\"s\",null]",
        "[1,2]",
        "[\"te\",3]",
        "{\"k\":\"te\"}",
    };
    jl_context *context = jl_context_new_fields(fields, 12, NULL);
    memset(text, 'x', sizeof text - 1);
    memset(uuid, 0xff, sizeof uuid);
    memset(ints, 0xff, sizeof ints);
    memset(int64s, 0, sizeof int64s);
    memset(uint64s, 0, sizeof uint64s);
    memset(doubles, 0, sizeof doubles);
    memset(bools, 0, sizeof bools);
    string[0] = 'x';
    strings[1] = "x";
    memset(raw, 'x', sizeof raw - 1);
    items[1] = jsonlog_null();
    key[0] = 'x';
    inner[0].value = jsonlog_null();
    assert_non_null(context);
    assert_int_equal(context->count, 12);
    assert_int_equal(context->total, 12);
    for (size_t i = 0; i < 12; i++)
        assert_string_equal(json_of(context->fields[i].value), expected[i]);
    jl_context_release(context);
}

static jl_context *made_by_macros(int number) {
    jsonlog_value values[] = {
        jsonlog_from_temporary(
            jsonlog_object("id", number, "tags", jsonlog_array("a", jsonlog_null()))),
        jsonlog_from_temporary(jsonlog_causes("outer", "inner")),
        jsonlog_from_temporary(jsonlog_object()),
    };
    return jl_context_new_values(",\"user\":\0,\"why\":\0,\"none\":\0", 3, values, NULL);
}

static void temporaries_outlive_their_call(void **state) {
    (void)state;
    jl_context *context = made_by_macros(7);
    assert_non_null(context);
    assert_memory_equal(context->fields[0].key.ptr, "user", 4);
    assert_int_equal(context->fields[0].key.len, 4);
    assert_int_equal(context->fields[0].hash, jl_hash(JL_TEXT("user")));
    assert_true(context->fields[0].key_is_plain);
    assert_string_equal(json_of(context->fields[0].value), "{\"id\":7,\"tags\":[\"a\",null]}");
    assert_string_equal(json_of(context->fields[1].value), "\"outer: inner\"");
    assert_string_equal(json_of(context->fields[2].value), "{}");
    jl_context_release(context);
}

static void keys_are_checked(void **state) {
    (void)state;
    const jsonlog_field fields[] = {
        {NULL, 0, jsonlog_null()},    {"with\"quote", JSONLOG_NUL_TERMINATED, jsonlog_null()},
        {"\xff", 1, jsonlog_null()},  {"cut here", 3, jsonlog_null()},
        {"tab\t", 4, jsonlog_null()}, {"", 0, jsonlog_null()},
    };
    jl_context *context = jl_context_new_fields(fields, 6, NULL);
    static const bool plain[] = {true, false, false, true, false, true};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(context->fields[i].key_is_plain, plain[i]);
    assert_memory_equal(context->fields[0].key.ptr, "null", 4);
    assert_int_equal(context->fields[3].key.len, 3);
    jl_context_release(context);
}

static void of_a_secret_nothing_is_kept(void **state) {
    (void)state;
    const char secret[] = "hunter2-hunter2";
    const jsonlog_field inner[] = {
        jsonlog_field_make("password", jsonlog_mark_secret(jsonlog_from_string(secret)))};
    jl_context *context = context_of(jsonlog_fields(inner, 1));
    assert_string_equal(json_of(context->fields[0].value), "{\"password\":\"***\"}");
    const jsonlog_value *kept = &context->fields[0].value->as.fields[0].value;
    assert_int_equal(kept->type, JSONLOG_TYPE_BOOL);
    assert_int_equal(kept->flags, JSONLOG_VALUE_SECRET);
    jl_context_release(context);
}

static void a_literal_is_none_any_more(void **state) {
    (void)state;
    jl_context *context = context_of(jsonlog_mark_message(jsonlog_from_string("x"), true, 0));
    assert_int_equal(context->fields[0].value->flags, 0);
    jl_context_release(context);
}

static void a_cjson_tree_becomes_values(void **state) {
    (void)state;
    cJSON *tree = cJSON_Parse(
        "{\"a\":[1,2.5,-3,1e300,9007199254740992,true,false,null,\"t\"],\"o\":{},\"l\":[]}");
    assert_non_null(tree);
    cJSON_AddItemToObject(tree, "raw", cJSON_CreateRaw("{\"x\":1}"));
    jl_context *context = context_of(jsonlog_cjson(tree));
    cJSON_Delete(tree);
    assert_string_equal(
        json_of(context->fields[0].value),
        "{\"a\":[1,2.5,-3,1e+300,9007199254740992,true,false,null,\"t\"],\"o\":{},\"l\":[],"
        "\"raw\":{\"x\":1}}");
    jl_context_release(context);
}

/* What would be nested deeper than the formatters write is cut there, so that no copy overflows the
 * stack. */
static void deep_values_are_cut(void **state) {
    (void)state;
    static jsonlog_value levels[1000];
    levels[0] = jsonlog_from_int64(1);
    for (size_t i = 1; i < 1000; i++)
        levels[i] = jsonlog_values(&levels[i - 1], 1);
    jl_context *context = context_of(levels[999]);
    const jsonlog_value *value = context->fields[0].value;
    for (size_t i = 0; i < JL_CONTEXT_DEPTH_MAX; i++, value = value->as.values)
        assert_int_equal(value->type, JSONLOG_TYPE_ARRAY);
    assert_int_equal(value->type, JSONLOG_TYPE_STRING);
    assert_string_equal(value->as.string, "__too_deep__");
    jl_context_release(context);
    context = context_of(levels[JL_CONTEXT_DEPTH_MAX]);
    assert_null(strstr(json_of(context->fields[0].value), "__too_deep__"));
    jl_context_release(context);
}

static void impossible_sizes_are_refused(void **state) {
    (void)state;
    const jsonlog_field one = jsonlog_field_make("k", jsonlog_string("x", SIZE_MAX));
    assert_null(jl_context_new_fields(&one, 1, NULL));
    const jsonlog_field two =
        jsonlog_field_make("k", jsonlog_doubles((const double[]){1}, SIZE_MAX / 4));
    assert_null(jl_context_new_fields(&two, 1, NULL));
    const jsonlog_field three =
        jsonlog_field_make("k", jsonlog_values((const jsonlog_value[]){{0}}, SIZE_MAX / 8));
    assert_null(jl_context_new_fields(&three, 1, NULL));
    assert_null(jl_context_new_fields(&three, SIZE_MAX, NULL));
}

static void a_parent_lives_as_long_as_its_children(void **state) {
    (void)state;
    jl_context *parent = context_of(jsonlog_from_string("parent"));
    const jsonlog_field field = jsonlog_field_make("c", jsonlog_null());
    jl_context *child = jl_context_new_fields(&field, 1, parent);
    assert_int_equal(child->total, 2);
    jl_context_release(parent);
    assert_string_equal(json_of(child->parent->fields[0].value), "\"parent\"");
    jl_context *grandchild = jl_context_new_fields(NULL, 0, child);
    assert_int_equal(grandchild->count, 0);
    assert_int_equal(grandchild->total, 2);
    jl_context_release_later(child);
    jl_context_release(grandchild);
    assert_null(jl_context_retain(NULL));
    jl_context_release(NULL);
    jl_context_release_later(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_copied),
        cmocka_unit_test(a_callback_is_kept_as_it_is),
        cmocka_unit_test(what_values_point_to_is_copied),
        cmocka_unit_test(temporaries_outlive_their_call),
        cmocka_unit_test(keys_are_checked),
        cmocka_unit_test(of_a_secret_nothing_is_kept),
        cmocka_unit_test(a_literal_is_none_any_more),
        cmocka_unit_test(a_cjson_tree_becomes_values),
        cmocka_unit_test(deep_values_are_cut),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(a_parent_lives_as_long_as_its_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
