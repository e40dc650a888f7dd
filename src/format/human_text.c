#include "format/human_text.h"

#include "base/utf8.h"
#include "format/flat_fields.h"
#include "format/value_writer.h"
#include "json/escape.h"

/* ---- text ---- */

/* What is available goes in; the rest makes the buffer say that it is full. */
static void append_piece(jl_buffer *out, jl_text piece) {
    if (out->status != JSONLOG_OK)
        return;
    size_t fits = jl_utf8_cut(piece, out->limit - out->len);
    jl_buffer_append(out, piece.ptr, fits);
    jl_buffer_append(out, piece.ptr + fits, piece.len - fits);
}

static char short_escape(uint32_t code_point) {
    switch (code_point) {
    case '\n': return 'n';
    case '\t': return 't';
    case '\r': return 'r';
    default: return '\0';
    }
}

static void append_escape(jl_buffer *out, uint32_t code_point) {
    char name = short_escape(code_point);
    if (name != '\0')
        jl_buffer_append(out, (const char[]){'\\', name}, 2);
    else
        jl_buffer_append_format(out, code_point < 0x80 ? "\\x%02x" : "\\u%04x", code_point);
}

static bool is_quotable(uint32_t code_point) {
    return code_point == '"' || code_point == '\\';
}

/* @return how many bytes at the start may be shown as they are. */
static size_t plain_prefix(jl_text text, bool is_quoted) {
    size_t at = 0;
    while (at < text.len) {
        size_t taken;
        uint32_t code_point = jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &taken);
        if (code_point == JL_UTF8_INVALID || jl_utf8_is_hostile(code_point) ||
            (is_quoted && is_quotable(code_point)))
            break;
        at += taken;
    }
    return at;
}

static void append_shown(jl_buffer *out, jl_text text, bool is_quoted) {
    while (text.len > 0 && out->status == JSONLOG_OK) {
        size_t plain = plain_prefix(text, is_quoted);
        append_piece(out, (jl_text){text.ptr, plain});
        text = (jl_text){text.ptr + plain, text.len - plain};
        if (text.len == 0)
            break;
        size_t taken;
        uint32_t code_point = jl_utf8_decode(text, &taken);
        if (code_point == JL_UTF8_INVALID)
            jl_buffer_append_text(out, JL_TEXT("\xEF\xBF\xBD"));
        else if (is_quotable(code_point))
            jl_buffer_append(out, (const char[]){'\\', (char)code_point}, 2);
        else
            append_escape(out, code_point);
        text = (jl_text){text.ptr + taken, text.len - taken};
    }
}

void jl_human_append_text(jl_buffer *out, jl_text text) {
    append_shown(out, text, false);
}

static bool needs_quotes(jl_text text) {
    if (plain_prefix(text, true) < text.len || text.len == 0)
        return true;
    return memchr(text.ptr, ' ', text.len) != NULL || memchr(text.ptr, '=', text.len) != NULL;
}

void jl_human_append_word(jl_buffer *out, jl_text text) {
    /* What is longer than the line is cut anyway; its start decides. */
    size_t room = out->limit - out->len;
    bool is_quoted =
        needs_quotes(text.len > room ? (jl_text){text.ptr, jl_utf8_cut(text, room)} : text);
    if (is_quoted)
        jl_buffer_append_char(out, '"');
    append_shown(out, text, is_quoted);
    if (is_quoted)
        jl_buffer_append_char(out, '"');
}

/* ---- values ---- */

typedef struct field_writer {
    jl_buffer *out;
    const jl_human_style *style;
} field_writer;

static void append_path(jl_buffer *out, const jl_flat_path *path) {
    if (path->outer != NULL) {
        append_path(out, path->outer);
        jl_buffer_append_char(out, '.');
    }
    jl_human_append_word(out, path->key);
}

static void append_key(const field_writer *fields, const jl_flat_path *path) {
    jl_buffer_append_char(fields->out, ' ');
    jl_buffer_append_text(fields->out, fields->style->key_on);
    append_path(fields->out, path);
    jl_buffer_append_char(fields->out, '=');
    jl_buffer_append_text(fields->out, fields->style->key_off);
}

/* Types whose text in JSON never needs the quotes it has there. */
static bool is_bare(uint8_t type) {
    return type == JSONLOG_TYPE_BYTES || type == JSONLOG_TYPE_TIME || type == JSONLOG_TYPE_UUID ||
           type == JSONLOG_TYPE_HEX || type == JSONLOG_TYPE_POINTER;
}

static void append_json(jl_buffer *out, const jsonlog_value *value) {
    static const jl_json_style style = {.escapes_hostile = true, .depth_max = JL_DEPTH_MAX};
    jsonlog_writer writer;
    size_t start = out->len;
    jl_writer_init(&writer, out, &style, out->limit - start);
    jl_write_value(&writer, JL_TEXT(""), value);
    size_t len = out->len - start;
    if (!is_bare(value->type) || out->status != JSONLOG_OK || len < 2)
        return;
    memmove(out->data + start, out->data + start + 1, len - 2);
    out->len -= 2;
}

static void append_value(jl_buffer *out, const jsonlog_value *value) {
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0)
        jl_buffer_append_text(out, JL_TEXT("***"));
    else if (value->type == JSONLOG_TYPE_STRING)
        jl_human_append_word(out, (jl_text){value->as.string, value->with.len});
    else
        append_json(out, value);
}

static bool append_field(void *context, const jl_flat_path *path, const jsonlog_value *value) {
    const field_writer *fields = context;
    append_key(fields, path);
    append_value(fields->out, value);
    return fields->out->status == JSONLOG_OK;
}

void jl_human_append_field(jl_buffer *out, const jl_human_style *style, jl_text key,
                           const jsonlog_value *value) {
    field_writer fields = {out, style};
    jl_flat_each(key, value, append_field, &fields);
}
