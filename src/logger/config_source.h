#ifndef JL_LOGGER_CONFIG_SOURCE_H
#define JL_LOGGER_CONFIG_SOURCE_H
/** Where a configuration comes from, so that it can be read again. */
#include "logger/config_document.h"

#include <sys/stat.h>

/** By what a file is known to be another one than before. */
typedef struct jl_file_identity {
    dev_t device;
    ino_t inode;
    off_t size;
    int64_t written_ns;
} jl_file_identity;

typedef struct jl_config_source {
    char *path; /**< absolute; NULL: the text is the program's */
    char *text; /**< NUL-terminated; of a file: as it was last read */
    size_t len;
    jl_file_identity identity; /**< of the file, when it was read */
} jl_config_source;

/** Make a source of a file or a text. @return JSONLOG_OK, JSONLOG_E_NOMEM, JSONLOG_E_INVALID,
 *  JSONLOG_E_IO. */
jsonlog_status jl_config_source_of_file(jl_config_source *source, const char *path,
                                        jsonlog_err *err);
jsonlog_status jl_config_source_of_text(jl_config_source *source, const char *text, size_t len,
                                        jsonlog_err *err);
void jl_config_source_done(jl_config_source *source);

/** Read the file (again); nothing to do for a text. After a failure the identity is that of the
 *  file that was tried. @return JSONLOG_OK, JSONLOG_E_IO, JSONLOG_E_LIMIT, JSONLOG_E_NOMEM. */
jsonlog_status jl_config_source_read(jl_config_source *source, jsonlog_err *err);

/** Whether another file, or another content, is there now. A file that is missing is waited for. */
bool jl_config_source_has_changed(const jl_config_source *source);

#endif
