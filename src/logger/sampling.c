#include "logger/sampling.h"

#include "base/clock.h"
#include "base/hash.h"
#include "logger/emit.h"
#include "logger/snapshot.h"
#include "logger/window.h"
#include "record/stats.h"

#define NS_PER_MS INT64_C(1000000)

/* A site has the first counter of a row that is free. Where none is, it shares the last one: with
 * 2,000 sites a few do. */
#define COUNTERS 4096
#define ROW      16

typedef struct counter {
    uint64_t key;        /* atomic; 0: free. The site may be gone with its plugin; it is not read */
    uint64_t window;     /* atomic; window.h */
    uint64_t suppressed; /* atomic; of records without a call site */
} counter;

static counter counters[COUNTERS];

/* The finalizer of splitmix64: every bit of x matters to every bit of the result. */
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Where a call stands, or what it says. */
static uint64_t key_of(const jl_log_call *call) {
    if (call->site != NULL)
        return (uint64_t)(uintptr_t)call->site;
    const jsonlog_value *message = call->message;
    const jl_text text = {message->as.string, message->as.string == NULL ? 0 : message->with.len};
    return (uint64_t)jl_hash(text) << 16 | (uint64_t)call->level;
}

static bool belongs_to(counter *c, uint64_t key) {
    uint64_t owner = __atomic_load_n(&c->key, __ATOMIC_RELAXED);
    if (owner == 0 && __atomic_compare_exchange_n(&c->key, &owner, key, false, __ATOMIC_RELAXED,
                                                  __ATOMIC_RELAXED))
        return true;
    return owner == key;
}

static counter *counter_of(const jl_log_call *call) {
    const uint64_t key = key_of(call);
    const uint64_t start = mix(key);
    uint64_t i = 0;
    while (i < ROW - 1 && !belongs_to(&counters[(start + i) % COUNTERS], key))
        i++;
    return &counters[(start + i) % COUNTERS];
}

/* @param nth  of its interval, from 1. */
static bool is_kept(const jl_sampling *sampling, uint32_t nth, int64_t now_ns) {
    if (nth <= sampling->first)
        return true;
    if (sampling->thereafter == 0)
        return false;
    if (sampling->is_random)
        return mix((uint64_t)now_ns + nth) % sampling->thereafter == 0;
    return (nth - sampling->first) % sampling->thereafter == 0;
}

bool jl_sampling_keeps(const jl_sampling *sampling, jl_log_call *call) {
    if (call->level >= sampling->below)
        return true;
    counter *c = counter_of(call);
    uint64_t *suppressed = call->site == NULL ? &c->suppressed : &call->site->slot->suppressed;
    const int64_t now_ns = jl_clock_monotonic_ns();
    const int64_t per_ms = sampling->interval_ms == 0 ? INT64_MAX : sampling->interval_ms;
    const uint32_t nth = jl_window_count(&c->window, now_ns / NS_PER_MS, per_ms, JL_WINDOW_MOST);
    if (!is_kept(sampling, nth, now_ns)) {
        __atomic_fetch_add(suppressed, 1, __ATOMIC_RELAXED);
        return false;
    }
    call->held_back = suppressed;
    return true;
}

/* ---- the policy of a logger ---- */

static bool is_valid(const jsonlog_sampling_policy *policy) {
    return policy == NULL ||
           (policy->size == sizeof *policy && policy->below >= JSONLOG_LEVEL_NOTSET &&
            policy->below <= JSONLOG_LEVEL_OFF);
}

jl_sampling jl_sampling_from(const jsonlog_sampling_policy *policy) {
    if (policy == NULL)
        return (jl_sampling){.is_set = false};
    return (jl_sampling){
        .below = policy->below == JSONLOG_LEVEL_NOTSET ? JSONLOG_LEVEL_ERROR : policy->below,
        .first = policy->first == 0 ? 1 : policy->first,
        .thereafter = policy->thereafter,
        .interval_ms = policy->interval_ms,
        .is_random = policy->is_random,
        .is_set = true,
    };
}

jsonlog_status jsonlog_logger_set_sampling(jsonlog_logger *logger,
                                           const jsonlog_sampling_policy *policy) {
    if (logger == NULL || !is_valid(policy))
        return JSONLOG_E_INVALID;
    jl_named *named = jl_logger_of(logger)->named;
    jl_tree_lock();
    const jl_sampling before = named->sampling;
    named->sampling = jl_sampling_from(policy);
    const bool is_published = jl_snapshot_publish_locked();
    if (!is_published)
        named->sampling = before;
    jl_tree_unlock();
    return is_published ? JSONLOG_OK : JSONLOG_E_NOMEM;
}
