#include "base/alloc.h"
#include "base/redirect.h"
#include "handler/descriptor.h"
#include "handler/sigpipe.h"
#include "record/handler_base.h"
#include "record/handler_lock.h"

#include <errno.h>
#include <stdio_ext.h>
#include <sys/stat.h>

/* The stream's own lock is the only one: the program's printf takes it too, and with a lock of ours
 * around it two threads could take the two in opposite order. */
typedef struct stdio {
    FILE *file;
    bool flush_each;
    bool raises_sigpipe; /* anything but a regular file may */
    bool is_busy; /* with the file locked: only a nested call of this thread can see it true */
    bool is_torn; /* with the file locked: the last line may stand there in part */
    jsonlog_handler *handler;
} stdio;

/* Both flags are under the FILE lock. They are atomic all the same, because a race detector does
 * not see that lock inside the C library. */
static bool get(const bool *flag) {
    return __atomic_load_n(flag, __ATOMIC_RELAXED);
}

static void set(bool *flag, bool value) {
    __atomic_store_n(flag, value, __ATOMIC_RELAXED);
}

/* The FILE lock counts, so a nested call gets it and must be told apart. A thread that is inside a
 * handler must not wait here either. */
static bool enter(stdio *s) {
    if (!jl_handler_lock_is_nested())
        flockfile(s->file);
    else if (ftrylockfile(s->file) != 0)
        return false;
    if (get(&s->is_busy)) {
        funlockfile(s->file);
        return false;
    }
    set(&s->is_busy, true);
    return true;
}

static void leave(stdio *s) {
    set(&s->is_busy, false);
    funlockfile(s->file);
}

/* How a stream is buffered is settled by its first write, so this is asked behind it. */
static bool must_flush(const stdio *s) {
    return s->flush_each || __flbf(s->file) != 0 || __fbufsize(s->file) <= 1;
}

/* Through the stream the line would come back as a record. */
static bool is_redirected(const stdio *s) {
    const int fd = fileno(s->file);
    return jl_redirect_of(fd) != fd;
}

static bool put_past_redirect(const stdio *s, const jsonlog_line *line) {
    struct iovec part = jl_part(line->text, line->len);
    jl_descriptor out;
    if (!jl_descriptor_init(&out, fileno(s->file)))
        return false;
    const jl_written written = jl_descriptor_write_all(&out, &part, 1);
    errno = written.error;
    return written.error == 0;
}

static bool put(stdio *s, const jsonlog_line *line) {
    if (JSONLOG_UNLIKELY(is_redirected(s)))
        return put_past_redirect(s, line);
    if (get(&s->is_torn) && putc_unlocked('\n', s->file) == EOF)
        return false;
    if (fwrite_unlocked(line->text, 1, line->len, s->file) != line->len)
        return false;
    return !must_flush(s) || fflush_unlocked(s->file) == 0;
}

static bool flush_entered(stdio *s, const jsonlog_line *none) {
    (void)none;
    return fflush_unlocked(s->file) == 0;
}

/* @return what `act` did, without SIGPIPE, with errno as it left it. */
static bool guarded(stdio *s, bool (*act)(stdio *s, const jsonlog_line *line),
                    const jsonlog_line *line) {
    if (!s->raises_sigpipe)
        return act(s, line);
    jl_sigpipe hold;
    jl_sigpipe_hold(&hold);
    bool is_ok = act(s, line);
    jl_sigpipe_let_go(&hold, is_ok ? 0 : errno);
    return is_ok;
}

static jsonlog_status failure(int error) {
    errno = error;
    if (error == EAGAIN || error == EWOULDBLOCK)
        return JSONLOG_E_AGAIN;
    return error == EPIPE ? JSONLOG_E_CLOSED : JSONLOG_E_IO;
}

/* A stream that fails throws its buffer away and does not say how much of it went out, so the next
 * line begins with a newline. */
static jsonlog_status write_entered(stdio *s, const jsonlog_line *line) {
    bool was_torn = get(&s->is_torn);
    bool is_ok = guarded(s, put, line);
    int error = errno;
    set(&s->is_torn, !is_ok);
    if (is_ok && was_torn)
        jl_handler_count_torn(s->handler);
    return is_ok ? JSONLOG_OK : failure(error);
}

static jsonlog_status stdio_write(void *self, const jsonlog_line *line) {
    stdio *s = self;
    if (!enter(s)) {
        errno = EDEADLK;
        return JSONLOG_E_STATE;
    }
    jsonlog_status status = write_entered(s, line);
    int error = errno;
    leave(s);
    errno = error;
    return status;
}

static jsonlog_status stdio_flush(void *self) {
    stdio *s = self;
    if (!enter(s))
        return JSONLOG_E_STATE;
    bool is_ok = guarded(s, flush_entered, NULL);
    int error = errno;
    if (!is_ok)
        set(&s->is_torn, true);
    leave(s);
    return is_ok ? JSONLOG_OK : failure(error);
}

static void stdio_close(void *self) {
    jl_free(self);
}

static void stdio_after_fork(void *self) {
    stdio *s = self;
    set(&s->is_busy, false);
}

static const jsonlog_handler_class stdio_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "stdio",
    .write = stdio_write,
    .flush = stdio_flush,
    .close = stdio_close,
    .after_fork = stdio_after_fork,
    .is_concurrent = true,
};

static bool is_regular(FILE *file) {
    struct stat status;
    int fd = fileno(file);
    return fd != -1 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

jsonlog_handler *jsonlog_stdio_handler_new(FILE *file, bool flush_each) {
    stdio *s = file == NULL ? NULL : jl_calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    int error = errno;
    s->file = file;
    s->flush_each = flush_each;
    s->raises_sigpipe = !is_regular(file);
    errno = error;
    jsonlog_handler *handler = jl_handler_new(&stdio_class, s, JL_HANDLER_REPORTS);
    s->handler = handler;
    if (handler == NULL)
        jl_free(s);
    return handler;
}
