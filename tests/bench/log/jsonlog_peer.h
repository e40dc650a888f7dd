#ifndef JL_BENCH_JSONLOG_PEER_H
#define JL_BENCH_JSONLOG_PEER_H
/** The logger, the record and the handlers of the programs that measure jsonlog. */
#include "record.h"
#include "targets.h"

#include <jsonlog/jsonlog.h>

static jsonlog_logger *logger;

static inline void log_record(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        jsonlog_error(logger, RECORD_MESSAGE, "errorCode", RECORD_CODE, "userAge", RECORD_AGE,
                      "latencyMs", RECORD_LATENCY, "ok", jsonlog_bool(RECORD_OK));
}

static inline void log_to(jsonlog_handler *handler) {
    if (handler == NULL)
        bench_fail("handler");
    logger = jsonlog_get(RECORD_LOGGER);
    jsonlog_logger_set_propagate(logger, false);
    jsonlog_logger_set_handlers(logger, &handler, 1);
    jsonlog_handler_release(handler);
}

static inline jsonlog_handler *stream_to(int fd, bool is_buffered) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    if (is_buffered) {
        options.policy = jsonlog_buffered(1 << 16, 1000);
        /* The record is an ERROR, which the default writes out at once; the peers do not. */
        options.policy.flush_level = JSONLOG_LEVEL_OFF;
    }
    return jsonlog_stream_handler_new(fd, &options);
}

/* What is in a buffer or on its way is written, too. */
static inline void log_and_flush(uint64_t calls) {
    log_record(calls);
    jsonlog_flush();
}

#endif
