/*
 * Lines of a Lambda function: one JSON object under the names that Lambda itself reads, or text as
 * the runtimes of AWS print it, with the fields as one JSON object at the end. Of a Lambda event,
 * Logs Insights finds the fields of the first JSON object in it, wherever that stands.
 *
 *     2026-11-22T08:07:45.784Z \t requestId \t INFO \t order accepted \t {"logger":"orders",…}
 */
#include "base/alloc.h"
#include "base/err.h"
#include "format/human_text.h"
#include "format/line_bound.h"
#include "format/preset_class.h"
#include "format/time_text.h"
#include "record/formatter_base.h"

#include <jsonlog/lambda.h>

#include <stdlib.h>
#include <strings.h>

/* Below it a text line could lose all of its message to time, id and level. */
#define LINE_MAX_LEAST 512

#define REQUEST_ID_KEY "requestId"
#define REQUEST_ID_MAX 128 /* Lambda's own have 36 bytes; the rest is for stand-ins */

/* ---- JSON ---- */

static bool add_text(jsonlog_field *field, const char *key, const char *variable) {
    const char *value = getenv(variable);
    if (value == NULL || *value == '\0')
        return false;
    *field = jsonlog_field_make(key, jsonlog_from_string(value));
    return true;
}

/* What is no number stays text: better than nothing. */
static void make_number(jsonlog_value *value) {
    char *end = NULL;
    const long long number = strtoll(value->as.string, &end, 10);
    if (*end == '\0')
        *value = jsonlog_from_int64(number);
}

