#include "record/handler_lock.h"

/* How many handlers' locks this thread holds. A word of its own, because a thread without memory
 * for its record must not deadlock either. */
static _Thread_local unsigned held __attribute__((tls_model("initial-exec")));

bool jl_handler_lock_try(jl_lock *lock) {
    if (!jl_lock_try(lock))
        return false;
    held++;
    return true;
}

bool jl_handler_lock_take(jl_lock *lock) {
    if (held > 0)
        return jl_handler_lock_try(lock);
    jl_lock_acquire(lock);
    held++;
    return true;
}

void jl_handler_lock_give(jl_lock *lock) {
    held--;
    jl_lock_release(lock);
}

bool jl_handler_lock_is_nested(void) {
    return held > 0;
}

bool jl_handler_may_wait(void) {
    const jl_thread *thread = jl_thread_peek();
    return held == 0 && (thread == NULL || thread->depth <= 1);
}

void jl_handler_lock_after_fork(jl_lock *lock) {
    bool is_mine = jl_lock_is_mine(lock);
    jl_lock_reset(lock);
    if (is_mine)
        jl_lock_acquire(lock);
}
