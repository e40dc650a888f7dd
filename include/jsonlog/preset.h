#ifndef JSONLOG_PRESET_H
#define JSONLOG_PRESET_H
/**
 * Presets: the JSON formatter under the names and in the shape that a log backend reads.
 *
 *     jsonlog_preset_options options = JSONLOG_PRESET_OPTIONS_INIT;
 *     options.service = "payment";
 *     options.version = "1.4.2";
 *     jsonlog_formatter *ecs =
 *         jsonlog_preset_formatter_new(JSONLOG_PRESET_ECS, &options, NULL, &err);
 *     jsonlog_handler_set_formatter(handler, ecs);
 *     jsonlog_formatter_release(ecs);
 *
 *     jsonlog_error(log, "save failed", "errorCode", "DA00012", "error", jsonlog_errno(ENOSPC));
 *
 *     {"@timestamp":"2026-11-22T08:07:45.784Z","log.level":"error","message":"save failed",
 *      "ecs.version":"8.11.0","log.logger":"payment.db","service.name":"payment",
 *      "service.version":"1.4.2","error.code":"DA00012","error.type":"ENOSPC",
 *      "error.message":"No space left on device"}
 *
 * No call site changes: the same records, and what jsonlog_trace_push() adds, are written under
 * other names. Every line stays one JSON object with unique keys, and all limits of formatter.h
 * hold. What the record knows of itself comes first, then static fields, then its fields in their
 * order, then labels or "Attributes".
 *
 * Fields with a meaning. A field of a call, a logger or a scope with one of these names is written
 * as the preset wants it; all others keep their names (in OpenTelemetry they are members of
 * "Attributes").
 *
 *     errorCode   the error's code
 *     error       jsonlog_errno(), jsonlog_causes() or a string: what went wrong, taken apart into
 *                 message and type, which is the name of the (first) errno in it. Other values stay
 *                 under "error"
 *     stackTrace  a backtrace as text
 *     traceId, spanId, sampled    where in which trace
 *
 *     | of a record     | ECS                  | OPENTELEMETRY               | GOOGLE_CLOUD
 *     |-----------------|----------------------|-----------------------------|----------------
 *     | time            | @timestamp           | Timestamp, ObservedTime-    | time
 *     |                 |                      |   stamp: nanoseconds, text  |
 *     | level           | log.level ("error")  | SeverityText, -Number       | severity
 *     | message         | message              | Body                        | message
 *     | logger          | log.logger           | InstrumentationScope.Name   | logger
 *     | file            | log.origin.file.name | A code.file.path            | L/sourceLocation
 *     | line            | log.origin.file.line | A code.line.number          |   {file, line,
 *     | function        | log.origin.function  | A code.function.name        |   function}
 *     | thread: id      | process.thread.id    | A thread.id                 | thread
 *     | thread: name    | process.thread.name  | A thread.name               | -
 *     | process         | process.pid          | A process.pid               | -
 *     | errorCode       | error.code           | A error.type                | errorCode
 *     | error: message  | error.message        | A exception.message         | error, as it is
 *     | error: type     | error.type           | A exception.type            |
 *     | stackTrace      | error.stack_trace    | A exception.stacktrace      | stack_trace
 *     | traceId         | trace.id             | TraceId                     | L/trace
 *     | spanId          | span.id              | SpanId                      | L/spanId
 *     | sampled         | sampled              | TraceFlags: 1 or 0          | L/trace_sampled
 *     | other fields    | as they are          | A as they are               | as they are
 *     | options: labels | labels               | A as they are               | L/labels
 *     | service         | service.name         | R service.name              | serviceContext
 *     | version         | service.version      | R service.version           |   {service, version}
 *     | environment     | service.environment  | R deployment.environment    | environment
 *     |                 |                      |   .name                     |
 *     | host            | host.hostname        | R host.name                 | host
 *
 * A and R: members of "Attributes" and "Resource". L: "logging.googleapis.com".
 *
 *     | of a record     | DATADOG              | LOGSTASH
 *     |-----------------|----------------------|-----------------------------------------------
 *     | time            | timestamp            | @timestamp, with "@version":"1"
 *     | level           | status ("error")     | level, level_value (40000)
 *     | message         | message              | message
 *     | logger          | logger.name          | logger_name
 *     | file, line      | -                    | caller_file_name, caller_line_number
 *     | function        | logger.method_name   | caller_method_name
 *     | thread: name    | logger.thread_name   | thread_name, in every line
 *     | errorCode       | error.kind           | errorCode
 *     | error: message  | error.message        | error, as it is
 *     | error: type     | error.kind where     |
 *     |                 |   there is no code   |
 *     | stackTrace      | error.stack          | stack_trace
 *     | traceId, spanId | dd.trace_id,         | traceId, spanId
 *     |                 |   dd.span_id         |
 *     | service, ...    | dd.service, .version | service, version, environment, host
 *     |                 |   dd.env, host       |
 *
 *  - File, line and function are there with more->with_source, thread and process with
 *    more->with_thread. A record without a call site has none of the first three.
 *  - Levels between the named ones: ECS and logstash write their own name and number; Lambda, which
 *    takes a level it does not know for INFO, gets the one below; in OpenTelemetry the number rises
 *    with the level (INFO 9, 25 is 11, WARN 13); 25 to 29 are NOTICE for Google Cloud and Datadog.
 *    FATAL is CRITICAL for these two, who do not know it.
 *  - ECS follows ecs-logging: dotted keys at the top; time, level and message first. For nested
 *    objects, which CloudWatch patterns can search ({ $.error.code = "DA*" }), set
 *    more->expand_dots; ecs-logging allows that of all keys but log.level, Elasticsearch of all.
 *  - OpenTelemetry has the names of the log data model and not those of OTLP/JSON, where attributes
 *    are an array of {"key":...,"value":{"stringValue":...}}, which no filter pattern can search.
 *    64-bit times are texts in both. ObservedTimestamp equals Timestamp, as the model has it for
 *    records made in the process itself. In a line that is far too long Attributes go as one field.
 *  - Google Cloud: a field "httpRequest" stays at the top, where the agent looks for it. L/trace is
 *    "projects/<project>/traces/<traceId>" with options.project, else the bare id. Labels must be
 *    texts, so numbers and booleans become some. A record from ERROR up that has a stackTrace (with
 *    options.report_errors: any from ERROR up) gets the "@type" by which Error Reporting takes it,
 *    and if it has a call site "context":{"reportLocation":...}.
 *  - Datadog: ids are the last 64 bits in decimal; what is no hexadecimal id is written as it is.
 *  - Lambda: the names of lambda.h, which Lambda itself reads; `new` reads its environment.
 *  - python-json-logger: the bytes of version 4.2 with its default options: "message" alone unless
 *    more->format or more->names choose; levelname WARNING and CRITICAL; ASCII only; ", " and ": ";
 *    a record without a message has "message": ""; `_` fields are skipped; the last of equal keys
 *    wins; more->timestamp_key is timestamp=. Where 4.2 writes no JSON it deviates (NaN and
 *    infinities are null, lone surrogates U+FFFD); tests/data/presets/deviations.json is the list,
 *    and tests/data/pjl_checklist.json says what only Python has.
 *
 * What of your own options (`more`) may be combined with a preset:
 *  - format, style, parse, names and timestamp_key only with DEFAULT and PYTHON_JSON_LOGGER; the
 *    others have a layout of their own: JSONLOG_E_INVALID.
 *  - rename names keys as the preset writes them ("@timestamp" and not "timestamp"), members of
 *    "Attributes" too. A rename of a field with a meaning by its own name ("errorCode", "traceId")
 *    takes it away from the preset. With rename_keeps_missing the preset's key for errorCode is
 *    null where there is none.
 *  - static_fields and defaults are written at the top. A static field wins over an equal one of
 *    the preset; under a key that the preset makes for each record ("log.level") it is
 *    JSONLOG_E_INVALID. 32 static fields in all, up to 5 of them the preset's.
 *  - exclude and skip_underscored go by the names of the call; exclude holds for static fields too.
 *  - process sees the record as it was logged, value_fn the values under the keys as written.
 *  - Of time_style, timestamp_precision and collision any value but 0 wins over the preset's.
 *  - Switches are on if you or the preset set them. expand_dots is refused with GOOGLE_CLOUD, whose
 *    keys have dots that mean nothing. message_always is for DEFAULT; the others do so anyway.
 *  - The rest is as in formatter.h.
 *
 * A metric (metric.h) keeps its names in every preset.
 *
 * Cost: a copy of the list of fields, some 20 KiB of stack more than the JSON formatter for ECS to
 * PYTHON_JSON_LOGGER, and no allocation.
 *
 * Threads: everything may be called from any thread. Signals: nothing here is for handlers.
 * Sources: tests/data/presets/sources.json names the document for each key.
 */
