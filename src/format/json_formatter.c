#include "format/json_formatter.h"

#include "format/direct_line.h"
#include "format/direct_rules.h"
#include "format/line.h"
#include "format/line_bound.h"
#include "format/usual_line.h"
#include "format/value_writer.h"
#include "json/escape.h"
#include "record/record.h"
#include "record/stats.h"

#include <pthread.h>

static void count(const jl_line *line) {
    if (line->replaced > 0)
        jl_stats_add(JL_STAT_REPLACED_VALUES, line->replaced);
    if (line->is_cut || line->dropped > line->entries->dropped)
        jl_stats_add(JL_STAT_TRUNCATED, 1);
}

/* CloudWatch would not see what is missing; who logged it shall. */
static jsonlog_status lose_metric(const jsonlog_record *record, jsonlog_status why) {
    jl_record_writable(record)->emf_loss = why;
    return why;
}

/* Apart, because of the space it takes on the stack. */
static __attribute__((noinline)) jsonlog_status format_general(const jl_json_formatter *formatter,
                                                               const jsonlog_record *record,
                                                               jl_buffer *out) {
    jl_entries entries;
    jl_entries_collect(&entries, formatter, record);
    if (JSONLOG_UNLIKELY(record->emf != NULL) && !jl_entries_have_emf(&entries))
        return lose_metric(record, JSONLOG_E_STATE);
    jl_line_bound bound = jl_line_bound_begin(out, formatter->base.line_max);
    jl_line line = {
        .formatter = formatter,
        .record = record,
        .entries = &entries,
        .out = out,
        .start = bound.start,
    };
    bool fits = jl_line_fit(&line);
    jsonlog_status status = fits ? JSONLOG_OK : out->status;
    if (fits)
        count(&line);
    else
        jl_buffer_rewind(out, bound.start);
    jl_line_bound_end(out, &bound);
    if (!fits && record->emf != NULL)
        return lose_metric(record, JSONLOG_E_LIMIT);
    return status;
}

static bool format_direct(const jl_json_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out) {
    jl_line_bound bound = jl_line_bound_begin(out, formatter->base.line_max);
    uint64_t replaced = 0;
    const bool is_written = jl_direct_line_write(formatter, record, out, &replaced);
    jl_line_bound_end(out, &bound);
    if (JSONLOG_UNLIKELY(is_written && replaced > 0))
        jl_stats_add(JL_STAT_REPLACED_VALUES, replaced);
    return is_written;
}

static __attribute__((noinline)) jsonlog_status format_record(const jl_json_formatter *formatter,
                                                              const jsonlog_record *record,
                                                              jl_buffer *out) {
    if (JSONLOG_LIKELY(format_direct(formatter, record, out)))
        return JSONLOG_OK;
    return format_general(formatter, record, out);
}

/* The processor may edit, and the record belongs to everybody: it gets a copy with space of its
 * own. */
__attribute__((noinline)) static jsonlog_status format_processed(const jl_json_formatter *formatter,
                                                                 const jsonlog_record *record,
                                                                 jl_buffer *out) {
    jl_field merged[JL_RECORD_FIELDS_MAX];
    struct jl_record_edit edits[JL_RECORD_EDITS_MAX];
    jsonlog_record copy = *record;
    if (record->edit_count > 0)
        memcpy(edits, record->edits, record->edit_count * sizeof edits[0]);
    copy.edits = edits;
    copy.merged = merged;
    copy.merged_count = 0;
    copy.is_merged = false;
    formatter->process(&copy, formatter->process_context);
    const jsonlog_status status = format_record(formatter, &copy, out);
    jl_record_writable(record)->emf_loss = copy.emf_loss;
    return status;
}

jsonlog_status jl_json_formatter_format(const jsonlog_formatter *self, const jsonlog_record *record,
                                        jl_buffer *out) {
    const jl_json_formatter *formatter = (const jl_json_formatter *)(const void *)self;
    if (JSONLOG_LIKELY(jl_usual_line_write(formatter, record, out)))
        return JSONLOG_OK;
    if (formatter->process != NULL)
        return format_processed(formatter, record, out);
    return format_record(formatter, record, out);
}

/* ---- a value alone ---- */

static size_t write_alone(const jl_json_formatter *formatter, const jsonlog_value *value,
                          jl_buffer *text) {
    jsonlog_writer writer;
    jl_writer_init(&writer, text, &formatter->style, JL_ESCAPE_UNLIMITED);
    jl_write_value(&writer, JL_TEXT(""), value);
    if (text->status != JSONLOG_OK)
        return 0;
    if (writer.replaced > 0)
        jl_stats_add(JL_STAT_REPLACED_VALUES, writer.replaced);
    return text->len;
}

size_t jsonlog_json_formatter_write(const jsonlog_formatter *formatter, const jsonlog_value *value,
                                    char *out, size_t out_size) {
    if (formatter == NULL || formatter->format != jl_json_formatter_format || value == NULL ||
        (out == NULL && out_size > 0))
        return 0;
    jl_buffer text;
    jl_buffer_init(&text, out, out_size, formatter->line_max);
    const size_t len =
        write_alone((const jl_json_formatter *)(const void *)formatter, value, &text);
    if (len <= out_size && len > 0 && text.data != out)
        memcpy(out, text.data, len);
    jl_buffer_done(&text);
    return len;
}

/* ---- the default one, which needs no memory ---- */

static jl_json_formatter default_formatter;
static pthread_once_t default_once = PTHREAD_ONCE_INIT;
static bool has_default; /* atomic */

static __attribute__((cold)) void make_default(void) {
    jl_formatter_init(&default_formatter.base, 0, jl_json_formatter_format, NULL);
    default_formatter.style = jl_json_style_default;
    default_formatter.terminator = JL_TEXT("\n");
    default_formatter.suppressed_key = jl_key_of(JL_TEXT("suppressed"), 0);
    default_formatter.truncated_key = jl_key_of(JL_TEXT("_truncated"), 0);
    default_formatter.dropped_key = jl_key_of(JL_TEXT("_dropped"), 0);
    jl_columns_add_default(&default_formatter, false);
    jl_direct_prepare(&default_formatter);
    __atomic_store_n(&has_default, true, __ATOMIC_RELEASE);
}

jsonlog_formatter *jl_formatter_default(void) {
    if (JSONLOG_UNLIKELY(!__atomic_load_n(&has_default, __ATOMIC_ACQUIRE)))
        pthread_once(&default_once, make_default);
    return &default_formatter.base;
}
