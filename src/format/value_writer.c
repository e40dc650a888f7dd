#include "format/value_writer.h"

#include "base/utf8.h"
#include "format/members.h"
#include "json/escape.h"

/* Kinds of values that most programs do not make. What writes one stands in the file of what makes
 * it, so a program that is linked statically has both or none. */
#pragma weak jl_write_bytes
#pragma weak jl_write_uuid
#pragma weak jl_write_raw
#pragma weak jl_write_cjson
#pragma weak jl_write_call

const jl_json_style jl_json_style_default = {.depth_max = JL_DEPTH_MAX};

void jl_writer_init(jsonlog_writer *writer, jl_buffer *out, const jl_json_style *style,
                    size_t string_limit) {
    writer->out = out;
    writer->style = style;
    writer->string_limit = string_limit;
    writer->is_cut = false;
    writer->is_replacing = false;
    writer->depth = 0;
    writer->calls = 0;
    writer->replaced = 0;
    writer->redactor = NULL;
    writer->frame = NULL;
}

/* ---- strings ---- */

static size_t escape_hostile(char out[6], uint32_t code_point) {
    static const char digits[] = "0123456789abcdef";
    memcpy(out, "\\u", 2);
    for (unsigned i = 0; i < 4; i++)
        out[2 + i] = digits[code_point >> (12 - 4 * i) & 0xF];
    return 6;
}

/* @return how many bytes at the start hold nothing hostile. All that is hostile has four hex
 * digits. */
static size_t harmless_prefix(jl_text text) {
    size_t at = 0;
    while (at < text.len) {
        size_t taken;
        uint32_t code_point = jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &taken);
        if (code_point >= 0x7F && code_point != JL_UTF8_INVALID && jl_utf8_is_hostile(code_point))
            break;
        at += taken;
    }
    return at;
}

/* C0 is escaped by every JSON string; the rest is found here. */
static bool append_harmless(jsonlog_writer *writer, jl_text text, size_t limit) {
    size_t start = writer->out->len;
    size_t visible = text.len > limit ? limit + 1 : text.len;
    bool is_whole = visible == text.len;
    text.len = is_whole ? visible : jl_utf8_cut(text, visible);
    while (text.len > 0 && writer->out->status == JSONLOG_OK) {
        size_t plain = harmless_prefix(text);
        jl_escape_append(writer->out, (jl_text){text.ptr, plain}, writer->style->escapes,
                         JL_ESCAPE_UNLIMITED);
        text = (jl_text){text.ptr + plain, text.len - plain};
        if (text.len == 0)
            break;
        size_t taken;
        char escape[6];
        size_t len = escape_hostile(escape, jl_utf8_decode(text, &taken));
        jl_buffer_append(writer->out, escape, len);
        text = (jl_text){text.ptr + taken, text.len - taken};
    }
    if (is_whole && writer->out->len - start <= limit)
        return true;
    jl_cut_escaped(writer, start, limit);
    return false;
}

bool jl_write_escaped(jsonlog_writer *writer, jl_text text, size_t limit) {
    if (writer->style->escapes_hostile)
        return append_harmless(writer, text, limit);
    jl_escaped done = jl_escape_append(writer->out, text, writer->style->escapes, limit);
    bool is_cut = !done.is_whole && writer->out->status == JSONLOG_OK;
    writer->is_cut |= is_cut;
    return !is_cut;
}

void jl_write_string(jsonlog_writer *writer, jl_text text) {
    jl_buffer_append_char(writer->out, '"');
    jl_write_escaped(writer, text, writer->string_limit);
    jl_buffer_append_char(writer->out, '"');
}

/* The unit at the start of escaped text: an escape, a pair of two for a surrogate pair, or a code
 * point. */
static size_t unit_len(jl_text text) {
    if (*text.ptr != '\\') {
        size_t taken;
        jl_utf8_decode(text, &taken);
        return taken;
    }
    if (text.len < 6 || text.ptr[1] != 'u')
        return text.len < 2 ? text.len : 2;
    bool is_high = (text.ptr[2] | 0x20) == 'd' && memchr("89abAB", text.ptr[3], 6) != NULL;
    bool has_low = text.len >= 12 && text.ptr[6] == '\\' && text.ptr[7] == 'u';
    return is_high && has_low ? 12 : 6;
}

static jl_text mark_of(const jsonlog_writer *writer) {
    bool is_ascii = (writer->style->escapes & JL_ESCAPE_ASCII) != 0;
    return is_ascii ? JL_TEXT("\\u2026") : JL_TEXT("\xE2\x80\xA6");
}

