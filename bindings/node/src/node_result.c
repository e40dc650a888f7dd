/* Numbers in, results and exceptions out. */
#include "node_addon.h"

#include <stdlib.h>
#include <string.h>

#define SAFE_INTEGER_MAX 9007199254740991.0

bool jn_bool_get(const jn_call *call, size_t arg, bool *out) {
    if (napi_get_value_bool(call->env, call->args[arg], out) == napi_ok)
        return true;
    return jn_throw_type(call, "true or false is expected") != NULL;
}

bool jn_int_get(const jn_call *call, size_t arg, int *out) {
    int32_t number = 0;
    if (napi_get_value_int32(call->env, call->args[arg], &number) != napi_ok)
        return jn_throw_type(call, "a number is expected") != NULL;
    *out = number;
    return true;
}

bool jn_size_of(const jn_call *call, napi_value value, size_t *out) {
    double number = -1;
    const bool is_number = napi_get_value_double(call->env, value, &number) == napi_ok;
    if (!is_number || !(number >= 0 && number <= SAFE_INTEGER_MAX))
        return jn_throw_type(call, "a number that is not negative is expected") != NULL;
    *out = (size_t)number;
    return true;
}

bool jn_size_get(const jn_call *call, size_t arg, size_t *out) {
    return jn_size_of(call, call->args[arg], out);
}

napi_value jn_undefined(const jn_call *call) {
    napi_value result = NULL;
    return napi_get_undefined(call->env, &result) == napi_ok ? result : NULL;
}

napi_value jn_null(const jn_call *call) {
    napi_value result = NULL;
    return napi_get_null(call->env, &result) == napi_ok ? result : NULL;
}

napi_value jn_bool(const jn_call *call, bool value) {
    napi_value result = NULL;
    return napi_get_boolean(call->env, value, &result) == napi_ok ? result : NULL;
}

napi_value jn_number(const jn_call *call, double value) {
    napi_value result = NULL;
    if (napi_create_double(call->env, value, &result) != napi_ok)
        return jn_failed(call);
    return result;
}

napi_value jn_string(const jn_call *call, const char *text, size_t len) {
    napi_value result = NULL;
    if (napi_create_string_utf8(call->env, text == NULL ? "" : text, len, &result) != napi_ok)
        return jn_failed(call);
    return result;
}

napi_value jn_c_string(const jn_call *call, const char *text) {
    return text == NULL ? jn_null(call) : jn_string(call, text, strlen(text));
}

napi_value jn_object(const jn_call *call) {
    napi_value result = NULL;
    return napi_create_object(call->env, &result) == napi_ok ? result : jn_failed(call);
}

napi_value jn_array(const jn_call *call) {
    napi_value result = NULL;
    return napi_create_array(call->env, &result) == napi_ok ? result : jn_failed(call);
}

bool jn_set(const jn_call *call, napi_value object, const char *name, napi_value value) {
    if (value != NULL && napi_set_named_property(call->env, object, name, value) == napi_ok)
        return true;
    return jn_failed(call) != NULL;
}

bool jn_set_at(const jn_call *call, napi_value array, uint32_t index, napi_value value) {
    if (value != NULL && napi_set_element(call->env, array, index, value) == napi_ok)
        return true;
    return jn_failed(call) != NULL;
}

bool jn_set_offset(const jn_call *call, napi_value object, const char *source, size_t len,
                   size_t offset) {
    const double units = (double)jn_utf16_offset(source, len, offset);
    return jn_set(call, object, "offset", jn_number(call, units)) &&
           jn_set(call, object, "byteOffset", jn_number(call, (double)offset));
}

bool jn_array_get(const jn_call *call, size_t arg, uint32_t *length) {
    bool is_array = false;
    if (napi_is_array(call->env, call->args[arg], &is_array) != napi_ok || !is_array)
        return jn_throw_type(call, "an array is expected") != NULL;
    if (napi_get_array_length(call->env, call->args[arg], length) != napi_ok)
        return jn_failed(call) != NULL;
    return true;
}

napi_value jn_element(const jn_call *call, napi_value array, uint32_t index) {
    napi_value element = NULL;
    if (napi_get_element(call->env, array, index, &element) != napi_ok)
        return jn_failed(call);
    return element;
}

/* ---- exceptions ----------------------------------------------------------------------------- */

napi_value jn_failed(const jn_call *call) {
    bool is_pending = false;
    if (napi_is_exception_pending(call->env, &is_pending) == napi_ok && !is_pending)
        napi_throw_error(call->env, "JSONLOG_E_STATE", "Node refused a call of the addon");
    return NULL;
}

napi_value jn_throw_type(const jn_call *call, const char *text) {
    napi_throw_type_error(call->env, "ERR_INVALID_ARG_TYPE", text);
    return NULL;
}

static const char *status_name(jsonlog_status status) {
    switch (status) {
#define STATUS_NAME(name, value, text) \
    case JSONLOG_##name: return "JSONLOG_" #name;
        JSONLOG_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    }
    return "JSONLOG_E_STATE";
}

/* The sentence, with the caret below it where there is a place. */
static napi_value message_of(const jn_call *call, const jsonlog_err *err, const char *source,
                             size_t len) {
    const size_t size = jsonlog_err_render(err, source, len, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL)
        return jn_c_string(call, err->text);
    jsonlog_err_render(err, source, len, text, size);
    napi_value message = jn_string(call, text, size - 1);
    free(text);
    return message;
}

napi_value jn_throw_err(const jn_call *call, const jsonlog_err *err, const char *source,
                        size_t len) {
    napi_value error = NULL;
    napi_value code = jn_c_string(call, status_name(err->code));
    napi_value message = message_of(call, err, source, len);
    if (napi_create_error(call->env, code, message, &error) != napi_ok)
        return jn_failed(call);
    bool is_whole = jn_set(call, error, "name", jn_c_string(call, "JsonlogError")) &&
                    jn_set(call, error, "reason", jn_c_string(call, err->text));
    if (is_whole && err->offset != JSONLOG_NO_OFFSET)
        is_whole = jn_set_offset(call, error, source, len, err->offset);
    if (is_whole)
        napi_throw(call->env, error);
    return NULL;
}

napi_value jn_throw_status(const jn_call *call, jsonlog_status status, const char *what) {
    jsonlog_err err = {status, JSONLOG_NO_OFFSET, ""};
    snprintf(err.text, sizeof err.text, "%s%s%s", what == NULL ? "" : what,
             what == NULL ? "" : ": ", jsonlog_status_text(status));
    return jn_throw_err(call, &err, NULL, 0);
}