#include <jsonlog/formatter.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Name, number, and the text for configuration files. Numbers are part of the ABI. */
#define JSONLOG_PRESET_LIST(X)           \
    X(DEFAULT, 0, "default")             \
    X(LAMBDA, 1, "lambda")               \
    X(ECS, 2, "ecs")                     \
    X(OPENTELEMETRY, 3, "opentelemetry") \
    X(GOOGLE_CLOUD, 4, "google-cloud")   \
    X(DATADOG, 5, "datadog")             \
    X(LOGSTASH, 6, "logstash")           \
    X(PYTHON_JSON_LOGGER, 7, "python-json-logger")

typedef enum jsonlog_preset {
#define JSONLOG_PRESET_ENUM(name, value, text) JSONLOG_PRESET_##name = (value),
    JSONLOG_PRESET_LIST(JSONLOG_PRESET_ENUM)
#undef JSONLOG_PRESET_ENUM
} jsonlog_preset;

/** @return "ecs" and so on, static storage; NULL for other numbers. */
JSONLOG_API const char *jsonlog_preset_name(jsonlog_preset preset);

/** Find a preset by its name, exactly as written above.
 *  @return JSONLOG_OK, JSONLOG_E_NOT_FOUND (also for NULL; *out is unchanged then). */
JSONLOG_API jsonlog_status jsonlog_preset_from_name(const char *name, jsonlog_preset *out);

