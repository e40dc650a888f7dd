#include "handler/rotating_handler.h"

#include "base/alloc.h"
#include "base/cancel.h"
#include "base/clock.h"
#include "base/compat_file.h"
#include "base/err.h"
#include "handler/compressor.h"
#include "handler/rotated_work.h"
#include "handler/watched_file.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHECK_MS_DEFAULT 100
#define NS_PER_SECOND    INT64_C(1000000000)
#define NS_PER_MS        INT64_C(1000000)
#define DAY              86400u

/** Threads race to the lock with records of about the same time; a clock that was set back is
 *  further off than this. */
#define DISORDER_S 60

/** The rotation lock is held for as long as it takes to rename some files, so a rotation waits for
 * it a little, once; whoever holds it longer is stopped or broken, and lines go on without. */
#define LOCK_TRIES_MAX 25
#define LOCK_GAP_NS    2000000L

/** Somebody may rotate between an open and the look at what was opened, but not for ever. */
#define OPEN_TRIES_MAX 16

/* Everything with the handler entered. */
typedef struct rotating {
    jl_watched_file file;
    jl_rotation_time time;
    jl_rotated_work work;
    uint64_t max_bytes;
    uint64_t size;       /* of the file, with what is held in a buffer */
    int64_t last_line_s; /* of the lines this process wrote to the file; 0: none */
    int64_t next_s;      /* when the period is over; known if has_period */
    int64_t seen_s;      /* the latest time of a line in it */
    bool has_period;
    int64_t retry_ns; /* no rotation before that */
} rotating;

/* ---- the period ---- */

static void begin_period(rotating *r, int64_t now_s) {
    r->has_period = true;
    r->seen_s = now_s;
    r->next_s = jl_rotation_next(&r->time, now_s);
}

/* A clock that was set back begins the period anew, for its end may be far off now. */
static bool is_time_over(rotating *r, int64_t now_s) {
    if (r->time.period == JSONLOG_PERIOD_NONE)
        return false;
    if (!r->has_period || now_s < r->seen_s - DISORDER_S)
        begin_period(r, now_s);
    if (now_s > r->seen_s)
        r->seen_s = now_s;
    return now_s >= r->next_s;
}

/* ---- opening ---- */

/* The shared lock, held as long as the descriptor is open, keeps others from compressing or
 * removing the file. @return whether it is still the file of this path, and ours to write to. */
static bool share(const char *path, int fd, struct stat *status) {
    struct stat named;
    if (flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, status) == 0 && stat(path, &named) == 0 && named.st_ino == status->st_ino &&
           named.st_dev == status->st_dev;
}

/* An empty file counts from when it was made: a record that is a little older than a file another
 * process has just made must not begin the old period again. */
static void take_over(rotating *r, const struct stat *status) {
    r->size = (uint64_t)status->st_size;
    r->last_line_s = 0;
    begin_period(r, jl_compat_written_ns(status) / NS_PER_SECOND);
}

/* @return fd, taken over, or an errno below zero. */
static int take_if_regular(rotating *r, int fd, const struct stat *status) {
    if (!S_ISREG(status->st_mode)) {
        close(fd);
        return -EINVAL;
    }
    take_over(r, status);
    return fd;
}

static int open_shared(jl_watched_file *file) {
    for (int i = 0; i < OPEN_TRIES_MAX; i++) {
        struct stat status;
        const int fd = jl_log_path_open(&file->path);
        if (fd < 0)
            return fd;
        if (share(file->path.text, fd, &status))
            return take_if_regular((rotating *)(void *)file, fd, &status);
        close(fd);
    }
    return -EBUSY;
}

/* ---- rotating ---- */

static bool is_own(const rotating *r, struct stat *open_one) {
    struct stat named;
    return fstat(jl_output_target(&r->file.output)->out.fd, open_one) == 0 &&
           stat(r->file.path.text, &named) == 0 && named.st_ino == open_one->st_ino &&
           named.st_dev == open_one->st_dev;
}

static int64_t end_of(const rotating *r, const struct stat *status) {
    return r->last_line_s != 0 ? r->last_line_s : jl_compat_written_ns(status) / NS_PER_SECOND;
}

/* Without a new file the old one gets its name back, unless somebody else has made one. */
static jsonlog_status open_next(rotating *r, const char *aside) {
    jsonlog_status status = jl_watched_file_reopen(&r->file, NULL);
    if (status == JSONLOG_OK)
        return JSONLOG_OK;
    if (jl_compat_rename_new(aside, r->file.path.text) == 0)
        return status;
    return jl_watched_file_reopen(&r->file, NULL);
}

