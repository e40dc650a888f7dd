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

/** @return false instead of waiting if this thread holds any handler's lock already. */
bool jl_handler_lock_take(jl_lock *lock);
/** @return false instead of waiting. */
bool jl_handler_lock_try(jl_lock *lock);
void jl_handler_lock_give(jl_lock *lock);
/** Waits although this thread holds others: for a lock that is not this thread's, and whose holders
 *  never wait for one. */
void jl_handler_lock_take_last(jl_lock *lock);

/** Whether this thread is inside a handler that has a lock. */
bool jl_handler_lock_is_nested(void);

/** Whether a log call that runs now may wait for another thread at all. From within a handler or
 *  another log call it may not: the thread it waits for may be waiting for this one. */
bool jl_handler_may_wait(void);

/** In the child of a fork: make it new. Stays held if the thread that forked held it. */
void jl_handler_lock_after_fork(jl_lock *lock);

#endif
