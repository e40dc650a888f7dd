#include "format/value_writer.h"

#include "support/json_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char space[1 << 20];

static const char *written(const char *json, size_t len, uint64_t *replaced) {
    static jsonlog_writer writer;
    const jsonlog_value value = jsonlog_raw(json, len);
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space - 1, sizeof space - 1);
    jl_writer_init(&writer, &out, &jl_json_style_default, SIZE_MAX);
    writer.depth = 1;
    jl_write_value(&writer, JL_TEXT(""), &value);
    assert_int_equal(out.status, JSONLOG_OK);
    space[out.len] = '\0';
    *replaced = writer.replaced;
    return space;
}

static void json_is_compacted_and_kept(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"1", "1"},
        {" \t\r\n 1.50e+3 \n", "1.50e+3"},
        {"-0", "-0"},
        {"{ \"a\" : [ 1 , 2 ] , \"b\" : { } }", "{\"a\":[1,2],\"b\":{}}"},
        {"[ ]", "[]"},
        {"\" a \\u00e9 \\/ \xC3\xA9 \"", "\" a \\u00e9 \\/ \xC3\xA9 \""},
        {"{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}",
         "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"true", "true"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t replaced;
        assert_string_equal(written(rows[i][0], strlen(rows[i][0]), &replaced), rows[i][1]);
        assert_int_equal(replaced, 0);
    }
}

static void expect_as_string(const char *json, size_t len) {
    uint64_t replaced;
    const char *text = written(json, len, &replaced);
    json_check check = {text, text + strlen(text)};
    assert_int_equal(*text, '"');
    assert_true(json_check_value(&check) && check.at == check.end);
    assert_int_equal(replaced, 1);
}

static void what_is_no_json_is_a_string(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\"}",
        "{a:1}",
        "01",
        "1 2",
        "nul",
        "'a'",
        "\"a",
        "[1}",
        "{\"a\":1,}",
        "\"\xff\"",
        "\"\xED\xA0\x80\"",
        "1\n2",
        "{\"a\":1,\"a\":2}",
        "[{\"b\":{\"a\":1,\"\\u0061\":2}}]",
        "{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":1}",
        "\"\n\"",
        "NaN",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_as_string(rows[i], strlen(rows[i]));
    expect_as_string("1\0", 2);
    uint64_t replaced;
    assert_string_equal(written("{\"a\":1,\"a\":2}", 13, &replaced),
                        "\"{\\\"a\\\":1,\\\"a\\\":2}\"");
}

static void nesting_is_limited(void **state) {
    (void)state;
    char json[2 * 65 + 1];
    for (size_t depth = 63; depth <= 65; depth++) {
        memset(json, '[', depth);
        memset(json + depth, ']', depth);
        json[2 * depth] = '\0';
        uint64_t replaced;
        const char *text = written(json, 2 * depth, &replaced);
        assert_int_equal(*text, depth <= 64 ? '[' : '"');
    }
}

/* Enough keys for several parts of the table; one of them twice or not. */
static void equal_keys_are_found_among_many(void **state) {
    (void)state;
    enum { KEYS = 2000 };
    char *json = malloc(KEYS * 16);
    assert_non_null(json);
    for (int twice = -1; twice < KEYS - 1; twice += twice < 0 ? 1 : 331) {
        size_t len = 0;
        for (int i = 0; i < KEYS; i++) {
            int number = i == KEYS - 1 && twice >= 0 ? twice : i;
            len += (size_t)sprintf(json + len, "%c\"k%d\":1", i == 0 ? '{' : ',', number);
        }
        json[len++] = '}';
        uint64_t replaced;
        assert_int_equal(*written(json, len, &replaced), twice < 0 ? '{' : '"');
    }
    free(json);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_compacted_and_kept),
        cmocka_unit_test(what_is_no_json_is_a_string),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(equal_keys_are_found_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
