#ifndef JL_FILTER_REASON_H
#define JL_FILTER_REASON_H
/** The sentence that says why a condition is true or false, with the values it met. */
#include "base/buffer.h"
#include "filter/matcher.h"
#include "filter/select.h"

void jl_append_reason(jl_buffer *out, const jl_condition *condition, const jl_selection *selection);

/** The sentence for one term of a text pattern. */
void jl_append_term_reason(jl_buffer *out, const jl_term *term, bool is_choice, bool is_found);

/** The sentence for a line that is not one JSON object. */
void jl_append_not_json(jl_buffer *out, const jl_json_check *check, jl_text line);

#endif
