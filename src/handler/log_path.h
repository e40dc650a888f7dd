#ifndef JL_HANDLER_LOG_PATH_H
#define JL_HANDLER_LOG_PATH_H
/** Opening a log file by its path, in the same way each time. */
#include <jsonlog/file.h>

#include <sys/types.h>

typedef struct jl_log_path {
    char *text; /**< absolute */
    mode_t mode;
    mode_t directory_mode;
    bool makes_directories;
    bool refuses_symlink;
} jl_log_path;

/** @return JSONLOG_OK, JSONLOG_E_INVALID, JSONLOG_E_IO (no working directory), JSONLOG_E_NOMEM. */
jsonlog_status jl_log_path_init(jl_log_path *path, const char *text,
                                const jsonlog_file_options *options, jsonlog_err *err);
void jl_log_path_done(jl_log_path *path);

/** Open for appending; made if it is not there. Does not wait for the reader of a FIFO.
 *  @return a descriptor, or an errno as a negative number. */
int jl_log_path_open(const jl_log_path *path);

/** Say why it could not be opened; @return JSONLOG_E_IO. */
jsonlog_status jl_log_path_complain(const jl_log_path *path, int error, jsonlog_err *err);

#endif
