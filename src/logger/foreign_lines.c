#include "logger/foreign_lines.h"

#include "base/utf8.h"

static void append(jl_foreign_lines *lines, jl_text bytes) {
    const size_t room = lines->limit + JL_FOREIGN_LINE_SLACK - lines->len;
    const size_t taken = bytes.len < room ? bytes.len : room;
    if (taken > 0)
        memcpy(lines->text + lines->len, bytes.ptr, taken);
    lines->len += taken;
    lines->missing += bytes.len - taken;
}

/* The carriage return of a line that was cut is among what is missing, and not told apart. */
static void finish(jl_foreign_lines *lines, jl_foreign_line_fn on_line, void *context) {
    jl_text whole = {lines->text, lines->len};
    if (lines->missing == 0 && whole.len > 0 && whole.ptr[whole.len - 1] == '\r')
        whole.len--;
    const bool is_long = lines->missing > 0 || whole.len > lines->limit;
    const size_t kept = is_long ? jl_utf8_cut(whole, lines->limit) : whole.len;
    const jl_foreign_line line = {{whole.ptr, kept}, lines->missing + whole.len - kept};
    if (kept > 0)
        on_line(context, &line);
    lines->len = 0;
    lines->missing = 0;
}

void jl_foreign_lines_feed(jl_foreign_lines *lines, jl_text bytes, jl_foreign_line_fn on_line,
                           void *context) {
    const char *end = bytes.ptr + bytes.len;
    const char *at = bytes.ptr;
    for (const char *newline; at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL;
         at = newline + 1) {
        append(lines, (jl_text){at, (size_t)(newline - at)});
        finish(lines, on_line, context);
    }
    append(lines, (jl_text){at, (size_t)(end - at)});
}

void jl_foreign_lines_end(jl_foreign_lines *lines, jl_foreign_line_fn on_line, void *context) {
    if (lines->len > 0)
        finish(lines, on_line, context);
}