static jsonlog_status put_aside(rotating *r, const struct stat *status) {
    char *aside = NULL;
    const int error = jl_rotated_put_aside(&r->work.place, end_of(r, status), &aside);
    if (error != 0)
        return error == ENOMEM ? JSONLOG_E_NOMEM : JSONLOG_E_IO;
    const jsonlog_status opened = open_next(r, aside);
    if (opened == JSONLOG_OK)
        jl_rotated_work_add(&r->work, aside);
    jl_free(aside);
    return opened;
}

/* With the rotation lock. Another process may have been first; then its new file may be full in
 * turn. Or the file may have been truncated. */
static jsonlog_status rotate_locked(rotating *r, uint64_t more_bytes, bool is_forced) {
    struct stat status;
    if (!is_own(r, &status)) {
        const jsonlog_status reopened = jl_watched_file_reopen(&r->file, NULL);
        is_forced = false;
        if (reopened != JSONLOG_OK || !is_own(r, &status))
            return reopened;
    }
    r->size = (uint64_t)status.st_size;
    const bool is_full = r->max_bytes > 0 && r->size + more_bytes > r->max_bytes;
    if (r->size == 0 || !(is_full || is_forced))
        return JSONLOG_OK;
    return put_aside(r, &status);
}

/* @return a descriptor to close, or an errno negated. */
static int take_lock(const rotating *r) {
    const struct timespec gap = {0, LOCK_GAP_NS};
    int fd = jl_compat_lock_file(r->work.lock_path, r->work.mode);
    for (int i = 0; fd == -EWOULDBLOCK && r->retry_ns == 0 && i < LOCK_TRIES_MAX; i++) {
        nanosleep(&gap, NULL);
        fd = jl_compat_lock_file(r->work.lock_path, r->work.mode);
    }
    return fd;
}

/* What is held goes into the old file first: if that does not take it, it is not the time. */
static jsonlog_status rotate_uncancelled(rotating *r, uint64_t more_bytes, bool is_forced) {
    jsonlog_status status = jl_output_flush(&r->file.output);
    if (status != JSONLOG_OK || jl_output_held(&r->file.output) > 0)
        return status == JSONLOG_OK ? JSONLOG_E_AGAIN : status;
    const int lock = take_lock(r);
    if (lock < 0)
        return lock == -EWOULDBLOCK ? JSONLOG_E_AGAIN : JSONLOG_E_IO;
    status = rotate_locked(r, more_bytes, is_forced);
    close(lock);
    return status;
}

static jsonlog_status rotate(rotating *r, uint64_t more_bytes, bool is_forced) {
    const int state = jl_cancel_not();
    const jsonlog_status status = rotate_uncancelled(r, more_bytes, is_forced);
    jl_cancel_as_before(state);
    return status;
}

static int64_t retry_interval(const rotating *r) {
    return r->file.look_ns == JL_LOOK_NEVER ? CHECK_MS_DEFAULT * NS_PER_MS : r->file.look_ns;
}

static bool is_full_with(const rotating *r, const jsonlog_line *line) {
    return r->max_bytes > 0 && r->size + line->len > r->max_bytes;
}

static void rotate_if_due(rotating *r, const jsonlog_line *line, int64_t now_s) {
    const bool is_over = is_time_over(r, now_s);
    const bool is_full = is_full_with(r, line);
    if (!(is_over || is_full) || jl_output_target(&r->file.output) == NULL)
        return;
    if (r->size == 0) {
        begin_period(r, now_s);
        return;
    }
    if (jl_clock_monotonic_ns() < r->retry_ns)
        return;
    const int error = errno;
    if (rotate(r, line->len, is_over) == JSONLOG_OK) {
        r->retry_ns = 0;
        begin_period(r, now_s);
    } else {
        r->retry_ns = jl_clock_monotonic_ns() + retry_interval(r);
    }
    errno = error;
}

/* ---- the class ---- */

/* After a write the descriptor stands at the end of its line, behind what others have appended. */
static void count_bytes(rotating *r, size_t len) {
    const off_t end = r->file.output.policy != NULL
                          ? -1
                          : lseek(jl_output_target(&r->file.output)->out.fd, 0, SEEK_CUR);
    r->size = end >= 0 ? (uint64_t)end : r->size + len;
}

