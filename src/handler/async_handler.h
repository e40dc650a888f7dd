#ifndef JL_HANDLER_ASYNC_HANDLER_H
#define JL_HANDLER_ASYNC_HANDLER_H
/**
 * The inside of the async handler, shared by its five files: async_handler.c is what logging
 * threads run, async_worker.c what the writing thread runs, async_turn.c where they wait for each
 * other, async_report.c what is said about lost lines, and async_rescue.c what is done in a crash.
 *
 * The ring says whether it takes lines: while it is open there is a worker. Everything unusual (a
 * fork, an end, a thread that could not be started) closes it, so that the common path looks at
 * nothing else.
 */
#include "base/ring.h"
#include "handler/rescue.h"
#include "record/handler_base.h"
#include "record/queue.h"

#include <jsonlog/async.h>

#include <pthread.h>

/** Whether there is a worker. Changed with the lock held. */
typedef enum jl_async_mode {
    JL_ASYNC_RUNNING, /**< the ring is open; in all others it is closed */
    JL_ASYNC_FORKED,  /**< this is a child that has not logged yet */
    JL_ASYNC_ENDING,  /**< the worker writes out what is left */
    JL_ASYNC_ENDED,   /**< who logs writes */
} jl_async_mode;

/** What the worker does; decides whether who puts a line has to wake it. */
typedef enum jl_async_rest {
    JL_ASYNC_AWAKE,
    JL_ASYNC_NAPPING, /**< looks again within a millisecond: to be woken if the ring fills */
    JL_ASYNC_ASLEEP,  /**< to be woken by the next line */
} jl_async_rest;

/** How far a crash of the process has come. */
typedef enum jl_async_crash {
    JL_ASYNC_NO_CRASH,
    JL_ASYNC_CLOSED_BY_CRASH, /**< the ring is closed, the worker writes */
    JL_ASYNC_QUIET,           /**< the worker waits before its next line */
} jl_async_crash;

/** How a line was lost. In the order of jsonlog_async_stats. */
typedef enum jl_async_loss {
    JL_ASYNC_LOST_FULL,
    JL_ASYNC_LOST_OLD,
    JL_ASYNC_LOST_TIMEOUT,
    JL_ASYNC_LOST_TOO_LARGE,
    JL_ASYNC_LOST_NESTED,
    JL_ASYNC_LOST_CLOSED,
    JL_ASYNC_LOST_TARGET,
    JL_ASYNC_LOST_COUNT,
} jl_async_loss;

/** What a report calls it. */
typedef enum jl_async_reason {
    JL_ASYNC_RING_FULL,
    JL_ASYNC_TIMEOUT,
    JL_ASYNC_TOO_LARGE,
    JL_ASYNC_NESTED,
    JL_ASYNC_CLOSED,
    JL_ASYNC_FORMAT,
    JL_ASYNC_REASON_COUNT,
} jl_async_reason;

#define JL_ASYNC_NO_GAP UINT64_MAX

/** How many bytes of lines are taken out of the ring at once: enough that neither the lock of its
 * head nor a write costs much for each line, and few enough that a thread which discards old lines
 * does not wait long. */
#define JL_ASYNC_BATCH_BYTES ((size_t)65536)

