/* Logging in AWS Lambda: the handler, the set-up of a function, and its invocations. */
#include "base/err.h"
#include "handler/descriptor.h"
#include "handler/lambda_environment.h"
#include "handler/lambda_frames.h"

#include <jsonlog/lambda.h>
#include <jsonlog/trace.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- handler ---- */

static jsonlog_handler *new_output(const jl_lambda_environment *environment, jsonlog_err *err) {
    jl_descriptor probe;
    const bool is_framed = environment->telemetry_fd != -1;
    const int fd = is_framed ? environment->telemetry_fd : STDOUT_FILENO;
    if (!jl_descriptor_init(&probe, fd)) {
        jl_err_set(err, JSONLOG_E_IO, JSONLOG_NO_OFFSET, "Descriptor %d is not open for writing",
                   fd);
        return NULL;
    }
    jsonlog_handler *handler = is_framed ? jl_lambda_frames_new(fd, environment->is_text)
                                         : jsonlog_stream_handler_new(fd, NULL);
    if (handler == NULL)
        jl_err_nomem(err);
    return handler;
}

/* @return whether the formatter could be made and set. */
static bool set_formatter(jsonlog_handler *handler, const jsonlog_lambda_options *options,
                          jsonlog_err *err) {
    jsonlog_formatter *formatter = jsonlog_lambda_formatter_new(options, err);
    if (formatter == NULL)
        return false;
    const jsonlog_status status = jsonlog_handler_set_formatter(handler, formatter);
    jsonlog_formatter_release(formatter);
    if (status != JSONLOG_OK)
        jl_err_nomem(err);
    return status == JSONLOG_OK;
}

/* @return NULL with *err set. */
static jsonlog_handler *new_handler(const jsonlog_lambda_options *options,
                                    const jl_lambda_environment *environment, jsonlog_err *err) {
    jsonlog_handler *handler = new_output(environment, err);
    if (handler == NULL)
        return NULL;
    jsonlog_handler_set_level(handler, environment->level);
    if (set_formatter(handler, options, err))
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

jsonlog_status jsonlog_lambda_handler_new(const jsonlog_lambda_options *options,
                                          jsonlog_handler **out, jsonlog_err *err) {
    jl_lambda_environment environment;
    jsonlog_err own;
    if (err == NULL)
        err = &own;
    if (out == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "There is no place for it");
    jl_lambda_environment_read(&environment);
    jsonlog_handler *handler = new_handler(options, &environment, err);
    if (handler == NULL)
        return err->code;
    jl_lambda_environment_report(&environment);
    *out = handler;
    return JSONLOG_OK;
}

/* ---- function ---- */

/* JSONLOG_LEVEL was set for this very library; the handler keeps to Lambda's level all the same. */
static void set_root_level(int level) {
    const char *own = getenv("JSONLOG_LEVEL");
    if (level != JSONLOG_LEVEL_NOTSET && (own == NULL || *own == '\0'))
        jsonlog_logger_set_level(jsonlog_root(), level);
}

jsonlog_status jsonlog_lambda_start(const jsonlog_lambda_options *options, jsonlog_err *err) {
    jl_lambda_environment environment;
    jsonlog_err own;
    if (err == NULL)
        err = &own;
    jl_lambda_environment_read(&environment);
    jsonlog_handler *handler = new_handler(options, &environment, err);
    if (handler == NULL)
        return err->code;
    const jsonlog_status status = jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
    if (status != JSONLOG_OK)
        return jl_err_nomem(err);
    set_root_level(environment.level);
    jl_lambda_environment_report(&environment);
    return JSONLOG_OK;
}

/* ---- invocation ---- */

/* An environment that was made before anybody called is warm at its first invocation. */
static bool was_started_ahead(void) {
    const char *type = getenv("AWS_LAMBDA_INITIALIZATION_TYPE");
    return type != NULL && (strcmp(type, "provisioned-concurrency") == 0 ||
                            strcmp(type, "lambda-managed-instances") == 0);
}

static bool is_cold_start(void) {
    static bool was_invoked;
    return !__atomic_exchange_n(&was_invoked, true, __ATOMIC_RELAXED) && !was_started_ahead();
}

#define FIELDS_MAX 5
#define ROOT_LEN   35 /* 1-<8 hex>-<24 hex> */

typedef struct fields {
    jsonlog_field list[FIELDS_MAX];
    size_t count;
    char root[JSONLOG_XRAY_HEADER_SIZE];
} fields;

static void add(fields *all, const char *key, jsonlog_value value) {
    if (value.type != JSONLOG_TYPE_NULL)
        all->list[all->count++] = jsonlog_field_make(key, value);
}

/* Written anew, so that the field has lower-case digits whatever the header has.
 * @return false for a header that cannot be read; err says why. */
static bool add_trace(fields *all, const char *header, jsonlog_err *err) {
    static const char key[] = "Root=";
    jsonlog_trace_context trace;
    if (header == NULL || *header == '\0')
        return true;
    if (jsonlog_trace_parse_xray(header, JSONLOG_NUL_TERMINATED, &trace, err) != JSONLOG_OK)
        return false;
    jsonlog_trace_format_xray(&trace, all->root, sizeof all->root);
    add(all, "xrayTraceId", jsonlog_string(all->root + sizeof key - 1, ROOT_LEN));
    return true;
}

jsonlog_scope jsonlog_lambda_begin(const jsonlog_lambda_invocation *invocation) {
    fields all = {.count = 0};
    jsonlog_err err;
    if (invocation == NULL || invocation->size != sizeof *invocation)
        return (jsonlog_scope){0};
    add(&all, "requestId", jsonlog_from_string(invocation->request_id));
    add(&all, "coldStart", jsonlog_bool(is_cold_start()));
    const bool is_readable = add_trace(&all, invocation->trace_header, &err);
    add(&all, "functionArn", jsonlog_from_string(invocation->function_arn));
    add(&all, "tenantId", jsonlog_from_string(invocation->tenant_id));
    const jsonlog_scope scope = jsonlog_scope_push_fields(all.list, all.count);
    if (!is_readable)
        jsonlog_warn_once(jsonlog_get("jsonlog"), "a trace header cannot be read and is ignored",
                          "reason", err.text, "header", invocation->trace_header);
    return scope;
}

jsonlog_status jsonlog_lambda_end(jsonlog_scope scope) {
    jsonlog_scope_pop(scope);
    return jsonlog_flush();
}
