/**
 * Every allocation of a tour through the public API fails once, each in a process of its own:
 * nothing crashes, every failure is reported by the call or counted, and what does get out is
 * whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/capture.h>
#include <jsonlog/filter.h>
#include <jsonlog/jsonlog.h>

#include "support/counted_heap.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALL_SUCCEEDED = 42, BAD_LINE = 43, WRONG_STATUS = 44 };

static counted_heap heap = {.fail_after = SIZE_MAX};
static bool has_bad_line;

static bool check_line(const jsonlog_line *line, void *context) {
    (void)context;
    const bool is_whole =
        line->len > 2 && line->text[0] == '{' && memcmp(line->text + line->len - 2, "}\n", 2) == 0;
    has_bad_line = has_bad_line || !is_whole;
    return true;
}

static void make_output(void) {
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    const jsonlog_rename rename = {"errorCode", "error.code"};
    const jsonlog_field fixed = jsonlog_field_make("service", jsonlog_value_of("nth"));
    options.rename = &rename;
    options.rename_count = 1;
    options.static_fields = &fixed;
    options.static_count = 1;
    options.expand_dots = true;
    jsonlog_formatter *json = jsonlog_json_formatter_new(&options, NULL);
    jsonlog_handler *lines = jsonlog_callback_handler_new(check_line, NULL);
    if (lines != NULL && json != NULL)
        jsonlog_handler_set_formatter(lines, json);
    if (lines != NULL)
        jsonlog_logger_add_handler(jsonlog_root(), lines);
    jsonlog_handler *silent = jsonlog_null_handler_new();
    if (silent != NULL)
        jsonlog_logger_add_handler(jsonlog_root(), silent); /* so that nothing goes to stdout */
    jsonlog_handler_release(lines);
    jsonlog_handler_release(silent);
    jsonlog_formatter_release(json);
    jsonlog_handler *memory = jsonlog_memory_handler_new(4096);
    jsonlog_formatter *human = jsonlog_human_formatter_new(NULL, NULL);
    if (memory != NULL && human != NULL)
        jsonlog_handler_set_formatter(memory, human);
    jsonlog_formatter_release(human);
    jsonlog_handler_release(memory);
}

static void log_some(void) {
    const jsonlog_field fixed[] = {jsonlog_field_make("host", jsonlog_value_of("h1"))};
    jsonlog_set_static_fields(fixed, 1);
    jsonlog_logger *log = jsonlog_get("a.b.c");
    jsonlog_logger *child = jsonlog_with(
        log, "id", 7, "user", jsonlog_object("name", "김", "tags", jsonlog_array(1, "x")));
    const jsonlog_scope scope = jsonlog_scope_push("step", 1, "o", jsonlog_object("p", 2));
    jsonlog_context *context = jsonlog_context_take();
    const jsonlog_scope entered = jsonlog_context_enter(context);
    jsonlog_error(log, "failed", "errorCode", "E1", "n", 1.5);
    jsonlog_info(child, "child", "raw", jsonlog_raw("[1]", 3), "big",
                 jsonlog_strings((const char *const[]){"a"}, 1));
    jsonlog_log_fields(child, JSONLOG_LEVEL_WARN, "fields", JSONLOG_NUL_TERMINATED, fixed, 1);
    jsonlog_scope_pop(entered);
    jsonlog_context_free(context);
    jsonlog_scope_pop(scope);
    jsonlog_logger_free(child);
}

static void match_some(void) {
    static const char pattern[] =
        "{ ($.a.b = \"x*y\" && $.c[*] >= 1.5) || $.d = %^[a-z]{2,}% || $.e IS NULL }";
    static const char line[] = "{\"a\":{\"b\":\"x1y\"},\"c\":[1,2],\"d\":\"ok\"}";
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const jsonlog_status status =
        jsonlog_filter_compile(pattern, sizeof pattern - 1, &filter, &err);
    if (status != JSONLOG_OK) {
        if (status != JSONLOG_E_NOMEM || err.code != JSONLOG_E_NOMEM || filter != NULL)
            _exit(WRONG_STATUS);
        return;
    }
    jsonlog_explanation *explanation = NULL;
    const jsonlog_status explained =
        jsonlog_filter_explain(filter, line, sizeof line - 1, &explanation);
    if (explained != JSONLOG_OK && (explained != JSONLOG_E_NOMEM || explanation != NULL))
        _exit(WRONG_STATUS);
    if (!jsonlog_filter_match(filter, line, sizeof line - 1))
        _exit(WRONG_STATUS);
    jsonlog_explanation_free(explanation);
    jsonlog_filter_free(filter);
}

static void capture_some(void) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.level = JSONLOG_LEVEL_TRACE;
    jsonlog_capture *logs = jsonlog_capture_start(&options);
    jsonlog_debug(jsonlog_get("captured"), "seen", "k", 1);
    jsonlog_report *report = NULL;
    if (logs != NULL && !jsonlog_expect_match(logs, "{ $.k = 2 }", &report) && report != NULL &&
        strstr(jsonlog_report_text(report), "$.k = 2") == NULL)
        _exit(WRONG_STATUS);
    jsonlog_report_free(report);
    jsonlog_capture_stop(logs);
}

static int tour(size_t succeeding) {
    heap.fail_after = succeeding;
    if (counted_heap_install(&heap) != JSONLOG_OK)
        return WRONG_STATUS;
    make_output();
    log_some();
    match_some();
    capture_some();
    const bool has_failed = heap.calls > succeeding;
    heap.fail_after = SIZE_MAX;
    jsonlog_error(jsonlog_root(), "after all");
    jsonlog_shutdown();
    return has_bad_line ? BAD_LINE : has_failed ? 0 : ALL_SUCCEEDED;
}

/* The result of a tour in a child. Its stdout is closed: without memory records may end there. */
static int run(size_t succeeding) {
    fflush(stdout);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL)
            _exit(WRONG_STATUS);
        _exit(tour(succeeding));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void survives_each_failed_allocation(void **state) {
    (void)state;
    size_t n = 0;
    int result = 0;
    while ((result = run(n)) == 0)
        n++;
    print_message("%zu allocations failed one by one\n", n);
    assert_int_equal(result, ALL_SUCCEEDED);
    assert_true(n > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(survives_each_failed_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
