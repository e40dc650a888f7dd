/* What an output does when the process crashes. Everything here is async-signal-safe. */
#include "base/clock.h"
#include "handler/output.h"

#include <errno.h>
#include <poll.h>

/** What a pipe takes whole, and at once when poll() says that it takes something. */
#define PIECE_BYTES 4096

#define NS_PER_MS INT64_C(1000000)

/* ---- bytes ---- */

/* A blocking descriptor must not hold a process that crashes: nothing is written to it that it
 * would have to wait for. */
static bool await_room(const jl_target *t, const jl_rescue *r) {
    const int64_t left_ms = (r->deadline_ns - jl_clock_monotonic_ns()) / NS_PER_MS;
    struct pollfd output = {.fd = t->out.fd, .events = POLLOUT};
    if (t->out.is_file)
        return true;
    return poll(&output, 1, left_ms > 0 ? (int)left_ms : 0) == 1;
}

/* Whole lines as far as they fit into one piece. */
static size_t piece_of(const jl_target *t, const char *bytes, size_t len) {
    if (t->out.is_file || len <= PIECE_BYTES)
        return len;
    const char *newline = memrchr(bytes, '\n', PIECE_BYTES);
    return newline == NULL ? PIECE_BYTES : (size_t)(newline - bytes) + 1;
}

static bool is_transient(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

/* The FATAL line begins with a newline then. Of a file, a line that was cut is begun again. */
static size_t leave_torn(jl_target *t, const char *bytes, size_t taken) {
    if (taken == 0 || bytes[taken - 1] == '\n')
        return taken;
    __atomic_store_n(&t->is_torn, true, __ATOMIC_RELAXED);
    if (!t->out.is_file)
        return taken;
    const char *newline = memrchr(bytes, '\n', taken);
    return newline == NULL ? 0 : (size_t)(newline - bytes) + 1;
}

size_t jl_output_rescue_bytes(jl_output *o, const char *bytes, size_t len, const jl_rescue *r) {
    jl_target *t = jl_output_target(o);
    size_t taken = 0;
    int error = t == NULL || __atomic_load_n(&t->is_closed, __ATOMIC_RELAXED) ? EPIPE : 0;
    while (taken < len && error == 0 && await_room(t, r)) {
        size_t own = 0;
        const size_t piece = piece_of(t, bytes + taken, len - taken);
        error = jl_output_write_closing(o, t, bytes + taken, piece, &own);
        taken += own;
        if (is_transient(error) && jl_rescue_nap(r))
            error = 0;
    }
    return taken == len ? len : leave_torn(t, bytes, taken);
}

/* If somebody is inside the handler just now, he may have been stopped in the middle of a line. A
 * file takes a line whole or says that it does not. */
bool jl_output_rescue_write(jl_holder *holder, const char *bytes, size_t len, const jl_rescue *r) {
    jl_output *o = jl_output_of(holder);
    jl_target *t = jl_output_target(o);
    if (!holder->is_ready && t != NULL && !t->out.is_file)
        __atomic_store_n(&t->is_torn, true, __ATOMIC_RELAXED);
    return jl_output_rescue_bytes(o, bytes, len, r) == len;
}

/* ---- the stages ---- */

/* Of a thread that is stopped in the handler by this very signal there is nothing to wait for. */
static bool enter(jl_output *o, const jl_rescue *r) {
    if (jl_handler_is_entered(o->handler))
        return false;
    while (!jl_handler_try_enter(o->handler))
        if (!jl_rescue_nap(r))
            return false;
    return true;
}

static uint64_t lines_of(const jl_output *o) {
    if (o->policy != NULL)
        return o->policy->lines(o->policy_self);
    return __atomic_load_n(&o->rest_len, __ATOMIC_RELAXED) > 0;
}

/* Of a line that a full descriptor took in part, the rest. */
static void write_rest(jl_output *o, jl_rescue *r) {
    const size_t taken = jl_output_rescue_bytes(o, o->rest + o->rest_at, o->rest_len, r);
    o->rest_at += taken;
    o->rest_len -= taken;
    if (o->rest_len == 0)
        r->flushed++;
    else
        *(r->may_live ? &r->unflushed : &r->lost) += 1;
}

static void leave(jl_output *o) {
    if (o->holder.is_ready)
        jl_handler_leave(o->handler);
    o->holder.is_ready = false;
}

static void flush(jl_output *o, jl_rescue *r) {
    const jl_target *t = jl_output_target(o);
    o->holder.is_ready = enter(o, r);
    o->holder.descriptor = t == NULL ? -1 : t->out.fd;
    if (!o->holder.is_ready)
        r->unflushed += lines_of(o);
    else if (o->policy != NULL && !o->policy->rescue(o->policy_self, r))
        leave(o);
    else if (o->rest_len > 0)
        write_rest(o, r);
}

void jl_output_rescue(jl_holder *holder, jl_rescue_stage stage, jl_rescue *r) {
    jl_output *o = jl_output_of(holder);
    if (stage == JL_RESCUE_FLUSH)
        flush(o, r);
    else if (stage == JL_RESCUE_RESUME)
        leave(o);
}
