#include "logger/snapshot.h"

#define STATIC_FIELDS_MAX 64

/* ---- static fields ---- */

jsonlog_status jsonlog_set_static_fields(const jsonlog_field *fields, size_t count) {
    if (fields == NULL && count > 0)
        return JSONLOG_E_INVALID;
    if (count > STATIC_FIELDS_MAX)
        return JSONLOG_E_LIMIT;
    jl_context *made = count == 0 ? NULL : jl_context_new_fields(fields, count, NULL);
    if (count > 0 && made == NULL)
        return JSONLOG_E_NOMEM;
    jl_tree_lock();
    jl_context *old = jl_the_tree.statics;
    jl_the_tree.statics = made;
    const bool is_published = jl_snapshot_publish_locked();
    if (!is_published)
        jl_the_tree.statics = old;
    jl_tree_unlock();
    jl_context_release(is_published ? old : made);
    return is_published ? JSONLOG_OK : JSONLOG_E_NOMEM;
}

/* ---- flush ---- */

/* Pinned, the thread keeps the snapshot and with it all handlers, without memory for a list. */
jsonlog_status jsonlog_flush(void) {
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return JSONLOG_E_NOMEM;
    jsonlog_status first = JSONLOG_OK;
    jl_epoch_pin(thread);
    const jl_snapshot *snapshot = jl_snapshot_load();
    for (uint32_t i = 0; i < snapshot->handler_count; i++) {
        const jsonlog_status status = jsonlog_handler_flush(snapshot->handlers[i]);
        if (first == JSONLOG_OK)
            first = status;
    }
    jl_epoch_unpin(thread);
    return first;
}

/* ---- the end ---- */

/* @return a logger that has handlers of its own, NULL if none is left. */
static jl_named *next_with_handlers(void) {
    jl_tree_lock();
    jl_named *named = jl_the_tree.first;
    while (named != NULL && (named->outputs == NULL || named->outputs->handler_count == 0))
        named = named->next;
    jl_tree_unlock();
    return named;
}

/* The root first: from then on what is not written is counted. Without memory the handlers stay,
 * flushed. */
void jsonlog_shutdown(void) {
    jsonlog_flush();
    jl_tree_lock();
    jl_the_tree.is_shut_down = true;
    jl_tree_unlock();
    if (jsonlog_logger_set_handlers(&jl_root_logger.logger.head, NULL, 0) != JSONLOG_OK)
        return;
    for (jl_named *named = next_with_handlers(); named != NULL; named = next_with_handlers())
        if (jsonlog_logger_set_handlers(&named->logger.head, NULL, 0) != JSONLOG_OK)
            return;
}

/* Runs after all functions given to atexit(), which may still log. */
static __attribute__((destructor)) void shut_down_at_exit(void) {
    if (jl_tree_is_ready())
        jsonlog_shutdown();
}
