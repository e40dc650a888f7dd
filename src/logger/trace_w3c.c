/* W3C Trace Context, traceparent: "00-" trace-id "-" parent-id "-" flags, all in lower-case hex. */
#include "base/err.h"
#include "logger/trace_hex.h"

#include <jsonlog/trace.h>

#define FLAG_SAMPLED 0x01u
#define FLAG_RANDOM  0x02u /* level 2 */

#define VERSION_INVALID 0xffu

/* Where the parts stand; the same in every version that is to come. */
#define TRACE_ID_AT     3
#define SPAN_ID_AT      36
#define TRACEPARENT_LEN 55

static jsonlog_status refuse(jsonlog_err *err, size_t at, const char *why) {
    return jl_err_set(err, JSONLOG_E_SYNTAX, at, "The traceparent %s", why);
}

static bool take_digits(jl_trace_cursor *cursor, uint8_t *version, uint8_t *flags,
                        jsonlog_trace_context *trace) {
    return jl_trace_take_hex(cursor, version, 1, false) && jl_trace_take(cursor, '-') &&
           jl_trace_take_hex(cursor, trace->trace_id, JL_TRACE_ID_BYTES, false) &&
           jl_trace_take(cursor, '-') &&
           jl_trace_take_hex(cursor, trace->span_id, JL_SPAN_ID_BYTES, false) &&
           jl_trace_take(cursor, '-') && jl_trace_take_hex(cursor, flags, 1, false);
}

/* A later version may go on behind the flags, but then with a dash. */
static bool ends_well(const jl_trace_cursor *cursor, uint8_t version) {
    return cursor->at == cursor->text.len || (version != 0 && cursor->text.ptr[cursor->at] == '-');
}

jsonlog_status jsonlog_trace_parse_w3c(const char *text, size_t len, jsonlog_trace_context *out,
                                       jsonlog_err *err) {
    jl_trace_cursor cursor = {jl_trace_text(text, len), 0};
    jsonlog_trace_context trace = {.sampling = JSONLOG_SAMPLING_UNKNOWN};
    uint8_t version = 0;
    uint8_t flags = 0;
    if (out == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "There is no place for it");
    if (!take_digits(&cursor, &version, &flags, &trace))
        return refuse(err, cursor.at, "is not of the form 00-<32 hex>-<16 hex>-<2 hex>");
    if (version == VERSION_INVALID)
        return refuse(err, 0, "has the version ff, which is none");
    if (!ends_well(&cursor, version))
        return refuse(err, cursor.at, "goes on behind its flags");
    if (jl_trace_is_zero(trace.trace_id, JL_TRACE_ID_BYTES))
        return refuse(err, TRACE_ID_AT, "has a trace id of zeros");
    if (jl_trace_is_zero(trace.span_id, JL_SPAN_ID_BYTES))
        return refuse(err, SPAN_ID_AT, "has a parent id of zeros");
    trace.sampling = (flags & FLAG_SAMPLED) != 0 ? JSONLOG_SAMPLING_YES : JSONLOG_SAMPLING_NO;
    trace.is_random = (flags & FLAG_RANDOM) != 0;
    *out = trace;
    return JSONLOG_OK;
}

size_t jsonlog_trace_format_w3c(const jsonlog_trace_context *trace, char *out, size_t out_size) {
    if (trace == NULL || jl_trace_is_zero(trace->trace_id, JL_TRACE_ID_BYTES) ||
        jl_trace_is_zero(trace->span_id, JL_SPAN_ID_BYTES))
        return jl_trace_copy_out(JL_TEXT(""), out, out_size);
    const uint8_t flags = (uint8_t)((trace->sampling == JSONLOG_SAMPLING_YES ? FLAG_SAMPLED : 0) |
                                    (trace->is_random ? FLAG_RANDOM : 0));
    char text[TRACEPARENT_LEN] = "00-";
    char *end = jl_trace_put_hex(text + TRACE_ID_AT, trace->trace_id, JL_TRACE_ID_BYTES);
    *end++ = '-';
    end = jl_trace_put_hex(end, trace->span_id, JL_SPAN_ID_BYTES);
    *end++ = '-';
    jl_trace_put_hex(end, &flags, 1);
    return jl_trace_copy_out((jl_text){text, sizeof text}, out, out_size);
}
