#ifndef JL_HANDLER_WATCHED_FILE_H
#define JL_HANDLER_WATCHED_FILE_H
/**
 * An output that belongs to a path: opened, looked at now and then, and opened again when the path
 * names another file. What the file and the rotating handler have in common.
 */
#include "handler/log_path.h"
#include "handler/output.h"

typedef struct jl_watched_file {
    jl_output output;
    jl_log_path path;
    int64_t look_ns;      /**< the time between two looks; JL_LOOK_NEVER */
    int64_t next_look_ns; /**< atomic; of the monotonic clock */
    int64_t missing_ns; /**< atomic; since when the path is seen to name nothing; 0: it does not */
    uint32_t reopens;   /**< atomic: how many requests for all files this one has followed */
    /** Opens the path: jl_log_path_open() or a way of the owner's. @return as that. */
    int (*open)(struct jl_watched_file *file);
} jl_watched_file;

#define JL_LOOK_NEVER INT64_MAX

/** What is done at construction. The output and `open` must be set already.
 *  @return JSONLOG_OK, JSONLOG_E_IO, JSONLOG_E_NOMEM. */
jsonlog_status jl_watched_file_init(jl_watched_file *file, const jsonlog_file_options *options,
                                    uint32_t check_ms_default, jsonlog_err *err);

/** Look if it is time for it. Call before each write and flush, pinned or with the handler entered.
 */
void jl_watched_file_look(jl_watched_file *file);

/** Open the path again now. @return as jsonlog_file_reopen(). With the handler entered, or before
 * anybody else knows it. */
jsonlog_status jl_watched_file_reopen(jl_watched_file *file, jsonlog_err *err);

#endif