void jl_write_cut_mark(jsonlog_writer *writer, size_t room) {
    jl_text mark = mark_of(writer);
    if (mark.len <= room)
        jl_buffer_append_text(writer->out, mark);
    writer->is_cut = true;
}

void jl_cut_escaped(jsonlog_writer *writer, size_t start, size_t limit) {
    jl_buffer *out = writer->out;
    if (out->status != JSONLOG_OK)
        return;
    size_t mark_len = mark_of(writer).len;
    size_t kept = mark_len > limit ? limit : limit - mark_len;
    size_t end = start;
    while (end < out->len) {
        size_t len = unit_len((jl_text){out->data + end, out->len - end});
        if (end - start + len > kept)
            break;
        end += len;
    }
    jl_buffer_rewind(out, end);
    jl_write_cut_mark(writer, limit - (end - start));
}

/* ---- containers ---- */

static void write_line_break(jsonlog_writer *writer) {
    jl_buffer_append_char(writer->out, '\n');
    for (size_t left = (size_t)writer->depth * writer->style->indent; left > 0;) {
        static const char blanks[] = "                                ";
        size_t step = left < sizeof blanks - 1 ? left : sizeof blanks - 1;
        jl_buffer_append(writer->out, blanks, step);
        left -= step;
    }
}

bool jl_write_open(jsonlog_writer *writer, char bracket) {
    if (writer->depth > writer->style->depth_max) {
        jl_buffer_append_text(writer->out, JL_TEXT(JL_MARK_TOO_DEEP));
        return false;
    }
    jl_buffer_append_char(writer->out, bracket);
    writer->depth++;
    return true;
}

void jl_write_close(jsonlog_writer *writer, char bracket, bool has_items) {
    writer->depth--;
    if (has_items && writer->style->indent > 0)
        write_line_break(writer);
    jl_buffer_append_char(writer->out, bracket);
}

void jl_write_separator(jsonlog_writer *writer, bool is_first) {
    if (!is_first)
        jl_buffer_append_char(writer->out, ',');
    if (writer->style->indent > 0)
        write_line_break(writer);
    else if (!is_first && writer->style->is_spaced)
        jl_buffer_append_char(writer->out, ' ');
}

void jl_write_member_key(jsonlog_writer *writer, jl_text key, bool is_plain, uint32_t suffix) {
    jl_buffer *out = writer->out;
    jl_buffer_append_char(out, '"');
    if (is_plain && writer->style->escapes == 0 && !writer->style->escapes_hostile)
        jl_buffer_append_text(out, key);
    else if (writer->style->escapes_hostile)
        append_harmless(writer, key, key.len > out->limit ? out->limit : SIZE_MAX / 2);
    else
        jl_escape_append(out, key, writer->style->escapes, JL_ESCAPE_UNLIMITED);
    if (suffix != 0)
        jl_buffer_append_format(out, "_%u", suffix);
    bool is_wide = writer->style->is_spaced || writer->style->indent > 0;
    jl_buffer_append(out, "\": ", is_wide ? 3 : 2);
}

bool jl_is_empty_text(const jl_buffer *out, size_t start) {
    size_t len = out->len - start;
    const char *text = out->data + start;
    if (len == 4)
        return memcmp(text, "null", 4) == 0;
    return len == 2 && (memcmp(text, "\"\"", 2) == 0 || memcmp(text, "{}", 2) == 0 ||
                        memcmp(text, "[]", 2) == 0);
}

/* @return false if the member turned out to be empty and is left out. */
static bool write_member(jsonlog_writer *writer, const jl_member *member, bool is_first) {
    jl_buffer *out = writer->out;
    size_t start = out->len;
    jl_write_separator(writer, is_first);
    jl_write_member_key(writer, member->key, false, 0);
    size_t value_start = out->len;
    jl_write_value(writer, member->key, member->value);
    if (!writer->style->omits_empty || out->status != JSONLOG_OK ||
        !jl_is_empty_text(out, value_start))
        return true;
    jl_buffer_rewind(out, start);
    return false;
}

void jl_write_object(jsonlog_writer *writer, const jsonlog_value *object) {
    if (!jl_write_open(writer, '{'))
        return;
    bool may_repeat = jl_members_may_repeat(object, writer->style->escapes);
    bool is_first = true;
    jl_members members;
    jl_member member;
    jl_members_begin(&members, object);
    for (size_t i = 0; jl_members_next(&members, &member); i++) {
        if (writer->out->status != JSONLOG_OK)
            break;
        if (may_repeat && !jl_members_resolve(object, i, &member, writer->style->escapes))
            continue;
        is_first &= !write_member(writer, &member, is_first);
    }
    jl_write_close(writer, '}', !is_first);
}

