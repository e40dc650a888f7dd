#include "cli/instant.h"

#include <string.h>
#include <time.h>

enum { NANOSECONDS = 1000000000 };

/* What is still to be read. A reader that fails sets `is_bad`; the others then do nothing. */
typedef struct time_cursor {
    const char *at;
    const char *end;
    bool is_bad;
} time_cursor;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool take(time_cursor *cursor, const char *one_of) {
    if (cursor->at == cursor->end || strchr(one_of, *cursor->at) == NULL || *cursor->at == '\0')
        return false;
    cursor->at++;
    return true;
}

static void expect(time_cursor *cursor, const char *one_of) {
    cursor->is_bad |= !take(cursor, one_of);
}

/* Exactly `digits` digits that give low to high. */
static int number(time_cursor *cursor, int digits, int low, int high) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (cursor->at == cursor->end || !is_digit(*cursor->at)) {
            cursor->is_bad = true;
            return low;
        }
        value = value * 10 + (*cursor->at++ - '0');
    }
    cursor->is_bad |= value < low || value > high;
    return value;
}

static int32_t fraction(time_cursor *cursor) {
    int32_t value = 0;
    int32_t unit = NANOSECONDS / 10;
    cursor->is_bad |= cursor->at == cursor->end || !is_digit(*cursor->at);
    for (; cursor->at < cursor->end && is_digit(*cursor->at); cursor->at++) {
        value += (*cursor->at - '0') * unit;
        unit /= 10;
    }
    return value;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01 in the Gregorian calendar, for years 0 to 9999. Counting years from March
 * puts the leap day at the end of a year. */
static int64_t days_since_1970(int year, int month, int day) {
    const int64_t from_march = (month + 9) % 12;
    const int64_t years = year - (month <= 2 ? 1 : 0) + 400;
    const int64_t leap_days = years / 4 - years / 100 + years / 400;
    const int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;
    return years * 365 + leap_days + day_of_year - (719468 + 146097);
}

static int64_t read_date(time_cursor *cursor) {
    const int year = number(cursor, 4, 0, 9999);
    expect(cursor, "-");
    const int month = number(cursor, 2, 1, 12);
    expect(cursor, "-");
    const int day = number(cursor, 2, 1, 31);
    if (cursor->is_bad || day > days_in_month(year, month)) {
        cursor->is_bad = true;
        return 0;
    }
    return days_since_1970(year, month, day) * 86400;
}

static int64_t read_clock(time_cursor *cursor, int32_t *nanoseconds) {
    const int hour = number(cursor, 2, 0, 23);
    expect(cursor, ":");
    const int minute = number(cursor, 2, 0, 59);
    int second = 0;
    if (take(cursor, ":")) {
        second = number(cursor, 2, 0, 60);
        if (take(cursor, ".,"))
            *nanoseconds = fraction(cursor);
    }
    return hour * 3600 + minute * 60 + second;
}

/* @return what the local time is ahead of UTC, in seconds. */
static int64_t read_offset(time_cursor *cursor) {
    if (cursor->at == cursor->end || take(cursor, "Zz"))
        return 0;
    const bool is_behind = *cursor->at == '-';
    expect(cursor, "+-");
    const int hours = number(cursor, 2, 0, 23);
    take(cursor, ":");
    const int minutes = number(cursor, 2, 0, 59);
    const int64_t ahead = hours * 3600 + minutes * 60;
    return is_behind ? -ahead : ahead;
}

bool instant_read(const char *text, size_t len, instant *out) {
    time_cursor cursor = {text, text + len, false};
    instant read = {.seconds = read_date(&cursor)};
    if (!cursor.is_bad && cursor.at < cursor.end) {
        expect(&cursor, "Tt ");
        read.seconds += read_clock(&cursor, &read.nanoseconds);
        read.seconds -= cursor.is_bad ? 0 : read_offset(&cursor);
    }
    if (cursor.is_bad || cursor.at != cursor.end)
        return false;
    *out = read;
    return true;
}

/* Seconds reach 10^11 in the year 5138; smaller units passed that mark in 1973. */
static int64_t units_per_second(int64_t whole) {
    int64_t units = 1;
    while (units < NANOSECONDS && whole / units >= INT64_C(100000000000))
        units *= 1000;
    return units;
}

bool instant_read_number(const char *text, size_t len, instant *out) {
    time_cursor cursor = {text, text + len, len == 0 || !is_digit(*text)};
    int64_t whole = 0;
    while (cursor.at < cursor.end && is_digit(*cursor.at) && whole <= (INT64_MAX - 9) / 10)
        whole = whole * 10 + (*cursor.at++ - '0');
    const int32_t billionths = take(&cursor, ".") ? fraction(&cursor) : 0;
    if (cursor.is_bad || cursor.at != cursor.end)
        return false;
    const int64_t units = units_per_second(whole);
    out->seconds = whole / units;
    out->nanoseconds = (int32_t)(whole % units * (NANOSECONDS / units) + billionths / units);
    return true;
}

static int64_t age_unit(char letter) {
    switch (letter) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    case 'w': return 7 * 86400;
    default: return 0;
    }
}

bool instant_read_age(const char *text, instant now, instant *out) {
    int64_t count = 0;
    const char *at = text;
    for (; is_digit(*at) && at - text < 9; at++)
        count = count * 10 + (*at - '0');
    const bool is_now = strcmp(text, "now") == 0;
    if (!is_now && (at == text || age_unit(*at) == 0 || at[1] != '\0'))
        return false;
    *out = now;
    out->seconds -= is_now ? 0 : count * age_unit(*at);
    return true;
}

instant instant_now(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (instant){now.tv_sec, (int32_t)now.tv_nsec};
}

int instant_compare(instant a, instant b) {
    if (a.seconds != b.seconds)
        return a.seconds < b.seconds ? -1 : 1;
    return a.nanoseconds == b.nanoseconds ? 0 : a.nanoseconds < b.nanoseconds ? -1 : 1;
}
