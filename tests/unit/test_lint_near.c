#include "filter/lint_near.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
    const char *name;
    const char *key;
    size_t distance;
} cases[] = {
    {"level", "level", 0},
    {"level", "Level", 0},
    {"error_code", "errorCode", 0},
    {"user-id", "userId", 0},
    {"usr", "user", 1},
    {"user", "usr", 1},
    {"nmae", "name", 1},
    {"statusCode", "statuscodes", 1},
    {"invokdby", "invokedBy", 1},
    {"mesage", "message", 1},
    {"errroCoed", "errorCode", 2},
    {"a", "b", JL_NEAR_NOT},
    {"id", "ip", JL_NEAR_NOT},
    {"name", "game", 1},
    {"name", "some", JL_NEAR_NOT},
    {"level", "label", JL_NEAR_NOT},
    {"status", "state", JL_NEAR_NOT},
    {"request", "response", JL_NEAR_NOT},
    {"", "a", JL_NEAR_NOT},
    {"_", "a", JL_NEAR_NOT},
};

static void counts_letters(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t found = jl_near_distance(jl_text_of(cases[i].name), jl_text_of(cases[i].key));
        if (found != cases[i].distance)
            fail_msg("%s and %s: %zu", cases[i].name, cases[i].key, found);
    }
}

static void refuses_long_names(void **state) {
    (void)state;
    char name[JSONLOG_LINT_KEY_MAX + 1];
    memset(name, 'n', sizeof name);
    assert_int_equal(jl_near_distance((jl_text){name, JSONLOG_LINT_KEY_MAX},
                                      (jl_text){name, JSONLOG_LINT_KEY_MAX}),
                     0);
    assert_true(jl_near_distance((jl_text){name, sizeof name}, (jl_text){name, 4}) == JL_NEAR_NOT);
    assert_true(jl_near_distance((jl_text){name, 4}, (jl_text){name, sizeof name}) == JL_NEAR_NOT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_letters),
        cmocka_unit_test(refuses_long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
