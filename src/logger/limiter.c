#include "base/clock.h"
#include "record/stats.h"

#include <jsonlog/logger.h>

#define NS_PER_MS INT64_C(1000000)

static bool hold_back(jsonlog_slot *slot) {
    jl_stats_add(JL_STAT_HELD_BACK, 1);
    __atomic_fetch_add(&slot->suppressed, 1, __ATOMIC_RELAXED);
    return false;
}

/* How many calls of this site came before. */
static uint64_t calls_before(jsonlog_slot *slot) {
    return __atomic_fetch_add(&slot->count, 1, __ATOMIC_RELAXED);
}

bool jsonlog_slot_once(jsonlog_slot *slot) {
    return calls_before(slot) == 0 || hold_back(slot);
}

bool jsonlog_slot_every_n(jsonlog_slot *slot, uint64_t n) {
    return calls_before(slot) % (n == 0 ? 1 : n) == 0 || hold_back(slot);
}

static int64_t later(int64_t now, int64_t ms) {
    int64_t ns = 0;
    int64_t at = 0;
    if (__builtin_mul_overflow(ms, NS_PER_MS, &ns) || __builtin_add_overflow(now, ns, &at))
        return INT64_MAX;
    return at;
}

/* Of several threads that find the time has come, the one that moves it on logs. */
bool jsonlog_slot_every_ms(jsonlog_slot *slot, int64_t ms) {
    calls_before(slot);
    const int64_t now = jl_clock_monotonic_ns();
    int64_t next = __atomic_load_n(&slot->next_ns, __ATOMIC_RELAXED);
    if (ms <= 0)
        return true;
    if (now < next)
        return hold_back(slot);
    return __atomic_compare_exchange_n(&slot->next_ns, &next, later(now, ms), false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
           hold_back(slot);
}
