/*
 * The policy "buffered": many lines with one write.
 *
 * There are two stores. Lines are added to the one that is being filled, most of them without the
 * handler entered. When it is full it becomes the one that leaves: whoever found it full enters the
 * handler, takes the lock `out`, shuts the store, swaps the two, and writes after he has left the
 * handler, while others go on filling. Where the handler cannot be left, because somebody else
 * entered it, the write comes first. The first line of a store, which is what the flusher waits
 * for, and one that takes everything out are added with the handler entered too; so whoever has
 * entered it has an empty store for himself.
 */
#include "base/alloc.h"
#include "base/background.h"
#include "base/clock.h"
#include "handler/line_store.h"
#include "handler/output.h"

#include <errno.h>

#define FLUSH_MS_DEFAULT 1000
#define NS_PER_MS        INT64_C(1000000)

/* That of the handler, and `out`. */
#define LOCKS_TO_SWAP 2

typedef struct write_buffer {
    jl_task task; /* writes out when the oldest line is old enough; on the flusher */
    jl_output *output;
    jl_line_store *filling; /* atomic; to change it, and to shut it, the handler is entered … */
    jl_line_store *leaving; /* … and `out` is held; this one is shut */
    size_t stuck;           /* bytes of `leaving` that the output did not take; atomic */
    int64_t flush_ns;
    int flush_level;
    bool is_inside; /* the output stands inside the line with which `leaving` begins */
    jl_lock out;    /* around writing; whoever holds it waits for no other lock */
    jl_line_store stores[2];
} write_buffer;

/* What is held is due at last in flush_ns. Without a thread it goes out now. */
static bool plan_flush(write_buffer *b) {
    return jl_background_schedule(&jl_flusher, &b->task, jl_clock_monotonic_ns() + b->flush_ns);
}

static jl_line_store *filling_of(const write_buffer *b) {
    return __atomic_load_n(&b->filling, __ATOMIC_ACQUIRE);
}

