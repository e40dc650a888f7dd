/* The OpenTelemetry log data model under the names of its document, attributes under those of the
 * semantic conventions. */
#include "format/preset_shape.h"

#include <pthread.h>
#include <unistd.h>

/* The first number of each range; a range has four, which share the levels up to the next one. */
static int64_t severity_number(int level) {
    static const struct {
        int level;
        int number;
    } ranges[] = {{JSONLOG_LEVEL_DEBUG, 5},
                  {JSONLOG_LEVEL_INFO, 9},
                  {JSONLOG_LEVEL_WARN, 13},
                  {JSONLOG_LEVEL_ERROR, 17},
                  {JSONLOG_LEVEL_FATAL, 21}};
    if (level <= JSONLOG_LEVEL_TRACE)
        return 1;
    if (level < JSONLOG_LEVEL_DEBUG)
        return 1 + (level - JSONLOG_LEVEL_TRACE) * 4 / 5;
    size_t at = sizeof ranges / sizeof ranges[0] - 1;
    while (level < ranges[at].level)
        at--;
    const int steps = (level - ranges[at].level) * 4 / 10;
    return ranges[at].number + (steps > 3 ? 3 : steps);
}

static void put_scope(jl_shape *shape) {
    const char *logger = shape->record->logger;
    const bool is_root = logger == NULL || *logger == '\0';
    shape->parts[0] = jsonlog_field_make("Name", jsonlog_from_string(is_root ? "root" : logger));
    jl_shape_put_own(shape, "InstrumentationScope", jsonlog_fields(shape->parts, 1));
}

static void put_source(jl_shape *shape) {
    const jsonlog_site *site = shape->record->site;
    if (site == NULL)
        return;
    jl_shape_put_member(shape, JL_TEXT("code.file.path"), jsonlog_from_string(site->file));
    jl_shape_put_member(shape, JL_TEXT("code.line.number"), jsonlog_from_uint64(site->line));
    jl_shape_put_member(shape, JL_TEXT("code.function.name"), jsonlog_from_string(site->function));
}

#define THREAD_NAME_SIZE 32

static void put_thread(jl_shape *shape) {
    jl_shape_put_member(shape, JL_TEXT("process.pid"), jsonlog_from_int64(getpid()));
    jl_shape_put_member(shape, JL_TEXT("thread.id"), jsonlog_from_uint64(shape->record->thread));
    char *name = jl_shape_room(shape, THREAD_NAME_SIZE);
    if (name == NULL || pthread_getname_np(pthread_self(), name, THREAD_NAME_SIZE) != 0)
        return;
    const jl_text visible = jl_redact_visible(shape->redactor, jl_text_of(name));
    jl_shape_put_member(shape, JL_TEXT("thread.name"), jl_text_value(visible));
}

static void begin(jl_shape *shape) {
    jl_shape_put_own(shape, "SeverityNumber",
                     jsonlog_from_int64(severity_number(shape->record->level)));
    put_scope(shape);
    if (shape->formatter->with_source)
        put_source(shape);
    if (shape->formatter->with_thread)
        put_thread(shape);
}

static bool take_sampled(jl_shape *shape, const jl_field *field) {
    const jsonlog_value *value = field->value;
    if (value->type != JSONLOG_TYPE_BOOL || (value->flags & JSONLOG_VALUE_SECRET) != 0)
        return false;
    const jsonlog_value *flags =
        jl_shape_keep(shape, jsonlog_from_int64(value->as.boolean ? 1 : 0));
    if (flags != NULL)
        jl_shape_put_top(shape, "TraceFlags", flags);
    return flags != NULL;
}

static bool take(jl_shape *shape, const jl_field *field) {
    if (jl_field_is(field, JL_TEXT("sampled")))
        return take_sampled(shape, field);
    const bool is_trace = jl_field_is(field, JL_TEXT("traceId"));
    if (!is_trace && !jl_field_is(field, JL_TEXT("spanId")))
        return false;
    jl_shape_put_top(shape, is_trace ? "TraceId" : "SpanId", field->value);
    return true;
}

static const jl_preset_column columns[] = {
    {"Timestamp", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {"ObservedTimestamp", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {"SeverityText", JL_ATTRIBUTE_LEVEL, JL_PRESET_ALWAYS},
    {"SeverityNumber", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"Body", JL_ATTRIBUTE_MESSAGE, JL_PRESET_ALWAYS},
    {"InstrumentationScope", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
};

/* error.type is for low-cardinality codes, too; exception.type is the kind of failure. */
static const jl_preset_move moves[] = {
    {"errorCode", "error.type"},
    {"stackTrace", "exception.stacktrace"},
};

const jl_preset_class jl_preset_opentelemetry = {
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .moves = moves,
    .move_count = sizeof moves / sizeof moves[0],
    .error_message = "exception.message",
    .error_type = "exception.type",
    .members = "Attributes",
    .all_are_members = true,
    .places = {{"Resource", "service.name"},
               {"Resource", "service.version"},
               {"Resource", "deployment.environment.name"},
               {"Resource", "host.name"}},
    .time_style = JSONLOG_TIME_EPOCH_STRING,
    .precision = JSONLOG_PRECISION_NS,
    .begin = begin,
    .take = take,
};
