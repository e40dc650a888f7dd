#include "record/stats.h"

#include "record/queue.h"

static uint64_t shared[JL_STAT_COUNT];

void jl_stats_add_shared(jl_stat stat, uint64_t by) {
    __atomic_fetch_add(&shared[stat], by, __ATOMIC_RELAXED);
}

static uint64_t sum(jl_stat stat) {
    uint64_t total = __atomic_load_n(&shared[stat], __ATOMIC_RELAXED);
    for (const jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next)
        total += __atomic_load_n(&thread->counters[stat], __ATOMIC_RELAXED);
    return total;
}

void jsonlog_get_stats(jsonlog_stats *stats) {
    if (stats == NULL)
        return;
    *stats = (jsonlog_stats){
        .records = sum(JL_STAT_RECORDS),
        .lines = sum(JL_STAT_LINES),
        .bytes = sum(JL_STAT_BYTES),
        .lost_full = sum(JL_STAT_LOST_FULL),
        .lost_error = sum(JL_STAT_LOST_ERROR),
        .lost_format = sum(JL_STAT_LOST_FORMAT),
        .lost_closed = sum(JL_STAT_LOST_CLOSED),
        .lost_later = sum(JL_STAT_LOST_LATER),
        .lost_nested = sum(JL_STAT_LOST_NESTED),
        .lost_memory = sum(JL_STAT_LOST_MEMORY),
        .lost_invalid = sum(JL_STAT_LOST_INVALID),
        .held_back = sum(JL_STAT_HELD_BACK),
        .sampled = sum(JL_STAT_SAMPLED),
        .truncated = sum(JL_STAT_TRUNCATED),
        .replaced_values = sum(JL_STAT_REPLACED_VALUES),
        .duplicate_keys = sum(JL_STAT_DUPLICATE_KEYS),
        .queued_bytes = jl_queues_bytes(),
    };
    stats->lost_output = stats->lost_full + stats->lost_error + stats->lost_format +
                         stats->lost_closed + stats->lost_later;
}
