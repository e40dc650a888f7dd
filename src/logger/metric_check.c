/* The limits of CloudWatch's embedded metric format, in the order in which an event is read. Where
 * the published schema and the API behind it differ, the narrower of the two. */
#include "base/utf8.h"
#include "logger/metric.h"

#define VALUE_MOST 0x1p360

#define MS_PER_HOUR INT64_C(3600000)
#define PAST_MS     (14 * 24 * MS_PER_HOUR)
#define FUTURE_MS   (2 * MS_PER_HOUR)

static bool is_wrong(jl_metric_fault *fault, const char *sentence, jl_text name) {
    return jl_metric_fail(fault, JSONLOG_E_INVALID, sentence, name);
}

static bool is_over(jl_metric_fault *fault, const char *sentence, jl_text name) {
    return jl_metric_fail(fault, JSONLOG_E_LIMIT, sentence, name);
}

/* ---- texts ---- */

static bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_printable(jl_text text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
            return false;
    return true;
}

static bool is_blank(jl_text text) {
    size_t i = 0;
    while (i < text.len && text.ptr[i] == ' ')
        i++;
    return i == text.len;
}

static bool check_namespace(jl_text text, jl_metric_fault *fault) {
    if (text.len == 0)
        return is_wrong(fault, "the namespace is empty", text);
    if (text.len > JSONLOG_EMF_NAMESPACE_MAX)
        return is_over(fault, "the namespace is longer than 255 bytes", text);
    if (text.ptr[0] == ':')
        return is_wrong(fault, "the namespace begins with ':'", text);
    for (size_t i = 0; i < text.len; i++)
        if (!is_letter_or_digit(text.ptr[i]) && memchr("._-/#:", text.ptr[i], 6) == NULL)
            return is_wrong(fault, "a namespace is made of A-Z a-z 0-9 . _ - / # and :", text);
    return true;
}

/* Keys that a line has for itself. */
static bool is_reserved(jl_text key) {
    return jl_text_equal(key, JL_TEXT("_aws")) || jl_text_equal(key, JL_TEXT("_truncated")) ||
           jl_text_equal(key, JL_TEXT("_dropped"));
}

/* ---- dimensions ---- */

static bool check_dimension_value(const jl_field *field, jl_metric_fault *fault) {
    const jsonlog_value *value = field->value;
    if (value->type != JSONLOG_TYPE_STRING)
        return is_wrong(fault, "the value of a dimension is not a string", field->key);
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0)
        return true; /* it will be "***" */
    const jl_text text = {value->as.string, value->with.len};
    if (text.len > JSONLOG_EMF_DIMENSION_MAX)
        return is_over(fault, "the value of a dimension is longer than 1024 bytes", field->key);
    if (!is_printable(text))
        return is_wrong(fault, "the value of a dimension is not printable ASCII", field->key);
    return !is_blank(text) || is_wrong(fault, "the value of a dimension is blank", field->key);
}

static bool check_dimension(const jl_field *field, jl_metric_fault *fault) {
    if (field->key.len > JSONLOG_EMF_DIMENSION_NAME_MAX)
        return is_over(fault, "the name of a dimension is longer than 250 bytes", field->key);
    if (!is_printable(field->key))
        return is_wrong(fault, "the name of a dimension is not printable ASCII", field->key);
    if (is_blank(field->key))
        return is_wrong(fault, "the name of a dimension is blank", field->key);
    if (field->key.ptr[0] == ':')
        return is_wrong(fault, "the name of a dimension begins with ':'", field->key);
    return check_dimension_value(field, fault);
}

/* A set that comes twice would count everything twice. */
static bool check_sets(const jl_metric *metric, jl_metric_fault *fault) {
    if (metric->set_count == 0)
        return is_wrong(fault,
                        "there is no set of dimensions; for none at all there is an empty one",
                        JL_TEXT(""));
    for (uint32_t i = 0; i < metric->set_count; i++) {
        if (__builtin_popcountll(metric->sets[i]) > JSONLOG_EMF_DIMENSIONS_MAX)
            return is_over(fault, "more than 30 dimensions in a set", JL_TEXT(""));
        for (uint32_t j = 0; j < i; j++)
            if (metric->sets[j] == metric->sets[i])
                return is_wrong(fault, "two sets of dimensions are equal", JL_TEXT(""));
    }
    return true;
}

/* ---- metrics ---- */

static bool is_in_range(double number) {
    return number >= -VALUE_MOST && number <= VALUE_MOST; /* so NaN is not */
}

static bool check_number(const jsonlog_value *value, jl_text name, jl_metric_fault *fault) {
    switch (value->type) {
    case JSONLOG_TYPE_INT64:
    case JSONLOG_TYPE_UINT64: return true;
    case JSONLOG_TYPE_DOUBLE:
    case JSONLOG_TYPE_FLOAT:
        return is_in_range(value->as.f64) ||
               is_over(fault, "a value is not a number from -2^360 to 2^360", name);
    default: return is_wrong(fault, "a value is not a number", name);
    }
}

static bool check_count(size_t count, jl_text name, jl_metric_fault *fault) {
    if (count == 0)
        return is_wrong(fault, "a metric has no value", name);
    return count <= JSONLOG_EMF_VALUES_MAX ||
           is_over(fault, "a metric has more than 100 values", name);
}

