#include "format/direct_line.h"

#include "format/site_head.h"
#include "format/time_text.h"
#include "json/escape.h"
#include "json/plain_copy.h"
#include "json/plain_value.h"
#include "record/context.h"
#include "record/site.h"

/* Contexts one behind the other whose fields are written one by one. */
#define CHAIN_MAX 16

/* A line being written. Between `at` and `end` is its room; out->len is brought up only for what is
 * written the general way. */
typedef struct direct {
    const jl_json_formatter *formatter;
    const jsonlog_record *record;
    const jl_site_head *head;     /* NULL: none is kept */
    const jl_site_key *site_keys; /* of record->values; NULL: the record has fields */
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

static bool put_column(direct *line, size_t i) {
    const jl_direct *keys = &line->formatter->direct;
    const size_t start = i == 0 ? 0 : keys->ends[i - 1];
    return put_bytes(line, keys->text + start, keys->ends[i] - start) &&
           put_attribute(line, line->formatter->columns[i].attribute);
}

static bool put_column_if_wanted(direct *line, size_t i) {
    return !jl_column_is_wanted(&line->formatter->columns[i], line->record) || put_column(line, i);
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
static __attribute__((noinline)) bool put_new_head(direct *line, size_t i) {
    const jl_json_formatter *formatter = line->formatter;
    const jsonlog_value *literal = literal_of(line->record);
    const size_t start = (size_t)(line->at - line->out->data);
    for (; i < formatter->column_count && is_of_site(&formatter->columns[i], literal); i++) {
        if (!put_column_if_wanted(line, i))
            return false;
    }
    const char *text = line->out->data + start;
    jl_site_head_keep(line->record, formatter->direct.serial, i, literal,
                      (jl_text){text, (size_t)(line->at - text)});
    for (; i < formatter->column_count; i++) {
        if (!put_column_if_wanted(line, i))
            return false;
    }
    return true;
}

static bool put_columns(direct *line) {
    const jl_json_formatter *formatter = line->formatter;
    size_t i = 0;
    if (formatter->direct.begins_with_time && !put_column(line, i++))
        return false;
    if (JSONLOG_LIKELY(line->head != NULL)) {
        if (!put_bytes(line, line->head->text, line->head->len))
            return false;
        i = line->head->columns;
    } else if (jl_site_head_is_wanted(line->record)) {
        return put_new_head(line, i);
    }
    for (; i < formatter->column_count; i++) {
        if (!put_column_if_wanted(line, i))
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

static bool put_site_fields(direct *line) {
    const jsonlog_record *record = line->record;
    const char *literal = record->site->keys;
    for (uint32_t i = 0; i < record->call_count; i++) {
        const jl_site_key key = line->site_keys[i];
        if (!put_bytes(line, literal + jl_site_key_offset(key) - 2, jl_site_key_len(key) + 4) ||
            !put_value(line, &record->values[i]))
            return false;
    }
    return true;
}

static bool put_call(direct *line) {
    if (JSONLOG_LIKELY(line->site_keys != NULL))
        return put_site_fields(line);
    return put_fields(line, line->record->call, line->record->call_count);
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

/* Equal hashes count as equal keys: what comes of it is only the longer way. */
static bool is_key_free(const jl_json_formatter *formatter, uint32_t hash) {
    if (JSONLOG_LIKELY(!jl_key_set_may_have(&formatter->direct.keys, hash)))
        return true;
    for (size_t i = 0; i < formatter->column_count; i++) {
        if (formatter->columns[i].key.hash == hash)
            return false;
    }
    return formatter->truncated_key.hash != hash && formatter->dropped_key.hash != hash;
}

static bool are_keys_free(const jl_json_formatter *formatter, const jl_field *fields,
                          uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (!fields[i].key_is_plain || !is_key_free(formatter, fields[i].hash))
            return false;
    }
    return true;
}

static uint32_t call_hash(const direct *line, uint32_t i) {
    return line->site_keys != NULL ? jl_site_key_hash(line->site_keys[i])
                                   : line->record->call[i].hash;
}

static bool are_call_keys_free(const direct *line) {
    const jsonlog_record *record = line->record;
    if (line->head != NULL && line->site_keys != NULL)
        return true; /* or there were no head */
    if (line->site_keys == NULL)
        return are_keys_free(line->formatter, record->call, record->call_count);
    for (uint32_t i = 0; i < record->call_count; i++) {
        if (!is_key_free(line->formatter, call_hash(line, i)))
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

static bool may_share_with(const jl_context *context, uint32_t hash) {
    return JSONLOG_UNLIKELY(jl_key_set_may_have(&context->keys, hash)) && has_field(context, hash);
}

static bool shares_keys_with_call(const jl_context *context, const direct *line) {
    for (uint32_t i = 0; i < line->record->call_count; i++) {
        if (may_share_with(context, call_hash(line, i)))
            return true;
    }
    return false;
}

static bool share_keys(const jl_context *a, const jl_context *b) {
    if (!jl_key_sets_may_share(&a->keys, &b->keys))
        return false;
    for (; b != NULL; b = b->parent) {
        for (uint32_t i = 0; i < b->count; i++) {
            if (may_share_with(a, b->fields[i].hash))
                return true;
        }
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
    return context->is_distinct && is_chain_free(line->formatter, context) &&
           !shares_keys_with_call(context, line) &&
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
        !are_call_keys_free(line))
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
    if (!put_columns(line) || !put_contexts(line) || !put_call(line))
        return false;
    if ((size_t)(line->at - line->out->data) == brace && !put_char(line, '{'))
        return false;
    line->out->data[brace] = '{';
    return put_char(line, '}') &&
           put_bytes(line, formatter->terminator.ptr, formatter->terminator.len);
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
    static uint32_t last_serial; /* atomic */
    formatter->direct.serial = __atomic_add_fetch(&last_serial, 1, __ATOMIC_RELAXED);
    formatter->direct.begins_with_time =
        formatter->column_count > 0 && formatter->columns[0].attribute == JL_ATTRIBUTE_TIMESTAMP &&
        formatter->columns[0].when == JL_WHEN_ALWAYS;
    formatter->direct.is_possible =
        is_plain_layout && is_style_ordinary(&formatter->style) && prepare_keys(formatter);
}
