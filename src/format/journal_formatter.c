/* Records as entries of the systemd journal. */
#include "record/journal_entry.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"
#include "format/flat_fields.h"
#include "format/journal_name.h"
#include "format/line_bound.h"
#include "format/time_text.h"
#include "record/record.h"

#include <inttypes.h>

#define ENTRY_MAX_LEAST ((size_t)1024)
#define ENTRY_MAX_MOST  ((size_t)16 << 20)

/* Kept back for the two fields that count what did not fit. */
#define TAIL_MAX    64
#define TAIL_FIELDS 2

/* A string is cut only if this much of it stays; less says nothing. */
#define CUT_LEAST 16

#define ELLIPSIS JL_TEXT("\xE2\x80\xA6")

typedef struct journal_formatter {
    jsonlog_formatter base;
    bool with_timestamp;
    size_t prefix_len;
    char prefix[JL_JOURNAL_PREFIX_MAX];
} journal_formatter;

/* An entry that is being written. */
typedef struct journal_entry {
    const journal_formatter *formatter;
    jl_buffer *out;
    uint32_t fields;
    uint32_t truncated;
    uint32_t dropped;
} journal_entry;

/* ---- one field ---- */

static void begin_field(jl_buffer *out, jl_text name) {
    const jl_journal_length unknown = 0;
    char bytes[sizeof unknown];
    memcpy(bytes, &unknown, sizeof unknown);
    jl_buffer_append(out, bytes, sizeof bytes);
    jl_buffer_append_text(out, name);
    jl_buffer_append_char(out, '=');
}

static void end_field(journal_entry *entry, size_t start) {
    jl_journal_length len = 0;
    if (entry->out->status != JSONLOG_OK)
        return;
    len = (jl_journal_length)(entry->out->len - start - sizeof len);
    memcpy(entry->out->data + start, &len, sizeof len);
    entry->fields++;
}

/* @return the bytes of a value that are written as they are; ptr is NULL if it is not such a one.
 */
static jl_text bytes_of(const jsonlog_value *value) {
    const bool is_secret = (value->flags & JSONLOG_VALUE_SECRET) != 0;
    if (value->type == JSONLOG_TYPE_BYTES && !is_secret)
        return (jl_text){value->as.pointer, value->with.len};
    return (jl_text){NULL, 0};
}

static void append_value(jl_buffer *out, const jsonlog_value *value) {
    const jl_text bytes = bytes_of(value);
    if (bytes.ptr != NULL)
        jl_buffer_append_text(out, bytes);
    else
        jl_flat_append_value(out, value);
}

static bool is_text(const jsonlog_value *value) {
    return value->type == JSONLOG_TYPE_STRING && (value->flags & JSONLOG_VALUE_SECRET) == 0;
}

/* The buffer has no room for the whole value. @return whether a part of it stands there now. */
static bool put_cut(journal_entry *entry, jl_text name, const jsonlog_value *value) {
    jl_buffer *out = entry->out;
    if (!is_text(value))
        return false;
    begin_field(out, name);
    if (out->status != JSONLOG_OK || out->limit - out->len < CUT_LEAST + ELLIPSIS.len)
        return false;
    const jl_text text = {value->as.string, value->with.len};
    jl_buffer_append(out, text.ptr, jl_utf8_cut(text, out->limit - out->len - ELLIPSIS.len));
    jl_buffer_append_text(out, ELLIPSIS);
    return true;
}

static void put(journal_entry *entry, jl_text name, const jsonlog_value *value) {
    jl_buffer *out = entry->out;
    const size_t start = out->len;
    if (entry->fields == JL_JOURNAL_FIELDS_MAX - TAIL_FIELDS) {
        entry->dropped++;
        return;
    }
    begin_field(out, name);
    append_value(out, value);
    if (out->status == JSONLOG_E_LIMIT) {
        jl_buffer_rewind(out, start);
        if (put_cut(entry, name, value)) {
            entry->truncated++;
        } else {
            jl_buffer_rewind(out, start);
            entry->dropped++;
            return;
        }
    }
    end_field(entry, start);
}

static void put_text(journal_entry *entry, jl_text name, const char *text) {
    const jsonlog_value value = jsonlog_from_string(text);
    if (text != NULL)
        put(entry, name, &value);
}

static void put_number(journal_entry *entry, jl_text name, uint64_t number) {
    const jsonlog_value value = jsonlog_from_uint64(number);
    put(entry, name, &value);
}

/* ---- the parts of an entry ---- */

static void put_message(journal_entry *entry, const jsonlog_value *message) {
    const jsonlog_value none = jsonlog_string("", 0);
    const jl_line_bound bound =
        jl_line_bound_begin(entry->out, entry->formatter->base.line_max / 2);
    put(entry, JL_TEXT("MESSAGE"), message == NULL ? &none : message);
    jl_line_bound_end(entry->out, &bound);
}

