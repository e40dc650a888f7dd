#include "base/alloc.h"
#include "base/epoch.h"
#include "handler/descriptor.h"
#include "record/handler_base.h"

#include <errno.h>
#include <unistd.h>

/* Where lines go. Replaced as a whole by a reopen; a thread without the lock may still be writing
 * to the old one, so that is retired rather than freed. */
typedef struct target {
    jl_retired retired;
    jl_descriptor out;
    bool owns_descriptor;
    bool is_closed; /* nobody reads any more: EPIPE was seen; atomic */
    bool is_torn;   /* the last write stopped inside a line; atomic */
} target;

typedef struct stream {
    jsonlog_handler *handler;
    target *target; /* atomic; changed with the handler entered */
    bool owns_descriptor;
    char *rest; /* what a full descriptor did not take of the last line; with the handler entered */
    size_t rest_size;
    size_t rest_at;
    size_t rest_len;
} stream;

/* ---- target ---- */

static target *target_new(int fd, bool owns_descriptor) {
    jl_descriptor out;
    if (!jl_descriptor_init(&out, fd))
        return NULL;
    target *t = jl_calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->out = out;
    t->owns_descriptor = owns_descriptor;
    return t;
}

static void target_free(jl_retired *retired) {
    target *t = (target *)(void *)retired;
    if (t->owns_descriptor)
        close(t->out.fd);
    jl_free(t);
}

static target *target_of(const stream *s) {
    return __atomic_load_n(&s->target, __ATOMIC_SEQ_CST);
}

