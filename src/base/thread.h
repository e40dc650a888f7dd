#ifndef JL_BASE_THREAD_H
#define JL_BASE_THREAD_H
/**
 * Threads: what the library keeps for each of them, and locks that know their owner.
 *
 * Thread-local storage holds one pointer, to a record of a pool. Records are never freed: a thread
 * that ends gives its record back, with the memory of the rooms above, and the next new thread
 * takes it. So everything that walks the list of records may do so without a lock.
 */
#include "base/hidden.h"
#include "base/text.h"
#include "base/tick_clock.h"

#include <pthread.h>
#include <stdint.h>

/** The counters of jsonlog_stats, in its order; see record/stats.h. */
#define JL_THREAD_COUNTERS 17

struct jl_space;
struct jl_context;

/** One thread's record. Only the owner writes, except where it says otherwise. */
typedef struct jl_thread {
    uint64_t pin;        /**< atomic; the epoch this thread is in, 0 outside (epoch.h) */
    uint32_t pins;       /**< how often it is pinned */
    uint32_t depth;      /**< how many log calls it is in */
    jl_tick_clock clock; /**< of the outermost of them */
    uint64_t id;         /**< the kernel's id */
    uint32_t number;     /**< of the record; no two have the same */
    uint64_t counters[JL_THREAD_COUNTERS]; /**< atomic, read by anybody */

    struct jl_space *space;    /**< the emitter's memory; stays with the record */
    struct jl_context *scopes; /**< innermost scope, a reference */
    uint64_t capture_token;

    void *(*run)(void *argument); /**< of a thread of ours: what it was started for */
    void *argument;

    uint32_t is_taken;      /**< atomic */
    uint32_t exit_rounds;   /**< of the key destructor */
    struct jl_thread *next; /**< written before the record is published */
} jl_thread;

/** The pointer in thread-local storage. initial-exec: no allocation at first access, one load. */
JL_EXTERN __thread jl_thread *jl_thread_here __attribute__((tls_model("initial-exec")));

/** Stands in jl_thread_here while this thread's record is being made: an allocator that logs then
 * must not start over. */
JL_EXTERN jl_thread jl_thread_in_making;

/** Slow half of jl_thread_enter(). */
jl_thread *jl_thread_take(void);

/** This thread's record, taken from the pool at first use; NULL without memory or while it is made.
 */
static inline jl_thread *jl_thread_enter(void) {
    jl_thread *thread = jl_thread_here;
    if (__builtin_expect(thread != NULL && thread != &jl_thread_in_making, 1))
        return thread;
    return jl_thread_take();
}

/** This thread's record if it has one, else NULL. */
static inline jl_thread *jl_thread_peek(void) {
    return jl_thread_here == &jl_thread_in_making ? NULL : jl_thread_here;
}

/** The first record of the list of all there are, taken or not; go on with `next`. */
jl_thread *jl_thread_first(void);

/** Called on the ending thread before its record goes back to the pool. Set once, at first use. */
void jl_thread_set_exit(void (*on_exit)(jl_thread *thread));

/** Start a thread of the library's own. It has its record from the beginning, so that later it does
 * not lack the memory for it. Signals that are sent to the program are not for it, but those are
 * that it raises itself, so that a crash in it is reported.
 * @return 0, ENOMEM, or what pthread_create() says. */
int jl_thread_start(pthread_t *id, void *(*run)(void *argument), void *argument);

/** In the child of a fork: the records of all other threads go back to the pool, unpinned. */
void jl_thread_after_fork(void);

/* ---- locks ---------------------------------------------------------------------------------- */

/** A mutex that can tell whether this thread holds it. */
typedef struct jl_lock {
    pthread_mutex_t mutex;
    const void *owner; /**< atomic; the address of the holder's jl_thread_here */
} jl_lock;

/* Locks of handlers are held for less time than it takes to fall asleep and be woken, so whoever
 * finds one held looks again a few times first, where the C library can do that. */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define JL_LOCK_INIT \
    { PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP, NULL }
#else
#define JL_LOCK_INIT \
    { PTHREAD_MUTEX_INITIALIZER, NULL }
#endif

void jl_lock_acquire(jl_lock *lock);
bool jl_lock_try(jl_lock *lock);
void jl_lock_release(jl_lock *lock);

/** Make the lock as new: in the child of a fork, where its holder may be gone. */
void jl_lock_reset(jl_lock *lock);

static inline bool jl_lock_is_mine(const jl_lock *lock) {
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == (const void *)&jl_thread_here;
}

/** For rare changes of a few process-wide words (the clock, the names of levels, the list of
 * queues); nothing that takes a lock or allocates is called while it is held. */
JL_EXTERN jl_lock jl_words_lock;

#endif