static void put_level(journal_entry *entry, int level) {
    const jl_text text = jl_level_text(level);
    const jsonlog_value value = jsonlog_string(text.ptr, text.len);
    put(entry, JL_TEXT("LEVEL"), &value);
}

static void put_time(journal_entry *entry, int64_t time_ns) {
    char text[JL_TIME_TEXT_MAX];
    const size_t len = jl_time_text(text, jl_instant_of_ns(time_ns), JSONLOG_TIME_RFC3339_UTC,
                                    JSONLOG_PRECISION_NS);
    const jsonlog_value value = jsonlog_string(text, len);
    put(entry, JL_TEXT("TIMESTAMP"), &value);
}

static void put_origin(journal_entry *entry, const jsonlog_record *record) {
    put_level(entry, record->level);
    if (record->logger != NULL && *record->logger != '\0')
        put_text(entry, JL_TEXT("LOGGER"), record->logger);
    if (record->site != NULL) {
        put_text(entry, JL_TEXT("CODE_FILE"), record->site->file);
        put_number(entry, JL_TEXT("CODE_LINE"), record->site->line);
        put_text(entry, JL_TEXT("CODE_FUNC"), record->site->function);
    }
    put_number(entry, JL_TEXT("TID"), record->thread);
    if (entry->formatter->with_timestamp)
        put_time(entry, record->time_ns);
}

static bool put_leaf(void *context, const jl_flat_path *path, const jsonlog_value *value) {
    journal_entry *entry = context;
    const journal_formatter *formatter = entry->formatter;
    jl_journal_name name;
    jl_journal_name_make(&name, (jl_text){formatter->prefix, formatter->prefix_len}, path);
    put(entry, (jl_text){name.text, name.len}, value);
    return entry->out->status == JSONLOG_OK;
}

static void put_fields(journal_entry *entry, const jsonlog_record *record) {
    jl_flat_each_field(record, put_leaf, entry);
    entry->dropped += record->is_merged ? record->dropped : record->call_dropped;
    if (record->suppressed > 0)
        put_number(entry, JL_TEXT("SUPPRESSED"), record->suppressed);
}

static void put_count(journal_entry *entry, jl_text name, uint32_t count) {
    const size_t start = entry->out->len;
    if (count == 0)
        return;
    begin_field(entry->out, name);
    jl_buffer_append_format(entry->out, "%" PRIu32, count);
    end_field(entry, start);
}

static jsonlog_status format_journal(const jsonlog_formatter *self, const jsonlog_record *record,
                                     jl_buffer *out) {
    journal_entry entry = {.formatter = (const journal_formatter *)(const void *)self, .out = out};
    const jl_line_bound bound = jl_line_bound_begin(out, self->line_max - TAIL_MAX);
    jl_buffer_append_char(out, '\0');
    put_message(&entry, record->message);
    put_origin(&entry, record);
    put_fields(&entry, record);
    jl_line_bound_end(out, &bound);
    put_count(&entry, JL_TEXT("JSONLOG_TRUNCATED"), entry.truncated);
    put_count(&entry, JL_TEXT("JSONLOG_DROPPED"), entry.dropped);
    return out->status;
}

/* ---- making one ---- */

static void free_journal(jsonlog_formatter *self) {
    jl_free(self);
}

static jsonlog_status check(const jsonlog_journald_options *options, jsonlog_err *err) {
    if (options->entry_max != 0 &&
        (options->entry_max < ENTRY_MAX_LEAST || options->entry_max > ENTRY_MAX_MOST))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "an entry of the journal may have 1,024 to 16,777,216 bytes, not %zu",
                          options->entry_max);
    if (options->field_prefix != NULL && !jl_journal_is_prefix(options->field_prefix))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "\"%s\" cannot begin the name of a field of the journal",
                          options->field_prefix);
    return JSONLOG_OK;
}

jsonlog_formatter *jl_journal_formatter_new(const jsonlog_journald_options *options,
                                            jsonlog_err *err) {
    if (check(options, err) != JSONLOG_OK)
        return NULL;
    journal_formatter *formatter = jl_alloc(sizeof *formatter);
    if (formatter == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    const size_t entry_max =
        options->entry_max == 0 ? JL_JOURNAL_ENTRY_MAX_DEFAULT : options->entry_max;
    jl_formatter_init(&formatter->base, entry_max, format_journal, free_journal);
    formatter->with_timestamp = options->with_timestamp;
    formatter->prefix_len = jl_text_of(options->field_prefix).len;
    if (formatter->prefix_len > 0)
        memcpy(formatter->prefix, options->field_prefix, formatter->prefix_len);
    return &formatter->base;
}
