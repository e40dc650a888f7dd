/* A test program for Check whose assertions are wrong on purpose, run by test_meta_adapters.c. */
#include <check.h>

#include <jsonlog/check.h>

#include "adapter_cases.h"

#include <stdlib.h>

#define LOGS jsonlog_check_logs

START_TEST(fails_logged) {
    log_both();
    BLAMED(ck_assert_logged(LOGS, ALARM));
}
END_TEST

START_TEST(fails_logged_count) {
    log_a_login();
    BLAMED(ck_assert_logged_count(LOGS, ADULT, 2));
}
END_TEST

START_TEST(fails_not_logged) {
    log_a_login();
    BLAMED(ck_assert_not_logged(LOGS, ADULT));
}
END_TEST

START_TEST(fails_logged_within) {
    log_a_login();
    BLAMED(ck_assert_logged_within(LOGS, ALARM, 50));
}
END_TEST

START_TEST(fails_logged_in_order) {
    log_an_error();
    log_a_login();
    BLAMED(ck_assert_logged_in_order(LOGS, LOGIN, "{ $.errorCode = * }"));
}
END_TEST

START_TEST(fails_only_logged) {
    log_a_login();
    BLAMED(ck_assert_only_logged(LOGS, LOGIN));
}
END_TEST

START_TEST(fails_no_errors_logged) {
    log_both();
    BLAMED(ck_assert_no_errors_logged(LOGS));
}
END_TEST

START_TEST(fails_long_report) {
    log_much();
    BLAMED(ck_assert_logged(LOGS, "{ $.i = 100 }"));
}
END_TEST

START_TEST(fails_without_capture) {
    log_a_login();
    BLAMED(ck_assert_not_logged(NULL, ADULT));
}
END_TEST

#define LONG_PATTERN                                                                        \
    "{ $.payload = "                                                                        \
    "\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\" && " \
    "$.payload != "                                                                         \
    "\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\" }"

START_TEST(fails_huge_report) {
    log_much();
    BLAMED(ck_assert_logged_in_order(LOGS, LONG_PATTERN, LONG_PATTERN, LONG_PATTERN, LONG_PATTERN,
                                     LONG_PATTERN, LONG_PATTERN, LONG_PATTERN, LONG_PATTERN));
}
END_TEST

START_TEST(holds) {
    log_a_login();
    ck_assert_logged(LOGS, LOGIN);
    ck_assert_logged_count(LOGS, ADULT, 1);
    ck_assert_not_logged(LOGS, "{ $.password = * }");
    ck_assert_logged_within(LOGS, ADULT, 10);
    ck_assert_no_errors_logged(LOGS);
    jsonlog_trace(jsonlog_get("shop"), "details");
    log_an_error();
    ck_assert_logged_in_order(LOGS, LOGIN, "{ $.errorCode = \"DA00021\" }");
    ck_assert_only_logged(LOGS, LOGIN, "{ $.message = \"details\" }", "{ $.logType = \"WARN\" }",
                          "{ $.errorCode = * }");
}
END_TEST

START_TEST(leaves_an_error) {
    log_an_error();
}
END_TEST

START_TEST(leaves_a_warning) {
    log_a_login();
}
END_TEST

/* A capture that an unchecked fixture began in the parent: the child's copy fills. */
START_TEST(holds_in_a_copy) {
    ck_assert_only_logged(LOGS, "{ $.message = \"before the fork\" }");
    log_a_login();
    ck_assert_logged_count(LOGS, LOGIN, 1);
}
END_TEST

static void setup_in_parent(void) {
    jsonlog_check_setup();
    jsonlog_info(jsonlog_get("shop"), "before the fork");
}

typedef struct named_test {
    const char *name;
    const TTest *test;
} named_test;

static const TTest *find(const char *name) {
    const named_test tests[] = {
        {"fails_logged", fails_logged},
        {"fails_logged_count", fails_logged_count},
        {"fails_not_logged", fails_not_logged},
        {"fails_logged_within", fails_logged_within},
        {"fails_logged_in_order", fails_logged_in_order},
        {"fails_only_logged", fails_only_logged},
        {"fails_no_errors_logged", fails_no_errors_logged},
        {"fails_long_report", fails_long_report},
        {"fails_without_capture", fails_without_capture},
        {"fails_huge_report", fails_huge_report},
        {"holds", holds},
        {"leaves_an_error", leaves_an_error},
        {"leaves_a_warning", leaves_a_warning},
        {"holds_in_a_copy", holds_in_a_copy},
    };
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        if (strcmp(tests[i].name, name) == 0)
            return tests[i].test;
    return NULL;
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : "";
    const TTest *test = find(name);
    if (test == NULL)
        return 99;
    Suite *suite = suite_create("meta");
    TCase *tcase = tcase_create(name);
    if (strcmp(name, "holds_in_a_copy") == 0)
        tcase_add_unchecked_fixture(tcase, setup_in_parent, jsonlog_check_teardown);
    else if (strncmp(name, "leaves", 6) == 0)
        tcase_add_checked_fixture(tcase, jsonlog_check_setup, jsonlog_check_teardown_quiet);
    else
        tcase_add_checked_fixture(tcase, jsonlog_check_setup, jsonlog_check_teardown);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
