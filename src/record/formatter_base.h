#ifndef JL_RECORD_FORMATTER_BASE_H
#define JL_RECORD_FORMATTER_BASE_H
/** What every formatter begins with; concrete formatters embed it as their first member. */
#include "base/buffer.h"
#include "record/record.h"

#include <jsonlog/formatter.h>

#define JL_LINE_MAX_DEFAULT 16384

struct jsonlog_formatter {
    uint32_t references; /**< atomic */
    size_t line_max;     /**< the longest line it makes, terminator included */
    /** Append one line to `out`, whose limit is at least line_max. May be called by several threads
     * at once, and nested. */
    jsonlog_status (*format)(const jsonlog_formatter *self, const jsonlog_record *record,
                             jl_buffer *out);
    void (*free)(jsonlog_formatter *self);
};

/** Set up the base with one reference. */
void jl_formatter_init(jsonlog_formatter *formatter, size_t line_max,
                       jsonlog_status (*format)(const jsonlog_formatter *, const jsonlog_record *,
                                                jl_buffer *),
                       void (*free)(jsonlog_formatter *));

/** The JSON formatter with default options, made at first use, shared by all; never NULL: without
 * memory a static one with the same behaviour. Borrowed, not counted. Implemented by the format
 * room. */
jsonlog_formatter *jl_formatter_default(void);

#endif
