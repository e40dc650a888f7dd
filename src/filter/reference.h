#ifndef JL_FILTER_REFERENCE_H
#define JL_FILTER_REFERENCE_H
/** What a metric's value and dimensions are taken from: `$.user.age`, `$status`, `$3`. */
#include "filter/bind.h"
#include "filter/program.h"

#include <jsonlog/extract.h>

/** A step takes two bytes of a reference at least. */
#define JL_REFERENCE_STEPS(len) ((len) / 2)

typedef struct jl_reference {
    const jl_step *steps; /**< into an event of a JSON pattern */
    size_t step_count;
    size_t field;    /**< of a space-delimited pattern; SIZE_MAX: see position */
    size_t position; /**< of the token, from 0, where it depends on the line which field has it */
} jl_reference;

/**
 * Read a reference for lines of this filter.
 *
 * @param text   well-formed UTF-8; its bytes must outlive the reference.
 * @param steps  room for JL_REFERENCE_STEPS(text.len), which must outlive it too.
 * @return as jsonlog_filter_extract().
 */
jsonlog_status jl_reference_read(const jsonlog_filter *filter, jl_text text, jl_step *steps,
                                 jl_reference *out, jsonlog_err *err);

/** The values of one line, asked for by several references. */
typedef struct jl_line_values {
    const jsonlog_filter *filter;
    jl_text line;
    bool is_readable; /**< as the kind of the pattern; else it has no value */
    jl_binding binding;
} jl_line_values;

void jl_line_values_begin(jl_line_values *values, const jsonlog_filter *filter, jl_text line);

jsonlog_found jl_line_values_get(const jl_line_values *values, const jl_reference *reference);

#endif
