#include "format/direct_line.h"

#include "format/direct_rules.h"
#include "format/site_head.h"
#include "format/time_text.h"
#include "json/escape.h"
#include "json/plain_value.h"
#include "record/context.h"

/* Contexts one behind the other whose fields are written one by one. */
#define CHAIN_MAX 16

/*
 * A line being written. Where it has come to goes from function to function as an argument and a
 * result, NULL for "not this way", because memory between one step and the next costs more than the
 * steps; out->len is brought up only for what is written the general way.
 */
typedef struct direct {
    const jl_json_formatter *formatter;
    const jsonlog_record *record;
    const jl_site_head *head;     /* NULL: none is kept */
    const jl_site_key *site_keys; /* of record->values; NULL: the record has fields */
    jl_buffer *out;
    const char *end; /* of the room */
    uint64_t replaced;
} direct;

/* ---- room ---- */

static bool has_room(const direct *line, const char *at, size_t bytes) {
    return JSONLOG_LIKELY(bytes <= (size_t)(line->end - at));
}

static char *find_room(direct *line) {
    jl_buffer *out = line->out;
    line->end = jl_buffer_end(out);
    return out->data + out->len;
}

static char *put_bytes(const direct *line, char *at, const char *bytes, size_t len) {
    return has_room(line, at, len) ? jl_copy_bytes_fast(at, bytes, len) : NULL;
}

/* ---- values ---- */

static void begin_general(const direct *line, char *at, jsonlog_writer *writer) {
    jl_buffer *out = line->out;
    out->len = (size_t)(at - out->data);
    jl_writer_init(writer, out, &line->formatter->style, out->limit);
    writer->redactor = line->record->redactor;
    writer->depth = 1;
}

static char *end_general(direct *line, const jsonlog_writer *writer) {
    line->replaced += writer->replaced;
    return line->out->status != JSONLOG_OK || writer->is_cut ? NULL : find_room(line);
}

static __attribute__((noinline)) char *put_any_value(direct *line, char *at,
                                                     const jsonlog_value *value) {
    char *end = jl_put_escaped_value(at, line->end, value);
    if (end != NULL)
        return end;
    jsonlog_writer writer;
    begin_general(line, at, &writer);
    jl_write_value(&writer, JL_TEXT(""), value);
    return end_general(line, &writer);
}

static __attribute__((noinline)) char *put_any_attribute(direct *line, char *at,
                                                         jl_attribute attribute) {
    jsonlog_writer writer;
    begin_general(line, at, &writer);
    jl_write_attribute(&writer, attribute, &line->formatter->asctime, line->record);
    return end_general(line, &writer);
}

static __attribute__((noinline)) char *put_value(direct *line, char *at,
                                                 const jsonlog_value *value) {
    char *end = NULL;
    if (JSONLOG_LIKELY(has_room(line, at, JL_PLAIN_VALUE_MAX)))
        end = jl_put_plain_value(at, line->end, value);
    return JSONLOG_LIKELY(end != NULL) ? end : put_any_value(line, at, value);
}

static char *put_text(direct *line, char *at, const char *text) {
    const jsonlog_value value = {
        .type = JSONLOG_TYPE_STRING, .as = {.string = text}, .with = {.len = strlen(text)}};
    return put_value(line, at, &value);
}

/* ---- columns ---- */

static char *put_logger(direct *line, char *at) {
    const char *name = line->record->logger;
    return put_text(line, at, name == NULL || *name == '\0' ? "root" : name);
}

static char *put_attribute(direct *line, char *at, jl_attribute attribute) {
    switch (attribute) {
    case JL_ATTRIBUTE_LEVEL: return put_text(line, at, jsonlog_level_name(line->record->level));
    case JL_ATTRIBUTE_LOGGER: return put_logger(line, at);
    case JL_ATTRIBUTE_MESSAGE:
    case JL_ATTRIBUTE_ERROR_MESSAGE: return put_value(line, at, line->record->message);
    default: return put_any_attribute(line, at, attribute);
    }
}

static char *put_column(direct *line, char *at, size_t i) {
    const jl_direct *keys = &line->formatter->direct;
    const jl_column *column = &line->formatter->columns[i];
    const size_t start = i == 0 ? 0 : keys->ends[i - 1];
    if (!jl_column_is_wanted(column, line->record))
        return at;
    at = put_bytes(line, at, keys->text + start, keys->ends[i] - start);
    return at == NULL ? NULL : put_attribute(line, at, column->attribute);
}

