#include "base/utf8.h"
#include "handler/descriptor.h"

#include <jsonlog/handler.h>

#include <errno.h>

/** As much as a signal stack has room for: an escaped byte takes six. */
#define MESSAGE_MAX 512
#define HEAD        "{\"logType\":\"FATAL\",\"errorMessage\":\""
#define TAIL        "\"}\n"

typedef struct safe_line {
    size_t len;
    char text[sizeof HEAD + 6 * MESSAGE_MAX + sizeof TAIL];
} safe_line;

static void append(safe_line *line, const char *bytes, size_t len) {
    memcpy(line->text + line->len, bytes, len);
    line->len += len;
}

/* A control character, the quote or the backslash. */
static void append_escape(safe_line *line, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    static const char shorts[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                     {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (size_t i = 0; i < sizeof shorts / sizeof shorts[0]; i++) {
        if ((unsigned char)shorts[i][0] == c) {
            append(line, (const char[]){'\\', shorts[i][1]}, 2);
            return;
        }
    }
    append(line, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

static void append_message(safe_line *line, jl_text message) {
    while (message.len > 0) {
        size_t bytes = 0;
        uint32_t c = jl_utf8_decode(message, &bytes);
        if (c == JL_UTF8_INVALID)
            append(line, "\xEF\xBF\xBD", 3);
        else if (c < 0x20 || c == '"' || c == '\\')
            append_escape(line, (unsigned char)c);
        else
            append(line, message.ptr, bytes);
        message.ptr += bytes;
        message.len -= bytes;
    }
}

/* A few bytes beyond the limit are looked at, to see where the last code point ends. */
static jl_text bounded(const char *message) {
    if (message == NULL)
        return (jl_text){"", 0};
    jl_text text = {message, strnlen(message, MESSAGE_MAX + 4)};
    return (jl_text){message, jl_utf8_cut(text, MESSAGE_MAX)};
}

bool jsonlog_signal_safe_write(int descriptor, const char *message) {
    int error = errno;
    safe_line line = {.len = 0};
    append(&line, HEAD, sizeof HEAD - 1);
    append_message(&line, bounded(message));
    append(&line, TAIL, sizeof TAIL - 1);
    jl_descriptor out;
    bool is_written = false;
    if (jl_descriptor_init(&out, descriptor)) {
        struct iovec part = jl_part(line.text, line.len);
        is_written = jl_descriptor_write_all(&out, &part, 1).error == 0;
    }
    errno = error;
    return is_written;
}
