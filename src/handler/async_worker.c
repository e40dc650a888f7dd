#include "base/alloc.h"
#include "base/epoch.h"
#include "handler/async_handler.h"
#include "handler/inner_errno.h"
#include "record/stats.h"

#include <sched.h>
#include <time.h>

/* How many bytes of lines are taken out of the ring at once: enough that the lock of its head costs
 * nothing per line, and few enough that a thread which discards old lines does not wait long. */
#define BATCH_BYTES ((size_t)32768)

/* After the last line the worker looks again every millisecond for a while before it lies down for
 * good, so that a thread that logs steadily need not wake it for each line. */
#define NAP_NS    INT64_C(1000000)
#define NAPS_MAX  10
#define YIELD_MAX 4
/* For a thread that reserved its place and was taken off the processor before it finished. */
#define COMMIT_NAP_NS INT64_C(100000)

/* What the thread itself knows. */
typedef struct worker {
    jl_async *a;
    jl_thread *thread;
    uint32_t generation;
    unsigned naps;       /* since the last line */
    unsigned yields;     /* at an unfinished line */
    bool report_is_late; /* the target refused a report, and there was no line since */
} worker;

/* initial-exec: no allocation at first access. */
static _Thread_local const jl_async *here __attribute__((tls_model("initial-exec")));

bool jl_async_is_worker(const jl_async *a) {
    return here == a;
}

/* False once nobody waits for the lines any more, or when this thread has become the only one of a
 * child: somebody forked in the middle of the target. */
static bool goes_on(const worker *w) {
    return __atomic_load_n(&w->a->generation, __ATOMIC_SEQ_CST) == w->generation &&
           __atomic_load_n(&w->a->is_abandoned, __ATOMIC_SEQ_CST) == 0;
}

/* ---- lines ---- */

/* As jl_epoch_unpin(), but leaves the freeing to others while there are lines: what is freed may be
 * the base of this very handler, which then could not wait for its lines. */
static void unpin_quietly(jl_thread *thread) {
    if (--thread->pins == 0)
        __atomic_store_n(&thread->pin, 0, __ATOMIC_RELEASE);
}

/* Says that it writes and then looks whether it may; whoever makes it quiet says so and then looks
 * whether it writes. */
static void begin_writing(jl_async *a) {
    const struct timespec nap = {0, NAP_NS};
    __atomic_store_n(&a->is_writing, 1, __ATOMIC_SEQ_CST);
    while (JSONLOG_UNLIKELY(jl_async_crash_of(a) == JL_ASYNC_QUIET)) {
        __atomic_store_n(&a->is_writing, 0, __ATOMIC_SEQ_CST);
        nanosleep(&nap, NULL);
        __atomic_store_n(&a->is_writing, 1, __ATOMIC_SEQ_CST);
    }
}

static void end_writing(jl_async *a) {
    __atomic_store_n(&a->is_writing, 0, __ATOMIC_RELEASE);
}

static void report(worker *w) {
    jl_epoch_pin(w->thread);
    w->report_is_late = !jl_async_report(w->a);
    unpin_quietly(w->thread);
}

static void write_line(worker *w, const jl_ring_line *from) {
    const jsonlog_line line = {.text = from->text,
                               .len = from->len,
                               .level = from->level,
                               .time_ns = from->time_ns,
                               .flags = from->flags};
    jl_epoch_pin(w->thread);
    if (!jl_handler_passes(w->a->target, &line)) {
        unpin_quietly(w->thread);
        return;
    }
    const jsonlog_status status = jl_handler_write(w->a->target, &line);
    unpin_quietly(w->thread);
    if (status == JSONLOG_OK)
        __atomic_fetch_add(&w->a->written, 1, __ATOMIC_RELAXED);
    else
        jl_async_count_accepted(w->a, JL_ASYNC_LOST_TARGET, jl_inner_errno(w->a->target, status));
}

static void give_up_batch(worker *w) {
    jl_ring_line line;
    while (jl_ring_next(&w->a->batch, &line))
        jl_stats_add(JL_STAT_LOST_LATER, 1);
}

static void write_batch(worker *w) {
    jl_ring_batch *batch = &w->a->batch;
    jl_ring_line line;
    do {
        begin_writing(w->a);
        const uint64_t at = batch->from + batch->at;
        const bool has_line = jl_ring_next(batch, &line);
        if (has_line && JSONLOG_UNLIKELY(jl_async_is_gap(w->a, at)))
            report(w);
        if (has_line)
            write_line(w, &line);
        end_writing(w->a);
        if (!has_line)
            return;
    } while (goes_on(w));
}

static void note_used(jl_async *a) {
    const uint64_t used = jl_ring_used(&a->ring);
    if (used > __atomic_load_n(&a->used_max, __ATOMIC_RELAXED))
        __atomic_store_n(&a->used_max, used, __ATOMIC_RELAXED);
}

static void await_commit(worker *w) {
    if (w->yields++ < YIELD_MAX)
        sched_yield();
    else
        jl_async_rest_for(w->a, COMMIT_NAP_NS, true);
}

