/* Formatters made of a caller's function, and the output it writes to. */
#include "base/alloc.h"
#include "format/line_bound.h"
#include "format/value_writer.h"
#include "json/escape.h"
#include "record/formatter_base.h"

typedef jsonlog_status (*format_fn)(const jsonlog_record *record, jsonlog_output *output,
                                    void *context);

typedef struct custom_formatter {
    jsonlog_formatter base;
    format_fn format;
    void (*release)(void *context);
    void *context;
} custom_formatter;

struct jsonlog_output {
    jl_buffer *out;
    const jsonlog_record *record;
};

void jsonlog_output_append(jsonlog_output *output, const char *bytes, size_t len) {
    if (bytes != NULL)
        jl_buffer_append(output->out, bytes, len);
}

void jsonlog_output_append_escaped(jsonlog_output *output, const char *bytes, size_t len) {
    if (bytes == NULL || output->out->status != JSONLOG_OK)
        return;
    const jl_text text = jl_redact_visible(output->record->redactor, (jl_text){bytes, len});
    jl_escape_append(output->out, text, 0, JL_ESCAPE_UNLIMITED);
}

/* A value of the formatter's own stands at no path. */
static jsonlog_value visible(const jsonlog_output *output, const jsonlog_value *value) {
    const jl_redact_place nowhere = {.rule = 0};
    jl_redactor *redactor = output->record->redactor;
    jsonlog_value shown = value == NULL ? jsonlog_null() : *value;
    if (redactor != NULL && !redactor->set->of_class->value(redactor, &nowhere, &shown))
        return jsonlog_null();
    return shown;
}

void jsonlog_output_append_value(jsonlog_output *output, const jsonlog_value *value) {
    const jsonlog_value shown = visible(output, value);
    jsonlog_writer writer;
    jl_writer_init(&writer, output->out, &jl_json_style_default, JL_ESCAPE_UNLIMITED);
    jl_write_value(&writer, JL_TEXT(""), &shown);
}

/* A line that failed or is too long leaves nothing behind. */
static jsonlog_status format_custom(const jsonlog_formatter *self, const jsonlog_record *record,
                                    jl_buffer *out) {
    const custom_formatter *formatter = (const custom_formatter *)(const void *)self;
    jl_line_bound bound = jl_line_bound_begin(out, self->line_max);
    jsonlog_output output = {out, record};
    jsonlog_status status = formatter->format(record, &output, formatter->context);
    if (status == JSONLOG_OK)
        status = out->status;
    if (status != JSONLOG_OK)
        jl_buffer_rewind(out, bound.start);
    jl_line_bound_end(out, &bound);
    return status;
}

static void free_custom(jsonlog_formatter *self) {
    custom_formatter *formatter = (custom_formatter *)(void *)self;
    if (formatter->release != NULL)
        formatter->release(formatter->context);
    jl_free(formatter);
}

jsonlog_formatter *jsonlog_formatter_new(format_fn format, void (*release)(void *context),
                                         void *context, size_t line_max) {
    if (format == NULL)
        return NULL;
    custom_formatter *formatter = jl_alloc(sizeof *formatter);
    if (formatter == NULL)
        return NULL;
    jl_formatter_init(&formatter->base, line_max, format_custom, free_custom);
    formatter->format = format;
    formatter->release = release;
    formatter->context = context;
    return &formatter->base;
}
