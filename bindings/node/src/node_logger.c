/* Loggers and the log call. */
#include "node_addon.h"

#include <string.h>

/* loggerGet(name) => handle */
static napi_value logger_get(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text name;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (!jn_c_string_of(&call, call.args[0], "name", &name))
        return NULL;
    jsonlog_logger *logger = jsonlog_get(name.bytes);
    jn_text_done(&name);
    return jn_handle_new(&call, JN_LOGGER, logger);
}

/* loggerWith(logger, bytes, start, end) => handle */
static napi_value logger_with(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_fields fields;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_fields_get(&call, 1, &fields))
        return NULL;
    jsonlog_logger *child = jsonlog_logger_with_fields(logger, fields.fields, fields.count);
    jn_arena_reset(&call);
    if (child == NULL)
        return jn_throw_status(&call, JSONLOG_E_NOMEM, "child");
    return jn_handle_new(&call, JN_LOGGER, child);
}

/* loggerLog(logger, level, bytes, start, end) */
static napi_value logger_log(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_fields fields;
    int level = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_int_get(&call, 1, &level) || !jn_fields_get(&call, 2, &fields))
        return NULL;
    jsonlog_log_fields(logger, level, fields.message, fields.message_len, fields.fields,
                       fields.count);
    jn_arena_reset(&call);
    return NULL;
}

/* loggerLogLines(logger, chunk): each line that is not empty is the message of a record. */
static napi_value logger_log_lines(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text chunk;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_text_get(&call, 1, &chunk))
        return NULL;
    const char *end = chunk.bytes + chunk.len;
    for (const char *at = chunk.bytes; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline == NULL ? end : newline;
        if (stop > at)
            jsonlog_log_fields(logger, JSONLOG_LEVEL_INFO, at, (size_t)(stop - at), NULL, 0);
        at = stop + 1;
    }
    jn_text_done(&chunk);
    return NULL;
}

/* loggerGate(logger) => an ArrayBuffer over the lowest level that anybody listens to, or null. Only
 * for loggers of loggerGet(), which live as long as the process. */
static napi_value logger_gate(napi_env env, napi_callback_info info) {
    jn_call call;
    napi_value gate = NULL;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL)
        return NULL;
    if (napi_create_external_arraybuffer(env, &logger->jsonlog_gate_, sizeof logger->jsonlog_gate_,
                                         NULL, NULL, &gate) == napi_ok)
        return gate;
    return jn_null(&call);
}

/* loggerEnabled(logger, level) => boolean */
static napi_value logger_enabled(napi_env env, napi_callback_info info) {
    jn_call call;
    int level = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_int_get(&call, 1, &level))
        return NULL;
    return jn_bool(&call, jsonlog_enabled(logger, level));
}

/* loggerGetLevel(logger, effective) => number */
static napi_value logger_get_level(napi_env env, napi_callback_info info) {
    jn_call call;
    bool is_effective = false;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_bool_get(&call, 1, &is_effective))
        return NULL;
    return jn_number(&call, is_effective ? jsonlog_logger_get_effective_level(logger)
                                         : jsonlog_logger_get_level(logger));
}

/* loggerSetLevel(logger, level) */
static napi_value logger_set_level(napi_env env, napi_callback_info info) {
    jn_call call;
    int level = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger != NULL && jn_int_get(&call, 1, &level))
        jsonlog_logger_set_level(logger, level);
    return NULL;
}

/* loggerGetPropagate(logger) => boolean */
static napi_value logger_get_propagate(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    const jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    return logger == NULL ? NULL : jn_bool(&call, jsonlog_logger_get_propagate(logger));
}

/* loggerSetPropagate(logger, boolean) */
static napi_value logger_set_propagate(napi_env env, napi_callback_info info) {
    jn_call call;
    bool propagate = false;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger != NULL && jn_bool_get(&call, 1, &propagate))
        jsonlog_logger_set_propagate(logger, propagate);
    return NULL;
}