static void write_array(jsonlog_writer *writer, const jsonlog_value *values, size_t count) {
    if (!jl_write_open(writer, '['))
        return;
    for (size_t i = 0; i < count && writer->out->status == JSONLOG_OK; i++) {
        jl_write_separator(writer, i == 0);
        jl_write_value(writer, JL_TEXT(""), &values[i]);
    }
    jl_write_close(writer, ']', count > 0);
}

jsonlog_value jl_array_element(const jsonlog_value *array, size_t index) {
    const void *items = array->as.pointer;
    switch (array->type) {
    case JSONLOG_TYPE_ARRAY:
    case JSONLOG_TYPE_CAUSES: return array->as.values[index];
    case JSONLOG_TYPE_INTS: return jsonlog_from_int64(((const int *)items)[index]);
    case JSONLOG_TYPE_INT64S: return jsonlog_from_int64(((const int64_t *)items)[index]);
    case JSONLOG_TYPE_UINT64S: return jsonlog_from_uint64(((const uint64_t *)items)[index]);
    case JSONLOG_TYPE_DOUBLES: return jsonlog_from_double(((const double *)items)[index]);
    case JSONLOG_TYPE_BOOLS: return jsonlog_from_bool(((const bool *)items)[index]);
    default: return jsonlog_from_string(((const char *const *)items)[index]);
    }
}

static void write_typed_array(jsonlog_writer *writer, const jsonlog_value *array) {
    size_t count = array->with.len;
    if (!jl_write_open(writer, '['))
        return;
    for (size_t i = 0; i < count && writer->out->status == JSONLOG_OK; i++) {
        jsonlog_value element = jl_array_element(array, i);
        jl_write_separator(writer, i == 0);
        jl_write_value(writer, JL_TEXT(""), &element);
    }
    jl_write_close(writer, ']', count > 0);
}

/* ---- any value ---- */

typedef void (*value_writer)(jsonlog_writer *writer, const jsonlog_value *value);

/* @return NULL for what is no value, or was not made by the functions that make it. */
static value_writer seldom_writer(unsigned type) {
    switch (type) {
    case JSONLOG_TYPE_BYTES: return jl_write_bytes;
    case JSONLOG_TYPE_UUID: return jl_write_uuid;
    case JSONLOG_TYPE_RAW: return jl_write_raw;
    case JSONLOG_TYPE_CJSON: return jl_write_cjson;
    case JSONLOG_TYPE_CALL: return jl_write_call;
    default: return NULL;
    }
}

static void write_seldom(jsonlog_writer *writer, const jsonlog_value *value) {
    const value_writer write = seldom_writer(value->type);
    if (write != NULL) {
        write(writer, value);
        return;
    }
    writer->replaced++;
    jl_buffer_append_text(writer->out, JL_TEXT(JL_MARK_FAILED));
}

/* Apart from its caller, so that what it needs is not on the stack for every level of nesting. */
__attribute__((noinline)) static void write_typed(jsonlog_writer *writer,
                                                  const jsonlog_value *value) {
    switch (value->type) {
    case JSONLOG_TYPE_OBJECT:
    case JSONLOG_TYPE_FIELDS: jl_write_object(writer, value); break;
    case JSONLOG_TYPE_ARRAY: write_array(writer, value->as.values, value->with.len); break;
    case JSONLOG_TYPE_CAUSES: jl_write_causes(writer, value); break;
    case JSONLOG_TYPE_ERRNO: jl_write_errno(writer, value->as.i64); break;
    case JSONLOG_TYPE_INTS:
    case JSONLOG_TYPE_INT64S:
    case JSONLOG_TYPE_UINT64S:
    case JSONLOG_TYPE_DOUBLES:
    case JSONLOG_TYPE_BOOLS:
    case JSONLOG_TYPE_STRINGS: write_typed_array(writer, value); break;
    default: write_seldom(writer, value);
    }
}

void jl_write_value(jsonlog_writer *writer, jl_text key, const jsonlog_value *value) {
    if (writer->out->status != JSONLOG_OK)
        return;
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0) {
        jl_buffer_append_text(writer->out, JL_TEXT("\"***\""));
        return;
    }
    if (writer->style->replace != NULL && writer->style->replace(writer, key, value))
        return;
    if (!jl_write_scalar(writer, value))
        write_typed(writer, value);
}
