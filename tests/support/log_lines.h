#ifndef JL_SUPPORT_LOG_LINES_H
#define JL_SUPPORT_LOG_LINES_H
/** What a program under test logged, as text: a memory handler at a logger, and a clock that stands
 * still. */
#include <jsonlog/jsonlog.h>

#include <stdio.h>
#include <string.h>

#define LOG_LINES_SIZE 65536

/** 2026-11-22T08:07:45.784Z */
#define LOG_LINES_TIME_NS INT64_C(1795334865784000000)
#define LOG_LINES_TIME    "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":"

static inline int64_t log_lines_now(void *context) {
    (void)context;
    return LOG_LINES_TIME_NS;
}

/** The handler takes the place of all others of `logger`. Release it at the end. */
static inline jsonlog_handler *log_lines_at(jsonlog_logger *logger) {
    jsonlog_set_clock(log_lines_now, NULL);
    jsonlog_handler *handler = jsonlog_memory_handler_new(LOG_LINES_SIZE);
    jsonlog_logger_set_handlers(logger, &handler, 1);
    return handler;
}

/** All lines since the last call, in static storage. */
static inline const char *log_lines_take(jsonlog_handler *handler) {
    static char text[LOG_LINES_SIZE];
    jsonlog_memory_handler_read(handler, text, sizeof text);
    jsonlog_memory_handler_clear(handler);
    return text;
}

/** A line without its newline, behind the timestamp. */
#define LINE(rest) LOG_LINES_TIME rest "\n"

#endif
