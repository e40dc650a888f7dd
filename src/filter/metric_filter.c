#include <jsonlog/extract.h>

#include "base/alloc.h"
#include "base/err.h"
#include "filter/block.h"
#include "filter/condition.h"
#include "filter/metric_options.h"
#include "filter/reference.h"
#include "json/number.h"

#include <math.h>

/* A numeric text with escapes is read from a copy of this size; no number that makes sense is
 * longer, and none without escapes is limited. */
#define ESCAPED_NUMBER_MAX 512

struct jsonlog_metric_filter {
    jsonlog_filter *filter;
    bool is_literal; /* the value is `literal`, else `value` tells it */
    double literal;
    jl_reference value;
    bool has_default;
    double default_value;
    size_t dimension_count;
    struct {
        const char *name;
        jl_reference value;
    } dimensions[JSONLOG_DIMENSIONS_MAX];
    const char *name;
    const char *name_space;
    const char *unit;
};

/* --- numbers --------------------------------------------------------------------------------- */

static bool read_number(jl_text text, double *out) {
    if (!jl_token_is_number(text))
        return false;
    const size_t plus = text.ptr[0] == '+' ? 1 : 0;
    *out = jl_read_double((jl_text){text.ptr + plus, text.len - plus});
    return isfinite(*out);
}

static bool read_string(const jsonlog_found *found, double *out) {
    if (memchr(found->text, '\\', found->len) == NULL)
        return read_number((jl_text){found->text, found->len}, out);
    char plain[ESCAPED_NUMBER_MAX];
    const size_t len = jsonlog_found_text(found, plain, sizeof plain);
    return len < sizeof plain && read_number((jl_text){plain, len}, out);
}

static bool read_found(const jsonlog_found *found, double *out) {
    switch (found->type) {
    case JSONLOG_FOUND_NUMBER:
    case JSONLOG_FOUND_TOKEN: return read_number((jl_text){found->text, found->len}, out);
    case JSONLOG_FOUND_STRING: return found->len > 0 && read_string(found, out);
    default: return false;
    }
}

/* --- making one ------------------------------------------------------------------------------ */

/* What the references need in the block; the metric filter itself is its beginning. */
typedef struct parts {
    jsonlog_metric_filter *metric;
    jl_step *steps;
    char *texts;
} parts;

static size_t text_size(const char *text) {
    return text == NULL ? 0 : strlen(text) + 1;
}

static size_t lay_out(jl_block *from, parts *all, const jsonlog_metric_filter_options *options) {
    size_t references = text_size(options->metric_value);
    size_t others = text_size(options->metric_name) + text_size(options->metric_namespace) +
                    text_size(options->unit);
    for (size_t i = 0; i < options->dimension_count; i++) {
        references += text_size(options->dimensions[i].value);
        others += text_size(options->dimensions[i].name);
    }
    all->metric = JL_TAKE(from, jsonlog_metric_filter, 1);
    all->steps = JL_TAKE(from, jl_step, JL_REFERENCE_STEPS(references));
    all->texts = JL_TAKE(from, char, references + others);
    return from->used;
}

static const char *copy(parts *all, const char *text) {
    if (text == NULL)
        return NULL;
    char *place = all->texts;
    memcpy(place, text, text_size(text));
    all->texts += text_size(text);
    return place;
}

static jsonlog_status read_reference(parts *all, const char *option, const char *value,
                                     jl_reference *out, jsonlog_err *err) {
    jsonlog_err inner;
    const jl_text text = jl_text_of(copy(all, value));
    jsonlog_status status = jl_reference_read(all->metric->filter, text, all->steps, out, &inner);
    if (status != JSONLOG_OK)
        return jl_err_set(err, status, JSONLOG_NO_OFFSET, "Invalid metric transformation: %s: %s",
                          option, inner.text);
    all->steps += out->step_count;
    return JSONLOG_OK;
}

static jsonlog_status make_value(parts *all, const char *value, jsonlog_err *err) {
    jsonlog_metric_filter *metric = all->metric;
    metric->is_literal = value == NULL || value[0] != '$';
    if (!metric->is_literal)
        return read_reference(all, "metric_value", value, &metric->value, err);
    if (read_number(jl_text_of(value == NULL ? "1" : value), &metric->literal))
        return JSONLOG_OK;
    return jl_err_set(err, JSONLOG_E_SYNTAX, JSONLOG_NO_OFFSET,
                      "Invalid metric transformation: metric_value '%s' is neither a number nor a "
                      "reference",
                      value);
}

