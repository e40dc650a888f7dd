#ifndef JL_JSON_PLAIN_VALUE_H
#define JL_JSON_PLAIN_VALUE_H
/**
 * Values that every style spells alike, written to plain memory: null, booleans, integers, finite
 * doubles, and strings in which nothing needs an escape. They are what most fields hold.
 *
 * Short strings are written inline, because what looks at them is shorter than a call.
 */
#include "json/number.h"
#include "json/plain_copy.h"

#include <jsonlog/value.h>

/** Room that every value but a string finds enough. */
#define JL_PLAIN_VALUE_MAX 40

_Static_assert(JL_NUMBER_MAX <= JL_PLAIN_VALUE_MAX, "a number finds room");

/** What a plain value is, by which it is written; no value with a flag that changes that has the
 * number of a type. */
static inline unsigned jl_plain_kind(const jsonlog_value *value) {
    uint16_t both; /* the first two members in one load */
    memcpy(&both, value, sizeof both);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    both = __builtin_bswap16(both);
#endif
    return both & ~((unsigned)JSONLOG_VALUE_LITERAL << 8);
}

_Static_assert(offsetof(jsonlog_value, type) == 0 && offsetof(jsonlog_value, flags) == 1,
               "a type is told from one with flags by one comparison");

/** A string of sixteen bytes or more. */
char *jl_put_plain_text(char *at, const char *end, const char *text, size_t len);

/** Anything but a string. @param kind  jl_plain_kind(value). */
char *jl_put_plain_scalar(char *at, unsigned kind, const jsonlog_value *value);

/**
 * @param at   where the value goes; there is room for JL_PLAIN_VALUE_MAX bytes.
 * @param end  the end of the room.
 * @return the end of what was written; NULL, with nothing that counts written, if the value is none
 *         of these or finds no room.
 */
static inline char *jl_put_plain_value(char *at, const char *end, const jsonlog_value *value) {
    const unsigned kind = jl_plain_kind(value);
    if (kind != JSONLOG_TYPE_STRING)
        return jl_put_plain_scalar(at, kind, value);
    const size_t len = value->with.len;
    if (len >= 16)
        return jl_put_plain_text(at, end, value->as.string, len);
    at[0] = '"';
    if (JSONLOG_UNLIKELY(jl_copy_plain_short(at + 1, value->as.string, len) < len))
        return NULL;
    at[len + 1] = '"';
    return at + len + 2;
}

/**
 * A string in which something has to be escaped, or is not ASCII, as styles without options of
 * their own write it.
 *
 * @return as jl_put_plain_value(); any value may be given, and any room.
 */
char *jl_put_escaped_value(char *at, const char *end, const jsonlog_value *value);

#endif