/* loggerAddHandler(logger, handler) */
static napi_value logger_add_handler(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    jsonlog_handler *handler = logger == NULL ? NULL : jn_handle_get(&call, 1, JN_HANDLER);
    if (handler == NULL)
        return NULL;
    const jsonlog_status status = jsonlog_logger_add_handler(logger, handler);
    if (status != JSONLOG_OK)
        return jn_throw_status(&call, status, "addHandler");
    jn_callback_attached(&call, handler, logger);
    return NULL;
}

/* loggerRemoveHandler(logger, handler) */
static napi_value logger_remove_handler(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    jsonlog_handler *handler = logger == NULL ? NULL : jn_handle_get(&call, 1, JN_HANDLER);
    if (handler == NULL)
        return NULL;
    const jsonlog_status status = jsonlog_logger_remove_handler(logger, handler);
    if (status != JSONLOG_OK)
        return jn_throw_status(&call, status, "removeHandler");
    jn_callback_detached(&call, handler, logger);
    return NULL;
}

static bool read_handlers(const jn_call *call, uint32_t count, jsonlog_handler **handlers) {
    for (uint32_t i = 0; i < count; i++) {
        napi_value element = jn_element(call, call->args[1], i);
        if (element == NULL || (handlers[i] = jn_handle_of(call, element, JN_HANDLER)) == NULL)
            return false;
    }
    return true;
}

/* As many as a logger can have. */
#define HANDLERS_MAX 32

/* loggerSetHandlers(logger, [handler, …]) */
static napi_value logger_set_handlers(napi_env env, napi_callback_info info) {
    jn_call call;
    uint32_t count = 0;
    jsonlog_handler *handlers[HANDLERS_MAX];
    if (!jn_begin(&call, env, info))
        return NULL;
    jsonlog_logger *logger = jn_handle_get(&call, 0, JN_LOGGER);
    if (logger == NULL || !jn_array_get(&call, 1, &count))
        return NULL;
    if (count > HANDLERS_MAX)
        return jn_throw_status(&call, JSONLOG_E_LIMIT, "setHandlers");
    if (!read_handlers(&call, count, handlers))
        return NULL;
    const jsonlog_status status = jsonlog_logger_set_handlers(logger, handlers, count);
    if (status != JSONLOG_OK)
        return jn_throw_status(&call, status, "setHandlers");
    jn_callback_detached(&call, NULL, logger);
    for (uint32_t i = 0; i < count; i++)
        jn_callback_attached(&call, handlers[i], logger);
    return NULL;
}

/* levelName(number) => string */
static napi_value level_name(napi_env env, napi_callback_info info) {
    jn_call call;
    int level = 0;
    if (!jn_begin(&call, env, info) || !jn_int_get(&call, 0, &level))
        return NULL;
    return jn_c_string(&call, jsonlog_level_name(level));
}

/* levelParse(name) => number */
static napi_value level_parse(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text name;
    jsonlog_err err;
    int level = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    if (!jn_c_string_of(&call, call.args[0], "level", &name))
        return NULL;
    const jsonlog_status status = jsonlog_level_parse(name.bytes, &level, &err);
    jn_text_done(&name);
    return status == JSONLOG_OK ? jn_number(&call, level) : jn_throw_err(&call, &err, NULL, 0);
}

const jn_function jn_logger_functions[] = {
    {"loggerGet", logger_get},
    {"loggerWith", logger_with},
    {"loggerLog", logger_log},
    {"loggerLogLines", logger_log_lines},
    {"loggerGate", logger_gate},
    {"loggerEnabled", logger_enabled},
    {"loggerGetLevel", logger_get_level},
    {"loggerSetLevel", logger_set_level},
    {"loggerGetPropagate", logger_get_propagate},
    {"loggerSetPropagate", logger_set_propagate},
    {"loggerAddHandler", logger_add_handler},
    {"loggerRemoveHandler", logger_remove_handler},
    {"loggerSetHandlers", logger_set_handlers},
    {"levelName", level_name},
    {"levelParse", level_parse},
    {NULL, NULL},
};
