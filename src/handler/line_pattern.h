#ifndef JL_HANDLER_LINE_PATTERN_H
#define JL_HANDLER_LINE_PATTERN_H
/** A filter pattern as a line filter. Whoever includes this links the matcher. */
#include "record/line_filter.h"

#include <jsonlog/routing.h>

/** A line as a pattern sees it: without the newline at its end. */
bool jl_line_matches(const jsonlog_filter *filter, const jsonlog_line *line);

/** @param filter  taken on success. @return NULL without memory. */
jl_line_filter *jl_line_pattern_take(jsonlog_filter *filter, jsonlog_pattern_use use);

/** Undo that: free it, but not the filter. Nobody else has a reference. */
void jl_line_pattern_give_back(jl_line_filter *pattern);

/** @param pattern  NUL-terminated. @param out  set on success.
 *  @return JSONLOG_OK, JSONLOG_E_NOMEM, or what jsonlog_filter_compile() says; err may be NULL. */
jsonlog_status jl_line_pattern_new(const char *pattern, jsonlog_pattern_use use,
                                   jl_line_filter **out, jsonlog_err *err);

#endif
