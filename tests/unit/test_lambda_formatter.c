#include "support/log_lines.h"

#include <jsonlog/lambda.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void log_one(void) {
    jsonlog_info(jsonlog_get("orders"), "accepted", "orderId", "A1");
}

/* ---- text ---- */

static jsonlog_handler *text_lines(size_t line_max) {
    jsonlog_lambda_options options = JSONLOG_LAMBDA_OPTIONS_INIT;
    options.lines = JSONLOG_LAMBDA_LINES_TEXT;
    options.line_max = line_max;
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    jsonlog_formatter *formatter = jsonlog_lambda_formatter_new(&options, NULL);
    assert_non_null(formatter);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_formatter_release(formatter);
    return lines;
}

#define TEXT "2026-11-22T08:07:45.784Z\t"

static void text_lines_are_as_those_of_aws(void **state) {
    (void)state;
    jsonlog_handler *lines = text_lines(0);
    log_one();
    jsonlog_error(jsonlog_get("a"), "two\nlines\t\x1b[31m\xff \"q\"");
    jsonlog_log_fields(jsonlog_get("a"), 25, NULL, 0, NULL, 0);
    assert_string_equal(log_lines_take(lines),
                        TEXT "-\tINFO\taccepted\t{\"logger\":\"orders\",\"orderId\":\"A1\"}\n" TEXT
                             "-\tERROR\ttwo\\nlines\\t\\x1b[31m\xEF\xBF\xBD \"q\"\t{\"logger\":"
                             "\"a\"}\n" TEXT "-\tINFO\t\t{\"logger\":\"a\"}\n");
    const jsonlog_scope scope =
        jsonlog_scope_push("requestId", "r-1", "coldStart", jsonlog_bool(true));
    log_one();
    jsonlog_scope_pop(scope);
    assert_string_equal(log_lines_take(lines),
                        TEXT "r-1\tINFO\taccepted\t{\"logger\":\"orders\",\"coldStart\":true,"
                             "\"orderId\":\"A1\"}\n");
    const jsonlog_scope odd = jsonlog_scope_push("requestId", jsonlog_secret("r-2"));
    log_one();
    jsonlog_scope_pop(odd);
    assert_non_null(strstr(log_lines_take(lines), "Z\t***\tINFO\t"));
    const jsonlog_scope number = jsonlog_scope_push("requestId", 7);
    log_one();
    jsonlog_scope_pop(number);
    assert_non_null(strstr(log_lines_take(lines), "Z\t-\tINFO\t"));
    jsonlog_handler_release(lines);
}

static void a_long_text_line_keeps_its_shape(void **state) {
    (void)state;
    char letters[4097];
    char expected[1024];
    jsonlog_handler *lines = text_lines(512);
    memset(letters, 'm', 4096);
    letters[4096] = '\0';
    jsonlog_info(jsonlog_get("t"), letters, "n", 1);
    /* the head has 256 bytes, the mark and the last tab among them */
    snprintf(expected, sizeof expected,
             TEXT "-\tINFO\t%.220s\xE2\x80\xA6\t{\"logger\":\"t\",\"n\":1}\n", letters);
    assert_string_equal(log_lines_take(lines), expected);
    jsonlog_info(jsonlog_get("t"), letters, "long", letters);
    const char *line = log_lines_take(lines);
    assert_in_range(strlen(line), 480, 512);
    assert_non_null(strstr(line, "\xE2\x80\xA6\",\"_truncated\":true}\n"));
    memcpy(letters, "\xEA\xB0\x80", 3);
    const jsonlog_scope scope = jsonlog_scope_push("requestId", letters);
    jsonlog_info(jsonlog_get("t"), "short");
    jsonlog_scope_pop(scope);
    line = log_lines_take(lines);
    assert_int_equal(strchr(line + sizeof TEXT - 1, '\t') - line, sizeof TEXT - 1 + 128);
    assert_non_null(strstr(line, "m\tINFO\tshort\t{\"logger\":\"t\"}\n"));
    jsonlog_handler_release(lines);
}

static void lines_are_text_only_where_asked_for(void **state) {
    (void)state;
    static const struct {
        const char *format;
        jsonlog_lambda_lines lines;
        char first;
    } rows[] = {
        {"Text", JSONLOG_LAMBDA_LINES_JSON, '{'},
        {"JSON", JSONLOG_LAMBDA_LINES_TEXT, '2'},
        {"text", JSONLOG_LAMBDA_LINES_AS_CONFIGURED, '2'},
        {"JSON", JSONLOG_LAMBDA_LINES_AS_CONFIGURED, '{'},
        {"", JSONLOG_LAMBDA_LINES_AS_CONFIGURED, '{'},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        jsonlog_lambda_options options = JSONLOG_LAMBDA_OPTIONS_INIT;
        options.lines = rows[i].lines;
        setenv("AWS_LAMBDA_LOG_FORMAT", rows[i].format, 1);
        jsonlog_handler *lines = log_lines_at(jsonlog_root());
        jsonlog_formatter *formatter = jsonlog_lambda_formatter_new(&options, NULL);
        jsonlog_handler_set_formatter(lines, formatter);
        jsonlog_formatter_release(formatter);
        log_one();
        assert_int_equal(*log_lines_take(lines), rows[i].first);
        jsonlog_handler_release(lines);
    }
}

static void a_memory_size_that_is_no_number_is_text(void **state) {
    (void)state;
    setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128MB", 1);
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    jsonlog_formatter *formatter = jsonlog_lambda_formatter_new(NULL, NULL);
    jsonlog_handler_set_formatter(lines, formatter);
    jsonlog_formatter_release(formatter);
    log_one();
    assert_string_equal(log_lines_take(lines),
                        "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"level\":\"INFO\",\"logger\":"
                        "\"orders\",\"message\":\"accepted\""
                        ",\"functionMemorySize\":\"128MB\",\"orderId\":\"A1\"}\n");
    jsonlog_handler_release(lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_lines_are_as_those_of_aws),
        cmocka_unit_test(a_long_text_line_keeps_its_shape),
        cmocka_unit_test(lines_are_text_only_where_asked_for),
        cmocka_unit_test(a_memory_size_that_is_no_number_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
