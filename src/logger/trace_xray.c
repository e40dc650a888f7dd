/* AWS X-Ray: Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=0|1|?;Self=<as Root>;other=… */
#include "base/err.h"
#include "logger/trace_hex.h"

#include <jsonlog/trace.h>

#include <strings.h>

typedef enum member_kind { MEMBER_ROOT, MEMBER_PARENT, MEMBER_SAMPLED, MEMBER_SELF } member_kind;

static const jl_text member_names[] = {
    [MEMBER_ROOT] = {"Root", 4},
    [MEMBER_PARENT] = {"Parent", 6},
    [MEMBER_SAMPLED] = {"Sampled", 7},
    [MEMBER_SELF] = {"Self", 4},
};
#define MEMBER_COUNT (sizeof member_names / sizeof member_names[0])

/* A header while it is read. */
typedef struct header {
    jl_text text;
    jsonlog_trace_context trace;
    bool has[MEMBER_COUNT];
    jsonlog_err *err;
} header;

static jsonlog_status refuse(const header *h, size_t at, const char *why) {
    return jl_err_set(h->err, JSONLOG_E_SYNTAX, at, "The X-Ray header %s", why);
}

/* ---- values ---- */

/* `1-`, eight digits, `-`, 24 digits, and nothing more. Zeros are no id. */
static bool take_root(jl_trace_cursor *cursor, uint8_t id[JL_TRACE_ID_BYTES]) {
    const size_t start = cursor->at;
    if (!jl_trace_take(cursor, '1') || !jl_trace_take(cursor, '-') ||
        !jl_trace_take_hex(cursor, id, 4, true) || !jl_trace_take(cursor, '-') ||
        !jl_trace_take_hex(cursor, id + 4, JL_TRACE_ID_BYTES - 4, true))
        return false;
    if (!jl_trace_is_zero(id, JL_TRACE_ID_BYTES))
        return true;
    cursor->at = start;
    return false;
}

static bool take_sampled(jl_trace_cursor *cursor, uint8_t *sampling) {
    static const char letters[] = {
        [JSONLOG_SAMPLING_NO] = '0', [JSONLOG_SAMPLING_YES] = '1', [JSONLOG_SAMPLING_ASKED] = '?'};
    for (uint8_t i = JSONLOG_SAMPLING_NO; i <= JSONLOG_SAMPLING_ASKED; i++) {
        if (!jl_trace_take(cursor, letters[i]))
            continue;
        *sampling = i;
        return true;
    }
    return false;
}

static bool take_value(jl_trace_cursor *cursor, member_kind kind, jsonlog_trace_context *trace) {
    switch (kind) {
    case MEMBER_ROOT: return take_root(cursor, trace->trace_id);
    case MEMBER_PARENT: return jl_trace_take_hex(cursor, trace->span_id, JL_SPAN_ID_BYTES, true);
    case MEMBER_SAMPLED: return take_sampled(cursor, &trace->sampling);
    case MEMBER_SELF: return take_root(cursor, trace->self_id);
    }
    return false;
}

/* ---- members ---- */

/* A part of the header, as offsets so that errors can say where. */
typedef struct span {
    size_t from;
    size_t to;
} span;

static span trimmed(jl_text text, span s) {
    while (s.from < s.to && text.ptr[s.from] == ' ')
        s.from++;
    while (s.from < s.to && text.ptr[s.to - 1] == ' ')
        s.to--;
    return s;
}

static jl_text text_at(jl_text text, span s) {
    return (jl_text){text.ptr + s.from, s.to - s.from};
}

/* A member without room is left out whole. */
static void keep_other(header *h, jl_text member) {
    const size_t len = strlen(h->trace.others);
    if (member.len + 1 > JSONLOG_XRAY_OTHERS_MAX - len)
        return;
    h->trace.others[len] = ';';
    memcpy(h->trace.others + len + 1, member.ptr, member.len);
    h->trace.others[len + 1 + member.len] = '\0';
}

static size_t kind_of(jl_text key) {
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (key.len == member_names[i].len &&
            strncasecmp(key.ptr, member_names[i].ptr, key.len) == 0)
            return i;
    return MEMBER_COUNT;
}

