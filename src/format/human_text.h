#ifndef JL_FORMAT_HUMAN_TEXT_H
#define JL_FORMAT_HUMAN_TEXT_H
/**
 * Text and values for a terminal: nothing of a record can move the cursor, change colours or turn
 * the direction of other text round.
 *
 * Shown escaped: \n \t \r, other control characters and DEL as \x1b, C1, line separators and
 * bidirectional controls as \u202e. An ill-formed byte is shown as U+FFFD. A full buffer takes as
 * many whole code points as fit.
 */
#include "base/buffer.h"

#include <jsonlog/formatter.h>

/** Append text as it is, hostile characters apart. */
void jl_human_append_text(jl_buffer *out, jl_text text);

/** Append text, in quotes (with \" and \\) if it could not be told from what stands around it. */
void jl_human_append_word(jl_buffer *out, jl_text text);

/** What stands before and behind a key, for colours; both may be empty. */
typedef struct jl_human_style {
    jl_text key_on;
    jl_text key_off;
} jl_human_style;

/** Append ` key=value`, or ` key.inner=value` for every member of an object, at any depth. */
void jl_human_append_field(jl_buffer *out, const jl_human_style *style, jl_text key,
                           const jsonlog_value *value);

#endif
