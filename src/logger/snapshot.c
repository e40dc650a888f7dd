#include "logger/snapshot.h"

#include "base/alloc.h"
#include "record/handler_base.h"

#include <stdalign.h>

/* What is in force before anything was configured: root and "jsonlog" at INFO, stdout to come. */
static const jl_route first_route = {.level = JSONLOG_LEVEL_INFO, .reaches_root = true};
static const jl_route *first_routes[] = {&first_route, &first_route};
static jl_snapshot first_snapshot = {
    .awaits_stdout = true, .logger_count = 2, .routes = first_routes};

jl_snapshot *jl_snapshot_current = &first_snapshot;

/* ---- the list of those that are not freed ---- */

static jl_snapshot *newest;

static void enlist(jl_snapshot *snapshot) {
    jl_lock_acquire(&jl_words_lock);
    snapshot->older = newest;
    if (newest != NULL)
        newest->newer = snapshot;
    newest = snapshot;
    jl_lock_release(&jl_words_lock);
}

static void delist(jl_snapshot *snapshot) {
    jl_lock_acquire(&jl_words_lock);
    if (snapshot->newer == NULL)
        newest = snapshot->older;
    else
        snapshot->newer->older = snapshot->older;
    if (snapshot->older != NULL)
        snapshot->older->newer = snapshot->newer;
    jl_lock_release(&jl_words_lock);
}

static bool contains(jsonlog_handler *const *handlers, uint32_t count,
                     const jsonlog_handler *handler) {
    for (uint32_t i = 0; i < count; i++)
        if (handlers[i] == handler)
            return true;
    return false;
}

static bool is_in_newer(const jl_snapshot *snapshot, const jsonlog_handler *handler) {
    for (const jl_snapshot *newer = snapshot->newer; newer != NULL; newer = newer->newer)
        if (contains(newer->handlers, newer->handler_count, handler))
            return true;
    return false;
}

/* A handler that was taken away while a thread of the parent wrote to it is in an older one only.
 */
void jl_snapshot_after_fork(void) {
    for (const jl_snapshot *snapshot = newest; snapshot != NULL; snapshot = snapshot->older)
        for (uint32_t i = 0; i < snapshot->handler_count; i++)
            if (!is_in_newer(snapshot, snapshot->handlers[i]))
                jl_handler_after_fork(snapshot->handlers[i]);
}

static void free_snapshot(jl_retired *retired) {
    jl_snapshot *snapshot = (jl_snapshot *)(void *)retired;
    if (snapshot == &first_snapshot)
        return;
    delist(snapshot);
    for (uint32_t i = 0; i < snapshot->handler_count; i++)
        jsonlog_handler_release(snapshot->handlers[i]);
    jl_context_release(snapshot->statics);
    jsonlog_redaction_release(snapshot->redaction);
    jl_free(snapshot);
}

/* ---- building ---- */

/* The root's own handlers, or the one to stdout in their place. */
static uint32_t handlers_of(const jl_named *named, jsonlog_handler *const **handlers) {
    const jl_outputs *outputs = named->outputs;
    if (outputs != NULL && outputs->handler_count > 0) {
        *handlers = outputs->handlers;
        return outputs->handler_count;
    }
    *handlers = &jl_the_tree.stdout_handler;
    return named->parent == NULL && jl_the_tree.stdout_handler != NULL ? 1 : 0;
}

static uint32_t add_new(jsonlog_handler **to, uint32_t count, const jl_named *named) {
    jsonlog_handler *const *handlers = NULL;
    const uint32_t more = handlers_of(named, &handlers);
    for (uint32_t i = 0; i < more; i++)
        if (!contains(to, count, handlers[i]))
            to[count++] = handlers[i];
    return count;
}

static uint32_t filters_of(const jl_named *named) {
    return named->outputs == NULL ? 0 : named->outputs->filter_count;
}

/* Nothing of its own: the parent's route will do, if that has no filters, which are not inherited.
 */
static bool shares_route(const jl_named *named) {
    return named->parent != NULL && named->level == JSONLOG_LEVEL_NOTSET && named->propagate &&
           !named->sampling.is_set &&
           (named->outputs == NULL ||
            (named->outputs->handler_count == 0 && named->outputs->filter_count == 0)) &&
           filters_of(named->parent) == 0;
}

/* The most pointers to handlers a route can take. */
static size_t route_room(const jl_named *named) {
    jsonlog_handler *const *handlers = NULL;
    size_t room = handlers_of(named, &handlers);
    for (; named->propagate && named->parent != NULL; named = named->parent)
        room += handlers_of(named->parent, &handlers);
    return room;
}

