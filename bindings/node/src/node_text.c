/* Arguments that are texts. */
#include "node_addon.h"

#include <stdlib.h>
#include <string.h>

bool jn_is(const jn_call *call, napi_value value, napi_valuetype type) {
    napi_valuetype found = napi_undefined;
    return napi_typeof(call->env, value, &found) == napi_ok && found == type;
}

/* The whole string is in the scratch if a code point more would have fitted. */
static bool from_scratch(const jn_call *call, napi_value value, jn_text *out) {
    jn_addon *addon = call->addon;
    if (addon->is_scratch_taken)
        return false;
    size_t len = 0;
    if (napi_get_value_string_utf8(call->env, value, addon->scratch, JN_SCRATCH_BYTES, &len) !=
        napi_ok)
        return false;
    if (len + 4 >= JN_SCRATCH_BYTES)
        return false;
    addon->is_scratch_taken = true;
    *out = (jn_text){addon->scratch, len, NULL, addon};
    return true;
}

static bool from_string(const jn_call *call, napi_value value, jn_text *out) {
    size_t len = 0;
    if (from_scratch(call, value, out))
        return true;
    if (napi_get_value_string_utf8(call->env, value, NULL, 0, &len) != napi_ok)
        return jn_failed(call) != NULL;
    char *bytes = malloc(len + 1);
    if (bytes == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL) != NULL;
    if (napi_get_value_string_utf8(call->env, value, bytes, len + 1, &len) != napi_ok) {
        free(bytes);
        return jn_failed(call) != NULL;
    }
    *out = (jn_text){bytes, len, bytes, NULL};
    return true;
}

static bool copy(const jn_call *call, const void *bytes, size_t len, jn_text *out) {
    char *owned = malloc(len + 1);
    if (owned == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL) != NULL;
    if (len > 0)
        memcpy(owned, bytes, len);
    owned[len] = '\0';
    *out = (jn_text){owned, len, owned, NULL};
    return true;
}

/* Bytes of a view. Of memory that is shared with other threads a copy is taken. */
static bool from_view(const jn_call *call, const void *bytes, size_t len, napi_value memory,
                      jn_text *out) {
    bool is_own = false;
    bool is_detached = false;
    if (napi_is_arraybuffer(call->env, memory, &is_own) != napi_ok || !is_own)
        return copy(call, bytes, len, out);
    if (napi_is_detached_arraybuffer(call->env, memory, &is_detached) != napi_ok || is_detached)
        return jn_throw_type(call, "the buffer is detached: its bytes are somebody else's") != NULL;
    *out = (jn_text){len == 0 ? "" : bytes, len, NULL, NULL};
    return true;
}

static size_t element_size(napi_typedarray_type type) {
    switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array: return 1;
    case napi_int16_array:
    case napi_uint16_array: return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array: return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array: return 8;
    }
    return 0;
}

static bool from_typed_array(const jn_call *call, napi_value value, jn_text *out) {
    napi_typedarray_type type = napi_uint8_array;
    napi_value memory = NULL;
    void *bytes = NULL;
    size_t len = 0;
    if (napi_get_typedarray_info(call->env, value, &type, &len, &bytes, &memory, NULL) != napi_ok)
        return jn_failed(call) != NULL;
    return from_view(call, bytes, len * element_size(type), memory, out);
}

static bool from_data_view(const jn_call *call, napi_value value, jn_text *out) {
    napi_value memory = NULL;
    void *bytes = NULL;
    size_t len = 0;
    if (napi_get_dataview_info(call->env, value, &len, &bytes, &memory, NULL) != napi_ok)
        return jn_failed(call) != NULL;
    return from_view(call, bytes, len, memory, out);
}

static bool from_array_buffer(const jn_call *call, napi_value value, jn_text *out) {
    void *bytes = NULL;
    size_t len = 0;
    if (napi_get_arraybuffer_info(call->env, value, &bytes, &len) != napi_ok)
        return jn_failed(call) != NULL;
    return from_view(call, bytes, len, value, out);
}

