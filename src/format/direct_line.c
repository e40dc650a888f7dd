#include "format/direct_line.h"

#include "format/time_text.h"
#include "json/escape.h"
#include "json/plain_copy.h"
#include "json/plain_value.h"
#include "record/context.h"

/* Contexts one behind the other whose fields are written one by one. */
#define CHAIN_MAX 16

/* A line being written. Between `at` and `end` is its room; out->len is brought up only for what is
 * written the general way. */
typedef struct direct {
    const jl_json_formatter *formatter;
    const jsonlog_record *record;
    jl_buffer *out;
    char *at;
    const char *end;
    uint64_t replaced;
} direct;

/* ---- room ---- */

static bool has_room(const direct *line, size_t bytes) {
    return JSONLOG_LIKELY(bytes <= (size_t)(line->end - line->at));
}

static void find_room(direct *line) {
    jl_buffer *out = line->out;
    const size_t size = out->capacity < out->limit ? out->capacity : out->limit;
    line->at = out->data + out->len;
    line->end = out->data + size;
}

static bool put_bytes(direct *line, const char *bytes, size_t len) {
    if (!has_room(line, len))
        return false;
    line->at = jl_copy_bytes_fast(line->at, bytes, len);
    return true;
}

static bool put_char(direct *line, char c) {
    if (!has_room(line, 1))
        return false;
    *line->at++ = c;
    return true;
}

/* ---- values ---- */

static jsonlog_writer *begin_general(direct *line, jsonlog_writer *writer) {
    jl_buffer *out = line->out;
    out->len = (size_t)(line->at - out->data);
    jl_writer_init(writer, out, &line->formatter->style, out->limit);
    writer->redactor = line->record->redactor;
    writer->depth = 1;
    return writer;
}

static bool end_general(direct *line, const jsonlog_writer *writer) {
    line->replaced += writer->replaced;
    if (line->out->status != JSONLOG_OK || writer->is_cut)
        return false;
    find_room(line);
    return true;
}

static __attribute__((noinline)) bool put_any_value(direct *line, const jsonlog_value *value) {
    jsonlog_writer writer;
    jl_write_value(begin_general(line, &writer), JL_TEXT(""), value);
    return end_general(line, &writer);
}

static __attribute__((noinline)) bool put_any_attribute(direct *line, jl_attribute attribute) {
    jsonlog_writer writer;
    jl_write_attribute(begin_general(line, &writer), attribute, &line->formatter->asctime,
                       line->record);
    return end_general(line, &writer);
}

static bool put_value(direct *line, const jsonlog_value *value) {
    char *at = jl_put_plain_value(line->at, line->end, value);
    if (JSONLOG_UNLIKELY(at == NULL))
        return put_any_value(line, value);
    line->at = at;
    return true;
}

static bool put_text(direct *line, const char *text) {
    const jsonlog_value value = {
        .type = JSONLOG_TYPE_STRING, .as = {.string = text}, .with = {.len = strlen(text)}};
    return put_value(line, &value);
}

/* ---- columns ---- */

static bool put_time(direct *line) {
    const jl_json_style *style = &line->formatter->style;
    if (style->time_style != JSONLOG_TIME_RFC3339_UTC)
        return put_any_attribute(line, JL_ATTRIBUTE_TIMESTAMP);
    if (!has_room(line, JL_TIME_TEXT_MAX + 2))
        return false;
    *line->at++ = '"';
    line->at += jl_time_text_utc(line->at, line->record->time_ns, style->precision);
    *line->at++ = '"';
    return true;
}

static bool put_logger(direct *line) {
    const char *name = line->record->logger;
    return put_text(line, name == NULL || *name == '\0' ? "root" : name);
}

static bool put_attribute(direct *line, jl_attribute attribute) {
    switch (attribute) {
    case JL_ATTRIBUTE_TIMESTAMP: return put_time(line);
    case JL_ATTRIBUTE_LEVEL: return put_text(line, jsonlog_level_name(line->record->level));
    case JL_ATTRIBUTE_LOGGER: return put_logger(line);
    case JL_ATTRIBUTE_MESSAGE:
    case JL_ATTRIBUTE_ERROR_MESSAGE: return put_value(line, line->record->message);
    default: return put_any_attribute(line, attribute);
    }
}

