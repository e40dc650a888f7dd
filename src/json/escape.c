#include "json/escape.h"

#include "base/utf8.h"
#include "json/escape_scan.h"
#include "json/text_steps.h"

/* The longest escape, \u00XX for one byte, sets how much a text can grow. */
#define GROWTH_MAX 6

/* A surrogate pair. */
#define ESCAPE_MAX 12

static const char hex_digits[] = "0123456789abcdef";

static size_t put_unicode_escape(char *out, uint32_t unit) {
    out[0] = '\\';
    out[1] = 'u';
    for (int i = 5; i >= 2; i--, unit >>= 4)
        out[i] = hex_digits[unit & 0xF];
    return 6;
}

static size_t put_code_point(char *out, uint32_t code_point) {
    if (code_point < 0x10000)
        return put_unicode_escape(out, code_point);
    code_point -= 0x10000;
    size_t len = put_unicode_escape(out, 0xD800 + (code_point >> 10));
    return len + put_unicode_escape(out + len, 0xDC00 + (code_point & 0x3FF));
}

static size_t put_ascii(char *out, unsigned char c) {
    static const char shorts[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
    };
    char name = c == '"' || c == '\\' ? (char)c : c < sizeof shorts ? shorts[c] : '\0';
    if (name == '\0')
        return put_unicode_escape(out, c);
    out[0] = '\\';
    out[1] = name;
    return 2;
}

static size_t put_ill_formed(char *out, unsigned char byte, unsigned options) {
    if ((options & JL_ESCAPE_BYTES) != 0) {
        memcpy(out, "\\\\x", 3);
        out[3] = hex_digits[byte >> 4];
        out[4] = hex_digits[byte & 0xF];
        return 5;
    }
    if ((options & JL_ESCAPE_ASCII) != 0)
        return put_unicode_escape(out, 0xFFFD);
    return jl_utf8_encode(0xFFFD, out);
}

/* Escape the unit at the start of `text`, which is not plain. @return bytes written to `out`. */
static size_t put_escape(char out[ESCAPE_MAX], jl_text text, unsigned options, size_t *taken) {
    uint32_t code_point = jl_utf8_decode(text, taken);
    if (code_point == JL_UTF8_INVALID)
        return put_ill_formed(out, (unsigned char)text.ptr[0], options);
    if (code_point < 0x80)
        return put_ascii(out, (unsigned char)code_point);
    return put_code_point(out, code_point);
}

/* @return the length of the code point beyond ASCII (or DEL) at the start of `text`, or 0 if it
 * must not stand there as it is. */
static inline size_t plain_code_point(jl_text text, unsigned options) {
    if ((options & JL_ESCAPE_ASCII) != 0)
        return 0;
    /* The letters of East Asia need no more than this: no overlong form, no surrogate and no
     * separator begins with these bytes. */
    const unsigned char *at = (const unsigned char *)text.ptr;
    if (at[0] >= 0xE3 && at[0] <= 0xEC && text.len >= 3 && (at[1] & 0xC0) == 0x80 &&
        (at[2] & 0xC0) == 0x80)
        return 3;
    size_t bytes;
    uint32_t code_point = jl_utf8_decode(text, &bytes);
    bool is_separator = code_point == 0x2028 || code_point == 0x2029;
    if (code_point == JL_UTF8_INVALID || (is_separator && (options & JL_ESCAPE_SEPARATORS) != 0))
        return 0;
    return bytes;
}

/* Long texts beyond ASCII go in large steps, tried again where the last try could not go on. */
#define LARGE_STEPS_FROM 64

static size_t large_steps(jl_text text, unsigned options) {
    return options == 0 && text.len >= LARGE_STEPS_FROM ? jl_plain_text_steps(text.ptr, text.len)
                                                        : 0;
}

/* @return how many bytes at the start may be copied as they are; ends on a code point. */
static size_t plain_prefix(jl_text text, unsigned options) {
    size_t at = 0;
    size_t next_try = 0;
    for (;;) {
        at += jl_scan_plain_ascii(text.ptr + at, text.len - at);
        if (at == text.len || (unsigned char)text.ptr[at] < 0x7F)
            return at;
        if (at >= next_try) {
            at += large_steps((jl_text){text.ptr + at, text.len - at}, options);
            next_try = at + LARGE_STEPS_FROM;
        }
        while (at < text.len && (unsigned char)text.ptr[at] >= 0x7F) {
            size_t bytes = plain_code_point((jl_text){text.ptr + at, text.len - at}, options);
            if (bytes == 0)
                return at;
            at += bytes;
        }
    }
}

