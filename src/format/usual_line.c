#include "format/usual_line.h"

#include "format/direct_rules.h"
#include "format/site_head.h"
#include "format/time_text.h"
#include "format/value_writer.h"
#include "json/plain_value.h"
#include "record/context.h"
#include "record/stats.h"

/* What stands in front of a head, and behind the fields. */
#define START_MAX (JL_DIRECT_OPENING_MAX + JL_TIME_TEXT_MAX + 1)

/* ---- which records ---- */

static bool is_apart(const jl_site_head *head, const jl_json_formatter *formatter,
                     const jsonlog_record *record, const jl_context *context) {
    return context->text != NULL && record->merged != NULL &&
           context->total + record->call_count <= JL_RECORD_FIELDS_MAX &&
           !jl_key_sets_may_share(&context->keys, &formatter->direct.keys) &&
           !jl_key_sets_may_share(&context->keys, &head->keys);
}

static bool is_usual(const jl_site_head *head, const jl_json_formatter *formatter,
                     const jsonlog_record *record) {
    if (!head->is_usual || record->values == NULL || jl_record_is_odd(record) ||
        record->statics != NULL || record->scope != NULL)
        return false;
    return record->bound == NULL || is_apart(head, formatter, record, record->bound);
}

/* Whether its own limit is the cap of a line, as that of the memory most lines are made in. */
static bool is_bounded(const jl_buffer *out, const jl_json_formatter *formatter) {
    return out->status == JSONLOG_OK && out->limit - out->len <= formatter->base.line_max;
}

/* ---- the line ---- */

/* @param bytes  of which whole pieces may be read, and written at `at`. */
static inline char *put_pieces(char *at, const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i += JL_HEAD_PIECE)
        memcpy(at + i, bytes + i, JL_HEAD_PIECE);
    return at + len;
}

static char *put_time(char *at, const jl_json_formatter *formatter, int64_t time_ns) {
    at = put_pieces(at, formatter->direct.opening, formatter->direct.opening_len);
    at += jl_time_text_utc(at, time_ns, formatter->style.precision);
    *at = '"';
    return at + 1;
}

static char *put_start(const jl_site_head *head, const jl_json_formatter *formatter,
                       const jsonlog_record *record, jl_buffer *out) {
    const jl_context *context = record->bound;
    const size_t context_len = context == NULL ? 0 : context->text_len;
    if (jl_buffer_room(out) < START_MAX + jl_head_pieces(head->len) + context_len)
        return NULL;
    char *at = put_time(out->data + out->len, formatter, record->time_ns);
    at = put_pieces(at, head->text, head->len);
    return context == NULL ? at : jl_copy_bytes_fast(at, context->text, context_len);
}

/* One that is not plain, in the middle of a line. */
static __attribute__((noinline)) char *put_unusual_value(char *at,
                                                         const jl_json_formatter *formatter,
                                                         const jsonlog_record *record,
                                                         const jsonlog_value *value, jl_buffer *out,
                                                         uint64_t *replaced) {
    char *end = jl_put_escaped_value(at, jl_buffer_end(out), value);
    if (end != NULL)
        return end;
    jsonlog_writer writer;
    out->len = (size_t)(at - out->data);
    jl_writer_init(&writer, out, &formatter->style, out->limit);
    writer.redactor = record->redactor;
    writer.depth = 1;
    jl_write_value(&writer, JL_TEXT(""), value);
    *replaced += writer.replaced;
    return out->status != JSONLOG_OK || writer.is_cut ? NULL : out->data + out->len;
}

/* One look at the room for a key and for any value but a long string. */
static char *put_fields(char *at, const jl_site_head *head, const jl_json_formatter *formatter,
                        const jsonlog_record *record, jl_buffer *out, uint64_t *replaced) {
    const char *end = jl_buffer_end(out);
    const jl_head_key *key = jl_site_head_keys(head);
    const jsonlog_value *value = record->values;
    for (const jsonlog_value *last = value + record->call_count; value < last; value++, key++) {
        if (JSONLOG_UNLIKELY((size_t)(end - at) < sizeof *key + JL_PLAIN_VALUE_MAX))
            return NULL;
        memcpy(at, key, sizeof *key);
        at += key->len;
        char *next = jl_put_plain_value(at, end, value);
        if (JSONLOG_UNLIKELY(next == NULL)) {
            next = put_unusual_value(at, formatter, record, value, out, replaced);
            if (next == NULL)
                return NULL;
            end = jl_buffer_end(out);
        }
        at = next;
    }
    return at;
}

static char *put_end(char *at, const jl_json_formatter *formatter, const jl_buffer *out) {
    const jl_text terminator = formatter->terminator;
    if (JSONLOG_UNLIKELY((size_t)(jl_buffer_end(out) - at) <= terminator.len))
        return NULL;
    *at++ = '}';
    if (JSONLOG_UNLIKELY(terminator.len != 1))
        return jl_copy_bytes_fast(at, terminator.ptr, terminator.len);
    *at = *terminator.ptr;
    return at + 1;
}

bool jl_usual_line_write(const jl_json_formatter *formatter, const jsonlog_record *record,
                         jl_buffer *out) {
    const jl_site_head *head = jl_site_head_find(record, formatter->direct.serial);
    if (head == NULL || !is_usual(head, formatter, record) || !is_bounded(out, formatter))
        return false;
    uint64_t replaced = 0;
    const size_t start = out->len;
    char *at = put_start(head, formatter, record, out);
    if (at != NULL)
        at = put_fields(at, head, formatter, record, out, &replaced);
    if (at != NULL)
        at = put_end(at, formatter, out);
    if (JSONLOG_UNLIKELY(at == NULL)) {
        jl_buffer_rewind(out, start);
        return false;
    }
    out->len = (size_t)(at - out->data);
    if (JSONLOG_UNLIKELY(replaced > 0))
        jl_stats_add(JL_STAT_REPLACED_VALUES, replaced);
    return true;
}
