#include "format/time_text.h"

#include "base/clock.h"
#include "json/number.h"

#include <string.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* A precision as its digits behind the second. */
static unsigned digits_of(jsonlog_precision precision) {
    switch (precision) {
    case JSONLOG_PRECISION_S: return 0;
    case JSONLOG_PRECISION_US:
    case JSONLOG_PRECISION_PYTHON: return 6;
    case JSONLOG_PRECISION_NS: return 9;
    default: return 3;
    }
}

static uint32_t units_per_second(unsigned digits) {
    uint32_t units = 1;
    for (unsigned i = 0; i < digits; i++)
        units *= 10;
    return units;
}

jl_instant jl_instant_of_ns(int64_t ns) {
    int64_t seconds = ns / NS_PER_SECOND;
    int64_t rest = ns % NS_PER_SECOND;
    if (rest < 0) {
        seconds--;
        rest += NS_PER_SECOND;
    }
    return (jl_instant){seconds, (uint32_t)rest};
}

static char *put_digits(char *out, uint32_t number, unsigned width) {
    for (unsigned i = width; i > 0; i--, number /= 10)
        out[i - 1] = (char)('0' + number % 10);
    return out + width;
}

/* `.784` in `digits` digits, cut and not rounded: a time never lies ahead of the clock. */
static char *put_fraction(char *out, uint32_t nanoseconds, unsigned digits, char point) {
    if (digits == 0)
        return out;
    *out++ = point;
    return put_digits(out, nanoseconds / units_per_second(9 - digits), digits);
}

static char *put_date(char *out, const jl_civil *civil) {
    out = put_digits(out, (uint32_t)civil->year, 4);
    *out++ = '-';
    out = put_digits(out, civil->month, 2);
    *out++ = '-';
    return put_digits(out, civil->day, 2);
}

static char *put_clock(char *out, const jl_civil *civil) {
    out = put_digits(out, civil->hour, 2);
    *out++ = ':';
    out = put_digits(out, civil->minute, 2);
    *out++ = ':';
    return put_digits(out, civil->second, 2);
}

static char *put_offset(char *out, int minutes) {
    *out++ = minutes < 0 ? '-' : '+';
    uint32_t size = (uint32_t)(minutes < 0 ? -minutes : minutes);
    out = put_digits(out, size / 60, 2);
    *out++ = ':';
    return put_digits(out, size % 60, 2);
}

/* Local time's distance from UTC. RFC 3339 knows whole minutes only, so old local mean times are
 * cut to them and the calendar is computed with what is written. */
static int local_offset_minutes(int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm local;
    if (localtime_r(&time, &local) == NULL)
        return 0;
    return (int)(local.tm_gmtoff / 60);
}

/* Adding a few hours must neither overflow nor leave the range that the calendar clamps to. */
static int64_t shifted(int64_t seconds, int minutes) {
    int64_t shift = (int64_t)minutes * 60;
    int64_t sum;
    return __builtin_add_overflow(seconds, shift, &sum) ? seconds : sum;
}

static int offset_for(int64_t seconds, jsonlog_time_style style) {
    return style == JSONLOG_TIME_RFC3339_LOCAL ? local_offset_minutes(seconds) : 0;
}

size_t jl_time_text(char out[JL_TIME_TEXT_MAX], jl_instant time, jsonlog_time_style style,
                    jsonlog_precision precision) {
    int offset = offset_for(time.seconds, style);
    jl_civil civil;
    jl_civil_from_time(shifted(time.seconds, offset), time.nanoseconds, &civil);
    unsigned digits = digits_of(precision);
    if (precision == JSONLOG_PRECISION_PYTHON && civil.nanosecond < 1000)
        digits = 0;
    char *at = put_date(out, &civil);
    *at++ = 'T';
    at = put_clock(at, &civil);
    at = put_fraction(at, civil.nanosecond, digits, '.');
    if (style == JSONLOG_TIME_RFC3339_OFFSET || style == JSONLOG_TIME_RFC3339_LOCAL)
        at = put_offset(at, offset);
    else
        *at++ = 'Z';
    return (size_t)(at - out);
}

/* ---- the second of this thread ---- */

#define NO_SECOND INT64_MIN

/* A signal may come between any two steps and log: so the time goes first and comes last, and who
 * has copied the text looks at it again. */
#define SECOND_LEN 19
static __thread struct {
    int64_t start_ns;          /* NO_SECOND: none yet */
    char text[SECOND_LEN + 1]; /* "2026-11-22T08:07:45" */
} the_second __attribute__((tls_model("initial-exec"))) = {.start_ns = NO_SECOND};

static __attribute__((noinline)) void note_second(uint64_t second) {
    char text[JL_TIME_TEXT_MAX];
    jl_time_text(text, (jl_instant){(int64_t)second, 0}, JSONLOG_TIME_RFC3339_UTC,
                 JSONLOG_PRECISION_S);
    __atomic_store_n(&the_second.start_ns, NO_SECOND, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memcpy(the_second.text, text, SECOND_LEN);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&the_second.start_ns, (int64_t)second * NS_PER_SECOND, __ATOMIC_RELAXED);
}

