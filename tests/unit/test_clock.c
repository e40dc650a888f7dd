#include "base/clock.h"

#include "support/test_random.h"

#include <jsonlog/logger.h>

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

typedef struct date_case {
    int64_t seconds;
    uint32_t nanoseconds;
    jl_civil expected;
} date_case;

static const date_case dates[] = {
    {0, 0, {1970, 1, 1, 0, 0, 0, 0}},
    {-1, 999999999, {1969, 12, 31, 23, 59, 59, 999999999}},
    {951782400, 1, {2000, 2, 29, 0, 0, 0, 1}}, /* a leap year although a century */
    {951868800, 0, {2000, 3, 1, 0, 0, 0, 0}},
    {4107542399, 0, {2100, 2, 28, 23, 59, 59, 0}}, /* no leap year */
    {4107542400, 0, {2100, 3, 1, 0, 0, 0, 0}},
    {1795334865, 784000000, {2026, 11, 22, 8, 7, 45, 784000000}},
    {1709251199, 0, {2024, 2, 29, 23, 59, 59, 0}},
    {-62167219200, 0, {0, 1, 1, 0, 0, 0, 0}},
    {-62162035201, 0, {0, 2, 29, 23, 59, 59, 0}},
    {-62167219201, 5, {0, 1, 1, 0, 0, 0, 0}}, /* clamped */
    {INT64_MIN, 0, {0, 1, 1, 0, 0, 0, 0}},
    {253402300799, 999999999, {9999, 12, 31, 23, 59, 59, 999999999}},
    {253402300800, 0, {9999, 12, 31, 23, 59, 59, 999999999}},
    {INT64_MAX, UINT32_MAX, {9999, 12, 31, 23, 59, 59, 999999999}},
    {253402300799, 1000000000, {9999, 12, 31, 23, 59, 59, 999999999}},
    {0, 1000000000, {1970, 1, 1, 0, 0, 1, 0}}, /* carried */
    {0, UINT32_MAX, {1970, 1, 1, 0, 0, 4, 294967295}},
};

static void assert_same(const jl_civil *got, const jl_civil *expected) {
    assert_int_equal(got->year, expected->year);
    assert_int_equal(got->month, expected->month);
    assert_int_equal(got->day, expected->day);
    assert_int_equal(got->hour, expected->hour);
    assert_int_equal(got->minute, expected->minute);
    assert_int_equal(got->second, expected->second);
    assert_int_equal(got->nanosecond, expected->nanosecond);
}

static void dates_are_those_of_the_table(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        jl_civil civil;
        jl_civil_from_time(dates[i].seconds, dates[i].nanoseconds, &civil);
        assert_same(&civil, &dates[i].expected);
    }
}

static void nanoseconds_before_1970_count_backwards(void **state) {
    (void)state;
    jl_civil civil;
    jl_civil_from_ns(-1, &civil);
    assert_same(&civil, &(jl_civil){1969, 12, 31, 23, 59, 59, 999999999});
    jl_civil_from_ns(INT64_MIN, &civil);
    assert_same(&civil, &(jl_civil){1677, 9, 21, 0, 12, 43, 145224192});
    jl_civil_from_ns(INT64_MAX, &civil);
    assert_same(&civil, &(jl_civil){2262, 4, 11, 23, 47, 16, 854775807});
}

/* gmtime_r() is the slow, obvious reference. */
static void every_date_is_that_of_gmtime(void **state) {
    (void)state;
    test_random random = {11};
    for (size_t i = 0; i < test_effort(200000); i++) {
        const time_t seconds =
            (time_t)(test_random_next(&random) % UINT64_C(315569519999)) - 62167219200;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        jl_civil civil;
        jl_civil_from_time((int64_t)seconds, 7, &civil);
        const jl_civil expected = {tm.tm_year + 1900,
                                   (unsigned)tm.tm_mon + 1,
                                   (unsigned)tm.tm_mday,
                                   (unsigned)tm.tm_hour,
                                   (unsigned)tm.tm_min,
                                   (unsigned)tm.tm_sec,
                                   7};
        assert_same(&civil, &expected);
        assert_int_equal(jl_civil_to_seconds(&civil), (int64_t)seconds);
    }
}

static int64_t fixed(void *context) {
    return *(const int64_t *)context;
}

static void the_clock_can_be_replaced_and_put_back(void **state) {
    (void)state;
    int64_t a = 5;
    int64_t b = 7;
    jsonlog_set_clock(fixed, &a);
    assert_int_equal(jl_clock_now_ns(), 5);
    jsonlog_set_clock(fixed, &b);
    assert_int_equal(jl_clock_now_ns(), 7);
    jsonlog_set_clock(NULL, NULL);
    const int64_t seconds = (int64_t)time(NULL);
    const int64_t now = jl_clock_now_ns() / SECOND;
    assert_true(now >= seconds && now - seconds < 60);
}

static void the_monotonic_clock_is_never_replaced(void **state) {
    (void)state;
    int64_t a = 5;
    jsonlog_set_clock(fixed, &a);
    const int64_t before = jl_clock_monotonic_ns();
    assert_true(before > 5);
    assert_true(jl_clock_monotonic_ns() >= before);
    jsonlog_set_clock(NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_table),
        cmocka_unit_test(nanoseconds_before_1970_count_backwards),
        cmocka_unit_test(every_date_is_that_of_gmtime),
        cmocka_unit_test(the_clock_can_be_replaced_and_put_back),
        cmocka_unit_test(the_monotonic_clock_is_never_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
