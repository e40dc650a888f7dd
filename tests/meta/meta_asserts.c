/*
 * A test program whose assertions are wrong on purpose, run by test_meta_asserts.c: `meta_asserts
 * fail` has one failing test for each assertion, `meta_asserts pass` the same assertions where they
 * hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <jsonlog/cmocka.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <time.h>

/* Says which line must be blamed, then does it on that line. */
#define BLAMED(assertion)                             \
    do {                                              \
        printf("blamed %s %d\n", __func__, __LINE__); \
        assertion;                                    \
        printf("survived %s\n", __func__);            \
    } while (0)

#define LOGIN "{ $.logType = \"INFO\" && $.message = \"login\" }"
#define ADULT "{ $.user.age >= 20 }"
#define ALARM "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }"

static void log_a_login(void) {
    jsonlog_logger *log = jsonlog_get("shop.login");
    jsonlog_info(log, "login", "user", jsonlog_object("id", 7, "age", 20));
    jsonlog_warn(log, "token is about to expire", "seconds", 30);
}

static void log_an_error(void) {
    jsonlog_error(jsonlog_get("shop.payment"), "card refused", "errorCode", "DA00021");
}

/* ---- each assertion where it fails ----------------------------------------------------------- */

static void fails_logged(void **state) {
    log_a_login();
    log_an_error();
    BLAMED(assert_logged(*state, ALARM));
}

static void fails_logged_count(void **state) {
    log_a_login();
    BLAMED(assert_logged_count(*state, ADULT, 2));
}

static void fails_not_logged(void **state) {
    log_a_login();
    BLAMED(assert_not_logged(*state, ADULT));
}

static void fails_logged_within(void **state) {
    log_a_login();
    BLAMED(assert_logged_within(*state, ALARM, 50));
}

static void fails_logged_in_order(void **state) {
    log_an_error();
    log_a_login();
    BLAMED(assert_logged_in_order(*state, LOGIN, "{ $.errorCode = * }"));
}

static void fails_only_logged(void **state) {
    log_a_login();
    BLAMED(assert_only_logged(*state, LOGIN));
}

static void fails_no_errors_logged(void **state) {
    log_a_login();
    log_an_error();
    BLAMED(assert_no_errors_logged(*state));
}

static void fails_bad_pattern(void **state) {
    log_a_login();
    BLAMED(assert_not_logged(*state, "{ $.a = a:b }"));
}

static void fails_without_capture(void **state) {
    (void)state;
    BLAMED(assert_not_logged(NULL, ADULT));
}

/* CMocka's own buffer for messages holds about 1 KB, a pipe's atomic write 4 KB. */
static void fails_with_a_long_report(void **state) {
    char payload[200];
    memset(payload, 'x', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    for (int i = 0; i < 100; i++)
        jsonlog_info(jsonlog_get("shop"), "bulk", "payload", payload, "i", i);
    BLAMED(assert_logged(*state, "{ $.i = 100 }"));
}

/* ---- and where it holds ---------------------------------------------------------------------- */

static void *log_later(void *unused) {
    const struct timespec time = {0, 50000000};
    (void)unused;
    nanosleep(&time, NULL);
    log_an_error();
    return NULL;
}

static void holds_for_one_line(void **state) {
    log_a_login();
    assert_logged(*state, LOGIN);
    assert_logged_count(*state, ADULT, 1);
    assert_logged_count(*state, ALARM, 0);
    assert_not_logged(*state, "{ $.password = * }");
    assert_logged_within(*state, ADULT, 10);
    assert_no_errors_logged(*state);
}

static void holds_for_several(void **state) {
    log_a_login();
    log_an_error();
    assert_logged_in_order(*state, LOGIN, "{ $.errorCode = \"DA00021\" }");
    assert_logged_in_order(*state, LOGIN);
    assert_only_logged(*state, LOGIN, "{ $.logType = \"WARN\" }", "{ $.errorCode = * }");
}

static void holds_for_debug_records(void **state) {
    jsonlog_trace(jsonlog_get("shop"), "details");
    assert_only_logged(*state, "{ $.message = \"details\" }");
}

static void holds_for_a_thread_that_is_late(void **state) {
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.scope = JSONLOG_CAPTURE_PROCESS;
    jsonlog_capture *all = jsonlog_capture_start(&options);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, log_later, NULL), 0);
    assert_logged_within(all, "{ $.errorCode = \"DA00021\" }", 10000);
    assert_not_logged(*state, "{ $.errorCode = * }");
    pthread_join(thread, NULL);
    jsonlog_capture_stop(all);
}

/* The quiet teardown fails the first of these two. */
static void leaves_an_error_behind(void **state) {
    (void)state;
    log_an_error();
}

static void leaves_a_warning_behind(void **state) {
    (void)state;
    log_a_login();
}

#define CAPTURED(name) \
    cmocka_unit_test_setup_teardown(name, jsonlog_cmocka_setup, jsonlog_cmocka_teardown)
#define QUIET(name) \
    cmocka_unit_test_setup_teardown(name, jsonlog_cmocka_setup, jsonlog_cmocka_teardown_quiet)

int main(int argc, char **argv) {
    const struct CMUnitTest failing[] = {
        CAPTURED(fails_logged),           CAPTURED(fails_logged_count),
        CAPTURED(fails_not_logged),       CAPTURED(fails_logged_within),
        CAPTURED(fails_logged_in_order),  CAPTURED(fails_only_logged),
        CAPTURED(fails_no_errors_logged), CAPTURED(fails_bad_pattern),
        CAPTURED(fails_without_capture),  CAPTURED(fails_with_a_long_report),
    };
    const struct CMUnitTest passing[] = {
        CAPTURED(holds_for_one_line),
        CAPTURED(holds_for_several),
        CAPTURED(holds_for_debug_records),
        CAPTURED(holds_for_a_thread_that_is_late),
    };
    const struct CMUnitTest quiet[] = {QUIET(leaves_an_error_behind),
                                       QUIET(leaves_a_warning_behind)};
    const char *which = argc > 1 ? argv[1] : "";
    if (strcmp(which, "fail") == 0)
        return cmocka_run_group_tests(failing, NULL, NULL);
    if (strcmp(which, "pass") == 0)
        return cmocka_run_group_tests(passing, NULL, NULL);
    if (strcmp(which, "quiet") == 0)
        return cmocka_run_group_tests(quiet, NULL, NULL);
    return 99;
}
