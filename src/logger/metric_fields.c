#include "logger/metric.h"
#include "record/keys_literal.h"
#include "record/site.h"

static bool add(jl_metric *metric, const char *key, size_t key_len, const jsonlog_value *value,
                jl_emf_part part, jl_metric_fault *fault) {
    if (metric->emf.count == JL_RECORD_FIELDS_MAX)
        return jl_metric_fail(fault, JSONLOG_E_LIMIT, "more than 255 fields in one event",
                              JL_TEXT(""));
    metric->parts[metric->emf.count] = (uint8_t)part;
    jl_field_set(&metric->fields[metric->emf.count++], key, key_len, value);
    return true;
}

static void begin(jl_metric *metric) {
    metric->dimension_count = 0;
    metric->metric_count = 0;
    metric->set_count = 0;
    metric->emf = (jl_emf){0, metric->fields, metric->parts};
    metric->metadata = jsonlog_call(jl_metric_write_metadata, metric);
    jl_metric_fault none;
    add(metric, "_aws", 4, &metric->metadata, JL_EMF_METADATA, &none);
}

static bool add_dimension(jl_metric *metric, jl_text key, const jsonlog_value *value,
                          jl_metric_fault *fault) {
    if (metric->dimension_count == JL_METRIC_DIMENSIONS_MAX)
        return jl_metric_fail(fault, JSONLOG_E_LIMIT, "more than 64 dimensions in one event", key);
    metric->dimension_count++;
    return add(metric, key.ptr, key.len, value, JL_EMF_DIMENSION, fault);
}

static bool add_metric(jl_metric *metric, const char *key, size_t key_len,
                       const jsonlog_value *value, jl_metric_fault *fault) {
    metric->metric_count++;
    return add(metric, key, key_len, value, JL_EMF_METRIC, fault);
}

/* ---- from the macros ---- */

static bool is_same_text(const jsonlog_value *a, const jsonlog_value *b) {
    return a->type == b->type && a->type == JSONLOG_TYPE_STRING &&
           jl_text_equal((jl_text){a->as.string, a->with.len},
                         (jl_text){b->as.string, b->with.len});
}

/* @return the dimension's index, that of the next one if there is none. */
static uint32_t find_dimension(const jl_metric *metric, jl_text key) {
    uint32_t i = 0;
    while (i < metric->dimension_count && !jl_text_equal(metric->fields[1 + i].key, key))
        i++;
    return i;
}

static bool add_to_set(jl_metric *metric, uint64_t *set, jl_text key, const jsonlog_value *value,
                       jl_metric_fault *fault) {
    const uint32_t index = find_dimension(metric, key);
    if (index == metric->dimension_count) {
        if (!add_dimension(metric, key, value, fault))
            return false;
    } else if (!is_same_text(metric->fields[1 + index].value, value)) {
        return jl_metric_fail(fault, JSONLOG_E_INVALID,
                              "a dimension has two values in the sets of one event", key);
    }
    const uint64_t bit = UINT64_C(1) << index;
    if ((*set & bit) != 0)
        return jl_metric_fail(fault, JSONLOG_E_INVALID, "a dimension stands in a set twice", key);
    *set |= bit;
    return true;
}

static bool add_set(jl_metric *metric, const jsonlog_value *set, jl_metric_fault *fault) {
    if (set->type != JSONLOG_TYPE_OBJECT)
        return jl_metric_fail(fault, JSONLOG_E_INVALID,
                              "jsonlog_dimension_sets() takes jsonlog_dimensions() only",
                              JL_TEXT(""));
    const char *at = set->with.keys;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < set->count; i++)
        if (!add_to_set(metric, &bits, jl_keys_next(&at), &set->as.values[i], fault))
            return false;
    metric->sets[metric->set_count++] = bits;
    return true;
}

/* The macros let no more than 32 sets through. */
static bool add_sets(jl_metric *metric, const jsonlog_value *dimensions, jl_metric_fault *fault) {
    if (dimensions->type != JSONLOG_TYPE_ARRAY)
        return add_set(metric, dimensions, fault);
    for (size_t i = 0; i < dimensions->with.len && i < JSONLOG_EMF_SETS_MAX; i++)
        if (!add_set(metric, &dimensions->as.values[i], fault))
            return false;
    return true;
}

bool jl_metric_from_values(jl_metric *metric, const jsonlog_site *site,
                           const jsonlog_value *dimensions, const jsonlog_value *values,
                           jl_metric_fault *fault) {
    begin(metric);
    if (values[0].type == JSONLOG_TYPE_STRING)
        metric->metric_namespace = (jl_text){values[0].as.string, values[0].with.len};
    else
        metric->metric_namespace = JL_TEXT("");
    if (!add_sets(metric, dimensions, fault))
        return false;
    const char *at = site->keys;
    for (uint32_t i = 1; i <= site->pairs; i++) {
        const jl_text key = jl_keys_next(&at);
        const bool is_metric = (values[i].flags & JSONLOG_VALUE_METRIC) != 0;
        if (is_metric ? !add_metric(metric, key.ptr, key.len, &values[i], fault)
                      : !add(metric, key.ptr, key.len, &values[i], JL_EMF_PROPERTY, fault))
            return false;
    }
    return true;
}

/* ---- from a struct ---- */

static uint64_t all_of(size_t count) {
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static bool copy_sets(jl_metric *metric, const jsonlog_metric_event *event,
                      jl_metric_fault *fault) {
    if (event->sets == NULL) {
        metric->sets[0] = all_of(metric->dimension_count);
        metric->set_count = 1;
        return true;
    }
    if (event->set_count > JSONLOG_EMF_SETS_MAX)
        return jl_metric_fail(fault, JSONLOG_E_LIMIT, "more than 32 sets of dimensions",
                              JL_TEXT(""));
    for (size_t i = 0; i < event->set_count; i++) {
        if ((event->sets[i] & ~all_of(metric->dimension_count)) != 0)
            return jl_metric_fail(fault, JSONLOG_E_INVALID,
                                  "a set has a bit for which there is no dimension", JL_TEXT(""));
        metric->sets[metric->set_count++] = event->sets[i];
    }
    return true;
}

static jl_text key_of(const jsonlog_field *field) {
    jl_field resolved;
    jl_field_set(&resolved, field->key, field->key_len, &field->value);
    return resolved.key;
}

bool jl_metric_from_event(jl_metric *metric, const jsonlog_metric_event *event,
                          jl_metric_fault *fault) {
    begin(metric);
    metric->metric_namespace = jl_text_of(event->metric_namespace);
    for (size_t i = 0; i < event->dimension_count; i++) {
        const jsonlog_field *field = &event->dimensions[i];
        if (!add_dimension(metric, key_of(field), &field->value, fault))
            return false;
    }
    if (!copy_sets(metric, event, fault))
        return false;
    for (size_t i = 0; i < event->metric_count; i++) {
        const jsonlog_field *field = &event->metrics[i];
        if (!add_metric(metric, field->key, field->key_len, &field->value, fault))
            return false;
    }
    for (size_t i = 0; i < event->property_count; i++) {
        const jsonlog_field *field = &event->properties[i];
        if (!add(metric, field->key, field->key_len, &field->value, JL_EMF_PROPERTY, fault))
            return false;
    }
    return true;
}
