/*
 * The policy "buffered": many lines with one write.
 *
 * There are two stores. Lines are added to the one that is being filled, with the handler entered.
 * When it is full it becomes the one that leaves: whoever found it full takes the lock `out`, swaps
 * the two, and writes after he has left the handler, while others go on filling. Where the handler
 * cannot be left, because somebody else entered it, the write comes first.
 */
#include "base/alloc.h"
#include "base/background.h"
#include "base/clock.h"
#include "handler/output.h"
#include "record/handler_lock.h"

#include <errno.h>

#define FLUSH_MS_DEFAULT 1000
#define NS_PER_MS        INT64_C(1000000)

typedef struct store {
    char *bytes;
    size_t size;
    size_t begin; /* of what is not written yet */
    size_t end;
    uint64_t lines; /* from `begin` to `end`; atomic, for a crash while somebody is in here */
} store;

typedef struct write_buffer {
    jl_task task; /* writes out when the oldest line is old enough; on the flusher */
    jl_output *output;
    store stores[2];
    store *filling; /* the handler is entered */
    store *leaving; /* `out` is held; to swap the two, both */
    jl_lock out;    /* around writing; whoever holds it waits for no other lock */
    size_t stuck;   /* bytes of `leaving` that the output did not take; atomic */
    bool is_inside; /* the output stands inside the line with which `leaving` begins */
    int64_t flush_ns;
    int flush_level;
} write_buffer;

/* What is held is due at last in flush_ns. Without a thread it goes out now. */
static bool plan_flush(write_buffer *b) {
    return jl_background_schedule(&jl_flusher, &b->task, jl_clock_monotonic_ns() + b->flush_ns);
}

/* ---- a store ---- */

static uint64_t lines_of(const store *s) {
    return __atomic_load_n(&s->lines, __ATOMIC_RELAXED);
}

static void set_lines(store *s, uint64_t count) {
    __atomic_store_n(&s->lines, count, __ATOMIC_RELAXED);
}

static bool is_empty(const store *s) {
    return s->begin == s->end;
}

static void empty(store *s) {
    s->begin = 0;
    s->end = 0;
    set_lines(s, 0);
}

/* A line is what a newline ends; without any, all of it is one. */
static uint64_t count_lines(const store *s) {
    uint64_t count = 0;
    const char *end = s->bytes + s->end;
    for (const char *at = s->bytes + s->begin; at < end; count++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline == NULL ? end : newline + 1;
    }
    return count;
}

static bool grow(store *s, size_t size) {
    char *larger = jl_realloc(s->bytes, size);
    if (larger == NULL)
        return false;
    s->bytes = larger;
    s->size = size;
    return true;
}

static void append(store *s, const jsonlog_line *line, uint64_t count) {
    memcpy(s->bytes + s->end, line->text, line->len);
    s->end += line->len;
    set_lines(s, s->lines + count);
}

/* ---- writing; `out` is held ---- */

static bool is_writing_here(const void *self) {
    const write_buffer *b = self;
    return jl_lock_is_mine(&b->out);
}

/* @return false for a nested call: this thread is in the middle of a write. */
static bool begin_writing(write_buffer *b) {
    if (is_writing_here(b))
        return false;
    jl_handler_lock_take_last(&b->out);
    return true;
}

static void end_writing(write_buffer *b) {
    jl_handler_lock_give(&b->out);
}

static void drop(write_buffer *b, store *s, int reason) {
    for (uint64_t count = count_lines(s); count > 0; count--)
        jl_handler_count_loss(b->output->handler, reason);
    empty(s);
}

static void note_rest(write_buffer *b) {
    const store *s = b->leaving;
    if (is_empty(s))
        b->is_inside = false;
    __atomic_store_n(&b->stuck, s->end - s->begin, __ATOMIC_RELAXED);
}

/* What is out of the way is no longer held. */
static void let_go(write_buffer *b, size_t taken) {
    store *s = b->leaving;
    s->begin += taken;
    if (is_empty(s)) {
        empty(s);
    } else if (taken > 0) {
        b->is_inside = s->bytes[s->begin - 1] != '\n';
        set_lines(s, count_lines(s));
    }
    note_rest(b);
}

static jsonlog_status write_leaving(write_buffer *b) {
    const store *s = b->leaving;
    size_t taken = 0;
    if (is_empty(s))
        return JSONLOG_OK;
    const jsonlog_status status =
        jl_output_write_bytes(b->output, s->bytes + s->begin, s->end - s->begin, &taken);
    let_go(b, taken);
    if (status == JSONLOG_E_CLOSED) {
        drop(b, b->leaving, EPIPE);
        note_rest(b);
    }
    return status;
}

