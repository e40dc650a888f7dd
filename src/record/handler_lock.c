#include "record/handler_lock.h"

_Thread_local unsigned jl_handler_locks_held __attribute__((tls_model("initial-exec")));

bool jl_handler_lock_try(jl_lock *lock) {
    jl_handler_lock_count_in();
    const bool is_taken = jl_lock_try(lock);
    if (!is_taken)
        jl_handler_lock_count_out();
    return is_taken;
}

bool jl_handler_lock_take(jl_lock *lock) {
    if (jl_handler_lock_is_nested())
        return jl_handler_lock_try(lock);
    jl_handler_lock_count_in();
    jl_lock_acquire(lock);
    return true;
}

void jl_handler_lock_take_last(jl_lock *lock) {
    jl_handler_lock_count_in();
    jl_lock_acquire(lock);
}

void jl_handler_lock_give(jl_lock *lock) {
    jl_lock_release(lock);
    jl_handler_lock_count_out();
}

bool jl_handler_may_wait(void) {
    const jl_thread *thread = jl_thread_peek();
    return !jl_handler_lock_is_nested() && (thread == NULL || thread->depth <= 1);
}

void jl_handler_lock_after_fork(jl_lock *lock) {
    bool is_mine = jl_lock_is_mine(lock);
    jl_lock_reset(lock);
    if (is_mine)
        jl_lock_acquire(lock);
}
