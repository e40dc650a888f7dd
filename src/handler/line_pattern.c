#include "handler/line_pattern.h"

#include "base/alloc.h"
#include "base/err.h"

#include <string.h>

typedef struct line_pattern {
    jl_line_filter base;
    jsonlog_filter *filter;
    jsonlog_pattern_use use;
} line_pattern;

bool jl_line_matches(const jsonlog_filter *filter, const jsonlog_line *line) {
    size_t len = line->len;
    if (len > 0 && line->text[len - 1] == '\n')
        len--;
    return jsonlog_filter_match(filter, line->text, len);
}

static bool pattern_passes(const jl_line_filter *self, const jsonlog_line *line) {
    const line_pattern *pattern = (const line_pattern *)(const void *)self;
    return jl_line_matches(pattern->filter, line) == (pattern->use == JSONLOG_PASS_MATCHING);
}

static void pattern_free(jl_line_filter *self) {
    line_pattern *pattern = (line_pattern *)(void *)self;
    jsonlog_filter_free(pattern->filter);
    jl_free(pattern);
}

jl_line_filter *jl_line_pattern_take(jsonlog_filter *filter, jsonlog_pattern_use use) {
    line_pattern *pattern = jl_calloc(1, sizeof *pattern);
    if (pattern == NULL)
        return NULL;
    pattern->base.references = 1;
    pattern->base.passes = pattern_passes;
    pattern->base.free = pattern_free;
    pattern->filter = filter;
    pattern->use = use;
    return &pattern->base;
}

void jl_line_pattern_give_back(jl_line_filter *pattern) {
    ((line_pattern *)(void *)pattern)->filter = NULL;
    jl_line_filter_release(pattern);
}

jsonlog_status jl_line_pattern_new(const char *pattern, jsonlog_pattern_use use,
                                   jl_line_filter **out, jsonlog_err *err) {
    jsonlog_filter *filter = NULL;
    const jsonlog_status status = jsonlog_filter_compile(pattern, strlen(pattern), &filter, err);
    if (status != JSONLOG_OK)
        return status;
    jl_line_filter *made = jl_line_pattern_take(filter, use);
    if (made == NULL) {
        jsonlog_filter_free(filter);
        return jl_err_nomem(err);
    }
    *out = made;
    return JSONLOG_OK;
}