/* The first record of a second comes here, and one that a signal came into, or before 1970. */
static __attribute__((noinline)) size_t put_new_second(char *out, int64_t ns,
                                                       jsonlog_precision precision) {
    if (ns >= 0)
        note_second((uint64_t)ns / (uint64_t)NS_PER_SECOND);
    return jl_time_text(out, jl_instant_of_ns(ns), JSONLOG_TIME_RFC3339_UTC, precision);
}

/* @return the nanoseconds since the noted second began; a second or more: that is another one. No
 * time from 1970 on is so near to NO_SECOND. */
static uint64_t since_noted(int64_t ns) {
    return (uint64_t)ns - (uint64_t)__atomic_load_n(&the_second.start_ns, __ATOMIC_RELAXED);
}

static void put_milliseconds(char *out, uint32_t milliseconds) {
    out[0] = '.';
    out[1] = (char)('0' + milliseconds / 100);
    memcpy(out + 2, jl_digit_pairs + milliseconds % 100 * 2, 2);
}

size_t jl_time_text_utc(char out[JL_TIME_TEXT_MAX], int64_t ns, jsonlog_precision precision) {
    const uint64_t rest = since_noted(ns);
    if (JSONLOG_UNLIKELY(precision == JSONLOG_PRECISION_PYTHON))
        return jl_time_text(out, jl_instant_of_ns(ns), JSONLOG_TIME_RFC3339_UTC, precision);
    if (JSONLOG_UNLIKELY(ns < 0 || rest >= (uint64_t)NS_PER_SECOND))
        return put_new_second(out, ns, precision);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    memcpy(out, the_second.text, SECOND_LEN + 1);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (JSONLOG_UNLIKELY(since_noted(ns) != rest))
        return put_new_second(out, ns, precision);
    char *at = out + SECOND_LEN;
    if (JSONLOG_LIKELY(precision == JSONLOG_PRECISION_MS)) {
        put_milliseconds(at, (uint32_t)rest / 1000000);
        at += 4;
    } else {
        at = put_fraction(at, (uint32_t)rest, digits_of(precision), '.');
    }
    *at++ = 'Z';
    return (size_t)(at - out);
}

/* Whole units since 1970, cut towards the past. */
static size_t put_units(char out[JL_NUMBER_MAX], int64_t ns, unsigned digits) {
    int64_t size = NS_PER_SECOND / units_per_second(digits);
    int64_t units = ns / size - (ns % size < 0 ? 1 : 0);
    return jl_write_int64(out, units);
}

/* Sign and size apart, so that -1.5 does not become -2.500. Whole seconds keep a `.0`: it is a
 * double. */
static size_t put_seconds(char out[JL_NUMBER_MAX], int64_t ns, jsonlog_precision precision) {
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    uint32_t rest = (uint32_t)(size % (uint64_t)NS_PER_SECOND);
    char *at = out;
    if (ns < 0)
        *at++ = '-';
    at += jl_write_uint64(at, size / (uint64_t)NS_PER_SECOND);
    unsigned digits = digits_of(precision);
    bool is_left_out = precision == JSONLOG_PRECISION_PYTHON && rest < 1000;
    if (digits == 0 || is_left_out) {
        memcpy(at, ".0", 2);
        return (size_t)(at + 2 - out);
    }
    return (size_t)(put_fraction(at, rest, digits, '.') - out);
}

void jl_time_append(jl_buffer *out, int64_t ns, jsonlog_time_style style,
                    jsonlog_precision precision) {
    char text[JL_TIME_TEXT_MAX + JL_NUMBER_MAX + 2];
    char *at = text;
    bool is_number = style == JSONLOG_TIME_EPOCH_NUMBER || style == JSONLOG_TIME_EPOCH_SECONDS;
    if (!is_number)
        *at++ = '"';
    if (style == JSONLOG_TIME_EPOCH_SECONDS)
        at += put_seconds(at, ns, precision);
    else if (is_number || style == JSONLOG_TIME_EPOCH_STRING)
        at += put_units(at, ns, digits_of(precision));
    else if (style == JSONLOG_TIME_RFC3339_UTC)
        at += jl_time_text_utc(at, ns, precision);
    else
        at += jl_time_text(at, jl_instant_of_ns(ns), style, precision);
    if (!is_number)
        *at++ = '"';
    jl_buffer_append(out, text, (size_t)(at - text));
}

static void local_civil(int64_t ns, bool is_utc, jl_civil *civil) {
    jl_instant time = jl_instant_of_ns(ns);
    int offset = is_utc ? 0 : local_offset_minutes(time.seconds);
    jl_civil_from_time(shifted(time.seconds, offset), time.nanoseconds, civil);
}

void jl_asctime_append(jl_buffer *out, int64_t ns) {
    jl_civil civil;
    local_civil(ns, false, &civil);
    char text[JL_TIME_TEXT_MAX];
    char *at = put_date(text, &civil);
    *at++ = ' ';
    at = put_clock(at, &civil);
    at = put_fraction(at, civil.nanosecond, 3, ',');
    jl_buffer_append(out, text, (size_t)(at - text));
}

void jl_clock_time_append(jl_buffer *out, int64_t ns, bool is_utc) {
    jl_civil civil;
    local_civil(ns, is_utc, &civil);
    char text[JL_TIME_TEXT_MAX];
    char *at = put_fraction(put_clock(text, &civil), civil.nanosecond, 3, '.');
    jl_buffer_append(out, text, (size_t)(at - text));
}
