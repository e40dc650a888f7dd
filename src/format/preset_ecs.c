/* Elastic Common Schema as ecs-logging spells it: time, level and message first, dots in keys. */
#include "format/preset_shape.h"

#define LEVEL_KEY "log.level"

/* The loggers of Elastic write lower case. */
static void begin(jl_shape *shape) {
    const jl_text level = jl_level_text(shape->record->level);
    char *lower = jl_shape_room(shape, level.len);
    for (size_t i = 0; lower != NULL && i < level.len; i++) {
        const char c = level.ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    jl_shape_put_own(shape, LEVEL_KEY,
                     jl_text_value(lower == NULL ? level : (jl_text){lower, level.len}));
}

static const jl_preset_column columns[] = {
    {"@timestamp", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {LEVEL_KEY, JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"message", JL_ATTRIBUTE_MESSAGE, JL_PRESET_ALWAYS},
    {"ecs.version", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"log.logger", JL_ATTRIBUTE_LOGGER, JL_PRESET_ALWAYS},
    {"log.origin.file.name", JL_ATTRIBUTE_FILE, JL_PRESET_WITH_SOURCE},
    {"log.origin.file.line", JL_ATTRIBUTE_LINE, JL_PRESET_WITH_SOURCE},
    {"log.origin.function", JL_ATTRIBUTE_FUNCTION, JL_PRESET_WITH_SOURCE},
    {"process.pid", JL_ATTRIBUTE_PROCESS, JL_PRESET_WITH_THREAD},
    {"process.thread.id", JL_ATTRIBUTE_THREAD, JL_PRESET_WITH_THREAD},
    {"process.thread.name", JL_ATTRIBUTE_THREAD_NAME, JL_PRESET_WITH_THREAD},
};

static const jl_preset_move moves[] = {
    {"traceId", "trace.id"},
    {"spanId", "span.id"},
    {"stackTrace", "error.stack_trace"},
};

const jl_preset_class jl_preset_ecs = {
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .moves = moves,
    .move_count = sizeof moves / sizeof moves[0],
    .error_code = "error.code",
    .error_message = "error.message",
    .error_type = "error.type",
    .members = "labels",
    .constant_key = "ecs.version",
    .constant = "8.11.0",
    .places = {{NULL, "service.name"},
               {NULL, "service.version"},
               {NULL, "service.environment"},
               {NULL, "host.hostname"}},
    .begin = begin,
};
