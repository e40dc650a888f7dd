#include "base/alloc.h"
#include "base/cancel.h"
#include "base/epoch.h"
#include "handler/async_handler.h"
#include "handler/inner_errno.h"
#include "record/stats.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <time.h>

/* With few lines left the worker looks again every millisecond, and for a while after the last one
 * before it lies down for good: so a thread that logs steadily need not wake it for each line, and
 * many lines go out with one write. */
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
    bool takes_blocks;   /* the target, of the batch that is being written */
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

/* ---- many lines at once ---- */

static void add_line(jl_block *block, char *bytes, const jl_ring_line *line) {
    memcpy(bytes + block->line.len, line->text, line->len);
    block->line.len += line->len;
    if (line->level > block->line.level)
        block->line.level = line->level;
    if (line->time_ns > block->line.time_ns)
        block->line.time_ns = line->time_ns;
    block->lines++;
}

/* Copies lines up to the next gap, and to one that has flags. */
static void collect(const jl_async *a, jl_block *block) {
    jl_ring_batch from = a->batch;
    jl_ring_line line;
    uint64_t at = from.from + from.at;
    *block = (jl_block){.line = {.text = a->block, .level = INT_MIN, .flags = JL_LINE_BLOCK}};
    while (jl_ring_next(&from, &line) && line.flags == 0 &&
           line.len <= JL_ASYNC_BATCH_BYTES - block->line.len &&
           (block->lines == 0 || !jl_async_is_gap(a, at))) {
        add_line(block, a->block, &line);
        at = from.from + from.at;
    }
}

/* Go on in the batch behind the lines that stand whole in so many bytes of text, which then are
 * those of the lines. @return how many lines they are. */
static uint64_t pass(jl_async *a, size_t *bytes) {
    uint64_t lines = 0;
    size_t passed = 0;
    jl_ring_line line;
    jl_ring_batch next = a->batch;
    while (jl_ring_next(&next, &line) && line.len <= *bytes - passed) {
        passed += line.len;
        lines++;
        a->batch = next;
    }
    *bytes = passed;
    return lines;
}

/* @return how many lines the target has taken of a block that it has not taken as a whole. */
static uint64_t go_back(jl_async *a, const jl_ring_batch *to, size_t taken) {
    a->batch = *to;
    const uint64_t lines = pass(a, &taken);
    jl_handler_count_written(a->target, lines, taken);
    return lines;
}

/* @return false if the target wants each line for itself, or has taken only some. */
static bool write_block(worker *w, jl_block *block) {
    jl_async *a = w->a;
    const jl_ring_batch before = a->batch;
    uint64_t lines = block->lines;
    __atomic_store_n(&a->is_writing, (uint32_t)lines, __ATOMIC_SEQ_CST);
    pass(a, &block->line.len);
    jl_epoch_pin(w->thread);
    const bool is_taken = jl_handler_takes_blocks(a->target) &&
                          jl_handler_write_block(a->target, block) == JSONLOG_OK;
    if (!is_taken)
        lines = goes_on(w) ? go_back(a, &before, block->taken) : 0;
    unpin_quietly(w->thread);
    __atomic_fetch_add(&a->written, lines, __ATOMIC_RELAXED);
    return is_taken;
}

/* ---- batches ---- */

static void write_next(worker *w) {
    jl_async *a = w->a;
    jl_block block = {.lines = 0};
    jl_ring_line line;
    if (JSONLOG_UNLIKELY(jl_async_is_gap(a, a->batch.from + a->batch.at)))
        report(w);
    if (w->takes_blocks)
        collect(a, &block);
    if (block.lines > 1) {
        w->takes_blocks = write_block(w, &block);
        if (w->takes_blocks)
            return;
    }
    __atomic_store_n(&a->is_writing, 1, __ATOMIC_SEQ_CST);
    if (goes_on(w) && jl_ring_next(&a->batch, &line))
        write_line(w, &line);
}

static void write_batch(worker *w) {
    jl_async *a = w->a;
    w->takes_blocks = a->block != NULL;
    do {
        begin_writing(a);
        const bool has_line = a->batch.at < a->batch.len;
        if (has_line)
            write_next(w);
        end_writing(a);
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
        if (!jl_ring_take(&a->ring, &a->batch, JL_ASYNC_BATCH_BYTES)) {
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

/* Now that little waits to be written this thread may free what others could not. */
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
        if (jl_ring_used(&a->ring) < a->wake_level)
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
    jl_free(a->block);
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
    jl_cancel_not(); /* once, not for each line */
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
