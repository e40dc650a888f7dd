#include "record/lost_report.h"

#include "base/errno_text.h"
#include "record/handler_base.h"

#include <stdio.h>

const char *jl_lost_reason(int reason, char space[JL_LOST_REASON_MAX]) {
    switch (reason) {
    case JL_LOST_REFUSED: return "refused";
    case JL_LOST_NESTED: return "nested";
    case JL_LOST_FORMAT: return "format";
    default: break;
    }
    const char *name = jl_errno_name(reason);
    if (name != NULL)
        return name;
    snprintf(space, JL_LOST_REASON_MAX, "errno %d", reason);
    return space;
}

jsonlog_status jl_lost_report_make(jl_own_record *report, const jsonlog_formatter *formatter,
                                   uint64_t lost, const char *reason, const jsonlog_line *next) {
    jl_own_record_init(report, JSONLOG_LEVEL_WARN, "lines lost", next);
    jl_own_record_add(report, JL_TEXT("lost"), jsonlog_from_uint64(lost));
    jl_own_record_add(report, JL_TEXT("reason"), jsonlog_from_string(reason));
    return jl_own_record_format(report, formatter);
}
