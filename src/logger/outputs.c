#include "base/alloc.h"
#include "logger/snapshot.h"

/* What a change has taken out of the tree: released after the lock, for close functions run then.
 */
typedef struct leavings {
    jsonlog_handler *handlers[JL_HANDLERS_MAX + 1];
    uint32_t count;
} leavings;

static void leave(leavings *old, jsonlog_handler *handler) {
    if (handler != NULL)
        old->handlers[old->count++] = handler;
}

static void release_all(const leavings *old) {
    for (uint32_t i = 0; i < old->count; i++)
        jsonlog_handler_release(old->handlers[i]);
}

jl_outputs *jl_outputs_of(jl_named *named) {
    if (named->outputs == NULL)
        named->outputs = jl_calloc(1, sizeof *named->outputs);
    return named->outputs;
}

static uint32_t index_of(jsonlog_handler *const *handlers, uint32_t count,
                         const jsonlog_handler *handler) {
    uint32_t i = 0;
    while (i < count && handlers[i] != handler)
        i++;
    return i;
}

/* ---- handlers ---- */

/* Put a new list in the place of the old one, which is left if that worked. */
static jsonlog_status replace_locked(jl_named *named, jsonlog_handler *const *handlers,
                                     uint32_t count, leavings *old) {
    jl_outputs *outputs = jl_outputs_of(named);
    if (outputs == NULL)
        return JSONLOG_E_NOMEM;
    jl_tree *tree = &jl_the_tree;
    const jl_outputs outputs_before = *outputs;
    jsonlog_handler *const stdout_before = tree->stdout_handler;
    const bool was_configured = tree->root_is_configured;
    const bool was_shut_down = tree->is_shut_down;
    if (count > 0)
        memcpy(outputs->handlers, handlers, count * sizeof(jsonlog_handler *));
    outputs->handler_count = count;
    if (named == tree->first) {
        tree->root_is_configured = true;
        tree->stdout_handler = NULL;
        tree->is_shut_down = tree->is_shut_down && count == 0;
    }
    if (!jl_snapshot_publish_locked()) {
        *outputs = outputs_before;
        tree->root_is_configured = was_configured;
        tree->stdout_handler = stdout_before;
        tree->is_shut_down = was_shut_down;
        return JSONLOG_E_NOMEM;
    }
    for (uint32_t i = 0; i < count; i++)
        jsonlog_handler_retain(handlers[i]);
    for (uint32_t i = 0; i < outputs_before.handler_count; i++)
        leave(old, outputs_before.handlers[i]);
    if (named == tree->first)
        leave(old, stdout_before);
    return JSONLOG_OK;
}

static jsonlog_status add_locked(jl_named *named, jsonlog_handler *handler, leavings *old) {
    jsonlog_handler *list[JL_HANDLERS_MAX];
    const uint32_t count = named->outputs == NULL ? 0 : named->outputs->handler_count;
    if (count > 0)
        memcpy(list, named->outputs->handlers, count * sizeof list[0]);
    if (index_of(list, count, handler) < count)
        return JSONLOG_E_STATE;
    if (count == JL_HANDLERS_MAX)
        return JSONLOG_E_LIMIT;
    list[count] = handler;
    return replace_locked(named, list, count + 1, old);
}

jsonlog_status jsonlog_logger_add_handler(jsonlog_logger *logger, jsonlog_handler *handler) {
    if (logger == NULL || handler == NULL)
        return JSONLOG_E_INVALID;
    leavings old = {.count = 0};
    jl_tree_lock();
    const jsonlog_status status = add_locked(jl_logger_of(logger)->named, handler, &old);
    jl_tree_unlock();
    release_all(&old);
    return status;
}

static jsonlog_status remove_locked(jl_named *named, const jsonlog_handler *handler,
                                    leavings *old) {
    jsonlog_handler *list[JL_HANDLERS_MAX];
    const uint32_t count = named->outputs == NULL ? 0 : named->outputs->handler_count;
    const uint32_t at = count == 0 ? 0 : index_of(named->outputs->handlers, count, handler);
    if (at == count)
        return JSONLOG_E_NOT_FOUND;
    memcpy(list, named->outputs->handlers, count * sizeof list[0]);
    memmove(&list[at], &list[at + 1], (count - at - 1) * sizeof list[0]);
    return replace_locked(named, list, count - 1, old);
}

