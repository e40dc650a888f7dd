#include "cli/json_text.h"

#include "cli/code_point.h"

/* The letter behind the backslash, or 0. */
static char short_escape(uint32_t code_point) {
    switch (code_point) {
    case '"':
    case '\\': return (char)code_point;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

static void print_in_string(FILE *out, uint32_t code_point, const char *text, size_t size,
                            bool escapes) {
    const char letter = short_escape(code_point);
    if (letter != 0)
        fprintf(out, "\\%c", letter);
    else if (code_point < 0x20 || (escapes && code_point_is_unsafe(code_point)))
        fprintf(out, "\\u%04x", (unsigned)code_point);
    else
        fwrite_unlocked(text, 1, size, out);
}

void print_json_string(FILE *out, const char *text, size_t len, bool escapes) {
    putc_unlocked('"', out);
    for (size_t at = 0; at < len;) {
        uint32_t code_point = 0;
        const size_t size = code_point_read(text + at, len - at, &code_point);
        if (size == 0)
            fputs("\xEF\xBF\xBD", out);
        else
            print_in_string(out, code_point, text + at, size, escapes);
        at += size == 0 ? 1 : size;
    }
    putc_unlocked('"', out);
}

/* In valid JSON a control character is blank space between tokens, and what lies beyond ASCII
 * stands in a string, where an escape means the same. */
void print_json(FILE *out, const char *json, size_t len, bool escapes) {
    for (size_t at = 0; at < len;) {
        uint32_t code_point = 0;
        const size_t size = code_point_read(json + at, len - at, &code_point);
        if (size == 0)
            fputs("\xEF\xBF\xBD", out);
        else if (code_point == '\r' || code_point == '\n')
            putc_unlocked(' ', out);
        else if (escapes && code_point_is_unsafe(code_point))
            fprintf(out, "\\u%04x", (unsigned)code_point);
        else
            fwrite_unlocked(json + at, 1, size, out);
        at += size == 0 ? 1 : size;
    }
}
