#include "handler/output.h"

#include "base/alloc.h"

#include <errno.h>
#include <unistd.h>

/** Processes that are killed one after the other while one line is written again and again. */
#define APART_TRIES_MAX 4

/* ---- target ---- */

jl_target *jl_target_new(int fd, bool owns_descriptor) {
    jl_descriptor out;
    if (!jl_descriptor_init(&out, fd)) {
        errno = EBADF;
        return NULL;
    }
    jl_target *t = jl_calloc(1, sizeof *t);
    if (t == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    t->out = out;
    t->owns_descriptor = owns_descriptor;
    t->reader = -1;
    return t;
}

void jl_target_free(jl_target *t) {
    if (t == NULL)
        return;
    if (t->owns_descriptor)
        close(t->out.fd);
    if (t->reader >= 0)
        close(t->reader);
    jl_free(t);
}

static void free_retired(jl_retired *retired) {
    jl_target_free((jl_target *)(void *)retired);
}

static bool get(const bool *flag) {
    return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

static void set(bool *flag, bool value) {
    __atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

/* @return the status of a failed write, with errno set for the base. */
static jsonlog_status refuse(jl_target *t, int error) {
    if (error == EPIPE)
        set(&t->is_closed, true);
    errno = error;
    if (error == EAGAIN || error == EWOULDBLOCK)
        return JSONLOG_E_AGAIN;
    return error == EPIPE ? JSONLOG_E_CLOSED : JSONLOG_E_IO;
}

static jsonlog_status refuse_nowhere(const jl_output *o) {
    errno = __atomic_load_n(&o->error, __ATOMIC_RELAXED);
    return JSONLOG_E_IO;
}

/* A line that somebody left unfinished gets its newline now, or in front of the first line. */
void jl_output_close_torn(jl_output *o, jl_target *t) {
    if (!jl_descriptor_is_torn(&t->out))
        return;
    struct iovec newline = jl_part("\n", 1);
    if (jl_descriptor_write(&t->out, &newline, 1) == 1)
        jl_handler_count_torn(o->handler);
    else
        set(&t->is_torn, true);
}

/* ---- the rest of a line that a full descriptor took only in part ---- */

/* The room for it was made with the handler; only a line beyond the usual cap needs more. */
static bool keep_rest(jl_output *o, const char *bytes, size_t len) {
    if (len > o->rest_size) {
        char *larger = jl_realloc(o->rest, len);
        if (larger == NULL)
            return false;
        o->rest = larger;
        o->rest_size = len;
    }
    memcpy(o->rest, bytes, len);
    o->rest_at = 0;
    o->rest_len = len;
    return true;
}

static void drop_rest(jl_output *o, int reason) {
    if (o->rest_len > 0)
        jl_handler_count_loss(o->handler, reason);
    o->rest_len = 0;
}

static jsonlog_status write_rest(jl_output *o, jl_target *t) {
    if (o->rest_len == 0)
        return JSONLOG_OK;
    struct iovec part = jl_part(o->rest + o->rest_at, o->rest_len);
    jl_written written = jl_descriptor_write_all(&t->out, &part, 1);
    o->rest_at += written.bytes;
    o->rest_len -= written.bytes;
    if (written.error == 0)
        return JSONLOG_OK;
    if (written.error == EPIPE)
        drop_rest(o, EPIPE);
    return refuse(t, written.error);
}

/* ---- bytes ---- */

static __attribute__((noinline)) int close_and_write(jl_output *o, jl_target *t, const char *bytes,
                                                     size_t len, size_t *own) {
    struct iovec parts[2] = {jl_part("\n", 1), jl_part(bytes, len)};
    jl_written written = jl_descriptor_write_all(&t->out, parts, 2);
    if (written.bytes > 0)
        jl_handler_count_torn(o->handler);
    else
        set(&t->is_torn, true);
    *own = written.bytes > 1 ? written.bytes - 1 : 0;
    return written.error;
}

int jl_output_write_closing(jl_output *o, jl_target *t, const char *bytes, size_t len,
                            size_t *own) {
    if (JSONLOG_UNLIKELY(get(&t->is_torn)) &&
        __atomic_exchange_n(&t->is_torn, false, __ATOMIC_RELAXED))
        return close_and_write(o, t, bytes, len, own);
    const jl_written written = jl_descriptor_write_bytes(&t->out, bytes, len);
    *own = written.bytes;
    return written.error;
}

static bool is_full(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

/* The line stands in the output up to `at`; then the descriptor refused. */
static jsonlog_status leave_torn(jl_output *o, jl_target *t, const jsonlog_line *line, int error,
                                 size_t at) {
    if (is_full(error) && keep_rest(o, line->text + at, line->len - at))
        return JSONLOG_OK;
    set(&t->is_torn, true);
    if (!is_full(error))
        return refuse(t, error);
    errno = ENOMEM;
    return JSONLOG_E_NOMEM;
}

static jsonlog_status write_line(jl_output *o, jl_target *t, const jsonlog_line *line) {
    size_t own = 0;
    int error = jl_output_write_closing(o, t, line->text, line->len, &own);
    if (error == 0)
        return JSONLOG_OK;
    return own > 0 ? leave_torn(o, t, line, error, own) : refuse(t, error);
}

static jsonlog_status write_apart(jl_output *o, jl_target *t, const jsonlog_line *line) {
    jsonlog_status status = write_line(o, t, line);
    for (int i = 0; i < APART_TRIES_MAX && status == JSONLOG_OK &&
                    jl_output_is_behind_unfinished(o, t, line->text, line->len);
         i++) {
        jl_handler_count_torn(o->handler);
        status = write_line(o, t, line);
    }
    return status;
}

/* Of many lines, only the first can stand behind an unfinished one. What comes of writing it again
 * is nothing that the others could be held back for. */
static void set_first_apart(jl_output *o, jl_target *t, const char *bytes, size_t len) {
    if (!jl_output_is_behind_unfinished(o, t, bytes, len))
        return;
    const char *newline = memchr(bytes, '\n', len);
    const jsonlog_line first = {.text = bytes,
                                .len = newline == NULL ? len : (size_t)(newline - bytes) + 1};
    jl_handler_count_torn(o->handler);
    if (write_apart(o, t, &first) != JSONLOG_OK)
        jl_handler_count_loss(o->handler, errno);
}

/* Of a file, a line that was cut is begun again, because somebody else may append in between.
 */
static size_t taken_of(jl_target *t, const char *bytes, size_t own) {
    if (!t->out.is_file || own == 0)
        return own;
    size_t whole = own;
    while (whole > 0 && bytes[whole - 1] != '\n')
        whole--;
    if (whole < own)
        set(&t->is_torn, true);
    return whole;
}

jsonlog_status jl_output_write_bytes(jl_output *o, const char *bytes, size_t len, size_t *taken) {
    jl_target *t = jl_output_target(o);
    *taken = 0;
    if (t == NULL)
        return refuse_nowhere(o);
    if (get(&t->is_closed))
        return refuse(t, EPIPE);
    int error = jl_output_write_closing(o, t, bytes, len, taken);
    if (error == 0) {
        set_first_apart(o, t, bytes, len);
        return JSONLOG_OK;
    }
    *taken = taken_of(t, bytes, *taken);
    return refuse(t, error);
}

/* ---- a line ---- */

static jsonlog_status write_entered(jl_output *o, const jsonlog_line *line, bool *is_due) {
    jl_target *t = jl_output_target(o);
    if (t == NULL)
        return refuse_nowhere(o);
    if (get(&t->is_closed))
        return refuse(t, EPIPE);
    if (o->policy != NULL)
        return o->policy->write(o->policy_self, line, is_due);
    jsonlog_status status = write_rest(o, t);
    return status == JSONLOG_OK ? write_apart(o, t, line) : status;
}

static bool needs_no_lock(const jl_output *o, const jl_target *t) {
    return !o->is_locked && t != NULL && t->out.takes_whole;
}

bool jl_output_is_concurrent(const jl_output *o, const jl_target *t) {
    return o->locks_itself || needs_no_lock(o, t);
}

bool jl_output_is_writing_here(const jl_output *o) {
    return o->policy != NULL && o->policy->is_writing_here(o->policy_self);
}

static void write_due(jl_output *o) {
    const int error = errno;
    o->policy->write_due(o->policy_self);
    errno = error;
}

static jsonlog_status refuse_nested(void) {
    errno = EDEADLK;
    return JSONLOG_E_STATE;
}

/* The base has the lock, unless the target needs none or this takes it. A replacement may have come
 * after the base had looked, and an output that stands apart wants it where it can be had. What is
 * due is written when the handler is left, so that others can go on. */
static jsonlog_status write_locked(jl_output *o, const jsonlog_line *line,
                                   jsonlog_status (*put)(jl_output *, const jsonlog_line *,
                                                         bool *)) {
    bool is_due = false;
    const bool is_entered = jl_handler_is_entered(o->handler);
    const bool is_nested = is_entered && o->locks_itself;
    if (is_nested || (!is_entered && !jl_handler_enter(o->handler)))
        return refuse_nested();
    const jsonlog_status status = put(o, line, &is_due);
    if (!is_entered)
        jl_handler_leave(o->handler);
    if (JSONLOG_UNLIKELY(is_due))
        write_due(o);
    return status;
}

static jsonlog_status write_without_lock(jl_output *o, jl_target *t, const jsonlog_line *line) {
    return get(&t->is_closed) ? refuse(t, EPIPE) : write_line(o, t, line);
}

/* A process that is killed in the middle of many lines leaves the half of one, far more often than
 * in the middle of one line. So they are for whoever has chosen to write many at once, and for
 * files where a line of another process behind that half is noticed. That is not so between a
 * process and the child of its fork. Of a pipe that others write to, lines would come apart. */
static bool takes_block(const jl_output *o, const jl_target *t) {
    if (t == NULL || !t->out.takes_whole)
        return false;
    return o->policy != NULL || !t->out.is_file || (o->stands_apart && !t->is_inherited);
}

static jsonlog_status put_block(jl_output *o, const jsonlog_line *line, bool *is_due) {
    if (!takes_block(o, jl_output_target(o)))
        return JSONLOG_E_LIMIT;
    if (o->policy != NULL)
        return write_entered(o, line, is_due);
    return jl_output_write_bytes(o, line->text, line->len, &jl_block_of(line)->taken);
}

/* A target that is replaced just then is as good as it was a moment ago: what is gathered goes to
 * the new one. */
static bool is_gathered(const jl_output *o, jl_target *t, const jsonlog_line *line) {
    return o->policy != NULL && t != NULL && !get(&t->is_closed) &&
           o->policy->try_write(o->policy_self, line);
}

jsonlog_status jl_output_write(jl_output *o, const jsonlog_line *line) {
    if (JSONLOG_UNLIKELY(jl_block_of(line) != NULL))
        return write_locked(o, line, put_block);
    jl_target *t = jl_output_target(o);
    if (is_gathered(o, t, line))
        return JSONLOG_OK;
    const bool is_free = needs_no_lock(o, t);
    if (is_free && !o->stands_apart)
        return write_without_lock(o, t, line);
    const jsonlog_status status = write_locked(o, line, write_entered);
    return is_free && status == JSONLOG_E_STATE ? write_without_lock(o, t, line) : status;
}

jsonlog_status jl_output_flush(jl_output *o) {
    if (o->policy != NULL)
        return o->policy->flush(o->policy_self);
    jl_target *t = jl_output_target(o);
    if (t == NULL)
        return JSONLOG_OK;
    return get(&t->is_closed) ? refuse(t, EPIPE) : write_rest(o, t);
}

/* The rest is the parent's to write. */
void jl_output_after_fork(jl_output *o) {
    o->rest_len = 0;
    if (o->target != NULL)
        o->target->is_inherited = true;
    if (o->policy != NULL)
        o->policy->forget(o->policy_self);
}

size_t jl_output_held(const jl_output *o) {
    return o->policy == NULL ? 0 : o->policy->held(o->policy_self);
}

/* ---- life ---- */

static bool open_way(jl_output *o, const jsonlog_write_policy *policy, size_t rest_size) {
    if (o->policy != NULL) {
        o->locks_itself = !o->is_locked;
        o->is_locked = true;
        o->policy_self = o->policy->open(o, policy);
        return o->policy_self != NULL;
    }
    o->rest_size = rest_size;
    o->rest = rest_size == 0 ? NULL : jl_alloc(rest_size);
    return rest_size == 0 || o->rest != NULL;
}

bool jl_output_init(jl_output *o, jsonlog_handler *handler, const jsonlog_write_policy *policy,
                    size_t rest_size) {
    o->handler = handler;
    o->policy = policy == NULL ? NULL : policy->kind;
    if (!open_way(o, policy, rest_size))
        return false;
    jl_handler_set_concurrent(handler, jl_output_is_concurrent(o, NULL));
    o->holder = (jl_holder){.handler = handler,
                            .rescue = jl_output_rescue,
                            .write = jl_output_rescue_write,
                            .descriptor = -1};
    jl_holder_add(&o->holder);
    return true;
}

void jl_output_done(jl_output *o) {
    jl_holder_remove(&o->holder);
    if (o->policy != NULL)
        o->policy->close(o->policy_self);
    jl_target_free(o->target);
    jl_free(o->rest);
}

/* The old target gets a last chance to take what it has not. */
static void empty_into_old(jl_output *o, jl_target *old, bool takes_more) {
    if (old != NULL && !get(&old->is_closed) && takes_more)
        jl_output_flush(o);
    drop_rest(o, EAGAIN);
    if (o->policy != NULL)
        o->policy->replaced(o->policy_self);
}

void jl_output_replace_entered(jl_output *o, jl_target *t, int error, bool takes_more) {
    jl_target *old = jl_output_target(o);
    empty_into_old(o, old, takes_more);
    if (old != NULL && t != NULL && old->out.fd == t->out.fd)
        old->owns_descriptor = false;
    __atomic_store_n(&o->error, error, __ATOMIC_RELAXED);
    __atomic_store_n(&o->target, t, __ATOMIC_SEQ_CST);
    jl_handler_set_concurrent(o->handler, jl_output_is_concurrent(o, t));
    if (old == NULL)
        return;
    if (o->is_locked && !o->locks_itself)
        jl_target_free(old);
    else
        jl_epoch_retire_later(&old->retired, free_retired);
}
