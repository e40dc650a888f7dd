#ifndef JL_CLI_METRIC_VALIDATION_H
#define JL_CLI_METRIC_VALIDATION_H
/**
 * What CloudWatch Logs says of a TestMetricFilter request that it refuses.
 */
#include "cli/metric_request.h"

#include <stdio.h>

/** Check the request's lengths. @return whether it is refused; then the message was written. */
bool metric_validation_refuses(const metric_request *request, FILE *message);

/** @return the bytes of an error's text that are CloudWatch's own message, without our hint. */
size_t metric_validation_own_part(const jsonlog_err *err);

#endif
