#include <jsonlog/filter.h>

#include "base/alloc.h"
#include "filter/explanation.h"

static size_t count_conditions(const jsonlog_filter *filter) {
    switch (filter->kind) {
    case JSONLOG_FILTER_JSON: return filter->json->condition_count;
    case JSONLOG_FILTER_TEXT: return filter->text->count;
    case JSONLOG_FILTER_REGEX: return 1;
    case JSONLOG_FILTER_DELIMITED: return filter->delimited->condition_count;
    case JSONLOG_FILTER_ALL: break;
    }
    return 0;
}

typedef void write_fn(jl_buffer *out, const jl_explained *about);

/* Written beside the pool first, because it is made of texts that must not move meanwhile. */
static jsonlog_status add_written(jsonlog_explanation *explanation, const jl_explained *about,
                                  write_fn *write, size_t *place) {
    if (explanation->pool.status != JSONLOG_OK)
        return JSONLOG_E_NOMEM;
    jl_buffer whole;
    jl_buffer_init(&whole, NULL, 0, SIZE_MAX);
    write(&whole, about);
    *place = explanation->pool.len;
    jl_buffer_append_text(&explanation->pool, jl_buffer_view(&whole));
    jl_buffer_append_char(&explanation->pool, '\0');
    const bool is_good = whole.status == JSONLOG_OK && explanation->pool.status == JSONLOG_OK;
    jl_buffer_done(&whole);
    return is_good ? JSONLOG_OK : JSONLOG_E_NOMEM;
}

static void point_into_pool(jsonlog_explanation *explanation) {
    const char *pool = explanation->pool.data;
    for (size_t i = 0; i < explanation->count; i++) {
        const jl_condition_texts *texts = &explanation->texts[i];
        jsonlog_condition *condition = &explanation->conditions[i];
        condition->text = pool + texts->text;
        condition->selector = texts->selector == JL_NO_TEXT ? NULL : pool + texts->selector;
        condition->value = texts->value == JL_NO_TEXT ? NULL : pool + texts->value;
        condition->reason = pool + texts->reason;
    }
}

static jsonlog_explanation *new_explanation(size_t count) {
    jsonlog_explanation *explanation =
        jl_calloc(1, sizeof *explanation + count * sizeof(jsonlog_condition));
    if (explanation == NULL)
        return NULL;
    jl_buffer_init(&explanation->pool, NULL, 0, SIZE_MAX);
    explanation->count = count;
    explanation->texts = jl_calloc(count, sizeof *explanation->texts);
    explanation->joints = jl_calloc(count, 2 * sizeof *explanation->joints);
    if (count == 0 || (explanation->texts != NULL && explanation->joints != NULL))
        return explanation;
    jsonlog_explanation_free(explanation);
    return NULL;
}

static jsonlog_status explain(jsonlog_explanation *explanation, const jl_explained *about) {
    jsonlog_status status = jl_explain_conditions(explanation, about);
    if (status == JSONLOG_OK)
        status = add_written(explanation, about, jl_explanation_write_lines, &explanation->whole);
    if (status == JSONLOG_OK)
        status = add_written(explanation, about, jl_explanation_write_json, &explanation->json);
    return status;
}

jsonlog_status jsonlog_filter_explain(const jsonlog_filter *filter, const char *line, size_t len,
                                      jsonlog_explanation **out) {
    if (filter == NULL || out == NULL || (line == NULL && len > 0))
        return JSONLOG_E_INVALID;
    jsonlog_explanation *explanation = new_explanation(count_conditions(filter));
    if (explanation == NULL)
        return JSONLOG_E_NOMEM;
    jl_binding binding;
    jl_explained about = {explanation, filter, {line == NULL ? "" : line, len}, &binding, false};
    if (filter->kind == JSONLOG_FILTER_DELIMITED)
        about.is_bound = jl_bind(filter->delimited, about.line, &binding);
    jsonlog_status status = explain(explanation, &about);
    if (status != JSONLOG_OK) {
        jsonlog_explanation_free(explanation);
        return status;
    }
    point_into_pool(explanation);
    *out = explanation;
    return JSONLOG_OK;
}

void jsonlog_explanation_free(jsonlog_explanation *explanation) {
    if (explanation == NULL)
        return;
    jl_buffer_done(&explanation->pool);
    jl_free(explanation->texts);
    jl_free(explanation->joints);
    jl_free(explanation);
}

bool jsonlog_explanation_matches(const jsonlog_explanation *explanation) {
    return explanation->is_match;
}

size_t jsonlog_explanation_count(const jsonlog_explanation *explanation) {
    return explanation->count;
}

const jsonlog_condition *jsonlog_explanation_get(const jsonlog_explanation *explanation,
                                                 size_t index) {
    return index < explanation->count ? &explanation->conditions[index] : NULL;
}

const char *jsonlog_explanation_text(const jsonlog_explanation *explanation) {
    return explanation->pool.data + explanation->whole;
}

const char *jsonlog_explanation_json(const jsonlog_explanation *explanation) {
    return explanation->pool.data + explanation->json;
}
