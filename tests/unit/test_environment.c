#include "support/log_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The environment is read once, so main() sets all of it and each test looks at its own logger. */
static const char *const environment[][2] = {
    {"JSONLOG_LEVEL", "warning"},     {"JSONLOG_LEVEL_payment_db", "DEBUG"},
    {"JSONLOG_LEVEL_number", "7"},    {"JSONLOG_LEVEL_bad", "LOUD"},
    {"JSONLOG_LEVEL_bad_too", "256"}, {"JSONLOG_LEVEL_never_made", "nonsense"},
    {"JSONLOG_LEVEL_empty", ""},      {"JSONLOG_LEVEL_custom", "Notice"},
    {"JSONLOG_LEVELS", "DEBUG"},      {"JSONLOG_LEVEL_", "DEBUG"},
};

static jsonlog_handler *lines;

static int start(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof environment / sizeof environment[0]; i++)
        setenv(environment[i][0], environment[i][1], 1);
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static void the_root_has_its_level(void **state) {
    (void)state;
    assert_int_equal(jsonlog_logger_get_level(jsonlog_root()), JSONLOG_LEVEL_WARN);
    assert_false(jsonlog_enabled(jsonlog_root(), JSONLOG_LEVEL_INFO));
    assert_false(jsonlog_enabled(jsonlog_get("other"), JSONLOG_LEVEL_INFO));
}

static void loggers_have_theirs_when_they_are_made(void **state) {
    (void)state;
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("payment.db")), JSONLOG_LEVEL_DEBUG);
    assert_true(jsonlog_enabled(jsonlog_get("payment.db"), JSONLOG_LEVEL_DEBUG));
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("payment-db")), JSONLOG_LEVEL_DEBUG);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("payment")), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("Payment.db")), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("number")), 7);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("empty")), JSONLOG_LEVEL_NOTSET);
}

static void only_what_was_there_at_first_use_counts(void **state) {
    (void)state;
    setenv("JSONLOG_LEVEL_later", "DEBUG", 1);
    setenv("JSONLOG_LEVEL_number2", "DEBUG", 1);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("later")), JSONLOG_LEVEL_NOTSET);
}

static void names_given_before_the_logger_is_made_count(void **state) {
    (void)state;
    assert_int_equal(jsonlog_level_set_name(25, "NOTICE"), JSONLOG_OK);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("custom")), 25);
}

static void a_level_that_is_set_wins(void **state) {
    (void)state;
    jsonlog_logger_set_level(jsonlog_get("number"), JSONLOG_LEVEL_ERROR);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("number")), JSONLOG_LEVEL_ERROR);
}

#define COMPLAINT(name, value)                                                                   \
    LINE("\"WARN\",\"logger\":\"jsonlog\",\"message\":\"an environment variable holds no level " \
         "and is "                                                                               \
         "ignored\",\"variable\":\"JSONLOG_LEVEL_" name "\",\"value\":\"" value "\"}")

static void wrong_values_are_reported_once(void **state) {
    (void)state;
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("bad")), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("bad.too")), JSONLOG_LEVEL_NOTSET);
    assert_int_equal(jsonlog_logger_get_level(jsonlog_get("bad-too")), JSONLOG_LEVEL_NOTSET);
    assert_string_equal(log_lines_take(lines), "");
    jsonlog_error(jsonlog_get("other"), "m");
    jsonlog_error(jsonlog_get("other"), "m");
    const char *expected = LINE("\"ERROR\",\"logger\":\"other\",\"errorMessage\":\"m\"}");
    char all[2048];
    snprintf(all, sizeof all, "%s%s%s", expected,
             COMPLAINT("bad", "LOUD") COMPLAINT("bad_too", "256"), expected);
    /* In the order of the environment, which is not ours to choose. */
    char other[2048];
    snprintf(other, sizeof other, "%s%s%s", expected,
             COMPLAINT("bad_too", "256") COMPLAINT("bad", "LOUD"), expected);
    const char *text = log_lines_take(lines);
    assert_true(strcmp(text, all) == 0 || strcmp(text, other) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_root_has_its_level),
        cmocka_unit_test(loggers_have_theirs_when_they_are_made),
        cmocka_unit_test(only_what_was_there_at_first_use_counts),
        cmocka_unit_test(names_given_before_the_logger_is_made_count),
        cmocka_unit_test(a_level_that_is_set_wins),
        cmocka_unit_test(wrong_values_are_reported_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