static void note_line(rotating *r, int64_t now_s) {
    if (now_s > r->last_line_s)
        r->last_line_s = now_s;
}

/* ---- many lines at once ---- */

/* Others have appended meanwhile, too. */
static void look_at_size(rotating *r, const jl_target *t) {
    struct stat status;
    if (r->file.output.policy == NULL && fstat(t->out.fd, &status) == 0)
        r->size = (uint64_t)status.st_size;
}

/* Of lines with which the file is full, or its time over, only one by one is known which is the
 * first of the next file. The latest of them stands for all. */
static bool fits_whole(rotating *r, const jl_block *block, int64_t now_s) {
    const jl_target *t = jl_output_target(&r->file.output);
    const bool is_in_period =
        r->time.period == JSONLOG_PERIOD_NONE ||
        (r->has_period && now_s >= r->seen_s - DISORDER_S && now_s < r->next_s);
    if (t == NULL || !is_in_period)
        return false;
    look_at_size(r, t);
    return !is_full_with(r, &block->line);
}

static jsonlog_status write_block(rotating *r, jl_block *block, int64_t now_s) {
    if (!fits_whole(r, block, now_s))
        return JSONLOG_E_LIMIT;
    const jsonlog_status status = jl_output_write(&r->file.output, &block->line);
    const size_t taken = status == JSONLOG_OK ? block->line.len : block->taken;
    if (taken > 0) {
        count_bytes(r, taken);
        note_line(r, now_s);
    }
    return status;
}

static jsonlog_status rotating_write(void *self, const jsonlog_line *line) {
    rotating *r = self;
    const int64_t time_ns = line->time_ns > 0 ? line->time_ns : r->work.now_ns();
    const int64_t now_s = time_ns / NS_PER_SECOND;
    jl_watched_file_look(&r->file);
    if (JSONLOG_UNLIKELY(jl_block_of(line) != NULL))
        return write_block(r, jl_block_of(line), now_s);
    rotate_if_due(r, line, now_s);
    const jsonlog_status status = jl_output_write(&r->file.output, line);
    if (status == JSONLOG_OK) {
        count_bytes(r, line->len);
        note_line(r, now_s);
    }
    return status;
}

static jsonlog_status rotating_flush(void *self) {
    rotating *r = self;
    if (jl_output_held(&r->file.output) > 0)
        jl_watched_file_look(&r->file);
    return jl_output_flush(&r->file.output);
}

static void rotating_close(void *self) {
    rotating *r = self;
    jl_rotated_work_done(&r->work);
    jl_output_done(&r->file.output);
    jl_log_path_done(&r->file.path);
    jl_free(r);
}

static void rotating_after_fork(void *self) {
    rotating *r = self;
    jl_output_after_fork(&r->file.output);
}

static const jsonlog_handler_class rotating_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "rotating",
    .write = rotating_write,
    .flush = rotating_flush,
    .close = rotating_close,
    .after_fork = rotating_after_fork,
    .has_no_cancellation_point = true,
};

/* ---- construction ---- */

static const char *fault_of(const jsonlog_rotating_options *o) {
    static const unsigned most[] = {UINT32_MAX, DAY, DAY / 60, DAY / 3600, UINT16_MAX, UINT16_MAX};
    if (o == NULL || o->size != sizeof *o)
        return "the size of the rotation options is wrong";
    if ((unsigned)o->period > JSONLOG_PERIOD_WEEKS || (unsigned)o->naming > JSONLOG_NAME_TIME)
        return "the rotation has a period or a way of naming that there is not";
    if (o->max_bytes == 0 && o->period == JSONLOG_PERIOD_NONE)
        return "the rotation has neither a size nor a period";
    if (o->every > most[o->period])
        return "the period of the rotation is too long: below days, it is at most one day";
    if (o->weekday > 6 || o->at_seconds >= DAY)
        return "the rotation has a weekday beyond 6 or a time of day beyond 86,399 s";
    return NULL;
}

static void set_options(rotating *r, const jsonlog_rotating_options *o) {
    r->max_bytes = o->max_bytes;
    r->time = (jl_rotation_time){.period = o->period,
                                 .every = o->every == 0 ? 1 : o->every,
                                 .weekday = o->weekday,
                                 .at_seconds = o->at_seconds,
                                 .is_local = o->uses_local_time};
    r->work.place = (jl_rotated_place){r->file.path.text, o->naming, o->uses_local_time};
    r->work.mode = r->file.path.mode;
    r->work.keep_files = o->keep_files;
    r->work.keep_seconds = o->keep_seconds;
    r->work.compression = o->compression;
    r->work.compression_level = o->compression_level;
    r->work.on_rotated = o->on_rotated;
    r->work.context = o->context;
    r->work.now_ns = jl_clock_now_ns;
}

