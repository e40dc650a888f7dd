#ifndef JL_CLI_INSTANT_H
#define JL_CLI_INSTANT_H
/**
 * Points in time as people and logs write them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Since 1970 in UTC. */
typedef struct instant {
    int64_t seconds;
    int32_t nanoseconds; /**< 0 to 999,999,999 */
} instant;

/**
 * Read `2026-11-22T08:07:45.784Z` (RFC 3339) and its neighbours: a blank for the T, a comma in the
 * fraction, an offset without colon, no offset (UTC), no seconds, or a date alone (its start).
 * Digits beyond nanoseconds are cut off.
 */
bool instant_read(const char *text, size_t len, instant *out);

/** Read a number of seconds since 1970, or of milli-, micro- or nanoseconds: the size tells. */
bool instant_read_number(const char *text, size_t len, instant *out);

/** Read an age such as 90s, 15m, 2h, 3d or 1w as the time that long before now; also `now`. */
bool instant_read_age(const char *text, instant now, instant *out);

instant instant_now(void);

/** @return less than, equal to or greater than 0, as a lies before, at or behind b. */
int instant_compare(instant a, instant b);

#endif
