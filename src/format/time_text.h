#ifndef JL_FORMAT_TIME_TEXT_H
#define JL_FORMAT_TIME_TEXT_H
/** Points in time as text and numbers, in every style of the JSON formatter. */
#include "base/buffer.h"

#include <jsonlog/formatter.h>

/** A point in time, any: what does not fit into the years 0 to 9999 becomes the nearest that does.
 */
typedef struct jl_instant {
    int64_t seconds;      /**< since 1970 UTC */
    uint32_t nanoseconds; /**< carried into the seconds if over 999,999,999 */
} jl_instant;

jl_instant jl_instant_of_ns(int64_t ns);

/** Room for every RFC 3339 text: 2026-11-22T08:07:45.784123456+00:00. */
#define JL_TIME_TEXT_MAX 40

/**
 * Write RFC 3339 text, without quotes.
 * @param style  an epoch style counts as JSONLOG_TIME_RFC3339_UTC here.
 * @return bytes written.
 */
size_t jl_time_text(char out[JL_TIME_TEXT_MAX], jl_instant time, jsonlog_time_style style,
                    jsonlog_precision precision);

/** RFC 3339 text in UTC as jl_time_text() writes it; the calendar is computed once a second on each
 * thread. */
size_t jl_time_text_utc(char out[JL_TIME_TEXT_MAX], int64_t ns, jsonlog_precision precision);

/** Append the time of a record as a JSON value, in quotes where it is a string. */
void jl_time_append(jl_buffer *out, int64_t ns, jsonlog_time_style style,
                    jsonlog_precision precision);

/** Append local time as Python's logging does, without quotes: 2026-11-22 08:15:44,668 */
void jl_asctime_append(jl_buffer *out, int64_t ns);

/** Append the time of day, 08:07:45.784, without quotes. */
void jl_clock_time_append(jl_buffer *out, int64_t ns, bool is_utc);

#endif
