#ifndef JL_SUPPORT_FORMAT_CASE_H
#define JL_SUPPORT_FORMAT_CASE_H
/**
 * Formatter cases written as data: options and a record as JSON, the line as text.
 *
 * A value is plain JSON, or an object of one member that says its type: {"$int": "-1"}, {"$uint":
 * "1"},
 * {"$double": "0.1"}, {"$float": "0.1"}, {"$bytes": "ff00"}, {"$text": "ff"} (a string of these
 * bytes),
 * {"$time": ["seconds", "nanoseconds"]}, {"$duration": "ns"}, {"$uuid": "32 digits"}, {"$hex":
 * "255"},
 * {"$raw": "json"}, {"$errno": 2}, {"$causes": [...]}, {"$secret": value}, {"$cjson": any JSON}.
 */
#include "record/formatter_base.h"

#include <cjson/cJSON.h>

/** Everything a case points to; freed as one. */
typedef struct format_arena {
    void **blocks;
    size_t count;
} format_arena;

void format_arena_done(format_arena *arena);

/** Read a file below tests/data; ends the test if it is missing or no JSON. Free with
 * cJSON_Delete(). */
cJSON *format_read_data(const char *name);

jsonlog_json_options format_options(format_arena *arena, const cJSON *options);
jsonlog_value format_value(format_arena *arena, const cJSON *value);
jsonlog_field *format_fields(format_arena *arena, const cJSON *object, size_t *count);
jsonlog_record format_record(format_arena *arena, const cJSON *record);

/** Format a record; the line is NUL-terminated and belongs to the arena. "" if there is none. */
const char *format_line(format_arena *arena, jsonlog_formatter *formatter,
                        const jsonlog_record *record);

/** Options and record of a case to its line, without the last newline. Ends the test if the
 * formatter cannot be made. */
const char *format_case_line(format_arena *arena, const cJSON *row);

#endif
