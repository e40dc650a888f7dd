#include "handler/rotation_time.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define HOUR INT64_C(3600)
#define DAY  INT64_C(86400)

/** The largest offsets there are, rounded up: every local time L is an instant within L - 15 h and
 *  L + 13 h. */
#define EASTMOST (15 * HOUR)
#define WESTMOST (13 * HOUR)

/** 1 January 1970 was a Thursday. */
#define WEEKDAY_OF_1970 4

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

static int64_t floor_modulo(int64_t a, int64_t b) {
    return a - floor_divide(a, b) * b;
}

/* Seconds that the clock on the wall is ahead of UTC at an instant. */
static int64_t offset_at(const jl_rotation_time *time, int64_t at_s) {
    struct tm local = {.tm_sec = 0};
    const time_t at = (time_t)at_s;
    if (!time->is_local || localtime_r(&at, &local) == NULL)
        return 0;
    return (int64_t)local.tm_gmtoff;
}

/* The first instant after `low` with another offset; `high` has one. */
static int64_t find_change(const jl_rotation_time *time, int64_t low, int64_t high) {
    const int64_t before = offset_at(time, low);
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (offset_at(time, middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* ---- below a day: a grid that begins at each midnight ---- */

static int64_t grid_after(int64_t local_s, int64_t step) {
    const int64_t midnight = floor_divide(local_s, DAY) * DAY;
    const int64_t next = ((local_s - midnight) / step + 1) * step;
    return midnight + (next < DAY ? next : DAY);
}

static int64_t next_in_day(const jl_rotation_time *time, int64_t after_s, int64_t step) {
    const int64_t before = offset_at(time, after_s);
    const int64_t grid = grid_after(after_s + before, step);
    const int64_t next = grid - before;
    const int64_t then = offset_at(time, next);
    if (then == before)
        return next;
    const int64_t change = find_change(time, after_s, next);
    if (grid < change + then) /* leapt over */
        return change;
    return grid_after(change + then - 1, step) - then;
}

/* ---- days and weeks ---- */

/* The first instant at which the clock on the wall shows `local_s` or more, having shown less. */
static int64_t instant_of(const jl_rotation_time *time, int64_t local_s) {
    const int64_t low = local_s - EASTMOST, high = local_s + WESTMOST;
    const int64_t before = offset_at(time, low), then = offset_at(time, high);
    if (before == then)
        return local_s - before;
    const int64_t change = find_change(time, low, high);
    if (local_s - before < change)
        return local_s - before;
    return local_s - then > change ? local_s - then : change;
}

static int64_t next_day(const jl_rotation_time *time, int64_t after_s, int64_t days,
                        int64_t phase) {
    const int64_t at = (int64_t)time->at_seconds;
    const int64_t today = floor_divide(after_s + offset_at(time, after_s) - at, DAY);
    int64_t day = today - floor_modulo(today + phase, days);
    int64_t next = after_s;
    while (next <= after_s) {
        day += days;
        next = instant_of(time, day * DAY + at);
    }
    return next;
}

/* ---- public ---- */

int64_t jl_rotation_next(const jl_rotation_time *time, int64_t after_s) {
    const int64_t every = (int64_t)time->every;
    switch (time->period) {
    case JSONLOG_PERIOD_NONE: break;
    case JSONLOG_PERIOD_SECONDS: return next_in_day(time, after_s, every);
    case JSONLOG_PERIOD_MINUTES: return next_in_day(time, after_s, every * 60);
    case JSONLOG_PERIOD_HOURS: return next_in_day(time, after_s, every * HOUR);
    case JSONLOG_PERIOD_DAYS: return next_day(time, after_s, every, 0);
    case JSONLOG_PERIOD_WEEKS:
        return next_day(time, after_s, every * 7, WEEKDAY_OF_1970 - (int64_t)time->weekday);
    }
    return INT64_MAX;
}

void jl_rotation_stamp(bool is_local, int64_t at_s, char out[JL_STAMP_SIZE]) {
    const jl_rotation_time time = {.is_local = is_local};
    jl_civil at;
    char text[64];
    jl_civil_from_time(at_s + offset_at(&time, at_s), 0, &at);
    snprintf(text, sizeof text, "%04d%02u%02u-%02u%02u%02u", at.year, at.month, at.day, at.hour,
             at.minute, at.second);
    memcpy(out, text, JL_STAMP_SIZE - 1);
    out[JL_STAMP_SIZE - 1] = '\0';
}
