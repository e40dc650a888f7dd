#ifndef JSONLOG_LAMBDA_H
#define JSONLOG_LAMBDA_H
/**
 * Logging in an AWS Lambda function.
 *
 *     if (jsonlog_lambda_start(NULL, &err) != JSONLOG_OK)
 *         …                                       err.text says why
 *     for (;;) {
 *         …                                       GET /runtime/invocation/next
 *         jsonlog_lambda_invocation invocation = JSONLOG_LAMBDA_INVOCATION_INIT;
 *         invocation.request_id = request_id;     from Lambda-Runtime-Aws-Request-Id
 *         invocation.trace_header = trace;        from Lambda-Runtime-Trace-Id
 *         jsonlog_scope scope = jsonlog_lambda_begin(&invocation);
 *         jsonlog_info(log, "order accepted", "orderId", id);
 *         jsonlog_lambda_end(scope);              before the response: then Lambda may freeze us
 *         …                                       POST /runtime/invocation/<request_id>/response
 *     }
 *
 *     {"timestamp":"2026-11-22T08:07:45.784Z","level":"INFO","logger":"orders",
 *      "message":"order accepted","functionName":"orders","functionVersion":"7",
 *      "functionMemorySize":128,"requestId":"8476a536-…","coldStart":true,
 *      "xrayTraceId":"1-5759e988-bd862e3fe1be46a994272793","orderId":"A1"}
 *
 * examples/lambda_bootstrap.c is a whole custom runtime.
 *
 * What is read from the environment:
 *
 *     _LAMBDA_TELEMETRY_LOG_FD  a descriptor that takes framed lines; absent in many custom
 *                               runtimes and container images: then lines go to stdout
 *     AWS_LAMBDA_LOG_FORMAT     JSON or Text
 *     AWS_LAMBDA_LOG_LEVEL      TRACE DEBUG INFO WARN ERROR FATAL; lower records are not written
 *     AWS_LAMBDA_FUNCTION_NAME, _VERSION, _MEMORY_SIZE    fields of every line
 *     AWS_LAMBDA_INITIALIZATION_TYPE    an environment that was started ahead has no cold start
 *
 * A value that is none of these is ignored, and a WARN record of the logger "jsonlog" says so.
 *
 * Threads: jsonlog_lambda_start() and the constructors read and change the environment, so call
 * them before other threads do; the rest may be called from any thread. Signals: nothing.
 */
#include <jsonlog/handler.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The longest line CloudWatch Logs takes: one event with its 26 bytes of overhead fills a batch.
 */
#define JSONLOG_LAMBDA_LINE_MAX 1048550
/** The longest line that also gets through older agents and subscribers, which cut events at 256
 * KiB. */
#define JSONLOG_LAMBDA_LINE_USUAL 262118

/** What a line looks like. Numbers are part of the ABI. */
typedef enum jsonlog_lambda_lines {
    /** One JSON object, also where the function's log format is Text (which is what Lambda sets
     * unless told otherwise): filter patterns and Logs Insights find fields in either. */
    JSONLOG_LAMBDA_LINES_JSON = 0,
    /** `time<TAB>requestId<TAB>LEVEL<TAB>message<TAB>{fields}`, as the runtimes of AWS print text.
     * Where there is no request, its id is `-`. */
    JSONLOG_LAMBDA_LINES_TEXT = 1,
    /** Text if AWS_LAMBDA_LOG_FORMAT says Text, else JSON. */
    JSONLOG_LAMBDA_LINES_AS_CONFIGURED = 2,
} jsonlog_lambda_lines;

/** Options; start from JSONLOG_LAMBDA_OPTIONS_INIT. */
typedef struct jsonlog_lambda_options {
    size_t size;
    jsonlog_lambda_lines lines;
    size_t line_max; /**< 0: 16,384; 512 at least, JSONLOG_LAMBDA_LINE_MAX at most */
} jsonlog_lambda_options;
#define JSONLOG_LAMBDA_OPTIONS_INIT JSONLOG_OPTIONS_INIT_(jsonlog_lambda_options)

