#include "handler/lambda_environment.h"
#include "handler/lambda_frames.h"
#include "support/failing_allocator.h"
#include "support/log_lines.h"

#include <jsonlog/lambda.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/lambda_frame.h"
#include "support/pipes.h"

#define ROOT    "1-5759e988-bd862e3fe1be46a994272793"
#define TIME_US UINT64_C(1795334865784000) /* of log_lines_now() */

static const char *const variables[] = {
    "_LAMBDA_TELEMETRY_LOG_FD",       "AWS_LAMBDA_LOG_FORMAT",          "AWS_LAMBDA_LOG_LEVEL",
    "AWS_LAMBDA_FUNCTION_NAME",       "AWS_LAMBDA_FUNCTION_VERSION",    "JSONLOG_LEVEL",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"};

static int start(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    jsonlog_set_clock(log_lines_now, NULL);
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
    return 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    return 0;
}

/* ---- frames ---- */

static void expect_frame(const char **at, const char *end, uint32_t type, const char *text) {
    frame got;
    assert_true(take_frame(at, end, &got));
    assert_int_equal(got.type, type);
    assert_int_equal(got.time_us, TIME_US);
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.text, text, got.len);
}

/* ---- environment ---- */

static jl_lambda_environment environment(const char *variable, const char *value) {
    jl_lambda_environment read;
    setenv(variable, value, 1);
    jl_lambda_environment_read(&read);
    unsetenv(variable);
    return read;
}

