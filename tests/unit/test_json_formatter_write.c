#include "support/failing_allocator.h"

#include <jsonlog/formatter.h>
#include <jsonlog/preset.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static jsonlog_formatter *formatter_of(const jsonlog_json_options *options) {
    jsonlog_formatter *formatter = jsonlog_json_formatter_new(options, NULL);
    assert_non_null(formatter);
    return formatter;
}

static void assert_text(const jsonlog_json_options *options, jsonlog_value value,
                        const char *expected) {
    char text[256];
    jsonlog_formatter *formatter = formatter_of(options);
    const size_t len = jsonlog_json_formatter_write(formatter, &value, text, sizeof text);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
    jsonlog_formatter_release(formatter);
}

static jsonlog_value object(void) {
    static const jsonlog_value numbers[] = {{.type = JSONLOG_TYPE_INT64, .as.i64 = 1},
                                            {.type = JSONLOG_TYPE_DOUBLE, .as.f64 = 2}};
    static jsonlog_field fields[3];
    fields[0] = jsonlog_field_make("a", jsonlog_values(numbers, 2));
    fields[1] = jsonlog_field_make("t", jsonlog_time((struct timespec){1500000000, 0}));
    fields[2] = jsonlog_field_make("s", jsonlog_from_string("\xC3\xA9"));
    return jsonlog_fields(fields, 3);
}

static void the_style_is_the_formatters(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    assert_text(&options, object(),
                "{\"a\":[1,2.0],\"t\":\"2017-07-14T02:40:00.000Z\",\"s\":\"\xC3\xA9\"}");
    options.spaced = true;
    options.ascii_only = true;
    options.time_style = JSONLOG_TIME_RFC3339_OFFSET;
    options.timestamp_precision = JSONLOG_PRECISION_PYTHON;
    assert_text(&options, object(),
                "{\"a\": [1, 2.0], \"t\": \"2017-07-14T02:40:00+00:00\", \"s\": \"\\u00e9\"}");
    options.indent = 1;
    assert_text(&options, object(),
                "{\n \"a\": [\n  1,\n  2.0\n ],\n \"t\": \"2017-07-14T02:40:00+00:00\",\n"
                " \"s\": \"\\u00e9\"\n}");
}

static void layout_prefix_and_terminator_have_no_part(void **state) {
    (void)state;
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.prefix = "@cee: ";
    options.terminator = "\r\n";
    options.format = "%(levelname)s";
    assert_text(&options, jsonlog_from_string("x"), "\"x\"");
    assert_text(&options, jsonlog_null(), "null");
}

static void a_text_that_does_not_fit_is_measured(void **state) {
    (void)state;
    char out[4] = "...";
    jsonlog_formatter *formatter = formatter_of(NULL);
    const jsonlog_value value = jsonlog_from_string("abc");
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, NULL, 0), 5);
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, out, 4), 5);
    const jsonlog_value number = jsonlog_from_int64(1234);
    assert_int_equal(jsonlog_json_formatter_write(formatter, &number, out, 4), 4);
    assert_memory_equal(out, "1234", 4);
    jsonlog_formatter_release(formatter);
}

static void line_max_is_the_limit(void **state) {
    (void)state;
    char text[80];
    memset(text, 'x', sizeof text);
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.line_max = 64;
    jsonlog_formatter *formatter = formatter_of(&options);
    jsonlog_value value = jsonlog_string(text, 62);
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, NULL, 0), 64);
    value = jsonlog_string(text, 63);
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, NULL, 0), 0);
    jsonlog_formatter_release(formatter);
}

static void what_is_wrong_is_nothing(void **state) {
    (void)state;
    char out[8];
    const jsonlog_value value = jsonlog_from_int64(1);
    jsonlog_formatter *json = formatter_of(NULL);
    jsonlog_formatter *human = jsonlog_human_formatter_new(NULL, NULL);
    jsonlog_formatter *ecs = jsonlog_preset_formatter_new(JSONLOG_PRESET_ECS, NULL, NULL, NULL);
    assert_int_equal(jsonlog_json_formatter_write(NULL, &value, out, sizeof out), 0);
    assert_int_equal(jsonlog_json_formatter_write(json, NULL, out, sizeof out), 0);
    assert_int_equal(jsonlog_json_formatter_write(json, &value, NULL, 1), 0);
    assert_int_equal(jsonlog_json_formatter_write(human, &value, out, sizeof out), 0);
    assert_int_equal(jsonlog_json_formatter_write(ecs, &value, out, sizeof out), 0);
    jsonlog_formatter_release(json);
    jsonlog_formatter_release(human);
    jsonlog_formatter_release(ecs);
}

static void without_memory_there_is_no_text(void **state) {
    (void)state;
    char out[64];
    jsonlog_formatter *formatter = formatter_of(NULL);
    const jsonlog_value value = jsonlog_from_string("abc");
    allocations_left = 0;
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, NULL, 0), 0);
    assert_int_equal(jsonlog_json_formatter_write(formatter, &value, out, sizeof out), 5);
    allocations_left = -1;
    jsonlog_formatter_release(formatter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_style_is_the_formatters),
        cmocka_unit_test(layout_prefix_and_terminator_have_no_part),
        cmocka_unit_test(a_text_that_does_not_fit_is_measured),
        cmocka_unit_test(line_max_is_the_limit),
        cmocka_unit_test(what_is_wrong_is_nothing),
        cmocka_unit_test(without_memory_there_is_no_text),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
