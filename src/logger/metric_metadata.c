#include "logger/metric.h"

static const char *const unit_texts[] = {
#define UNIT_TEXT(name, value, text) [value] = (text),
    JSONLOG_UNIT_LIST(UNIT_TEXT)
#undef UNIT_TEXT
};

const char *jsonlog_unit_text(jsonlog_unit unit) {
    const size_t index = (size_t)(unsigned)unit;
    return index < sizeof unit_texts / sizeof unit_texts[0] ? unit_texts[index] : NULL;
}

static void write_key(jsonlog_writer *writer, const char *key) {
    jsonlog_write_key(writer, key, strlen(key));
}

static void write_text(jsonlog_writer *writer, jl_text text) {
    jsonlog_write_value(writer, jsonlog_string(text.ptr, text.len));
}

static void write_sets(jsonlog_writer *writer, const jl_metric *metric) {
    jsonlog_write_begin_array(writer);
    for (uint32_t i = 0; i < metric->set_count; i++) {
        jsonlog_write_begin_array(writer);
        for (uint32_t j = 0; j < metric->dimension_count; j++)
            if ((metric->sets[i] >> j & 1) != 0)
                write_text(writer, metric->fields[1 + j].key);
        jsonlog_write_end_array(writer);
    }
    jsonlog_write_end_array(writer);
}

/* What is the default is left out. */
static void write_definition(jsonlog_writer *writer, const jl_field *field) {
    jsonlog_write_begin_object(writer);
    write_key(writer, "Name");
    write_text(writer, field->key);
    if (jl_metric_unit(field->value) != JSONLOG_UNIT_NONE) {
        write_key(writer, "Unit");
        write_text(writer, jl_text_of(jsonlog_unit_text(jl_metric_unit(field->value))));
    }
    if (jl_metric_resolution(field->value) != 0) {
        write_key(writer, "StorageResolution");
        jsonlog_write_value(writer, jsonlog_from_uint64(jl_metric_resolution(field->value)));
    }
    jsonlog_write_end_object(writer);
}

static void write_metrics(jsonlog_writer *writer, const jl_metric *metric) {
    jsonlog_write_begin_array(writer);
    for (uint32_t i = 0; i < metric->emf.count; i++)
        if (metric->parts[i] == JL_EMF_METRIC)
            write_definition(writer, &metric->fields[i]);
    jsonlog_write_end_array(writer);
}

bool jl_metric_write_metadata(jsonlog_writer *writer, void *context) {
    const jl_metric *metric = context;
    jsonlog_write_begin_object(writer);
    write_key(writer, "Timestamp");
    jsonlog_write_value(writer, jsonlog_from_int64(metric->time_ms));
    write_key(writer, "CloudWatchMetrics");
    jsonlog_write_begin_array(writer);
    jsonlog_write_begin_object(writer);
    write_key(writer, "Namespace");
    write_text(writer, metric->metric_namespace);
    write_key(writer, "Dimensions");
    write_sets(writer, metric);
    write_key(writer, "Metrics");
    write_metrics(writer, metric);
    jsonlog_write_end_object(writer);
    jsonlog_write_end_array(writer);
    jsonlog_write_end_object(writer);
    return true;
}
