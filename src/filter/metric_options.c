#include "filter/metric_options.h"

#include "base/err.h"
#include "base/utf8.h"

#include <math.h>

static const char *const units[] = {
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "Bytes/Second",
    "Kilobytes/Second",
    "Megabytes/Second",
    "Gigabytes/Second",
    "Terabytes/Second",
    "Bits/Second",
    "Kilobits/Second",
    "Megabits/Second",
    "Gigabits/Second",
    "Terabits/Second",
    "Count/Second",
    "None",
};

static jsonlog_status refuse(jsonlog_err *err, const char *reason) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                      "Invalid metric transformation: %s", reason);
}

/* As CloudWatch counts: a code point beyond U+FFFF is two. */
static size_t count_units(jl_text text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char)text.ptr[i];
        count += (size_t)((byte & 0xC0) != 0x80) + (size_t)(byte >= 0xF0);
    }
    return count;
}

static jsonlog_status check_text(const char *option, const char *value, size_t max,
                                 jsonlog_err *err) {
    const jl_text text = jl_text_of(value);
    if (jl_utf8_valid_prefix(text) < text.len)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "Invalid metric transformation: %s is not UTF-8", option);
    if (count_units(text) > max)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "Invalid metric transformation: %s is longer than %zu characters", option,
                          max);
    return JSONLOG_OK;
}

static jsonlog_status check_name(const char *option, const char *value, jsonlog_err *err) {
    if (value == NULL)
        return JSONLOG_OK;
    const char *bad = strpbrk(value, ":*$");
    if (bad != NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "Invalid metric transformation: %s must not contain '%c'", option, *bad);
    return check_text(option, value, JSONLOG_METRIC_NAME_MAX, err);
}

static jsonlog_status check_unit(const char *unit, jsonlog_err *err) {
    if (unit == NULL)
        return JSONLOG_OK;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i], unit) == 0)
            return JSONLOG_OK;
    }
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                      "Invalid metric transformation: '%s' is no unit", unit);
}

static jsonlog_status check_dimension(const jsonlog_metric_filter_options *options, size_t at,
                                      jsonlog_err *err) {
    const jsonlog_dimension *dimension = &options->dimensions[at];
    if (dimension->name == NULL || dimension->name[0] == '\0' || dimension->value == NULL)
        return refuse(err, "a dimension needs a name and a value");
    for (size_t i = 0; i < at; i++) {
        if (strcmp(options->dimensions[i].name, dimension->name) == 0)
            return refuse(err, "two dimensions have the same name");
    }
    jsonlog_status status =
        check_text("a dimension's name", dimension->name, JSONLOG_METRIC_NAME_MAX, err);
    if (status != JSONLOG_OK)
        return status;
    return check_text("a dimension's value", dimension->value, JSONLOG_METRIC_NAME_MAX, err);
}

static jsonlog_status check_dimensions(const jsonlog_metric_filter_options *options,
                                       jsonlog_err *err) {
    if (options->dimension_count > JSONLOG_DIMENSIONS_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "Invalid metric transformation: more than %d dimensions",
                          JSONLOG_DIMENSIONS_MAX);
    if (options->dimension_count > 0 && options->has_default)
        return refuse(err, "dimensions and default value are mutually exclusive properties");
    jsonlog_status status = JSONLOG_OK;
    for (size_t i = 0; i < options->dimension_count && status == JSONLOG_OK; i++)
        status = check_dimension(options, i, err);
    return status;
}

jsonlog_status jl_metric_options_check(const jsonlog_metric_filter_options *options,
                                       jsonlog_err *err) {
    if (options->has_default && !isfinite(options->default_value))
        return refuse(err, "default_value is not finite");
    jsonlog_status status = check_name("metric_name", options->metric_name, err);
    if (status == JSONLOG_OK)
        status = check_name("metric_namespace", options->metric_namespace, err);
    if (status == JSONLOG_OK && options->metric_value != NULL)
        status = check_text("metric_value", options->metric_value, JSONLOG_METRIC_VALUE_MAX, err);
    if (status == JSONLOG_OK)
        status = check_unit(options->unit, err);
    return status == JSONLOG_OK ? check_dimensions(options, err) : status;
}