static bool put_columns(direct *line) {
    const jl_json_formatter *formatter = line->formatter;
    const jl_direct *keys = &formatter->direct;
    size_t start = 0;
    for (size_t i = 0; i < formatter->column_count; start = keys->ends[i++]) {
        const jl_column *column = &formatter->columns[i];
        if (!jl_column_is_wanted(column, line->record))
            continue;
        if (!put_bytes(line, keys->text + start, keys->ends[i] - start) ||
            !put_attribute(line, column->attribute))
            return false;
    }
    return true;
}

/* ---- fields ---- */

/* Written as `,"key":` */
static bool put_key(direct *line, jl_text key) {
    if (!has_room(line, key.len) || !has_room(line, key.len + 4))
        return false;
    memcpy(line->at, ",\"", 2);
    char *end = jl_copy_bytes_fast(line->at + 2, key.ptr, key.len);
    memcpy(end, "\":", 2);
    line->at = end + 2;
    return true;
}

static bool put_fields(direct *line, const jl_field *fields, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!put_key(line, fields[i].key) || !put_value(line, fields[i].value))
            return false;
    }
    return true;
}

/* The weakest, which is the last of the chain, first. */
static __attribute__((noinline)) bool put_chain_fields(direct *line, const jl_context *strongest) {
    const jl_context *chain[CHAIN_MAX];
    size_t length = 0;
    for (const jl_context *context = strongest; context != NULL; context = context->parent) {
        if (length == CHAIN_MAX)
            return false;
        chain[length++] = context;
    }
    while (length > 0) {
        const jl_context *context = chain[--length];
        if (!put_fields(line, context->fields, context->count))
            return false;
    }
    return true;
}

static bool put_chain(direct *line, const jl_context *context) {
    if (context == NULL)
        return true;
    if (JSONLOG_LIKELY(context->text != NULL))
        return put_bytes(line, context->text, context->text_len);
    return put_chain_fields(line, context);
}

static bool put_contexts(direct *line) {
    const jsonlog_record *record = line->record;
    return record->is_flat || (put_chain(line, record->statics) && put_chain(line, record->bound) &&
                               put_chain(line, record->scope));
}

/* ---- is it ordinary ---- */

static bool is_key_taken(const jl_json_formatter *formatter, const jl_field *field) {
    if (JSONLOG_LIKELY(!jl_key_set_may_have(&formatter->direct.keys, field->hash)))
        return false;
    for (size_t i = 0; i < formatter->column_count; i++) {
        if (formatter->columns[i].key.hash == field->hash)
            return true;
    }
    return formatter->truncated_key.hash == field->hash ||
           formatter->dropped_key.hash == field->hash;
}

static bool are_keys_free(const jl_json_formatter *formatter, const jl_field *fields,
                          uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!fields[i].key_is_plain || is_key_taken(formatter, &fields[i]))
            return false;
    }
    return true;
}

static bool has_field(const jl_context *context, uint32_t hash) {
    for (; context != NULL; context = context->parent) {
        for (uint32_t i = 0; i < context->count; i++) {
            if (context->fields[i].hash == hash)
                return true;
        }
    }
    return false;
}

static bool shares_keys_with_fields(const jl_context *context, const jl_field *fields,
                                    uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (JSONLOG_UNLIKELY(jl_key_set_may_have(&context->keys, fields[i].hash)) &&
            has_field(context, fields[i].hash))
            return true;
    }
    return false;
}

static bool share_keys(const jl_context *a, const jl_context *b) {
    if (!jl_key_sets_may_share(&a->keys, &b->keys))
        return false;
    for (; b != NULL; b = b->parent) {
        if (shares_keys_with_fields(a, b->fields, b->count))
            return true;
    }
    return false;
}

static bool is_chain_free(const jl_json_formatter *formatter, const jl_context *context) {
    if (!jl_key_sets_may_share(&formatter->direct.keys, &context->keys))
        return true;
    for (; context != NULL; context = context->parent) {
        if (!are_keys_free(formatter, context->fields, context->count))
            return false;
    }
    return true;
}

/* @param stronger  two contexts that stand behind this one; each may be NULL. */
static bool is_chain_ordinary(const direct *line, const jl_context *context,
                              const jl_context *stronger, const jl_context *strongest) {
    if (context == NULL)
        return true;
    const jsonlog_record *record = line->record;
    return context->is_distinct && is_chain_free(line->formatter, context) &&
           !shares_keys_with_fields(context, record->call, record->call_count) &&
           (stronger == NULL || !share_keys(context, stronger)) &&
           (strongest == NULL || !share_keys(context, strongest));
}

