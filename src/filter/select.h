#ifndef JL_FILTER_SELECT_H
#define JL_FILTER_SELECT_H
/**
 * Which values does a selector select? The slow, obvious way: one selector at a time, many passes,
 * on the heap. Explanations are made with it, and the tests hold the matcher against it.
 */
#include "filter/condition.h"

/** One selected value, viewing the line. */
typedef struct jl_selected {
    jl_json_value value;
    jl_text raw;
} jl_selected;

typedef struct jl_selection {
    jl_selected *values; /**< in the order of the line */
    size_t count;
    size_t capacity;
    bool has_parent; /**< the node before the wildcard exists */
    /* Where a selector that selects nothing was lost (on its exact part): */
    size_t lost_step;     /**< the step that led nowhere */
    jl_json_kind lost_in; /**< what it was asked of */
} jl_selection;

/**
 * @param line  one JSON object, checked.
 * @param out   to be freed with jl_selection_done() in any case.
 * @return JSONLOG_OK or JSONLOG_E_NOMEM.
 */
jsonlog_status jl_select(const jl_condition *condition, jl_text line, jl_selection *out);

/**
 * The one value that steps without a wildcard lead to. On the stack, in time linear in the line for
 * each step.
 * @return false if there is none.
 */
bool jl_select_one(const jl_step *steps, size_t count, jl_text line, jl_selected *out);

void jl_selection_done(jl_selection *selection);

/** Does this selected value make the condition hit? As jl_condition_hit(), with a look into arrays.
 */
bool jl_selected_hit(const jl_condition *condition, const jl_selected *selected);

/** @return the verdict of a condition on what it selects, worked out from SPEC 5.4 and 5.5. */
bool jl_selection_verdict(const jl_condition *condition, const jl_selection *selection);

#endif
