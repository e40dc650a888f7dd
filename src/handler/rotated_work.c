#include "handler/rotated_work.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/compat_file.h"
#include "handler/compressor.h"
#include "record/handler_base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND INT64_C(1000000000)

/** Until the next look at a file that another process has open. */
#define RETRY_NS NS_PER_SECOND

/** Between two tries for the rotation lock, which nobody holds for long, and how many there are. */
#define LOCK_GAP_NS    2000000L
#define LOCK_TRIES_MAX 1000

/* ---- the rotation lock ---- */

static bool is_stopped(const jl_rotated_work *w) {
    return __atomic_load_n(&w->stop, __ATOMIC_RELAXED);
}

/* @return a descriptor to close, or -1. */
static int take_lock(const jl_rotated_work *w) {
    const struct timespec gap = {0, LOCK_GAP_NS};
    int fd = jl_compat_lock_file(w->lock_path, w->mode);
    for (int i = 0; fd == -EWOULDBLOCK && i < LOCK_TRIES_MAX && !is_stopped(w); i++) {
        nanosleep(&gap, NULL);
        fd = jl_compat_lock_file(w->lock_path, w->mode);
    }
    return fd < 0 ? -1 : fd;
}

/* ---- fresh files ---- */

static void add_fresh_locked(jl_rotated_work *w, ino_t inode) {
    if (w->fresh_count == w->fresh_room) {
        const size_t more = w->fresh_room == 0 ? 16 : w->fresh_room * 2;
        ino_t *larger = jl_realloc(w->fresh, more * sizeof *larger);
        if (larger == NULL)
            return; /* nobody is told of this one */
        w->fresh = larger;
        w->fresh_room = more;
    }
    w->fresh[w->fresh_count++] = inode;
}

static bool take_fresh(jl_rotated_work *w, ino_t inode) {
    bool is_found = false;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->fresh_count && !is_found; i++) {
        is_found = w->fresh[i] == inode;
        if (is_found)
            w->fresh[i] = w->fresh[--w->fresh_count];
    }
    pthread_mutex_unlock(&w->lock);
    return is_found;
}

/* @return false if the handler is gone: nothing of it may be touched then. */
static bool tell(jl_rotated_work *w, const char *path) {
    bool is_gone = false;
    if (w->on_rotated == NULL)
        return true;
    pthread_mutex_lock(&w->lock);
    w->telling = pthread_self();
    w->is_telling = true;
    w->is_gone = &is_gone;
    pthread_mutex_unlock(&w->lock);
    w->on_rotated(path, w->context);
    if (is_gone)
        return false;
    pthread_mutex_lock(&w->lock);
    w->is_telling = false;
    w->is_gone = NULL;
    pthread_mutex_unlock(&w->lock);
    return true;
}

/* ---- compression ---- */

/* The part is ours as long as we have its lock. @return a descriptor, or an errno negated. */
static int open_part(const char *path) {
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd == -1)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK) {
        close(fd);
        return -EWOULDBLOCK;
    }
    return fd;
}

/* Mode, owner where possible, and the time of the last line, by which files are kept. */
static void copy_attributes(int from, int to) {
    struct stat status;
    if (fstat(from, &status) == -1)
        return;
    if (fchown(to, status.st_uid, status.st_gid) == -1)
        errno = 0; /* only root may give files away */
    fchmod(to, status.st_mode & 07777);
    jl_compat_copy_times(to, &status);
}

static int fill_part(const jl_rotated_work *w, int from, int part) {
    if (ftruncate(part, 0) == -1)
        return errno;
    const int error = jl_compress(w->compression, w->compression_level, from, part, &w->stop);
    if (error != 0)
        return error;
    copy_attributes(from, part);
    return fsync(part) == 0 ? 0 : errno;
}

/* @return the file's name of now, which may have moved up; NULL if it was removed. */
static jl_rotated_file *find_file(const jl_rotated_list *list, const jl_rotated_file *file) {
    for (size_t i = 0; i < list->count; i++)
        if (list->files[i]->inode == file->inode && list->files[i]->device == file->device)
            return list->files[i];
    return NULL;
}