typedef struct jl_async {
    jl_ring ring;
    uint32_t rest; /**< atomic jl_async_rest */
    uint32_t mode; /**< atomic jl_async_mode; written with the lock held */

    /* set once */
    jsonlog_handler *target; /**< a reference */
    size_t limit_low;        /**< for lines below ERROR */
    size_t wake_level;       /**< so many bytes in the ring end a nap */
    jsonlog_async_options options;

    /* counters, atomic */
    uint64_t lost[JL_ASYNC_LOST_COUNT];
    uint64_t unreported[JL_ASYNC_REASON_COUNT];
    uint64_t gap; /**< the position in front of which unreported lines are missing, or NO_GAP */
    uint64_t written;
    uint64_t wakes;
    uint64_t used_max;

    pthread_mutex_t lock;
    pthread_cond_t work;      /**< for the worker: wake up */
    pthread_cond_t turn;      /**< for all others: look again */
    uint32_t waiting;         /**< atomic: how many wait for room */
    jsonlog_handler *handler; /**< the base around this; NULL once that is closed. Lock held, but on
                                   threads that write through it */
    uint64_t flush_asked;     /**< atomic; tickets given out, with the lock held */
    uint64_t flush_done;      /**< the last ticket that was served */
    jsonlog_status flush_status;
    uint64_t format_seen; /**< how many lines without a format were taken into account */
    bool flush_failed;    /**< atomic; the last flush of the base timed out: the close need not wait
                             too */
    bool is_joinable;
    pthread_t thread;

    uint32_t generation;   /**< atomic: counts forks */
    uint32_t is_abandoned; /**< atomic: nobody waits for the worker any more */
    uint32_t owners;       /**< atomic: the base, and the worker; the last one frees */
    jl_ring_batch batch;   /**< the worker's */
    char *block;           /**< the worker's: lines of the batch that are written at once; NULL: no
                                memory, or the target wants each for itself */

    jl_holder holder;
    uint32_t crash;      /**< atomic jl_async_crash */
    uint32_t is_writing; /**< atomic: how many lines the worker has taken of the batch, or 1 while
                              it reports */
    uint64_t done;       /**< atomic: the worker has written all up to this position */
    jl_queue queue;
} jl_async;

/* ---- async_turn.c ---- */

/** A moment `ms` from now on the monotonic clock; 0 or JSONLOG_ASYNC_FOREVER: never. */
int64_t jl_async_deadline(uint32_t ms);

/** Wait for a broadcast of `turn`, lock held. @return false once the moment is past. */
bool jl_async_wait_locked(jl_async *a, int64_t deadline_ns);

/** End the worker's rest, without the lock and with it. */
void jl_async_wake(jl_async *a);
void jl_async_wake_locked(jl_async *a);

/** The worker's rest: until it is woken, or for `nap_ns`, if there is little in the ring. With
 * nap_ns 0, for ever, it does not begin unless the ring is empty. @param even_if_filled  nap
 * although there is more. */
void jl_async_rest_for(jl_async *a, int64_t nap_ns, bool even_if_filled);

/** Put a line as soon as there is room, until the deadline: then JL_RING_FULL. */
jl_ring_result jl_async_put_waiting(jl_async *a, const jl_ring_line *line, size_t limit);

/** Those who wait for room look again, if there are any. */
void jl_async_room(jl_async *a);

jsonlog_status jl_async_flush(jl_async *a, int64_t deadline_ns);

/** Close the ring and wait until the worker has ended. @return JSONLOG_OK or JSONLOG_E_TIMEOUT. */
jsonlog_status jl_async_end(jl_async *a, int64_t deadline_ns);

static inline jl_async_crash jl_async_crash_of(const jl_async *a) {
    return (jl_async_crash)__atomic_load_n(&a->crash, __ATOMIC_SEQ_CST);
}

static inline jl_async_mode jl_async_mode_of(const jl_async *a) {
    return (jl_async_mode)__atomic_load_n(&a->mode, __ATOMIC_SEQ_CST);
}

/* ---- async_worker.c ---- */

/** Start the worker, lock held; the ring is open then. @return false if there can be no thread. */
bool jl_async_start_locked(jl_async *a);

/** Whether this thread is the worker of `a`. */
bool jl_async_is_worker(const jl_async *a);

/** One owner less; the last one frees. */
void jl_async_drop(jl_async *a);

/* ---- async_report.c ---- */

/** Count lost lines for the statistics and for the next report. Before the base counts them. */
void jl_async_count(jl_async *a, jl_async_loss loss, uint64_t lines);

/** The same for lines that had been accepted: the base and the process count them too. */
void jl_async_count_accepted(jl_async *a, jl_async_loss loss, int reason);

/** Whether a report is due in front of the line at a position. */
static inline bool jl_async_is_gap(const jl_async *a, uint64_t at) {
    return __atomic_load_n(&a->gap, __ATOMIC_SEQ_CST) <= at;
}

/** Take into account what could not be formatted, which only the base knows of. */
void jl_async_see_formats(jl_async *a);

/** What the holder does in a crash. */
void jl_async_rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue);

/** Write what is unreported to the target; the thread is pinned. @return false if the target did
 *  not take it: then it stays unreported. */
bool jl_async_report(jl_async *a);

#endif
