#ifndef JL_TESTING_TERMINAL_TEXT_H
#define JL_TESTING_TERMINAL_TEXT_H
/**
 * Captured text on its way to a terminal: what could steer the terminal or hide other text is shown
 * as `\u001b`, line breaks and tabs as blanks, an ill-formed byte as U+FFFD.
 */
#include "base/buffer.h"

/** Append all of it. */
void jl_append_safe(jl_buffer *out, jl_text text);

/** Append at most `columns` columns: of a longer text the beginning and the end, and between them
 * how many bytes are left out. @param columns  at least 64. */
void jl_append_cut(jl_buffer *out, jl_text text, size_t columns);

#endif
