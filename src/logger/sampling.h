#ifndef JL_LOGGER_SAMPLING_H
#define JL_LOGGER_SAMPLING_H
/** Which records of a busy call site are kept; see jsonlog_logger_set_sampling(). */
#include <jsonlog/logger.h>

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

/** @param policy  NULL: none of its own. */
jl_sampling jl_sampling_from(const jsonlog_sampling_policy *policy);

/** @return whether the record is kept. If so `held_back` of the call is where those before it that
 * were not are counted. */
bool jl_sampling_keeps(const jl_sampling *sampling, struct jl_log_call *call);

#endif
