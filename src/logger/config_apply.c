#include "base/alloc.h"
#include "logger/change.h"
#include "logger/config_state.h"
#include "logger/environment.h"
#include "logger/heartbeat.h"

#include <errno.h>

#define KEEP (-1)

/* The changes of all loggers; lists are in the arena of the load. */
typedef struct applying {
    const jl_plan *plan;
    jl_config_state *made;
    jl_change *changes;
    size_t count;
} applying;

/* ---- what a logger has by default ---- */

static int level_by_default(const jl_named *named) {
    int level = named == &jl_root_logger ? JSONLOG_LEVEL_INFO : JSONLOG_LEVEL_NOTSET;
    jl_environment_level(named->name, &level);
    return level;
}

static jl_change change_to_default(jl_named *named) {
    return (jl_change){.named = named,
                       .level = level_by_default(named),
                       .propagate = 1,
                       .with_handlers =
                           named == &jl_root_logger ? JL_HANDLERS_STDOUT : JL_HANDLERS_REPLACE,
                       .replaces_filters = true,
                       .replaces_sampling = true};
}

static jl_change *find_change(const applying *a, const jl_named *named) {
    for (size_t i = 0; i < a->count; i++)
        if (a->changes[i].named == named)
            return &a->changes[i];
    return NULL;
}

/* From the configuration, so that the next one knows what to put back. */
static void own(applying *a, jl_named *named) {
    a->made->loggers[a->made->logger_count++] = named;
}

/* ---- loggers the file names ---- */

/* A logger's filter may change the record; one of a configuration only decides. */
static bool ask_filter(jsonlog_record *record, void *context) {
    const jl_config_item *item = context;
    return item->filter.fn(record, item->filter.context);
}

static bool set_outputs(const applying *a, const jl_plan_logger *logger, jl_change *change) {
    jl_arena *arena = &a->plan->load->arena;
    jsonlog_handler **handlers =
        jl_arena_array(arena, logger->handler_count, sizeof(jsonlog_handler *));
    jl_filter *filters = jl_arena_array(arena, logger->filter_count, sizeof *filters);
    if (handlers == NULL || filters == NULL)
        return false;
    for (size_t i = 0; i < logger->handler_count; i++)
        handlers[i] = logger->handlers[i]->item->handler;
    for (size_t i = 0; i < logger->filter_count; i++)
        filters[i] = (jl_filter){ask_filter, logger->filters[i]->item};
    change->handlers = handlers;
    change->handler_count = (uint32_t)logger->handler_count;
    change->filters = filters;
    change->filter_count = (uint32_t)logger->filter_count;
    if (logger->has_handlers)
        change->with_handlers = JL_HANDLERS_REPLACE;
    return true;
}

/* Without memory jsonlog_get() gives an ancestor, which is not meant. */
static jl_named *named_of(const jl_plan_logger *logger) {
    jl_named *named = jl_logger_of(jsonlog_get(logger->name))->named;
    return strcmp(named->name, logger->name) == 0 ? named : NULL;
}

static bool add_named(applying *a, const jl_plan_logger *logger) {
    jl_named *named = named_of(logger);
    if (named == NULL)
        return false;
    jl_change change = change_to_default(named);
    if (logger->level != KEEP)
        change.level = logger->level;
    if (logger->propagate != KEEP)
        change.propagate = logger->propagate;
    change.sampling = logger->sampling;
    if (!set_outputs(a, logger, &change))
        return false;
    a->changes[a->count++] = change;
    own(a, named);
    return true;
}

/* ---- those it does not name ---- */

static void add_forgotten(applying *a, const jl_config_state *before) {
    for (size_t i = 0; before != NULL && i < before->logger_count; i++) {
        const jl_change change = change_to_default(before->loggers[i]);
        if (find_change(a, change.named) == NULL)
            a->changes[a->count++] = change;
    }
}

static bool is_below_named(const jl_plan *plan, const jl_named *named) {
    for (; named->parent != NULL; named = named->parent)
        for (const jl_plan_logger *l = plan->loggers; l != NULL; l = l->next)
            if (strcmp(l->name, named->name) == 0)
                return true;
    return false;
}

static bool is_disabled(const jl_plan *plan, const jl_named *named) {
    return plan->disables_others && named != &jl_root_logger && named != &jl_own_logger &&
           !is_below_named(plan, named);
}

static void disable(applying *a, jl_named *named) {
    jl_change *forgotten = find_change(a, named);
    if (forgotten == NULL) {
        forgotten = &a->changes[a->count++];
        *forgotten = (jl_change){.named = named, .propagate = KEEP};
    }
    forgotten->level = JSONLOG_LEVEL_OFF;
    own(a, named);
}

static void add_disabled(applying *a, const jl_named *last) {
    for (jl_named *named = jl_the_tree.first; named != NULL; named = named->next) {
        if (is_disabled(a->plan, named))
            disable(a, named);
        if (named == last)
            return;
    }
}

/* ---- the step ---- */

/* Those that others make meanwhile come behind `last` and are not ours to disable. */
static jl_named *last_logger(size_t *count) {
    jl_tree_lock();
    jl_named *last = jl_the_tree.last;
    *count = jl_the_tree.count;
    jl_tree_unlock();
    return last;
}

