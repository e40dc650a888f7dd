#include "base/clock.h"

#include "base/thread.h"

#include <jsonlog/logger.h>

#include <time.h>

#define NS_PER_SECOND   INT64_C(1000000000)
#define SECONDS_PER_DAY INT64_C(86400)
#define DAYS_PER_ERA    146097                /* 400 years, after which the calendar repeats */
#define DAYS_TO_1970    719468                /* from 1 March of the year 0 */
#define FIRST_SECOND    INT64_C(-62167219200) /* 0000-01-01 00:00:00 */
#define LAST_SECOND     INT64_C(253402300799) /* 9999-12-31 23:59:59 */

uint32_t jl_clock_changes;

/* The clock that was set. A reader that met a change of the two words reads again. */
static struct {
    int64_t (*now_ns)(void *context);
    void *context;
} replaced;

static int64_t read_clock(clockid_t id) {
    struct timespec now = {0, 0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + (int64_t)now.tv_nsec;
}

static __attribute__((noinline)) int64_t read_replaced(void) {
    int64_t (*now_ns)(void *) = NULL;
    void *context = NULL;
    uint32_t before = 0;
    do {
        before = __atomic_load_n(&jl_clock_changes, __ATOMIC_ACQUIRE);
        now_ns = __atomic_load_n(&replaced.now_ns, __ATOMIC_ACQUIRE);
        context = __atomic_load_n(&replaced.context, __ATOMIC_ACQUIRE);
    } while (before % 2 != 0 || before != __atomic_load_n(&jl_clock_changes, __ATOMIC_RELAXED));
    return now_ns == NULL ? read_clock(CLOCK_REALTIME) : now_ns(context);
}

int64_t jl_clock_now_ns(void) {
    if (__builtin_expect(jl_clock_is_replaced(), 0))
        return read_replaced();
    return read_clock(CLOCK_REALTIME);
}

int64_t jl_clock_monotonic_ns(void) {
    return read_clock(CLOCK_MONOTONIC);
}

void jsonlog_set_clock(int64_t (*now_ns)(void *context), void *context) {
    jl_lock_acquire(&jl_words_lock);
    const uint32_t changes = jl_clock_changes;
    __atomic_store_n(&jl_clock_changes, changes + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&replaced.now_ns, now_ns, __ATOMIC_RELEASE);
    __atomic_store_n(&replaced.context, context, __ATOMIC_RELEASE);
    /* Two on at the wrap, for 0 stands for "never set". */
    __atomic_store_n(&jl_clock_changes, changes + 2 == 0 ? 2 : changes + 2, __ATOMIC_RELEASE);
    jl_lock_release(&jl_words_lock);
}

/* Years that begin on 1 March have the leap day at their end, so month and day follow from the day
 * of the year by one linear formula: 153 days are five months. */
static void set_date(int64_t days_since_1970, jl_civil *out) {
    const int64_t days = days_since_1970 + DAYS_TO_1970;
    const int64_t era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    const unsigned day_of_era = (unsigned)(days - era * DAYS_PER_ERA);
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned month_from_march = (5 * day_of_year + 2) / 153;
    out->day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    out->month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    out->year = (int)(era * 400 + year_of_era) + (out->month <= 2 ? 1 : 0);
}

void jl_civil_from_time(int64_t seconds, uint32_t nanoseconds, jl_civil *out) {
    const uint32_t carry = nanoseconds / (uint32_t)NS_PER_SECOND;
    nanoseconds %= (uint32_t)NS_PER_SECOND;
    if (seconds < FIRST_SECOND) {
        seconds = FIRST_SECOND;
        nanoseconds = 0;
    } else if (seconds > LAST_SECOND - (int64_t)carry) {
        seconds = LAST_SECOND;
        nanoseconds = (uint32_t)NS_PER_SECOND - 1;
    } else {
        seconds += (int64_t)carry;
    }
    int64_t days = seconds / SECONDS_PER_DAY;
    int64_t rest = seconds % SECONDS_PER_DAY;
    if (rest < 0) {
        rest += SECONDS_PER_DAY;
        days--;
    }
    set_date(days, out);
    out->hour = (unsigned)(rest / 3600);
    out->minute = (unsigned)(rest / 60 % 60);
    out->second = (unsigned)(rest % 60);
    out->nanosecond = nanoseconds;
}

void jl_civil_from_ns(int64_t ns, jl_civil *out) {
    int64_t seconds = ns / NS_PER_SECOND;
    int64_t rest = ns % NS_PER_SECOND;
    if (rest < 0) {
        rest += NS_PER_SECOND;
        seconds--;
    }
    jl_civil_from_time(seconds, (uint32_t)rest, out);
}

int64_t jl_civil_to_seconds(const jl_civil *civil) {
    const int64_t year = civil->month <= 2 ? civil->year - 1 : civil->year;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t month_from_march = civil->month > 2 ? civil->month - 3 : civil->month + 9;
    const int64_t day_of_year = (153 * month_from_march + 2) / 5 + civil->day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    const int64_t days = era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
    return days * SECONDS_PER_DAY + civil->hour * 3600 + civil->minute * 60 + civil->second;
}