bool jn_text_of(const jn_call *call, napi_value value, jn_text *out) {
    bool is_it = false;
    if (jn_is(call, value, napi_string))
        return from_string(call, value, out);
    if (napi_is_typedarray(call->env, value, &is_it) == napi_ok && is_it)
        return from_typed_array(call, value, out);
    if (napi_is_dataview(call->env, value, &is_it) == napi_ok && is_it)
        return from_data_view(call, value, out);
    if (napi_is_arraybuffer(call->env, value, &is_it) == napi_ok && is_it)
        return from_array_buffer(call, value, out);
    return jn_throw_type(call, "a string, Buffer, typed array, DataView or ArrayBuffer is "
                               "expected") != NULL;
}

bool jn_text_get(const jn_call *call, size_t arg, jn_text *out) {
    return jn_text_of(call, call->args[arg], out);
}

void jn_text_done(jn_text *text) {
    if (text->borrowed != NULL)
        text->borrowed->is_scratch_taken = false;
    free(text->owned);
    *text = (jn_text){NULL, 0, NULL, NULL};
}

static bool is_high(char16_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(char16_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* @return where the first half of a pair without its other half stands; `len` if there is none. */
static size_t find_half(const char16_t *units, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (is_high(units[i]) && i + 1 < len && is_low(units[i + 1]))
            i++;
        else if (is_high(units[i]) || is_low(units[i]))
            return i;
    }
    return len;
}

static size_t utf8_size(const char16_t *units, size_t len) {
    size_t size = 0;
    for (size_t i = 0; i < len; i++)
        size += units[i] < 0x80                                             ? 1u
                : units[i] < 0x800 || is_high(units[i]) || is_low(units[i]) ? 2u
                                                                            : 3u;
    return size;
}

/* The bytes are there already, with U+FFFD (three bytes) for the half. */
static bool refuse_half(const jn_call *call, const char16_t *units, size_t at, jn_text *text) {
    jsonlog_err err = {JSONLOG_E_INVALID, utf8_size(units, at),
                       "half of a surrogate pair is no text"};
    jn_throw_err(call, &err, text->bytes, text->len);
    jn_text_done(text);
    return false;
}

bool jn_pattern_of(const jn_call *call, napi_value value, jn_text *out) {
    if (!jn_text_of(call, value, out))
        return false;
    if (out->owned == NULL && out->borrowed == NULL)
        return true;
    if (memmem(out->bytes, out->len, "\xEF\xBF\xBD", 3) == NULL || !jn_is(call, value, napi_string))
        return true;
    size_t len = 0;
    char16_t *units = malloc((out->len + 1) * sizeof *units);
    if (units == NULL) {
        jn_text_done(out);
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL) != NULL;
    }
    napi_get_value_string_utf16(call->env, value, units, out->len + 1, &len);
    const size_t half = find_half(units, len);
    const bool is_good = half == len || refuse_half(call, units, half, out);
    free(units);
    return is_good;
}

bool jn_c_string_of(const jn_call *call, napi_value value, const char *what, jn_text *out) {
    jn_text text;
    if (!jn_pattern_of(call, value, &text))
        return false;
    const bool has_nul = memchr(text.bytes, '\0', text.len) != NULL;
    const bool is_copied = !has_nul && copy(call, text.bytes, text.len, out);
    jn_text_done(&text);
    if (!has_nul)
        return is_copied;
    jsonlog_err err = {JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, ""};
    snprintf(err.text, sizeof err.text, "a %s holds no NUL character", what);
    return jn_throw_err(call, &err, NULL, 0) != NULL;
}

size_t jn_utf16_offset(const char *bytes, size_t len, size_t offset) {
    size_t units = 0;
    for (size_t i = 0; i < offset && i < len; i++) {
        const unsigned char byte = (unsigned char)bytes[i];
        units += (byte & 0xC0) != 0x80;
        units += byte >= 0xF0;
    }
    return units;
}