static uint32_t total_of(const jl_context *context) {
    return context == NULL ? 0 : context->total;
}

static bool have_contexts_room(const jsonlog_record *record) {
    const uint64_t total = (uint64_t)total_of(record->statics) + total_of(record->bound) +
                           total_of(record->scope) + record->call_count;
    return total <= JL_RECORD_FIELDS_MAX;
}

static __attribute__((noinline)) bool are_contexts_ordinary(const direct *line) {
    const jsonlog_record *record = line->record;
    return record->merged != NULL && have_contexts_room(record) &&
           is_chain_ordinary(line, record->statics, record->bound, record->scope) &&
           is_chain_ordinary(line, record->bound, record->scope, NULL) &&
           is_chain_ordinary(line, record->scope, NULL, NULL);
}

static bool has_contexts(const jsonlog_record *record) {
    return !record->is_flat &&
           (record->statics != NULL || record->bound != NULL || record->scope != NULL);
}

static bool is_ordinary(const direct *line) {
    const jsonlog_record *record = line->record;
    if (!line->formatter->direct.is_possible || record->emf != NULL || record->edit_count > 0 ||
        record->suppressed != 0 || record->call_dropped != 0 || !record->call_is_unique ||
        !are_keys_free(line->formatter, record->call, record->call_count))
        return false;
    return !has_contexts(record) || are_contexts_ordinary(line);
}

/* ---- the line ---- */

/* Every member brings its comma; that of the first one becomes the brace. */
static bool put_line(direct *line) {
    const jl_json_formatter *formatter = line->formatter;
    if (!put_bytes(line, formatter->prefix.ptr, formatter->prefix.len))
        return false;
    const size_t brace = (size_t)(line->at - line->out->data);
    if (!put_columns(line) || !put_contexts(line) ||
        !put_fields(line, line->record->call, line->record->call_count))
        return false;
    if ((size_t)(line->at - line->out->data) == brace && !put_char(line, '{'))
        return false;
    line->out->data[brace] = '{';
    return put_char(line, '}') &&
           put_bytes(line, formatter->terminator.ptr, formatter->terminator.len);
}

bool jl_direct_line_write(const jl_json_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out, uint64_t *replaced) {
    direct line = {.formatter = formatter, .record = record, .out = out};
    if (!is_ordinary(&line) || out->status != JSONLOG_OK || out->data == NULL)
        return false;
    const size_t start = out->len;
    find_room(&line);
    if (JSONLOG_UNLIKELY(!put_line(&line))) {
        jl_buffer_rewind(out, start);
        return false;
    }
    out->len = (size_t)(line.at - out->data);
    *replaced = line.replaced;
    return true;
}

/* ---- the formatter ---- */

static bool is_column_ordinary(const jl_column *column) {
    return column->key.is_plain && column->attribute != JL_ATTRIBUTE_VALUE;
}

static bool is_style_ordinary(const jl_json_style *style) {
    return style->escapes == 0 && !style->escapes_hostile && !style->is_spaced &&
           style->indent == 0 && !style->omits_empty && style->value_fn == NULL;
}

static bool prepare_keys(jl_json_formatter *formatter) {
    jl_direct *keys = &formatter->direct;
    size_t len = 0;
    for (size_t i = 0; i < formatter->column_count; i++) {
        const jl_column *column = &formatter->columns[i];
        const jl_text key = column->key.text;
        if (!is_column_ordinary(column) || key.len + 4 > sizeof keys->text - len)
            return false;
        memcpy(keys->text + len, ",\"", 2);
        memcpy(keys->text + len + 2, key.ptr, key.len);
        memcpy(keys->text + len + 2 + key.len, "\":", 2);
        len += key.len + 4;
        keys->ends[i] = (uint16_t)len;
        jl_key_set_add(&keys->keys, column->key.hash);
    }
    jl_key_set_add(&keys->keys, formatter->truncated_key.hash);
    jl_key_set_add(&keys->keys, formatter->dropped_key.hash);
    return true;
}

void jl_direct_line_prepare(jl_json_formatter *formatter) {
    const bool is_plain_layout = formatter->rename_count == 0 && formatter->default_count == 0 &&
                                 formatter->static_count == 0 && formatter->exclude_count == 0 &&
                                 !formatter->skips_underscored && !formatter->expands_dots &&
                                 !formatter->has_timestamp_key && formatter->process == NULL;
    formatter->direct.is_possible =
        is_plain_layout && is_style_ordinary(&formatter->style) && prepare_keys(formatter);
}
