#include "base/background.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"
#include "logger/chores.h"
#include "logger/config_current.h"
#include "logger/tree.h"

#define INTERVAL_MS_DEFAULT 1000
#define NS_PER_MS           INT64_C(1000000)
#define PATH_SHOWN          1024

/* Under the lock: whether the task is with the watcher. */
static jl_lock watch_lock = JL_LOCK_INIT;
static bool is_watching;

static uint32_t interval_ms; /* atomic */

/* ---- telling ---- */

static void tell(int level, const char *message, const char *reason) {
    char path[PATH_SHOWN];
    jl_config_get_path(path, sizeof path);
    const jsonlog_field fields[] = {
        jsonlog_field_make("file", jsonlog_from_string(path)),
        jsonlog_field_make("reason", jsonlog_from_string(reason)),
    };
    jsonlog_log_fields(&jl_own_logger.logger.head, level, message, JSONLOG_NUL_TERMINATED, fields,
                       reason == NULL ? 1 : 2);
}

/* ---- the task ---- */

static void schedule(jl_task *task) {
    const int64_t pause_ns = __atomic_load_n(&interval_ms, __ATOMIC_RELAXED) * NS_PER_MS;
    jl_background_schedule(&jl_watcher, task, jl_clock_monotonic_ns() + pause_ns);
}

static void look(jl_task *task) {
    bool is_reloaded = false;
    jsonlog_err err;
    if (jsonlog_config_poll(&is_reloaded, &err) != JSONLOG_OK)
        tell(JSONLOG_LEVEL_ERROR, "configuration not reloaded", err.text);
    else if (is_reloaded)
        tell(JSONLOG_LEVEL_INFO, "configuration reloaded", NULL);
    schedule(task);
}

static void forget(jl_task *task);

static jl_task watch = {.run = look, .after_fork = forget};

/* In the child nothing is due any more; the task stays known. */
static void forget(jl_task *task) {
    (void)task;
    jl_lock_reset(&watch_lock);
}

/* ---- on and off ---- */

/* After a jsonlog_shutdown() by hand a changed file may bring the handlers back. */
static void stop(bool is_exit) {
    if (is_exit)
        jsonlog_config_unwatch();
}

static bool start_locked(void) {
    static jl_ending ending = {.run = stop};
    static bool is_registered;
    if (!is_watching)
        jl_background_add(&jl_watcher, &watch);
    is_watching = true;
    if (!is_registered)
        jl_chores_at_shutdown(&ending);
    is_registered = true;
    return jl_background_schedule(&jl_watcher, &watch,
                                  jl_clock_monotonic_ns() + interval_ms * NS_PER_MS);
}

jsonlog_status jsonlog_config_watch(uint32_t pause_ms, jsonlog_err *err) {
    if (!jl_config_is_there())
        return jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "nothing was configured yet");
    __atomic_store_n(&interval_ms, pause_ms == 0 ? INTERVAL_MS_DEFAULT : pause_ms,
                     __ATOMIC_RELAXED);
    jl_lock_acquire(&watch_lock);
    const bool has_thread = start_locked();
    jl_lock_release(&watch_lock);
    return has_thread ? JSONLOG_OK : jl_err_nomem(err);
}

void jsonlog_config_unwatch(void) {
    jl_lock_acquire(&watch_lock);
    const bool was_watching = is_watching;
    is_watching = false;
    jl_lock_release(&watch_lock);
    if (was_watching)
        jl_background_remove(&jl_watcher, &watch);
}
