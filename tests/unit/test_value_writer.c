#include "format/value_writer.h"

#include "support/format_case.h"
#include "support/json_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static char space[1 << 16];

static const char *written(const jl_json_style *style, const jsonlog_value *value, size_t limit) {
    jl_buffer out;
    jsonlog_writer writer;
    jl_buffer_init(&out, space, sizeof space - 1, sizeof space - 1);
    jl_writer_init(&writer, &out, style, limit);
    jl_write_value(&writer, JL_TEXT(""), value);
    assert_int_equal(out.status, JSONLOG_OK);
    assert_int_equal(writer.depth, 0);
    space[out.len] = '\0';
    return space;
}

static void expect(jsonlog_value value, const char *expected) {
    assert_string_equal(written(&jl_json_style_default, &value, SIZE_MAX), expected);
}

static void expect_cut(jsonlog_value value, size_t limit, const char *expected) {
    assert_string_equal(written(&jl_json_style_default, &value, limit), expected);
}

static void numbers_are_spelled_as_pinned(void **state) {
    (void)state;
    cJSON *rows = format_read_data("format/numbers.json");
    int failed = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) {
        format_arena arena = {NULL, 0};
        jsonlog_value value = format_value(&arena, cJSON_GetObjectItemCaseSensitive(row, "value"));
        const char *expected = cJSON_GetObjectItemCaseSensitive(row, "expected")->valuestring;
        const char *got = written(&jl_json_style_default, &value, SIZE_MAX);
        if (strcmp(got, expected) != 0) {
            print_error("expected %s, got %s\n", expected, got);
            failed++;
        }
        format_arena_done(&arena);
    }
    assert_int_equal(failed, 0);
    assert_true(cJSON_GetArraySize(rows) >= 40);
    cJSON_Delete(rows);
}

static void an_object(const jsonlog_temporary *object, const char *expected) {
    expect(object->jsonlog_value_, expected);
}

static void pairs_of_the_macros_are_written(void **state) {
    (void)state;
    an_object(jsonlog_object(), "{}");
    an_object(
        jsonlog_object("a", 1, "b", jsonlog_object("c", "x"), "d", jsonlog_array(1, 2.5, "s")),
        "{\"a\":1,\"b\":{\"c\":\"x\"},\"d\":[1,2.5,\"s\"]}");
    an_object(jsonlog_object("a", 1, "b", 2, "a", 3), "{\"a\":3,\"b\":2}");
    an_object(jsonlog_object("키", jsonlog_null(), "secret", jsonlog_secret("x")),
              "{\"키\":null,\"secret\":\"***\"}");
    an_object(jsonlog_array(), "[]");
}

static void arrays_of_c_values_are_written(void **state) {
    (void)state;
    const int ints[] = {1, -2};
    const int64_t int64s[] = {INT64_MIN};
    const uint64_t uint64s[] = {UINT64_MAX};
    const double doubles[] = {1, 0.5};
    const bool bools[] = {true, false};
    const char *const strings[] = {"a", NULL, "b"};
    expect(jsonlog_ints(ints, 2), "[1,-2]");
    expect(jsonlog_ints(ints, 0), "[]");
    expect(jsonlog_ints(NULL, 2), "null");
    expect(jsonlog_int64s(int64s, 1), "[-9223372036854775808]");
    expect(jsonlog_uint64s(uint64s, 1), "[18446744073709551615]");
    expect(jsonlog_doubles(doubles, 2), "[1.0,0.5]");
    expect(jsonlog_bools(bools, 2), "[true,false]");
    expect(jsonlog_strings(strings, 3), "[\"a\",null,\"b\"]");
}

static void other_values_are_written(void **state) {
    (void)state;
    int here = 0;
    char address[32];
    snprintf(address, sizeof address, "\"0x%llx\"", (unsigned long long)(uintptr_t)&here);
    expect(jsonlog_from_address(&here), address);
    expect(jsonlog_from_address(NULL), "null");
    expect(jsonlog_from_string(NULL), "null");
    expect(jsonlog_string("a\0b", 3), "\"a\\u0000b\"");
    expect(jsonlog_bool(true), "true");
    expect(jsonlog_cjson(NULL), "null");
    jsonlog_value unknown = {.type = 200};
    expect(unknown, "\"__could_not_encode__\"");
    jsonlog_field keys[] = {{NULL, 0, jsonlog_null()}, {"abc", 2, jsonlog_null()}};
    expect(jsonlog_fields(keys, 2), "{\"null\":null,\"ab\":null}");
}

static void cjson_raw_items_are_checked(void **state) {
    (void)state;
    cJSON *good = cJSON_CreateRaw("[1, 2]");
    cJSON *bad = cJSON_CreateRaw("[1,");
    cJSON *nan = cJSON_CreateNumber(-0.0);
    expect(jsonlog_cjson(good), "[1,2]");
    expect(jsonlog_cjson(bad), "\"[1,\"");
    expect(jsonlog_cjson(nan), "-0.0");
    cJSON_Delete(good);
    cJSON_Delete(bad);
    cJSON_Delete(nan);
}

