/* Handlers: where lines go. */
#include "node_addon.h"

#include <jsonlog/async.h>
#include <jsonlog/config.h>
#include <jsonlog/file.h>
#include <jsonlog/routing.h>

#include <stdlib.h>

/* NULL is what a constructor returns for want of memory, or for arguments that it refuses. */
static napi_value handler_or_error(const jn_call *call, jsonlog_handler *handler,
                                   const char *what) {
    if (handler == NULL)
        return jn_throw_status(call, JSONLOG_E_INVALID, what);
    return jn_handle_new(call, JN_HANDLER, handler);
}

/* "bufferBytes" and "flushMs" name the buffered policy. */
static bool read_policy(const jn_call *call, napi_value from, jsonlog_write_policy *policy) {
    size_t bytes = 0;
    uint32_t flush_ms = 0;
    if (!jn_option_size(call, from, "bufferBytes", &bytes) ||
        !jn_option_u32(call, from, "flushMs", &flush_ms))
        return false;
    if (bytes > 0)
        *policy = jsonlog_buffered(bytes, flush_ms);
    return true;
}

/* handlerStream(descriptor, {ownsDescriptor, bufferBytes, flushMs}) => handle */
static napi_value handler_stream(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    int descriptor = -1;
    if (!jn_begin(&call, env, info) || !jn_int_get(&call, 0, &descriptor))
        return NULL;
    if (!jn_option_bool(&call, call.args[1], "ownsDescriptor", &options.owns_descriptor) ||
        !read_policy(&call, call.args[1], &options.policy))
        return NULL;
    return handler_or_error(&call, jsonlog_stream_handler_new(descriptor, &options),
                            "stream handler");
}

static bool read_file_options(const jn_call *call, napi_value from, jsonlog_file_options *options) {
    return jn_option_u32(call, from, "mode", &options->mode) &&
           jn_option_u32(call, from, "directoryMode", &options->directory_mode) &&
           jn_option_bool(call, from, "makesDirectories", &options->makes_directories) &&
           jn_option_bool(call, from, "refusesSymlink", &options->refuses_symlink) &&
           jn_option_bool(call, from, "opensLate", &options->opens_late) &&
           jn_option_u32(call, from, "checkMs", &options->check_ms) &&
           read_policy(call, from, &options->policy);
}

/* handlerFile(path, options) => handle */
static napi_value handler_file(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text path;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    if (!jn_begin(&call, env, info) || !read_file_options(&call, call.args[1], &options))
        return NULL;
    if (!jn_c_string_of(&call, call.args[0], "path", &path))
        return NULL;
    const bool is_good =
        jsonlog_file_handler_new(path.bytes, &options, &handler, &err) == JSONLOG_OK;
    jn_text_done(&path);
    if (!is_good)
        return jn_throw_err(&call, &err, NULL, 0);
    return jn_handle_new(&call, JN_HANDLER, handler);
}

/* handlerMemory(capacity) => handle */
static napi_value handler_memory(napi_env env, napi_callback_info info) {
    jn_call call;
    size_t capacity = 0;
    if (!jn_begin(&call, env, info) || !jn_size_get(&call, 0, &capacity))
        return NULL;
    return handler_or_error(&call, jsonlog_memory_handler_new(capacity), "memory handler");
}

/* handlerNull() => handle */
static napi_value handler_null(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    return handler_or_error(&call, jsonlog_null_handler_new(), "null handler");
}

/* handlerAsync(target, {whenFull, ringBytes, blockTimeoutMs, drainTimeoutMs}) => handle */
static napi_value handler_async(napi_env env, napi_callback_info info) {
    jn_call call;
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    int when_full = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *target = jn_handle_get(&call, 0, JN_HANDLER);
    if (target == NULL || !jn_option_int(&call, call.args[1], "whenFull", &when_full) ||
        !jn_option_size(&call, call.args[1], "ringBytes", &options.ring_bytes) ||
        !jn_option_u32(&call, call.args[1], "blockTimeoutMs", &options.block_timeout_ms) ||
        !jn_option_u32(&call, call.args[1], "drainTimeoutMs", &options.drain_timeout_ms))
        return NULL;
    options.when_full = (jsonlog_async_policy)when_full;
    return handler_or_error(&call, jsonlog_async_handler_new(target, &options), "async handler");
}

