#include "logger/heartbeat.h"

#include "base/background.h"
#include "base/clock.h"
#include "logger/burst.h"
#include "logger/chores.h"
#include "logger/emit.h"

#define NS_PER_MS INT64_C(1000000)

/* ---- one beat ---- */

typedef struct counter {
    const char *name;
    size_t offset;
} counter;

static const counter counters[] = {
    {"records", offsetof(jsonlog_stats, records)},
    {"lines", offsetof(jsonlog_stats, lines)},
    {"bytes", offsetof(jsonlog_stats, bytes)},
    {"lostOutput", offsetof(jsonlog_stats, lost_output)},
    {"lostFull", offsetof(jsonlog_stats, lost_full)},
    {"lostError", offsetof(jsonlog_stats, lost_error)},
    {"lostFormat", offsetof(jsonlog_stats, lost_format)},
    {"lostClosed", offsetof(jsonlog_stats, lost_closed)},
    {"lostLater", offsetof(jsonlog_stats, lost_later)},
    {"lostNested", offsetof(jsonlog_stats, lost_nested)},
    {"lostMemory", offsetof(jsonlog_stats, lost_memory)},
    {"lostInvalid", offsetof(jsonlog_stats, lost_invalid)},
    {"heldBack", offsetof(jsonlog_stats, held_back)},
    {"sampled", offsetof(jsonlog_stats, sampled)},
    {"truncated", offsetof(jsonlog_stats, truncated)},
    {"replacedValues", offsetof(jsonlog_stats, replaced_values)},
    {"duplicateKeys", offsetof(jsonlog_stats, duplicate_keys)},
};
enum { COUNTERS = sizeof counters / sizeof counters[0] };

_Static_assert(sizeof(jsonlog_stats) == (COUNTERS + 1) * sizeof(uint64_t),
               "every counter is in the record, and queued_bytes beside them");

/* The beat before, under jl_words_lock. */
static jsonlog_stats stats_before;
static int64_t ns_before;

static uint64_t value_of(const jsonlog_stats *stats, const counter *which) {
    uint64_t value = 0;
    memcpy(&value, (const char *)stats + which->offset, sizeof value);
    return value;
}

/* @return the time of the beat before, 0 if there was none, and its numbers. */
static int64_t exchange(const jsonlog_stats *stats, int64_t now_ns, jsonlog_stats *before) {
    jl_lock_acquire(&jl_words_lock);
    *before = stats_before;
    const int64_t then_ns = ns_before;
    stats_before = *stats;
    ns_before = now_ns;
    jl_lock_release(&jl_words_lock);
    return then_ns;
}

static void log_beat(const jsonlog_stats *stats, const jsonlog_stats *before, int64_t interval_ns) {
    jsonlog_field delta[COUNTERS];
    jsonlog_field total[COUNTERS];
    for (size_t i = 0; i < COUNTERS; i++) {
        const uint64_t now = value_of(stats, &counters[i]);
        const uint64_t since = now - value_of(before, &counters[i]);
        delta[i] = jsonlog_field_make(counters[i].name, jsonlog_from_uint64(since));
        total[i] = jsonlog_field_make(counters[i].name, jsonlog_from_uint64(now));
    }
    const jsonlog_field fields[] = {
        jsonlog_field_make("intervalMs", jsonlog_from_int64(interval_ns / NS_PER_MS)),
        jsonlog_field_make("delta", jsonlog_fields(delta, COUNTERS)),
        jsonlog_field_make("total", jsonlog_fields(total, COUNTERS)),
        jsonlog_field_make("queuedBytes", jsonlog_from_uint64(stats->queued_bytes)),
    };
    const jsonlog_value message = jsonlog_from_string("heartbeat");
    jl_log_call call = {.logger = &jl_own_logger.logger,
                        .fields = fields,
                        .count = sizeof fields / sizeof fields[0],
                        .message = &message,
                        .level = JSONLOG_LEVEL_INFO,
                        .is_own = true};
    jl_emit(&call);
}

void jsonlog_heartbeat(void) {
    jsonlog_stats stats;
    jsonlog_stats before;
    jl_tree_ready();
    jsonlog_get_stats(&stats);
    const int64_t now_ns = jl_clock_monotonic_ns();
    const int64_t then_ns = exchange(&stats, now_ns, &before);
    log_beat(&stats, &before, then_ns == 0 ? 0 : now_ns - then_ns);
}

