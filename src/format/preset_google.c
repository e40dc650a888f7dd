/* Google Cloud: the fields its agents lift out of a structured line, and what Error Reporting asks
 * for. */
#include "format/preset_shape.h"

#define AGENT "logging.googleapis.com/"

static const char *severity(int level) {
    if (level < JSONLOG_LEVEL_INFO)
        return "DEBUG";
    if (level < 25) /* between INFO and WARN as NOTICE is */
        return "INFO";
    if (level < JSONLOG_LEVEL_WARN)
        return "NOTICE";
    if (level < JSONLOG_LEVEL_ERROR)
        return "WARNING";
    return level < JSONLOG_LEVEL_FATAL ? "ERROR" : "CRITICAL";
}

/* A 64-bit number is a text in the JSON of Google's APIs. */
static void put_source(jl_shape *shape, const jsonlog_site *site) {
    jsonlog_field *parts = shape->parts;
    const jl_text line = jl_shape_text(shape, 12, "%u", site->line);
    parts[0] = jsonlog_field_make("file", jsonlog_from_string(site->file));
    parts[1] = jsonlog_field_make("line", jl_text_value(line));
    parts[2] = jsonlog_field_make("function", jsonlog_from_string(site->function));
    jl_shape_put_own(shape, AGENT "sourceLocation", jsonlog_fields(parts, 3));
}

static void put_context(jl_shape *shape, const jsonlog_site *site) {
    jsonlog_field *parts = shape->parts + 3;
    parts[0] = jsonlog_field_make("filePath", jsonlog_from_string(site->file));
    parts[1] = jsonlog_field_make("lineNumber", jsonlog_from_uint64(site->line));
    parts[2] = jsonlog_field_make("functionName", jsonlog_from_string(site->function));
    parts[3] = jsonlog_field_make("reportLocation", jsonlog_fields(parts, 3));
    jl_shape_put_own(shape, "context", jsonlog_fields(parts + 3, 1));
}

static bool is_reported(const jl_shape *shape) {
    return shape->record->level >= JSONLOG_LEVEL_ERROR &&
           (shape->formatter->reports_errors || jl_shape_has(shape, JL_TEXT("stackTrace")));
}

static void begin(jl_shape *shape) {
    const jsonlog_site *site = shape->record->site;
    jl_shape_put_own(shape, "severity", jsonlog_from_string(severity(shape->record->level)));
    if (shape->formatter->with_source && site != NULL)
        put_source(shape, site);
    if (!is_reported(shape))
        return;
    jl_shape_put_own(
        shape, "@type",
        jsonlog_from_string("type.googleapis.com/"
                            "google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"));
    if (site != NULL)
        put_context(shape, site);
}

/* What is no plain text is not put into a path. */
static bool take(jl_shape *shape, const jl_field *field) {
    if (!jl_field_is(field, JL_TEXT("traceId")))
        return false;
    const jl_text project = shape->formatter->project;
    const jl_text id = jl_shape_string(field->value);
    jl_text path = {NULL, 0};
    if (project.len > 0 && id.len > 0 && id.len <= 64)
        path = jl_shape_text(shape, JL_PROJECT_MAX + 96, "projects/%.*s/traces/%.*s",
                             (int)project.len, project.ptr, (int)id.len, id.ptr);
    if (path.ptr == NULL)
        jl_shape_put(shape, AGENT "trace", field->value);
    else
        jl_shape_put_made(shape, AGENT "trace", jl_text_value(path));
    return true;
}

static const jl_preset_column columns[] = {
    {"severity", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"time", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {"message", JL_ATTRIBUTE_MESSAGE, JL_PRESET_ALWAYS},
    {"logger", JL_ATTRIBUTE_LOGGER, JL_PRESET_ALWAYS},
    {"thread", JL_ATTRIBUTE_THREAD, JL_PRESET_WITH_THREAD},
};

static const jl_preset_move moves[] = {
    {"spanId", AGENT "spanId"},
    {"sampled", AGENT "trace_sampled"},
    {"stackTrace", "stack_trace"},
};

const jl_preset_class jl_preset_google = {
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .moves = moves,
    .move_count = sizeof moves / sizeof moves[0],
    .members = AGENT "labels",
    .labels_are_text = true,
    .places = {{"serviceContext", "service"}, {"serviceContext", "version"}},
    .precision = JSONLOG_PRECISION_NS,
    .begin = begin,
    .take = take,
};
