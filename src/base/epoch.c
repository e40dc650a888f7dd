#include "base/epoch.h"

#include "base/clock.h"

#include <sched.h>
#include <time.h>

/* How often a writer that just retired something yields to a thread that is on its way out. More is
 * not worth it: whoever stays longer frees the object at his own unpin. */
#define SETTLE_TRIES 4

#define WAIT_FIRST_NS 20000
#define WAIT_LAST_NS  2000000
#define NEVER         INT64_MAX

uint64_t jl_epoch_now = 1;
uint32_t jl_epoch_waiting;

static jl_lock list_lock = JL_LOCK_INIT;
static jl_retired *list; /* newest first, so epochs fall along it */

/* The thread that kept the last reclaim from freeing everything, and the epoch it was in: as long
 * as it has not moved another try is in vain. */
static jl_thread *blocker;
static uint64_t blocker_pin;

/* The lowest epoch any thread is pinned in, UINT64_MAX if none is. */
static uint64_t lowest_pin(jl_thread **who) {
    uint64_t lowest = UINT64_MAX;
    for (jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next) {
        uint64_t pin = __atomic_load_n(&thread->pin, __ATOMIC_SEQ_CST);
        if (pin != 0 && pin < lowest) {
            lowest = pin;
            *who = thread;
        }
    }
    return lowest;
}

/* Cut off what may be freed: everything behind the first object that was retired before the lowest
 * pin. */
static jl_retired *detach_locked(void) {
    jl_thread *who = NULL;
    const uint64_t lowest = lowest_pin(&who);
    jl_retired **link = &list;
    while (*link != NULL && (*link)->epoch >= lowest)
        link = &(*link)->next;
    jl_retired *freed = *link;
    *link = NULL;
    uint32_t count = 0;
    for (const jl_retired *retired = freed; retired != NULL; retired = retired->next)
        count++;
    __atomic_fetch_sub(&jl_epoch_waiting, count, __ATOMIC_RELAXED);
    __atomic_store_n(&blocker_pin, list == NULL ? 0 : lowest, __ATOMIC_RELAXED);
    __atomic_store_n(&blocker, list == NULL ? NULL : who, __ATOMIC_RELEASE);
    return freed;
}

/* Oldest first, as they were retired. */
static void free_all(jl_retired *newest_first) {
    jl_retired *oldest_first = NULL;
    while (newest_first != NULL) {
        jl_retired *next = newest_first->next;
        newest_first->next = oldest_first;
        oldest_first = newest_first;
        newest_first = next;
    }
    while (oldest_first != NULL) {
        jl_retired *next = oldest_first->next;
        oldest_first->free(oldest_first);
        oldest_first = next;
    }
}

static bool is_blocked(void) {
    const jl_thread *thread = __atomic_load_n(&blocker, __ATOMIC_ACQUIRE);
    return thread != NULL && __atomic_load_n(&thread->pin, __ATOMIC_RELAXED) ==
                                 __atomic_load_n(&blocker_pin, __ATOMIC_RELAXED);
}

void jl_epoch_reclaim(void) {
    if (is_blocked() || jl_lock_is_mine(&list_lock) || !jl_lock_try(&list_lock))
        return;
    jl_retired *freed = detach_locked();
    jl_lock_release(&list_lock);
    free_all(freed);
}

void jl_epoch_retire_later(jl_retired *retired, void (*free_fn)(jl_retired *retired)) {
    retired->free = free_fn;
    jl_lock_acquire(&list_lock);
    retired->epoch = __atomic_fetch_add(&jl_epoch_now, 1, __ATOMIC_SEQ_CST);
    retired->next = list;
    list = retired;
    __atomic_fetch_add(&jl_epoch_waiting, 1, __ATOMIC_RELAXED);
    jl_lock_release(&list_lock);
}

void jl_epoch_settle(void) {
    const jl_thread *thread = jl_thread_peek();
    const bool is_pinned = thread != NULL && thread->pins > 0;
    for (int i = 0; i < SETTLE_TRIES; i++) {
        if (__atomic_load_n(&jl_epoch_waiting, __ATOMIC_RELAXED) == 0)
            return;
        jl_epoch_reclaim();
        if (is_pinned)
            return;
        sched_yield();
    }
}

void jl_epoch_retire(jl_retired *retired, void (*free_fn)(jl_retired *retired)) {
    jl_epoch_retire_later(retired, free_fn);
    jl_epoch_settle();
}

/* @return whether all threads were seen outside or in a later epoch before the deadline. */
static bool await_later_than(uint64_t old, int64_t deadline_ns) {
    struct timespec pause = {0, WAIT_FIRST_NS};
    jl_thread *who = NULL;
    for (int i = 0; lowest_pin(&who) <= old; i++) {
        if (i < SETTLE_TRIES) {
            sched_yield();
            continue;
        }
        if (deadline_ns != NEVER && jl_clock_monotonic_ns() >= deadline_ns)
            return false;
        nanosleep(&pause, NULL);
        pause.tv_nsec = pause.tv_nsec * 2 < WAIT_LAST_NS ? pause.tv_nsec * 2 : WAIT_LAST_NS;
    }
    return true;
}

static bool wait_until(int64_t deadline_ns) {
    const jl_thread *thread = jl_thread_peek();
    if (thread != NULL && thread->pins > 0)
        return false;
    const uint64_t old = __atomic_fetch_add(&jl_epoch_now, 1, __ATOMIC_SEQ_CST);
    const bool is_over = await_later_than(old, deadline_ns);
    jl_epoch_reclaim();
    return is_over;
}

bool jl_epoch_wait(void) {
    return wait_until(NEVER);
}

bool jl_epoch_wait_for(uint32_t ms) {
    return wait_until(jl_clock_monotonic_ns() + ms * INT64_C(1000000));
}

void jl_epoch_before_fork(void) {
    jl_lock_acquire(&list_lock);
}

void jl_epoch_after_fork(void) {
    jl_lock_release(&list_lock);
}
