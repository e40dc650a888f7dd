/*
 * W3C Trace Context, tracestate: a list of key=value, most recent first.
 *
 *     list   = member *31( OWS "," OWS member )       a member may be empty, and is then no member
 *     key    = ( lcalpha / DIGIT ) *255( lcalpha / DIGIT / "_" / "-" / "*" / "/" / "@" )
 *     value  = *255( %x20 / nblk-chr ) nblk-chr       nblk-chr: printable ASCII but "," and "="
 */
#include "base/err.h"
#include "logger/trace_hex.h"

#include <jsonlog/trace.h>

#define MEMBERS_MAX  32
#define KEY_MAX      256
#define VALUE_MAX    256
#define LARGE_MEMBER 128 /* W3C section 3.3.1.5: longer ones are the first to go */

typedef struct member {
    jl_text text;
    jl_text key;
} member;

typedef struct members {
    member list[MEMBERS_MAX];
    size_t count;
    size_t len; /* of the list as it will be written */
} members;

static bool is_key_char(char c, bool is_first) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return true;
    return !is_first && (c == '_' || c == '-' || c == '*' || c == '/' || c == '@');
}

static bool is_value_char(char c) {
    return c >= 0x20 && c <= 0x7e && c != ',' && c != '=';
}

/* Blanks at the ends are gone already, so the last byte of a value is none. @return how much of the
 * member is well-formed: all of it if it is. */
static size_t well_formed(jl_text text, jl_text *key) {
    size_t at = 0;
    while (at < text.len && at < KEY_MAX && is_key_char(text.ptr[at], at == 0))
        at++;
    if (at == 0 || at == text.len || text.ptr[at] != '=')
        return at;
    *key = (jl_text){text.ptr, at};
    const size_t value_at = ++at;
    while (at < text.len && at - value_at < VALUE_MAX && is_value_char(text.ptr[at]))
        at++;
    return at;
}

static bool has_key(const members *all, jl_text key) {
    for (size_t i = 0; i < all->count; i++)
        if (jl_text_equal(all->list[i].key, key))
            return true;
    return false;
}

static jl_text trimmed(jl_text text) {
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

static jsonlog_status refuse(jsonlog_err *err, size_t at, const char *why) {
    return jl_err_set(err, JSONLOG_E_SYNTAX, at, "The tracestate %s", why);
}

/* @param at  where the member stands in the header. */
static jsonlog_status add(members *all, jl_text text, size_t at, jsonlog_err *err) {
    member next = {.text = text};
    const size_t good = well_formed(text, &next.key);
    if (next.key.len == 0 || good != text.len || good == next.key.len + 1)
        return refuse(err, at + good, "has a malformed member");
    if (has_key(all, next.key))
        return refuse(err, at, "names a key twice");
    if (all->count == MEMBERS_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, at, "The tracestate has more than %d members",
                          MEMBERS_MAX);
    all->len += text.len + (all->count > 0);
    all->list[all->count++] = next;
    return JSONLOG_OK;
}

static jsonlog_status read_members(members *all, jl_text text, jsonlog_err *err) {
    for (size_t at = 0; at < text.len;) {
        const char *comma = memchr(text.ptr + at, ',', text.len - at);
        const size_t end = comma == NULL ? text.len : (size_t)(comma - text.ptr);
        const jl_text part = trimmed((jl_text){text.ptr + at, end - at});
        if (part.len > 0) {
            jsonlog_status status = add(all, part, (size_t)(part.ptr - text.ptr), err);
            if (status != JSONLOG_OK)
                return status;
        }
        at = end + 1;
    }
    return JSONLOG_OK;
}

static void drop(members *all, size_t index) {
    all->len -= all->list[index].text.len + (all->count > 1);
    all->count--;
    memmove(&all->list[index], &all->list[index + 1], (all->count - index) * sizeof all->list[0]);
}

static void shorten(members *all, size_t least) {
    for (size_t i = all->count; i-- > 0 && all->len > JSONLOG_TRACESTATE_MAX;)
        if (all->list[i].text.len > least)
            drop(all, i);
}

static void join(const members *all, char *out) {
    for (size_t i = 0; i < all->count; i++) {
        if (i > 0)
            *out++ = ',';
        memcpy(out, all->list[i].text.ptr, all->list[i].text.len);
        out += all->list[i].text.len;
    }
    *out = '\0';
}

jsonlog_status jsonlog_trace_parse_state(jsonlog_trace_context *trace, const char *text, size_t len,
                                         jsonlog_err *err) {
    members all = {.count = 0};
    if (trace == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "There is no place for it");
    jsonlog_status status = read_members(&all, jl_trace_text(text, len), err);
    if (status != JSONLOG_OK)
        return status;
    shorten(&all, LARGE_MEMBER);
    shorten(&all, 0);
    join(&all, trace->state);
    return JSONLOG_OK;
}
