#ifndef JSONLOG_JSONLOG_H
#define JSONLOG_JSONLOG_H
/**
 * jsonlog: structured JSON logging for C, and the proof that the logs can be found again.
 *
 * This header is all a service needs to write logs. <jsonlog/filter.h> matches them with CloudWatch
 * filter patterns, <jsonlog/capture.h> and <jsonlog/cmocka.h> assert on them in unit tests.
 */
#include <jsonlog/formatter.h>
#include <jsonlog/handler.h>
#include <jsonlog/logger.h>
#include <jsonlog/record.h>
#include <jsonlog/status.h>
#include <jsonlog/value.h>

#endif
