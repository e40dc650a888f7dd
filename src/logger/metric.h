#ifndef JL_LOGGER_METRIC_H
#define JL_LOGGER_METRIC_H
/**
 * One event in the embedded metric format on its way from the call to a record: gathered
 * (metric_fields.c), checked (metric_check.c), logged (metric.c), and its "_aws" member written
 * when a formatter comes to it (metric_metadata.c).
 */
#include "record/record.h"

#include <jsonlog/metric.h>

/** The most dimensions in all sets together: a bit for each. */
#define JL_METRIC_DIMENSIONS_MAX 64

/** What is wrong with an event; the first thing that is. */
typedef struct jl_metric_fault {
    jsonlog_status code;  /**< JSONLOG_OK: nothing */
    const char *sentence; /**< static */
    jl_text name;         /**< what has the fault, may be empty */
} jl_metric_fault;

/** About 9 KiB, for the stack. Everything is borrowed from the call. */
typedef struct jl_metric {
    jl_text metric_namespace;
    int64_t time_ms; /**< of "_aws" */
    uint32_t dimension_count;
    uint32_t metric_count;
    uint32_t set_count;
    uint64_t sets[JSONLOG_EMF_SETS_MAX]; /**< bit i stands for fields[1 + i] */
    jsonlog_value metadata;
    jl_emf emf; /**< "_aws", the dimensions, then the rest */
    jl_field fields[JL_RECORD_FIELDS_MAX];
    uint8_t parts[JL_RECORD_FIELDS_MAX];
} jl_metric;

/** Gather what a macro passed. @return false with the fault if there is no room. */
bool jl_metric_from_values(jl_metric *metric, const jsonlog_site *site,
                           const jsonlog_value *dimensions, const jsonlog_value *values,
                           jl_metric_fault *fault);

bool jl_metric_from_event(jl_metric *metric, const jsonlog_metric_event *event,
                          jl_metric_fault *fault);

/** @param now_ms  what `time_ms` may be 14 days behind and two hours before.
 *  @return false with the fault if CloudWatch would not take it. */
bool jl_metric_check(const jl_metric *metric, int64_t now_ms, jl_metric_fault *fault);

/** The callback of the "_aws" member; `context` is the jl_metric. */
bool jl_metric_write_metadata(jsonlog_writer *writer, void *context);

/** Set the fault; false, for the caller to return. */
static inline bool jl_metric_fail(jl_metric_fault *fault, jsonlog_status code, const char *sentence,
                                  jl_text name) {
    *fault = (jl_metric_fault){code, sentence, name};
    return false;
}

/** A metric's unit and resolution, as jsonlog_measured() put them into its value. */
static inline jsonlog_unit jl_metric_unit(const jsonlog_value *value) {
    return (jsonlog_unit)(value->detail & 0xffu);
}
static inline unsigned jl_metric_resolution(const jsonlog_value *value) {
    return value->detail >> 8;
}

#endif
