#include "base/alloc.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/thread.h"
#include "logger/config_current.h"
#include "logger/config_state.h"

#include <stdlib.h>

/* The configuration in force. It changes under both locks; the second one is for a handler that
 * looks for another one while a configuration waits for its log call to end. */
static jl_config_state *current;
static jl_lock current_lock = JL_LOCK_INIT;

/* Under jl_config_lock. */
static jl_config_source source;
static bool is_there;

static uint32_t is_requested; /* atomic: somebody wants a reload */

static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

/* ---- around everything ---- */

/* What another thread of the parent was about to configure is the parent's: here the state before
 * is in force, or the new one, with the other one's memory left over. */
static void in_child(void) {
    jl_lock_reset(&jl_config_lock);
    jl_lock_reset(&current_lock);
}

static void watch_fork(void) {
    pthread_atfork(NULL, NULL, in_child);
}

/* Handlers would be closed under their own writes, and a factory would see two states. */
static bool enter(jsonlog_err *err) {
    const jl_thread *thread = jl_thread_peek();
    if ((thread != NULL && thread->pins > 0) || jl_lock_is_mine(&jl_config_lock)) {
        jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET,
                   "a log call or a factory cannot configure");
        return false;
    }
    pthread_once(&fork_once, watch_fork);
    jl_lock_acquire(&jl_config_lock);
    return true;
}

/* ---- from text to force ---- */

static jl_config_load load_of(const jl_config_source *from, jsonlog_err *err) {
    return (jl_config_load){.source = {from->text, from->len},
                            .name = from->path == NULL ? "configuration" : from->path,
                            .err = err};
}

static jsonlog_status read_plan(jl_plan *plan, jl_config_load *load) {
    if (jl_plan_read(plan, load))
        jl_plan_compare(plan);
    return load->status;
}

static jl_config_state *exchange_current(jl_config_state *next) {
    jl_lock_acquire(&current_lock);
    jl_config_state *before = current;
    current = next;
    jl_lock_release(&current_lock);
    return before;
}

/* @param old  what is to be released when the lock is free again. */
static jsonlog_status replace_locked(const jl_plan *plan, jl_config_state **old) {
    jl_config_state *made = jl_config_state_new(plan->object_count);
    *old = made;
    if (made == NULL)
        return jl_config_nomem(plan->load);
    if (!jl_config_build(plan, current, made))
        return plan->load->status;
    const jsonlog_status status = jl_config_apply(plan, current, made);
    if (status == JSONLOG_OK)
        *old = exchange_current(made);
    return status;
}

static jsonlog_status change_levels_locked(const jl_plan *plan) {
    const jsonlog_status status = jl_config_apply_levels(plan, current);
    return status == JSONLOG_E_NOMEM ? jl_config_nomem(plan->load) : status;
}

/* @param is_whole  whether it is a configuration to be put into force again. */
static jsonlog_status put_locked(const jl_config_source *from, jl_config_state **old,
                                 bool *is_whole, jsonlog_err *err) {
    jl_config_load load = load_of(from, err);
    jl_plan plan;
    jsonlog_status status = read_plan(&plan, &load);
    *is_whole = !plan.is_incremental;
    if (status == JSONLOG_OK)
        status = plan.is_incremental ? change_levels_locked(&plan) : replace_locked(&plan, old);
    jl_plan_done(&plan);
    jl_arena_done(&load.arena);
    return status;
}

/* Takes `from` over, whatever happens. */
static jsonlog_status configure(jl_config_source *from, jsonlog_err *err) {
    jl_config_state *old = NULL;
    bool is_whole = false;
    if (!enter(err)) {
        jl_config_source_done(from);
        return JSONLOG_E_STATE;
    }
    jsonlog_status status = jl_config_source_read(from, err);
    if (status == JSONLOG_OK)
        status = put_locked(from, &old, &is_whole, err);
    if (status == JSONLOG_OK && is_whole) {
        const jl_config_source before = source;
        source = *from;
        *from = before;
        is_there = true;
    }
    jl_lock_release(&jl_config_lock);
    jl_config_state_free(old);
    jl_config_source_done(from);
    return status;
}

jsonlog_status jsonlog_configure_file(const char *path, jsonlog_err *err) {
    jl_config_source from;
    const jsonlog_status status = jl_config_source_of_file(&from, path, err);
    return status == JSONLOG_OK ? configure(&from, err) : status;
}

jsonlog_status jsonlog_configure_text(const char *text, size_t len, jsonlog_err *err) {
    jl_config_source from;
    const jsonlog_status status = jl_config_source_of_text(&from, text, len, err);
    return status == JSONLOG_OK ? configure(&from, err) : status;
}

