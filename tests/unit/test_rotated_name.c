#include "handler/rotated_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void knows_its_own_names(void **state) {
    (void)state;
    static const struct {
        jsonlog_naming style;
        const char *name;
        jl_rotated_name parsed;
    } cases[] = {
        {JSONLOG_NAME_NUMBER, "app.log.1", {.number = 1}},
        {JSONLOG_NAME_NUMBER, "app.log.999999", {.number = 999999}},
        {JSONLOG_NAME_NUMBER,
         "app.log.20.gz",
         {.number = 20, .compression = JSONLOG_COMPRESS_GZIP}},
        {JSONLOG_NAME_NUMBER, "app.log.3.zst", {.number = 3, .compression = JSONLOG_COMPRESS_ZSTD}},
        {JSONLOG_NAME_TIME, "app.log.20261122-235959", {.number = 1, .stamp = "20261122-235959"}},
        {JSONLOG_NAME_TIME,
         "app.log.20261122-235959-2.gz",
         {.number = 2, .stamp = "20261122-235959", .compression = JSONLOG_COMPRESS_GZIP}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_rotated_name parsed;
        char suffix[JL_ROTATED_SUFFIX_SIZE];
        assert_true(jl_rotated_name_parse("app.log", cases[i].style, cases[i].name, &parsed));
        assert_int_equal(parsed.number, cases[i].parsed.number);
        assert_string_equal(parsed.stamp, cases[i].parsed.stamp);
        assert_int_equal(parsed.compression, cases[i].parsed.compression);
        assert_false(parsed.is_part);
        jl_rotated_name_suffix(&parsed, suffix);
        assert_string_equal(suffix, cases[i].name + strlen("app.log"));
        assert_false(jl_rotated_name_parse("app.log", !cases[i].style, cases[i].name, &parsed));
    }
}

static void knows_parts(void **state) {
    (void)state;
    jl_rotated_name parsed;
    assert_true(jl_rotated_name_parse("app", JSONLOG_NAME_NUMBER, "app.part-123", &parsed));
    assert_true(parsed.is_part);
    assert_false(jl_rotated_name_parse("app", JSONLOG_NAME_NUMBER, "app.part-", &parsed));
    assert_false(jl_rotated_name_parse("app", JSONLOG_NAME_NUMBER, "app.part-12x", &parsed));
}

static void leaves_foreign_names_alone(void **state) {
    (void)state;
    static const char *const names[] = {
        "app.log",
        "app.log.",
        "app.log.0",
        "app.log.01",
        "app.log.1000000",
        "app.log.1.bz2",
        "app.log.1.gz.gz",
        "app.log.1 ",
        "app.log.-1",
        "app.log.+1",
        "app.log.1.",
        "app.log.lock",
        "xapp.log.1",
        "app.logx.1",
        "app.log1",
        "app.log.old",
        "app.log.20261122",
        "app.log.20261122-23595",
        "app.log.20261122-235959-",
        "app.log.20261122-235959-1",
        "app.log.20261122-235959-02",
        "app.log.2026112-2235959",
        "app.log.20261122-235959x",
        "app.log.20261122-235959.gzip",
        "",
        "app",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        jl_rotated_name parsed;
        assert_false(jl_rotated_name_parse("app.log", JSONLOG_NAME_NUMBER, names[i], &parsed));
        assert_false(jl_rotated_name_parse("app.log", JSONLOG_NAME_TIME, names[i], &parsed));
    }
}

static void orders_newest_first(void **state) {
    (void)state;
    static const struct {
        jsonlog_naming style;
        const char *newer, *older;
    } cases[] = {
        {JSONLOG_NAME_NUMBER, "a.1", "a.2"},
        {JSONLOG_NAME_NUMBER, "a.9.gz", "a.10"},
        {JSONLOG_NAME_NUMBER, "a.2", "a.2.gz"},
        {JSONLOG_NAME_TIME, "a.20261122-000001", "a.20261122-000000"},
        {JSONLOG_NAME_TIME, "a.20261122-000000-10", "a.20261122-000000-9"},
        {JSONLOG_NAME_TIME, "a.20261122-000000-2", "a.20261122-000000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_rotated_name newer, older;
        assert_true(jl_rotated_name_parse("a", cases[i].style, cases[i].newer, &newer));
        assert_true(jl_rotated_name_parse("a", cases[i].style, cases[i].older, &older));
        assert_true(jl_rotated_name_compare(&newer, &older) < 0);
        assert_true(jl_rotated_name_compare(&older, &newer) > 0);
        assert_true(jl_rotated_name_compare(&older, &older) == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_own_names),
        cmocka_unit_test(knows_parts),
        cmocka_unit_test(leaves_foreign_names_alone),
        cmocka_unit_test(orders_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
