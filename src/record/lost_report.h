#ifndef JL_RECORD_LOST_REPORT_H
#define JL_RECORD_LOST_REPORT_H
/**
 * The record that says in the log itself what the log has lost:
 * {"logType":"WARN","logger":"jsonlog","message":"lines lost","lost":17,"reason":"EAGAIN"}
 */
#include "record/own_record.h"

/** Room for a reason without a name. */
#define JL_LOST_REASON_MAX 24

/** @param reason  an errno or a JL_LOST_… constant.
 *  @return its name, in static storage or in `space`. */
const char *jl_lost_reason(int reason, char space[JL_LOST_REASON_MAX]);

/**
 * Make the report of `lost` lines.
 *
 * @param reason  of the last loss; borrowed.
 * @param next    the line it goes in front of, or NULL.
 * @return JSONLOG_OK, or what the formatter returned. Call jl_own_record_done() in any case.
 */
jsonlog_status jl_lost_report_make(jl_own_record *report, const jsonlog_formatter *formatter,
                                   uint64_t lost, const char *reason, const jsonlog_line *next);

#endif
