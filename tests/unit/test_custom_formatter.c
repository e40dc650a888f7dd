#include "support/failing_allocator.h"

#include "record/formatter_base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static jsonlog_status one_line(const jsonlog_record *record, jsonlog_output *output,
                               void *context) {
    size_t len = 0;
    const char *message = jsonlog_record_message(record, &len);
    const jsonlog_value object = jsonlog_raw("{ \"a\" : 1 }", 11);
    jsonlog_output_append(output, "<\"", 2);
    jsonlog_output_append_escaped(output, message, len);
    jsonlog_output_append(output, "\" ", 2);
    jsonlog_output_append_value(output, &object);
    jsonlog_output_append_value(output, NULL);
    jsonlog_output_append(output, NULL, 3);
    jsonlog_output_append_escaped(output, NULL, 3);
    jsonlog_output_append(output, ">\n", 2);
    return *(const jsonlog_status *)context;
}

static void count(void *context) {
    ++*(int *)context;
}

static size_t line_of(jsonlog_formatter *formatter, const char *message, char line[256]) {
    const jsonlog_value value = jsonlog_from_string(message);
    const jsonlog_record record = {.level = 20, .logger = "a", .message = &value};
    size_t len = jsonlog_formatter_format(formatter, &record, line, 255);
    line[len] = '\0';
    return len;
}

static void the_function_makes_the_line(void **state) {
    (void)state;
    jsonlog_status result = JSONLOG_OK;
    jsonlog_formatter *formatter = jsonlog_formatter_new(one_line, NULL, &result, 0);
    char line[256];
    assert_int_equal(formatter->line_max, 16384);
    line_of(formatter, "a\"\xff", line);
    assert_string_equal(line, "<\"a\\\"\xEF\xBF\xBD\" {\"a\":1}null>\n");
    jsonlog_formatter_release(formatter);
}

static void a_failed_or_long_line_leaves_nothing(void **state) {
    (void)state;
    jsonlog_status result = JSONLOG_E_IO;
    jsonlog_formatter *formatter = jsonlog_formatter_new(one_line, NULL, &result, 25);
    char space[256];
    jl_buffer out;
    const jsonlog_value fits = jsonlog_from_string("12345678");
    const jsonlog_value too_long = jsonlog_from_string("123456789");
    jsonlog_record record = {.level = 20, .logger = "a", .message = &fits};
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    jl_buffer_append_text(&out, JL_TEXT("before"));
    assert_int_equal(formatter->format(formatter, &record, &out), JSONLOG_E_IO);
    assert_int_equal(out.len, 6);
    result = JSONLOG_OK;
    assert_int_equal(formatter->format(formatter, &record, &out), JSONLOG_OK);
    assert_int_equal(out.len, 6 + 25);
    record.message = &too_long;
    assert_int_equal(formatter->format(formatter, &record, &out), JSONLOG_E_LIMIT);
    assert_int_equal(out.len, 6 + 25);
    assert_int_equal(out.status, JSONLOG_OK);
    assert_true(out.limit == sizeof space && out.capacity == sizeof space);
    jsonlog_formatter_release(formatter);
}

static void the_context_is_released_once(void **state) {
    (void)state;
    int released = 0;
    jsonlog_formatter *formatter = jsonlog_formatter_new(one_line, count, &released, 0);
    jsonlog_formatter_release(jsonlog_formatter_retain(formatter));
    assert_int_equal(released, 0);
    jsonlog_formatter_release(formatter);
    assert_int_equal(released, 1);
}

static void nothing_is_made_of_nothing(void **state) {
    (void)state;
    assert_null(jsonlog_formatter_new(NULL, NULL, NULL, 0));
    allocations_left = 0;
    assert_null(jsonlog_formatter_new(one_line, NULL, NULL, 0));
    allocations_left = -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_function_makes_the_line),
        cmocka_unit_test(a_failed_or_long_line_leaves_nothing),
        cmocka_unit_test(the_context_is_released_once),
        cmocka_unit_test(nothing_is_made_of_nothing),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
