#ifndef JL_FILTER_LINT_FINDINGS_H
#define JL_FILTER_LINT_FINDINGS_H
/**
 * The list of findings that the parts of the lint write into, and how a suggestion is made: by
 * copying the pattern with something left out and something put in.
 *
 * Both are sticky: they note that memory ran out and do nothing more.
 */
#include "base/buffer.h"

#include <jsonlog/lint.h>

/** A finding that is about no condition in particular. */
#define JL_NO_CONDITION SIZE_MAX

typedef struct jl_finding {
    jsonlog_finding shown; /**< text and suggestion are owned by the list */
    size_t condition;      /**< its number in the order of the pattern, or JL_NO_CONDITION */
} jl_finding;

typedef struct jl_findings {
    jl_text pattern;
    jl_finding *items;
    size_t count;
    size_t capacity;
    jsonlog_status status; /**< JSONLOG_OK or JSONLOG_E_NOMEM, sticky */
} jl_findings;

/** A copy of the pattern in the making. */
typedef struct jl_patch {
    jl_text pattern;
    size_t at; /**< how much of the pattern has been copied or left out */
    jl_buffer out;
} jl_patch;

void jl_patch_begin(jl_patch *patch, jl_text pattern);
void jl_patch_done(jl_patch *patch);
/** Copy what stands before offset `to`; nothing if that has been passed already. */
void jl_patch_copy(jl_patch *patch, size_t to);
/** Leave out what stands before offset `to`. */
void jl_patch_skip(jl_patch *patch, size_t to);
void jl_patch_add(jl_patch *patch, jl_text text);
/** Copy up to the part, then write `text` in its place. The part views the pattern. */
void jl_patch_replace(jl_patch *patch, jl_text part, jl_text text);

/**
 * Add a finding.
 *
 * @param part   what it is about: a view of the list's pattern.
 * @param patch  NULL, or the suggestion, which is ended by what is left of the pattern; it is
 * dropped if it does not compile or changes nothing.
 */
void jl_findings_add(jl_findings *list, jsonlog_lint_code code, jl_text part, size_t condition,
                     jl_patch *patch, const char *format, ...) JSONLOG_PRINTF(6, 7);

/** Copy a finding from one list to another. */
void jl_findings_copy(jl_findings *list, const jl_finding *from);

/** In the order of the pattern; findings at one place keep the order in which they were added. */
void jl_findings_sort(jl_findings *list);

void jl_findings_done(jl_findings *list);

/** For `%.*s`: the length of a quoted part, cut where a sentence would not hold it. */
#define JL_QUOTED(text) (int)jl_quoted_len(text), (text).ptr
size_t jl_quoted_len(jl_text text);

#endif