static char *put_columns_from(direct *line, char *at, size_t i) {
    for (; i < line->formatter->column_count && at != NULL; i++)
        at = put_column(line, at, i);
    return at;
}

/* Whether all records of a site have the same value in a column. */
static bool is_of_site(const jl_column *column, const jsonlog_value *literal) {
    switch (column->attribute) {
    case JL_ATTRIBUTE_LEVEL:
    case JL_ATTRIBUTE_LEVEL_NUMBER:
    case JL_ATTRIBUTE_LOGGER:
    case JL_ATTRIBUTE_FILE:
    case JL_ATTRIBUTE_FILENAME:
    case JL_ATTRIBUTE_MODULE:
    case JL_ATTRIBUTE_LINE:
    case JL_ATTRIBUTE_FUNCTION: return true;
    case JL_ATTRIBUTE_MESSAGE:
    case JL_ATTRIBUTE_ERROR_MESSAGE: return literal != NULL;
    default: return false;
    }
}

static const jsonlog_value *literal_of(const jsonlog_record *record) {
    const jsonlog_value *message = record->message;
    const bool is_literal = message != NULL && message->type == JSONLOG_TYPE_STRING &&
                            message->flags == JSONLOG_VALUE_LITERAL;
    return is_literal ? message : NULL;
}

/* @param i  the first column of the head. */
static __attribute__((cold, noinline)) char *put_new_head(direct *line, char *at, size_t i) {
    const jl_json_formatter *formatter = line->formatter;
    const jsonlog_value *literal = literal_of(line->record);
    const size_t start = (size_t)(at - line->out->data);
    for (; i < formatter->column_count && is_of_site(&formatter->columns[i], literal); i++) {
        at = put_column(line, at, i);
        if (at == NULL)
            return NULL;
    }
    const char *text = line->out->data + start;
    const jl_head_parts parts = {
        .formatter = formatter->direct.serial,
        .columns = i,
        .is_usual = i == formatter->column_count && formatter->direct.opening_len > 0,
        .message = literal,
        .text = {text, (size_t)(at - text)},
        .site_keys = line->site_keys,
    };
    jl_site_head_keep(line->record, &parts);
    return put_columns_from(line, at, i);
}

/* The columns behind the opening. */
static char *put_columns(direct *line, char *at) {
    const size_t first = line->formatter->direct.opening_len > 0 ? 1 : 0;
    if (JSONLOG_UNLIKELY(line->head == NULL))
        return jl_site_head_is_wanted(line->record) ? put_new_head(line, at, first)
                                                    : put_columns_from(line, at, first);
    at = put_bytes(line, at, line->head->text, line->head->len);
    return at == NULL ? NULL : put_columns_from(line, at, line->head->columns);
}

/* ---- fields ---- */

/* Written as `,"key":` */
static char *put_key(const direct *line, char *at, jl_text key) {
    if (!has_room(line, at, key.len) || !has_room(line, at, key.len + 4))
        return NULL;
    memcpy(at, ",\"", 2);
    at = jl_copy_bytes_fast(at + 2, key.ptr, key.len);
    memcpy(at, "\":", 2);
    return at + 2;
}

static char *put_fields(direct *line, char *at, const jl_field *fields, uint32_t count) {
    for (uint32_t i = 0; i < count && at != NULL; i++) {
        at = put_key(line, at, fields[i].key);
        at = at == NULL ? NULL : put_value(line, at, fields[i].value);
    }
    return at;
}

/* A site's keys stand in its literal as they stand in a line. */
static char *put_site_fields(direct *line, char *at) {
    const jsonlog_record *record = line->record;
    const char *literal = record->site->keys;
    const jsonlog_value *values = record->values;
    for (const jl_site_key *key = line->site_keys, *end = key + record->call_count; key < end;
         key++) {
        at = put_bytes(line, at, literal + jl_site_key_offset(*key) - 2, jl_site_key_len(*key) + 4);
        if (at == NULL || (at = put_value(line, at, values++)) == NULL)
            return NULL;
    }
    return at;
}

static char *put_call(direct *line, char *at) {
    if (line->site_keys != NULL)
        return put_site_fields(line, at);
    return put_fields(line, at, line->record->call, line->record->call_count);
}