/* As many as a router takes. */
#define RULES_MAX 31

/* One rule: {pattern, handler, isFinal}; without a handler it goes nowhere. */
static bool read_rule(const jn_call *call, napi_value from, jsonlog_routing_rule *rule) {
    napi_value handle = NULL;
    *rule = (jsonlog_routing_rule){NULL, NULL, false};
    if (!jn_option_string(call, from, "pattern", &rule->pattern) ||
        !jn_option_bool(call, from, "isFinal", &rule->is_final) ||
        !jn_option(call, from, "handler", &handle))
        return false;
    if (handle != NULL)
        rule->handler = jn_handle_of(call, handle, JN_HANDLER);
    return handle == NULL || rule->handler != NULL;
}

static bool read_rules(const jn_call *call, uint32_t count, jsonlog_routing_rule *rules) {
    for (uint32_t i = 0; i < count; i++) {
        napi_value element = jn_element(call, call->args[0], i);
        if (element == NULL || !read_rule(call, element, &rules[i]))
            return false;
    }
    return true;
}

static napi_value router_of(const jn_call *call, uint32_t count) {
    jsonlog_routing_rule rules[RULES_MAX];
    jsonlog_handler *otherwise = NULL;
    jsonlog_err err;
    if (!read_rules(call, count, rules))
        return NULL;
    if (jn_is(call, call->args[1], napi_number)) {
        otherwise = jn_handle_get(call, 1, JN_HANDLER);
        if (otherwise == NULL)
            return NULL;
    }
    jsonlog_handler *router = jsonlog_router_handler_new(rules, count, otherwise, &err);
    if (router == NULL)
        return jn_throw_err(call, &err, NULL, 0);
    return jn_handle_new(call, JN_HANDLER, router);
}

/* handlerRouter([rule, …], otherwise) => handle */
static napi_value handler_router(napi_env env, napi_callback_info info) {
    jn_call call;
    uint32_t count = 0;
    if (!jn_begin(&call, env, info) || !jn_array_get(&call, 0, &count))
        return NULL;
    if (count > RULES_MAX)
        return jn_throw_status(&call, JSONLOG_E_LIMIT, "rules of a router");
    napi_value result = router_of(&call, count);
    jn_arena_reset(&call);
    return result;
}

/* handlerConfigured(name) => handle, or null: one of the configuration in force */
static napi_value handler_configured(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text name;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (!jn_c_string_of(&call, call.args[0], "name", &name))
        return NULL;
    jsonlog_handler *handler = jsonlog_config_get_handler(name.bytes);
    jn_text_done(&name);
    return handler == NULL ? jn_null(&call) : jn_handle_new(&call, JN_HANDLER, handler);
}

/* handlerSetLevel(handler, level) */
static napi_value handler_set_level(napi_env env, napi_callback_info info) {
    jn_call call;
    int level = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    if (handler != NULL && jn_int_get(&call, 1, &level))
        jsonlog_handler_set_level(handler, level);
    return NULL;
}

/* handlerGetLevel(handler) => number */
static napi_value handler_get_level(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    return handler == NULL ? NULL : jn_number(&call, jsonlog_handler_get_level(handler));
}

/* handlerSetFormatter(handler, formatter) */
static napi_value handler_set_formatter(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    jsonlog_formatter *formatter = handler == NULL ? NULL : jn_handle_get(&call, 1, JN_FORMATTER);
    if (formatter == NULL)
        return NULL;
    const jsonlog_status status = jsonlog_handler_set_formatter(handler, formatter);
    return status == JSONLOG_OK ? NULL : jn_throw_status(&call, status, "formatter");
}

