#include "logger/trace_hex.h"

#include <jsonlog/value.h>

/* @return 16 for what is no digit. */
static unsigned digit_of(char c, bool takes_upper_case) {
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return takes_upper_case && c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 16;
}

static bool take_digit(jl_trace_cursor *cursor, bool takes_upper_case, unsigned *digit) {
    if (cursor->at == cursor->text.len)
        return false;
    *digit = digit_of(cursor->text.ptr[cursor->at], takes_upper_case);
    if (*digit == 16)
        return false;
    cursor->at++;
    return true;
}

bool jl_trace_take_hex(jl_trace_cursor *cursor, uint8_t *out, size_t count, bool takes_upper_case) {
    for (size_t i = 0; i < count; i++) {
        unsigned high = 0;
        unsigned low = 0;
        if (!take_digit(cursor, takes_upper_case, &high) ||
            !take_digit(cursor, takes_upper_case, &low))
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool jl_trace_take(jl_trace_cursor *cursor, char byte) {
    if (cursor->at == cursor->text.len || cursor->text.ptr[cursor->at] != byte)
        return false;
    cursor->at++;
    return true;
}

bool jl_trace_is_zero(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

char *jl_trace_put_hex(char *out, const uint8_t *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    return out;
}

char *jl_trace_put_root(char *out, const uint8_t trace_id[JL_TRACE_ID_BYTES]) {
    *out++ = '1';
    *out++ = '-';
    out = jl_trace_put_hex(out, trace_id, 4);
    *out++ = '-';
    return jl_trace_put_hex(out, trace_id + 4, JL_TRACE_ID_BYTES - 4);
}

jl_text jl_trace_text(const char *text, size_t len) {
    if (text == NULL)
        return JL_TEXT("");
    return len == JSONLOG_NUL_TERMINATED ? jl_text_of(text) : (jl_text){text, len};
}

size_t jl_trace_copy_out(jl_text text, char *out, size_t out_size) {
    if (out_size > 0) {
        const size_t len = text.len < out_size ? text.len : out_size - 1;
        memcpy(out, text.ptr, len);
        out[len] = '\0';
    }
    return text.len;
}
