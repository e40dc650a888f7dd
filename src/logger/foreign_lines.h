#ifndef JL_LOGGER_FOREIGN_LINES_H
#define JL_LOGGER_FOREIGN_LINES_H
/** A stream of bytes into lines of bounded length. */
#include "base/text.h"

#include <stdint.h>

/** One line, without its end. */
typedef struct jl_foreign_line {
    jl_text text; /**< not empty; cut on a code point if it was too long */
    uint64_t cut; /**< how many of its bytes are missing */
} jl_foreign_line;

typedef void (*jl_foreign_line_fn)(void *context, const jl_foreign_line *line);

/** The line that is not finished yet. */
typedef struct jl_foreign_lines {
    char *text; /**< of limit + JL_FOREIGN_LINE_SLACK bytes, the caller's */
    size_t limit;
    size_t len;
    uint64_t missing; /**< bytes of the line that found no room */
} jl_foreign_lines;

/** Room for the rest of a code point behind the limit, and for a carriage return. */
#define JL_FOREIGN_LINE_SLACK 4

/** Add bytes; `on_line` is called for each line they finish. */
void jl_foreign_lines_feed(jl_foreign_lines *lines, jl_text bytes, jl_foreign_line_fn on_line,
                           void *context);

/** The stream has ended: what is there is a line. */
void jl_foreign_lines_end(jl_foreign_lines *lines, jl_foreign_line_fn on_line, void *context);

#endif
