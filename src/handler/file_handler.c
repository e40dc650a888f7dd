#include <jsonlog/file.h>

#include "base/alloc.h"
#include "base/err.h"
#include "handler/watched_file.h"

#define CHECK_MS_DEFAULT 1000

static jsonlog_status file_write(void *self, const jsonlog_line *line) {
    jl_watched_file *file = self;
    jl_watched_file_look(file);
    return jl_output_write(&file->output, line);
}

static jsonlog_status file_flush(void *self) {
    jl_watched_file *file = self;
    if (jl_output_held(&file->output) > 0)
        jl_watched_file_look(file);
    return jl_output_flush(&file->output);
}

static void file_close(void *self) {
    jl_watched_file *file = self;
    jl_output_done(&file->output);
    jl_log_path_done(&file->path);
    jl_free(file);
}

static void file_after_fork(void *self) {
    jl_watched_file *file = self;
    jl_output_after_fork(&file->output);
}

static const jsonlog_handler_class file_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "file",
    .write = file_write,
    .flush = file_flush,
    .close = file_close,
    .after_fork = file_after_fork,
    .has_no_cancellation_point = true,
};

static int open_path(jl_watched_file *file) {
    return jl_log_path_open(&file->path);
}

/* From here on the handler owns the file, and its release frees both. */
static jl_watched_file *file_new(jl_log_path *path, const jsonlog_file_options *options) {
    jl_watched_file *file = jl_calloc(1, sizeof *file);
    jsonlog_handler *handler =
        file == NULL
            ? NULL
            : jl_handler_new(&file_class, file, JL_HANDLER_REPORTS | JL_HANDLER_TAKES_BLOCKS);
    if (handler == NULL) {
        jl_free(file);
        jl_log_path_done(path);
        return NULL;
    }
    file->path = *path;
    file->open = open_path;
    file->output.stands_apart = true;
    if (jl_output_init(&file->output, handler, &options->policy, 0))
        return file;
    file->output.policy = NULL;
    jsonlog_handler_release(handler);
    return NULL;
}

jsonlog_status jsonlog_file_handler_new(const char *path, const jsonlog_file_options *options,
                                        jsonlog_handler **out, jsonlog_err *err) {
    static const jsonlog_file_options defaults = JSONLOG_FILE_OPTIONS_INIT;
    jl_log_path opened;
    if (options == NULL)
        options = &defaults;
    if (out == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "out is NULL");
    jsonlog_status status = jl_log_path_init(&opened, path, options, err);
    if (status != JSONLOG_OK)
        return status;
    jl_watched_file *file = file_new(&opened, options);
    if (file == NULL)
        return jl_err_nomem(err);
    jsonlog_handler *handler = file->output.handler;
    status = jl_watched_file_init(file, options, CHECK_MS_DEFAULT, err);
    if (status == JSONLOG_OK)
        *out = handler;
    else
        jsonlog_handler_release(handler);
    return status;
}

jsonlog_status jsonlog_file_reopen(jsonlog_handler *handler, jsonlog_err *err) {
    jl_watched_file *file = jl_handler_self(handler, &file_class);
    if (file == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "this is no file handler");
    if (!jl_handler_enter(handler))
        return jl_err_set(err, JSONLOG_E_STATE, JSONLOG_NO_OFFSET, "the handler is in use");
    jsonlog_status status = jl_watched_file_reopen(file, err);
    jl_handler_leave(handler);
    jl_epoch_settle();
    return status;
}
