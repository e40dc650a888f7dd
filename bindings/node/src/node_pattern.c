/* Patterns written from parts. */
#include "node_addon.h"

#include <jsonlog/pattern.h>

#include <string.h>

/* A literal is measured, then written. SIZE_MAX: it cannot be written as asked. */
static napi_value refuse(const jn_call *call, const char *text) {
    jsonlog_err err = {JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, ""};
    strncpy(err.text, text, sizeof err.text - 1);
    return jn_throw_err(call, &err, NULL, 0);
}

/* quote(text, style, flags): style 0 literal, 1 phrase, 2 regular expression */
static size_t quote_as(int style, const jn_text *text, unsigned flags, char *out, size_t size) {
    switch (style) {
    case 0: return jsonlog_pattern_quote(text->bytes, text->len, flags, out, size);
    case 1: return jsonlog_pattern_quote_phrase(text->bytes, text->len, out, size);
    default: return jsonlog_pattern_quote_regex(text->bytes, text->len, flags, out, size);
    }
}

static napi_value quoted(const jn_call *call, int style, const jn_text *text, int flags) {
    const size_t len = quote_as(style, text, (unsigned)flags, NULL, 0);
    if (len == SIZE_MAX)
        return refuse(call, "the text cannot be written as such a literal");
    char *out = jn_arena_take(call->addon, len + 1);
    if (out == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    quote_as(style, text, (unsigned)flags, out, len + 1);
    return jn_string(call, out, len);
}

static napi_value quote(napi_env env, napi_callback_info info) {
    jn_call call;
    jn_text text;
    int style = 0;
    int flags = 0;
    if (!jn_begin(&call, env, info) || !jn_int_get(&call, 1, &style) ||
        !jn_int_get(&call, 2, &flags) || !jn_pattern_of(&call, call.args[0], &text))
        return NULL;
    napi_value result = quoted(&call, style, &text, flags);
    jn_text_done(&text);
    jn_arena_reset(&call);
    return result;
}

static napi_value selector_of(const jn_call *call, const char *const *keys, size_t count) {
    const size_t len = jsonlog_pattern_selector(keys, count, NULL, 0);
    if (len == SIZE_MAX)
        return refuse(call, "these keys cannot be written as a selector");
    char *out = jn_arena_take(call->addon, len + 1);
    if (out == NULL)
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    jsonlog_pattern_selector(keys, count, out, len + 1);
    return jn_string(call, out, len);
}

/* selector({keys}) => string */
static napi_value selector(napi_env env, napi_callback_info info) {
    jn_call call;
    const char *const *keys = NULL;
    size_t count = 0;
    if (!jn_begin(&call, env, info))
        return NULL;
    napi_value result = NULL;
    if (jn_option_strings(&call, call.args[0], "keys", &keys, &count))
        result = selector_of(&call, keys, count);
    jn_arena_reset(&call);
    return result;
}

const jn_function jn_pattern_functions[] = {{"quote", quote}, {"selector", selector}, {NULL, NULL}};
