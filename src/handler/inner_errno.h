#ifndef JL_HANDLER_INNER_ERRNO_H
#define JL_HANDLER_INNER_ERRNO_H
/** Why a handler inside another one has just refused a line, for the stats of the outer one. */
#include "record/handler_base.h"

#include <errno.h>

/** @param status  not JSONLOG_OK.
 *  @return an errno, EDEADLK for a nested call; 0 if the handler gave none. */
static inline int jl_inner_errno(const jsonlog_handler *inner, jsonlog_status status) {
    jsonlog_handler_stats stats;
    if (status == JSONLOG_E_STATE)
        return EDEADLK;
    if (status == JSONLOG_E_AGAIN)
        return EAGAIN;
    jsonlog_handler_get_stats(inner, &stats);
    return stats.last_errno;
}

#endif
