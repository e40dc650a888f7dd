#ifndef JL_FORMAT_JSON_STYLE_H
#define JL_FORMAT_JSON_STYLE_H
/** How values are spelled: the part of a JSON formatter's options that does not depend on the
 * record. */
#include "base/text.h"

#include <jsonlog/formatter.h>

/** Containers inside each other, the most an option can allow; bounds the stack. */
#define JL_DEPTH_MAX 64

typedef struct jl_json_style {
    unsigned escapes;     /**< JL_ESCAPE_… of json/escape.h */
    bool escapes_hostile; /**< what could fool a terminal as \uXXXX */
    bool is_spaced;
    unsigned indent;
    jsonlog_time_style time_style;
    jsonlog_precision precision;
    jsonlog_nonfinite nonfinite;
    jsonlog_bytes_style bytes_style;
    bool has_cause_arrays;
    bool omits_empty;
    unsigned depth_max; /**< 1 to JL_DEPTH_MAX */
    jsonlog_value_fn value_fn;
    void *value_context;
    bool (*replace)(jsonlog_writer *writer, jl_text key, const jsonlog_value *value);
    /**< jl_write_replaced() where there is a value_fn, else NULL */
} jl_json_style;

/** Compact, on one line, nothing optional. */
extern const jl_json_style jl_json_style_default;

#endif
