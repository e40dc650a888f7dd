#ifndef JL_FILTER_REASON_H
#define JL_FILTER_REASON_H
/** The sentence that says why a condition is true or false, with the values it met. */
#include "base/buffer.h"
#include "filter/matcher.h"
#include "filter/select.h"

void jl_append_reason(jl_buffer *out, const jl_condition *condition, const jl_selection *selection);

/**
 * What a hit would be, "is equal to 5", or what it is not, "does not match x*": the words between a
 * value and the end of the sentence.
 */
void jl_append_wish(jl_buffer *out, const jl_condition *condition, bool is_plain);

/** The sentence for a condition of a field and the field's token. */
void jl_append_field_reason(jl_buffer *out, const jl_condition *condition, jl_text token);

/** The sentence for a line with fewer tokens than the pattern has fields. */
void jl_append_too_few_tokens(jl_buffer *out, size_t tokens, size_t fields);

/** The sentence for one term of a text pattern. */
void jl_append_term_reason(jl_buffer *out, const jl_term *term, bool is_choice, bool is_found);

/** The sentence for a line that is not one JSON object. */
void jl_append_not_json(jl_buffer *out, const jl_json_check *check, jl_text line);

#endif
