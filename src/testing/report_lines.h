#ifndef JL_TESTING_REPORT_LINES_H
#define JL_TESTING_REPORT_LINES_H
/** The captured lines in a report: the ones it speaks of, and some from the beginning and the end.
 */
#include "base/buffer.h"
#include "testing/capture_lines.h"

/** More lines are not read by anybody. */
#define JL_REPORT_LINES_MAX 20

/** Indexes of lines in rising order, each once. */
typedef struct jl_line_choice {
    size_t index[JL_REPORT_LINES_MAX];
    bool is_marked[JL_REPORT_LINES_MAX];
    size_t count;
} jl_line_choice;

/** Have a line shown, with a mark in front: the report speaks of it. Ignored when there is no room
 * left, and for an index of SIZE_MAX. */
void jl_line_choice_mark(jl_line_choice *choice, size_t index);

/** Append the lines, with "… n lines left out" where some are missing. */
void jl_line_choice_show(jl_line_choice *choice, const jl_capture_view *view, jl_buffer *out);

#endif
