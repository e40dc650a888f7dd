#include "cli/safe_text.h"

#include "cli/code_point.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* @return the bytes from `text` on that may be shown as they are. */
static size_t safe_length(const char *text, size_t len) {
    size_t at = 0;
    while (at < len) {
        uint32_t code_point = 0;
        const size_t size = code_point_read(text + at, len - at, &code_point);
        if (size == 0 || code_point_is_unsafe(code_point))
            return at;
        at += size;
    }
    return at;
}

/* @return how many bytes were shown as an escape. */
static size_t print_escape(FILE *out, const char *text, size_t len) {
    uint32_t code_point = 0;
    const size_t size = code_point_read(text, len, &code_point);
    if (size == 0) {
        fprintf(out, "\\x%02x", (unsigned)(unsigned char)text[0]);
        return 1;
    }
    fprintf(out, "\\u%04x", (unsigned)code_point);
    return size;
}

void print_text(FILE *out, const char *text, size_t len, bool escapes) {
    const bool ends_in_return = escapes && len > 0 && text[len - 1] == '\r';
    const size_t checked = ends_in_return ? len - 1 : len;
    size_t at = 0;
    while (escapes && at < checked) {
        const size_t safe = safe_length(text + at, checked - at);
        fwrite_unlocked(text + at, 1, safe, out);
        at += safe;
        if (at < checked)
            at += print_escape(out, text + at, checked - at);
    }
    fwrite_unlocked(text + at, 1, len - at, out);
}

void print_name(FILE *out, const char *name) {
    const int error = errno; /* isatty() says no by way of it */
    print_text(out, name, strlen(name), isatty(fileno(out)) == 1);
    errno = error;
}
