/**
 * How a service tests its logs: the patterns are those its alarms use in production.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <jsonlog/cmocka.h>

int payment_service_main(int argc, char **argv);

#define ALARM_AUTH_FAILED  "{ $.logType = \"ERROR\" && $.errorMessage = \"*인증실패*\" }"
#define ALARM_ANY_PAYMENT  "{ $.logType = \"ERROR\" && $.errorCode = \"DA0002*\" }"
#define METRIC_ADULT_SALES "{ $.logType = \"INFO\" && $.user.age >= 20 && $.amount > 0 }"

/* Run the service on a file with these orders. */
static void serve(const char *orders) {
    char name[] = "payment_service_test.XXXXXX";
    int descriptor = mkstemp(name);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "w");
    assert_non_null(file);
    fputs(orders, file);
    fclose(file);
    char program[] = "payment_service";
    char *argv[] = {program, name, NULL};
    assert_int_equal(payment_service_main(2, argv), 0);
    remove(name);
}

static void rejects_an_expired_token(void **state) {
    jsonlog_capture *logs = *state;
    serve("{\"orderId\":\"A1\",\"user\":{\"id\":7,\"age\":20},\"token\":\"tok-expired\",\"amount\":5}\n");
    assert_logged(logs, ALARM_AUTH_FAILED);
    assert_logged_count(logs, "{ $.errorCode = \"DA0001*\" && $.user.age >= 20 }", 1);
    assert_not_logged(logs, ALARM_ANY_PAYMENT);
    assert_not_logged(logs, "{ $.token = * }");
}

static void accepts_a_good_order(void **state) {
    jsonlog_capture *logs = *state;
    serve("{\"orderId\":\"A2\",\"user\":{\"id\":7,\"name\":\"김민수\",\"age\":31},\"token\":\"tok-valid\","
          "\"amount\":12.5,\"currency\":\"KRW\",\"items\":[{\"sku\":\"S1\",\"count\":2}],\"express\":true}\n");
    assert_only_logged(logs, METRIC_ADULT_SALES);
    assert_logged(logs, "{ $.items[0].count = 2 && $.express IS TRUE && $.user.name = \"김*\" }");
    assert_no_errors_logged(logs);
}

static void reports_what_is_no_order(void **state) {
    jsonlog_capture *logs = *state;
    serve("hello\n[1]\n{\"token\":\"tok-valid\"}\n{\"user\":{},\"token\":\"tok-valid\",\"amount\":-1}\n");
    assert_logged_in_order(logs, "{ $.errorCode = \"DA00001\" && $.line = \"hello\" }", "{ $.errorCode = \"DA00001\" }",
                           "{ $.errorCode = \"DA00002\" }", "{ $.errorCode = \"DA00021\" }");
    assert_logged_count(logs, "{ $.logType = \"ERROR\" }", 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rejects_an_expired_token, jsonlog_cmocka_setup, jsonlog_cmocka_teardown),
        cmocka_unit_test_setup_teardown(accepts_a_good_order, jsonlog_cmocka_setup, jsonlog_cmocka_teardown),
        cmocka_unit_test_setup_teardown(reports_what_is_no_order, jsonlog_cmocka_setup, jsonlog_cmocka_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