/* ---- both stores; entered, and `out` is held ---- */

/* The one that leaves is empty. */
static void swap(write_buffer *b) {
    store *filled = b->filling;
    b->filling = b->leaving;
    b->leaving = filled;
}

static jsonlog_status write_all(write_buffer *b) {
    jsonlog_status status = write_leaving(b);
    if (status == JSONLOG_OK) {
        swap(b);
        status = write_leaving(b);
    }
    if (status == JSONLOG_E_CLOSED)
        drop(b, b->filling, EPIPE);
    return status;
}

/* ---- entered ---- */

static bool has_room(const write_buffer *b, size_t len) {
    const size_t stuck = __atomic_load_n(&b->stuck, __ATOMIC_RELAXED);
    return b->filling->end + stuck + len <= b->filling->size;
}

/* The full store is about to leave. A line longer than the empty one makes that larger. */
static jsonlog_status make_room_in_empty(write_buffer *b, size_t len) {
    swap(b);
    if (len <= b->filling->size || grow(b->filling, len))
        return JSONLOG_OK;
    errno = ENOMEM;
    return JSONLOG_E_NOMEM;
}

/* @param is_due  set if a store is on its way out: `out` is held then. */
static jsonlog_status make_room(write_buffer *b, size_t len, bool *is_due) {
    if (JSONLOG_LIKELY(has_room(b, len)))
        return JSONLOG_OK;
    errno = EDEADLK;
    if (!begin_writing(b))
        return JSONLOG_E_STATE;
    jsonlog_status status = write_leaving(b);
    *is_due = status == JSONLOG_OK && !has_room(b, len);
    if (*is_due)
        return make_room_in_empty(b, len);
    const int error = errno;
    end_writing(b);
    errno = error;
    return has_room(b, len) ? JSONLOG_OK : status;
}

/* A nested call leaves it to the one that it interrupted, and to the flusher. */
static void write_out(write_buffer *b, bool *is_due) {
    if (!*is_due && !begin_writing(b))
        return;
    write_all(b);
    end_writing(b);
    *is_due = false;
}

/* Once the lines are in the buffer they are accepted, whatever comes of writing them. */
static jsonlog_status add(write_buffer *b, const jsonlog_line *line, uint64_t count, bool *is_due) {
    const jsonlog_status status = make_room(b, line->len, is_due);
    if (status != JSONLOG_OK)
        return status;
    const bool is_first = is_empty(b->filling);
    append(b->filling, line, count);
    if (line->level >= b->flush_level)
        write_out(b, is_due);
    if (is_first && !is_empty(b->filling) && !plan_flush(b))
        write_out(b, is_due);
    return JSONLOG_OK;
}

/* Behind what is held. */
static jsonlog_status write_through(write_buffer *b, jl_block *block) {
    if (!begin_writing(b))
        return JSONLOG_E_STATE;
    jsonlog_status status = write_all(b);
    if (status == JSONLOG_OK)
        status = jl_output_write_bytes(b->output, block->line.text, block->line.len, &block->taken);
    end_writing(b);
    return status;
}

static jsonlog_status buffered_write(void *self, const jsonlog_line *line, bool *is_due) {
    write_buffer *b = self;
    jl_block *block = jl_block_of(line);
    if (JSONLOG_LIKELY(block == NULL))
        return add(b, line, 1, is_due);
    return line->len > b->filling->size / 2 ? write_through(b, block)
                                            : add(b, line, block->lines, is_due);
}

/* Not entered, or not by us. */
static void write_due(void *self) {
    write_buffer *b = self;
    write_leaving(b);
    const bool is_stuck = !is_empty(b->leaving);
    end_writing(b);
    if (is_stuck)
        plan_flush(b);
}

static size_t held(void *self) {
    write_buffer *b = self;
    const bool is_ours = begin_writing(b);
    const size_t bytes = b->filling->end - b->filling->begin + b->leaving->end - b->leaving->begin;
    if (is_ours)
        end_writing(b);
    return bytes;
}

static jsonlog_status buffered_flush(void *self) {
    write_buffer *b = self;
    if (!begin_writing(b))
        return JSONLOG_E_STATE;
    const jsonlog_status status = write_all(b);
    const bool is_rest = !is_empty(b->filling) || !is_empty(b->leaving);
    end_writing(b);
    if (is_rest)
        plan_flush(b);
    return status;
}

