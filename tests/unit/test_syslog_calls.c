/* libjsonlog-syslog under a program that knows nothing of it: linked, preloaded, and fortified. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <jsonlog/cmocka.h>

#include "support/log_files.h"

typedef struct way {
    const char *program;
    const char *preload; /* "": it is linked */
} way;

/* Each of them built with and without _FORTIFY_SOURCE. */
static const way ways[] = {
    {SYSLOG_LINKED, ""},
    {SYSLOG_PLAIN, SYSLOG_LIBRARY},
    {SYSLOG_FORTIFIED, SYSLOG_LIBRARY},
};
#define WAYS (sizeof ways / sizeof ways[0])

/* Sanitizers want to be the first library of a program; the preloaded one is loaded behind theirs.
 */
static jsonlog_capture *run(const way *how, const char *what, const char *config) {
    char preload[1024];
    char configuration[1024];
    const char *outer = getenv("LD_PRELOAD");
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s%s%s", outer == NULL ? "" : outer,
             outer == NULL ? "" : ":", how->preload);
    snprintf(configuration, sizeof configuration, "JSONLOG_SYSLOG_CONFIG=%s", config);
    const char *const environment[] = {preload, configuration, "JSONLOG_LEVEL=TRACE",
                                       "ASAN_OPTIONS=verify_asan_link_order=0", NULL};
    const char *const argv[] = {how->program, what, NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    options.environment = environment;
    options.captures_stderr = true;
    jsonlog_capture *capture = jsonlog_capture_new();
    jsonlog_err err;
    int exit_status = -1;
    if (jsonlog_capture_run(capture, &options, &exit_status, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    assert_int_equal(exit_status, 0);
    return capture;
}

/* ---- records --------------------------------------------------------------------------------- */

static const char *const severities[] = {"emerg",   "alert",  "crit", "err",
                                         "warning", "notice", "info", "debug"};
static const char *const levels[] = {"FATAL", "FATAL", "FATAL", "ERROR",
                                     "WARN",  "INFO",  "INFO",  "DEBUG"};

static void check_severities(jsonlog_capture *logs) {
    char pattern[256];
    for (int i = 0; i < 8; i++) {
        snprintf(pattern, sizeof pattern,
                 "{ $.logType = %s && $.logger = syslog && $.syslog.severity = %s && "
                 "$.syslog.facility = daemon && $.syslog.ident = first && $.syslog.pid > 0 && "
                 "$.%s = \"severity %d\" }",
                 levels[i], severities[i], i <= 3 ? "errorMessage" : "message", i);
        assert_logged_count(logs, pattern, 1);
    }
}

static void each_call_is_a_record(void **state) {
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        jsonlog_capture *logs = run(&ways[i], "everything", "");
        char pattern[256];
        const char *name = strrchr(ways[i].program, '/') + 1;
        snprintf(pattern, sizeof pattern,
                 "{ $.message = \"before openlog 1\" && $.syslog.severity = notice && "
                 "$.syslog.facility = user && $.syslog.ident = \"%s\" && $.syslog.pid NOT EXISTS }",
                 name);
        assert_logged_count(logs, pattern, 1);
        check_severities(logs);
        assert_logged_count(logs,
                            "{ $.errorMessage = \"file: No such file or directory\" && "
                            "$.syslog.facility = mail }",
                            1);
        assert_logged(logs, "errno 1"); /* as before the call */
        assert_logged_count(logs, "{ $.message = \"this and that\" && $.syslog.facility = local7 }",
                            1);
        assert_logged_count(logs,
                            "{ $.message = \"no such facility\" && $.syslog.facility = user && "
                            "$.syslog.ident = first && $.syslog.pid NOT EXISTS }",
                            1);
        assert_int_equal(jsonlog_capture_count(logs), 13);
        jsonlog_capture_stop(logs);
    }
}

static void the_mask_is_the_c_librarys(void **state) {
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        jsonlog_capture *logs = run(&ways[i], "mask", "");
        assert_logged_in_order(logs, "mask ff", "mask 1f", "{ $.message = \"not masked\" }");
        assert_int_equal(jsonlog_capture_count(logs), 3);
        jsonlog_capture_stop(logs);
    }
}

static void a_long_message_is_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        jsonlog_capture *logs = run(&ways[i], "much", "");
        char line[8192];
        assert_true(jsonlog_capture_line(logs, 0, line, sizeof line) > 5000);
        assert_non_null(strstr(line, "xxx|\""));
        jsonlog_capture_stop(logs);
    }
}

static void log_perror_writes_to_stderr_too(void **state) {
    (void)state;
    jsonlog_capture *logs = run(&ways[1], "perror", "");
    assert_logged_count(logs, "{ $.message = twice && $.syslog.ident = loud }", 1);
    assert_logged_count(logs, "\"loud: twice\"", 1);
    assert_int_equal(jsonlog_capture_count(logs), 2);
    jsonlog_capture_stop(logs);
}

static void a_child_logs_as_well(void **state) {
    (void)state;
    jsonlog_capture *logs = run(&ways[2], "fork", "");
    assert_logged_within(logs, "{ $.message = parent && $.syslog.ident = family }", 0);
    jsonlog_capture_stop(logs);
}

/* ---- where to -------------------------------------------------------------------------------- */

static void a_configuration_says_where_to(void **state) {
    (void)state;
    char config[1024];
    snprintf(config, sizeof config,
             "{\"version\":1,\"handlers\":{\"f\":{\"class\":\"file\",\"path\":\"%s\"}},"
             "\"root\":{\"handlers\":[\"f\"]}}",
             in_directory("log"));
    make_file("config.json", config);
    jsonlog_capture *logs = run(&ways[1], "mask", in_directory("config.json"));
    assert_int_equal(jsonlog_capture_count(logs), 2);
    jsonlog_capture_clear(logs);
    char text[4096] = "";
    FILE *file = fopen(in_directory("log"), "r");
    assert_non_null(file);
    const size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    jsonlog_capture_feed(logs, text, len);
    assert_only_logged(logs, "{ $.message = \"not masked\" }");
    jsonlog_capture_stop(logs);
}

static void a_wrong_configuration_is_told(void **state) {
    (void)state;
    make_file("wrong.json", "{\"version\":2}");
    jsonlog_capture *logs = run(&ways[1], "perror", in_directory("wrong.json"));
    assert_logged_count(logs, "{ $.logType = WARN && $.reason = \"*wrong.json*version*\" }", 1);
    assert_logged_count(logs, "{ $.message = twice }", 1);
    jsonlog_capture_stop(logs);
}

/* Reading the configuration fails just before. */
static void errno_is_that_of_the_call(void **state) {
    (void)state;
    jsonlog_capture *logs = run(&ways[1], "first", in_directory("missing.json"));
    assert_logged_count(logs, "{ $.errorMessage = \"Argument list too long\" }", 1);
    jsonlog_capture_stop(logs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_is_a_record),
        cmocka_unit_test(the_mask_is_the_c_librarys),
        cmocka_unit_test(a_long_message_is_whole),
        cmocka_unit_test(log_perror_writes_to_stderr_too),
        cmocka_unit_test(a_child_logs_as_well),
        cmocka_unit_test(a_configuration_says_where_to),
        cmocka_unit_test(a_wrong_configuration_is_told),
        cmocka_unit_test(errno_is_that_of_the_call),
    };
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
