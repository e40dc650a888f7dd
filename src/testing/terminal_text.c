#include "testing/terminal_text.h"

#include "base/utf8.h"

/* Room for " …[18446744073709551615 bytes]… ". */
#define MARK_COLUMNS 33
/* The end of a line is where the caller's own fields are: it gets a third. */
#define TAIL_SHARE 3

/* One code point as it is shown. */
typedef struct glyph {
    char shown[12];
    size_t shown_len;
    size_t taken; /* bytes of the text */
    size_t columns;
} glyph;

static void show(glyph *out, uint32_t code_point) {
    if (code_point == '\t' || code_point == '\n' || code_point == '\r')
        code_point = ' ';
    if (code_point == JL_UTF8_INVALID)
        code_point = 0xFFFD;
    if (!jl_utf8_is_hostile(code_point)) {
        out->shown_len = jl_utf8_encode(code_point, out->shown);
        out->columns = jl_utf8_columns(code_point);
        return;
    }
    static const char digits[] = "0123456789abcdef";
    out->shown[0] = '\\';
    out->shown[1] = 'u';
    for (unsigned i = 0; i < 4; i++) /* none of them is beyond U+FFFF */
        out->shown[2 + i] = digits[code_point >> (12 - 4 * i) & 15];
    out->shown_len = out->columns = 6;
}

static glyph take_glyph(jl_text *text) {
    glyph next;
    const uint32_t code_point = jl_utf8_decode(*text, &next.taken);
    show(&next, code_point);
    *text = (jl_text){text->ptr + next.taken, text->len - next.taken};
    return next;
}

void jl_append_safe(jl_buffer *out, jl_text text) {
    while (text.len > 0) {
        const glyph next = take_glyph(&text);
        jl_buffer_append(out, next.shown, next.shown_len);
    }
}

static size_t columns_of(jl_text text) {
    size_t columns = 0;
    while (text.len > 0)
        columns += take_glyph(&text).columns;
    return columns;
}

/* @return the longest beginning that is no wider than `columns`. */
static jl_text head_of(jl_text text, size_t columns) {
    jl_text rest = text;
    size_t used = 0;
    while (rest.len > 0) {
        jl_text before = rest;
        used += take_glyph(&rest).columns;
        if (used > columns)
            return (jl_text){text.ptr, (size_t)(before.ptr - text.ptr)};
    }
    return text;
}

/* @return what is left after at least `columns` columns. */
static jl_text behind(jl_text text, size_t columns) {
    for (size_t used = 0; used < columns && text.len > 0;)
        used += take_glyph(&text).columns;
    return text;
}

void jl_append_cut(jl_buffer *out, jl_text text, size_t columns) {
    const size_t all = columns_of(text);
    if (all <= columns) {
        jl_append_safe(out, text);
        return;
    }
    const size_t tail_columns = (columns - MARK_COLUMNS) / TAIL_SHARE;
    const jl_text head = head_of(text, columns - MARK_COLUMNS - tail_columns);
    const jl_text tail = behind(text, all - tail_columns);
    jl_append_safe(out, head);
    jl_buffer_append_format(out, " …[%zu bytes]… ", text.len - head.len - tail.len);
    jl_append_safe(out, tail);
}
