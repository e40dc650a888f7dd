#ifndef JL_JSON_PLAIN_VALUE_H
#define JL_JSON_PLAIN_VALUE_H
/**
 * Values that every style spells alike, written to plain memory: null, booleans, integers, finite
 * doubles, and strings in which nothing needs an escape. They are what most fields hold.
 *
 * Inline, because the callers have another way for the rest: with both in one function every value
 * ends in a jump, and none in a return that is then looked at.
 */
#include "json/number.h"
#include "json/plain_copy.h"

#include <jsonlog/value.h>
#include <math.h>

/** Room that every value but a string finds enough. */
#define JL_PLAIN_VALUE_MAX 40

_Static_assert(JL_NUMBER_MAX <= JL_PLAIN_VALUE_MAX, "a number finds room");

static inline char *jl_put_plain_string(char *at, const char *end, const char *text, size_t len) {
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

static inline char *jl_put_plain_bool(char *at, bool value) {
    memcpy(at, value ? "true" : "fals", 4);
    at[4] = 'e';
    return at + 5 - value;
}

/**
 * @param at   where the value goes.
 * @param end  the end of the room.
 * @return the end of what was written; NULL, with nothing that counts written, if the value is none
 *         of these or finds no room.
 */
static inline char *jl_put_plain_value(char *at, const char *end, const jsonlog_value *value) {
    if (JSONLOG_UNLIKELY((value->flags & ~(unsigned)JSONLOG_VALUE_LITERAL) != 0))
        return NULL;
    if (JSONLOG_LIKELY(value->type == JSONLOG_TYPE_STRING))
        return jl_put_plain_string(at, end, value->as.string, value->with.len);
    if (JSONLOG_UNLIKELY(end - at < JL_PLAIN_VALUE_MAX))
        return NULL;
    switch (value->type) {
    case JSONLOG_TYPE_INT64: return jl_put_int64(at, value->as.i64);
    case JSONLOG_TYPE_UINT64: return jl_put_uint64(at, value->as.u64);
    case JSONLOG_TYPE_BOOL: return jl_put_plain_bool(at, value->as.boolean);
    case JSONLOG_TYPE_NULL: return (char *)memcpy(at, "null", 4) + 4;
    case JSONLOG_TYPE_DOUBLE:
        return isfinite(value->as.f64) ? jl_put_double(at, value->as.f64) : NULL;
    default: return NULL;
    }
}

#endif
