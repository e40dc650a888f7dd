#include "logger/config_source.h"

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/compat_file.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static jl_file_identity identity_of(const struct stat *status) {
    return (jl_file_identity){.device = status->st_dev,
                              .inode = status->st_ino,
                              .size = status->st_size,
                              .written_ns = jl_compat_written_ns(status)};
}

static jsonlog_status refuse(const char *path, int error, jsonlog_err *err) {
    return jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "%s: %s", path,
                      jl_compat_errno_text(error));
}

/* ---- making ---- */

/* A later chdir() must not move the file that is read again. */
static char *absolute(const char *path) {
    char directory[PATH_MAX];
    if (path[0] == '/' || getcwd(directory, sizeof directory) == NULL)
        return jl_strndup(path, strlen(path));
    jl_buffer joined;
    jl_buffer_init(&joined, NULL, 0, SIZE_MAX / 2);
    jl_buffer_append_format(&joined, "%s/%s", directory, path);
    char *copy = joined.status == JSONLOG_OK ? jl_strndup(joined.data, joined.len) : NULL;
    jl_buffer_done(&joined);
    return copy;
}

jsonlog_status jl_config_source_of_file(jl_config_source *source, const char *path,
                                        jsonlog_err *err) {
    *source = (jl_config_source){.path = NULL};
    if (path == NULL || path[0] == '\0')
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "no path of a configuration file is given");
    source->path = absolute(path);
    return source->path == NULL ? jl_err_nomem(err) : JSONLOG_OK;
}

jsonlog_status jl_config_source_of_text(jl_config_source *source, const char *text, size_t len,
                                        jsonlog_err *err) {
    *source = (jl_config_source){.path = NULL};
    if (text == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "no configuration is given");
    source->len = len == JSONLOG_NUL_TERMINATED ? strlen(text) : len;
    if (source->len > JSONLOG_CONFIG_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "the configuration is larger than a megabyte");
    source->text = jl_strndup(text, source->len);
    return source->text == NULL ? jl_err_nomem(err) : JSONLOG_OK;
}

void jl_config_source_done(jl_config_source *source) {
    jl_free(source->path);
    jl_free(source->text);
    *source = (jl_config_source){.path = NULL};
}

/* ---- reading ---- */

/* @return 0 or an errno. */
static int read_all(int fd, jl_buffer *out) {
    char chunk[4096];
    for (;;) {
        const ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == -1 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? 0 : errno;
        jl_buffer_append(out, chunk, (size_t)n);
        if (out->status != JSONLOG_OK)
            return 0;
    }
}

static jsonlog_status take(jl_config_source *source, const jl_buffer *content, jsonlog_err *err) {
    if (content->status == JSONLOG_E_LIMIT)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "%s: the configuration is larger than a megabyte", source->path);
    char *text = content->status == JSONLOG_OK ? jl_strndup(content->data, content->len) : NULL;
    if (text == NULL)
        return jl_err_nomem(err);
    jl_free(source->text);
    source->text = text;
    source->len = content->len;
    return JSONLOG_OK;
}

/* Told apart from the file before what is read: what is written meanwhile is a change. Opening must
 * not wait for the writer of a FIFO. */
jsonlog_status jl_config_source_read(jl_config_source *source, jsonlog_err *err) {
    if (source->path == NULL)
        return JSONLOG_OK;
    struct stat status;
    const int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd == -1)
        return refuse(source->path, errno, err);
    if (fstat(fd, &status) == 0)
        source->identity = identity_of(&status);
    jl_buffer content;
    jl_buffer_init(&content, NULL, 0, JSONLOG_CONFIG_MAX);
    const int error = read_all(fd, &content);
    close(fd);
    const jsonlog_status result =
        error == 0 ? take(source, &content, err) : refuse(source->path, error, err);
    jl_buffer_done(&content);
    return result;
}

bool jl_config_source_has_changed(const jl_config_source *source) {
    struct stat status;
    if (source->path == NULL || stat(source->path, &status) == -1)
        return false;
    const jl_file_identity now = identity_of(&status);
    const jl_file_identity *then = &source->identity;
    return now.device != then->device || now.inode != then->inode || now.size != then->size ||
           now.written_ns != then->written_ns;
}
