#include "json/plain_value.h"

#include "json/number.h"
#include "json/plain_copy.h"

#include <math.h>

_Static_assert(JL_NUMBER_MAX <= JL_PLAIN_VALUE_MAX, "a number finds room");

static char *put_string(char *at, const char *end, const char *text, size_t len) {
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

static char *put_null(char *at) {
    memcpy(at, "null", 4);
    return at + 4;
}

char *jl_put_plain_value(char *at, const char *end, const jsonlog_value *value) {
    if (JSONLOG_UNLIKELY((value->flags & ~(unsigned)JSONLOG_VALUE_LITERAL) != 0))
        return NULL;
    if (JSONLOG_LIKELY(value->type == JSONLOG_TYPE_STRING))
        return put_string(at, end, value->as.string, value->with.len);
    if (JSONLOG_UNLIKELY(end - at < JL_PLAIN_VALUE_MAX))
        return NULL;
    switch (value->type) {
    case JSONLOG_TYPE_INT64: return at + jl_write_int64(at, value->as.i64);
    case JSONLOG_TYPE_UINT64: return at + jl_write_uint64(at, value->as.u64);
    case JSONLOG_TYPE_BOOL: return put_bool(at, value->as.boolean);
    case JSONLOG_TYPE_NULL: return put_null(at);
    case JSONLOG_TYPE_DOUBLE:
        return isfinite(value->as.f64) ? at + jl_write_double(at, value->as.f64) : NULL;
    default: return NULL;
    }
}
