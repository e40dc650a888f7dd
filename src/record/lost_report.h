#ifndef JL_RECORD_LOST_REPORT_H
#define JL_RECORD_LOST_REPORT_H
/**
 * The record that says in the log itself what the log has lost:
 * {"logType":"WARN","logger":"jsonlog","message":"lines lost","lost":17,"reason":"EAGAIN"}
 */
#include "record/formatter_base.h"

#include <jsonlog/handler.h>

/** A report with all it needs, about 11 KiB, for the stack of whoever writes it. */
typedef struct jl_lost_report {
    jsonlog_line line;     /**< ready to be written */
    jsonlog_record record; /**< what the line was made of */
    jsonlog_value message;
    jsonlog_value values[2];
    jl_field fields[2];
    jl_field merged[JL_RECORD_FIELDS_MAX];
    char reason[24];
    char text[1024];
    jl_buffer out;
} jl_lost_report;

/**
 * Make the report of `lost` lines.
 *
 * @param reason  of the last loss: an errno, or a JL_LOST_… constant.
 * @param next    the line it goes in front of: gives time, thread and static fields.
 * @return JSONLOG_OK, or what the formatter returned. Call jl_lost_report_done() in any case.
 */
jsonlog_status jl_lost_report_init(jl_lost_report *report, const jsonlog_formatter *formatter,
                                   uint64_t lost, int reason, const jsonlog_line *next);
void jl_lost_report_done(jl_lost_report *report);

#endif