jsonlog_status jsonlog_configure_from_environment(jsonlog_err *err) {
    const char *path = getenv("JSONLOG_CONFIG");
    return path == NULL || path[0] == '\0' ? JSONLOG_OK : jsonlog_configure_file(path, err);
}

/* ---- only looking ---- */

/* Of what has no effect outside the constructors are asked too. */
static void try_formatters(const jl_plan *plan) {
    for (jl_plan_object *o = plan->objects[JL_CONFIG_FORMATTER]; o != NULL; o = o->next) {
        jsonlog_err err = {.code = JSONLOG_OK};
        if (o->class_ == NULL)
            continue;
        jsonlog_formatter *formatter = o->class_->make_formatter(o->options, &err);
        if (formatter == NULL)
            jl_config_fail(plan->load, err.code, o->node, JL_AT_KEY, "%s", err.text);
        jsonlog_formatter_release(formatter);
    }
}

static jsonlog_status check(jl_config_source *from, jsonlog_err *err) {
    jsonlog_status status = JSONLOG_E_STATE;
    if (enter(err)) {
        status = jl_config_source_read(from, err);
        if (status == JSONLOG_OK) {
            jl_config_load load = load_of(from, err);
            jl_plan plan;
            if (read_plan(&plan, &load) == JSONLOG_OK && !plan.is_incremental)
                try_formatters(&plan);
            status = load.status;
            jl_plan_done(&plan);
            jl_arena_done(&load.arena);
        }
        jl_lock_release(&jl_config_lock);
    }
    jl_config_source_done(from);
    return status;
}

jsonlog_status jsonlog_config_check_file(const char *path, jsonlog_err *err) {
    jl_config_source from;
    const jsonlog_status status = jl_config_source_of_file(&from, path, err);
    return status == JSONLOG_OK ? check(&from, err) : status;
}

jsonlog_status jsonlog_config_check_text(const char *text, size_t len, jsonlog_err *err) {
    jl_config_source from;
    const jsonlog_status status = jl_config_source_of_text(&from, text, len, err);
    return status == JSONLOG_OK ? check(&from, err) : status;
}

jsonlog_handler *jsonlog_config_get_handler(const char *name) {
    if (name == NULL)
        return NULL;
    pthread_once(&fork_once, watch_fork);
    jl_lock_acquire(&current_lock);
    const jl_config_item *item = jl_config_state_find(current, JL_CONFIG_HANDLER, name);
    jsonlog_handler *handler = item == NULL ? NULL : jsonlog_handler_retain(item->handler);
    jl_lock_release(&current_lock);
    return handler;
}

/* ---- again ---- */

static jsonlog_status refuse_nothing(jsonlog_err *err) {
    return jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "nothing was configured yet");
}

/* @param is_wanted  whether it is to be done with a file that is as it was. */
static jsonlog_status reload(bool is_wanted, bool *is_reloaded, jsonlog_err *err) {
    jl_config_state *old = NULL;
    bool is_whole = false;
    *is_reloaded = false;
    if (!enter(err))
        return JSONLOG_E_STATE;
    jsonlog_status status = is_there ? JSONLOG_OK : refuse_nothing(err);
    const bool is_due =
        status == JSONLOG_OK && (is_wanted || jl_config_source_has_changed(&source));
    if (is_due) {
        status = jl_config_source_read(&source, err);
        if (status == JSONLOG_OK)
            status = put_locked(&source, &old, &is_whole, err);
        *is_reloaded = status == JSONLOG_OK;
    }
    jl_lock_release(&jl_config_lock);
    jl_config_state_free(old);
    return status;
}

jsonlog_status jsonlog_config_reload(jsonlog_err *err) {
    bool is_reloaded = false;
    return reload(true, &is_reloaded, err);
}

void jsonlog_config_request_reload(void) {
    __atomic_store_n(&is_requested, 1, __ATOMIC_RELAXED);
}

jsonlog_status jsonlog_config_poll(bool *is_reloaded, jsonlog_err *err) {
    bool ignored = false;
    const bool is_wanted = __atomic_exchange_n(&is_requested, 0, __ATOMIC_RELAXED) != 0;
    return reload(is_wanted, is_reloaded == NULL ? &ignored : is_reloaded, err);
}

/* ---- for the watch ---- */

bool jl_config_is_there(void) {
    jl_lock_acquire(&jl_config_lock);
    const bool is_it = is_there;
    jl_lock_release(&jl_config_lock);
    return is_it;
}

void jl_config_get_path(char *out, size_t size) {
    jl_lock_acquire(&jl_config_lock);
    jl_compat_copy(out, source.path == NULL ? "" : source.path, size);
    jl_lock_release(&jl_config_lock);
}
