#include "handler/rotation_time.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void use_zone(const char *zone) {
    setenv("TZ", zone, 1);
    tzset();
}

/* "2026-03-29 00:30:00" in UTC */
static int64_t seconds_of(const char *text) {
    jl_civil at = {.nanosecond = 0};
    assert_int_equal(sscanf(text, "%4d-%2u-%2u %2u:%2u:%2u", &at.year, &at.month, &at.day, &at.hour,
                            &at.minute, &at.second),
                     6);
    return jl_civil_to_seconds(&at);
}

typedef struct boundary {
    const char *zone; /* NULL: UTC */
    jl_rotation_time time;
    const char *after, *next; /* in UTC */
} boundary;

#define LOCAL(unit, count) \
    { .period = JSONLOG_PERIOD_##unit, .every = (count), .is_local = true }
#define UTC(unit, count) \
    { .period = JSONLOG_PERIOD_##unit, .every = (count) }

static const boundary boundaries[] = {
    /* UTC */
    {NULL, UTC(SECONDS, 1), "2026-01-01 00:00:00", "2026-01-01 00:00:01"},
    {NULL, UTC(SECONDS, 7), "2026-01-01 23:59:56", "2026-01-02 00:00:00"},
    {NULL, UTC(MINUTES, 15), "2026-01-01 10:14:59", "2026-01-01 10:15:00"},
    {NULL, UTC(MINUTES, 15), "2026-01-01 10:15:00", "2026-01-01 10:30:00"},
    {NULL, UTC(HOURS, 6), "2026-01-01 17:00:00", "2026-01-01 18:00:00"},
    {NULL, UTC(HOURS, 7), "2026-01-01 22:00:00", "2026-01-02 00:00:00"}, /* from midnight anew */
    {NULL, UTC(HOURS, 24), "2026-01-01 00:00:00", "2026-01-02 00:00:00"},
    {NULL, UTC(DAYS, 1), "2028-02-28 12:00:00", "2028-02-29 00:00:00"},
    {NULL, UTC(DAYS, 1), "2026-12-31 23:59:59", "2027-01-01 00:00:00"},
    {NULL, UTC(DAYS, 1), "2026-12-31 00:00:00", "2027-01-01 00:00:00"},
    {NULL, UTC(DAYS, 10), "1970-01-01 00:00:00", "1970-01-11 00:00:00"},
    {NULL, UTC(DAYS, 1), "1969-12-30 12:00:00", "1969-12-31 00:00:00"},
    {NULL,
     {.period = JSONLOG_PERIOD_DAYS, .every = 1, .at_seconds = 6 * 3600},
     "2026-01-01 05:59:59",
     "2026-01-01 06:00:00"},
    {NULL,
     {.period = JSONLOG_PERIOD_DAYS, .every = 1, .at_seconds = 6 * 3600},
     "2026-01-01 06:00:00",
     "2026-01-02 06:00:00"},
    /* 2026-11-22 is a Sunday */
    {NULL,
     {.period = JSONLOG_PERIOD_WEEKS, .every = 1, .weekday = 0},
     "2026-11-22 00:00:00",
     "2026-11-29 00:00:00"},
    {NULL,
     {.period = JSONLOG_PERIOD_WEEKS, .every = 1, .weekday = 1},
     "2026-11-22 12:00:00",
     "2026-11-23 00:00:00"},
    {NULL,
     {.period = JSONLOG_PERIOD_WEEKS, .every = 1, .weekday = 6},
     "2026-11-22 12:00:00",
     "2026-11-28 00:00:00"},
    /* Berlin: on 29 March 2026 at 01:00 UTC 02:00 becomes 03:00; on 25 October 03:00 becomes 02:00
     */
    {"Europe/Berlin", LOCAL(DAYS, 1), "2026-03-28 22:59:59", "2026-03-28 23:00:00"},
    {"Europe/Berlin", LOCAL(DAYS, 1), "2026-03-28 23:00:00", "2026-03-29 22:00:00"},
    {"Europe/Berlin", LOCAL(DAYS, 1), "2026-10-24 22:00:00", "2026-10-25 23:00:00"},
    {"Europe/Berlin", LOCAL(HOURS, 1), "2026-03-29 00:30:00", "2026-03-29 01:00:00"},
    {"Europe/Berlin", LOCAL(HOURS, 1), "2026-10-25 00:30:00", "2026-10-25 01:00:00"},
    {"Europe/Berlin", LOCAL(HOURS, 1), "2026-10-25 01:00:00", "2026-10-25 02:00:00"},
    {"Europe/Berlin", LOCAL(HOURS, 6), "2026-03-28 23:30:00", "2026-03-29 04:00:00"},
    {"Europe/Berlin", LOCAL(HOURS, 6), "2026-10-24 22:30:00", "2026-10-25 05:00:00"},
    {"Europe/Berlin",
     {.period = JSONLOG_PERIOD_DAYS,
      .every = 1,
      .at_seconds = 9000,
      .is_local = true}, /* 02:30 does not exist that day */
     "2026-03-28 12:00:00",
     "2026-03-29 01:00:00"},
    {"Europe/Berlin",
     {.period = JSONLOG_PERIOD_DAYS,
      .every = 1,
      .at_seconds = 9000,
      .is_local = true}, /* 02:30 is there twice that day: the first counts */
     "2026-10-24 12:00:00",
     "2026-10-25 00:30:00"},
    {"Europe/Berlin",
     {.period = JSONLOG_PERIOD_DAYS, .every = 1, .at_seconds = 9000, .is_local = true},
     "2026-10-25 00:30:00",
     "2026-10-26 01:30:00"},
    {"Europe/Berlin",
     {.period = JSONLOG_PERIOD_WEEKS, .every = 1, .weekday = 1, .is_local = true},
     "2026-03-24 12:00:00",
     "2026-03-29 22:00:00"},
    /* New York: 8 March 2026 07:00 UTC, 1 November 06:00 UTC */
    {"America/New_York", LOCAL(DAYS, 1), "2026-03-08 05:00:00", "2026-03-09 04:00:00"},
    {"America/New_York", LOCAL(DAYS, 1), "2026-11-01 04:00:00", "2026-11-02 05:00:00"},
    {"America/New_York", LOCAL(HOURS, 12), "2026-11-01 04:00:00", "2026-11-01 17:00:00"},
    {"Asia/Seoul", LOCAL(DAYS, 1), "2026-11-22 14:59:59", "2026-11-22 15:00:00"},
    {"Asia/Seoul", LOCAL(DAYS, 1), "2026-11-22 15:00:00", "2026-11-23 15:00:00"},
    {"Asia/Kolkata", LOCAL(HOURS, 1), "2026-11-22 00:00:00", "2026-11-22 00:30:00"},
    /* midnights that are leapt over, and that are there twice */
    {"America/Sao_Paulo", LOCAL(DAYS, 1), "2017-10-14 12:00:00", "2017-10-15 03:00:00"},
    {"America/Havana", LOCAL(DAYS, 1), "2026-10-31 12:00:00", "2026-11-01 04:00:00"},
    {"America/Havana", LOCAL(DAYS, 1), "2026-11-01 04:00:00", "2026-11-02 05:00:00"},
    {"Asia/Beirut", LOCAL(DAYS, 1), "2026-10-24 12:00:00", "2026-10-24 22:00:00"},
    /* Samoa left out 30 December 2011 */
    {"Pacific/Apia", LOCAL(DAYS, 1), "2011-12-29 12:00:00", "2011-12-30 10:00:00"},
};

static void finds_the_next_boundary(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof boundaries / sizeof boundaries[0]; i++) {
        const boundary *b = &boundaries[i];
        use_zone(b->zone == NULL ? "Asia/Seoul" : b->zone); /* UTC does not care */
        int64_t next = jl_rotation_next(&b->time, seconds_of(b->after));
        if (next != seconds_of(b->next))
            fail_msg("%s after %s: %+d s from %s", b->zone == NULL ? "UTC" : b->zone, b->after,
                     (int)(next - seconds_of(b->next)), b->next);
    }
}

static bool is_before(const struct tm *a, const struct tm *b) {
    return a->tm_year != b->tm_year ? a->tm_year < b->tm_year : a->tm_yday < b->tm_yday;
}

/* The obvious way: minute by minute, until the date has become a later one. */
static int64_t first_minute_of_next_day(int64_t after_s) {
    struct tm then, now;
    time_t at = (time_t)after_s;
    localtime_r(&at, &then);
    do {
        at += 60;
        localtime_r(&at, &now);
    } while (!is_before(&then, &now));
    return (int64_t)at;
}

static void days_begin_where_the_calendar_says(void **state) {
    (void)state;
    static const char *const zones[] = {"Europe/Berlin",       "America/New_York",  "Asia/Seoul",
                                        "Australia/Lord_Howe", "America/Havana",    "Asia/Beirut",
                                        "America/Sao_Paulo",   "Africa/Casablanca", "Pacific/Apia"};
    const jl_rotation_time daily = LOCAL(DAYS, 1);
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        use_zone(zones[i]);
        int64_t at = seconds_of("2011-12-20 00:30:00");
        for (int day = 0; day < 40; day++, at += 37 * 3600 + 60) /* the turn of 2011 */
            assert_int_equal(jl_rotation_next(&daily, at), first_minute_of_next_day(at));
        at = seconds_of("2017-01-01 00:00:00");
        for (int day = 0; day < 300; day++, at += 29 * 3600)
            assert_int_equal(jl_rotation_next(&daily, at), first_minute_of_next_day(at));
    }
}

