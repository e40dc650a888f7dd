#ifndef JL_RECORD_HANDLER_LOCK_H
#define JL_RECORD_HANDLER_LOCK_H
/**
 * Taking the lock of a handler without ever making a nested call wait.
 *
 * A thread that holds one handler's lock may be logging from inside that handler (a callback, an
 * allocator). Waiting for its own lock would hang it; waiting for another handler's lock can hang
 * two threads that wait for each other. So such a thread gets a lock at once or not at all.
 */
#include "base/thread.h"

/** For jl_handler_lock_count(). A word of its own, because a thread without memory for its
 *  record must not deadlock either. */
extern _Thread_local unsigned jl_handler_locks_held __attribute__((tls_model("initial-exec")));

/** Begin and end what others may wait for as for a lock. A signal may come in the middle, and its
 *  handler may log: so the count goes up before the lock is ours and down when it no longer is. */
static inline void jl_handler_lock_count_in(void) {
    jl_handler_locks_held++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void jl_handler_lock_count_out(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    jl_handler_locks_held--;
}

/** @return false instead of waiting if this thread holds any handler's lock already. */
bool jl_handler_lock_take(jl_lock *lock);
/** @return false instead of waiting. */
bool jl_handler_lock_try(jl_lock *lock);
void jl_handler_lock_give(jl_lock *lock);
/** Waits although this thread holds others: for a lock that is not this thread's, and whose holders
 *  never wait for one. */
void jl_handler_lock_take_last(jl_lock *lock);

/** How many of them this thread holds. */
static inline unsigned jl_handler_lock_count(void) {
    return jl_handler_locks_held;
}

/** Whether this thread is inside a handler that has a lock. */
static inline bool jl_handler_lock_is_nested(void) {
    return jl_handler_lock_count() > 0;
}

/** Whether a log call that runs now may wait for another thread at all. From within a handler or
 *  another log call it may not: the thread it waits for may be waiting for this one. */
bool jl_handler_may_wait(void);

/** In the child of a fork: make it new. Stays held if the thread that forked held it. */
void jl_handler_lock_after_fork(jl_lock *lock);

#endif
