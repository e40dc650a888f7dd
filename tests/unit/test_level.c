#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void names_are_written(void **state) {
    (void)state;
    assert_string_equal(jsonlog_level_name(0), "NOTSET");
    assert_string_equal(jsonlog_level_name(5), "TRACE");
    assert_string_equal(jsonlog_level_name(10), "DEBUG");
    assert_string_equal(jsonlog_level_name(20), "INFO");
    assert_string_equal(jsonlog_level_name(30), "WARN");
    assert_string_equal(jsonlog_level_name(40), "ERROR");
    assert_string_equal(jsonlog_level_name(50), "FATAL");
    assert_string_equal(jsonlog_level_name(255), "OFF");
    assert_string_equal(jsonlog_level_name(-1), "LEVEL ?");
    assert_string_equal(jsonlog_level_name(256), "LEVEL ?");
}

static void every_number_without_a_name_is_written(void **state) {
    (void)state;
    for (int level = 1; level < 255; level++) {
        char expected[16];
        snprintf(expected, sizeof expected, "LEVEL %d", level);
        const bool is_named = level == 5 || (level % 10 == 0 && level <= 50);
        if (!is_named)
            assert_string_equal(jsonlog_level_name(level), expected);
        assert_int_equal(jl_level_text(level).len, strlen(jsonlog_level_name(level)));
    }
}

typedef struct parse_case {
    const char *text;
    int level; /* -1: none */
} parse_case;

static const parse_case cases[] = {
    {"INFO", 20},
    {"info", 20},
    {"Warning", 30},
    {"WARN", 30},
    {"critical", 50},
    {"FATAL", 50},
    {"notset", 0},
    {"OFF", 255},
    {"0", 0},
    {"25", 25},
    {"255", 255},
    {"007", 7},
    {"256", -1},
    {"-1", -1},
    {"", -1},
    {" INFO", -1},
    {"INFO ", -1},
    {"2x", -1},
    {"99999999999999999999", -1},
    {"LEVEL 25", -1},
};

static void names_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int level = -7;
        jsonlog_err err;
        const jsonlog_status status = jsonlog_level_parse(cases[i].text, &level, &err);
        assert_int_equal(status, cases[i].level < 0 ? JSONLOG_E_NOT_FOUND : JSONLOG_OK);
        assert_int_equal(level, cases[i].level < 0 ? -7 : cases[i].level);
    }
}

static void a_wrong_name_is_answered_with_the_known_ones(void **state) {
    (void)state;
    int level = 0;
    jsonlog_err err;
    assert_int_equal(jsonlog_level_parse("LOUD", &level, &err), JSONLOG_E_NOT_FOUND);
    assert_int_equal(err.code, JSONLOG_E_NOT_FOUND);
    assert_int_equal(err.offset, 0);
    assert_string_equal(err.text,
                        "'LOUD' is no level; known are 0 to 255 and NOTSET TRACE DEBUG INFO WARN "
                        "ERROR FATAL OFF WARNING CRITICAL");
    assert_int_equal(jsonlog_level_parse(NULL, &level, NULL), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_level_parse("INFO", NULL, NULL), JSONLOG_E_NOT_FOUND);
}

static void a_level_can_be_given_a_name(void **state) {
    (void)state;
    int level = 0;
    assert_int_equal(jsonlog_level_set_name(25, "Notice"), JSONLOG_OK);
    const char *name = jsonlog_level_name(25);
    assert_string_equal(name, "Notice");
    assert_int_equal(jsonlog_level_parse("NOTICE", &level, NULL), JSONLOG_OK);
    assert_int_equal(level, 25);
    assert_int_equal(jsonlog_level_set_name(25, "other"), JSONLOG_OK);
    assert_string_equal(name, "Notice"); /* valid for ever */
    assert_string_equal(jsonlog_level_name(25), "other");
    assert_int_equal(jsonlog_level_parse("notice", &level, NULL), JSONLOG_E_NOT_FOUND);
    assert_int_equal(jsonlog_level_set_name(50, "CRITICAL"), JSONLOG_OK);
    assert_string_equal(jsonlog_level_name(50), "CRITICAL");
    assert_int_equal(jsonlog_level_parse("fatal", &level, NULL), JSONLOG_OK);
    assert_int_equal(level, 50);
}

static void wrong_names_are_refused(void **state) {
    (void)state;
    assert_int_equal(jsonlog_level_set_name(0, "X"), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(255, "X"), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, NULL), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, ""), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, "a\n"), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, "\xC3\xA9"), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, "12345678901234567890123456789012"),
                     JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_level_set_name(26, "1234567890123456789012345678901"), JSONLOG_OK);
}

static void sixty_four_names_can_be_given(void **state) {
    (void)state;
    char name[16];
    jsonlog_status status = JSONLOG_OK;
    int given = 0;
    for (int i = 0; status == JSONLOG_OK; i++, given++) {
        snprintf(name, sizeof name, "N%d", i);
        status = jsonlog_level_set_name(100 + i % 100, name);
    }
    assert_int_equal(status, JSONLOG_E_LIMIT);
    assert_int_equal(given - 1, 64 - 4); /* four were given by the tests before */
    assert_int_equal(jsonlog_level_set_name(99, "N0"),
                     JSONLOG_OK); /* a text that is there already */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_written),
        cmocka_unit_test(every_number_without_a_name_is_written),
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(a_wrong_name_is_answered_with_the_known_ones),
        cmocka_unit_test(a_level_can_be_given_a_name),
        cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(sixty_four_names_can_be_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
