/* Metric filters: the datapoint of a line. */
#include "node_addon.h"

#include <jsonlog/extract.h>

#include <string.h>

/* The texts of the options, all in the arena. */
static bool read_texts(const jn_call *call, napi_value from,
                       jsonlog_metric_filter_options *options) {
    return jn_option_string(call, from, "pattern", &options->pattern) &&
           jn_option_string(call, from, "name", &options->metric_name) &&
           jn_option_string(call, from, "namespace", &options->metric_namespace) &&
           jn_option_string(call, from, "value", &options->metric_value) &&
           jn_option_string(call, from, "unit", &options->unit);
}

static bool read_default(const jn_call *call, napi_value from,
                         jsonlog_metric_filter_options *options) {
    napi_value value = NULL;
    if (!jn_option(call, from, "defaultValue", &value))
        return false;
    options->has_default = value != NULL;
    return jn_option_double(call, from, "defaultValue", &options->default_value);
}

/* Names and references come as two arrays. */
static bool read_dimensions(const jn_call *call, napi_value from,
                            jsonlog_metric_filter_options *options) {
    const char *const *names = NULL;
    const char *const *values = NULL;
    size_t value_count = 0;
    if (!jn_option_strings(call, from, "dimensionNames", &names, &options->dimension_count) ||
        !jn_option_strings(call, from, "dimensionValues", &values, &value_count))
        return false;
    for (size_t i = 0; i < value_count && i < JSONLOG_DIMENSIONS_MAX; i++)
        options->dimensions[i] = (jsonlog_dimension){names[i], values[i]};
    return true;
}

/* A place in the pattern is shown below it; no other option has one. */
static napi_value metric_of(const jn_call *call, const jsonlog_metric_filter_options *options) {
    jsonlog_metric_filter *filter = NULL;
    jsonlog_err err;
    const char *pattern = options->pattern == NULL ? "" : options->pattern;
    if (jsonlog_metric_filter_new(options, &filter, &err) != JSONLOG_OK)
        return jn_throw_err(call, &err, pattern, strlen(pattern));
    return jn_handle_new(call, JN_METRIC_FILTER, filter);
}

/* metricNew({pattern, name, namespace, value, unit, defaultValue, dimension…}) => handle */
static napi_value metric_new(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_metric_filter_options options = JSONLOG_METRIC_FILTER_OPTIONS_INIT;
    if (!jn_begin(&call, env, info))
        return NULL;
    napi_value result = NULL;
    if (read_texts(&call, call.args[0], &options) && read_default(&call, call.args[0], &options) &&
        read_dimensions(&call, call.args[0], &options))
        result = metric_of(&call, &options);
    jn_arena_reset(&call);
    return result;
}

static napi_value dimensions_of(const jn_call *call, const jsonlog_datapoint *point) {
    napi_value result = jn_object(call);
    for (size_t i = 0; result != NULL && i < point->dimension_count; i++) {
        napi_value value = jn_found_text(call, &point->dimensions[i].value);
        if (!jn_set(call, result, point->dimensions[i].name, value))
            return NULL;
    }
    return result;
}

static napi_value datapoint_of(const jn_call *call, const jsonlog_datapoint *point) {
    napi_value result = jn_object(call);
    const bool is_set = result != NULL &&
                        jn_set(call, result, "value", jn_number(call, point->value)) &&
                        jn_set(call, result, "dimensions", dimensions_of(call, point)) &&
                        jn_set(call, result, "isDefault", jn_bool(call, point->is_default));
    return is_set ? result : NULL;
}

/* metricApply(metric, line) => {value, dimensions, isDefault} or null */
static napi_value metric_apply(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text line;
    jsonlog_datapoint point;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_metric_filter *filter = jn_handle_get(&call, 0, JN_METRIC_FILTER);
    if (filter == NULL || !jn_text_get(&call, 1, &line))
        return NULL;
    const bool has_point = jsonlog_metric_filter_apply(filter, line.bytes, line.len, &point);
    napi_value result = has_point ? datapoint_of(&call, &point) : jn_null(&call);
    jn_text_done(&line);
    return result;
}

const jn_function jn_metric_filter_functions[] = {
    {"metricNew", metric_new},
    {"metricApply", metric_apply},
    {NULL, NULL},
};
