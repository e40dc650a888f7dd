#include "logger/change.h"

#include "base/alloc.h"
#include "logger/snapshot.h"

/* How one logger was, to go back to and to release what is gone. */
typedef struct before {
    int level;
    bool propagate;
    jl_sampling sampling;
    jl_outputs outputs;
} before;

/* Likewise the tree. */
typedef struct tree_before {
    jsonlog_handler *stdout_handler;
    jl_context *statics;
    jsonlog_redaction *redaction;
    bool root_is_configured;
    bool is_shut_down;
    before *loggers;
} tree_before;

/* ---- there ---- */

static void set_root_output_locked(const jl_change *change) {
    jl_tree *tree = &jl_the_tree;
    if (change->with_handlers == JL_HANDLERS_REPLACE) {
        tree->root_is_configured = true;
        tree->stdout_handler = NULL;
        tree->is_shut_down = tree->is_shut_down && change->handler_count == 0;
    } else if (change->with_handlers == JL_HANDLERS_STDOUT) {
        tree->root_is_configured = false;
        tree->is_shut_down = false;
    }
}

static void set_outputs_locked(const jl_change *change) {
    jl_outputs *outputs = change->named->outputs;
    if (change->with_handlers != JL_HANDLERS_KEEP) {
        outputs->handler_count = change->handler_count;
        for (uint32_t i = 0; i < change->handler_count; i++)
            outputs->handlers[i] = jsonlog_handler_retain(change->handlers[i]);
    }
    if (change->replaces_filters) {
        outputs->filter_count = change->filter_count;
        for (uint32_t i = 0; i < change->filter_count; i++)
            outputs->filters[i] = change->filters[i];
    }
}

static void set_locked(const jl_change *change, before *old) {
    jl_named *named = change->named;
    *old = (before){named->level, named->propagate, named->sampling, *named->outputs};
    if (change->level >= 0)
        __atomic_store_n(&named->level, change->level, __ATOMIC_RELAXED);
    if (change->propagate >= 0)
        __atomic_store_n(&named->propagate, change->propagate != 0, __ATOMIC_RELAXED);
    if (change->replaces_sampling)
        named->sampling = change->sampling;
    set_outputs_locked(change);
    if (named == jl_the_tree.first)
        set_root_output_locked(change);
}

/* ---- and back ---- */

static void undo_locked(const jl_change *change, const before *old) {
    jl_named *named = change->named;
    __atomic_store_n(&named->level, old->level, __ATOMIC_RELAXED);
    __atomic_store_n(&named->propagate, old->propagate, __ATOMIC_RELAXED);
    named->sampling = old->sampling;
    if (change->with_handlers != JL_HANDLERS_KEEP)
        for (uint32_t i = 0; i < change->handler_count; i++)
            jsonlog_handler_release(change->handlers[i]); /* the caller has another one */
    *named->outputs = old->outputs;
}

static void undo_all_locked(const jl_change_set *set, const tree_before *old) {
    for (size_t i = 0; i < set->count; i++)
        undo_locked(&set->changes[i], &old->loggers[i]);
    jl_the_tree.stdout_handler = old->stdout_handler;
    jl_the_tree.root_is_configured = old->root_is_configured;
    jl_the_tree.is_shut_down = old->is_shut_down;
    jl_the_tree.statics = old->statics;
    jl_the_tree.redaction = old->redaction;
}

/* ---- the step ---- */

/* What a logger lacks stays with it if this fails: an empty list says what none says. */
static bool make_room_locked(const jl_change_set *set) {
    for (size_t i = 0; i < set->count; i++)
        if (jl_outputs_of(set->changes[i].named) == NULL)
            return false;
    return true;
}

static bool change_locked(const jl_change_set *set, tree_before *old) {
    if (!make_room_locked(set))
        return false;
    jl_tree *tree = &jl_the_tree;
    old->stdout_handler = tree->stdout_handler;
    old->statics = tree->statics;
    old->redaction = tree->redaction;
    old->root_is_configured = tree->root_is_configured;
    old->is_shut_down = tree->is_shut_down;
    for (size_t i = 0; i < set->count; i++)
        set_locked(&set->changes[i], &old->loggers[i]);
    if (set->replaces_statics)
        tree->statics = set->statics;
    if (set->replaces_redaction)
        tree->redaction = set->redaction;
    if (!jl_snapshot_publish_locked()) {
        undo_all_locked(set, old);
        return false;
    }
    if (set->replaces_redaction)
        jl_redaction_publish(set->redaction);
    jl_gates_update_locked();
    return true;
}

static void release_old(const jl_change_set *set, const tree_before *old) {
    for (size_t i = 0; i < set->count; i++) {
        const jl_change *change = &set->changes[i];
        const jl_outputs *outputs = &old->loggers[i].outputs;
        if (change->with_handlers == JL_HANDLERS_KEEP)
            continue;
        for (uint32_t j = 0; j < outputs->handler_count; j++)
            jsonlog_handler_release(outputs->handlers[j]);
        if (change->named == &jl_root_logger && change->with_handlers == JL_HANDLERS_REPLACE)
            jsonlog_handler_release(old->stdout_handler);
    }
    if (set->replaces_statics)
        jl_context_release(old->statics);
    if (set->replaces_redaction)
        jsonlog_redaction_release(old->redaction);
}

/* The references to old handlers go after the wait, so that it is this thread that closes them, and
 * not one that logs. */
jsonlog_status jl_tree_change(const jl_change_set *set) {
    tree_before old = {.loggers = NULL};
    if (set->count > 0) {
        old.loggers = jl_calloc(set->count, sizeof *old.loggers);
        if (old.loggers == NULL)
            return JSONLOG_E_NOMEM;
    }
    jl_tree_lock();
    const bool is_changed = change_locked(set, &old);
    jl_tree_unlock();
    if (is_changed) {
        jl_epoch_wait();
        release_old(set, &old);
    }
    jl_free(old.loggers);
    return is_changed ? JSONLOG_OK : JSONLOG_E_NOMEM;
}
