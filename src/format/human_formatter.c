/* Lines for people: 08:07:45.784 ERROR payment  token expired  errorCode=DA00012 user.age=20 */
#include "base/alloc.h"
#include "base/err.h"
#include "format/human_text.h"
#include "format/line_bound.h"
#include "format/time_text.h"
#include "record/formatter_base.h"
#include "record/record.h"

#include <stdlib.h>
#include <unistd.h>

/* Level names are padded to this, so that what follows stands in columns. */
#define LEVEL_COLUMNS 5

/* What ends a line that was cut: the mark, the end of a colour, the newline. */
#define TAIL_MAX 8

#define LINE_MAX_LEAST 64

typedef struct human_formatter {
    jsonlog_formatter base;
    bool is_coloured;
    bool is_utc;
    bool with_source;
} human_formatter;

static jl_text colour_of(int level) {
    if (level >= JSONLOG_LEVEL_FATAL)
        return JL_TEXT("\x1b[1;31m");
    if (level >= JSONLOG_LEVEL_ERROR)
        return JL_TEXT("\x1b[31m");
    if (level >= JSONLOG_LEVEL_WARN)
        return JL_TEXT("\x1b[33m");
    return level >= JSONLOG_LEVEL_INFO ? JL_TEXT("\x1b[32m") : JL_TEXT("\x1b[36m");
}

static void append_level(const human_formatter *formatter, int level, jl_buffer *out) {
    jl_text name = jl_level_text(level);
    if (formatter->is_coloured)
        jl_buffer_append_text(out, colour_of(level));
    jl_human_append_text(out, name);
    if (formatter->is_coloured)
        jl_buffer_append_text(out, JL_TEXT("\x1b[0m"));
    for (size_t i = name.len; i < LEVEL_COLUMNS; i++)
        jl_buffer_append_char(out, ' ');
}

static void append_message(const jsonlog_value *message, jl_buffer *out) {
    if (message == NULL || message->type != JSONLOG_TYPE_STRING)
        return;
    bool is_secret = (message->flags & JSONLOG_VALUE_SECRET) != 0;
    jl_buffer_append_text(out, JL_TEXT("  "));
    jl_human_append_text(out, is_secret ? JL_TEXT("***")
                                        : (jl_text){message->as.string, message->with.len});
}

static void append_counter(const jl_human_style *style, jl_text key, uint64_t number,
                           jl_buffer *out) {
    jsonlog_value value = jsonlog_from_uint64(number);
    if (number > 0)
        jl_human_append_field(out, style, key, &value);
}

/* What CloudWatch is told about the fields of a metric says nothing to people. */
static bool is_metadata(const jsonlog_record *record, const jl_field *field) {
    return record->emf != NULL && jl_text_equal(field->key, JL_TEXT("_aws"));
}

static void append_fields(const human_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out) {
    jl_human_style style = {JL_TEXT(""), JL_TEXT("")};
    if (formatter->is_coloured)
        style = (jl_human_style){JL_TEXT("\x1b[2m"), JL_TEXT("\x1b[0m")};
    uint32_t count = 0;
    const jl_field *fields = jl_record_fields(record, &count);
    uint32_t dropped = record->is_merged ? record->dropped : record->call_dropped;
    if (count > 0 || record->suppressed > 0 || dropped > 0)
        jl_buffer_append_char(out, ' '); /* the second of two */
    for (uint32_t i = 0; i < count && out->status == JSONLOG_OK; i++)
        if (!is_metadata(record, &fields[i]))
            jl_human_append_field(out, &style, fields[i].key, fields[i].value);
    append_counter(&style, JL_TEXT("suppressed"), record->suppressed, out);
    append_counter(&style, JL_TEXT("_dropped"), dropped, out);
}

static void append_source(const jsonlog_site *site, jl_buffer *out) {
    const char *slash = strrchr(site->file, '/');
    jl_buffer_append_text(out, JL_TEXT("  "));
    jl_human_append_text(out, jl_text_of(slash == NULL ? site->file : slash + 1));
    jl_buffer_append_format(out, ":%u", site->line);
}

static void append_record(const human_formatter *formatter, const jsonlog_record *record,
                          jl_buffer *out) {
    bool is_root = record->logger == NULL || *record->logger == '\0';
    jl_clock_time_append(out, record->time_ns, formatter->is_utc);
    jl_buffer_append_char(out, ' ');
    append_level(formatter, record->level, out);
    jl_buffer_append_char(out, ' ');
    jl_human_append_text(out, is_root ? JL_TEXT("root") : jl_text_of(record->logger));
    append_message(record->message, out);
    append_fields(formatter, record, out);
    if (formatter->with_source && record->site != NULL)
        append_source(record->site, out);
}

/* The line is written into a little less than it may take; what is kept back ends a line that was
 * cut. */
static jsonlog_status format_human(const jsonlog_formatter *self, const jsonlog_record *record,
                                   jl_buffer *out) {
    const human_formatter *formatter = (const human_formatter *)(const void *)self;
    jl_line_bound bound = jl_line_bound_begin(out, self->line_max - TAIL_MAX);
    append_record(formatter, record, out);
    bool is_cut = out->status == JSONLOG_E_LIMIT;
    if (is_cut)
        jl_buffer_rewind(out, out->len);
    jl_line_bound_end(out, &bound);
    if (is_cut)
        jl_buffer_append_text(out, JL_TEXT("\xE2\x80\xA6"));
    if (is_cut && formatter->is_coloured)
        jl_buffer_append_text(out, JL_TEXT("\x1b[0m"));
    jl_buffer_append_char(out, '\n');
    return out->status;
}

static void free_human(jsonlog_formatter *self) {
    jl_free(self);
}

static bool wants_colour(const jsonlog_human_options *options) {
    if (options->color != JSONLOG_COLOR_AUTO)
        return options->color == JSONLOG_COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    bool is_unwanted = no_color != NULL && *no_color != '\0';
    bool is_dumb = terminal != NULL && strcmp(terminal, "dumb") == 0;
    int descriptor = options->descriptor == 0 ? STDERR_FILENO : options->descriptor;
    return !is_unwanted && !is_dumb && isatty(descriptor) == 1;
}

static bool are_valid(const jsonlog_human_options *options) {
    return options->size == sizeof *options && (unsigned)options->color <= JSONLOG_COLOR_ALWAYS &&
           (options->line_max == 0 || options->line_max >= LINE_MAX_LEAST);
}

jsonlog_formatter *jsonlog_human_formatter_new(const jsonlog_human_options *options,
                                               jsonlog_err *err) {
    const jsonlog_human_options defaults = JSONLOG_HUMAN_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (!are_valid(options)) {
        jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                   "Human formatter: wrong size, colour or line_max below 64");
        return NULL;
    }
    human_formatter *formatter = jl_alloc(sizeof *formatter);
    if (formatter == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    jl_formatter_init(&formatter->base, options->line_max, format_human, free_human);
    formatter->is_coloured = wants_colour(options);
    formatter->is_utc = options->utc;
    formatter->with_source = options->with_source;
    return &formatter->base;
}