/* Room for each logger as one the file names, one it has forgotten, and one that is disabled. */
static bool collect(applying *a, const jl_config_state *before) {
    size_t there = 0;
    for (const jl_plan_logger *logger = a->plan->loggers; logger != NULL; logger = logger->next)
        if (named_of(logger) == NULL)
            return false;
    jl_named *last = last_logger(&there);
    const size_t most = a->plan->logger_count + there + (before == NULL ? 0 : before->logger_count);
    a->changes = jl_arena_array(&a->plan->load->arena, most, sizeof *a->changes);
    a->made->loggers = jl_calloc(most, sizeof(jl_named *));
    if (a->changes == NULL || a->made->loggers == NULL)
        return false;
    for (const jl_plan_logger *logger = a->plan->loggers; logger != NULL; logger = logger->next)
        if (!add_named(a, logger))
            return false;
    add_forgotten(a, before);
    add_disabled(a, last);
    return true;
}

static bool make_statics(const jl_plan *plan, jl_context **out) {
    if (plan->static_count > 0)
        *out = jl_context_new_fields(plan->statics, plan->static_count, NULL);
    return plan->static_count == 0 || *out != NULL;
}

/* A handler that was kept may have got another level by a call meanwhile. */
static void set_levels(const jl_plan *plan) {
    for (const jl_plan_object *o = plan->objects[JL_CONFIG_HANDLER]; o != NULL; o = o->next)
        jsonlog_handler_set_level(o->item->handler, o->level);
}

static jsonlog_status change_tree(const jl_plan *plan, const jl_config_state *before,
                                  jl_config_state *made) {
    applying a = {.plan = plan, .made = made};
    jl_change_set set = {
        .replaces_statics = plan->has_statics || (before != NULL && before->has_statics),
        .replaces_redaction = plan->redaction != NULL || (before != NULL && before->has_redaction)};
    if (!collect(&a, before) || !make_statics(plan, &set.statics))
        return JSONLOG_E_NOMEM;
    set.changes = a.changes;
    set.count = a.count;
    set.redaction = jsonlog_redaction_retain(plan->redaction);
    made->has_statics = plan->has_statics;
    made->has_redaction = plan->redaction != NULL;
    const jsonlog_status status = jl_tree_change(&set);
    if (status != JSONLOG_OK) {
        jl_context_release(set.statics);
        jsonlog_redaction_release(set.redaction);
    }
    return status;
}

/* ---- the heartbeat: what can fail about it comes before the step ---- */

static bool reserve_heartbeat(const jl_plan *plan) {
    if (plan->heartbeat_node == NULL || jl_heartbeat_reserve())
        return true;
    jl_config_fail(plan->load, errno == ENOMEM ? JSONLOG_E_NOMEM : JSONLOG_E_AGAIN,
                   plan->heartbeat_node, JL_AT_KEY, "no thread can be started");
    return false;
}

static void change_heartbeat(const jl_plan *plan, const jl_config_state *before) {
    if (plan->heartbeat_node != NULL)
        jsonlog_heartbeat_start(plan->heartbeat_ms);
    else if (before != NULL && before->has_heartbeat)
        jsonlog_heartbeat_stop();
}

jsonlog_status jl_config_apply(const jl_plan *plan, const jl_config_state *before,
                               jl_config_state *made) {
    if (!reserve_heartbeat(plan))
        return plan->load->status;
    jsonlog_status status = change_tree(plan, before, made);
    if (status == JSONLOG_OK) {
        made->has_heartbeat = plan->heartbeat_node != NULL;
        set_levels(plan);
        change_heartbeat(plan, before);
    } else {
        jl_config_nomem(plan->load);
    }
    if (plan->heartbeat_node != NULL)
        jl_heartbeat_release();
    return status;
}

/* ---- incremental ---- */

static jsonlog_status change_levels(const jl_plan *plan) {
    jl_change *changes = jl_arena_array(&plan->load->arena, plan->logger_count, sizeof *changes);
    jl_change_set set = {.changes = changes};
    if (changes == NULL)
        return JSONLOG_E_NOMEM;
    for (const jl_plan_logger *l = plan->loggers; l != NULL; l = l->next) {
        jl_named *named = named_of(l);
        if (named == NULL)
            return JSONLOG_E_NOMEM;
        changes[set.count++] =
            (jl_change){.named = named, .level = l->level, .propagate = l->propagate};
    }
    return jl_tree_change(&set);
}

static bool all_exist(const jl_plan *plan, const jl_config_state *now) {
    for (const jl_plan_object *o = plan->objects[JL_CONFIG_HANDLER]; o != NULL; o = o->next)
        if (jl_config_state_find(now, JL_CONFIG_HANDLER, o->name) == NULL) {
            jl_config_fail(plan->load, JSONLOG_E_NOT_FOUND, o->node, JL_AT_KEY,
                           "the configuration in force has no handler of this name");
            return false;
        }
    return true;
}

jsonlog_status jl_config_apply_levels(const jl_plan *plan, const jl_config_state *now) {
    if (!all_exist(plan, now))
        return plan->load->status;
    const jsonlog_status status = change_levels(plan);
    if (status != JSONLOG_OK)
        return status;
    for (const jl_plan_object *o = plan->objects[JL_CONFIG_HANDLER]; o != NULL; o = o->next) {
        const jl_config_item *item = jl_config_state_find(now, JL_CONFIG_HANDLER, o->name);
        jsonlog_handler_set_level(item->handler, o->level);
    }
    return JSONLOG_OK;
}
