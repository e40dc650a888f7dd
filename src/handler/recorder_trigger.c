/* Apart from the recorder, so that one which fires by level alone does not link the matcher. */
#include "base/err.h"
#include "handler/flight_recorder.h"
#include "handler/line_pattern.h"

jsonlog_status jsonlog_recorder_set_trigger(jsonlog_handler *handler, const char *pattern,
                                            jsonlog_err *err) {
    jl_recorder *r = jl_recorder_of(handler);
    if (r == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "not a flight recorder");
    jl_line_filter *trigger = NULL;
    if (pattern != NULL) {
        const jsonlog_status status =
            jl_line_pattern_new(pattern, JSONLOG_PASS_MATCHING, &trigger, err);
        if (status != JSONLOG_OK)
            return status;
    }
    jl_line_filter_retire(__atomic_exchange_n(&r->trigger, trigger, __ATOMIC_SEQ_CST));
    return JSONLOG_OK;
}
