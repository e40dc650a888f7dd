/* Values without members: null, booleans, numbers, strings, times, and the like. */
#include "format/time_text.h"
#include "format/value_writer.h"
#include "json/number.h"

#include <math.h>

#define NS_PER_SECOND UINT64_C(1000000000)

static void write_nonfinite(jsonlog_writer *writer, double number) {
    writer->replaced++;
    if (writer->style->nonfinite == JSONLOG_NONFINITE_NULL)
        jl_buffer_append_text(writer->out, JL_TEXT("null"));
    else if (isnan(number))
        jl_buffer_append_text(writer->out, JL_TEXT("\"NaN\""));
    else
        jl_buffer_append_text(writer->out,
                              number < 0 ? JL_TEXT("\"-Infinity\"") : JL_TEXT("\"Infinity\""));
}

void jl_write_double_value(jsonlog_writer *writer, double number, bool is_float) {
    if (!isfinite(number)) {
        write_nonfinite(writer, number);
        return;
    }
    char text[JL_NUMBER_MAX];
    size_t len = is_float ? jl_write_float(text, (float)number) : jl_write_double(text, number);
    jl_buffer_append(writer->out, text, len);
}

/* Seconds with all nanoseconds that are not zero, so nothing of 64 bits is lost: 0.0015, -3.0. */
static size_t put_duration(char text[JL_NUMBER_MAX + 12], int64_t ns) {
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    char *at = text;
    if (ns < 0)
        *at++ = '-';
    at += jl_write_uint64(at, size / NS_PER_SECOND);
    *at++ = '.';
    uint64_t rest = size % NS_PER_SECOND;
    for (unsigned i = 9; i > 0; i--, rest /= 10)
        at[i - 1] = (char)('0' + rest % 10);
    size_t digits = 9;
    while (digits > 1 && at[digits - 1] == '0')
        digits--;
    return (size_t)(at - text) + digits;
}

static void write_duration(jsonlog_writer *writer, int64_t ns) {
    char text[JL_NUMBER_MAX + 12];
    jl_buffer_append(writer->out, text, put_duration(text, ns));
}

static void write_integer(jsonlog_writer *writer, const jsonlog_value *value) {
    char text[JL_NUMBER_MAX];
    size_t len = value->type == JSONLOG_TYPE_INT64 ? jl_write_int64(text, value->as.i64)
                                                   : jl_write_uint64(text, value->as.u64);
    jl_buffer_append(writer->out, text, len);
}

static void write_hex(jsonlog_writer *writer, uint64_t number) {
    static const char digits[] = "0123456789abcdef";
    char text[24];
    size_t at = sizeof text;
    text[--at] = '"';
    do {
        text[--at] = digits[number & 0xF];
        number >>= 4;
    } while (number != 0);
    at -= 3;
    memcpy(text + at, "\"0x", 3);
    jl_buffer_append(writer->out, text + at, sizeof text - at);
}

static void write_time(jsonlog_writer *writer, const jsonlog_value *value) {
    char text[JL_TIME_TEXT_MAX];
    bool has_offset = writer->style->time_style == JSONLOG_TIME_RFC3339_OFFSET;
    size_t len = jl_time_text(text, (jl_instant){value->as.i64, value->count},
                              has_offset ? JSONLOG_TIME_RFC3339_OFFSET : JSONLOG_TIME_RFC3339_UTC,
                              writer->style->precision);
    jl_buffer_append_char(writer->out, '"');
    jl_buffer_append(writer->out, text, len);
    jl_buffer_append_char(writer->out, '"');
}

static void write_errno_pair(jsonlog_writer *writer, jl_text key, const char *text) {
    bool is_left_out = text == NULL && writer->style->omits_empty;
    if (is_left_out)
        return;
    jl_write_separator(writer, false);
    jl_write_member_key(writer, key, true, 0);
    if (text == NULL)
        jl_buffer_append_text(writer->out, JL_TEXT("null"));
    else
        jl_write_string(writer, jl_text_of(text));
}

void jl_write_errno(jsonlog_writer *writer, int64_t error) {
    if (!jl_write_open(writer, '{'))
        return;
    jsonlog_value code = jsonlog_from_int64(error);
    jl_write_separator(writer, true);
    jl_write_member_key(writer, JL_TEXT("code"), true, 0);
    write_integer(writer, &code);
    write_errno_pair(writer, JL_TEXT("name"), jl_errno_name((int)error));
    write_errno_pair(writer, JL_TEXT("text"), jl_errno_sentence((int)error));
    jl_write_close(writer, '}', true);
}

bool jl_write_scalar(jsonlog_writer *writer, const jsonlog_value *value) {
    jl_buffer *out = writer->out;
    switch (value->type) {
    case JSONLOG_TYPE_NULL: jl_buffer_append_text(out, JL_TEXT("null")); break;
    case JSONLOG_TYPE_BOOL:
        jl_buffer_append_text(out, value->as.boolean ? JL_TEXT("true") : JL_TEXT("false"));
        break;
    case JSONLOG_TYPE_INT64:
    case JSONLOG_TYPE_UINT64: write_integer(writer, value); break;
    case JSONLOG_TYPE_DOUBLE: jl_write_double_value(writer, value->as.f64, false); break;
    case JSONLOG_TYPE_FLOAT: jl_write_double_value(writer, value->as.f64, true); break;
    case JSONLOG_TYPE_STRING:
        jl_write_string(writer, (jl_text){value->as.string, value->with.len});
        break;
    case JSONLOG_TYPE_TIME: write_time(writer, value); break;
    case JSONLOG_TYPE_DURATION: write_duration(writer, value->as.i64); break;
    case JSONLOG_TYPE_HEX: write_hex(writer, value->as.u64); break;
    case JSONLOG_TYPE_POINTER: write_hex(writer, (uintptr_t)value->as.pointer); break;
    default: return false;
    }
    return true;
}
