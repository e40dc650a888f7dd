#ifndef JL_BASE_COMPAT_LOCK_H
#define JL_BASE_COMPAT_LOCK_H
/** Locks on single bytes of an open file, through which processes tell each other that they are
 *  there. They belong to the open file description: the last close() gives them back, however the
 *  process ends, and the threads and handlers of one process see each other's. The bytes lie far
 *  behind any end of a file and are never written. Nothing here waits. */
#include <stdbool.h>
#include <stdint.h>

/** Whether the system has such locks and the file lies on a file system of this machine, where they
 *  cost no more than a system call and stand in the way of no other kind of lock. */
bool jl_compat_has_byte_locks(int fd);

/** @return false if somebody else has it, or it cannot be locked. */
bool jl_compat_lock_byte(int fd, int64_t at);
void jl_compat_unlock_byte(int fd, int64_t at);

/** Whether somebody else has a lock on one of `count` bytes; true also if that is not known. */
bool jl_compat_is_byte_locked(int fd, int64_t from, int64_t count);

#endif
