/* Datadog: reserved attributes and those of its naming convention. */
#include "format/preset_shape.h"

#include <inttypes.h>

/* Datadog tells its severities by their first letters. */
static const char *status(int level) {
    if (level < JSONLOG_LEVEL_INFO)
        return "debug";
    if (level < 25) /* between INFO and WARN as its notice is */
        return "info";
    if (level < JSONLOG_LEVEL_WARN)
        return "notice";
    if (level < JSONLOG_LEVEL_ERROR)
        return "warn";
    return level < JSONLOG_LEVEL_FATAL ? "error" : "critical";
}

static void begin(jl_shape *shape) {
    jl_shape_put_own(shape, "status", jsonlog_from_string(status(shape->record->level)));
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* An id of 64 or 128 bits in hexadecimal. @return false if it is none. */
static bool last_64_bits(jl_text id, uint64_t *number) {
    if (id.len != 16 && id.len != 32)
        return false;
    *number = 0;
    for (size_t i = 0; i < id.len; i++) {
        const int digit = digit_of(id.ptr[i]);
        if (digit < 0)
            return false;
        *number = *number << 4 | (uint64_t)digit;
    }
    return true;
}

static bool take(jl_shape *shape, const jl_field *field) {
    const bool is_trace = jl_field_is(field, JL_TEXT("traceId"));
    if (!is_trace && !jl_field_is(field, JL_TEXT("spanId")))
        return false;
    const char *key = is_trace ? "dd.trace_id" : "dd.span_id";
    jl_text decimal = {NULL, 0};
    uint64_t number = 0;
    if (last_64_bits(jl_shape_string(field->value), &number))
        decimal = jl_shape_text(shape, 24, "%" PRIu64, number);
    if (decimal.ptr == NULL)
        jl_shape_put(shape, key, field->value);
    else
        jl_shape_put_made(shape, key, jl_text_value(decimal));
    return true;
}

static const jl_preset_column columns[] = {
    {"timestamp", JL_ATTRIBUTE_TIMESTAMP, JL_PRESET_ALWAYS},
    {"status", JL_ATTRIBUTE_VALUE, JL_PRESET_ALWAYS},
    {"message", JL_ATTRIBUTE_MESSAGE, JL_PRESET_ALWAYS},
    {"logger.name", JL_ATTRIBUTE_LOGGER, JL_PRESET_ALWAYS},
    {"logger.method_name", JL_ATTRIBUTE_FUNCTION, JL_PRESET_WITH_SOURCE},
    {"logger.thread_name", JL_ATTRIBUTE_THREAD_NAME, JL_PRESET_WITH_THREAD},
};

static const jl_preset_move moves[] = {
    {"stackTrace", "error.stack"},
};

const jl_preset_class jl_preset_datadog = {
    .columns = columns,
    .column_count = sizeof columns / sizeof columns[0],
    .moves = moves,
    .move_count = sizeof moves / sizeof moves[0],
    .error_code = "error.kind",
    .error_message = "error.message",
    .error_type = "error.kind",
    .has_code_as_type = true,
    .places = {{NULL, "dd.service"}, {NULL, "dd.version"}, {NULL, "dd.env"}, {NULL, "host"}},
    .begin = begin,
    .take = take,
};
