#include <jsonlog/foreign.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/compat_socket.h"
#include "base/compat_wait.h"
#include "base/err.h"
#include "base/redirect.h"
#include "logger/chores.h"
#include "logger/foreign_log.h"
#include "logger/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LIMIT_DEFAULT  8192
#define LIMIT_MIN      64
#define LIMIT_MAX      ((size_t)1 << 20)
#define READ_BYTES     16384
#define AT_SHUTDOWN_MS 1000
#define NS_PER_MS      INT64_C(1000000)

/* A pipe, its reader, and what the reader is asked for by writing to `wake`. */
struct jsonlog_foreign {
    pthread_mutex_t lock;
    pthread_cond_t moved; /* `answered` or `has_ended` changed */
    pthread_t thread;
    bool has_thread;   /* not in the child of a fork */
    bool must_stop;    /* read what is there and end */
    bool is_alone;     /* no writer is left; the reader's, and the closer's when it has ended */
    bool has_ended;    /* the reader touches nothing any more */
    uint64_t asked;    /* how many flushes there were … */
    uint64_t answered; /* … and how many are done */
    int read_end;
    int write_end; /* atomic; -1 once it is closed */
    int wake[2];
    int redirected[JL_REDIRECTS_MAX];
    int redirected_count;
    uint64_t bytes; /* atomic */
    jsonlog_context *context;
    jl_foreign_lines lines;
    jl_foreign_log log;
    jsonlog_foreign *next; /* with list_lock */
};

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static jsonlog_foreign *list;

/* ---- the reader ------------------------------------------------------------------------------ */

/* What is in the pipe now, so that a writer without end does not keep us from answering.
 * @return false at the end of the stream. */