static size_t stuck_of(const write_buffer *b) {
    return __atomic_load_n(&b->stuck, __ATOMIC_RELAXED);
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

/* A store that is shut. */
static void drop(write_buffer *b, jl_line_store *s, int reason) {
    for (uint64_t count = jl_line_store_lines(s); count > 0; count--)
        jl_handler_count_loss(b->output->handler, reason);
    jl_line_store_take(s, jl_line_store_held(s));
}

static void note_rest(write_buffer *b) {
    const jl_line_store *s = b->leaving;
    if (jl_line_store_is_empty(s))
        b->is_inside = false;
    __atomic_store_n(&b->stuck, jl_line_store_held(s), __ATOMIC_RELAXED);
}

/* What is out of the way is no longer held. */
static void let_go(write_buffer *b, size_t taken) {
    jl_line_store *s = b->leaving;
    if (taken > 0)
        b->is_inside = jl_line_store_text(s)[taken - 1] != '\n';
    jl_line_store_take(s, taken);
    note_rest(b);
}

static jsonlog_status write_leaving(write_buffer *b) {
    const jl_line_store *s = b->leaving;
    size_t taken = 0;
    if (jl_line_store_is_empty(s))
        return JSONLOG_OK;
    const jsonlog_status status =
        jl_output_write_bytes(b->output, jl_line_store_text(s), jl_line_store_held(s), &taken);
    let_go(b, taken);
    if (status == JSONLOG_E_CLOSED) {
        drop(b, b->leaving, EPIPE);
        note_rest(b);
    }
    return status;
}

/* ---- both stores; entered, and `out` is held ---- */

/* A nested call waits for nobody: he may be waiting for this thread. */
static bool shut_filling(write_buffer *b) {
    return jl_line_store_shut(b->filling, jl_handler_lock_count() <= LOCKS_TO_SWAP);
}

/* The one that leaves is empty, the other shut. */
static void swap(write_buffer *b) {
    jl_line_store *filled = b->filling;
    __atomic_store_n(&b->filling, b->leaving, __ATOMIC_RELEASE);
    b->leaving = filled;
}

static jsonlog_status refuse_nested(void) {
    errno = EDEADLK;
    return JSONLOG_E_STATE;
}

static jsonlog_status write_filling(write_buffer *b) {
    if (!shut_filling(b))
        return refuse_nested();
    swap(b);
    jl_line_store_open(b->filling);
    return write_leaving(b);
}

static void drop_filling(write_buffer *b) {
    if (!shut_filling(b))
        return;
    drop(b, b->filling, EPIPE);
    jl_line_store_open(b->filling);
}

static jsonlog_status write_all(write_buffer *b) {
    jsonlog_status status = write_leaving(b);
    if (status == JSONLOG_OK)
        status = write_filling(b);
    if (status == JSONLOG_E_CLOSED)
        drop_filling(b);
    return status;
}

/* ---- entered ---- */

static bool has_room(const write_buffer *b, const jl_store_item *line) {
    return jl_line_store_has_room(b->filling, line, stuck_of(b));
}

/* The full store is about to leave. A line longer than the empty one makes that larger. */
static jsonlog_status make_room_in_empty(write_buffer *b, size_t len) {
    if (!shut_filling(b))
        return refuse_nested();
    swap(b);
    const bool has_grown = len <= b->filling->size || jl_line_store_grow(b->filling, len);
    jl_line_store_open(b->filling);
    if (has_grown)
        return JSONLOG_OK;
    errno = ENOMEM;
    return JSONLOG_E_NOMEM;
}

/* @param is_due  set if a store is on its way out: `out` is held then. */
static jsonlog_status make_room(write_buffer *b, const jl_store_item *line, bool *is_due) {
    errno = EDEADLK;
    if (!begin_writing(b))
        return JSONLOG_E_STATE;
    jsonlog_status status = write_leaving(b);
    *is_due = status == JSONLOG_OK && !has_room(b, line);
    if (*is_due)
        return make_room_in_empty(b, line->len);
    const int error = errno;
    end_writing(b);
    errno = error;
    return has_room(b, line) ? JSONLOG_OK : status;
}

/* A nested call leaves it to the one that it interrupted, and to the flusher. */
static void write_out(write_buffer *b, bool *is_due) {
    if (!*is_due && !begin_writing(b))
        return;
    write_all(b);
    end_writing(b);
    *is_due = false;
}

/* Threads that have not entered the handler may be faster, and take the room that was made. Whoever
 * stayed in the handler after a crash has left the store shut. */
static jsonlog_status put(write_buffer *b, const jl_store_item *line, bool *is_first,
                          bool *is_due) {
    jsonlog_status status = JSONLOG_OK;
    jl_line_store_open(b->filling);
    *is_first = true;
    while (!jl_line_store_put(b->filling, line, stuck_of(b), is_first) && status == JSONLOG_OK) {
        status = *is_due ? JSONLOG_E_LIMIT : make_room(b, line, is_due);
        *is_first = true;
    }
    return status;
}

/* Once the lines are in the buffer they are accepted, whatever comes of writing them. */
static jsonlog_status add(write_buffer *b, const jsonlog_line *line, uint64_t count, bool *is_due) {
    const jl_store_item bytes = {.text = line->text, .len = line->len, .lines = count};
    bool is_first = false;
    const jsonlog_status status = put(b, &bytes, &is_first, is_due);
    if (status != JSONLOG_OK)
        return status;
    if (line->level >= b->flush_level)
        write_out(b, is_due);
    if (is_first && jl_line_store_held(b->filling) > 0 && !plan_flush(b))
        write_out(b, is_due);
    return JSONLOG_OK;
}

/* ---- not entered ---- */

static bool try_write(void *self, const jsonlog_line *line) {
    write_buffer *b = self;
    const jl_store_item bytes = {.text = line->text, .len = line->len, .lines = 1};
    bool is_first = false;
    return line->level < b->flush_level &&
           jl_line_store_put(filling_of(b), &bytes, stuck_of(b), &is_first);
}

/* ---- entered ---- */

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
    const bool is_stuck = !jl_line_store_is_empty(b->leaving);
    end_writing(b);
    if (is_stuck)
        plan_flush(b);
}

static size_t held(void *self) {
    write_buffer *b = self;
    const bool is_ours = begin_writing(b);
    const size_t bytes = jl_line_store_held(b->filling) + jl_line_store_held(b->leaving);
    if (is_ours)
        end_writing(b);
    return bytes;
}

static jsonlog_status buffered_flush(void *self) {
    write_buffer *b = self;
    if (!begin_writing(b))
        return JSONLOG_E_STATE;
    const jsonlog_status status = write_all(b);
    const bool is_rest = jl_line_store_held(b->filling) > 0 || !jl_line_store_is_empty(b->leaving);
    end_writing(b);
    if (is_rest)
        plan_flush(b);
    return status;
}

