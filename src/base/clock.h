#ifndef JL_BASE_CLOCK_H
#define JL_BASE_CLOCK_H
/**
 * Time: the clock of records, a clock that never goes back, and the calendar in UTC.
 *
 * The calendar is computed here and not by gmtime_r(), which takes a lock and reads the time zone.
 * Any thread; jl_clock_now_ns() calls the function given to jsonlog_set_clock().
 */
#include "base/hidden.h"

#include <stdbool.h>
#include <stdint.h>

/** How often a clock was set; odd while one is being set. */
JL_EXTERN uint32_t jl_clock_changes;

/** Whether a clock was ever set, also if that was taken back. */
static inline bool jl_clock_is_replaced(void) {
    return __atomic_load_n(&jl_clock_changes, __ATOMIC_RELAXED) != 0;
}

/** Nanoseconds since 1970 UTC, of CLOCK_REALTIME or of the clock that was set in its place. */
int64_t jl_clock_now_ns(void);

/** Nanoseconds of CLOCK_MONOTONIC, never replaced. */
int64_t jl_clock_monotonic_ns(void);

/** A date and time of day in the proleptic Gregorian calendar, UTC. */
typedef struct jl_civil {
    int year;            /**< 0 to 9999 */
    unsigned month;      /**< 1 to 12 */
    unsigned day;        /**< 1 to 31 */
    unsigned hour;       /**< 0 to 23 */
    unsigned minute;     /**< 0 to 59 */
    unsigned second;     /**< 0 to 59, POSIX time knows no leap second */
    unsigned nanosecond; /**< 0 to 999,999,999 */
} jl_civil;

/** The calendar of nanoseconds since 1970; the whole range of int64_t fits into four-digit years.
 */
void jl_civil_from_ns(int64_t ns, jl_civil *out);

/** The calendar of seconds since 1970 and nanoseconds (any number: carried into the seconds). What
 * is before year 0 or after year 9999 becomes the first or last nanosecond of that range. */
void jl_civil_from_time(int64_t seconds, uint32_t nanoseconds, jl_civil *out);

/** Seconds since 1970 of a date and time; the nanoseconds are left out. */
int64_t jl_civil_to_seconds(const jl_civil *civil);

#endif
