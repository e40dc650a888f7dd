#include "record/formatter_base.h"

void jl_formatter_init(jsonlog_formatter *formatter, size_t line_max,
                       jsonlog_status (*format)(const jsonlog_formatter *, const jsonlog_record *,
                                                jl_buffer *),
                       void (*free)(jsonlog_formatter *)) {
    formatter->references = 1;
    formatter->line_max = line_max == 0 ? JL_LINE_MAX_DEFAULT : line_max;
    formatter->format = format;
    formatter->free = free;
}

jsonlog_formatter *jsonlog_formatter_retain(jsonlog_formatter *formatter) {
    if (formatter != NULL)
        __atomic_fetch_add(&formatter->references, 1, __ATOMIC_RELAXED);
    return formatter;
}

/* Release orders this owner's last use before the count, acquire the free behind all counts. */
void jsonlog_formatter_release(jsonlog_formatter *formatter) {
    if (formatter == NULL || __atomic_fetch_sub(&formatter->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    if (formatter->free != NULL)
        formatter->free(formatter);
}

/* The buffer may go on to the heap where a formatter needs more room on the way than its result
 * takes; only the result must fit. */
size_t jsonlog_formatter_format(jsonlog_formatter *formatter, const jsonlog_record *record,
                                char *out, size_t out_size) {
    if (formatter == NULL || record == NULL || out == NULL || out_size == 0)
        return 0;
    size_t limit = out_size > formatter->line_max ? out_size : formatter->line_max;
    jl_buffer line;
    jl_buffer_init(&line, out, out_size, limit);
    bool fits = formatter->format(formatter, record, &line) == JSONLOG_OK &&
                line.status == JSONLOG_OK && line.len <= out_size;
    if (fits && line.data != out)
        memcpy(out, line.data, line.len);
    size_t len = fits ? line.len : 0;
    jl_buffer_done(&line);
    return len;
}
