#include "handler/watched_file.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <jsonlog/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_MS INT64_C(1000000)

/** Between two tries to open a file of which nobody looks at the path. */
#define RETRY_NS (1000 * NS_PER_MS)

/** How long a path may name nothing before a file is made: whoever moves a log away, logrotate or
 *  another process of ours, makes a new one a moment later and does not expect to find one. */
#define MISSING_NS (50 * NS_PER_MS)

static uint32_t reopen_requests; /* atomic */

void jsonlog_file_reopen_all(void) {
    __atomic_fetch_add(&reopen_requests, 1, __ATOMIC_RELEASE);
}

/* ---- is it still the same file ---- */

/* @return whether the path names the file that is open. */
static bool is_in_place(const jl_watched_file *file, const jl_target *t, bool *has_name) {
    struct stat open_one, named;
    *has_name = true;
    if (fstat(t->out.fd, &open_one) == -1)
        return false;
    *has_name = open_one.st_nlink > 0 || !t->out.is_file;
    return stat(file->path.text, &named) == 0 && named.st_dev == open_one.st_dev &&
           named.st_ino == open_one.st_ino;
}

/* ---- opening ---- */

static jl_target *open_target(jl_watched_file *file, int *error) {
    int fd = file->open(file);
    if (fd < 0) {
        *error = -fd;
        return NULL;
    }
    jl_target *t = jl_target_new(fd, true);
    if (t == NULL) {
        *error = errno;
        close(fd);
        return NULL;
    }
    jl_output_close_torn(&file->output, t);
    return t;
}

/* @return false for a nested call that found the handler in use: nothing has changed then. */
static bool replace(jl_watched_file *file, jl_target *t, int error, bool takes_more) {
    bool is_entered = jl_handler_is_entered(file->output.handler);
    if (jl_output_is_writing_here(&file->output))
        return false;
    if (!is_entered && !jl_handler_enter(file->output.handler))
        return false;
    jl_output_replace_entered(&file->output, t, error, takes_more);
    if (!is_entered)
        jl_handler_leave(file->output.handler);
    return true;
}

/* @return 0 or an errno. Where the path cannot be opened, lines go on into the old file as long as
 * somebody can find them there. */
static int take_path(jl_watched_file *file, bool has_name) {
    int error = 0;
    jl_target *t = open_target(file, &error);
    if (t == NULL && has_name)
        return error;
    if (replace(file, t, error, has_name))
        return error;
    jl_target_free(t);
    return EDEADLK;
}

static bool is_open_and_named(jl_watched_file *file) {
    bool has_name = false;
    const jl_target *t = jl_output_target(&file->output);
    if (t != NULL)
        is_in_place(file, t, &has_name);
    return has_name;
}

jsonlog_status jl_watched_file_reopen(jl_watched_file *file, jsonlog_err *err) {
    int error = take_path(file, is_open_and_named(file));
    if (error == EDEADLK)
        return jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "the handler is in use");
    if (error == ENOMEM)
        return jl_err_nomem(err);
    return error == 0 ? JSONLOG_OK : jl_log_path_complain(&file->path, error, err);
}

/* ---- looking ---- */

static int64_t interval_of(const jl_watched_file *file) {
    return file->look_ns == JL_LOOK_NEVER ? RETRY_NS : file->look_ns;
}

/* One thread looks, the others go on. A file that nobody looks at still has a moment for the next
 * try while it is not open. */
static bool claim_look(jl_watched_file *file) {
    int64_t due_ns = __atomic_load_n(&file->next_look_ns, __ATOMIC_RELAXED);
    if (due_ns == JL_LOOK_NEVER)
        return false;
    int64_t now_ns = jl_clock_monotonic_ns();
    if (now_ns < due_ns)
        return false;
    return __atomic_compare_exchange_n(&file->next_look_ns, &due_ns, now_ns + interval_of(file),
                                       false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static bool claim_request(jl_watched_file *file) {
    uint32_t asked = __atomic_load_n(&reopen_requests, __ATOMIC_ACQUIRE);
    uint32_t seen = __atomic_load_n(&file->reopens, __ATOMIC_RELAXED);
    return JSONLOG_UNLIKELY(asked != seen) &&
           __atomic_compare_exchange_n(&file->reopens, &seen, asked, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

/* Lines go on into the file that was moved away meanwhile. */
static bool waits_for_path(jl_watched_file *file) {
    struct stat named;
    if (stat(file->path.text, &named) == 0 || errno != ENOENT) {
        __atomic_store_n(&file->missing_ns, 0, __ATOMIC_RELAXED);
        return false;
    }
    const int64_t now_ns = jl_clock_monotonic_ns();
    const int64_t since_ns = __atomic_load_n(&file->missing_ns, __ATOMIC_RELAXED);
    if (since_ns != 0 && now_ns - since_ns >= MISSING_NS)
        return false;
    if (since_ns == 0)
        __atomic_store_n(&file->missing_ns, now_ns, __ATOMIC_RELAXED);
    const int64_t again_ns = (since_ns == 0 ? now_ns : since_ns) + MISSING_NS;
    const int64_t next_ns = __atomic_load_n(&file->next_look_ns, __ATOMIC_RELAXED);
    if (again_ns < next_ns)
        __atomic_store_n(&file->next_look_ns, again_ns, __ATOMIC_RELAXED);
    return true;
}

static void set_next_look(jl_watched_file *file) {
    bool never = file->look_ns == JL_LOOK_NEVER && jl_output_target(&file->output) != NULL;
    __atomic_store_n(&file->missing_ns, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&file->next_look_ns,
                     never ? JL_LOOK_NEVER : jl_clock_monotonic_ns() + interval_of(file),
                     __ATOMIC_RELAXED);
}

static __attribute__((noinline)) void look_now(jl_watched_file *file, bool is_asked) {
    bool has_name = false;
    int error = errno;
    const int state = jl_cancel_not();
    const jl_target *t = jl_output_target(&file->output);
    bool is_same = t != NULL && is_in_place(file, t, &has_name);
    if (is_same || is_asked || !has_name || !waits_for_path(file)) {
        if (!is_same || is_asked)
            take_path(file, has_name);
        set_next_look(file);
    }
    jl_cancel_as_before(state);
    errno = error;
}

void jl_watched_file_look(jl_watched_file *file) {
    bool is_asked = claim_request(file);
    if (JSONLOG_UNLIKELY(is_asked) || JSONLOG_UNLIKELY(claim_look(file)))
        look_now(file, is_asked);
}

/* ---- construction ---- */

jsonlog_status jl_watched_file_init(jl_watched_file *file, const jsonlog_file_options *options,
                                    uint32_t check_ms_default, jsonlog_err *err) {
    uint32_t check_ms = options->check_ms == 0 ? check_ms_default : options->check_ms;
    file->look_ns = check_ms == JSONLOG_CHECK_NEVER ? JL_LOOK_NEVER : check_ms * NS_PER_MS;
    file->reopens = __atomic_load_n(&reopen_requests, __ATOMIC_ACQUIRE);
    file->output.error = ENOENT;
    if (options->opens_late)
        return JSONLOG_OK;
    jsonlog_status status = jl_watched_file_reopen(file, err);
    set_next_look(file);
    return status;
}