/* ---- at an interval ---- */

static void run(jl_task *task);

static jl_task task = {.run = run};
static uint32_t interval_ms; /* atomic */
static bool is_on;           /* atomic */

/* Around starting and stopping; a beat that does so must not wait for somebody who waits for the
 * beat to end. */
static jl_lock lock = JL_LOCK_INIT;
static _Thread_local bool is_beating __attribute__((tls_model("initial-exec")));

static bool schedule_next(void) {
    const int64_t wait_ns = (int64_t)__atomic_load_n(&interval_ms, __ATOMIC_RELAXED) * NS_PER_MS;
    return jl_background_schedule(&jl_beater, &task, jl_clock_monotonic_ns() + wait_ns);
}

static void run(jl_task *unused) {
    (void)unused;
    is_beating = true;
    jsonlog_heartbeat();
    jl_bursts_report(JL_BURSTS_OVER);
    is_beating = false;
    if (__atomic_load_n(&is_on, __ATOMIC_SEQ_CST))
        schedule_next();
}

static bool start_locked(void) {
    jl_background_add(&jl_beater, &task);
    return schedule_next();
}

/* ---- fork and end ---- */

/* Without a thread there is nobody to tell; the next record tries again. */
static void go_on(void) {
    jl_lock_acquire(&lock);
    if (__atomic_load_n(&is_on, __ATOMIC_SEQ_CST) && !start_locked())
        jl_chores_once(go_on);
    jl_lock_release(&lock);
}

/* Not as the task's after_fork: that may run while jl_words_lock is still held for the fork, for
 * the threads in the background may be older than the tree. */
static void in_child(void) {
    jl_lock_reset(&lock);
    is_beating = false;
    jsonlog_get_stats(&stats_before);
    ns_before = jl_clock_monotonic_ns();
    if (__atomic_load_n(&is_on, __ATOMIC_SEQ_CST))
        jl_chores_once(go_on);
}

static void stop(bool is_exit) {
    (void)is_exit;
    jsonlog_heartbeat_stop();
}

static void watch_process(void) {
    static jl_ending ending = {.run = stop};
    jl_tree_ready();
    pthread_atfork(NULL, NULL, in_child);
    jl_chores_at_shutdown(&ending);
}

/* ---- start and stop ---- */

jsonlog_status jsonlog_heartbeat_start(uint32_t every_ms) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (every_ms == 0)
        return JSONLOG_E_INVALID;
    pthread_once(&once, watch_process);
    __atomic_store_n(&interval_ms, every_ms, __ATOMIC_RELAXED);
    const bool was_on = __atomic_exchange_n(&is_on, true, __ATOMIC_SEQ_CST);
    if (is_beating)
        return JSONLOG_OK; /* it schedules the next one */
    jl_lock_acquire(&lock);
    const bool is_started = start_locked();
    if (!is_started && !was_on)
        __atomic_store_n(&is_on, false, __ATOMIC_SEQ_CST);
    jl_lock_release(&lock);
    return is_started ? JSONLOG_OK : JSONLOG_E_AGAIN;
}

void jsonlog_heartbeat_stop(void) {
    __atomic_store_n(&is_on, false, __ATOMIC_SEQ_CST);
    jl_chores_once(NULL);
    if (is_beating)
        return;
    jl_lock_acquire(&lock);
    jl_background_remove(&jl_beater, &task);
    jl_lock_release(&lock);
}

/* ---- for configurations ---- */

/* Never due: as long as it is known the thread stays. */
static jl_task place = {.run = NULL};

/* A child that was forked between the two calls still has the place, and releases it with its next
 * configuration. */
static bool is_reserved;

bool jl_heartbeat_reserve(void) {
    if (!is_reserved)
        jl_background_add(&jl_beater, &place);
    is_reserved = true;
    const bool has_thread = jl_background_schedule(&jl_beater, &place, JL_TASK_IDLE);
    if (!has_thread)
        jl_heartbeat_release();
    return has_thread;
}

void jl_heartbeat_release(void) {
    if (is_reserved)
        jl_background_remove(&jl_beater, &place);
    is_reserved = false;
}
