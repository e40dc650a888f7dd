#ifndef TEST_FORK_GUARD_H
#define TEST_FORK_GUARD_H
/** AddressSanitizer of gcc 12 and clang 14 does not hold the locks of its heap across fork(), as
 * the C library does: a child whose parent's threads were just allocating waits for ever. In such
 * builds the library's allocations go through a lock that is held then. */
#include <jsonlog/status.h>

#include <pthread.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif

#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

static pthread_mutex_t fork_guard = PTHREAD_MUTEX_INITIALIZER;

static inline void lock_fork_guard(void) {
    pthread_mutex_lock(&fork_guard);
}

static inline void unlock_fork_guard(void) {
    pthread_mutex_unlock(&fork_guard);
}

static inline void *guarded_reallocate(void *memory, size_t size, void *user) {
    (void)user;
    lock_fork_guard();
    memory = realloc(memory, size);
    unlock_fork_guard();
    return memory;
}

static inline void *guarded_allocate(size_t size, void *user) {
    return guarded_reallocate(NULL, size, user);
}

static inline void guarded_release(void *memory, void *user) {
    (void)user;
    lock_fork_guard();
    free(memory);
    unlock_fork_guard();
}

/** Before the library is used: what is registered first is called last before a fork, when the
 * library has taken its own locks. */
static inline bool install_fork_guard(void) {
    static const jsonlog_allocator guarded = {guarded_allocate, guarded_reallocate, guarded_release,
                                              NULL};
    if (!UNDER_ASAN)
        return true;
    return pthread_atfork(lock_fork_guard, unlock_fork_guard, unlock_fork_guard) == 0 &&
           jsonlog_set_allocator(&guarded) == JSONLOG_OK;
}

#endif
