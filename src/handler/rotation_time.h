#ifndef JL_HANDLER_ROTATION_TIME_H
#define JL_HANDLER_ROTATION_TIME_H
/**
 * When a rotation by time is due. Computed anew from the calendar for each period, never by adding
 * to the last one, so that neither a clock that jumps nor a day of 23 hours makes it drift.
 *
 * In local time a boundary that the clock on the wall leaps over is where it leaps; of a day that
 * has its midnight twice, the first one counts.
 */
#include <jsonlog/rotating.h>

typedef struct jl_rotation_time {
    jsonlog_period period;
    unsigned every;   /**< not 0; periods below a day: at most a day in all */
    unsigned weekday; /**< 0 Sunday */
    unsigned at_seconds;
    bool is_local;
} jl_rotation_time;

/** The first boundary after a moment, both in seconds since 1970. */
int64_t jl_rotation_next(const jl_rotation_time *time, int64_t after_s);

/** "20261122-235959" with its NUL. */
#define JL_STAMP_SIZE 16

/** The name of a moment. */
void jl_rotation_stamp(bool is_local, int64_t at_s, char out[JL_STAMP_SIZE]);

#endif
