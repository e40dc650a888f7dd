/* One framework at a time, with one assertion that holds. */
#if defined(CONSUMER_cmocka)

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jsonlog/cmocka.h>

static void holds(void **state) {
    jsonlog_info(jsonlog_get("consumer"), "installed");
    assert_logged(*state, "{ $.message = \"installed\" }");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holds, jsonlog_cmocka_setup, jsonlog_cmocka_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#elif defined(CONSUMER_check)

#include <jsonlog/check.h>

START_TEST(holds) {
    jsonlog_info(jsonlog_get("consumer"), "installed");
    ck_assert_logged(jsonlog_check_logs, "{ $.message = \"installed\" }");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("consumer");
    TCase *tcase = tcase_create("consumer");
    tcase_add_checked_fixture(tcase, jsonlog_check_setup, jsonlog_check_teardown);
    tcase_add_test(tcase, holds);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    return srunner_ntests_failed(runner);
}

#elif defined(CONSUMER_criterion)

#include <jsonlog/criterion.h>

Test(consumer, holds, .init = jsonlog_criterion_setup, .fini = jsonlog_criterion_teardown) {
    jsonlog_info(jsonlog_get("consumer"), "installed");
    cr_assert_logged(jsonlog_criterion_logs, "{ $.message = \"installed\" }");
}

#elif defined(CONSUMER_glib)

#include <jsonlog/capture.h>
#include <jsonlog/glib.h>

int main(void) {
    jsonlog_glib_install(NULL);
    jsonlog_capture *logs = jsonlog_capture_start(NULL);
    g_message("installed");
    const bool is_there =
        jsonlog_expect_match(logs, "{ $.logger = glib && $.message = \"installed\" }", NULL);
    jsonlog_capture_stop(logs);
    return is_there ? 0 : 1;
}

#endif
