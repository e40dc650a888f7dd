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

/** What the last field of a pattern without `...` takes: a token, or with more of them the rest of
 * the line. @return false if there is no token. */
bool jl_bind_wide(jl_splitter *splitter, jl_text *token);

/**
 * The last tokens of the line, for the fields behind `...`, of which there is one at least. They go
 * round in the slots behind those of the first fields.
 *
 * @param splitter  behind the tokens of the first fields.
 * @return false if there are too few.
 */
bool jl_bind_last(const jl_delimited_program *program, jl_splitter *splitter, jl_binding *binding);

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
