/* python-json-logger: a layout of the caller's in Python's words. */
#include "format/preset_shape.h"

/* Python's names; a level that was given a name of its own keeps it. */
static jl_text python_level(jl_shape *shape, jl_text ours) {
    const jl_text numbered = JL_TEXT("LEVEL ");
    if (jl_text_equal(ours, JL_TEXT("WARN")))
        return JL_TEXT("WARNING");
    if (jl_text_equal(ours, JL_TEXT("FATAL")))
        return JL_TEXT("CRITICAL");
    if (!jl_text_starts_with(ours, numbered))
        return ours;
    const jl_text text =
        jl_shape_text(shape, 16, "Level %.*s", (int)(ours.len - numbered.len), ours.ptr + 6);
    return text.ptr == NULL ? ours : text;
}

static void begin(jl_shape *shape) {
    const jl_text key = shape->formatter->level_key;
    if (key.len > 0)
        jl_shape_put_own(shape, key.ptr,
                         jl_text_value(python_level(shape, jl_level_text(shape->record->level))));
}

const jl_preset_class jl_preset_python = {
    .needs_message = true,
    .time_style = JSONLOG_TIME_RFC3339_OFFSET,
    .precision = JSONLOG_PRECISION_PYTHON,
    .begin = begin,
};
