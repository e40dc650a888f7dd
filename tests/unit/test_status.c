#include <jsonlog/status.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void has_a_sentence_for_each_code(void **state) {
    (void)state;
#define CHECK(name, value, text)             \
    assert_int_equal(JSONLOG_##name, value); \
    assert_string_equal(jsonlog_status_text(JSONLOG_##name), text);
    JSONLOG_STATUS_LIST(CHECK)
#undef CHECK
}

static void answers_for_unknown_codes_too(void **state) {
    (void)state;
    assert_string_equal(jsonlog_status_text((jsonlog_status)12), "unknown status");
    assert_string_equal(jsonlog_status_text((jsonlog_status)15), "unknown status");
}

static void tells_its_version(void **state) {
    (void)state;
    char parts[32];
    snprintf(parts, sizeof parts, "%d.%d.%d", JSONLOG_VERSION_MAJOR, JSONLOG_VERSION_MINOR,
             JSONLOG_VERSION_PATCH);
    assert_string_equal(JSONLOG_VERSION, parts);
    assert_string_equal(jsonlog_version(), JSONLOG_VERSION);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_sentence_for_each_code),
        cmocka_unit_test(answers_for_unknown_codes_too),
        cmocka_unit_test(tells_its_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
