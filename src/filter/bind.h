#ifndef JL_FILTER_BIND_H
#define JL_FILTER_BIND_H
/**
 * Which token of a line is which field of a space-delimited pattern.
 *
 * Without `...` the fields take tokens from the left, and the last one takes all that is left: one
 * token as it is, of several the line's own text from the first of them to its end. With `...` the
 * fields behind it take the last tokens, and `...` takes what is between, if anything.
 */
#include "filter/program.h"
#include "filter/split.h"

typedef struct jl_binding {
    size_t count; /**< tokens seen: all of them if fields stand behind `...` */
    size_t ring;  /**< which of the slots behind `before` holds the first of the last tokens */
    jl_text tokens[JL_FIELDS_MAX];
} jl_binding;

/** @return false if the line has fewer tokens than the pattern has fields; `count` says how many.
 */
bool jl_bind(const jl_delimited_program *program, jl_text line, jl_binding *binding);

/** @return the token of a field of a bound line. */
jl_text jl_binding_token(const jl_delimited_program *program, const jl_binding *binding,
                         size_t field);

/** @return false to stop. */
typedef bool jl_bound_fn(jl_text reference, jl_text token, void *context);

/**
 * Tell every token of a bound line with its reference: `$name`, or `$3` where it has no name.
 * @return false if it was stopped.
 */
bool jl_binding_each(const jl_delimited_program *program, const jl_binding *binding, jl_text line,
                     jl_bound_fn *each, void *context);

/** @return true if a token has this position, from 0; of a bound line. */
bool jl_binding_at(const jl_delimited_program *program, const jl_binding *binding, jl_text line,
                   size_t position, jl_text *token);

#endif
