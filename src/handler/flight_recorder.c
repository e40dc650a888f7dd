#include "handler/flight_recorder.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "handler/inner_errno.h"
#include "record/handler_lock.h"

/* Set while this thread is in a ring: an allocator or a signal handler that logs then must not go
 * there again. */
static _Thread_local bool is_keeping __attribute__((tls_model("initial-exec")));

/* ---- keeping ---- */

static jl_ring_result put(jl_recorder *r, jl_ring *ring, const jsonlog_line *line) {
    const jl_ring_line copy = {line->text, line->len, line->level, line->time_ns, line->flags};
    jl_ring_result result = jl_ring_put(ring, &copy, ring->capacity);
    while (result == JL_RING_FULL && jl_ring_discard(ring, INT32_MAX)) {
        jl_recorder_count(&r->stats.evicted, 1);
        result = jl_ring_put(ring, &copy, ring->capacity);
    }
    return result;
}

static jsonlog_status refuse(jl_recorder *r, int error, jsonlog_status status) {
    jl_recorder_count(&r->stats.not_kept, 1);
    errno = error;
    return status;
}

static jsonlog_status keep_in(jl_recorder *r, const jsonlog_line *line) {
    jl_track *track = jl_recorder_track(r);
    if (track == NULL)
        return refuse(r, ENOMEM, JSONLOG_E_NOMEM);
    switch (put(r, &track->ring, line)) {
    case JL_RING_OK: break;
    case JL_RING_TOO_LARGE: return refuse(r, EMSGSIZE, JSONLOG_E_LIMIT);
    case JL_RING_FULL: /* the oldest line is not finished */
    case JL_RING_CLOSED: return refuse(r, EAGAIN, JSONLOG_E_AGAIN);
    }
    jl_recorder_count(&r->stats.kept, 1);
    return JSONLOG_OK;
}

static jsonlog_status keep(jl_recorder *r, const jsonlog_line *line) {
    if (is_keeping)
        return refuse(r, EDEADLK, JSONLOG_E_STATE);
    is_keeping = true;
    const jsonlog_status status = keep_in(r, line);
    is_keeping = false;
    return status;
}

/* ---- passing on ---- */

static bool fires(const jl_recorder *r, const jsonlog_line *line) {
    if (line->level >= r->options.trigger_level)
        return true;
    const jl_line_filter *trigger = __atomic_load_n(&r->trigger, __ATOMIC_SEQ_CST);
    return trigger != NULL && trigger->passes(trigger, line);
}

/* The base counts by errno. */
static jsonlog_status pass(jl_recorder *r, const jsonlog_line *line) {
    jsonlog_status status = JSONLOG_OK;
    jl_recorder_count(&r->stats.passed, 1);
    const jl_handler_verdict verdict = jl_handler_offer(r->target, line, &status);
    if (verdict == JL_HANDLER_DECLINES)
        return JSONLOG_OK;
    if (status != JSONLOG_OK)
        errno = verdict == JL_HANDLER_WANTS ? jl_inner_errno(r->target, status) : 0;
    return status;
}

/* What cannot be written out just now waits for the next occasion. */
static jsonlog_status fire(jl_recorder *r, const jsonlog_line *line) {
    jl_recorder_count(&r->stats.dumps, 1);
    jl_track *track = jl_recorder_find_track(r);
    if (track != NULL)
        jl_recorder_dump(r, track, line->time_ns);
    jsonlog_line fired = *line;
    fired.flags |= JSONLOG_LINE_RECORDED;
    return pass(r, &fired);
}

static jsonlog_status recorder_write(void *self, const jsonlog_line *line) {
    jl_recorder *r = self;
    if ((line->flags & JSONLOG_LINE_REPORT) != 0)
        return pass(r, line);
    if (fires(r, line))
        return fire(r, line);
    return line->level < r->options.pass_level ? keep(r, line) : pass(r, line);
}

/* ---- the rest of the class ---- */

static jsonlog_status recorder_flush(void *self) {
    return jsonlog_handler_flush(((jl_recorder *)self)->target);
}

static void recorder_close(void *self) {
    jl_recorder *r = self;
    jsonlog_handler_release(r->target);
    jl_line_filter_release(r->trigger);
    jl_recorder_free_tracks(r);
    jl_free(r->batch.bytes);
    jl_free(r->marked);
    jl_free(r);
}

/* The lines are the parent's, also those this thread may be writing out just now. */
static void recorder_after_fork(void *self) {
    jl_recorder *r = self;
    jl_handler_lock_after_fork(&r->dumping);
    r->batch.len = r->batch.at = 0;
    jl_recorder_reset_tracks(r);
    jl_handler_after_fork(r->target);
}

