#include "logger/metric.h"

#include "base/clock.h"
#include "base/err.h"
#include "logger/emit.h"
#include "logger/window.h"
#include "record/stats.h"

#define NS_PER_MS  INT64_C(1000000)
#define REPORT_MS  1000 /* a wrong metric in a loop must not become a flood of errors */
#define NAME_SHOWN 256

/* ---- what is wrong ---- */

/* How many were refused since the last report stands in the slot, whose site has no other use for
 * it. @return false if there was a report within the last second. */
static bool takes_report(jsonlog_slot *slot, uint64_t *suppressed) {
    const int64_t now_ms = jl_clock_monotonic_ns() / NS_PER_MS;
    if (jl_window_count((uint64_t *)&slot->next_ns, now_ms, REPORT_MS, 1) > 1) {
        __atomic_fetch_add(&slot->suppressed, 1, __ATOMIC_RELAXED);
        return false;
    }
    *suppressed = __atomic_exchange_n(&slot->suppressed, 0, __ATOMIC_RELAXED);
    return true;
}

static jsonlog_value shown(jl_text text) {
    return jsonlog_string(text.ptr, text.len < NAME_SHOWN ? text.len : NAME_SHOWN);
}

static void report(const jl_metric *metric, const jl_metric_fault *fault,
                   const jsonlog_site *site) {
    static jsonlog_slot of_events;
    uint64_t suppressed = 0;
    if (!takes_report(site == NULL ? &of_events : site->slot, &suppressed))
        return;
    jsonlog_field fields[5];
    size_t count = 0;
    fields[count++] = jsonlog_field_make("limit", jsonlog_from_string(fault->sentence));
    if (fault->name.len > 0)
        fields[count++] = jsonlog_field_make("name", shown(fault->name));
    fields[count++] = jsonlog_field_make("namespace", shown(metric->metric_namespace));
    if (site != NULL) {
        fields[count++] = jsonlog_field_make("file", jsonlog_from_string(site->file));
        fields[count++] = jsonlog_field_make("line", jsonlog_from_uint64(site->line));
    }
    const jsonlog_value message = jsonlog_from_string("metric refused");
    jl_log_call call = {.logger = &jl_own_logger.logger,
                        .fields = fields,
                        .count = count,
                        .message = &message,
                        .level = JSONLOG_LEVEL_ERROR,
                        .suppressed = suppressed,
                        .is_own = true};
    jl_emit(&call);
}

static jl_metric_fault fault_of_line(jsonlog_status lost) {
    if (lost == JSONLOG_E_STATE)
        return (jl_metric_fault){
            JSONLOG_E_STATE, "a filter, a processor or a redaction changed what CloudWatch reads",
            JL_TEXT("")};
    return (jl_metric_fault){JSONLOG_E_LIMIT,
                             "the line does not fit its cap with all dimensions and metrics",
                             JL_TEXT("")};
}

/* ---- the record ---- */

static void log_event(jl_metric *metric, const jl_logger *logger, const jsonlog_site *site,
                      int level, int64_t now_ns) {
    const jsonlog_value none = jsonlog_null();
    jl_log_call call = {.logger = logger,
                        .site = site,
                        .emf = &metric->emf,
                        .message = &none,
                        .level = level,
                        .time_ns = now_ns};
    jl_emit(&call);
    if (JSONLOG_UNLIKELY(call.lost != JSONLOG_OK)) {
        const jl_metric_fault fault = fault_of_line(call.lost);
        report(metric, &fault, site);
    }
}

static void refuse(const jl_metric *metric, const jl_metric_fault *fault,
                   const jsonlog_site *site) {
    jl_stats_add(JL_STAT_LOST_INVALID, 1);
    report(metric, fault, site);
}

/* Milliseconds since 1970, rounded down, also before it. */
static int64_t ms_of(int64_t ns) {
    return ns / NS_PER_MS - (ns % NS_PER_MS < 0);
}

void jsonlog_metric_values(jsonlog_logger *logger, const jsonlog_site *site,
                           jsonlog_value dimensions, const jsonlog_value *values) {
    if (logger == NULL)
        return;
    if (site->abi != JSONLOG_SITE_ABI) {
        jl_stats_add(JL_STAT_LOST_INVALID, 1);
        return;
    }
    const int64_t now_ns = jl_clock_now_ns();
    jl_metric metric;
    jl_metric_fault fault;
    metric.time_ms = ms_of(now_ns);
    if (!jl_metric_from_values(&metric, site, &dimensions, values, &fault) ||
        !jl_metric_check(&metric, metric.time_ms, &fault))
        refuse(&metric, &fault, site);
    else
        log_event(&metric, jl_logger_of(logger), site, site->level, now_ns);
}

/* ---- with names made at run time ---- */

static bool is_valid(const jsonlog_metric_event *event) {
    return event != NULL && event->size == sizeof *event && event->level >= 0 &&
           event->level < JSONLOG_LEVEL_OFF &&
           (event->dimensions != NULL || event->dimension_count == 0) &&
           (event->metrics != NULL || event->metric_count == 0) &&
           (event->properties != NULL || event->property_count == 0) &&
           (event->sets != NULL || event->set_count == 0);
}

static jsonlog_status explain(const jl_metric_fault *fault, jsonlog_err *err) {
    const int shown_len = (int)(fault->name.len < NAME_SHOWN ? fault->name.len : NAME_SHOWN);
    return jl_err_set(err, fault->code, JSONLOG_NO_OFFSET, "%s%s%.*s%s", fault->sentence,
                      shown_len > 0 ? ": \"" : "", shown_len, fault->name.ptr,
                      shown_len > 0 ? "\"" : "");
}

jsonlog_status jsonlog_metric_log(jsonlog_logger *logger, const jsonlog_metric_event *event,
                                  jsonlog_err *err) {
    if (!is_valid(event))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "The event lacks something or has a wrong size or level");
    const int level = event->level == 0 ? JSONLOG_LEVEL_INFO : event->level;
    if (!jsonlog_enabled(logger, level))
        return JSONLOG_OK;
    const int64_t now_ns = jl_clock_now_ns();
    jl_metric metric;
    jl_metric_fault fault;
    metric.time_ms = event->time_ms == 0 ? ms_of(now_ns) : event->time_ms;
    if (!jl_metric_from_event(&metric, event, &fault) ||
        !jl_metric_check(&metric, ms_of(now_ns), &fault)) {
        refuse(&metric, &fault, NULL);
        return explain(&fault, err);
    }
    log_event(&metric, jl_logger_of(logger), NULL, level, now_ns);
    return JSONLOG_OK;
}
