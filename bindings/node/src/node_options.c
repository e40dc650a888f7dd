/* Options: properties of an object that our own JavaScript has made. */
#include "node_addon.h"

#include <string.h>

bool jn_option(const jn_call *call, napi_value object, const char *name, napi_value *out) {
    napi_value value = NULL;
    if (!jn_is(call, object, napi_object))
        return jn_throw_type(call, "an object with options is expected") != NULL;
    if (napi_get_named_property(call->env, object, name, &value) != napi_ok)
        return jn_failed(call) != NULL;
    if (!jn_is(call, value, napi_undefined) && !jn_is(call, value, napi_null))
        *out = value;
    return true;
}

/* The exception names the option. */
static bool refuse(const jn_call *call, const char *name, const char *wanted) {
    char text[128];
    snprintf(text, sizeof text, "option %s: %s is expected", name, wanted);
    return jn_throw_type(call, text) != NULL;
}

bool jn_option_bool(const jn_call *call, napi_value object, const char *name, bool *out) {
    napi_value value = NULL;
    if (!jn_option(call, object, name, &value))
        return false;
    if (value == NULL || napi_get_value_bool(call->env, value, out) == napi_ok)
        return true;
    return refuse(call, name, "true or false");
}

bool jn_option_double(const jn_call *call, napi_value object, const char *name, double *out) {
    napi_value value = NULL;
    if (!jn_option(call, object, name, &value))
        return false;
    if (value == NULL || napi_get_value_double(call->env, value, out) == napi_ok)
        return true;
    return refuse(call, name, "a number");
}

static bool get_whole(const jn_call *call, napi_value object, const char *name, double most,
                      double *out) {
    if (!jn_option_double(call, object, name, out))
        return false;
    if (*out >= 0 && *out <= most)
        return true;
    return refuse(call, name, "a number in its range");
}

bool jn_option_u32(const jn_call *call, napi_value object, const char *name, uint32_t *out) {
    double number = *out;
    if (!get_whole(call, object, name, UINT32_MAX, &number))
        return false;
    *out = (uint32_t)number;
    return true;
}

bool jn_option_int(const jn_call *call, napi_value object, const char *name, int *out) {
    double number = *out;
    if (!get_whole(call, object, name, INT32_MAX, &number))
        return false;
    *out = (int)number;
    return true;
}

bool jn_option_size(const jn_call *call, napi_value object, const char *name, size_t *out) {
    double number = (double)*out;
    if (!get_whole(call, object, name, 9007199254740991.0, &number))
        return false;
    *out = (size_t)number;
    return true;
}

static const char *keep(const jn_call *call, napi_value value, const char *name) {
    jn_text text;
    if (!jn_c_string_of(call, value, name, &text))
        return NULL;
    char *kept = jn_arena_take(call->addon, text.len + 1);
    if (kept != NULL)
        memcpy(kept, text.bytes, text.len + 1);
    jn_text_done(&text);
    if (kept == NULL)
        jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    return kept;
}

bool jn_option_string(const jn_call *call, napi_value object, const char *name, const char **out) {
    napi_value value = NULL;
    if (!jn_option(call, object, name, &value))
        return false;
    if (value == NULL)
        return true;
    const char *kept = keep(call, value, name);
    if (kept != NULL)
        *out = kept;
    return kept != NULL;
}

bool jn_option_strings(const jn_call *call, napi_value object, const char *name,
                       const char *const **out, size_t *count) {
    napi_value array = NULL;
    uint32_t length = 0;
    if (!jn_option(call, object, name, &array))
        return false;
    if (array == NULL)
        return true;
    if (napi_get_array_length(call->env, array, &length) != napi_ok)
        return refuse(call, name, "an array of strings");
    const char **kept = jn_arena_take(call->addon, (length + 1) * sizeof *kept);
    if (kept == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, name) != NULL;
    for (uint32_t i = 0; i < length; i++) {
        napi_value element = jn_element(call, array, i);
        if (element == NULL || (kept[i] = keep(call, element, name)) == NULL)
            return false;
    }
    kept[length] = NULL;
    *out = kept;
    *count = length;
    return true;
}