static void the_format_comes_from_the_environment(void **state) {
    (void)state;
    static const struct {
        const char *value;
        bool is_text;
        unsigned complaints;
    } rows[] = {{"JSON", false, 0}, {"json", false, 0},  {"Text", true, 0},  {"TEXT", true, 0},
                {"", false, 0},     {"Plain", false, 1}, {"Json ", false, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const jl_lambda_environment e = environment("AWS_LAMBDA_LOG_FORMAT", rows[i].value);
        assert_int_equal(e.is_text, rows[i].is_text);
        assert_int_equal(e.complaint_count, rows[i].complaints);
    }
}

static void the_level_comes_from_the_environment(void **state) {
    (void)state;
    static const struct {
        const char *value;
        int level;
        unsigned complaints;
    } rows[] = {{"TRACE", 5, 0},  {"DEBUG", 10, 0}, {"info", 20, 0}, {"Warn", 30, 0},
                {"ERROR", 40, 0}, {"FATAL", 50, 0}, {"", 0, 0},      {"WARNING", 0, 1},
                {"20", 0, 1},     {"OFF", 0, 1},    {"INFO ", 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const jl_lambda_environment e = environment("AWS_LAMBDA_LOG_LEVEL", rows[i].value);
        assert_int_equal(e.level, rows[i].level);
        assert_int_equal(e.complaint_count, rows[i].complaints);
    }
}

static void a_wrong_descriptor_is_none(void **state) {
    (void)state;
    int ends[2];
    char reader[16];
    open_pipe(ends, 0);
    snprintf(reader, sizeof reader, "%d", ends[0]);
    const char *const values[] = {"x", "-1", "1x", "999999", "99999999999999999999", " 1", reader};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        jl_lambda_environment e;
        setenv("_LAMBDA_TELEMETRY_LOG_FD", values[i], 1);
        jl_lambda_environment_read(&e);
        assert_null(getenv("_LAMBDA_TELEMETRY_LOG_FD"));
        assert_int_equal(e.telemetry_fd, -1);
        assert_int_equal(e.complaint_count, 1);
        assert_string_equal(e.complaints[0].variable, "_LAMBDA_TELEMETRY_LOG_FD");
        assert_string_equal(e.complaints[0].value, values[i]);
    }
    close(ends[0]), close(ends[1]);
}

/* ---- a whole function ---- */

static void log_one(void) {
    jsonlog_info(jsonlog_get("orders"), "accepted", "orderId", "A1");
}

static void lines_go_to_the_telemetry_descriptor(void **state) {
    (void)state;
    int ends[2];
    char number[16];
    char all[4096];
    open_pipe(ends, O_NONBLOCK);
    snprintf(number, sizeof number, "%d", ends[1]);
    setenv("_LAMBDA_TELEMETRY_LOG_FD", number, 1);
    setenv("AWS_LAMBDA_LOG_FORMAT", "JSON", 1);
    setenv("AWS_LAMBDA_FUNCTION_NAME", "pay", 1);
    setenv("AWS_LAMBDA_FUNCTION_VERSION", "7", 1);
    setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128", 1);
    assert_int_equal(jsonlog_lambda_start(NULL, NULL), JSONLOG_OK);
    assert_null(getenv("_LAMBDA_TELEMETRY_LOG_FD"));
    assert_int_equal(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
    log_one();
    jsonlog_error(jsonlog_get("orders"), "refused", "level", 3, "logType", "kept");
    setenv("AWS_LAMBDA_LOG_FORMAT", "Text", 1); /* a second handler uses the descriptor too */
    assert_int_equal(jsonlog_lambda_start(NULL, NULL), JSONLOG_OK);
    log_one();
    const char *at = all;
    const char *end = all + drain(ends[0], all, sizeof all);
#define FUNCTION "\"functionName\":\"pay\",\"functionVersion\":\"7\",\"functionMemorySize\":128"
#define ACCEPTED                                                                            \
    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"level\":\"INFO\",\"logger\":\"orders\"," \
    "\"message\":\"accepted\"," FUNCTION ",\"orderId\":\"A1\"}"
    expect_frame(&at, end, 0xA55A000E, ACCEPTED);
    expect_frame(&at, end, 0xA55A0016,
                 "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"level\":\"ERROR\",\"logger\":"
                 "\"orders\",\"message\":\"refused\"," FUNCTION
                 ",\"level_2\":3,\"logType\":\"kept\"}");
    expect_frame(&at, end, 0xA55A000F, ACCEPTED);
    assert_ptr_equal(at, end);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    assert_true(is_open(ends[1]));
    close(ends[0]), close(ends[1]);
    setenv("_LAMBDA_TELEMETRY_LOG_FD", "none", 1); /* forget it for the tests that follow */
    environment("AWS_LAMBDA_LOG_FORMAT", "");
}

static int saved_stdout = -1;

/* From here on stdout is a pipe; nobody else may print meanwhile. */
static void redirect_stdout(int ends[2]) {
    fflush(stdout);
    open_pipe(ends, O_NONBLOCK);
    saved_stdout = dup(STDOUT_FILENO);
    assert_true(saved_stdout >= 0 && dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO);
}

static void restore_stdout(int ends[2], char *out, size_t size) {
    dup2(saved_stdout, STDOUT_FILENO);
    close(saved_stdout);
    close(ends[1]);
    drain(ends[0], out, size);
    close(ends[0]);
}

#define PLAIN_LINE(level, logger, message, rest)                                               \
    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"level\":\"" level "\",\"logger\":\"" logger \
    "\",\"message\":\"" message "\"" rest "}\n"
#define COMPLAINT(variable, value)                                                    \
    PLAIN_LINE("WARN", "jsonlog",                                                     \
               "a variable of Lambda has a value that makes no sense and is ignored", \
               ",\"variable\":\"" variable "\",\"value\":\"" value "\"")

static void lines_go_to_stdout_otherwise(void **state) {
    (void)state;
    int ends[2];
    char all[4096];
    redirect_stdout(ends);
    setenv("_LAMBDA_TELEMETRY_LOG_FD", "nine", 1);
    setenv("AWS_LAMBDA_LOG_FORMAT", "Xml", 1);
    setenv("AWS_LAMBDA_LOG_LEVEL", "LOUD", 1);
    const jsonlog_status status = jsonlog_lambda_start(NULL, NULL);
    log_one();
    jsonlog_debug(jsonlog_get("orders"), "not written");
    restore_stdout(ends, all, sizeof all);
    assert_int_equal(status, JSONLOG_OK);
    assert_string_equal(
        all, COMPLAINT("_LAMBDA_TELEMETRY_LOG_FD", "nine") COMPLAINT("AWS_LAMBDA_LOG_FORMAT", "Xml")
                 COMPLAINT("AWS_LAMBDA_LOG_LEVEL", "LOUD")
                     PLAIN_LINE("INFO", "orders", "accepted", ",\"orderId\":\"A1\""));
}

static void the_handler_alone_complains_too(void **state) {
    (void)state;
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    jsonlog_handler *handler = NULL;
    setenv("AWS_LAMBDA_LOG_FORMAT", "Xml", 1);
    assert_int_equal(jsonlog_lambda_handler_new(NULL, &handler, NULL), JSONLOG_OK);
    assert_string_equal(log_lines_take(lines),
                        LINE("\"WARN\",\"logger\":\"jsonlog\",\"message\":\"a variable of Lambda "
                             "has a value that makes no sense and is ignored\",\"variable\":"
                             "\"AWS_LAMBDA_LOG_FORMAT\",\"value\":\"Xml\"}"));
    jsonlog_handler_release(handler);
    jsonlog_handler_release(lines);
}

static int level_after_start(const char *lambda, const char *own) {
    int ends[2];
    char all[256];
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
    setenv("AWS_LAMBDA_LOG_LEVEL", lambda, 1);
    setenv("JSONLOG_LEVEL", own, 1);
    redirect_stdout(ends);
    const jsonlog_status status = jsonlog_lambda_start(NULL, NULL);
    restore_stdout(ends, all, sizeof all);
    assert_int_equal(status, JSONLOG_OK);
    assert_string_equal(all, "");
    return jsonlog_logger_get_level(jsonlog_root());
}

static void the_root_gets_lambdas_level(void **state) {
    (void)state;
    assert_int_equal(level_after_start("DEBUG", ""), JSONLOG_LEVEL_DEBUG);
    assert_int_equal(level_after_start("ERROR", ""), JSONLOG_LEVEL_ERROR);
    assert_int_equal(level_after_start("", ""), JSONLOG_LEVEL_INFO);
    assert_int_equal(level_after_start("TRACE", "warn"), JSONLOG_LEVEL_INFO);
    jsonlog_handler *handler = NULL;
    setenv("AWS_LAMBDA_LOG_LEVEL", "WARN", 1);
    assert_int_equal(jsonlog_lambda_handler_new(NULL, &handler, NULL), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_get_level(handler), JSONLOG_LEVEL_WARN);
    jsonlog_handler_release(handler);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t size;
        jsonlog_lambda_lines lines;
        size_t line_max;
        jsonlog_status expected;
    } rows[] = {
        {sizeof(jsonlog_lambda_options) - 1, JSONLOG_LAMBDA_LINES_JSON, 0, JSONLOG_E_INVALID},
        {sizeof(jsonlog_lambda_options), (jsonlog_lambda_lines)3, 0, JSONLOG_E_INVALID},
        {sizeof(jsonlog_lambda_options), JSONLOG_LAMBDA_LINES_TEXT, 511, JSONLOG_E_LIMIT},
        {sizeof(jsonlog_lambda_options), JSONLOG_LAMBDA_LINES_JSON, JSONLOG_LAMBDA_LINE_MAX + 1,
         JSONLOG_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const jsonlog_lambda_options options = {rows[i].size, rows[i].lines, rows[i].line_max};
        jsonlog_handler *handler = NULL;
        jsonlog_err err = {.code = JSONLOG_OK};
        assert_int_equal(jsonlog_lambda_start(&options, &err), rows[i].expected);
        assert_int_equal(jsonlog_lambda_start(&options, NULL), rows[i].expected);
        assert_int_equal(jsonlog_lambda_handler_new(&options, &handler, NULL), rows[i].expected);
        assert_null(handler);
        assert_int_equal(err.code, rows[i].expected);
        assert_true(err.text[0] != '\0');
    }
    assert_int_equal(jsonlog_lambda_handler_new(NULL, NULL, NULL), JSONLOG_E_INVALID);
}

static void a_closed_stdout_is_an_error(void **state) {
    (void)state;
    jsonlog_err err = {.code = JSONLOG_OK};
    fflush(stdout);
    const int saved = dup(STDOUT_FILENO);
    close(STDOUT_FILENO);
    const jsonlog_status status = jsonlog_lambda_start(NULL, &err);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(status, JSONLOG_E_IO);
    assert_string_equal(err.text, "Descriptor 1 is not open for writing");
}

static void nothing_is_left_behind_without_memory(void **state) {
    (void)state;
    static const jsonlog_lambda_lines kinds[] = {JSONLOG_LAMBDA_LINES_JSON,
                                                 JSONLOG_LAMBDA_LINES_TEXT};
    setenv("AWS_LAMBDA_FUNCTION_NAME", "pay", 1);
    for (size_t i = 0; i < 2; i++) {
        jsonlog_lambda_options options = JSONLOG_LAMBDA_OPTIONS_INIT;
        options.lines = kinds[i];
        jsonlog_status status = JSONLOG_E_NOMEM;
        int failures = 0;
        for (; status != JSONLOG_OK; failures++) {
            jsonlog_err err;
            assert_true(failures < 100);
            allocations_left = failures;
            status = jsonlog_lambda_start(&options, &err);
            allocations_left = -1;
            assert_true(status == JSONLOG_OK ||
                        (status == JSONLOG_E_NOMEM && err.code == JSONLOG_E_NOMEM));
        }
        assert_in_range(failures, 5, 99);
    }
    int fd = memfd_create("frames", 0);
    jsonlog_handler *handler = NULL;
    for (int failures = 0; handler == NULL; failures++) {
        assert_true(failures < 10);
        allocations_left = failures;
        handler = jl_lambda_frames_new(fd, false);
        allocations_left = -1;
    }
    jsonlog_handler_release(handler);
    assert_null(jl_lambda_frames_new(-1, false));
    close(fd);
}

/* ---- invocations ---- */

/* In a process of its own, because a process has one cold start. */
static void in_child(void (*test)(void)) {
    fflush(stdout);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(60);
        test();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define CALL(rest) \
    LINE("\"INFO\",\"logger\":\"orders\",\"message\":\"accepted\"" rest ",\"orderId\":\"A1\"}")

/* In a child a failed assertion has nobody to tell: it leaves with a status. */
static void expect_call(jsonlog_handler *lines, const jsonlog_lambda_invocation *invocation,
                        const char *expected) {
    const jsonlog_scope scope = jsonlog_lambda_begin(invocation);
    log_one();
    if (jsonlog_lambda_end(scope) != JSONLOG_OK)
        _exit(2);
    log_one();
    char all[4096];
    snprintf(all, sizeof all, "%s%s", expected, CALL(""));
    const char *got = log_lines_take(lines);
    if (strcmp(got, all) != 0) {
        fprintf(stderr, "got      %s\nexpected %s\n", got, all);
        _exit(3);
    }
}

static void call_thrice(void) {
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    invocation.request_id = "r-1";
    invocation.trace_header = "Root=1-5759E988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
    expect_call(lines, &invocation,
                CALL(",\"requestId\":\"r-1\",\"coldStart\":true,\"xrayTraceId\":\"" ROOT "\""));
    invocation.request_id = "r-2";
    invocation.function_arn = "arn:x";
    invocation.tenant_id = "t";
    expect_call(lines, &invocation,
                CALL(",\"requestId\":\"r-2\",\"coldStart\":false,\"xrayTraceId\":\"" ROOT
                     "\",\"functionArn\":\"arn:x\",\"tenantId\":\"t\""));
    const jsonlog_lambda_invocation nothing = JSONLOG_LAMBDA_INVOCATION_INIT;
    expect_call(lines, &nothing, CALL(",\"coldStart\":false"));
    jsonlog_handler_release(lines);
}

static void an_invocation_has_its_fields(void **state) {
    (void)state;
    in_child(call_thrice);
}

static void call_provisioned(void) {
    setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency", 1);
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    const jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    expect_call(lines, &invocation, CALL(",\"coldStart\":false"));
    jsonlog_handler_release(lines);
}

static void an_environment_started_ahead_has_no_cold_start(void **state) {
    (void)state;
    in_child(call_provisioned);
}

static void call_with_a_bad_header(void) {
    jsonlog_handler *lines = log_lines_at(jsonlog_root());
    jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    invocation.trace_header = "Root=2";
    expect_call(lines, &invocation,
                LINE("\"WARN\",\"logger\":\"jsonlog\",\"message\":\"a trace header cannot be read "
                     "and is ignored\",\"coldStart\":true,\"reason\":\"The X-Ray header has a "
                     "malformed value\",\"header\":\"Root=2\"}") CALL(",\"coldStart\":true"));
    expect_call(lines, &invocation, CALL(",\"coldStart\":false"));
    invocation.trace_header = "";
    expect_call(lines, &invocation, CALL(",\"coldStart\":false"));
    jsonlog_handler_release(lines);
}

static void a_bad_trace_header_is_reported_once(void **state) {
    (void)state;
    in_child(call_with_a_bad_header);
    jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
    assert_int_equal(jsonlog_lambda_begin(NULL).id, 0);
    invocation.size--;
    assert_int_equal(jsonlog_lambda_begin(&invocation).id, 0);
    assert_int_equal(jsonlog_lambda_end((jsonlog_scope){0}), JSONLOG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_format_comes_from_the_environment, start),
        cmocka_unit_test_setup(the_level_comes_from_the_environment, start),
        cmocka_unit_test_setup(a_wrong_descriptor_is_none, start),
        cmocka_unit_test_setup_teardown(lines_go_to_the_telemetry_descriptor, start, stop),
        cmocka_unit_test_setup_teardown(lines_go_to_stdout_otherwise, start, stop),
        cmocka_unit_test_setup_teardown(the_handler_alone_complains_too, start, stop),
        cmocka_unit_test_setup_teardown(the_root_gets_lambdas_level, start, stop),
        cmocka_unit_test_setup_teardown(wrong_options_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(a_closed_stdout_is_an_error, start, stop),
        cmocka_unit_test_setup_teardown(nothing_is_left_behind_without_memory, start, stop),
        cmocka_unit_test_setup_teardown(an_invocation_has_its_fields, start, stop),
        cmocka_unit_test_setup_teardown(an_environment_started_ahead_has_no_cold_start, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_bad_trace_header_is_reported_once, start, stop),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
