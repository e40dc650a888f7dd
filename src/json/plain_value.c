#include "json/plain_value.h"

#include "json/escape.h"

#include <math.h>

char *jl_put_plain_text(char *at, const char *end, const char *text, size_t len) {
    const size_t room = (size_t)(end - at);
    if (JSONLOG_UNLIKELY(room < 2 || len > room - 2))
        return NULL;
    *at++ = '"';
    if (JSONLOG_UNLIKELY(jl_copy_plain(at, text, len) < len))
        return NULL;
    at += len;
    *at++ = '"';
    return at;
}

static char *put_bool(char *at, bool value) {
    memcpy(at, value ? "true" : "fals", 4);
    at[4] = 'e';
    return at + 5 - value;
}

char *jl_put_plain_scalar(char *at, unsigned kind, const jsonlog_value *value) {
    switch (kind) {
    case JSONLOG_TYPE_INT64: return jl_put_int64(at, value->as.i64);
    case JSONLOG_TYPE_UINT64: return jl_put_uint64(at, value->as.u64);
    case JSONLOG_TYPE_BOOL: return put_bool(at, value->as.boolean);
    case JSONLOG_TYPE_NULL: return (char *)memcpy(at, "null", 4) + 4;
    case JSONLOG_TYPE_DOUBLE:
        return isfinite(value->as.f64) ? jl_put_double(at, value->as.f64) : NULL;
    default: return NULL;
    }
}

char *jl_put_escaped_value(char *at, const char *end, const jsonlog_value *value) {
    if (jl_plain_kind(value) != JSONLOG_TYPE_STRING || end - at < 2)
        return NULL;
    *at = '"';
    at = jl_escape_put(at + 1, end - 1, (jl_text){value->as.string, value->with.len});
    if (at == NULL)
        return NULL;
    *at = '"';
    return at + 1;
}
