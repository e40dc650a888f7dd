#include "record/record_line.h"

/* Only a formatter with longer lines than all there were at the thread's first record comes here.
 */
static __attribute__((noinline)) bool grow(jl_buffer *text, size_t line_max) {
    if (text->limit < line_max)
        text->limit = line_max;
    return jl_buffer_reserve(text, line_max) != NULL;
}

static bool make_room(jl_buffer *text, size_t line_max) {
    jl_buffer_clear(text);
    return JSONLOG_LIKELY(text->capacity >= line_max) || grow(text, line_max);
}

static void copy_edits(struct jl_record_edit *to, const struct jl_record_edit *from,
                       uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        to[i] = from[i];
}

static __attribute__((noinline)) void restore_edits(jsonlog_record *record, uint32_t count) {
    copy_edits(record->edits, record->line->kept_edits, count);
    record->edit_count = count;
    record->is_merged = false;
}

static jsonlog_status make(jsonlog_record *record, const jsonlog_formatter *formatter) {
    jl_record_line *line = record->line;
    if (!make_room(&line->text, formatter->line_max))
        return JSONLOG_E_NOMEM;
    const uint32_t edit_count = record->edit_count;
    if (JSONLOG_UNLIKELY(edit_count > 0))
        copy_edits(line->kept_edits, record->edits, edit_count);
    const jsonlog_status status = formatter->format(formatter, record, &line->text);
    if (JSONLOG_UNLIKELY((record->edit_count | edit_count) > 0))
        restore_edits(record, edit_count);
    return status == JSONLOG_OK ? line->text.status : status;
}

jsonlog_status jl_record_make_line(const jsonlog_record *record,
                                   const jsonlog_formatter *formatter) {
    jl_record_line *line = record->line;
    if (line->formatter == formatter)
        return line->status;
    line->status = make(jl_record_writable(record), formatter);
    line->formatter = formatter;
    return line->status;
}
