#include "format/time_text.h"

#include "support/format_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *text_of(const cJSON *row, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(row, name)->valuestring;
}

static unsigned place_of(const char *word, const char *const *words) {
    unsigned at = 0;
    while (strcmp(words[at], word) != 0)
        at++;
    return at;
}

static void use_zone(const char *zone) {
    setenv("TZ", zone, 1);
    tzset();
}

static void every_style_and_precision_gives_its_bytes(void **state) {
    (void)state;
    static const char *const styles[] = {"utc",          "offset",       "local",
                                         "epoch_number", "epoch_string", "epoch_seconds"};
    static const char *const precisions[] = {"ms", "s", "us", "ns", "python"};
    cJSON *rows = format_read_data("format/times.json");
    int failed = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) {
        char space[128];
        jl_buffer out;
        jl_buffer_init(&out, space, sizeof space, sizeof space);
        use_zone(text_of(row, "zone"));
        jl_time_append(&out, strtoll(text_of(row, "time_ns"), NULL, 10),
                       (jsonlog_time_style)place_of(text_of(row, "style"), styles),
                       (jsonlog_precision)place_of(text_of(row, "precision"), precisions));
        const char *got = jl_buffer_terminate(&out);
        if (strcmp(got, text_of(row, "expected")) != 0) {
            print_error("expected %s, got %s\n", text_of(row, "expected"), got);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
    assert_true(cJSON_GetArraySize(rows) >= 40);
    cJSON_Delete(rows);
}

static void expect_asctime(int64_t ns, const char *expected) {
    char space[64];
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    jl_asctime_append(&out, ns);
    assert_string_equal(jl_buffer_terminate(&out), expected);
}

static void asctime_is_pythons(void **state) {
    (void)state;
    use_zone("KST-9");
    expect_asctime(1795334865784999999, "2026-11-22 17:07:45,784");
    expect_asctime(-1, "1970-01-01 08:59:59,999");
    use_zone("UTC0");
    expect_asctime(-1, "1969-12-31 23:59:59,999");
}

static void the_time_of_day_is_local_or_utc(void **state) {
    (void)state;
    char space[64];
    jl_buffer out;
    jl_buffer_init(&out, space, sizeof space, sizeof space);
    use_zone("KST-9");
    jl_clock_time_append(&out, 1795334865784999999, true);
    jl_buffer_append_char(&out, ' ');
    jl_clock_time_append(&out, 1795334865784999999, false);
    assert_string_equal(jl_buffer_terminate(&out), "08:07:45.784 17:07:45.784");
}

static void expect_instant(int64_t seconds, uint32_t nanoseconds, const char *expected) {
    char text[JL_TIME_TEXT_MAX];
    size_t len = jl_time_text(text, (jl_instant){seconds, nanoseconds}, JSONLOG_TIME_EPOCH_NUMBER,
                              JSONLOG_PRECISION_NS);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

/* An instant may lie anywhere and carry too many nanoseconds; an epoch style is UTC text for it. */
static void instants_out_of_range_are_clamped(void **state) {
    (void)state;
    expect_instant(253402300799, 999999999, "9999-12-31T23:59:59.999999999Z");
    expect_instant(253402300800, 0, "9999-12-31T23:59:59.999999999Z");
    expect_instant(INT64_MAX, 4294967295, "9999-12-31T23:59:59.999999999Z");
    expect_instant(INT64_MIN, 0, "0000-01-01T00:00:00.000000000Z");
    expect_instant(-62167219201, 0, "0000-01-01T00:00:00.000000000Z");
    expect_instant(0, 4294967295, "1970-01-01T00:00:04.294967295Z");
    expect_instant(-1, 1500000000, "1970-01-01T00:00:00.500000000Z");
    char text[JL_TIME_TEXT_MAX];
    assert_int_equal(jl_time_text(text, (jl_instant){INT64_MAX, 0}, JSONLOG_TIME_RFC3339_LOCAL,
                                  JSONLOG_PRECISION_S),
                     25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_style_and_precision_gives_its_bytes),
        cmocka_unit_test(asctime_is_pythons),
        cmocka_unit_test(the_time_of_day_is_local_or_utc),
        cmocka_unit_test(instants_out_of_range_are_clamped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
