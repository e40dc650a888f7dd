#ifndef JL_CLI_METRIC_REQUEST_H
#define JL_CLI_METRIC_REQUEST_H
/**
 * The request of the TestMetricFilter call of CloudWatch Logs, from JSON or the command line:
 *
 *     {"filterPattern": "{ $.a = 1 }", "logEventMessages": ["{\"a\":1}", "…"]}
 *
 * Texts may contain anything, line breaks and NUL bytes too.
 */
#include <jsonlog/filter.h>

#include <stdbool.h>
#include <stddef.h>

/** As many messages as the call takes. */
enum { METRIC_MESSAGES_MAX = 50 };

/** Owned by the request. */
typedef struct request_text {
    char *bytes;
    size_t len;
} request_text;

/** Zero-initialise it. */
typedef struct metric_request {
    request_text pattern; /**< bytes are NULL if there is none */
    request_text *messages;
    size_t message_count;
    bool has_messages; /**< an empty list is one */
} metric_request;

/** Add a copy. @return false if memory is out. */
bool metric_request_set_pattern(metric_request *request, const char *text, size_t len);
bool metric_request_add(metric_request *request, const char *text, size_t len);

/**
 * Read the JSON of a request; members with other names are passed over.
 *
 * @param json  NUL-terminated behind its len bytes.
 * @return NULL, or what is wrong with it, in static storage.
 */
const char *metric_request_read(metric_request *request, const char *json, size_t len);

void metric_request_done(metric_request *request);

#endif
