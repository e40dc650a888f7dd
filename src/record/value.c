#include <jsonlog/value.h>

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define ELLIPSIS     "\xE2\x80\xA6"
#define ELLIPSIS_LEN (sizeof ELLIPSIS - 1)

/* The space holds a NUL as well, which vsnprintf() insists on. */
static size_t cut_text(char *space) {
    const jl_text text = {space, JSONLOG_TEXT_MAX - 1};
    const size_t cut = jl_utf8_cut(text, JSONLOG_TEXT_MAX - 1 - ELLIPSIS_LEN);
    memcpy(space + cut, ELLIPSIS, ELLIPSIS_LEN + 1);
    return cut + ELLIPSIS_LEN;
}

jsonlog_value jsonlog_format_text(char *space, const char *format, ...) {
    const int error = errno;
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(space, JSONLOG_TEXT_MAX, format, arguments);
    va_end(arguments);
    errno = error;
    if (len < 0) /* a wide character that has no bytes in this locale, or more than INT_MAX bytes */
        return jsonlog_from_string("__could_not_encode__");
    if (len < JSONLOG_TEXT_MAX)
        return jsonlog_string(space, (size_t)len);
    jsonlog_value value = jsonlog_string(space, cut_text(space));
    value.flags |= (uint8_t)JSONLOG_VALUE_CUT;
    return value;
}

static bool write_character(jsonlog_writer *writer, void *context) {
    char bytes[4];
    const size_t len = jl_utf8_encode((uint32_t)(uintptr_t)context, bytes);
    jsonlog_write_value(writer, jsonlog_string(bytes, len));
    return true;
}

/* All of ASCII, one after the other: the text of a character is the byte at its place. */
#define ROW(c) c, c + 1, c + 2, c + 3, c + 4, c + 5, c + 6, c + 7
static const char ascii[128] = {ROW(0),  ROW(8),   ROW(16),  ROW(24), ROW(32), ROW(40),
                                ROW(48), ROW(56),  ROW(64),  ROW(72), ROW(80), ROW(88),
                                ROW(96), ROW(104), ROW(112), ROW(120)};
#undef ROW

/* A value has no room for bytes of its own, so beyond ASCII the code point travels as the context
 * of a callback: nothing to keep alive, and a copy is as good as the original. */
jsonlog_value jsonlog_char(uint32_t code_point) {
    if (code_point < sizeof ascii)
        return jsonlog_string(&ascii[code_point], 1);
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        code_point = 0xFFFD;
    return jsonlog_call(write_character, (void *)(uintptr_t)code_point);
}