static const jsonlog_handler_class recorder_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "recorder",
    .write = recorder_write,
    .flush = recorder_flush,
    .close = recorder_close,
    .after_fork = recorder_after_fork,
    .is_concurrent = true,
};

jl_recorder *jl_recorder_of(const jsonlog_handler *handler) {
    return jl_handler_self(handler, &recorder_class);
}

/* ---- making one ---- */

static bool read_options(jsonlog_recorder_options *to, const jsonlog_recorder_options *from) {
    *to = (jsonlog_recorder_options)JSONLOG_RECORDER_OPTIONS_INIT;
    if (from != NULL) {
        if (from->size != sizeof *from || from->ring_bytes > JSONLOG_RECORDER_RING_MAX)
            return false;
        *to = *from;
    }
    to->ring_bytes =
        jl_ring_capacity(JSONLOG_RECORDER_RING_MIN,
                         to->ring_bytes == 0 ? JSONLOG_RECORDER_RING_DEFAULT : to->ring_bytes);
    if (to->pass_level == 0)
        to->pass_level = JSONLOG_LEVEL_INFO;
    if (to->trigger_level == 0)
        to->trigger_level = JSONLOG_LEVEL_ERROR;
    return true;
}

static bool make_rings(jl_recorder *r) {
    r->batch.bytes = jl_alloc(r->options.ring_bytes);
    if (!r->options.per_thread)
        r->shared = jl_track_new(r->options.ring_bytes);
    return r->batch.bytes != NULL && (r->options.per_thread || r->shared != NULL);
}

static bool make_room_for_marks(jl_recorder *r) {
    if (!r->options.marks)
        return true;
    r->marked_size = jl_handler_formatter(r->handler)->line_max;
    r->marked = jl_alloc(r->marked_size);
    return r->marked != NULL;
}

jsonlog_handler *jsonlog_recorder_handler_new(jsonlog_handler *target,
                                              const jsonlog_recorder_options *options) {
    jsonlog_recorder_options full;
    if (target == NULL || !read_options(&full, options))
        return NULL;
    jl_recorder *r = jl_calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->options = full;
    r->dumping = (jl_lock)JL_LOCK_INIT;
    jl_handler_adopt(target);
    r->target = jsonlog_handler_retain(target);
    jsonlog_handler *handler = NULL;
    if (make_rings(r))
        handler = r->handler = jl_handler_new(&recorder_class, r, 0);
    if (handler == NULL) {
        recorder_close(r);
        return NULL;
    }
    if (jl_handler_take_formatter(handler, target) == JSONLOG_OK && make_room_for_marks(r))
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

/* ---- public ---- */

/* Pinned, for the target's settings are read. */
jsonlog_status jsonlog_recorder_dump(jsonlog_handler *handler) {
    jl_recorder *r = jl_recorder_of(handler);
    if (r == NULL)
        return JSONLOG_E_INVALID;
    jl_thread *thread = jl_thread_enter();
    if (thread == NULL)
        return JSONLOG_E_NOMEM;
    jl_epoch_pin(thread);
    jl_track *track = jl_recorder_find_track(r);
    jsonlog_status status = JSONLOG_OK;
    if (track != NULL)
        status = jl_recorder_dump(r, track, jl_clock_now_ns());
    jl_epoch_unpin(thread);
    return status;
}

uint64_t jsonlog_recorder_clear(jsonlog_handler *handler) {
    jl_recorder *r = jl_recorder_of(handler);
    jl_track *track = r == NULL ? NULL : jl_recorder_find_track(r);
    const uint64_t lines = track == NULL ? 0 : jl_ring_clear(&track->ring);
    if (lines > 0)
        jl_recorder_count(&r->stats.cleared, lines);
    return lines;
}

static uint64_t counted(const uint64_t *counter) {
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

jsonlog_status jsonlog_recorder_get_stats(const jsonlog_handler *handler,
                                          jsonlog_recorder_stats *stats) {
    const jl_recorder *r = jl_recorder_of(handler);
    if (r == NULL || stats == NULL)
        return JSONLOG_E_INVALID;
    const jsonlog_recorder_stats *now = &r->stats;
    *stats = (jsonlog_recorder_stats){
        .kept = counted(&now->kept),
        .evicted = counted(&now->evicted),
        .expired = counted(&now->expired),
        .cleared = counted(&now->cleared),
        .unwanted = counted(&now->unwanted),
        .dumped = counted(&now->dumped),
        .refused = counted(&now->refused),
        .not_kept = counted(&now->not_kept),
        .passed = counted(&now->passed),
        .dumps = counted(&now->dumps),
    };
    return JSONLOG_OK;
}
