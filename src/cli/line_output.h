#ifndef JL_CLI_LINE_OUTPUT_H
#define JL_CLI_LINE_OUTPUT_H
/**
 * How `jsonlog filter` prints a line: as it is, as chosen values, or as a JSON object; with the
 * name of its file and its number before it, and grep's separators between groups.
 */
#include "cli/line_field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct line_output {
    bool names;
    bool numbers;
    bool colors;
    bool escapes; /**< for a terminal */
    bool as_json;
    bool is_raw;
    bool has_groups;        /**< lines beside the selected ones are printed too */
    const line_field *only; /**< the values to print; none: the whole line */
    size_t only_count;
    const jsonlog_filter *any_json; /**< tells which lines are JSON; for as_json */
    bool has_printed;               /**< so that a group that follows is set apart */
    char *text;                     /**< room for a value */
    size_t text_size;
} line_output;

/** One line and where it stands. */
typedef struct placed_line {
    const char *path;
    uint64_t number;
    const char *text;
    size_t len;
    bool is_context; /**< not selected, but near a line that is */
} placed_line;

void line_output_print(line_output *output, const placed_line *line);

/** A line that does not follow on the one printed before it comes next. */
void line_output_new_group(line_output *output);

/** The number of selected lines, with the name of the file if lines have it. */
void line_output_count(line_output *output, const char *path, uint64_t count);

void line_output_done(line_output *output);

#endif