/**
 * Set up logging for a Lambda function: the handler below becomes the only one of the root, and
 * AWS_LAMBDA_LOG_LEVEL, if it is there, the root's level (JSONLOG_LEVEL wins over it).
 *
 * @param options  NULL for defaults.
 * @param err      may be NULL.
 * @return JSONLOG_OK, JSONLOG_E_INVALID (a wrong options.size, an unknown kind of lines),
 *         JSONLOG_E_LIMIT (line_max), JSONLOG_E_IO (stdout is closed), JSONLOG_E_NOMEM. Then
 *         nothing has changed.
 */
JSONLOG_API jsonlog_status jsonlog_lambda_start(const jsonlog_lambda_options *options,
                                                jsonlog_err *err);

/**
 * The handler alone, with the formatter below and AWS_LAMBDA_LOG_LEVEL as its level.
 *
 * To stdout: a stream handler, one write for each line. To the telemetry descriptor: one frame for
 * each line, header and line in one write. A frame's type tells the record's level and the log
 * format of the function, its time that of the record; the line is without its newline. A line
 * longer than JSONLOG_LAMBDA_LINE_MAX (of a formatter of your own) is refused with EMSGSIZE. Of a
 * frame that a non-blocking descriptor took in part, the rest goes out before the next one; until
 * it has, lines are refused with JSONLOG_E_AGAIN. After EPIPE the handler stops trying.
 *
 * The first call takes _LAMBDA_TELEMETRY_LOG_FD out of the environment and closes the descriptor on
 * exec, so that no child writes to it; later handlers of this process use it too. Use one at a
 * time: frames of several handlers can mix.
 *
 * Accepted means: write(2) has taken the line, or at least the beginning of its frame.
 *
 * @param out  set on success; give the reference back with jsonlog_handler_release().
 * @return as jsonlog_lambda_start().
 */
JSONLOG_API jsonlog_status jsonlog_lambda_handler_new(const jsonlog_lambda_options *options,
                                                      jsonlog_handler **out, jsonlog_err *err);

/**
 * The formatter alone. JSON: "timestamp", "level", "logger", "message" (at every level), then
 * "functionName", "functionVersion" and "functionMemorySize" (in MB, a number) as far as the
 * environment knows them, then the record's fields. These names are those that Lambda reads itself
 * to filter by level and to set the time of an event. Lambda knows the levels TRACE to FATAL and
 * takes any other for INFO, so a level between two of them, renamed or not, is written as the lower
 * one.
 *
 * @return NULL with err set: JSONLOG_E_INVALID, JSONLOG_E_LIMIT, JSONLOG_E_NOMEM.
 */
JSONLOG_API jsonlog_formatter *jsonlog_lambda_formatter_new(const jsonlog_lambda_options *options,
                                                            jsonlog_err *err);

/** What the Runtime API said about an invocation; all texts may be NULL. Start from
 * JSONLOG_LAMBDA_INVOCATION_INIT. */
typedef struct jsonlog_lambda_invocation {
    size_t size;
    const char *request_id;   /**< Lambda-Runtime-Aws-Request-Id; field "requestId" */
    const char *trace_header; /**< Lambda-Runtime-Trace-Id; its Root is the field "xrayTraceId" */
    const char *function_arn; /**< Lambda-Runtime-Invoked-Function-Arn; field "functionArn" */
    const char *tenant_id;    /**< Lambda-Runtime-Aws-Tenant-Id; field "tenantId" */
} jsonlog_lambda_invocation;
#define JSONLOG_LAMBDA_INVOCATION_INIT JSONLOG_OPTIONS_INIT_(jsonlog_lambda_invocation)

/**
 * An invocation begins: every record of this thread carries its fields until
 * jsonlog_lambda_end(), and "coldStart", which is true for the first invocation of the process
 * unless the environment was started ahead (provisioned concurrency, managed instances). A trace
 * header that cannot be read is left out, and the first one is reported by a WARN record.
 *
 * @return the scope; {0} without memory, or for NULL or a wrong invocation->size.
 */
JSONLOG_API jsonlog_scope jsonlog_lambda_begin(const jsonlog_lambda_invocation *invocation);

/** It is over: its fields go, and everything accepted is flushed, because Lambda freezes the
 * process once it has the response. @return that of jsonlog_flush(). */
JSONLOG_API jsonlog_status jsonlog_lambda_end(jsonlog_scope scope);

#ifdef __cplusplus
}
#endif
#endif