static bool get(const bool *flag) {
    return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

static void set(bool *flag, bool value) {
    __atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

/* @return the status of a failed write, with errno set for the base. */
static jsonlog_status refuse(target *t, int error) {
    if (error == EPIPE)
        set(&t->is_closed, true);
    errno = error;
    if (error == EAGAIN || error == EWOULDBLOCK)
        return JSONLOG_E_AGAIN;
    return error == EPIPE ? JSONLOG_E_CLOSED : JSONLOG_E_IO;
}

/* A line that somebody left unfinished gets its newline now, or in front of the first line. */
static void close_torn_tail(stream *s, target *t) {
    if (!jl_descriptor_is_torn(&t->out))
        return;
    struct iovec newline = jl_part("\n", 1);
    if (jl_descriptor_write(&t->out, &newline, 1) == 1)
        jl_handler_count_torn(s->handler);
    else
        set(&t->is_torn, true);
}

/* ---- the rest of a line that a full descriptor took only in part ---- */

/* The room for it was made with the handler; only a line beyond the usual cap needs more. */
static bool keep_rest(stream *s, const char *bytes, size_t len) {
    if (len > s->rest_size) {
        char *larger = jl_realloc(s->rest, len);
        if (larger == NULL)
            return false;
        s->rest = larger;
        s->rest_size = len;
    }
    memcpy(s->rest, bytes, len);
    s->rest_at = 0;
    s->rest_len = len;
    return true;
}

static void drop_rest(stream *s, int reason) {
    if (s->rest_len > 0)
        jl_handler_count_loss(s->handler, reason);
    s->rest_len = 0;
}

static jsonlog_status write_rest(stream *s, target *t) {
    if (s->rest_len == 0)
        return JSONLOG_OK;
    struct iovec part = jl_part(s->rest + s->rest_at, s->rest_len);
    jl_written written = jl_descriptor_write_all(&t->out, &part, 1);
    s->rest_at += written.bytes;
    s->rest_len -= written.bytes;
    if (written.error == 0)
        return JSONLOG_OK;
    if (written.error == EPIPE)
        drop_rest(s, EPIPE);
    return refuse(t, written.error);
}

/* ---- a line ---- */

/* The line stands in the output up to `at`; then the descriptor refused. */
static jsonlog_status leave_torn(stream *s, target *t, const jsonlog_line *line, jl_written written,
                                 size_t at) {
    bool is_full = written.error == EAGAIN || written.error == EWOULDBLOCK;
    if (is_full && keep_rest(s, line->text + at, line->len - at))
        return JSONLOG_OK;
    set(&t->is_torn, true);
    if (!is_full)
        return refuse(t, written.error);
    errno = ENOMEM;
    return JSONLOG_E_NOMEM;
}

/* One write, with a newline in front if the line before it was left unfinished. */
static jsonlog_status write_line(stream *s, target *t, const jsonlog_line *line) {
    size_t newline = get(&t->is_torn) && __atomic_exchange_n(&t->is_torn, false, __ATOMIC_RELAXED);
    struct iovec parts[2] = {jl_part("\n", newline), jl_part(line->text, line->len)};
    jl_written written = jl_descriptor_write_all(&t->out, &parts[1 - newline], (int)(1 + newline));
    if (newline == 1 && written.bytes > 0)
        jl_handler_count_torn(s->handler);
    if (written.error == 0)
        return JSONLOG_OK;
    if (written.bytes > newline)
        return leave_torn(s, t, line, written, written.bytes - newline);
    if (written.bytes < newline)
        set(&t->is_torn, true);
    return refuse(t, written.error);
}

static jsonlog_status write_entered(stream *s, const jsonlog_line *line) {
    target *t = target_of(s);
    if (get(&t->is_closed))
        return refuse(t, EPIPE);
    jsonlog_status status = write_rest(s, t);
    return status == JSONLOG_OK ? write_line(s, t, line) : status;
}

/* The base has the lock, unless the target appends to a file. A reopen may have replaced that after
 * the base had looked: then the lock is taken here. */
static jsonlog_status stream_write(void *self, const jsonlog_line *line) {
    stream *s = self;
    target *t = target_of(s);
    if (t->out.is_append)
        return get(&t->is_closed) ? refuse(t, EPIPE) : write_line(s, t, line);
    if (jl_handler_is_entered(s->handler))
        return write_entered(s, line);
    if (!jl_handler_enter(s->handler)) {
        errno = EDEADLK;
        return JSONLOG_E_STATE;
    }
    jsonlog_status status = write_entered(s, line);
    jl_handler_leave(s->handler);
    return status;
}

static jsonlog_status stream_flush(void *self) {
    stream *s = self;
    target *t = target_of(s);
    return get(&t->is_closed) ? refuse(t, EPIPE) : write_rest(s, t);
}

static void stream_free(stream *s) {
    jl_free(s->rest);
    jl_free(s);
}

static void stream_close(void *self) {
    stream *s = self;
    target_free(&s->target->retired);
    stream_free(s);
}

/* The rest is the parent's to write. */
static void stream_after_fork(void *self) {
    stream *s = self;
    s->rest_len = 0;
}

static const jsonlog_handler_class stream_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "stream",
    .write = stream_write,
    .flush = stream_flush,
    .close = stream_close,
    .after_fork = stream_after_fork,
};

/* ---- public ---- */

static stream *stream_new(bool owns_descriptor) {
    stream *s = jl_calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->owns_descriptor = owns_descriptor;
    s->rest_size = JL_LINE_MAX_DEFAULT;
    s->rest = jl_alloc(s->rest_size);
    s->handler = s->rest == NULL ? NULL : jl_handler_new(&stream_class, s, JL_HANDLER_REPORTS);
    if (s->handler != NULL)
        return s;
    stream_free(s);
    return NULL;
}

/* The descriptor stays the caller's if this fails, so the target is made before the handler. */
jsonlog_handler *jsonlog_stream_handler_new(int descriptor, const jsonlog_stream_options *options) {
    if (options != NULL && options->size != sizeof *options)
        return NULL;
    bool owns_descriptor = options != NULL && options->owns_descriptor;
    target *t = target_new(descriptor, owns_descriptor);
    if (t == NULL)
        return NULL;
    stream *s = stream_new(owns_descriptor);
    if (s == NULL) {
        jl_free(t);
        return NULL;
    }
    s->target = t;
    jl_handler_set_concurrent(s->handler, t->out.is_append);
    close_torn_tail(s, t);
    return s->handler;
}

/* The old target gets a last chance to take the rest. */
static target *replace_target_entered(stream *s, target *t) {
    target *old = target_of(s);
    if (!get(&old->is_closed))
        write_rest(s, old);
    drop_rest(s, EAGAIN);
    if (old->out.fd == t->out.fd)
        old->owns_descriptor = false;
    __atomic_store_n(&s->target, t, __ATOMIC_SEQ_CST);
    jl_handler_set_concurrent(s->handler, t->out.is_append);
    return old;
}

jsonlog_status jsonlog_handler_reopen(jsonlog_handler *handler, int descriptor) {
    stream *s = jl_handler_self(handler, &stream_class);
    jl_descriptor probe;
    if (s == NULL || !jl_descriptor_init(&probe, descriptor))
        return JSONLOG_E_INVALID;
    target *t = target_new(descriptor, s->owns_descriptor);
    if (t == NULL)
        return JSONLOG_E_NOMEM;
    close_torn_tail(s, t);
    if (!jl_handler_enter(handler)) {
        jl_free(t);
        return JSONLOG_E_STATE;
    }
    target *old = replace_target_entered(s, t);
    jl_handler_leave(handler);
    jl_epoch_retire(&old->retired, target_free);
    return JSONLOG_OK;
}
