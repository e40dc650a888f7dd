#ifndef JL_HANDLER_FAN_OUT_H
#define JL_HANDLER_FAN_OUT_H
/** Several handlers held by one: what tee, router and failover have in common. */
#include "record/handler_base.h"

#include <jsonlog/tee.h>

/** The handlers, immutable once made. A set of them is a word with a bit for each. */
typedef struct jl_fan {
    size_t count;
    jsonlog_handler *handlers[JSONLOG_TEE_MAX]; /**< references */
} jl_fan;

_Static_assert(JSONLOG_TEE_MAX <= 32, "a set of handlers is a uint32_t");

/** Take references. @return false for a wrong count, a NULL, or a handler that stands there twice.
 */
bool jl_fan_init(jl_fan *fan, jsonlog_handler *const *handlers, size_t count);
void jl_fan_done(jl_fan *fan);

/** @return the place of a handler, which is added if it is not there. There must be room. */
size_t jl_fan_add(jl_fan *fan, jsonlog_handler *handler);

static inline uint32_t jl_fan_all(const jl_fan *fan) {
    return UINT32_MAX >> (JSONLOG_TEE_MAX - fan->count);
}

/**
 * Offer a line to each handler of a set: those that share a formatter one after the other, so that
 * it formats once.
 * @return JSONLOG_OK, or what the first that failed returned, with its errno: EDEADLK for a nested
 *         call, 0 if there is none.
 */
jsonlog_status jl_fan_write(const jl_fan *fan, uint32_t set, const jsonlog_line *line);

/** Flush all. @return JSONLOG_OK or the first failure. */
jsonlog_status jl_fan_flush(const jl_fan *fan);

void jl_fan_after_fork(const jl_fan *fan);

#endif