static bool read_available(jsonlog_foreign *f) {
    char bytes[READ_BYTES];
    int available = 0;
    if (ioctl(f->read_end, FIONREAD, &available) == -1)
        return false;
    do {
        const ssize_t got = read(f->read_end, bytes, sizeof bytes);
        if (got == -1 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == -1 && errno == EAGAIN;
        __atomic_fetch_add(&f->bytes, (uint64_t)got, __ATOMIC_RELAXED);
        jl_foreign_lines_feed(&f->lines, (jl_text){bytes, (size_t)got}, jl_foreign_log_line,
                              &f->log);
        available -= (int)got;
    } while (available > 0);
    return true;
}

static void await_work(const jsonlog_foreign *f) {
    char bytes[64];
    struct pollfd sources[] = {{.fd = f->read_end, .events = POLLIN},
                               {.fd = f->wake[0], .events = POLLIN}};
    poll(sources, 2, -1);
    while (read(f->wake[0], bytes, sizeof bytes) > 0)
        continue;
}

static uint64_t asked_for(jsonlog_foreign *f, bool *must_stop) {
    pthread_mutex_lock(&f->lock);
    const uint64_t asked = f->asked;
    *must_stop = f->must_stop;
    pthread_mutex_unlock(&f->lock);
    return asked;
}

static void answer(jsonlog_foreign *f, uint64_t answered, bool has_ended) {
    pthread_mutex_lock(&f->lock);
    f->answered = answered;
    f->has_ended = has_ended;
    pthread_cond_broadcast(&f->moved);
    pthread_mutex_unlock(&f->lock);
}

/* A request is looked at before the pipe is read: what was written before it is in the pipe. */
static void *read_all(void *foreign) {
    jsonlog_foreign *f = foreign;
    const jsonlog_scope scope = jsonlog_context_enter(f->context);
    bool must_stop = false;
    while (!f->is_alone && !must_stop) {
        await_work(f);
        const uint64_t asked = asked_for(f, &must_stop);
        f->is_alone = !read_available(f);
        answer(f, asked, false);
    }
    jl_foreign_lines_end(&f->lines, jl_foreign_log_line, &f->log);
    jsonlog_scope_pop(scope);
    answer(f, UINT64_MAX, true);
    return NULL;
}

static bool start_reader(jsonlog_foreign *f) {
    const int error = jl_thread_start(&f->thread, read_all, f);
    f->has_thread = error == 0;
    errno = error;
    return f->has_thread;
}

static void wake_reader(const jsonlog_foreign *f) {
    const ssize_t unused = write(f->wake[1], "", 1); /* full: it is awake */
    (void)unused;
}

/* ---- making and freeing ---------------------------------------------------------------------- */

static void close_ends(int ends[2]) {
    for (int i = 0; i < 2; i++) {
        if (ends[i] != -1)
            close(ends[i]);
        ends[i] = -1;
    }
}

static void free_foreign(jsonlog_foreign *f) {
    int ends[] = {f->read_end, f->write_end};
    close_ends(ends);
    close_ends(f->wake);
    jsonlog_context_free(f->context);
    pthread_cond_destroy(&f->moved);
    pthread_mutex_destroy(&f->lock);
    jl_free(f->lines.text);
    jl_free(f->log.space);
    jl_free(f);
}

static bool are_valid(const jsonlog_foreign_options *o) {
    const size_t limit = o->limit_bytes;
    return o->size == sizeof *o && o->level >= 0 && o->level < JSONLOG_LEVEL_OFF &&
           (limit == 0 || (limit >= LIMIT_MIN && limit <= LIMIT_MAX)) &&
           o->json >= JSONLOG_FOREIGN_JSON_MEMBER && o->json <= JSONLOG_FOREIGN_JSON_FIELDS;
}

static jsonlog_foreign *allocate(const jsonlog_foreign_options *o) {
    jsonlog_foreign *f = jl_calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->read_end = f->write_end = f->wake[0] = f->wake[1] = -1;
    pthread_mutex_init(&f->lock, NULL);
    jl_compat_cond_init(&f->moved);
    f->lines.limit = o->limit_bytes == 0 ? LIMIT_DEFAULT : o->limit_bytes;
    f->lines.text = jl_alloc(f->lines.limit + JL_FOREIGN_LINE_SLACK);
    f->log.space = jl_alloc(f->lines.limit);
    f->log.logger = o->logger == NULL ? jsonlog_get("foreign") : o->logger;
    f->log.level = o->level == 0 ? JSONLOG_LEVEL_INFO : o->level;
    f->log.json = o->json;
    f->log.redirected = -1;
    if (f->lines.text != NULL && f->log.space != NULL)
        return f;
    free_foreign(f);
    return NULL;
}

/* A writer expects a pipe that waits; the reader must never wait in read(). */
static bool open_pipes(jsonlog_foreign *f) {
    int ends[2];
    int error = jl_compat_pipe(ends);
    if (error == 0) {
        f->read_end = ends[0];
        f->write_end = ends[1];
        error = fcntl(f->write_end, F_SETFL, 0) == -1 ? -errno : jl_compat_pipe(f->wake);
    }
    errno = -error;
    return error == 0;
}

static jsonlog_foreign *fail_to_make(jsonlog_foreign *f, jsonlog_err *err, jsonlog_status status,
                                     const char *what) {
    if (status == JSONLOG_E_IO)
        jl_err_set(err, status, JSONLOG_NO_OFFSET, "a capture of foreign lines: %s: %s", what,
                   strerror(errno));
    else
        jl_err_set(err, status, JSONLOG_NO_OFFSET, "a capture of foreign lines: %s", what);
    if (f != NULL)
        free_foreign(f);
    return NULL;
}

/* ---- the end of the process, and children ---------------------------------------------------- */

static void before_fork(void) {
    pthread_mutex_lock(&list_lock);
    for (jsonlog_foreign *f = list; f != NULL; f = f->next)
        pthread_mutex_lock(&f->lock);
}

static void in_parent(void) {
    for (jsonlog_foreign *f = list; f != NULL; f = f->next)
        pthread_mutex_unlock(&f->lock);
    pthread_mutex_unlock(&list_lock);
}

/* A pipe whose read end a child held open too would never break for its writers. */
static void in_child(void) {
    for (jsonlog_foreign *f = list; f != NULL; f = f->next) {
        jl_compat_cond_init(&f->moved);
        f->has_thread = false;
        close(f->read_end);
        f->read_end = -1;
        close_ends(f->wake);
    }
    in_parent();
}

static void drain_all(bool is_exit);

static void watch_process(void) {
    static jl_ending ending = {.run = drain_all};
    jl_tree_ready();
    pthread_atfork(before_fork, in_parent, in_child);
    jl_chores_at_shutdown(&ending);
}

static void enlist(jsonlog_foreign *f) {
    pthread_mutex_lock(&list_lock);
    f->next = list;
    list = f;
    pthread_mutex_unlock(&list_lock);
}

static void strike_off(const jsonlog_foreign *f) {
    pthread_mutex_lock(&list_lock);
    jsonlog_foreign **link = &list;
    while (*link != NULL && *link != f)
        link = &(*link)->next;
    if (*link != NULL)
        *link = f->next;
    pthread_mutex_unlock(&list_lock);
}

/* ---- the functions of the header ------------------------------------------------------------- */

jsonlog_foreign *jsonlog_foreign_new(const jsonlog_foreign_options *options, jsonlog_err *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const jsonlog_foreign_options defaults = JSONLOG_FOREIGN_OPTIONS_INIT;
    const jsonlog_foreign_options *o = options == NULL ? &defaults : options;
    if (!are_valid(o))
        return fail_to_make(NULL, err, JSONLOG_E_INVALID, "an option is out of its range");
    pthread_once(&once, watch_process);
    jsonlog_foreign *f = allocate(o);
    if (f == NULL)
        return fail_to_make(NULL, err, JSONLOG_E_NOMEM, "no memory");
    if (!open_pipes(f))
        return fail_to_make(f, err, JSONLOG_E_IO, "no pipe");
    f->context = jsonlog_context_take();
    enlist(f);
    if (start_reader(f))
        return f;
    const int error = errno;
    strike_off(f);
    errno = error;
    return fail_to_make(f, err, error == ENOMEM ? JSONLOG_E_NOMEM : JSONLOG_E_IO, "no thread");
}

int jsonlog_foreign_descriptor(const jsonlog_foreign *f) {
    return f == NULL ? -1 : __atomic_load_n(&f->write_end, __ATOMIC_ACQUIRE);
}

/* What was printed before belongs to the place of before. */
static void flush_stdio(int descriptor) {
    if (descriptor == STDOUT_FILENO)
        fflush(stdout);
    if (descriptor == STDERR_FILENO)
        fflush(stderr);
}

static jsonlog_status redirect_locked(jsonlog_foreign *f, int descriptor) {
    if (f->write_end == -1)
        return JSONLOG_E_STATE;
    const jsonlog_status status = jl_redirect_begin(descriptor, f->write_end);
    if (status != JSONLOG_OK)
        return status;
    f->redirected[f->redirected_count++] = descriptor;
    __atomic_store_n(&f->log.redirected, descriptor, __ATOMIC_RELEASE);
    return JSONLOG_OK;
}

jsonlog_status jsonlog_foreign_redirect(jsonlog_foreign *f, int descriptor) {
    if (f == NULL || descriptor < 0)
        return JSONLOG_E_INVALID;
    flush_stdio(descriptor);
    pthread_mutex_lock(&f->lock);
    const jsonlog_status status = redirect_locked(f, descriptor);
    pthread_mutex_unlock(&f->lock);
    return status;
}

int jsonlog_foreign_original(int descriptor) {
    return jl_redirect_of(descriptor);
}

/* The reader goes on meanwhile, so that stdio can be flushed into a full pipe. */
void jsonlog_foreign_end(jsonlog_foreign *f) {
    if (f == NULL)
        return;
    for (int i = f->redirected_count; i-- > 0;) {
        flush_stdio(f->redirected[i]);
        jl_redirect_end(f->redirected[i]);
    }
    pthread_mutex_lock(&f->lock);
    f->redirected_count = 0;
    const int write_end = f->write_end;
    __atomic_store_n(&f->write_end, -1, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&f->lock);
    if (write_end != -1)
        close(write_end);
}

/* The reader waits for a log call of ours to end, or is in one itself. */
static bool is_in_log_call(void) {
    const jl_thread *thread = jl_thread_peek();
    return thread != NULL && thread->depth > 0;
}

static int64_t in_ms(uint32_t ms) {
    return jl_clock_monotonic_ns() + (int64_t)ms * NS_PER_MS;
}

static bool await_answer(jsonlog_foreign *f, uint64_t ticket, int64_t until_ns) {
    pthread_mutex_lock(&f->lock);
    while (f->answered < ticket && jl_clock_monotonic_ns() < until_ns)
        jl_compat_cond_wait(&f->moved, &f->lock, until_ns);
    const bool is_answered = f->answered >= ticket;
    pthread_mutex_unlock(&f->lock);
    return is_answered;
}

static bool flush(jsonlog_foreign *f, int64_t until_ns) {
    pthread_mutex_lock(&f->lock);
    const uint64_t ticket = ++f->asked;
    pthread_mutex_unlock(&f->lock);
    wake_reader(f);
    return await_answer(f, ticket, until_ns);
}

jsonlog_status jsonlog_foreign_flush(jsonlog_foreign *f, uint32_t timeout_ms) {
    if (f == NULL)
        return JSONLOG_E_INVALID;
    if (is_in_log_call() || !f->has_thread)
        return JSONLOG_E_STATE;
    return flush(f, in_ms(timeout_ms)) ? JSONLOG_OK : JSONLOG_E_TIMEOUT;
}

/* Once the time is over the reader takes a last look: it may find the end that it had not come to.
 */
static jsonlog_status finish(jsonlog_foreign *f, uint32_t timeout_ms) {
    jsonlog_foreign_end(f);
    if (!f->has_thread)
        return JSONLOG_OK;
    await_answer(f, UINT64_MAX, in_ms(timeout_ms));
    pthread_mutex_lock(&f->lock);
    f->must_stop = true;
    pthread_mutex_unlock(&f->lock);
    wake_reader(f);
    pthread_join(f->thread, NULL);
    f->has_thread = false;
    return f->is_alone ? JSONLOG_OK : JSONLOG_E_TIMEOUT;
}

/* The captures stay: for more lines or, of a process that ends, for whoever closes them later. Who
 * closes one meanwhile waits, a second at most unless the process ends. */
static void drain_all(bool is_exit) {
    if (is_in_log_call())
        return;
    const int64_t until_ns = in_ms(AT_SHUTDOWN_MS);
    pthread_mutex_lock(&list_lock);
    for (jsonlog_foreign *f = list; f != NULL; f = f->next) {
        if (is_exit)
            finish(f, AT_SHUTDOWN_MS);
        else if (f->has_thread)
            flush(f, until_ns);
    }
    pthread_mutex_unlock(&list_lock);
}

jsonlog_status jsonlog_foreign_close(jsonlog_foreign *f, uint32_t timeout_ms) {
    if (f == NULL)
        return JSONLOG_OK;
    if (is_in_log_call())
        return JSONLOG_E_STATE;
    const jsonlog_status status = finish(f, timeout_ms);
    strike_off(f);
    free_foreign(f);
    return status;
}

void jsonlog_foreign_get_stats(jsonlog_foreign *f, jsonlog_foreign_stats *stats) {
    if (f == NULL || stats == NULL || stats->size != sizeof *stats)
        return;
    stats->bytes = __atomic_load_n(&f->bytes, __ATOMIC_RELAXED);
    stats->lines = __atomic_load_n(&f->log.lines, __ATOMIC_RELAXED);
    stats->cut = __atomic_load_n(&f->log.cut, __ATOMIC_RELAXED);
    stats->json = __atomic_load_n(&f->log.json_lines, __ATOMIC_RELAXED);
    stats->echoes = __atomic_load_n(&f->log.echoes, __ATOMIC_RELAXED);
    pthread_mutex_lock(&f->lock);
    stats->has_ended = f->has_ended;
    pthread_mutex_unlock(&f->lock);
}
