#ifndef JL_LOGGER_SAMPLING_H
#define JL_LOGGER_SAMPLING_H
/** Which records of a busy call site are kept; see jsonlog_logger_set_sampling(). */
#include <stdbool.h>
#include <stdint.h>

/** jsonlog_sampling_policy with its defaults filled in. */
typedef struct jl_sampling {
    int below;
    uint32_t first;
    uint32_t thereafter;
    uint32_t interval_ms;
    bool is_random;
    bool is_set;
} jl_sampling;

struct jl_log_call;

/** @return whether the record is kept. If so `suppressed` of a call without a site says how many
 * were not before it; with one it is the slot that counts them. */
bool jl_sampling_keeps(const jl_sampling *sampling, struct jl_log_call *call);

#endif
