#include "base/alloc.h"
#include "logger/chores.h"
#include "logger/exit.h"
#include "logger/snapshot.h"
#include "record/handler_lock.h"

#define STATIC_FIELDS_MAX 64

/* How long jsonlog_shutdown() waits for log calls of other threads to end. */
#define CALLS_END_MS 1000

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
    if (thread->depth == 0 && !jl_handler_lock_is_nested())
        jl_chores_tell_bursts(JL_BURSTS_OVER);
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

/* The root first: from then on what is not written is counted. Without memory they stay. */
static void take_all_away(void) {
    jl_tree_lock();
    jl_the_tree.is_shut_down = true;
    jl_tree_unlock();
    jsonlog_status status = jsonlog_logger_set_handlers(&jl_root_logger.logger.head, NULL, 0);
    for (jl_named *named = next_with_handlers(); named != NULL && status == JSONLOG_OK;
         named = next_with_handlers())
        status = jsonlog_logger_set_handlers(&named->logger.head, NULL, 0);
}

/* A reference to each handler there is. */
typedef struct held_handlers {
    jsonlog_handler **handlers; /* NULL without memory */
    uint32_t count;
} held_handlers;

static held_handlers hold_all(void) {
    held_handlers held = {NULL, 0};
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return held;
    jl_epoch_pin(thread);
    const jl_snapshot *snapshot = jl_snapshot_load();
    if (snapshot->handler_count > 0)
        held.handlers = jl_alloc(snapshot->handler_count * sizeof(jsonlog_handler *));
    if (held.handlers != NULL)
        for (; held.count < snapshot->handler_count; held.count++)
            held.handlers[held.count] = jsonlog_handler_retain(snapshot->handlers[held.count]);
    jl_epoch_unpin(thread);
    return held;
}

static void flush_and_release(held_handlers held) {
    for (uint32_t i = 0; i < held.count; i++)
        jsonlog_handler_flush(held.handlers[i]);
    for (uint32_t i = 0; i < held.count; i++)
        jsonlog_handler_release(held.handlers[i]);
    jl_free(held.handlers);
}

/* A thread that is in the middle of a call may still have its line accepted. So the handlers are
 * written out when such calls have ended; one that hangs in its output is not waited for for long.
 */
void jl_shut_down(bool is_exit) {
    jl_chores_shut_down(is_exit);
    jl_chores_tell_bursts(JL_BURSTS_ALL);
    const held_handlers held = hold_all();
    if (held.handlers == NULL)
        jsonlog_flush();
    take_all_away();
    jl_epoch_wait_for(CALLS_END_MS);
    flush_and_release(held);
}

void jsonlog_shutdown(void) {
    jl_shut_down(false);
}
