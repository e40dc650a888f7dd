#ifndef JL_FILTER_METRIC_OPTIONS_H
#define JL_FILTER_METRIC_OPTIONS_H
/** What PutMetricFilter asks of the names, units and counts of a metric filter. */
#include <jsonlog/extract.h>

/**
 * Check everything but the pattern, the references and whether they fit each other.
 *
 * @return JSONLOG_OK, JSONLOG_E_INVALID or JSONLOG_E_LIMIT, with an error that names the option.
 */
jsonlog_status jl_metric_options_check(const jsonlog_metric_filter_options *options,
                                       jsonlog_err *err);

#endif
