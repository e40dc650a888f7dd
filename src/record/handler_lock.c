#include "record/handler_lock.h"

/* How many handlers' locks this thread holds. A word of its own, because a thread without memory
 * for its record must not deadlock either. */
static _Thread_local unsigned held __attribute__((tls_model("initial-exec")));

/* A signal may come in the middle, and its handler may log: so the count goes up before the lock is
 * ours and down when it no longer is. */
static void count_in(void) {
    held++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void count_out(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    held--;
}

bool jl_handler_lock_try(jl_lock *lock) {
    count_in();
    const bool is_taken = jl_lock_try(lock);
    if (!is_taken)
        count_out();
    return is_taken;
}

bool jl_handler_lock_take(jl_lock *lock) {
    if (held > 0)
        return jl_handler_lock_try(lock);
    count_in();
    jl_lock_acquire(lock);
    return true;
}

void jl_handler_lock_take_last(jl_lock *lock) {
    count_in();
    jl_lock_acquire(lock);
}

void jl_handler_lock_give(jl_lock *lock) {
    jl_lock_release(lock);
    count_out();
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
