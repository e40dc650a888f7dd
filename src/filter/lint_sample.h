#ifndef JL_FILTER_LINT_SAMPLE_H
#define JL_FILTER_LINT_SAMPLE_H
/**
 * What sample lines say about the selectors of a JSON pattern. Nothing of a line is kept but counts
 * and for each condition one key, the nearest to the name that was not found.
 */
#include "filter/lint_findings.h"
#include "filter/program.h"

#define JL_KINDS (JL_JSON_NULL + 1)

/** What a condition's selector met. */
typedef struct jl_lint_seen {
    uint64_t lines;           /**< in which it selected something */
    uint64_t kinds[JL_KINDS]; /**< of the values it selected */
    /* Steps [dotted_from, dotted_end) are one key with dots in it; both 0: there was none. */
    size_t dotted_from;
    size_t dotted_end;
    size_t near_distance;
    size_t near_step; /**< the step that was not found */
    size_t near_len;
    char near_key[JSONLOG_LINT_KEY_MAX];
} jl_lint_seen;

typedef struct jl_lint_sample {
    const jsonlog_filter *filter; /**< of a JSON pattern */
    uint64_t lines;               /**< that are JSON objects */
    jl_lint_seen *seen;           /**< by condition, in the order of the pattern */
    jl_lint_seen *spare; /**< where the next line is counted before it is known to succeed */
} jl_lint_sample;

/** @return NULL when out of memory. */
jl_lint_sample *jl_lint_sample_new(const jsonlog_filter *filter);
void jl_lint_sample_free(jl_lint_sample *sample);

/** @return JSONLOG_OK or JSONLOG_E_NOMEM. */
jsonlog_status jl_lint_sample_add(jl_lint_sample *sample, jl_text line);

/** @return true if the sample refutes a finding about the pattern. */
bool jl_lint_sample_refutes(const jl_lint_sample *sample, const jl_finding *finding);

/** Add what the sample says. @param list  has the findings about the pattern. */
void jl_lint_sample_report(const jl_lint_sample *sample, jl_findings *list);

#endif
