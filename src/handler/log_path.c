#include "handler/log_path.h"

#include "base/alloc.h"
#include "base/compat_file.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_DEFAULT           0640
#define DIRECTORY_MODE_DEFAULT 0750
#define MODE_BITS              07777

/** Somebody may remove the file between a look and the next, but not for ever. */
#define TRIES_MAX 8

/* ---- the path ---- */

static char *absolute(const char *text) {
    char here[PATH_MAX];
    if (text[0] == '/')
        return jl_strndup(text, strlen(text));
    if (getcwd(here, sizeof here) == NULL)
        return NULL;
    size_t head = strlen(here), tail = strlen(text);
    char *path = jl_alloc(head + tail + 2);
    if (path == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(path, here, head);
    path[head] = '/';
    memcpy(path + head + 1, text, tail + 1);
    return path;
}

static jsonlog_status invalid(jsonlog_err *err, const char *sentence) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", sentence);
}

static mode_t mode_or(unsigned mode, mode_t otherwise) {
    return mode == 0 ? otherwise : (mode_t)mode;
}

jsonlog_status jl_log_path_init(jl_log_path *path, const char *text,
                                const jsonlog_file_options *options, jsonlog_err *err) {
    if (text == NULL || text[0] == '\0')
        return invalid(err, "the log file has no path");
    if (options->size != sizeof *options)
        return invalid(err, "the size of the file options is wrong");
    if (options->mode > MODE_BITS || options->directory_mode > MODE_BITS)
        return invalid(err, "a file mode has bits beyond 07777");
    *path =
        (jl_log_path){.mode = mode_or(options->mode, MODE_DEFAULT),
                      .directory_mode = mode_or(options->directory_mode, DIRECTORY_MODE_DEFAULT),
                      .makes_directories = options->makes_directories,
                      .refuses_symlink = options->refuses_symlink};
    errno = ENOMEM;
    path->text = absolute(text);
    if (path->text != NULL)
        return JSONLOG_OK;
    if (errno == ENOMEM)
        return jl_err_nomem(err);
    return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "there is no working directory: %s",
                      jl_compat_errno_text(errno));
}

void jl_log_path_done(jl_log_path *path) {
    jl_free(path->text);
    path->text = NULL;
}

/* ---- directories ---- */

/* mkdir() honours the umask, which belongs to the program; so what was made gets its mode after. */
static int make_directory(const char *path, mode_t mode) {
    if (mkdir(path, mode & 0700) == 0)
        return chmod(path, mode) == 0 ? 0 : -errno;
    return errno == EEXIST ? 0 : -errno;
}

static int make_parents(const jl_log_path *path) {
    char *copy = jl_strndup(path->text, strlen(path->text));
    if (copy == NULL)
        return -ENOMEM;
    int result = 0;
    for (char *slash = strchr(copy + 1, '/'); slash != NULL && result == 0;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        struct stat status;
        if (stat(copy, &status) == -1)
            result = make_directory(copy, path->directory_mode);
        *slash = '/';
    }
    jl_free(copy);
    return result;
}

/* ---- opening ---- */

static int open_retrying(const char *path, int flags, mode_t mode) {
    int fd = 0;
    do
        fd = open(path, flags, mode);
    while (fd == -1 && errno == EINTR);
    return fd == -1 ? -errno : fd;
}

static int set_mode(int fd, mode_t mode) {
    if (fchmod(fd, mode) == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

/* O_NONBLOCK is for the open only: a FIFO without a reader must not hold the program. */
static int become_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

/* What is there is opened; what is not there is made, exclusively, so that it is known to be ours
 * and its mode can be set. A symlink to nowhere is "there" for the one and not for the other: the
 * last try makes the file behind it. */
static int open_or_make(const jl_log_path *path) {
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                      (path->refuses_symlink ? O_NOFOLLOW : 0);
    const mode_t private_mode = path->mode & 0600;
    for (int i = 0; i < TRIES_MAX; i++) {
        int fd = open_retrying(path->text, flags, 0);
        if (fd != -ENOENT)
            return fd;
        fd = open_retrying(path->text, flags | O_CREAT | O_EXCL, private_mode);
        if (fd >= 0)
            return set_mode(fd, path->mode);
        if (fd != -EEXIST)
            return fd;
    }
    int fd = open_retrying(path->text, flags | O_CREAT, private_mode);
    return fd < 0 ? fd : set_mode(fd, path->mode);
}

int jl_log_path_open(const jl_log_path *path) {
    int fd = open_or_make(path);
    if (fd == -ENOENT && path->makes_directories) {
        int result = make_parents(path);
        if (result != 0)
            return result;
        fd = open_or_make(path);
    }
    return fd < 0 ? fd : become_blocking(fd);
}

/* ---- complaints ---- */

/* @return the length of the part of the path that is at fault: the longest one whose parent exists.
 */
static size_t missing_part(const char *path) {
    char copy[PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof copy)
        return len;
    memcpy(copy, path, len + 1);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        struct stat status;
        *slash = '\0';
        if (stat(copy, &status) == -1)
            return (size_t)(slash - copy);
        *slash = '/';
    }
    return len;
}

static const char *hint_of(const jl_log_path *path, int error) {
    if (error == ELOOP && path->refuses_symlink)
        return " (it is a symlink, which refuses_symlink does not allow)";
    return error == ENXIO ? " (a FIFO that nobody reads)" : "";
}

jsonlog_status jl_log_path_complain(const jl_log_path *path, int error, jsonlog_err *err) {
    size_t part = error == ENOENT ? missing_part(path->text) : strlen(path->text);
    if (path->text[part] == '\0')
        return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "cannot open the log file %s: %s%s",
                          path->text, jl_compat_errno_text(error), hint_of(path, error));
    return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET,
                      "cannot open the log file %s: the directory %.*s does not exist", path->text,
                      (int)part, path->text);
}
