/* The lines of logstash-logback-encoder. */
#include "format/preset_shape.h"

/* Logback's numbers are ours times a thousand: TRACE 5000, ERROR 40000. */
static void begin(jl_shape *shape) {
    jl_shape_put_own(shape, "level_value",
                     jsonlog_from_int64((int64_t)shape->record->level * 1000));
}

static const jl_preset_column columns[] = {
    {"@timestamp", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {"@version", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"message", JL_ATTRIBUTE_MESSAGE, JL_PRESET_ALWAYS},
    {"logger_name", JL_ATTRIBUTE_LOGGER, JL_PRESET_ALWAYS},
    {"thread_name", JL_ATTRIBUTE_THREAD_NAME, JL_PRESET_ALWAYS},
    {"level", JL_ATTRIBUTE_LEVEL, JL_PRESET_ALWAYS},
    {"level_value", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"caller_method_name", JL_ATTRIBUTE_FUNCTION, JL_PRESET_WITH_SOURCE},
    {"caller_file_name", JL_ATTRIBUTE_FILENAME, JL_PRESET_WITH_SOURCE},
    {"caller_line_number", JL_ATTRIBUTE_LINE, JL_PRESET_WITH_SOURCE},
};

static const jl_preset_move moves[] = {
    {"stackTrace", "stack_trace"},
};

const jl_preset_class jl_preset_logstash = {
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .moves = moves,
    .move_count = sizeof moves / sizeof moves[0],
    .constant_key = "@version",
    .constant = "1",
    .begin = begin,
};
