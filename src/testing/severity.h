#ifndef JL_TESTING_SEVERITY_H
#define JL_TESTING_SEVERITY_H
/** Which lines are errors: what JSONLOG_EXPECT_QUIET looks for. */
#include "testing/capture_lines.h"

#include <jsonlog/filter.h>

/** The keys under which lines name their level, each with a filter. */
typedef struct jl_severity {
    jsonlog_filter *filters[8];
    size_t count;
} jl_severity;

/** @return JSONLOG_OK or JSONLOG_E_NOMEM; then there is nothing to undo. */
jsonlog_status jl_severity_init(jl_severity *severity);
void jl_severity_done(jl_severity *severity);

/** ERROR or above: by the record's level if it is known, else by what the line says. */
bool jl_severity_is_error(const jl_severity *severity, const jl_captured_line *line);

#endif
