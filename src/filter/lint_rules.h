#ifndef JL_FILTER_LINT_RULES_H
#define JL_FILTER_LINT_RULES_H
/** The parts of the lint, one for each thing there is to look at. Shared only by lint*.c. */
#include "filter/lint_findings.h"
#include "filter/lint_tree.h"

/** Conditions that are joined with each other: of a JSON pattern, or of one field. */
typedef struct jl_lint_group {
    jl_text pattern;
    bool is_delimited; /**< the conditions are about a token, which is always there */
    const jl_condition *conditions[JL_CONDITIONS_MAX]; /**< in the order of the pattern */
    size_t count;
    jl_lint_tree tree;
} jl_lint_group;

void jl_lint_text(jl_findings *list, const jsonlog_filter *filter);
/** @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_lint_json(jl_findings *list, const jsonlog_filter *filter);
void jl_lint_pairs(jl_findings *list, const jl_lint_group *group);

/** Typographic quotes in a pattern that compiles. */
void jl_lint_curly(jl_findings *list);

/** A `!=` that is false where the field is missing. */
void jl_lint_missing(jl_findings *list, const jl_lint_group *group);

/** @param literal  with its percent signs, a view of the list's pattern. */
void jl_lint_regex(jl_findings *list, jl_text literal, size_t condition);

/** @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_lint_delimited(jl_findings *list, const jsonlog_filter *filter);

/** A pattern that does not compile. @param err  what jsonlog_filter_compile() said. */
jsonlog_status jl_lint_refused(jl_findings *list, const jsonlog_err *err);

#endif