static int publish_as(const jl_rotated_work *w, const jl_rotated_file *now, const char *part,
                      char **final_path) {
    const char *suffix = jl_compression_suffix(w->compression);
    const size_t size = strlen(now->path) + strlen(suffix) + 1;
    char *path = jl_alloc(size);
    if (path == NULL)
        return ENOMEM;
    snprintf(path, size, "%s%s", now->path, suffix);
    const int error = -jl_compat_rename_new(part, path);
    if (error != 0) {
        jl_free(path);
        return error;
    }
    unlink(now->path);
    *final_path = path;
    return 0;
}

/* Give the part its name and remove what it was made from. */
static int publish(const jl_rotated_work *w, const jl_rotated_file *file, const char *part,
                   char **final_path) {
    jl_rotated_list list;
    const int lock = take_lock(w);
    if (lock == -1)
        return EWOULDBLOCK;
    int error = ENOMEM;
    if (jl_rotated_list_init(&list, &w->place)) {
        const jl_rotated_file *now = find_file(&list, file);
        error = now == NULL ? ENOENT : publish_as(w, now, part, final_path);
        jl_rotated_list_done(&list);
    }
    close(lock);
    return error;
}

static int compress_into(const jl_rotated_work *w, const jl_rotated_file *file, int from,
                         const char *part_path, char **final_path) {
    const int part = open_part(part_path);
    if (part < 0)
        return -part;
    int error = fill_part(w, from, part);
    if (error == 0)
        error = publish(w, file, part_path, final_path);
    if (error != 0)
        unlink(part_path);
    close(part);
    return error;
}

/* @return 0 or an errno; EWOULDBLOCK if somebody else has the file. */
static int compress_file(const jl_rotated_work *w, const jl_rotated_file *file, char **final_path) {
    char suffix[JL_ROTATED_SUFFIX_SIZE];
    const int from = jl_rotated_claim(file);
    if (from < 0)
        return from == -ESTALE || from == -ENOENT ? EWOULDBLOCK : -from;
    snprintf(suffix, sizeof suffix, ".part-%llu", (unsigned long long)file->inode);
    char *part_path = jl_rotated_path(&w->place, suffix);
    const int error =
        part_path == NULL ? ENOMEM : compress_into(w, file, from, part_path, final_path);
    jl_free(part_path);
    close(from);
    return error;
}

/* ---- what a crash has left ---- */

static void remove_if_unused(const jl_rotated_file *file) {
    const int fd = jl_rotated_claim(file);
    if (fd < 0)
        return;
    unlink(file->path);
    close(fd);
}

/* A process that died between naming the compressed file and removing the other left both; they
 * have the same time to the nanosecond. They stand next to each other, the plain one first. */
static void remove_leftovers_locked(jl_rotated_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const jl_rotated_file *file = list->files[i];
        const jl_rotated_file *next = i + 1 < list->count ? list->files[i + 1] : NULL;
        if (file->name.is_part)
            remove_if_unused(file);
        else if (next != NULL && !next->name.is_part &&
                 file->name.compression == JSONLOG_COMPRESS_NONE &&
                 next->name.compression != JSONLOG_COMPRESS_NONE &&
                 strcmp(file->name.stamp, next->name.stamp) == 0 &&
                 file->name.number == next->name.number && file->written_ns == next->written_ns)
            remove_if_unused(file);
    }
}

/* ---- retention ---- */

static bool is_over(const jl_rotated_work *w, const jl_rotated_file *file, size_t newer) {
    if (w->keep_files > 0 && newer >= w->keep_files)
        return true;
    if (w->keep_seconds == 0 || w->keep_seconds > INT64_MAX / (uint64_t)NS_PER_SECOND)
        return false;
    return w->now_ns() - file->written_ns > (int64_t)w->keep_seconds * NS_PER_SECOND;
}

