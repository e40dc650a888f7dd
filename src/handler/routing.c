#include <jsonlog/routing.h>

#include "base/err.h"
#include "handler/line_pattern.h"
#include "record/handler_base.h"

static bool is_use(jsonlog_pattern_use use) {
    return use == JSONLOG_PASS_MATCHING || use == JSONLOG_PASS_OTHERS;
}

static jsonlog_status refuse(jsonlog_err *err, const char *what) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", what);
}

static jsonlog_status set(jsonlog_handler *handler, jl_line_filter *filter, jsonlog_err *err) {
    const jsonlog_status status = jl_handler_set_line_filter(handler, filter);
    jl_line_filter_release(filter); /* the handler has its own reference */
    return status == JSONLOG_E_NOMEM ? jl_err_nomem(err) : status;
}

jsonlog_status jsonlog_handler_set_filter_pattern(jsonlog_handler *handler, const char *pattern,
                                                  jsonlog_pattern_use use, jsonlog_err *err) {
    if (handler == NULL)
        return refuse(err, "no handler to set a pattern for");
    if (!is_use(use))
        return refuse(err, "a pattern is for lines that match or for those that do not");
    jl_line_filter *filter = NULL;
    if (pattern != NULL) {
        const jsonlog_status status = jl_line_pattern_new(pattern, use, &filter, err);
        if (status != JSONLOG_OK)
            return status;
    }
    return set(handler, filter, err);
}

jsonlog_status jsonlog_handler_take_filter(jsonlog_handler *handler, jsonlog_filter *filter,
                                           jsonlog_pattern_use use) {
    if (handler == NULL || filter == NULL || !is_use(use))
        return JSONLOG_E_INVALID;
    jl_line_filter *made = jl_line_pattern_take(filter, use);
    if (made == NULL)
        return JSONLOG_E_NOMEM;
    const jsonlog_status status = jl_handler_set_line_filter(handler, made);
    if (status == JSONLOG_OK)
        jl_line_filter_release(made);
    else
        jl_line_pattern_give_back(made);
    return status;
}
