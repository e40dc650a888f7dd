#include "base/utf8.h"

#include <jsonlog/status.h>

/* Wider texts are shown as a window of this many columns: it leaves room for the indent and for a
 * log prefix on the terminals people use. */
#define WINDOW_COLUMNS 100
#define INDENT         "  "
#define CUT_MARK       "\xE2\x80\xA6" /* … takes one column */

/* snprintf's contract, one code point at a time: what does not fit whole is left out, and nothing
 * follows it. */
typedef struct sink {
    char *out;
    size_t size;
    size_t written;
    size_t total;
} sink;

static void put(sink *to, const char *bytes, size_t len) {
    bool is_cut = to->written < to->total;
    if (!is_cut && to->size > 0 && len < to->size - to->written) {
        memcpy(to->out + to->written, bytes, len);
        to->written += len;
    }
    to->total += len;
}

static void put_string(sink *to, const char *string) {
    jl_text text = jl_text_of(string);
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes);
        put(to, text.ptr + at, bytes);
    }
}

/* One code point of the source as it is shown. */
typedef struct glyph {
    char shown[4];
    size_t shown_len;
    size_t taken; /* bytes of the source */
    size_t columns;
} glyph;

static glyph glyph_at(jl_text source, size_t offset) {
    glyph next = {.shown = {0}};
    jl_text rest = {source.ptr + offset, source.len - offset};
    uint32_t code_point = jl_utf8_decode(rest, &next.taken);
    if (code_point == JL_UTF8_INVALID)
        code_point = 0xFFFD;
    else if (jl_utf8_is_hostile(code_point))
        code_point = ' ';
    next.columns = jl_utf8_columns(code_point);
    next.shown_len = jl_utf8_encode(code_point, next.shown);
    return next;
}

/* The column where the code point begins that holds byte `offset`. */
static size_t column_of(jl_text source, size_t offset) {
    size_t column = 0;
    for (size_t at = 0; at < source.len;) {
        glyph next = glyph_at(source, at);
        if (offset < at + next.taken)
            break;
        at += next.taken;
        column += next.columns;
    }
    return column;
}

/* Columns [first, last) of the text; a mark stands in the outermost column where text is cut off.
 */
typedef struct window {
    size_t first, last;
    bool is_cut_before, is_cut_behind;
} window;

static window choose_window(size_t columns, size_t caret) {
    if (columns <= WINDOW_COLUMNS)
        return (window){.first = 0, .last = columns};
    size_t first = caret > WINDOW_COLUMNS / 2 ? caret - WINDOW_COLUMNS / 2 : 0;
    if (first > columns - WINDOW_COLUMNS)
        first = columns - WINDOW_COLUMNS;
    size_t last = first + WINDOW_COLUMNS;
    return (window){first, last, first > 0, last < columns};
}

static void put_window(sink *to, jl_text source, window view) {
    size_t first = view.first + view.is_cut_before;
    size_t last = view.last - view.is_cut_behind;
    if (view.is_cut_before)
        put_string(to, CUT_MARK);
    size_t column = 0;
    for (size_t at = 0; at < source.len && column < last;) {
        glyph next = glyph_at(source, at);
        size_t end = column + next.columns;
        bool is_half = (column < first && end > first) || end > last;
        if (is_half)
            put(to, " ", 1); /* the other half of a wide letter is outside: keep the columns */
        else if (column >= first)
            put(to, next.shown, next.shown_len);
        column = end;
        at += next.taken;
    }
    if (view.is_cut_behind)
        put_string(to, CUT_MARK);
}

static void put_source(sink *to, jl_text source, size_t offset) {
    size_t caret = column_of(source, offset);
    window view = choose_window(column_of(source, source.len), caret);
    put_string(to, "\n" INDENT);
    put_window(to, source, view);
    put_string(to, "\n" INDENT);
    for (size_t column = view.first; column < caret; column++)
        put(to, " ", 1);
    put(to, "^", 1);
}

size_t jsonlog_err_render(const jsonlog_err *err, const char *source, size_t source_len, char *out,
                          size_t out_size) {
    sink to = {.out = out, .size = out_size};
    put_string(&to, err->text);
    if (err->offset != JSONLOG_NO_OFFSET)
        put_source(&to, (jl_text){source, source_len}, err->offset);
    if (out_size > 0)
        out[to.written] = '\0';
    return to.total;
}
