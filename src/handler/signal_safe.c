#include "base/utf8.h"
#include "handler/descriptor.h"
#include "handler/safe_line.h"

#include <jsonlog/handler.h>

#include <errno.h>

/** As much as a signal stack has room for: an escaped byte takes six. */
#define MESSAGE_MAX 512
#define HEAD        "{\"logType\":\"FATAL\",\"errorMessage\":\""
#define TAIL        "\"}\n"

/* A few bytes beyond the limit are looked at, to see where the last code point ends. */
static jl_text bounded(const char *message) {
    if (message == NULL)
        return (jl_text){"", 0};
    jl_text text = {message, strnlen(message, MESSAGE_MAX + 4)};
    return (jl_text){message, jl_utf8_cut(text, MESSAGE_MAX)};
}

bool jsonlog_signal_safe_write(int descriptor, const char *message) {
    int error = errno;
    char text[sizeof HEAD + 6 * MESSAGE_MAX + sizeof TAIL];
    jl_safe_line line = {.text = text, .size = sizeof text};
    jl_safe_append(&line, JL_TEXT(HEAD));
    jl_safe_append_escaped(&line, bounded(message));
    jl_safe_append(&line, JL_TEXT(TAIL));
    jl_descriptor out;
    bool is_written = false;
    if (jl_descriptor_init(&out, descriptor)) {
        struct iovec part = jl_part(line.text, line.len);
        is_written = jl_descriptor_write_all(&out, &part, 1).error == 0;
    }
    errno = error;
    return is_written;
}