static size_t add_statics(jsonlog_field statics[JL_LAMBDA_STATICS]) {
    size_t count = 0;
    count += add_text(&statics[count], "functionName", "AWS_LAMBDA_FUNCTION_NAME");
    count += add_text(&statics[count], "functionVersion", "AWS_LAMBDA_FUNCTION_VERSION");
    if (!add_text(&statics[count], "functionMemorySize", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
        return count;
    make_number(&statics[count].value);
    return count + 1;
}

/* "levelname" is renamed and not "logType", so that a field of that name stays what it is. */
void jl_lambda_layout(jsonlog_json_options *options, jsonlog_field statics[JL_LAMBDA_STATICS]) {
    static const char *const names[] = {"timestamp", "levelname", "logger", "message"};
    static const jsonlog_rename level[] = {{"levelname", "level"}};
    options->names = names;
    options->name_count = sizeof names / sizeof names[0];
    options->rename = level;
    options->rename_count = 1;
    options->static_fields = statics;
    options->static_count = add_statics(statics);
}

/* Lambda takes a level it does not know for INFO, and filters the record as such. */
void jl_lambda_set_level(jl_json_formatter *json) {
    for (size_t i = 0; i < json->column_count; i++)
        if (json->columns[i].attribute == JL_ATTRIBUTE_LEVEL)
            json->columns[i].attribute = JL_ATTRIBUTE_NAMED_LEVEL;
}

static jsonlog_formatter *new_json(size_t line_max, jsonlog_err *err) {
    jsonlog_field statics[JL_LAMBDA_STATICS];
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    jl_lambda_layout(&options, statics);
    options.line_max = line_max;
    jsonlog_formatter *made = jsonlog_json_formatter_new(&options, err);
    if (made != NULL)
        jl_lambda_set_level((jl_json_formatter *)(void *)made);
    return made;
}

/* ---- text ---- */

typedef struct text_formatter {
    jsonlog_formatter base;
    jsonlog_formatter *fields; /* makes the JSON object at the end, and the newline */
    size_t head_max;           /* what stands in front of it */
} text_formatter;

static void append_time(const jsonlog_record *record, jl_buffer *out) {
    char text[JL_TIME_TEXT_MAX];
    const size_t len = jl_time_text(text, jl_instant_of_ns(record->time_ns),
                                    JSONLOG_TIME_RFC3339_UTC, JSONLOG_PRECISION_MS);
    jl_buffer_append(out, text, len);
}

static jl_text text_of(const jsonlog_value *value, jl_text otherwise) {
    if (value != NULL && (value->flags & JSONLOG_VALUE_SECRET) != 0)
        return JL_TEXT("***");
    if (value == NULL || value->type != JSONLOG_TYPE_STRING)
        return otherwise;
    return (jl_text){value->as.string, value->with.len};
}

static jl_text request_id_of(const jsonlog_record *record) {
    const jl_text id = text_of(
        jsonlog_record_get_field(record, REQUEST_ID_KEY, sizeof REQUEST_ID_KEY - 1), JL_TEXT("-"));
    return id.len > REQUEST_ID_MAX ? (jl_text){id.ptr, REQUEST_ID_MAX} : id;
}

static void append_head(const jsonlog_record *record, jl_buffer *out) {
    append_time(record, out);
    jl_buffer_append_char(out, '\t');
    jl_human_append_text(out, request_id_of(record));
    jl_buffer_append_char(out, '\t');
    jl_human_append_text(out, jl_named_level_text(record->level));
    jl_buffer_append_char(out, '\t');
    jl_human_append_text(out, text_of(record->message, JL_TEXT("")));
}

/* What ends the head, kept back from what a long message may take. */
#define HEAD_END "\xE2\x80\xA6\t"

static void append_bounded_head(const text_formatter *formatter, const jsonlog_record *record,
                                jl_buffer *out) {
    jl_line_bound bound = jl_line_bound_begin(out, formatter->head_max - (sizeof HEAD_END - 1));
    append_head(record, out);
    const bool is_cut = out->status == JSONLOG_E_LIMIT;
    if (is_cut)
        jl_buffer_rewind(out, out->len);
    jl_line_bound_end(out, &bound);
    jl_buffer_append_text(out, is_cut ? JL_TEXT(HEAD_END) : JL_TEXT("\t"));
}

static jsonlog_status format_text(const jsonlog_formatter *self, const jsonlog_record *record,
                                  jl_buffer *out) {
    const text_formatter *formatter = (const text_formatter *)(const void *)self;
    const size_t start = out->len;
    append_bounded_head(formatter, record, out);
    jsonlog_status status = out->status;
    if (status == JSONLOG_OK)
        status = formatter->fields->format(formatter->fields, record, out);
    if (status != JSONLOG_OK)
        jl_buffer_rewind(out, start);
    return status;
}

static void free_text(jsonlog_formatter *self) {
    text_formatter *formatter = (text_formatter *)(void *)self;
    jsonlog_formatter_release(formatter->fields);
    jl_free(formatter);
}

static jsonlog_formatter *new_fields(size_t line_max, jsonlog_err *err) {
    static const char *const names[] = {"logger"};
    static const char *const exclude[] = {REQUEST_ID_KEY};
    jsonlog_json_options options = JSONLOG_JSON_OPTIONS_INIT;
    options.names = names;
    options.name_count = 1;
    options.exclude = exclude;
    options.exclude_count = 1;
    options.line_max = line_max;
    return jsonlog_json_formatter_new(&options, err);
}

/* The message and the fields have half of the line each. */
static jsonlog_formatter *new_text(size_t line_max, jsonlog_err *err) {
    text_formatter *formatter = jl_alloc(sizeof *formatter);
    if (formatter == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    if (line_max == 0)
        line_max = JL_LINE_MAX_DEFAULT;
    jl_formatter_init(&formatter->base, line_max, format_text, free_text);
    formatter->head_max = line_max / 2;
    formatter->fields = new_fields(line_max - formatter->head_max, err);
    if (formatter->fields != NULL)
        return &formatter->base;
    free_text(&formatter->base);
    return NULL;
}

/* ---- public ---- */

static bool wants_text(jsonlog_lambda_lines lines) {
    if (lines != JSONLOG_LAMBDA_LINES_AS_CONFIGURED)
        return lines == JSONLOG_LAMBDA_LINES_TEXT;
    const char *format = getenv("AWS_LAMBDA_LOG_FORMAT");
    return format != NULL && strcasecmp(format, "Text") == 0;
}

static bool is_valid(const jsonlog_lambda_options *options, jsonlog_err *err) {
    if (options->size != sizeof *options ||
        (unsigned)options->lines > JSONLOG_LAMBDA_LINES_AS_CONFIGURED) {
        jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                   "Lambda options: wrong size or an unknown kind of lines");
        return false;
    }
    if (options->line_max != 0 &&
        (options->line_max < LINE_MAX_LEAST || options->line_max > JSONLOG_LAMBDA_LINE_MAX)) {
        jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                   "Lambda options: line_max must be %d to %d", LINE_MAX_LEAST,
                   JSONLOG_LAMBDA_LINE_MAX);
        return false;
    }
    return true;
}

jsonlog_formatter *jsonlog_lambda_formatter_new(const jsonlog_lambda_options *options,
                                                jsonlog_err *err) {
    const jsonlog_lambda_options defaults = JSONLOG_LAMBDA_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (!is_valid(options, err))
        return NULL;
    return wants_text(options->lines) ? new_text(options->line_max, err)
                                      : new_json(options->line_max, err);
}