static void discard(rotating *r) {
    if (r == NULL)
        return;
    jl_free(r->work.lock_path);
    jl_log_path_done(&r->file.path);
    jl_free(r);
}

/* Takes the path over. @return NULL without memory. */
static rotating *make(jl_log_path *path, const jsonlog_rotating_options *options) {
    rotating *r = jl_calloc(1, sizeof *r);
    if (r == NULL) {
        jl_log_path_done(path);
        return NULL;
    }
    r->file.path = *path;
    r->file.open = open_shared;
    r->file.output.is_locked = true;
    r->file.output.stands_apart = true;
    set_options(r, options);
    r->work.lock_path = jl_rotated_path(&r->work.place, ".lock");
    if (r->work.lock_path != NULL)
        return r;
    discard(r);
    return NULL;
}

static rotating *rotating_new(jl_log_path *path, const jsonlog_rotating_options *options) {
    rotating *r = make(path, options);
    jsonlog_handler *handler =
        r == NULL
            ? NULL
            : jl_handler_new(&rotating_class, r, JL_HANDLER_REPORTS | JL_HANDLER_TAKES_BLOCKS);
    if (handler == NULL) {
        discard(r);
        return NULL;
    }
    r->work.handler = handler;
    jl_rotated_work_init(&r->work);
    if (jl_output_init(&r->file.output, handler, &options->file.policy, 0))
        return r;
    r->file.output.policy = NULL;
    jsonlog_handler_release(handler);
    return NULL;
}

static jsonlog_status start(rotating *r, const jsonlog_file_options *options, jsonlog_err *err) {
    const jsonlog_status status = jl_watched_file_init(&r->file, options, CHECK_MS_DEFAULT, err);
    if (status == JSONLOG_OK && !options->opens_late)
        jl_rotated_work_add(&r->work, NULL);
    return status;
}

jsonlog_status jsonlog_rotating_handler_new(const char *path,
                                            const jsonlog_rotating_options *options,
                                            jsonlog_handler **out, jsonlog_err *err) {
    jl_log_path opened;
    const char *fault = out == NULL ? "out is NULL" : fault_of(options);
    if (fault != NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", fault);
    jsonlog_file_options file = options->file;
    if (file.size == 0)
        file.size = sizeof file;
    jsonlog_status status = jl_compressor_load(options->compression, err);
    if (status == JSONLOG_OK)
        status = jl_log_path_init(&opened, path, &file, err);
    if (status != JSONLOG_OK)
        return status;
    rotating *r = rotating_new(&opened, options);
    if (r == NULL)
        return jl_err_nomem(err);
    jsonlog_handler *handler = r->file.output.handler;
    status = start(r, &file, err);
    if (status == JSONLOG_OK)
        *out = handler;
    else
        jsonlog_handler_release(handler);
    return status;
}

/* ---- requests ---- */

jsonlog_status jsonlog_rotate_now(jsonlog_handler *handler) {
    rotating *r = jl_handler_self(handler, &rotating_class);
    if (r == NULL)
        return JSONLOG_E_INVALID;
    if (!jl_handler_enter(handler))
        return JSONLOG_E_STATE;
    jsonlog_status status = JSONLOG_E_IO;
    if (jl_output_target(&r->file.output) != NULL)
        status = rotate(r, 0, true);
    jl_handler_leave(handler);
    return status;
}

jsonlog_status jsonlog_rotating_wait(jsonlog_handler *handler, uint32_t timeout_ms) {
    rotating *r = jl_handler_self(handler, &rotating_class);
    if (r == NULL)
        return JSONLOG_E_INVALID;
    if (jl_rotated_work_is_telling(&r->work))
        return JSONLOG_E_STATE;
    const int64_t until_ns = jl_clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    return jl_background_wait(&jl_worker, &r->work.task, until_ns) ? JSONLOG_OK : JSONLOG_E_TIMEOUT;
}

void jl_rotating_use_clock(jsonlog_handler *handler, int64_t (*now_ns)(void)) {
    rotating *r = jl_handler_self(handler, &rotating_class);
    if (r != NULL)
        r->work.now_ns = now_ns;
}