/* How much of each kind a snapshot takes. */
typedef struct needs {
    size_t routes;
    size_t route_handlers;
    size_t all_handlers;
    size_t filters;
} needs;

static needs measure(void) {
    needs sum = {0, 0, 0, 0};
    jsonlog_handler *const *handlers = NULL;
    for (const jl_named *named = jl_the_tree.first; named != NULL; named = named->next) {
        sum.all_handlers += handlers_of(named, &handlers);
        if (shares_route(named))
            continue;
        sum.routes++;
        sum.route_handlers += route_room(named);
        sum.filters += filters_of(named);
    }
    return sum;
}

/* The parts of the block that are still free. */
typedef struct free_parts {
    jl_route *route;
    jsonlog_handler **handler;
    jl_filter *filter;
} free_parts;

/* Its own, or the nearest ancestor's. */
static jl_sampling sampling_of(const jl_named *named) {
    while (!named->sampling.is_set && named->parent != NULL)
        named = named->parent;
    return named->sampling;
}

static const jl_route *fill_route(free_parts *parts, const jl_named *named) {
    jl_route *route = parts->route++;
    *route = (jl_route){.level = jl_named_effective_level(named),
                        .sampling = sampling_of(named),
                        .handlers = parts->handler,
                        .filters = parts->filter,
                        .filter_count = filters_of(named)};
    if (route->filter_count > 0)
        memcpy(parts->filter, named->outputs->filters, route->filter_count * sizeof(jl_filter));
    parts->filter += route->filter_count;
    uint32_t count = add_new(route->handlers, 0, named);
    for (; named->propagate && named->parent != NULL; named = named->parent)
        count = add_new(route->handlers, count, named->parent);
    route->reaches_root = named->parent == NULL;
    route->handler_count = count;
    parts->handler += count;
    return route;
}

static void fill(jl_snapshot *snapshot, free_parts *parts) {
    for (const jl_named *named = jl_the_tree.first; named != NULL; named = named->next) {
        snapshot->routes[named->id] =
            shares_route(named) ? snapshot->routes[named->parent->id] : fill_route(parts, named);
        snapshot->handler_count = add_new(snapshot->handlers, snapshot->handler_count, named);
    }
    for (uint32_t i = 0; i < snapshot->handler_count; i++) {
        jl_handler_adopt(snapshot->handlers[i]);
        jsonlog_handler_retain(snapshot->handlers[i]);
    }
    jsonlog_handler *const *of_root = NULL;
    if (handlers_of(jl_the_tree.first, &of_root) > 0)
        snapshot->root_first = of_root[0];
}

/* One block: the snapshot, then arrays whose elements are all aligned as pointers. */
static jl_snapshot *build(void) {
    _Static_assert(alignof(jl_route) <= alignof(jl_snapshot) &&
                       alignof(jl_filter) <= alignof(jl_snapshot),
                   "the arrays follow each other without gaps");
    const needs sum = measure();
    const size_t size = sizeof(jl_snapshot) + sum.routes * sizeof(jl_route) +
                        sum.filters * sizeof(jl_filter) +
                        (sum.route_handlers + sum.all_handlers) * sizeof(jsonlog_handler *) +
                        jl_the_tree.count * sizeof(jl_route *);
    jl_snapshot *snapshot = jl_calloc(1, size);
    if (snapshot == NULL)
        return NULL;
    free_parts parts;
    parts.route = (jl_route *)(void *)(snapshot + 1);
    parts.filter = (jl_filter *)(void *)(parts.route + sum.routes);
    snapshot->routes = (const jl_route **)(void *)(parts.filter + sum.filters);
    snapshot->handlers = (jsonlog_handler **)(void *)(snapshot->routes + jl_the_tree.count);
    parts.handler = snapshot->handlers + sum.all_handlers;
    snapshot->logger_count = jl_the_tree.count;
    snapshot->is_shut_down = jl_the_tree.is_shut_down;
    snapshot->awaits_stdout = !jl_the_tree.root_is_configured && jl_the_tree.stdout_handler == NULL;
    snapshot->statics = jl_context_retain(jl_the_tree.statics);
    snapshot->redaction = jsonlog_redaction_retain(jl_the_tree.redaction);
    fill(snapshot, &parts);
    return snapshot;
}

bool jl_snapshot_publish_locked(void) {
    jl_snapshot *snapshot = build();
    if (snapshot == NULL)
        return false;
    enlist(snapshot);
    jl_snapshot *old = __atomic_exchange_n(&jl_snapshot_current, snapshot, __ATOMIC_SEQ_CST);
    jl_epoch_retire_later(&old->retired, free_snapshot);
    return true;
}