static jsonlog_status read_known(header *h, size_t kind, span key, span value) {
    if (h->has[kind])
        return refuse(h, key.from, "names a member twice");
    h->has[kind] = true;
    jl_trace_cursor cursor = {{h->text.ptr, value.to}, value.from};
    if (!take_value(&cursor, (member_kind)kind, &h->trace) || cursor.at != value.to)
        return refuse(h, cursor.at, "has a malformed value");
    return JSONLOG_OK;
}

static jsonlog_status read_member(header *h, span member) {
    const char *equals = memchr(h->text.ptr + member.from, '=', member.to - member.from);
    if (equals == NULL)
        return refuse(h, member.from, "has a member without '='");
    const size_t at = (size_t)(equals - h->text.ptr);
    const span key = trimmed(h->text, (span){member.from, at});
    const span value = trimmed(h->text, (span){at + 1, member.to});
    if (key.from == key.to)
        return refuse(h, at, "has a member without a key");
    const size_t kind = kind_of(text_at(h->text, key));
    if (kind < MEMBER_COUNT)
        return read_known(h, kind, key, value);
    keep_other(h, text_at(h->text, member));
    return JSONLOG_OK;
}

/* Anything else could end the header it is passed on in. */
static jsonlog_status check_bytes(const header *h) {
    for (size_t i = 0; i < h->text.len; i++)
        if (h->text.ptr[i] < 0x20 || h->text.ptr[i] > 0x7e)
            return refuse(h, i, "holds a byte that is not printable ASCII");
    return JSONLOG_OK;
}

static jsonlog_status read_members(header *h) {
    for (size_t at = 0; at < h->text.len;) {
        const char *semicolon = memchr(h->text.ptr + at, ';', h->text.len - at);
        const size_t end = semicolon == NULL ? h->text.len : (size_t)(semicolon - h->text.ptr);
        const span member = trimmed(h->text, (span){at, end});
        if (member.from < member.to) {
            jsonlog_status status = read_member(h, member);
            if (status != JSONLOG_OK)
                return status;
        }
        at = end + 1;
    }
    return h->has[MEMBER_ROOT] ? JSONLOG_OK : refuse(h, h->text.len, "has no Root");
}

jsonlog_status jsonlog_trace_parse_xray(const char *text, size_t len, jsonlog_trace_context *out,
                                        jsonlog_err *err) {
    header h = {.text = jl_trace_text(text, len), .err = err};
    if (out == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "There is no place for it");
    jsonlog_status status = check_bytes(&h);
    if (status == JSONLOG_OK)
        status = read_members(&h);
    if (status == JSONLOG_OK)
        *out = h.trace;
    return status;
}

/* ---- writing ---- */

static char *put_text(char *out, const char *text) {
    const size_t len = strlen(text);
    memcpy(out, text, len);
    return out + len;
}

static const char *sampled_text(uint8_t sampling) {
    switch ((jsonlog_sampling)sampling) {
    case JSONLOG_SAMPLING_NO: return ";Sampled=0";
    case JSONLOG_SAMPLING_YES: return ";Sampled=1";
    case JSONLOG_SAMPLING_ASKED: return ";Sampled=?";
    case JSONLOG_SAMPLING_UNKNOWN: break;
    }
    return "";
}

size_t jsonlog_trace_format_xray(const jsonlog_trace_context *trace, char *out, size_t out_size) {
    if (trace == NULL || jl_trace_is_zero(trace->trace_id, JL_TRACE_ID_BYTES))
        return jl_trace_copy_out(JL_TEXT(""), out, out_size);
    char text[JSONLOG_XRAY_HEADER_SIZE];
    char *end = jl_trace_put_root(put_text(text, "Root="), trace->trace_id);
    if (!jl_trace_is_zero(trace->span_id, JL_SPAN_ID_BYTES))
        end = jl_trace_put_hex(put_text(end, ";Parent="), trace->span_id, JL_SPAN_ID_BYTES);
    end = put_text(end, sampled_text(trace->sampling));
    if (!jl_trace_is_zero(trace->self_id, JL_TRACE_ID_BYTES))
        end = jl_trace_put_root(put_text(end, ";Self="), trace->self_id);
    const size_t others = strnlen(trace->others, JSONLOG_XRAY_OTHERS_MAX);
    memcpy(end, trace->others, others);
    end += others;
    return jl_trace_copy_out((jl_text){text, (size_t)(end - text)}, out, out_size);
}