/* Whatever the zone does, time goes on, and no hour is longer than two. */
static void boundaries_never_stand_still(void **state) {
    (void)state;
    static const char *const zones[] = {"Europe/Berlin", "Australia/Lord_Howe", "America/Havana",
                                        "Asia/Kathmandu"};
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        use_zone(zones[i]);
        const jl_rotation_time hourly = LOCAL(HOURS, 1);
        int64_t at = seconds_of("2026-01-01 00:00:00");
        while (at < seconds_of("2027-01-01 00:00:00")) {
            int64_t next = jl_rotation_next(&hourly, at);
            assert_true(next > at && next - at <= 2 * 3600);
            assert_int_equal(jl_rotation_next(&hourly, next - 1), next);
            at = next;
        }
    }
}

static void stamps_are_civil_times(void **state) {
    (void)state;
    char stamp[JL_STAMP_SIZE];
    use_zone("Asia/Seoul");
    jl_rotation_stamp(false, seconds_of("2026-11-22 23:59:58"), stamp);
    assert_string_equal(stamp, "20261122-235958");
    jl_rotation_stamp(true, seconds_of("2026-11-22 23:59:58"), stamp);
    assert_string_equal(stamp, "20261123-085958");
}

static void no_period_is_never_over(void **state) {
    (void)state;
    const jl_rotation_time none = {.period = JSONLOG_PERIOD_NONE};
    assert_true(jl_rotation_next(&none, 0) == INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_next_boundary),
        cmocka_unit_test(days_begin_where_the_calendar_says),
        cmocka_unit_test(boundaries_never_stand_still),
        cmocka_unit_test(stamps_are_civil_times),
        cmocka_unit_test(no_period_is_never_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