static jl_text text_after(jl_text text, size_t len) {
    return (jl_text){text.ptr + len, text.len - len};
}

/* Write all of `text`; the caller made room. @return the end of what was written. */
static char *write_all(char *out, jl_text text, unsigned options) {
    for (;;) {
        size_t plain = plain_prefix(text, options);
        memcpy(out, text.ptr, plain);
        out += plain;
        text = text_after(text, plain);
        if (text.len == 0)
            return out;
        size_t taken;
        out += put_escape(out, text, options, &taken);
        text = text_after(text, taken);
    }
}

/* How far a limit lets a text go. */
typedef struct extent {
    size_t taken;   /* bytes of the input */
    size_t written; /* bytes they become, without the mark */
    bool is_whole;
} extent;

static jl_text mark_of(unsigned options) {
    return (options & JL_ESCAPE_ASCII) != 0 ? JL_TEXT("\\u2026") : JL_TEXT("\xE2\x80\xA6");
}

/* No unit becomes shorter, so a text longer than the limit is cut for certain, and where is decided
 * within the limit and the three bytes that may complete its last code point. */
static jl_text visible_part(jl_text text, size_t limit) {
    if (text.len > limit && text.len - limit > 3)
        text.len = limit + 3;
    return text;
}

/* `cut` follows the last place where the mark still fits; `whole` runs ahead until the end is
 * reached or the limit is passed. */
static extent measure(jl_text text, unsigned options, size_t limit) {
    size_t mark_len = mark_of(options).len;
    size_t cut_limit = limit < mark_len ? limit : limit - mark_len;
    extent cut = {.is_whole = false};
    extent whole = {.is_whole = true};
    bool is_longer = text.len > limit;
    text = visible_part(text, limit);
    while (text.len > 0 && whole.written <= limit) {
        size_t plain = plain_prefix(text, options);
        if (whole.written <= cut_limit) {
            size_t fitting = jl_utf8_cut((jl_text){text.ptr, plain}, cut_limit - whole.written);
            cut = (extent){whole.taken + fitting, whole.written + fitting, false};
        }
        size_t taken = plain;
        size_t written = plain;
        if (plain == 0) {
            char escape[ESCAPE_MAX];
            written = put_escape(escape, text, options, &taken);
        }
        whole.taken += taken;
        whole.written += written;
        text = text_after(text, taken);
    }
    return is_longer || whole.written > limit ? cut : whole;
}

static jl_escaped append_measured(jl_buffer *out, jl_text text, unsigned options, size_t limit) {
    extent fits = measure(text, options, limit);
    jl_text mark = fits.is_whole ? JL_TEXT("") : mark_of(options);
    if (mark.len > limit)
        mark.len = 0;
    if (fits.written + mark.len == 0)
        return (jl_escaped){.taken = 0, .is_whole = false};
    char *room = jl_buffer_reserve(out, fits.written + mark.len);
    if (room == NULL)
        return (jl_escaped){.taken = 0, .is_whole = false};
    char *end = write_all(room, (jl_text){text.ptr, fits.taken}, options);
    memcpy(end, mark.ptr, mark.len);
    out->len += fits.written + mark.len;
    return (jl_escaped){fits.taken, fits.is_whole};
}

/* Where the worst case fits both the limit and the room at hand, no measuring is needed. */
static bool fits_surely(const jl_buffer *out, size_t len, size_t limit) {
    size_t room = out->capacity - out->len;
    size_t least = room < limit ? room : limit;
    return len <= least / GROWTH_MAX && out->status == JSONLOG_OK;
}

jl_escaped jl_escape_append(jl_buffer *out, jl_text text, unsigned options, size_t limit) {
    if (text.len == 0)
        return (jl_escaped){.taken = 0, .is_whole = true};
    if (!fits_surely(out, text.len, limit))
        return append_measured(out, text, options, limit);
    char *start = out->data + out->len;
    out->len += (size_t)(write_all(start, text, options) - start);
    return (jl_escaped){text.len, true};
}

void jl_escape_append_string(jl_buffer *out, jl_text text, unsigned options) {
    size_t start = out->len;
    jl_buffer_append_char(out, '"');
    jl_escape_append(out, text, options, JL_ESCAPE_UNLIMITED);
    jl_buffer_append_char(out, '"');
    if (out->status != JSONLOG_OK)
        out->len = start;
}

bool jl_escape_is_plain(jl_text text) {
    return text.len == 0 || plain_prefix(text, 0) == text.len;
}
