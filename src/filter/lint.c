#include <jsonlog/lint.h>

#include "base/alloc.h"
#include "base/err.h"
#include "filter/lint_rules.h"
#include "filter/lint_sample.h"
#include "filter/regex_program.h"

struct jsonlog_lint {
    jsonlog_filter *filter; /* NULL if the pattern does not compile */
    jl_findings own;        /* about the pattern */
    jl_findings all;        /* what is shown */
    bool is_finished;
    jl_lint_sample *sample; /* NULL without a sample */
    char pattern[];
};

/* --- the pattern ----------------------------------------------------------------------------- */

static void look_at_regex(jl_findings *list, const jsonlog_filter *filter) {
    if (filter->regex->matches_always)
        jl_findings_add(list, JSONLOG_LINT_ALWAYS_TRUE, list->pattern, JL_NO_CONDITION, NULL,
                        "this expression matches in every line, also in an empty one");
    jl_lint_regex(list, list->pattern, JL_NO_CONDITION);
}

static jsonlog_status look_at_kind(jl_findings *list, const jsonlog_filter *filter) {
    switch (filter->kind) {
    case JSONLOG_FILTER_ALL: break;
    case JSONLOG_FILTER_TEXT: jl_lint_text(list, filter); break;
    case JSONLOG_FILTER_REGEX: look_at_regex(list, filter); break;
    case JSONLOG_FILTER_JSON: return jl_lint_json(list, filter);
    case JSONLOG_FILTER_DELIMITED: return jl_lint_delimited(list, filter);
    }
    return list->status;
}

static jsonlog_status look(jsonlog_lint *lint, jl_text pattern) {
    jsonlog_err err;
    jsonlog_status status = jsonlog_filter_compile(pattern.ptr, pattern.len, &lint->filter, &err);
    lint->own.pattern = pattern;
    if (status == JSONLOG_E_NOMEM)
        return status;
    if (status != JSONLOG_OK)
        return jl_lint_refused(&lint->own, &err);
    lint->own.pattern = lint->filter->pattern;
    jl_lint_curly(&lint->own);
    return look_at_kind(&lint->own, lint->filter);
}

jsonlog_status jsonlog_lint_pattern(const char *pattern, size_t len, jsonlog_lint **out,
                                    jsonlog_err *err) {
    if (out == NULL || (pattern == NULL && len > 0))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "the pattern and the place for the lint must not be NULL");
    jsonlog_lint *lint = jl_calloc(1, sizeof *lint + len + 1);
    if (lint == NULL)
        return jl_err_nomem(err);
    if (len > 0)
        memcpy(lint->pattern, pattern, len);
    jsonlog_status status = look(lint, (jl_text){lint->pattern, len});
    if (status == JSONLOG_OK)
        status = jsonlog_lint_finish(lint);
    if (status != JSONLOG_OK) {
        jsonlog_lint_free(lint);
        return jl_err_nomem(err);
    }
    *out = lint;
    return JSONLOG_OK;
}

/* --- the sample ------------------------------------------------------------------------------ */

jsonlog_status jsonlog_lint_sample(jsonlog_lint *lint, const char *line, size_t len) {
    if (lint == NULL || (line == NULL && len > 0))
        return JSONLOG_E_INVALID;
    if (lint->filter == NULL || lint->filter->kind != JSONLOG_FILTER_JSON || len == 0)
        return JSONLOG_OK;
    if (lint->sample == NULL)
        lint->sample = jl_lint_sample_new(lint->filter);
    if (lint->sample == NULL)
        return JSONLOG_E_NOMEM;
    lint->is_finished = false;
    return jl_lint_sample_add(lint->sample, (jl_text){line, len});
}

static void gather(jsonlog_lint *lint) {
    for (size_t i = 0; i < lint->own.count; i++) {
        const jl_finding *finding = &lint->own.items[i];
        if (lint->sample == NULL || !jl_lint_sample_refutes(lint->sample, finding))
            jl_findings_copy(&lint->all, finding);
    }
    if (lint->sample != NULL)
        jl_lint_sample_report(lint->sample, &lint->all);
    jl_findings_sort(&lint->all);
}

jsonlog_status jsonlog_lint_finish(jsonlog_lint *lint) {
    if (lint == NULL)
        return JSONLOG_E_INVALID;
    if (lint->is_finished)
        return JSONLOG_OK;
    jl_findings_done(&lint->all);
    lint->all.pattern = lint->own.pattern;
    gather(lint);
    lint->is_finished = lint->all.status == JSONLOG_OK;
    if (!lint->is_finished)
        jl_findings_done(&lint->all);
    return lint->is_finished ? JSONLOG_OK : JSONLOG_E_NOMEM;
}

/* --- reading --------------------------------------------------------------------------------- */

size_t jsonlog_lint_count(jsonlog_lint *lint) {
    return jsonlog_lint_finish(lint) == JSONLOG_OK ? lint->all.count : 0;
}

const jsonlog_finding *jsonlog_lint_get(jsonlog_lint *lint, size_t index) {
    return index < jsonlog_lint_count(lint) ? &lint->all.items[index].shown : NULL;
}

const char *jsonlog_lint_code_name(jsonlog_lint_code code) {
    switch (code) {
#define NAME_OF(name, value) \
    case JSONLOG_LINT_##name: return #name;
        JSONLOG_LINT_LIST(NAME_OF)
#undef NAME_OF
    }
    return "UNKNOWN";
}

void jsonlog_lint_free(jsonlog_lint *lint) {
    if (lint == NULL)
        return;
    jl_lint_sample_free(lint->sample);
    jl_findings_done(&lint->own);
    jl_findings_done(&lint->all);
    jsonlog_filter_free(lint->filter);
    jl_free(lint);
}
