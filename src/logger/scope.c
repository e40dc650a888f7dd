#include "logger/scope.h"

#include "base/alloc.h"
#include "record/capture_hook.h"
#include "record/context.h"
#include "record/stats.h"

/*
 * Every push is a context whose parent is what the thread carried before, so the innermost one
 * stands for all. Entering a snapshot pushes an empty context on the snapshot's chain. Either way
 * `outer` remembers what the thread carried before, and a pop puts that back: fields are seen along
 * `parent`, pops go along `outer`. Only the thread that pushed touches `outer`; a snapshot taken of
 * the same context sees nothing of it.
 */

struct jsonlog_context {
    jl_context *scopes;
    uint64_t capture_token;
};

static uint64_t last_id; /* over all threads, so that no other thread's scope can be popped */

static jsonlog_scope lost(void) {
    jl_stats_add(JL_STAT_LOST_MEMORY, 1);
    return (jsonlog_scope){0};
}

/* The thread's reference to what it carried moves into `outer`. */
static jsonlog_scope enter(jl_thread *thread, jl_context *context) {
    if (context == NULL)
        return lost();
    context->scope_id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    context->outer = thread->scopes;
    context->outer_token = thread->capture_token;
    thread->scopes = context;
    return (jsonlog_scope){context->scope_id};
}

/* A record may be under way on this very thread (the pop of a callback), so memory stays for now.
 */
static void leave(jl_thread *thread) {
    jl_context *context = thread->scopes;
    thread->scopes = context->outer;
    thread->capture_token = context->outer_token;
    context->outer = NULL;
    if (thread->pins > 0)
        jl_context_release_later(context);
    else
        jl_context_release(context);
}

void jl_scopes_drop(jl_thread *thread) {
    while (thread->scopes != NULL)
        leave(thread);
    thread->capture_token = 0;
}

jsonlog_scope jsonlog_scope_push_values(const char *keys, uint32_t count,
                                        const jsonlog_value *values) {
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return lost();
    return enter(thread, jl_context_new_values(keys, count, values, thread->scopes));
}

jsonlog_scope jsonlog_scope_push_fields(const jsonlog_field *fields, size_t count) {
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return lost();
    return enter(thread, jl_context_new_fields(fields, count, thread->scopes));
}

static bool carries(const jl_thread *thread, uint64_t id) {
    const jl_context *scope = thread->scopes;
    while (scope != NULL && scope->scope_id != id)
        scope = scope->outer;
    return scope != NULL;
}

void jsonlog_scope_pop(jsonlog_scope scope) {
    jl_thread *thread = jl_thread_peek();
    if (scope.id == 0 || thread == NULL || !carries(thread, scope.id))
        return;
    bool is_found = false;
    while (!is_found) {
        is_found = thread->scopes->scope_id == scope.id;
        leave(thread);
    }
}

/* ---- handing over to other threads ---- */

jsonlog_context *jsonlog_context_take(void) {
    const jl_thread *thread = jl_thread_peek();
    if (thread == NULL || (thread->scopes == NULL && thread->capture_token == 0))
        return NULL;
    jsonlog_context *context = jl_alloc(sizeof *context);
    if (context == NULL) {
        jl_stats_add(JL_STAT_LOST_MEMORY, 1);
        return NULL;
    }
    *context = (jsonlog_context){jl_context_retain(thread->scopes), thread->capture_token};
    return context;
}

jsonlog_scope jsonlog_context_enter(const jsonlog_context *context) {
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return lost();
    const jsonlog_scope scope =
        enter(thread, jl_context_new_fields(NULL, 0, context == NULL ? NULL : context->scopes));
    if (scope.id != 0)
        thread->capture_token = context == NULL ? 0 : context->capture_token;
    return scope;
}

void jsonlog_context_free(jsonlog_context *context) {
    if (context == NULL)
        return;
    jl_context_release(context->scopes);
    jl_free(context);
}

uint64_t jl_capture_token_get(void) {
    const jl_thread *thread = jl_thread_peek();
    return thread == NULL ? 0 : thread->capture_token;
}

void jl_capture_token_set(uint64_t token) {
    jl_thread *thread = jl_thread_enter();
    if (thread != NULL)
        thread->capture_token = token;
}
