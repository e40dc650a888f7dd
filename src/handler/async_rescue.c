/* What an async handler does when the process crashes. The worker goes on meanwhile, unless it is
 * the one that crashed or waits for a lock which that one holds; so it is given time first. Then it
 * is stopped between two lines, and what it has not written is written here. Everything is
 * async-signal-safe. */
#include "handler/async_handler.h"

typedef struct leftover {
    jl_async *a;
    jl_rescue *rescue;
    jl_holder *output; /* NULL: nothing can be written by us */
    uint64_t *left;    /* counts lines that are not */
} leftover;

static jl_async *async_of(jl_holder *holder) {
    return (jl_async *)(void *)((char *)holder - offsetof(jl_async, holder));
}

static void set_crash(jl_async *a, jl_async_crash to) {
    __atomic_store_n(&a->crash, (uint32_t)to, __ATOMIC_SEQ_CST);
}

/* @return how many lines it is in the middle of. */
static uint32_t lines_inside(const jl_async *a) {
    return __atomic_load_n(&a->is_writing, __ATOMIC_SEQ_CST);
}

/* ---- the worker ---- */

/* In the other modes the ring is closed already, and empty. */
static void stop(jl_async *a) {
    const jl_async_mode mode = jl_async_mode_of(a);
    if (mode != JL_ASYNC_RUNNING && mode != JL_ASYNC_ENDING)
        return;
    set_crash(a, JL_ASYNC_CLOSED_BY_CRASH);
    jl_ring_close(&a->ring);
}

static bool is_done(const jl_async *a) {
    return __atomic_load_n(&a->done, __ATOMIC_ACQUIRE) >= jl_ring_tail(&a->ring) &&
           __atomic_load_n(&a->gap, __ATOMIC_SEQ_CST) == JL_ASYNC_NO_GAP;
}

/* A worker that crashed, or that needs what the crashed thread holds, does not move on. */
static bool can_move_on(const jl_async *a) {
    return !jl_async_is_worker(a) && !jl_handler_is_entered(a->target);
}

static void make_quiet(jl_async *a, const jl_rescue *r) {
    set_crash(a, JL_ASYNC_QUIET);
    while (lines_inside(a) > 0 && can_move_on(a) && jl_rescue_nap(r))
        continue;
}

/* ---- what it has left ---- */

static bool write_line(const leftover *l, const char *const text[2], const size_t len[2]) {
    if (l->output == NULL)
        return false;
    for (int i = 0; i < 2; i++)
        if (len[i] > 0 && !l->output->write(l->output, text[i], len[i], l->rescue))
            return false;
    return true;
}

static void count(const leftover *l, bool is_written) {
    *(is_written ? &l->rescue->flushed : l->left) += 1;
}

/* In a process that lives on, the worker goes on behind what is written. */
static void take_batch(const leftover *l) {
    jl_ring_batch batch = l->a->batch;
    jl_ring_line line;
    while (jl_ring_next(&batch, &line)) {
        const char *const text[2] = {line.text, ""};
        const size_t len[2] = {line.len, 0};
        const bool is_written = write_line(l, text, len);
        if (is_written)
            l->a->batch.at = batch.at;
        count(l, is_written);
    }
}

/* Lines behind one that is not finished are written only if nobody will ever finish that.
 * @return the position up to which the ring can be emptied. */
static uint64_t take_ring(const leftover *l) {
    const jl_ring *ring = &l->a->ring;
    const uint64_t tail = jl_ring_tail(ring);
    uint64_t taken = jl_ring_head(ring);
    bool is_whole = true;
    for (uint64_t at = taken; at < tail; at = jl_ring_behind(ring, at)) {
        jl_ring_view view;
        const bool is_finished = jl_ring_peek(ring, at, &view);
        const bool may_write = is_finished && (is_whole || !l->rescue->may_live);
        const bool is_written = may_write && write_line(l, view.text, view.len);
        if (is_finished)
            count(l, is_written);
        else
            l->rescue->unflushed++;
        is_whole = is_whole && is_written;
        if (is_whole)
            taken = jl_ring_behind(ring, at);
    }
    return taken;
}

static bool hold(jl_ring *ring, const jl_rescue *r) {
    while (!jl_ring_try_hold(ring))
        if (!jl_rescue_nap(r))
            return false;
    return true;
}

/* A pattern cannot be asked in a signal handler: what it might keep out is not written here. The
 * lines that the worker is in the middle of may be out or not. If the process may live on, the
 * worker must be where it can go on from: stopped between two lines. */
static void take_leftover(jl_async *a, jl_rescue *r) {
    const uint32_t inside = lines_inside(a);
    const bool is_stopped = inside == 0 && !jl_async_is_worker(a);
    const bool is_held = hold(&a->ring, r);
    jl_holder *output = jl_rescue_output(a->target);
    const bool is_ours =
        is_held && (is_stopped || !r->may_live) && !jl_handler_filters_lines(a->target);
    const leftover l = {
        .a = a,
        .rescue = r,
        .output = is_ours && output != NULL && output->is_ready ? output : NULL,
        .left = is_held && !r->may_live ? &r->lost : &r->unflushed,
    };
    r->unflushed += inside;
    take_batch(&l);
    const uint64_t taken = take_ring(&l);
    if (is_held)
        jl_ring_let_go(&a->ring, taken);
}

/* ---- the stages ---- */

static void resume(jl_async *a) {
    if (jl_async_mode_of(a) == JL_ASYNC_RUNNING)
        jl_ring_open(&a->ring);
    set_crash(a, JL_ASYNC_NO_CRASH);
}

void jl_async_rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *r) {
    jl_async *a = async_of(holder);
    if (stage == JL_RESCUE_STOP)
        stop(a);
    if (jl_async_crash_of(a) == JL_ASYNC_NO_CRASH)
        return;
    switch (stage) {
    case JL_RESCUE_AWAIT: r->is_pending |= !is_done(a) && can_move_on(a); break;
    case JL_RESCUE_QUIET: make_quiet(a, r); break;
    case JL_RESCUE_LAST: take_leftover(a, r); break;
    case JL_RESCUE_RESUME: resume(a); break;
    case JL_RESCUE_STOP:
    case JL_RESCUE_FLUSH: break;
    }
}
