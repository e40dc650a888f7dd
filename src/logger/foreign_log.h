#ifndef JL_LOGGER_FOREIGN_LOG_H
#define JL_LOGGER_FOREIGN_LOG_H
/** Lines of others into records. One thread. */
#include "logger/foreign_echo.h"
#include "logger/foreign_json.h"
#include "logger/foreign_lines.h"

#include <jsonlog/foreign.h>

typedef struct jl_foreign_log {
    jsonlog_logger *logger;
    int level;
    jsonlog_foreign_json json;
    char *space; /**< as long as the longest line */
    jl_foreign_object object;
    jl_echo echo;
    int redirected; /**< atomic; a descriptor that leads here, -1 if there is none */
    uint64_t lines, cut, json_lines, echoes; /**< atomic, read by anybody */
} jl_foreign_log;

/** A jl_foreign_line_fn; the context is the jl_foreign_log. */
void jl_foreign_log_line(void *log, const jl_foreign_line *line);

#endif