jsonlog_status jsonlog_logger_remove_handler(jsonlog_logger *logger, jsonlog_handler *handler) {
    if (logger == NULL || handler == NULL)
        return JSONLOG_E_INVALID;
    leavings old = {.count = 0};
    jl_tree_lock();
    const jsonlog_status status = remove_locked(jl_logger_of(logger)->named, handler, &old);
    jl_tree_unlock();
    release_all(&old);
    return status;
}

static jsonlog_status check_list(jsonlog_handler *const *handlers, size_t count) {
    if (handlers == NULL && count > 0)
        return JSONLOG_E_INVALID;
    if (count > JL_HANDLERS_MAX)
        return JSONLOG_E_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        if (handlers[i] == NULL)
            return JSONLOG_E_INVALID;
        if (index_of(handlers, i, handlers[i]) < i)
            return JSONLOG_E_STATE;
    }
    return JSONLOG_OK;
}

jsonlog_status jsonlog_logger_set_handlers(jsonlog_logger *logger, jsonlog_handler *const *handlers,
                                           size_t count) {
    jsonlog_status status = logger == NULL ? JSONLOG_E_INVALID : check_list(handlers, count);
    if (status != JSONLOG_OK)
        return status;
    leavings old = {.count = 0};
    jl_tree_lock();
    status = replace_locked(jl_logger_of(logger)->named, handlers, (uint32_t)count, &old);
    jl_tree_unlock();
    release_all(&old);
    return status;
}

/* ---- filters ---- */

static jsonlog_status add_filter_locked(jl_named *named, jl_filter filter) {
    jl_outputs *outputs = jl_outputs_of(named);
    if (outputs == NULL)
        return JSONLOG_E_NOMEM;
    if (outputs->filter_count == JL_FILTERS_MAX)
        return JSONLOG_E_LIMIT;
    outputs->filters[outputs->filter_count++] = filter;
    if (jl_snapshot_publish_locked())
        return JSONLOG_OK;
    outputs->filter_count--;
    return JSONLOG_E_NOMEM;
}

jsonlog_status jsonlog_logger_add_filter(jsonlog_logger *logger, jsonlog_filter_fn fn,
                                         void *context) {
    if (logger == NULL || fn == NULL)
        return JSONLOG_E_INVALID;
    jl_tree_lock();
    const jsonlog_status status =
        add_filter_locked(jl_logger_of(logger)->named, (jl_filter){fn, context});
    jl_tree_unlock();
    return status;
}

static jsonlog_status remove_filter_locked(jl_named *named, jl_filter filter) {
    jl_outputs *outputs = named->outputs;
    const uint32_t count = outputs == NULL ? 0 : outputs->filter_count;
    uint32_t at = 0;
    while (at < count &&
           (outputs->filters[at].fn != filter.fn || outputs->filters[at].context != filter.context))
        at++;
    if (at == count)
        return JSONLOG_E_NOT_FOUND;
    const jl_outputs before = *outputs;
    outputs->filter_count--;
    memmove(&outputs->filters[at], &outputs->filters[at + 1],
            (count - at - 1) * sizeof outputs->filters[0]);
    if (jl_snapshot_publish_locked())
        return JSONLOG_OK;
    *outputs = before;
    return JSONLOG_E_NOMEM;
}

static bool is_in_log_call(void) {
    const jl_thread *thread = jl_thread_peek();
    return thread != NULL && thread->pins > 0;
}

jsonlog_status jsonlog_logger_remove_filter(jsonlog_logger *logger, jsonlog_filter_fn fn,
                                            void *context) {
    if (logger == NULL || fn == NULL)
        return JSONLOG_E_INVALID;
    if (is_in_log_call())
        return JSONLOG_E_STATE;
    jl_tree_lock();
    const jsonlog_status status =
        remove_filter_locked(jl_logger_of(logger)->named, (jl_filter){fn, context});
    jl_tree_unlock();
    if (status == JSONLOG_OK)
        jl_epoch_wait();
    return status;
}