static void remove_old_locked(const jl_rotated_work *w, const jl_rotated_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (!list->files[i]->name.is_part && is_over(w, list->files[i], i))
            remove_if_unused(list->files[i]);
}

static void tidy(const jl_rotated_work *w, bool is_last) {
    jl_rotated_list list;
    const int lock = take_lock(w);
    if (lock == -1)
        return;
    if (jl_rotated_list_init(&list, &w->place)) {
        if (is_last)
            remove_old_locked(w, &list);
        else
            remove_leftovers_locked(&list);
        jl_rotated_list_done(&list);
    }
    close(lock);
}

/* ---- the task ---- */

typedef enum outcome { DONE, BUSY, GONE } outcome;

static outcome handle(jl_rotated_work *w, const jl_rotated_file *file) {
    char *final_path = NULL;
    const bool is_wanted = w->compression != JSONLOG_COMPRESS_NONE;
    if (file->name.is_part || file->name.compression != JSONLOG_COMPRESS_NONE)
        return DONE;
    const int error = is_wanted ? compress_file(w, file, &final_path) : 0;
    if (error == EWOULDBLOCK || error == EINTR)
        return BUSY; /* later, or by the next handler for the path */
    const bool is_news = take_fresh(w, file->inode) || final_path != NULL;
    const bool is_here = !is_news || tell(w, final_path == NULL ? file->path : final_path);
    jl_free(final_path);
    return is_here ? DONE : GONE;
}

/* Oldest first, so that what is removed last is told of first. */
static outcome handle_all(jl_rotated_work *w) {
    jl_rotated_list list;
    outcome all = DONE;
    if (!jl_rotated_list_init(&list, &w->place))
        return DONE;
    for (size_t i = list.count; i-- > 0 && all != GONE && !is_stopped(w);) {
        const outcome one = handle(w, list.files[i]);
        if (one != DONE)
            all = one;
    }
    jl_rotated_list_done(&list);
    return all;
}

static void run(jl_task *task) {
    jl_rotated_work *w = (jl_rotated_work *)(void *)task;
    tidy(w, false);
    const outcome all = handle_all(w);
    if (all == GONE || is_stopped(w))
        return;
    tidy(w, true);
    if (all == BUSY)
        jl_background_schedule(&jl_worker, &w->task, jl_clock_monotonic_ns() + RETRY_NS);
}

static void after_fork(jl_task *task) {
    jl_rotated_work *w = (jl_rotated_work *)(void *)task;
    pthread_mutex_init(&w->lock, NULL);
    w->fresh_count = 0;
    w->is_telling = false;
    w->is_gone = NULL;
    jl_handler_after_fork(w->handler);
}

/* ---- for the handler ---- */

void jl_rotated_work_init(jl_rotated_work *w) {
    pthread_mutex_init(&w->lock, NULL);
    w->task.run = run;
    w->task.after_fork = after_fork;
    jl_background_add(&jl_worker, &w->task);
}

bool jl_rotated_work_is_telling(jl_rotated_work *w) {
    pthread_mutex_lock(&w->lock);
    const bool is_telling = w->is_telling && pthread_equal(w->telling, pthread_self()) != 0;
    pthread_mutex_unlock(&w->lock);
    return is_telling;
}

void jl_rotated_work_done(jl_rotated_work *w) {
    __atomic_store_n(&w->stop, true, __ATOMIC_RELAXED);
    if (jl_rotated_work_is_telling(w))
        *w->is_gone = true;
    jl_background_remove(&jl_worker, &w->task);
    pthread_mutex_destroy(&w->lock);
    jl_free(w->fresh);
    jl_free(w->lock_path);
}

void jl_rotated_work_add(jl_rotated_work *w, const char *path) {
    struct stat status;
    if (path != NULL && w->on_rotated != NULL && lstat(path, &status) == 0) {
        pthread_mutex_lock(&w->lock);
        add_fresh_locked(w, status.st_ino);
        pthread_mutex_unlock(&w->lock);
    }
    jl_background_schedule(&jl_worker, &w->task, jl_clock_monotonic_ns());
}