/* Write everything in front of `end`. */
static void write_up_to(worker *w, uint64_t end) {
    jl_async *a = w->a;
    while (jl_ring_head(&a->ring) < end && goes_on(w)) {
        note_used(a);
        if (!jl_ring_take(&a->ring, &a->batch, BATCH_BYTES)) {
            await_commit(w);
            continue;
        }
        jl_async_room(a);
        w->naps = 0;
        w->yields = 0;
        w->report_is_late = false;
        write_batch(w);
        __atomic_store_n(&a->done, a->batch.from + a->batch.len, __ATOMIC_RELEASE);
    }
}

/* ---- between lines ---- */

static void report_when_dry(worker *w) {
    jl_async_see_formats(w->a);
    if (w->report_is_late || !jl_async_is_gap(w->a, jl_ring_head(&w->a->ring)))
        return;
    begin_writing(w->a);
    report(w);
    end_writing(w->a);
}

/* Flushing may reopen or rotate, which is as good as a write. */
static void serve_flush(worker *w, uint64_t ticket) {
    jl_async *a = w->a;
    if (ticket == a->flush_done) /* written by this thread only */
        return;
    jl_epoch_pin(w->thread);
    const jsonlog_status status = jsonlog_handler_flush(a->target);
    unpin_quietly(w->thread);
    if (!goes_on(w))
        return;
    pthread_mutex_lock(&a->lock);
    a->flush_done = ticket;
    a->flush_status = status;
    pthread_cond_broadcast(&a->turn);
    pthread_mutex_unlock(&a->lock);
}

static bool is_done(const jl_async *a) {
    return jl_async_mode_of(a) == JL_ASYNC_ENDING && jl_ring_used(&a->ring) == 0;
}

/* Now that nothing waits to be written this thread may free what others could not. */
static void rest(worker *w) {
    if (__atomic_load_n(&jl_epoch_waiting, __ATOMIC_RELAXED) != 0) {
        jl_epoch_reclaim();
        if (!goes_on(w))
            return;
    }
    jl_async_rest_for(w->a, w->naps++ < NAPS_MAX ? NAP_NS : 0, false);
}

static void serve(worker *w) {
    jl_async *a = w->a;
    while (goes_on(w)) {
        const uint64_t ticket = __atomic_load_n(&a->flush_asked, __ATOMIC_SEQ_CST);
        write_up_to(w, jl_ring_tail(&a->ring));
        if (!goes_on(w))
            return;
        report_when_dry(w);
        serve_flush(w, ticket);
        if (!goes_on(w) || is_done(a))
            return;
        if (jl_ring_used(&a->ring) == 0)
            rest(w);
    }
}

/* ---- life ---- */

static void destroy(jl_async *a) {
    jl_holder_remove(&a->holder);
    jl_queue_remove(&a->queue);
    jsonlog_handler_release(a->target);
    pthread_cond_destroy(&a->work);
    pthread_cond_destroy(&a->turn);
    pthread_mutex_destroy(&a->lock);
    jl_free(a->batch.bytes);
    jl_ring_done(&a->ring);
    jl_free(a);
}

void jl_async_drop(jl_async *a) {
    if (__atomic_sub_fetch(&a->owners, 1, __ATOMIC_ACQ_REL) == 0)
        destroy(a);
}

static void end(worker *w) {
    jl_async *a = w->a;
    if (__atomic_load_n(&a->generation, __ATOMIC_SEQ_CST) != w->generation)
        return;
    if (__atomic_load_n(&a->is_abandoned, __ATOMIC_SEQ_CST) != 0) {
        give_up_batch(w);
        jl_stats_add(JL_STAT_LOST_LATER, jl_ring_clear(&a->ring));
    }
    pthread_mutex_lock(&a->lock);
    __atomic_store_n(&a->mode, JL_ASYNC_ENDED, __ATOMIC_SEQ_CST);
    pthread_cond_broadcast(&a->turn);
    pthread_mutex_unlock(&a->lock);
}

static void *run(void *argument) {
    worker w = {.a = argument};
    here = w.a;
    w.generation = __atomic_load_n(&w.a->generation, __ATOMIC_SEQ_CST);
    w.thread = jl_thread_enter(); /* has its record from the beginning */
    serve(&w);
    end(&w);
    here = NULL;
    jl_async_drop(w.a);
    return NULL;
}

bool jl_async_start_locked(jl_async *a) {
    __atomic_add_fetch(&a->owners, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&a->mode, JL_ASYNC_RUNNING, __ATOMIC_SEQ_CST);
    a->is_joinable = jl_thread_start(&a->thread, run, a) == 0;
    if (a->is_joinable)
        return true;
    __atomic_store_n(&a->mode, JL_ASYNC_ENDED, __ATOMIC_SEQ_CST);
    __atomic_sub_fetch(&a->owners, 1, __ATOMIC_RELAXED);
    return false;
}
