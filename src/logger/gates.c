#include "logger/tree.h"

/* Children come and go with requests, on many threads, so they do not share one lock; but there is
 * a fixed number of locks, which a fork can take. */
#define CHILDREN_LOCKS 16

static jl_lock children_locks[CHILDREN_LOCKS];

void jl_children_locks_make(void) {
    for (size_t i = 0; i < CHILDREN_LOCKS; i++)
        jl_lock_reset(&children_locks[i]);
}

jl_lock *jl_children_lock(const jl_named *named) {
    return &children_locks[named->id % CHILDREN_LOCKS];
}

void jl_children_lock_all(void) {
    for (size_t i = 0; i < CHILDREN_LOCKS; i++)
        jl_lock_acquire(&children_locks[i]);
}

void jl_children_unlock_all(void) {
    for (size_t i = 0; i < CHILDREN_LOCKS; i++)
        jl_lock_release(&children_locks[i]);
}

int jl_named_effective_level(const jl_named *named) {
    int level = JSONLOG_LEVEL_NOTSET;
    for (; named != NULL && level == JSONLOG_LEVEL_NOTSET; named = named->parent)
        level = __atomic_load_n(&named->level, __ATOMIC_RELAXED);
    return level;
}

/* From 1 to 256: no level is below 1, and 256 is above OFF. */
static uint32_t gate_of(const jl_named *named) {
    int gate = jl_named_effective_level(named);
    const jl_capture_hook *hook = __atomic_load_n(&jl_the_tree.hook, __ATOMIC_RELAXED);
    if (hook != NULL && hook->level < gate)
        gate = hook->level;
    const int disabled = __atomic_load_n(&jl_the_tree.disabled, __ATOMIC_RELAXED);
    if (gate <= disabled)
        gate = disabled + 1;
    if (gate >= JSONLOG_LEVEL_OFF)
        return JSONLOG_LEVEL_OFF + 1;
    return gate < 1 ? 1 : (uint32_t)gate;
}

static void set_gate(jsonlog_logger *logger, uint32_t gate) {
    if (__atomic_load_n(&logger->jsonlog_gate_, __ATOMIC_RELAXED) != gate)
        __atomic_store_n(&logger->jsonlog_gate_, gate, __ATOMIC_RELAXED);
}

void jl_gate_set_locked(jl_named *named) {
    const uint32_t gate = gate_of(named);
    jl_lock *lock = jl_children_lock(named);
    jl_lock_acquire(lock);
    set_gate(&named->logger.head, gate);
    for (jl_child *child = named->children; child != NULL; child = child->next)
        set_gate(&child->logger.head, gate);
    jl_lock_release(lock);
}

void jl_gates_update_locked(void) {
    for (jl_named *named = jl_the_tree.first; named != NULL; named = named->next)
        jl_gate_set_locked(named);
}

/* ---- what moves all gates ---- */

void jsonlog_disable(int level) {
    if (level < JSONLOG_LEVEL_NOTSET)
        level = JSONLOG_LEVEL_NOTSET;
    if (level > JSONLOG_LEVEL_OFF)
        level = JSONLOG_LEVEL_OFF;
    jl_tree_lock();
    __atomic_store_n(&jl_the_tree.disabled, level, __ATOMIC_RELAXED);
    jl_gates_update_locked();
    jl_tree_unlock();
}

/* The hook is not part of the snapshot, so that a capture needs no memory to end. */
void jl_capture_hook_set(const jl_capture_hook *hook) {
    jl_tree_lock();
    __atomic_store_n(&jl_the_tree.hook, hook, __ATOMIC_SEQ_CST);
    jl_gates_update_locked();
    jl_tree_unlock();
}

void jl_capture_hook_wait(void) {
    jl_epoch_wait();
}
