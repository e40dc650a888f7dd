#include "base/alloc.h"
#include "logger/tree.h"
#include "record/stats.h"

/* With the gate read under the same lock as the list is changed, no change of level is missed. */
static void join(jl_child *child, jl_named *named) {
    jl_lock *lock = jl_children_lock(named);
    jl_lock_acquire(lock);
    child->next = named->children;
    child->link = &named->children;
    if (child->next != NULL)
        child->next->link = &child->next;
    named->children = child;
    child->logger.head.jsonlog_gate_ =
        __atomic_load_n(&named->logger.head.jsonlog_gate_, __ATOMIC_RELAXED);
    jl_lock_release(lock);
}

static void part(jl_child *child, const jl_named *named) {
    jl_lock *lock = jl_children_lock(named);
    jl_lock_acquire(lock);
    *child->link = child->next;
    if (child->next != NULL)
        child->next->link = child->link;
    jl_lock_release(lock);
}

/* @param bound  its reference is the child's from here on, or given back. */
static jsonlog_logger *new_child(const jl_logger *from, jl_context *bound) {
    jl_child *child = bound == NULL ? NULL : jl_calloc(1, sizeof *child);
    if (child == NULL) {
        jl_context_release(bound);
        jl_stats_add(JL_STAT_LOST_MEMORY, 1);
        return NULL;
    }
    child->logger.is_child = true;
    child->logger.named = from->named;
    child->logger.bound = bound;
    join(child, from->named);
    return &child->logger.head;
}

jsonlog_logger *jsonlog_logger_with(jsonlog_logger *logger, const char *keys, uint32_t count,
                                    const jsonlog_value *values) {
    if (logger == NULL)
        return NULL;
    const jl_logger *from = jl_logger_of(logger);
    return new_child(from, jl_context_new_values(keys, count, values, from->bound));
}

jsonlog_logger *jsonlog_logger_with_fields(jsonlog_logger *logger, const jsonlog_field *fields,
                                           size_t count) {
    if (logger == NULL)
        return NULL;
    const jl_logger *from = jl_logger_of(logger);
    return new_child(from, jl_context_new_fields(fields, count, from->bound));
}

/* The fields stay until no record can be looking at them: a callback of a record may free its
 * logger. */
void jsonlog_logger_free(jsonlog_logger *logger) {
    if (logger == NULL || !jl_logger_of(logger)->is_child)
        return;
    jl_child *child = (jl_child *)jl_logger_of(logger);
    part(child, child->logger.named);
    jl_context_release_later(child->logger.bound);
    jl_free(child);
}