/* The half of a line that went to the old target is of no use in the new one. */
static void drop_half(write_buffer *b) {
    jl_line_store *s = b->leaving;
    if (!b->is_inside)
        return;
    const size_t held_now = jl_line_store_held(s);
    const char *text = jl_line_store_text(s);
    const char *newline = memchr(text, '\n', held_now);
    let_go(b, newline == NULL ? held_now : (size_t)(newline - text) + 1);
    b->is_inside = false;
    jl_handler_count_loss(b->output->handler, EAGAIN);
}

static void replaced(void *self) {
    write_buffer *b = self;
    if (!begin_writing(b))
        return;
    drop_half(b);
    end_writing(b);
}

/* Others may have been anywhere. A store that this thread is in the middle of adding to, in the
 * handler of a signal, stays the one that is filled. */
static void forget(void *self) {
    write_buffer *b = self;
    jl_handler_lock_after_fork(&b->out);
    const bool is_second = jl_line_store_is_inside(&b->stores[1]);
    jl_line_store_forget(&b->stores[0]);
    jl_line_store_forget(&b->stores[1]);
    b->filling = &b->stores[is_second ? 1 : 0];
    b->leaving = &b->stores[is_second ? 0 : 1];
    note_rest(b);
    jl_line_store_open(b->filling);
}

/* ---- in a crash ---- */

static uint64_t lines(const void *self) {
    const write_buffer *b = self;
    return jl_line_store_lines(&b->stores[0]) + jl_line_store_lines(&b->stores[1]);
}

static bool try_begin_writing(write_buffer *b, const jl_rescue *r) {
    if (is_writing_here(b))
        return false;
    while (!jl_handler_lock_try(&b->out))
        if (!jl_rescue_nap(r))
            return false;
    return true;
}

/* A thread that crashed while it added a line does not go on. */
static bool rescue_shut(jl_line_store *s, const jl_rescue *r) {
    while (!jl_line_store_try_shut(s))
        if (jl_line_store_is_inside(s) || !jl_rescue_nap(r)) {
            jl_line_store_open(s);
            return false;
        }
    return true;
}

static void rescue_leaving(write_buffer *b, jl_rescue *r) {
    const jl_line_store *s = b->leaving;
    const uint64_t before = jl_line_store_lines(s);
    let_go(b, jl_output_rescue_bytes(b->output, jl_line_store_text(s), jl_line_store_held(s), r));
    r->flushed += before - jl_line_store_lines(s);
}

/* The store that is filled stays shut as long as the handler is entered. */
static bool rescue_both(write_buffer *b, jl_rescue *r) {
    if (!rescue_shut(b->filling, r))
        return false;
    rescue_leaving(b, r);
    if (jl_line_store_is_empty(b->leaving)) {
        swap(b);
        rescue_leaving(b, r);
    }
    return true;
}

/* What could not be written stays, for a process that lives on. What another thread is writing may
 * be out or not. */
static bool rescue(void *self, jl_rescue *r) {
    write_buffer *b = self;
    const bool is_ours = try_begin_writing(b, r);
    const bool is_done = is_ours && rescue_both(b, r);
    if (is_ours)
        end_writing(b);
    *(is_done && !r->may_live ? &r->lost : &r->unflushed) += lines(b);
    return is_done;
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

static void free_buffer(write_buffer *b) {
    jl_line_store_done(&b->stores[0]);
    jl_line_store_done(&b->stores[1]);
    jl_free(b);
}

static size_t size_of(const jsonlog_write_policy *policy) {
    if (policy->bytes < JL_LINE_MAX_DEFAULT)
        return JL_LINE_MAX_DEFAULT;
    return policy->bytes < JL_STORE_SIZE_MAX ? policy->bytes : JL_STORE_SIZE_MAX;
}

static void *buffered_open(jl_output *output, const jsonlog_write_policy *policy) {
    write_buffer *b = jl_calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->filling = &b->stores[0];
    b->leaving = &b->stores[1];
    b->out = (jl_lock)JL_LOCK_INIT;
    if (!jl_line_store_init(b->filling, size_of(policy)) ||
        !jl_line_store_init(b->leaving, size_of(policy))) {
        free_buffer(b);
        return NULL;
    }
    jl_line_store_open(b->filling);
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
    free_buffer(b);
}

static const jsonlog_policy_class buffered_class = {
    .open = buffered_open,
    .try_write = try_write,
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
