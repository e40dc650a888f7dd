/* Error chains: one text "outer: inner: root", or an array of texts. */
#include "format/value_writer.h"

/* What a cause that is no text may take, as JSON. */
#define CAUSE_SPACE 512

/* The longest mark of a cut text, and a length beyond that mark and one escaped code point. */
#define MARK_MAX 6
#define MARGIN   32

/* The JSON of a value as text: of a JSON string its inside, which is escaped already. */
static void write_json_as_text(jsonlog_writer *writer, jl_text json, size_t limit) {
    size_t start = writer->out->len;
    if (json.len < 2 || json.ptr[0] != '"') {
        jl_write_escaped(writer, json, limit);
        return;
    }
    jl_buffer_append(writer->out, json.ptr + 1, json.len - 2);
    if (writer->out->len - start > limit)
        jl_cut_escaped(writer, start, limit);
}

/* Written into a space of its own first. It counts as a callback, which bounds how often this
 * nests. */
static void write_other(jsonlog_writer *writer, const jsonlog_value *value, size_t limit) {
    if (writer->calls >= JL_CALL_DEPTH_MAX) {
        jl_write_escaped(writer, JL_TEXT("__too_deep__"), limit);
        return;
    }
    char space[CAUSE_SPACE];
    jl_buffer json;
    jl_buffer *out = writer->out;
    jl_buffer_init(&json, space, sizeof space, sizeof space);
    unsigned depth = writer->depth;
    size_t string_limit = writer->string_limit;
    writer->calls++;
    writer->out = &json;
    writer->string_limit = CAUSE_SPACE / 2;
    jl_write_value(writer, JL_TEXT(""), value);
    writer->string_limit = string_limit;
    writer->out = out;
    writer->calls--;
    writer->depth = depth;
    if (json.status == JSONLOG_OK)
        write_json_as_text(writer, jl_buffer_view(&json), limit);
    else
        jl_write_escaped(writer, JL_TEXT(JL_MARK_FAILED), limit);
}

static void write_chain(jsonlog_writer *writer, const jsonlog_value *causes, size_t limit);

static void write_cause(jsonlog_writer *writer, const jsonlog_value *value, size_t limit) {
    bool is_secret = (value->flags & JSONLOG_VALUE_SECRET) != 0;
    const char *sentence = NULL;
    if (value->type == JSONLOG_TYPE_ERRNO)
        sentence = jl_errno_sentence((int)value->as.i64);
    if (is_secret)
        jl_write_escaped(writer, JL_TEXT("***"), limit);
    else if (value->type == JSONLOG_TYPE_STRING)
        jl_write_escaped(writer, (jl_text){value->as.string, value->with.len}, limit);
    else if (sentence != NULL)
        jl_write_escaped(writer, jl_text_of(sentence), limit);
    else if (value->type == JSONLOG_TYPE_CAUSES && writer->calls < JL_CALL_DEPTH_MAX)
        write_chain(writer, value, limit);
    else
        write_other(writer, value, limit);
}

/* Write one piece where `written` of `limit` bytes are taken. With no room for the mark it goes
 * over the limit, and the whole is cut then. @return false if the piece was cut. */
static bool write_piece(jsonlog_writer *writer, const jsonlog_value *cause, size_t room) {
    bool was_cut = writer->is_cut;
    writer->is_cut = false;
    write_cause(writer, cause, room < MARK_MAX ? room + MARGIN : room);
    bool is_whole = !writer->is_cut;
    writer->is_cut |= was_cut;
    return is_whole;
}

/* A chain inside a chain is part of it. */
static void write_chain(jsonlog_writer *writer, const jsonlog_value *causes, size_t limit) {
    const jl_buffer *out = writer->out;
    size_t start = out->len;
    size_t i = 0;
    writer->calls++;
    for (; i < causes->with.len && out->status == JSONLOG_OK; i++) {
        if (i > 0)
            jl_buffer_append_text(writer->out, JL_TEXT(": "));
        size_t written = out->len - start;
        if (written > limit || !write_piece(writer, &causes->as.values[i], limit - written))
            break;
    }
    writer->calls--;
    if (out->len - start > limit)
        jl_cut_escaped(writer, start, limit);
}

static void write_array(jsonlog_writer *writer, const jsonlog_value *causes) {
    if (!jl_write_open(writer, '['))
        return;
    for (size_t i = 0; i < causes->with.len && writer->out->status == JSONLOG_OK; i++) {
        jl_write_separator(writer, i == 0);
        jl_buffer_append_char(writer->out, '"');
        write_cause(writer, &causes->as.values[i], writer->string_limit);
        jl_buffer_append_char(writer->out, '"');
    }
    jl_write_close(writer, ']', causes->with.len > 0);
}

void jl_write_causes(jsonlog_writer *writer, const jsonlog_value *value) {
    if (writer->style->has_cause_arrays) {
        write_array(writer, value);
        return;
    }
    jl_buffer_append_char(writer->out, '"');
    write_chain(writer, value, writer->string_limit);
    jl_buffer_append_char(writer->out, '"');
}
