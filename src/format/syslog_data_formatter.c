#include "record/syslog_data.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "format/flat_fields.h"
#include "format/line_bound.h"
#include "json/escape.h"
#include "record/record.h"

#define NAME_MAX_BYTES 32

/* Room for the text of a value that is no string; longer ones go on the heap. */
#define VALUE_SPACE 256

typedef struct data_formatter {
    jsonlog_formatter base;
    jsonlog_formatter *inner;
    size_t max;
    char id[NAME_MAX_BYTES + 1];
} data_formatter;

/* ---- one parameter ---- */

typedef struct param_name {
    size_t len;
    char text[NAME_MAX_BYTES];
} param_name;

static void put(param_name *name, char c) {
    const bool is_good = c > 0x20 && c < 0x7F && c != '=' && c != ']' && c != '"';
    if (name->len < sizeof name->text)
        name->text[name->len++] = is_good ? c : '_';
}

static void put_path(param_name *name, const jl_flat_path *path) {
    if (path->outer != NULL) {
        put_path(name, path->outer);
        put(name, '.');
    }
    for (size_t i = 0; i < path->key.len; i++)
        put(name, path->key.ptr[i]);
}

/* Control characters are spelled as in JSON; that backslash, too, needs one of its own. */
static void append_character(jl_buffer *out, jl_text bytes, uint32_t code_point) {
    if (code_point == JL_UTF8_INVALID) {
        jl_buffer_append_text(out, JL_TEXT("\xEF\xBF\xBD"));
        return;
    }
    const bool is_control = code_point < 0x20;
    if (is_control || code_point == '"' || code_point == '\\' || code_point == ']')
        jl_buffer_append_char(out, '\\');
    if (is_control)
        jl_escape_append(out, bytes, 0, JL_ESCAPE_UNLIMITED);
    else
        jl_buffer_append_text(out, bytes);
}

static void append_escaped(jl_buffer *out, jl_text text) {
    while (text.len > 0 && out->status == JSONLOG_OK) {
        size_t taken = 1;
        const uint32_t code_point = jl_utf8_decode(text, &taken);
        append_character(out, (jl_text){text.ptr, taken}, code_point);
        text = (jl_text){text.ptr + taken, text.len - taken};
    }
}

static void append_value(jl_buffer *out, const jsonlog_value *value) {
    const bool is_secret = (value->flags & JSONLOG_VALUE_SECRET) != 0;
    if (value->type == JSONLOG_TYPE_STRING && !is_secret) {
        append_escaped(out, (jl_text){value->as.string, value->with.len});
        return;
    }
    char space[VALUE_SPACE];
    jl_buffer text;
    jl_buffer_init(&text, space, sizeof space, out->limit);
    jl_flat_append_value(&text, value);
    if (text.status == JSONLOG_OK)
        append_escaped(out, jl_buffer_view(&text));
    else
        out->status = text.status;
    jl_buffer_done(&text);
}

/* A parameter stands there whole or not at all; a later, shorter one may fit again. */
static bool append_param(void *context, const jl_flat_path *path, const jsonlog_value *value) {
    jl_buffer *out = context;
    const size_t start = out->len;
    param_name name = {.len = 0};
    put_path(&name, path);
    jl_buffer_append_char(out, ' ');
    jl_buffer_append(out, name.len == 0 ? "_" : name.text, name.len == 0 ? 1 : name.len);
    jl_buffer_append_text(out, JL_TEXT("=\""));
    append_value(out, value);
    jl_buffer_append_char(out, '"');
    if (out->status != JSONLOG_OK)
        jl_buffer_rewind(out, start);
    return true;
}

/* ---- the element and the line ---- */

/* @return false if not even one parameter fits into `room`: nothing stands there then. */
static bool append_element(const data_formatter *formatter, const jsonlog_record *record,
                           size_t room, jl_buffer *out) {
    const size_t start = out->len;
    const jl_text end = JL_TEXT("] ");
    if (room <= end.len)
        return false;
    const jl_line_bound bound = jl_line_bound_begin(out, room - end.len);
    jl_buffer_append_char(out, '[');
    jl_buffer_append_text(out, jl_text_of(formatter->id));
    const size_t params = out->len;
    if (out->status == JSONLOG_OK)
        jl_flat_each_field(record, append_param, out);
    const bool has_params = out->status == JSONLOG_OK && out->len > params;
    jl_line_bound_end(out, &bound);
    if (has_params)
        jl_buffer_append_text(out, end);
    else
        jl_buffer_rewind(out, start);
    return has_params;
}

static void reverse(char *from, char *to) {
    while (from < to) {
        const char c = *from;
        *from++ = *--to;
        *to = c;
    }
}

/* The line goes first, because the element gets what room it leaves; then the two change places. */
static jsonlog_status format_data(const jsonlog_formatter *self, const jsonlog_record *record,
                                  jl_buffer *out) {
    const data_formatter *formatter = (const data_formatter *)(const void *)self;
    const size_t start = out->len;
    const jsonlog_status status = formatter->inner->format(formatter->inner, record, out);
    if (status != JSONLOG_OK || out->status != JSONLOG_OK)
        return status;
    const size_t middle = out->len;
    const bool has_newline = middle > start && out->data[middle - 1] == '\n';
    const size_t text_len = middle - start - (has_newline ? 1 : 0);
    if (text_len >= formatter->max ||
        !append_element(formatter, record, formatter->max - text_len, out))
        return out->status;
    reverse(out->data + start, out->data + middle);
    reverse(out->data + middle, out->data + out->len);
    reverse(out->data + start, out->data + out->len);
    return out->status;
}

/* ---- making one ---- */

static void free_data(jsonlog_formatter *self) {
    data_formatter *formatter = (data_formatter *)(void *)self;
    jsonlog_formatter_release(formatter->inner);
    jl_free(formatter);
}

jsonlog_formatter *jl_syslog_data_formatter_new(const char *id, jsonlog_formatter *inner,
                                                size_t max) {
    data_formatter *formatter = jl_calloc(1, sizeof *formatter);
    if (formatter == NULL)
        return NULL;
    const size_t line_max = max + 1 > inner->line_max ? max + 1 : inner->line_max;
    jl_formatter_init(&formatter->base, line_max, format_data, free_data);
    formatter->inner = jsonlog_formatter_retain(inner);
    formatter->max = max;
    memcpy(formatter->id, id, strnlen(id, NAME_MAX_BYTES));
    return &formatter->base;
}