static bool check_doubles(const jsonlog_value *value, jl_text name, jl_metric_fault *fault) {
    const double *numbers = value->as.pointer;
    for (size_t i = 0; i < value->with.len; i++)
        if (!is_in_range(numbers[i]))
            return is_over(fault, "a value is not a number from -2^360 to 2^360", name);
    return true;
}

static bool check_values(const jsonlog_value *value, jl_text name, jl_metric_fault *fault) {
    for (size_t i = 0; i < value->with.len; i++)
        if (!check_number(&value->as.values[i], name, fault))
            return false;
    return true;
}

static bool check_value(const jsonlog_value *value, jl_text name, jl_metric_fault *fault) {
    switch (value->type) {
    case JSONLOG_TYPE_INTS:
    case JSONLOG_TYPE_INT64S:
    case JSONLOG_TYPE_UINT64S: return check_count(value->with.len, name, fault);
    case JSONLOG_TYPE_DOUBLES:
        return check_count(value->with.len, name, fault) && check_doubles(value, name, fault);
    case JSONLOG_TYPE_ARRAY:
        return check_count(value->with.len, name, fault) && check_values(value, name, fault);
    case JSONLOG_TYPE_DURATION:
        return jl_metric_unit(value) == JSONLOG_UNIT_SECONDS ||
               is_wrong(fault, "a duration is written in seconds, and its unit is another one",
                        name);
    default: return check_number(value, name, fault);
    }
}

static bool check_metric_name(jl_text name, jl_metric_fault *fault) {
    if (name.len == 0)
        return is_wrong(fault, "the name of a metric is empty", name);
    if (jl_utf8_valid_prefix(name) < name.len)
        return is_wrong(fault, "the name of a metric is not UTF-8", name);
    size_t characters = 0;
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
            return is_wrong(fault, "the name of a metric has a control character", name);
        characters += (name.ptr[i] & 0xC0) != 0x80;
    }
    return characters <= JSONLOG_EMF_NAME_MAX ||
           is_over(fault, "the name of a metric is longer than 255 characters", name);
}

static bool check_metric(const jl_field *field, jl_metric_fault *fault) {
    const jsonlog_value *value = field->value;
    if (!check_metric_name(field->key, fault))
        return false;
    if ((value->flags & JSONLOG_VALUE_METRIC) == 0)
        return is_wrong(fault, "the value of a metric is not made by jsonlog_measured()",
                        field->key);
    if ((value->flags & JSONLOG_VALUE_SECRET) != 0)
        return is_wrong(fault, "a metric cannot be secret", field->key);
    if (jsonlog_unit_text(jl_metric_unit(value)) == NULL)
        return is_wrong(fault, "there is no such unit", field->key);
    const unsigned resolution = jl_metric_resolution(value);
    if (resolution != 0 && resolution != 1 && resolution != 60)
        return is_wrong(fault, "the storage resolution is neither 1 nor 60 seconds", field->key);
    return check_value(value, field->key, fault);
}

/* ---- the event ---- */

static bool check_fields(const jl_metric *metric, jl_metric_fault *fault) {
    for (uint32_t i = 1; i < metric->emf.count; i++) {
        const jl_field *field = &metric->fields[i];
        if (is_reserved(field->key))
            return is_wrong(fault, "the name is reserved", field->key);
        if (metric->parts[i] == JL_EMF_DIMENSION && !check_dimension(field, fault))
            return false;
        if (metric->parts[i] == JL_EMF_METRIC && !check_metric(field, fault))
            return false;
    }
    return true;
}

static bool check_distinct(const jl_metric *metric, jl_metric_fault *fault) {
    uint64_t seen = 0;
    for (uint32_t i = 0; i < metric->emf.count; i++) {
        const jl_field *field = &metric->fields[i];
        const uint64_t bit = UINT64_C(1) << (field->hash % 64);
        for (uint32_t j = 0; j < i && (seen & bit) != 0; j++)
            if (jl_text_equal(metric->fields[j].key, field->key))
                return is_wrong(fault, "a name stands in the event twice", field->key);
        seen |= bit;
    }
    return true;
}

static bool check_time(int64_t time_ms, int64_t now_ms, jl_metric_fault *fault) {
    if (time_ms < now_ms - PAST_MS)
        return is_over(fault, "the time is more than 14 days ago", JL_TEXT(""));
    return time_ms <= now_ms + FUTURE_MS ||
           is_over(fault, "the time is more than 2 hours ahead", JL_TEXT(""));
}

bool jl_metric_check(const jl_metric *metric, int64_t now_ms, jl_metric_fault *fault) {
    if (metric->metric_count == 0)
        return is_wrong(fault, "there is no metric in the event", JL_TEXT(""));
    if (metric->metric_count > JSONLOG_EMF_METRICS_MAX)
        return is_over(fault, "more than 100 metrics in one event", JL_TEXT(""));
    return check_namespace(metric->metric_namespace, fault) && check_sets(metric, fault) &&
           check_fields(metric, fault) && check_distinct(metric, fault) &&
           check_time(metric->time_ms, now_ms, fault);
}
