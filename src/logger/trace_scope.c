/* Contexts of our own making, and their ids as fields of records. */
#include "base/clock.h"
#include "base/compat.h"
#include "logger/trace_hex.h"

#include <jsonlog/trace.h>

/* X-Ray refuses ids whose first four bytes are not the time; W3C asks for random bytes only in the
 * last seven. */
void jsonlog_trace_new(jsonlog_trace_context *out) {
    if (out == NULL)
        return;
    *out = (jsonlog_trace_context){.is_random = true};
    const uint32_t seconds = (uint32_t)(jl_clock_now_ns() / 1000000000);
    for (unsigned i = 0; i < 4; i++)
        out->trace_id[i] = (uint8_t)(seconds >> (24 - 8 * i));
    jl_compat_random(out->trace_id + 4, JL_TRACE_ID_BYTES - 4);
    jsonlog_trace_new_span(out);
}

/* Once in 2^64 times the bytes are all zero, which is no id. */
void jsonlog_trace_new_span(jsonlog_trace_context *trace) {
    if (trace == NULL)
        return;
    do
        jl_compat_random(trace->span_id, JL_SPAN_ID_BYTES);
    while (jl_trace_is_zero(trace->span_id, JL_SPAN_ID_BYTES));
}

/* ---- fields ---- */

#define FIELDS_MAX 3

typedef struct fields {
    jsonlog_field list[FIELDS_MAX];
    size_t count;
} fields;

static void add(fields *all, const char *key, const char *default_key, jsonlog_value value) {
    if (key == NULL)
        key = default_key;
    if (key[0] != '\0')
        all->list[all->count++] = jsonlog_field_make(key, value);
}

static size_t put_trace_id(char *out, const jsonlog_trace_context *trace, bool as_xray_root) {
    const char *end = as_xray_root ? jl_trace_put_root(out, trace->trace_id)
                                   : jl_trace_put_hex(out, trace->trace_id, JL_TRACE_ID_BYTES);
    return (size_t)(end - out);
}

static bool is_decided(uint8_t sampling) {
    return sampling == JSONLOG_SAMPLING_YES || sampling == JSONLOG_SAMPLING_NO;
}

jsonlog_scope jsonlog_trace_push(const jsonlog_trace_context *trace,
                                 const jsonlog_trace_options *options) {
    const jsonlog_trace_options defaults = JSONLOG_TRACE_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (trace == NULL || options->size != sizeof *options)
        return (jsonlog_scope){0};
    char trace_id[JL_XRAY_ROOT_LEN];
    char span_id[2 * JL_SPAN_ID_BYTES];
    fields all = {.count = 0};
    if (!jl_trace_is_zero(trace->trace_id, JL_TRACE_ID_BYTES)) {
        const size_t len = put_trace_id(trace_id, trace, options->as_xray_root);
        add(&all, options->trace_id_key, "traceId", jsonlog_string(trace_id, len));
    }
    if (!jl_trace_is_zero(trace->span_id, JL_SPAN_ID_BYTES)) {
        jl_trace_put_hex(span_id, trace->span_id, JL_SPAN_ID_BYTES);
        add(&all, options->span_id_key, "spanId", jsonlog_string(span_id, sizeof span_id));
    }
    if (is_decided(trace->sampling))
        add(&all, options->sampled_key, "sampled",
            jsonlog_bool(trace->sampling == JSONLOG_SAMPLING_YES));
    return all.count == 0 ? (jsonlog_scope){0} : jsonlog_scope_push_fields(all.list, all.count);
}
