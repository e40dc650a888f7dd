#ifndef JL_TESTING_EXPECT_H
#define JL_TESTING_EXPECT_H
/** An expectation being judged: what expect.c finds out and report.c puts into words. */
#include "testing/capture_lines.h"
#include "testing/severity.h"

#include <jsonlog/capture.h>
#include <jsonlog/filter.h>

/** Stands for a line that there is not. */
#define JL_NO_LINE SIZE_MAX

/** One pattern and how far it came. */
typedef struct jl_expected {
    jsonlog_filter *filter;
    size_t hits;  /**< lines it matched; MATCH and ORDER stop at the first */
    size_t first; /**< index of the first one; ORDER: of the one that is its own */
} jl_expected;

/**
 * The judgement goes over each line once, also when it waits for more: it keeps the last line it
 * saw.
 */
typedef struct jl_judgement {
    jsonlog_expect_kind kind;
    const char *const *patterns;
    size_t pattern_count;
    size_t wanted; /**< COUNT: so many */
    unsigned within_ms;
    jl_expected *expected;
    jl_severity severity;       /**< QUIET */
    jl_capture_view view;       /**< the lines that were judged */
    const jl_captured_line *at; /**< the last of them */
    size_t judged;
    size_t next;     /**< ORDER: the pattern that is waited for */
    size_t offences; /**< NONE, ONLY, QUIET: lines that should not be there */
} jl_judgement;

/** @return whether the line is one that should not be there; for NONE, ONLY and QUIET. */
bool jl_judgement_is_offence(const jl_judgement *judgement, const jl_captured_line *line);

/** @return whether pattern `index` matches the line. */
bool jl_judgement_matches(const jl_judgement *judgement, size_t index,
                          const jl_captured_line *line);

#endif