static void every_kind_of_string_is_cut(void **state) {
    (void)state;
    uint8_t bytes[60] = {0};
    expect_cut(jsonlog_from_string("0123456789"), 10, "\"0123456789\"");
    expect_cut(jsonlog_from_string("01234567890"), 10, "\"0123456…\"");
    expect_cut(jsonlog_from_string("가나다라"), 10, "\"가나…\"");
    expect_cut(jsonlog_bytes(bytes, 60), 22, "\"AAAAAAAAAAAAAAAA…\"");
    expect_cut(jsonlog_bytes(bytes, 9), 12, "\"AAAAAAAAAAAA\"");
    expect_cut(jsonlog_raw("[\"0123456789\\n0\",\"short\",1]", 27), 10,
               "[\"0123456…\",\"short\",1]");
    expect_cut(jsonlog_raw("\"01234\\ud83d\\ude0056789\"", 24), 16, "\"01234…\"");
    expect_cut(jsonlog_raw("\"01234\\n\\n\\n\\n\\n\\n\"", 19), 12, "\"01234\\n\\n…\"");
    const jsonlog_value causes[] = {jsonlog_from_string("0123"), jsonlog_from_string("456789")};
    jsonlog_value chain = jsonlog_from_values(JSONLOG_TYPE_CAUSES, causes, 2);
    expect_cut(chain, 12, "\"0123: 456789\"");
    expect_cut(chain, 11, "\"0123: 45…\"");
    expect_cut(chain, 6, "\"012…\"");
    expect_cut(chain, 5, "\"01…\"");
    expect_cut(chain, 4, "\"0…\"");
}

/* At every limit a chain is at most that long, well-formed, and whole where it fits. */
static void a_chain_fits_every_limit(void **state) {
    (void)state;
    const jsonlog_value causes[] = {jsonlog_from_string("가나다\n\"x\""),
                                    jsonlog_errno(2),
                                    jsonlog_from_int64(-1),
                                    jsonlog_from_string(""),
                                    jsonlog_raw("{\"a\":\"b\\\\c\"}", 12),
                                    jsonlog_from_string("end")};
    jsonlog_value chain = jsonlog_from_values(JSONLOG_TYPE_CAUSES, causes, 6);
    size_t whole = strlen(written(&jl_json_style_default, &chain, SIZE_MAX)) - 2;
    for (size_t limit = 3; limit <= whole + 1; limit++) {
        const char *text = written(&jl_json_style_default, &chain, limit);
        size_t len = strlen(text);
        json_check check = {text, text + len};
        assert_true(json_check_value(&check) && check.at == check.end);
        assert_true(len - 2 <= limit);
        assert_int_equal(strstr(text, "…") == NULL, limit >= whole);
        assert_true(limit >= whole || len - 2 + 14 > limit);
    }
}

static void nesting_ends_at_the_depth(void **state) {
    (void)state;
    jsonlog_value values[100];
    values[0] = jsonlog_from_int64(1);
    for (int i = 1; i < 100; i++)
        values[i] = jsonlog_values(&values[i - 1], 1);
    const char *text = written(&jl_json_style_default, &values[99], SIZE_MAX);
    assert_non_null(strstr(text, "[[[\"__too_deep__\"]]]"));
    assert_int_equal(strlen(text), 2 * 65 + strlen("\"__too_deep__\""));
    jl_json_style style = jl_json_style_default;
    style.depth_max = 1;
    assert_string_equal(written(&style, &values[3], SIZE_MAX), "[[\"__too_deep__\"]]");
}

/* Millions of elements are not walked once the line is full. */
static void a_full_buffer_ends_the_work(void **state) {
    (void)state;
    static int numbers[1 << 20];
    jsonlog_value value = jsonlog_ints(numbers, 1 << 20);
    jl_buffer out;
    jsonlog_writer writer;
    jl_buffer_init(&out, space, 100, 100);
    jl_writer_init(&writer, &out, &jl_json_style_default, 100);
    jl_write_value(&writer, JL_TEXT(""), &value);
    assert_int_equal(out.status, JSONLOG_E_LIMIT);
    assert_int_equal(out.len, 100);
}

static void hostile_characters_are_escaped_on_demand(void **state) {
    (void)state;
    jl_json_style style = jl_json_style_default;
    style.escapes_hostile = true;
    jsonlog_value value = jsonlog_from_string("a\x1b\xE2\x80\xAE"
                                              "b\x7f\xC2\x85 가");
    assert_string_equal(written(&style, &value, SIZE_MAX), "\"a\\u001b\\u202eb\\u007f\\u0085 가\"");
    assert_string_equal(written(&style, &value, 12), "\"a\\u001b…\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_spelled_as_pinned),
        cmocka_unit_test(pairs_of_the_macros_are_written),
        cmocka_unit_test(arrays_of_c_values_are_written),
        cmocka_unit_test(other_values_are_written),
        cmocka_unit_test(cjson_raw_items_are_checked),
        cmocka_unit_test(every_kind_of_string_is_cut),
        cmocka_unit_test(a_chain_fits_every_limit),
        cmocka_unit_test(nesting_ends_at_the_depth),
        cmocka_unit_test(a_full_buffer_ends_the_work),
        cmocka_unit_test(hostile_characters_are_escaped_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