/**
 * What a preset cannot know; start from JSONLOG_PRESET_OPTIONS_INIT. Texts may be NULL, and are
 * copied.
 *
 * Where the tables above have no name for one of the first four (DEFAULT, LAMBDA,
 * PYTHON_JSON_LOGGER), it is a static field "service", "version", "environment", "host".
 */
typedef struct jsonlog_preset_options {
    size_t size;
    const char *service;
    const char *version;       /**< of the service; Google Cloud: only with service */
    const char *environment;   /**< "production" */
    const char *host;          /**< "": what gethostname(2) says when the formatter is made */
    const char *project;       /**< Google Cloud: the project of the traces */
    const char *const *labels; /**< names of fields that are labels: members of the preset's object
                                  of labels. ECS, Google Cloud; an object or array is no label and
                                  stays where it is. Up to 32 */
    size_t label_count;
    bool report_errors; /**< Google Cloud: every record from ERROR up is for Error Reporting */
    bool raw_utf8;      /**< python-json-logger: json_ensure_ascii=False */
} jsonlog_preset_options;
#define JSONLOG_PRESET_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_preset_options)

/**
 * A JSON formatter with a preset's names and shape.
 *
 * @param options  NULL for defaults.
 * @param more     options of your own, see above; NULL for none.
 * @param err      may be NULL.
 * @return NULL with err set: JSONLOG_E_INVALID (an unknown preset, a wrong size, an option that
 * does not go with the preset), JSONLOG_E_LIMIT (too many labels, static fields or renames), and as
 * jsonlog_json_formatter_new().
 */
JSONLOG_API jsonlog_formatter *jsonlog_preset_formatter_new(jsonlog_preset preset,
                                                            const jsonlog_preset_options *options,
                                                            const jsonlog_json_options *more,
                                                            jsonlog_err *err);

#ifdef __cplusplus
}
#endif
#endif
