#include "filter/shown.h"

#include "base/utf8.h"

static void append_code_point(jl_buffer *out, uint32_t code_point, jl_text bytes) {
    if (code_point == JL_UTF8_INVALID)
        jl_buffer_append_text(out, JL_TEXT("\xEF\xBF\xBD"));
    else if (code_point == '\t' || code_point == '\n' || code_point == '\r')
        jl_buffer_append_char(out, ' ');
    else if (jl_utf8_is_hostile(code_point))
        jl_buffer_append_format(out, "\\u%04x", (unsigned)code_point);
    else
        jl_buffer_append_text(out, bytes);
}

static void append_in_string(jl_buffer *out, uint32_t code_point, jl_text bytes) {
    if (code_point == '"' || code_point == '\\') {
        jl_buffer_append_char(out, '\\');
        jl_buffer_append_char(out, (char)code_point);
        return;
    }
    const bool is_break = code_point == '\t' || code_point == '\n' || code_point == '\r';
    if (is_break)
        jl_buffer_append_format(out, "\\%c",
                                code_point == '\t'   ? 't'
                                : code_point == '\n' ? 'n'
                                                     : 'r');
    else
        append_code_point(out, code_point, bytes);
}

typedef void append_fn(jl_buffer *out, uint32_t code_point, jl_text bytes);

static void append_cut(jl_buffer *out, jl_text text, size_t limit, append_fn *append) {
    const bool is_cut = text.len > limit;
    if (is_cut)
        text.len = jl_utf8_cut(text, limit);
    while (text.len > 0) {
        size_t bytes = 1;
        const uint32_t code_point = jl_utf8_decode(text, &bytes);
        append(out, code_point, (jl_text){text.ptr, bytes});
        text = (jl_text){text.ptr + bytes, text.len - bytes};
    }
    if (is_cut)
        jl_buffer_append_text(out, JL_TEXT("\xE2\x80\xA6"));
}

void jl_append_shown(jl_buffer *out, jl_text text, size_t limit) {
    append_cut(out, text, limit, append_code_point);
}

void jl_append_shown_string(jl_buffer *out, jl_text text, size_t limit) {
    jl_buffer_append_char(out, '"');
    append_cut(out, text, limit, append_in_string);
    jl_buffer_append_char(out, '"');
}
