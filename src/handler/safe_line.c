#include "handler/safe_line.h"

#include "base/utf8.h"

/** Of 2^64 in decimal. */
#define DIGITS_MAX 20

void jl_safe_append(jl_safe_line *line, jl_text bytes) {
    if (line->is_cut || bytes.len > line->size - line->len) {
        line->is_cut = true;
        return;
    }
    memcpy(line->text + line->len, bytes.ptr, bytes.len);
    line->len += bytes.len;
}

/* A control character, the quote or the backslash. */
static void append_escape(jl_safe_line *line, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    static const char shorts[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                     {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++) {
        if ((unsigned char)shorts[i][0] == c) {
            jl_safe_append(line, (jl_text){(const char[]){'\\', shorts[i][1]}, 2});
            return;
        }
    }
    const char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    jl_safe_append(line, (jl_text){escape, sizeof escape});
}

void jl_safe_append_escaped(jl_safe_line *line, jl_text text) {
    while (text.len > 0) {
        size_t bytes = 0;
        uint32_t c = jl_utf8_decode(text, &bytes);
        if (c == JL_UTF8_INVALID)
            jl_safe_append(line, JL_TEXT("\xEF\xBF\xBD"));
        else if (c < 0x20 || c == '"' || c == '\\')
            append_escape(line, (unsigned char)c);
        else
            jl_safe_append(line, (jl_text){text.ptr, bytes});
        text.ptr += bytes;
        text.len -= bytes;
    }
}

static void append_in_base(jl_safe_line *line, uint64_t number, unsigned base, unsigned width) {
    char digits[DIGITS_MAX];
    size_t at = sizeof digits;
    while (number > 0 || width > 0) {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
        width -= width > 0;
    }
    jl_safe_append(line, (jl_text){digits + at, sizeof digits - at});
}

void jl_safe_append_unsigned(jl_safe_line *line, uint64_t number) {
    append_in_base(line, number, 10, 1);
}

void jl_safe_append_signed(jl_safe_line *line, int64_t number) {
    if (number < 0)
        jl_safe_append(line, JL_TEXT("-"));
    append_in_base(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 10, 1);
}

void jl_safe_append_hex(jl_safe_line *line, uint64_t number) {
    jl_safe_append(line, JL_TEXT("0x"));
    append_in_base(line, number, 16, 1);
}

void jl_safe_append_digits(jl_safe_line *line, uint64_t number, unsigned width) {
    append_in_base(line, number, 10, width);
}