/* The weakest, which is the last of the chain, first. */
static __attribute__((noinline)) char *put_chain_fields(direct *line, char *at,
                                                        const jl_context *strongest) {
    const jl_context *chain[CHAIN_MAX];
    size_t length = 0;
    for (const jl_context *context = strongest; context != NULL; context = context->parent) {
        if (length == CHAIN_MAX)
            return NULL;
        chain[length++] = context;
    }
    while (length > 0 && at != NULL) {
        const jl_context *context = chain[--length];
        at = put_fields(line, at, context->fields, context->count);
    }
    return at;
}

static char *put_chain(direct *line, char *at, const jl_context *context) {
    if (context == NULL || at == NULL)
        return at;
    if (JSONLOG_LIKELY(context->text != NULL))
        return put_bytes(line, at, context->text, context->text_len);
    return put_chain_fields(line, at, context);
}

static __attribute__((noinline)) char *put_contexts(direct *line, char *at) {
    const jsonlog_record *record = line->record;
    at = put_chain(line, at, record->statics);
    at = put_chain(line, at, record->bound);
    return put_chain(line, at, record->scope);
}

static bool has_contexts(const jsonlog_record *record) {
    return !record->is_flat &&
           (record->statics != NULL || record->bound != NULL || record->scope != NULL);
}

/* ---- the line ---- */

static char *put_opening(const direct *line, char *at) {
    const jl_json_formatter *formatter = line->formatter;
    const jl_direct *keys = &formatter->direct;
    if (JSONLOG_UNLIKELY(keys->opening_len == 0))
        return put_bytes(line, at, formatter->prefix.ptr, formatter->prefix.len);
    if (!has_room(line, at, JL_DIRECT_OPENING_MAX + JL_TIME_TEXT_MAX + 1))
        return NULL;
    at = jl_copy_bytes_fast(at, keys->opening, keys->opening_len);
    at += jl_time_text_utc(at, line->record->time_ns, formatter->style.precision);
    *at = '"';
    return at + 1;
}

/* Every member brings its comma; that of the first one becomes the brace, which an opening has. */
static char *put_closing(direct *line, char *at, size_t start) {
    const jl_json_formatter *formatter = line->formatter;
    const size_t len = formatter->terminator.len;
    char *brace = line->out->data + start + formatter->prefix.len;
    if (!has_room(line, at, 2) || !has_room(line, at + 2, len))
        return NULL;
    if (JSONLOG_UNLIKELY(at == brace))
        at++;
    *brace = '{';
    *at++ = '}';
    return jl_copy_bytes_fast(at, formatter->terminator.ptr, len);
}

static char *put_line(direct *line, size_t start) {
    char *at = put_opening(line, find_room(line));
    if (at == NULL || (at = put_columns(line, at)) == NULL)
        return NULL;
    if (has_contexts(line->record) && (at = put_contexts(line, at)) == NULL)
        return NULL;
    at = put_call(line, at);
    return at == NULL ? NULL : put_closing(line, at, start);
}

static bool is_ordinary(const direct *line) {
    const jsonlog_record *record = line->record;
    if (!line->formatter->direct.is_possible || jl_record_is_odd(record))
        return false;
    /* A head is kept only for a site whose keys were looked at. */
    const bool is_known = line->head != NULL && line->site_keys != NULL;
    if (!is_known && !jl_direct_takes_call(line->formatter, record, line->site_keys))
        return false;
    return !has_contexts(record) ||
           jl_direct_takes_contexts(line->formatter, record, line->site_keys);
}

bool jl_direct_line_write(const jl_json_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out, uint64_t *replaced) {
    direct line = {
        .formatter = formatter,
        .record = record,
        .head = jl_site_head_find(record, formatter->direct.serial),
        .site_keys = record->values == NULL ? NULL : jl_site_keys(record->site),
        .out = out,
    };
    if (line.site_keys == NULL)
        jl_record_call(record);
    if (!is_ordinary(&line) || out->status != JSONLOG_OK || out->data == NULL)
        return false;
    const size_t start = out->len;
    const char *end = put_line(&line, start);
    if (JSONLOG_UNLIKELY(end == NULL)) {
        jl_buffer_rewind(out, start);
        return false;
    }
    out->len = (size_t)(end - out->data);
    *replaced = line.replaced;
    return true;
}
