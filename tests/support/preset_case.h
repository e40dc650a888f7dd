#ifndef JL_SUPPORT_PRESET_CASE_H
#define JL_SUPPORT_PRESET_CASE_H
/**
 * Preset cases written as data: a formatter case (format_case.h) with a preset's name and options.
 *
 *     {"preset": "ecs", "preset_options": {"service": "pay", "labels": ["team"]},
 *      "options": {"with_source": true}, "record": {...}, "expected": "..."}
 *
 * The thread is called worker-1, and the process's id is written as 0.
 */
#include "support/format_case.h"

#include <jsonlog/preset.h>

jsonlog_preset_options preset_options(format_arena *arena, const cJSON *json);

/** The formatter of a case; NULL with err set if it cannot be made. */
jsonlog_formatter *preset_case_formatter(format_arena *arena, const cJSON *row, jsonlog_err *err);

/** The line of a case without its newline. Ends the test if the formatter cannot be made. */
const char *preset_case_line(format_arena *arena, const cJSON *row);

#endif
