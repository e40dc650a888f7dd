#ifndef TEST_HANDLER_LINES_H
#define TEST_HANDLER_LINES_H
/** Lines for handlers under test, without loggers, and a formatter that makes reports easy to
 * compare. */
#include "record/handler_base.h"

#include <inttypes.h>

/* "lines lost lost=3 reason=EAGAIN\n": the message, then the call's fields. */
static inline jsonlog_status plain_format(const jsonlog_formatter *self,
                                          const jsonlog_record *record, jl_buffer *out) {
    (void)self;
    if (record->message != NULL)
        jl_buffer_append(out, record->message->as.string, record->message->with.len);
    for (uint32_t i = 0; i < record->call_count; i++) {
        const jl_field *field = &jl_record_call(record)[i];
        jl_buffer_append_format(out, " %.*s=", (int)field->key.len, field->key.ptr);
        if (field->value->type == JSONLOG_TYPE_STRING)
            jl_buffer_append(out, field->value->as.string, field->value->with.len);
        else
            jl_buffer_append_format(out, "%" PRIu64, field->value->as.u64);
    }
    jl_buffer_append_char(out, '\n');
    return out->status;
}

/** Give a handler the plain formatter; lives as long as the program. */
static inline void use_plain_formatter(jsonlog_handler *handler) {
    static jsonlog_formatter plain;
    if (plain.format == NULL)
        jl_formatter_init(&plain, 0, plain_format, NULL);
    jsonlog_handler_set_formatter(handler, &plain);
}

static inline jsonlog_status write_bytes(jsonlog_handler *handler, const char *text, size_t len) {
    jsonlog_line line = {.text = text, .len = len, .level = JSONLOG_LEVEL_INFO, .time_ns = 1};
    return jl_handler_write(handler, &line);
}

static inline jsonlog_status write_text(jsonlog_handler *handler, const char *text) {
    return write_bytes(handler, text, strlen(text));
}

static inline jsonlog_handler_stats stats_of(const jsonlog_handler *handler) {
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    return stats;
}

#endif
