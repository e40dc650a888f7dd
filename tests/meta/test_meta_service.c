/* A program tested as a black box, with the patterns its alarms use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jsonlog/cmocka.h>

static int run_service(jsonlog_capture *capture, const char *orders,
                       const char *const *environment) {
    const char *const argv[] = {META_PROGRAM, NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    options.environment = environment;
    options.input = orders;
    options.input_len = strlen(orders);
    int exit_status = -1;
    jsonlog_err err;
    if (jsonlog_capture_run(capture, &options, &exit_status, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    return exit_status;
}

static void an_order_that_is_refused_raises_the_alarm(void **state) {
    assert_int_equal(run_service(*state, "good\nbad\ngood\n", NULL), 0);
    assert_logged_count(*state, "{ $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }", 1);
    assert_logged(*state, "{ $.orders = 3 && $.message = \"stopped\" }");
    assert_logged_in_order(*state, "{ $.message = \"started\" }", "{ $.order = \"bad\" }",
                           "{ $.message = \"stopped\" }");
    assert_only_logged(*state, "{ $.logger = \"service\" }");
}

static void good_orders_raise_none(void **state) {
    assert_int_equal(run_service(*state, "good\n", NULL), 0);
    assert_no_errors_logged(*state);
    assert_not_logged(*state, "{ $.message = \"order taken\" }");
}

static void the_environment_sets_level_and_region(void **state) {
    const char *const environment[] = {"JSONLOG_LEVEL_service=DEBUG", "SERVICE_REGION=seoul", NULL};
    assert_int_equal(run_service(*state, "good\n", environment), 0);
    assert_logged_count(*state, "{ $.message = \"order taken\" && $.order = \"good\" }", 1);
    assert_logged(*state, "{ $.region = \"seoul\" }");
}

static void the_exit_status_is_the_services(void **state) {
    assert_int_equal(run_service(*state, "", NULL), 3);
    assert_logged(*state, "{ $.orders = 0 }");
}

static void a_crash_loses_no_line(void **state) {
    assert_int_equal(run_service(*state, "bad\ncrash\n", NULL), 134);
    assert_logged(*state, "{ $.errorCode = \"DA00012\" }");
    assert_not_logged(*state, "{ $.message = \"stopped\" }");
}

static void a_megabyte_of_orders_is_served(void **state) {
    const size_t count = 20000;
    const size_t size = count * 64;
    char *orders = malloc(size);
    assert_non_null(orders);
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(orders + len, size - len, "bad order number %zu, not for us\n", i);
    assert_int_equal(run_service(*state, orders, NULL), 0);
    assert_logged_count(*state, "{ $.errorCode = \"DA00012\" }", count);
    assert_logged(*state, "{ $.order = \"bad order number 19999, not for us\" }");
    assert_logged(*state, "{ $.orders = 20000 }");
    free(orders);
}

static int setup(void **state) {
    *state = jsonlog_capture_new();
    return *state == NULL ? -1 : 0;
}

#define BLACK_BOX(name) cmocka_unit_test_setup_teardown(name, setup, jsonlog_cmocka_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        BLACK_BOX(an_order_that_is_refused_raises_the_alarm),
        BLACK_BOX(good_orders_raise_none),
        BLACK_BOX(the_environment_sets_level_and_region),
        BLACK_BOX(the_exit_status_is_the_services),
        BLACK_BOX(a_crash_loses_no_line),
        BLACK_BOX(a_megabyte_of_orders_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