/* The half of a line that went to the old target is of no use in the new one. */
static void drop_half(write_buffer *b) {
    store *s = b->leaving;
    if (!b->is_inside)
        return;
    const char *newline = memchr(s->bytes + s->begin, '\n', s->end - s->begin);
    s->begin = newline == NULL ? s->end : (size_t)(newline - s->bytes) + 1;
    b->is_inside = false;
    set_lines(s, count_lines(s));
    note_rest(b);
    jl_handler_count_loss(b->output->handler, EAGAIN);
}

static void replaced(void *self) {
    write_buffer *b = self;
    if (!begin_writing(b))
        return;
    drop_half(b);
    end_writing(b);
}

static void forget(void *self) {
    write_buffer *b = self;
    jl_handler_lock_after_fork(&b->out);
    empty(b->filling);
    empty(b->leaving);
    note_rest(b);
}

/* ---- in a crash ---- */

static uint64_t lines(const void *self) {
    const write_buffer *b = self;
    return lines_of(&b->stores[0]) + lines_of(&b->stores[1]);
}

static bool try_begin_writing(write_buffer *b, const jl_rescue *r) {
    if (is_writing_here(b))
        return false;
    while (!jl_handler_lock_try(&b->out))
        if (!jl_rescue_nap(r))
            return false;
    return true;
}

static void rescue_leaving(write_buffer *b, jl_rescue *r) {
    const store *s = b->leaving;
    const uint64_t before = s->lines;
    let_go(b, jl_output_rescue_bytes(b->output, s->bytes + s->begin, s->end - s->begin, r));
    r->flushed += before - s->lines;
}

/* What could not be written stays, for a process that lives on. What another thread is writing may
 * be out or not. */
static bool rescue(void *self, jl_rescue *r) {
    write_buffer *b = self;
    if (!try_begin_writing(b, r)) {
        r->unflushed += lines(b);
        return false;
    }
    rescue_leaving(b, r);
    if (is_empty(b->leaving)) {
        swap(b);
        rescue_leaving(b, r);
    }
    end_writing(b);
    *(r->may_live ? &r->unflushed : &r->lost) += lines(b);
    return true;
}

/* ---- life ---- */

static void run_flush(jl_task *task) {
    write_buffer *b = (write_buffer *)(void *)task;
    jsonlog_handler_flush(b->output->handler);
}

static void task_after_fork(jl_task *task) {
    write_buffer *b = (write_buffer *)(void *)task;
    jl_handler_after_fork(b->output->handler);
}

static void *buffered_open(jl_output *output, const jsonlog_write_policy *policy) {
    write_buffer *b = jl_calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    const size_t size = policy->bytes < JL_LINE_MAX_DEFAULT ? JL_LINE_MAX_DEFAULT : policy->bytes;
    b->filling = &b->stores[0];
    b->leaving = &b->stores[1];
    b->out = (jl_lock)JL_LOCK_INIT;
    if (!grow(b->filling, size) || !grow(b->leaving, size)) {
        jl_free(b->filling->bytes);
        jl_free(b);
        return NULL;
    }
    b->output = output;
    b->flush_ns = (policy->flush_ms == 0 ? FLUSH_MS_DEFAULT : policy->flush_ms) * NS_PER_MS;
    b->flush_level = policy->flush_level;
    b->task.run = run_flush;
    b->task.after_fork = task_after_fork;
    jl_background_add(&jl_flusher, &b->task);
    return b;
}

static void buffered_close(void *self) {
    write_buffer *b = self;
    if (b == NULL)
        return;
    jl_background_remove(&jl_flusher, &b->task);
    jl_free(b->stores[0].bytes);
    jl_free(b->stores[1].bytes);
    jl_free(b);
}

static const jsonlog_policy_class buffered_class = {
    .open = buffered_open,
    .write = buffered_write,
    .write_due = write_due,
    .is_writing_here = is_writing_here,
    .flush = buffered_flush,
    .replaced = replaced,
    .forget = forget,
    .held = held,
    .lines = lines,
    .rescue = rescue,
    .close = buffered_close,
};

jsonlog_write_policy jsonlog_buffered(size_t bytes, uint32_t flush_ms) {
    return (jsonlog_write_policy){.kind = &buffered_class,
                                  .bytes = bytes,
                                  .flush_ms = flush_ms,
                                  .flush_level = JSONLOG_LEVEL_ERROR};
}
