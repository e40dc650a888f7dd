#ifndef JL_BASE_EPOCH_H
#define JL_BASE_EPOCH_H
/**
 * Epochs: when may memory be freed that other threads read without a lock?
 *
 *     reader: pin, load the pointer, read, unpin
 *     writer: publish the new object (seq_cst), retire the old one
 *
 * A global counter is the epoch. Pinning copies it into the thread's record; retiring notes it in
 * the object and then counts it up. An object retired in epoch r may go once every thread is
 * unpinned or pinned in an epoch above r, for such a thread pinned after the new pointer was there.
 *
 * Why this is enough: the reader's store of `pin` and its load of the pointer are both seq_cst, as
 * are the writer's publication and its scan of the pins. If the reader got the old pointer, its
 * load comes before the publication in the single total order, hence its store before the scan,
 * which sees it; and the epoch it stored cannot be above r. A stale, smaller epoch only delays.
 *
 * Everything that is reached through a pinned pointer must be loaded with seq_cst or acquire after
 * the pin. Objects are freed by whoever finds them free, outside all locks: what a free function
 * calls (close functions of handlers, user code) may log and change the configuration.
 */
#include "base/hidden.h"
#include "base/thread.h"

/** Stands in an object that can be retired; nothing is allocated for it. */
typedef struct jl_retired {
    struct jl_retired *next;
    uint64_t epoch;
    void (*free)(struct jl_retired *retired);
} jl_retired;

JL_EXTERN uint64_t jl_epoch_now;     /**< atomic */
JL_EXTERN uint32_t jl_epoch_waiting; /**< atomic: how many objects wait to be freed */

/** Enter: nothing retired from here on is freed until the matching unpin. Nests. */
static inline void jl_epoch_pin(jl_thread *thread) {
    if (thread->pins++ > 0)
        return;
    uint64_t now = __atomic_load_n(&jl_epoch_now, __ATOMIC_ACQUIRE);
    __atomic_store_n(&thread->pin, now, __ATOMIC_SEQ_CST);
}

/** Free what nobody holds any more. Any thread, at any time; does nothing while another one does
 * it. */
void jl_epoch_reclaim(void);

/** Leave; the outermost unpin frees what waits. */
static inline void jl_epoch_unpin(jl_thread *thread) {
    if (--thread->pins > 0)
        return;
    __atomic_store_n(&thread->pin, 0, __ATOMIC_RELEASE);
    if (__builtin_expect(__atomic_load_n(&jl_epoch_waiting, __ATOMIC_RELAXED) != 0, 0))
        jl_epoch_reclaim();
}

/**
 * Have an object freed once no thread can hold it. It must be unreachable for new readers already.
 * Called at once where that is possible, so not with a lock held that free_fn needs.
 */
void jl_epoch_retire(jl_retired *retired, void (*free_fn)(jl_retired *retired));

/** The same in two steps, for callers that hold a lock: put it down now, free later with
 * jl_epoch_settle(). */
void jl_epoch_retire_later(jl_retired *retired, void (*free_fn)(jl_retired *retired));

/** Try a little harder than jl_epoch_reclaim(): a thread that is just unpinning gets the time for
 * it. */
void jl_epoch_settle(void);

/** Wait until every log call that runs now has ended, then free what waits.
 *  @return false at once if this thread is pinned itself. */
bool jl_epoch_wait(void);

/** The same, but no longer than this. @return false if one still runs. */
bool jl_epoch_wait_for(uint32_t ms);

/** Around fork(): hold the list of what waits, so that the child finds it whole. */
void jl_epoch_before_fork(void);
void jl_epoch_after_fork(void);

#endif
