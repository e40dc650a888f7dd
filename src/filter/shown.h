#ifndef JL_FILTER_SHOWN_H
#define JL_FILTER_SHOWN_H
/** Text of lines and patterns made safe to show: a log line must not steer the reader's terminal.
 */
#include "base/buffer.h"

/** No limit for jl_append_shown(). */
#define JL_SHOWN_UNLIMITED SIZE_MAX

/**
 * Append text with blanks for line breaks and tabs, `\u202e` and the like for other control and
 * bidi characters, and U+FFFD for an ill-formed byte. JSON text stays JSON text.
 *
 * @param limit  the most bytes of `text` to read; a longer one is cut on a code point and `…`
 * follows.
 */
void jl_append_shown(jl_buffer *out, jl_text text, size_t limit);

/** The same as a JSON string in quotes, which is safe on a terminal too. */
void jl_append_shown_string(jl_buffer *out, jl_text text, size_t limit);

#endif