static jsonlog_status make_dimensions(parts *all, const jsonlog_metric_filter_options *options,
                                      jsonlog_err *err) {
    jsonlog_metric_filter *metric = all->metric;
    const bool names_values = metric->filter->kind == JSONLOG_FILTER_JSON ||
                              metric->filter->kind == JSONLOG_FILTER_DELIMITED;
    if (options->dimension_count > 0 && !names_values)
        return jl_err_set(err, JSONLOG_E_UNSUPPORTED, JSONLOG_NO_OFFSET,
                          "The specified filter pattern does not support dimensions");
    for (size_t i = 0; i < options->dimension_count; i++) {
        metric->dimensions[i].name = copy(all, options->dimensions[i].name);
        jsonlog_status status =
            read_reference(all, "a dimension's value", options->dimensions[i].value,
                           &metric->dimensions[i].value, err);
        if (status != JSONLOG_OK)
            return status;
    }
    metric->dimension_count = options->dimension_count;
    return JSONLOG_OK;
}

static jsonlog_status fill(parts *all, const jsonlog_metric_filter_options *options,
                           jsonlog_err *err) {
    jsonlog_metric_filter *metric = all->metric;
    metric->has_default = options->has_default;
    metric->default_value = options->default_value;
    metric->name = copy(all, options->metric_name);
    metric->name_space = copy(all, options->metric_namespace);
    metric->unit = options->unit == NULL ? "None" : copy(all, options->unit);
    jsonlog_status status =
        jsonlog_filter_compile(options->pattern, strlen(options->pattern), &metric->filter, err);
    if (status == JSONLOG_OK)
        status = make_value(all, options->metric_value, err);
    return status == JSONLOG_OK ? make_dimensions(all, options, err) : status;
}

jsonlog_status jsonlog_metric_filter_new(const jsonlog_metric_filter_options *options,
                                         jsonlog_metric_filter **out, jsonlog_err *err) {
    if (options == NULL || out == NULL || options->size != sizeof *options ||
        options->pattern == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "options, their size, the pattern and the place for the metric filter "
                          "must be given");
    jsonlog_status status = jl_metric_options_check(options, err);
    if (status != JSONLOG_OK)
        return status;
    parts all;
    jl_block from = {NULL, 0};
    const size_t size = lay_out(&from, &all, options);
    from = (jl_block){jl_calloc(1, size), 0};
    if (from.base == NULL)
        return jl_err_nomem(err);
    lay_out(&from, &all, options);
    jsonlog_metric_filter *metric = all.metric;
    status = fill(&all, options, err);
    if (status == JSONLOG_OK)
        *out = metric;
    else
        jsonlog_metric_filter_free(metric);
    return status;
}

void jsonlog_metric_filter_free(jsonlog_metric_filter *filter) {
    if (filter == NULL)
        return;
    jsonlog_filter_free(filter->filter);
    jl_free(filter);
}

/* --- applying it ----------------------------------------------------------------------------- */

static bool give_default(const jsonlog_metric_filter *filter, jsonlog_datapoint *out) {
    if (!filter->has_default)
        return false;
    *out = (jsonlog_datapoint){.value = filter->default_value, .is_default = true};
    return true;
}

static bool has_text(const jsonlog_found *found) {
    switch (found->type) {
    case JSONLOG_FOUND_STRING:
    case JSONLOG_FOUND_NUMBER:
    case JSONLOG_FOUND_BOOL:
    case JSONLOG_FOUND_TOKEN: return found->len > 0;
    default: return false;
    }
}

/* All dimensions, or none. */
static void add_dimensions(const jsonlog_metric_filter *filter, const jl_line_values *values,
                           jsonlog_datapoint *out) {
    for (size_t i = 0; i < filter->dimension_count; i++) {
        out->dimensions[i].name = filter->dimensions[i].name;
        out->dimensions[i].value = jl_line_values_get(values, &filter->dimensions[i].value);
        if (!has_text(&out->dimensions[i].value))
            return;
    }
    out->dimension_count = filter->dimension_count;
}

bool jsonlog_metric_filter_apply(const jsonlog_metric_filter *filter, const char *line, size_t len,
                                 jsonlog_datapoint *out) {
    if (!jsonlog_filter_match(filter->filter, line, len))
        return give_default(filter, out);
    jsonlog_datapoint point = {.value = filter->literal};
    jl_line_values values;
    if (!filter->is_literal || filter->dimension_count > 0)
        jl_line_values_begin(&values, filter->filter, (jl_text){line == NULL ? "" : line, len});
    if (!filter->is_literal) {
        const jsonlog_found found = jl_line_values_get(&values, &filter->value);
        if (found.type == JSONLOG_FOUND_NOTHING || found.type == JSONLOG_FOUND_NULL)
            return give_default(filter, out);
        if (!read_found(&found, &point.value))
            return false;
    }
    if (filter->dimension_count > 0)
        add_dimensions(filter, &values, &point);
    *out = point;
    return true;
}

const jsonlog_filter *jsonlog_metric_filter_get_filter(const jsonlog_metric_filter *filter) {
    return filter->filter;
}

const char *jsonlog_metric_filter_get_name(const jsonlog_metric_filter *filter) {
    return filter->name;
}

const char *jsonlog_metric_filter_get_namespace(const jsonlog_metric_filter *filter) {
    return filter->name_space;
}

const char *jsonlog_metric_filter_get_unit(const jsonlog_metric_filter *filter) {
    return filter->unit;
}
