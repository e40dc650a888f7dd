/* The policy "buffered": many lines with one write. */
#include "base/alloc.h"
#include "base/background.h"
#include "base/clock.h"
#include "handler/output.h"

#include <errno.h>

#define FLUSH_MS_DEFAULT 1000
#define NS_PER_MS        INT64_C(1000000)

/* Everything with the handler entered. */
typedef struct write_buffer {
    jl_task task; /* writes out when the oldest line is old enough; on the flusher */
    jl_output *output;
    char *bytes;
    size_t size;
    size_t begin; /* of what is not written yet */
    size_t end;
    int64_t flush_ns;
    int flush_level;
    bool is_inside; /* the output stands inside the line that begins at `begin` */
    uint64_t lines; /* from `begin` to `end`; atomic, for a crash while somebody is in here */
} write_buffer;

/* What is held is due at last in flush_ns. Without a thread it goes out now. */
static bool plan_flush(write_buffer *b) {
    return jl_background_schedule(&jl_flusher, &b->task, jl_clock_monotonic_ns() + b->flush_ns);
}

static uint64_t lines(const void *self) {
    const write_buffer *b = self;
    return __atomic_load_n(&b->lines, __ATOMIC_RELAXED);
}

static void set_lines(write_buffer *b, uint64_t count) {
    __atomic_store_n(&b->lines, count, __ATOMIC_RELAXED);
}

static void forget(void *self) {
    write_buffer *b = self;
    b->begin = 0;
    b->end = 0;
    b->is_inside = false;
    set_lines(b, 0);
}

/* A line is what a newline ends; without any, all of it is one. */
static uint64_t count_lines(const write_buffer *b) {
    uint64_t count = 0;
    const char *end = b->bytes + b->end;
    for (const char *at = b->bytes + b->begin; at < end; count++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline == NULL ? end : newline + 1;
    }
    return count;
}

static void drop_all(write_buffer *b, int reason) {
    for (uint64_t count = count_lines(b); count > 0; count--)
        jl_handler_count_loss(b->output->handler, reason);
    forget(b);
}

/* What is out of the way is no longer held. */
static void let_go(write_buffer *b, size_t taken) {
    b->begin += taken;
    if (b->begin == b->end) {
        forget(b);
    } else if (taken > 0) {
        b->is_inside = b->bytes[b->begin - 1] != '\n';
        set_lines(b, count_lines(b));
    }
}

static jsonlog_status write_out(write_buffer *b) {
    size_t taken = 0;
    if (b->begin == b->end)
        return JSONLOG_OK;
    jsonlog_status status =
        jl_output_write_bytes(b->output, b->bytes + b->begin, b->end - b->begin, &taken);
    let_go(b, taken);
    if (status == JSONLOG_E_CLOSED)
        drop_all(b, EPIPE);
    return status;
}

static bool grow(write_buffer *b, size_t size) {
    char *larger = jl_realloc(b->bytes, size);
    if (larger == NULL)
        return false;
    b->bytes = larger;
    b->size = size;
    return true;
}

/* Room for a line: what is held goes out, and a line longer than the buffer makes that larger. */
static jsonlog_status make_room(write_buffer *b, size_t len) {
    if (len <= b->size - b->end)
        return JSONLOG_OK;
    jsonlog_status status = write_out(b);
    int error = errno;
    memmove(b->bytes, b->bytes + b->begin, b->end - b->begin);
    b->end -= b->begin;
    b->begin = 0;
    if (len <= b->size - b->end)
        return JSONLOG_OK;
    errno = error;
    if (status != JSONLOG_OK)
        return status;
    errno = ENOMEM;
    return grow(b, len) ? JSONLOG_OK : JSONLOG_E_NOMEM;
}

/* Once the line is in the buffer it is accepted, whatever comes of writing it. */
static jsonlog_status buffered_write(void *self, const jsonlog_line *line) {
    write_buffer *b = self;
    jsonlog_status status = make_room(b, line->len);
    if (status != JSONLOG_OK)
        return status;
    bool is_first = b->begin == b->end;
    memcpy(b->bytes + b->end, line->text, line->len);
    b->end += line->len;
    set_lines(b, b->lines + 1);
    if (line->level >= b->flush_level)
        write_out(b);
    if (b->begin < b->end && is_first && !plan_flush(b))
        write_out(b);
    return JSONLOG_OK;
}

static jsonlog_status buffered_flush(void *self) {
    write_buffer *b = self;
    jsonlog_status status = write_out(b);
    if (b->begin < b->end)
        plan_flush(b);
    return status;
}

/* The half of a line that went to the old target is of no use in the new one. */
static void replaced(void *self) {
    write_buffer *b = self;
    if (!b->is_inside)
        return;
    const char *newline = memchr(b->bytes + b->begin, '\n', b->end - b->begin);
    b->begin = newline == NULL ? b->end : (size_t)(newline - b->bytes) + 1;
    b->is_inside = false;
    set_lines(b, count_lines(b));
    jl_handler_count_loss(b->output->handler, EAGAIN);
}

static size_t held(void *self) {
    const write_buffer *b = self;
    return b->end - b->begin;
}

/* What could not be written stays, for a process that lives on. */
static void rescue(void *self, jl_rescue *r) {
    write_buffer *b = self;
    const uint64_t before = b->lines;
    let_go(b, jl_output_rescue_bytes(b->output, b->bytes + b->begin, b->end - b->begin, r));
    r->flushed += before - b->lines;
    *(r->may_live ? &r->unflushed : &r->lost) += b->lines;
}

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
    if (!grow(b, policy->bytes < JL_LINE_MAX_DEFAULT ? JL_LINE_MAX_DEFAULT : policy->bytes)) {
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
    jl_free(b->bytes);
    jl_free(b);
}

static const jsonlog_policy_class buffered_class = {
    .open = buffered_open,
    .write = buffered_write,
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
