#include "record/syslog_data.h"

#include "support/failing_allocator.h"
#include "support/format_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static jsonlog_status write_message(const jsonlog_record *record, jsonlog_output *output,
                                    void *context) {
    size_t len = 0;
    const char *message = jsonlog_record_message(record, &len);
    (void)context;
    if (message == NULL)
        return JSONLOG_E_UNSUPPORTED;
    jsonlog_output_append(output, message, len);
    return JSONLOG_OK;
}

/* The message is the whole line. */
static void expect(const char *json, size_t max, const char *expected) {
    format_arena arena = {NULL, 0};
    cJSON *parsed = cJSON_Parse(json);
    assert_non_null(parsed);
    const jsonlog_record record = format_record(&arena, parsed);
    jsonlog_formatter *inner = jsonlog_formatter_new(write_message, NULL, NULL, 0);
    jsonlog_formatter *formatter = jl_syslog_data_formatter_new("app@1", inner, max);
    jsonlog_formatter_release(inner);
    assert_string_equal(format_line(&arena, formatter, &record), expected);
    jsonlog_formatter_release(formatter);
    format_arena_done(&arena);
    cJSON_Delete(parsed);
}

static void fields_become_parameters(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"{\"message\":\"m\\n\",\"fields\":{\"errorCode\":\"DA1\",\"user\":{\"id\":7}}}",
         "[app@1 errorCode=\"DA1\" user.id=\"7\"] m\n"},
        {"{\"message\":\"m\\n\"}", "m\n"},
        {"{\"message\":\"\",\"fields\":{\"a\":1}}", "[app@1 a=\"1\"] "},
        {"{\"fields\":{\"a\":1}}", ""}, /* the inner formatter refuses */
        /* RFC 5424 6.3.3 */
        {"{\"message\":\"m\",\"fields\":{\"a\":\"\\\"x\\\\y]\"}}", "[app@1 a=\"\\\"x\\\\y\\]\"] m"},
        {"{\"message\":\"m\",\"fields\":{\"a\":\"b\\nc\\u0001\"}}",
         "[app@1 a=\"b\\\\nc\\\\u0001\"] m"},
        {"{\"message\":\"m\",\"fields\":{\"a\":{\"$text\":\"41ff42\"}}}", "[app@1 a=\"A\xEF\xBF\xBD"
                                                                          "B\"] m"},
        {"{\"message\":\"m\",\"fields\":{\"a\":\"한\",\"b\":{\"$bytes\":\"ff\"},\"c\":[1,\"x\"],"
         "\"d\":null,\"e\":{\"$secret\":1}}}",
         "[app@1 a=\"한\" b=\"_w==\" c=\"[1,\\\"x\\\"\\]\" d=\"null\" e=\"***\"] m"},
        /* names */
        {"{\"message\":\"m\",\"fields\":{\"\":1,\"a "
         "b\":2,\"c=d\":3,\"e]\":4,\"f\\\"\":5,\"한\":6}}",
         "[app@1 _=\"1\" a_b=\"2\" c_d=\"3\" e_=\"4\" f_=\"5\" ___=\"6\"] m"},
        {"{\"message\":\"m\",\"fields\":{\"abcdefghijklmnopqrstuvwxyz0123\":{\"xyz\":1}}}",
         "[app@1 abcdefghijklmnopqrstuvwxyz0123.x=\"1\"] m"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i][0], 1000, cases[i][1]);
}

/* The line goes first, and whole parameters get what it leaves. */
static void parameters_that_do_not_fit_are_left_out(void **state) {
    (void)state;
    const char *record =
        "{\"message\":\"mmmm\\n\",\"fields\":{\"a\":1,\"b\":\"12345678\",\"c\":3}}";
    static const struct {
        size_t max;
        const char *line;
    } cases[] = {
        {37, "[app@1 a=\"1\" b=\"12345678\" c=\"3\"] mmmm\n"},
        {36, "[app@1 a=\"1\" b=\"12345678\"] mmmm\n"},
        {31, "[app@1 a=\"1\" b=\"12345678\"] mmmm\n"},
        {30, "[app@1 a=\"1\" c=\"3\"] mmmm\n"},
        {24, "[app@1 a=\"1\" c=\"3\"] mmmm\n"},
        {23, "[app@1 a=\"1\"] mmmm\n"},
        {18, "[app@1 a=\"1\"] mmmm\n"},
        {17, "mmmm\n"},
        {5, "mmmm\n"},
        {4, "mmmm\n"},
        {1, "mmmm\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(record, cases[i].max, cases[i].line);
}

static void long_values_are_whole(void **state) {
    (void)state;
    char json[2048], expected[2048];
    char array[1024] = "[";
    for (int i = 0; i < 300; i++)
        strcat(array, i == 0 ? "1" : ",1");
    snprintf(json, sizeof json, "{\"message\":\"m\",\"fields\":{\"a\":%s]}}", array);
    snprintf(expected, sizeof expected, "[app@1 a=\"%s\\]\"] m", array);
    expect(json, 1000, expected);
}

static void the_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_formatter *inner = jsonlog_formatter_new(write_message, NULL, NULL, 0);
    allocations_left = 0;
    assert_null(jl_syslog_data_formatter_new("app@1", inner, 100));
    allocations_left = -1;
    jsonlog_formatter_release(inner);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_become_parameters),
        cmocka_unit_test(parameters_that_do_not_fit_are_left_out),
        cmocka_unit_test(long_values_are_whole),
        cmocka_unit_test(the_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