static napi_value set_pattern(const jn_call *call, jsonlog_handler *handler,
                              jsonlog_pattern_use use) {
    jn_text pattern;
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (!jn_pattern_of(call, call->args[1], &pattern))
        return NULL;
    jsonlog_status status = jsonlog_filter_compile(pattern.bytes, pattern.len, &filter, &err);
    if (status != JSONLOG_OK)
        jn_throw_err(call, &err, pattern.bytes, pattern.len);
    jn_text_done(&pattern);
    if (status != JSONLOG_OK)
        return NULL;
    status = jsonlog_handler_take_filter(handler, filter, use);
    if (status == JSONLOG_OK)
        return NULL;
    jsonlog_filter_free(filter);
    return jn_throw_status(call, status, "pattern");
}

/* handlerSetPattern(handler, pattern or null, passesOthers) */
static napi_value handler_set_pattern(napi_env env, napi_callback_info info) {
    jn_call call;
    bool passes_others = false;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    if (handler == NULL || !jn_bool_get(&call, 2, &passes_others))
        return NULL;
    if (!jn_is(&call, call.args[1], napi_null))
        return set_pattern(&call, handler,
                           passes_others ? JSONLOG_PASS_OTHERS : JSONLOG_PASS_MATCHING);
    jsonlog_handler_set_filter_pattern(handler, NULL, JSONLOG_PASS_MATCHING, NULL);
    return NULL;
}

/* handlerFlush(handler) */
static napi_value handler_flush(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    if (handler == NULL)
        return NULL;
    const jsonlog_status status = jsonlog_handler_flush(handler);
    return status == JSONLOG_OK ? NULL : jn_throw_status(&call, status, "flush");
}

/* handlerStats(handler) => {lines, bytes, lost, …} */
static napi_value handler_stats(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    napi_value result = handler == NULL ? NULL : jn_object(&call);
    if (result == NULL)
        return NULL;
    jsonlog_handler_stats stats;
    jsonlog_handler_get_stats(handler, &stats);
    const bool is_set =
        jn_set(&call, result, "lines", jn_number(&call, (double)stats.lines)) &&
        jn_set(&call, result, "bytes", jn_number(&call, (double)stats.bytes)) &&
        jn_set(&call, result, "lost", jn_number(&call, (double)stats.lost)) &&
        jn_set(&call, result, "lostAgain", jn_number(&call, (double)stats.lost_again)) &&
        jn_set(&call, result, "lostError", jn_number(&call, (double)stats.lost_error)) &&
        jn_set(&call, result, "lostNested", jn_number(&call, (double)stats.lost_nested)) &&
        jn_set(&call, result, "tornClosed", jn_number(&call, (double)stats.torn_closed)) &&
        jn_set(&call, result, "lastErrno", jn_number(&call, stats.last_errno));
    return is_set ? result : NULL;
}

/* memoryRead(handler) => string. More lines may come between measuring and reading: those wait. */
static napi_value memory_read(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    if (handler == NULL)
        return NULL;
    const size_t size = jsonlog_memory_handler_read(handler, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL)
        return jn_throw_status(&call, JSONLOG_E_NOMEM, NULL);
    const size_t len = jsonlog_memory_handler_read(handler, text, size);
    napi_value result = jn_string(&call, text, len < size ? len : size - 1);
    free(text);
    return result;
}

/* memoryClear(handler) => number */
static napi_value memory_clear(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_handler *handler = jn_handle_get(&call, 0, JN_HANDLER);
    if (handler == NULL)
        return NULL;
    return jn_number(&call, (double)jsonlog_memory_handler_clear(handler));
}

const jn_function jn_handler_functions[] = {
    {"handlerStream", handler_stream},
    {"handlerFile", handler_file},
    {"handlerMemory", handler_memory},
    {"handlerNull", handler_null},
    {"handlerAsync", handler_async},
    {"handlerRouter", handler_router},
    {"handlerConfigured", handler_configured},
    {"handlerSetLevel", handler_set_level},
    {"handlerGetLevel", handler_get_level},
    {"handlerSetFormatter", handler_set_formatter},
    {"handlerSetPattern", handler_set_pattern},
    {"handlerFlush", handler_flush},
    {"handlerStats", handler_stats},
    {"memoryRead", memory_read},
    {"memoryClear", memory_clear},
    {NULL, NULL},
};
