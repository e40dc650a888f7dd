#include "json/escape.h"

#include "base/utf8.h"
#include "json/escape_scan.h"
#include "json/escape_table.h"
#include "json/text_steps.h"

/* A surrogate pair. */
#define ESCAPE_MAX 12

const char jl_escapes[0x20 + 2][8] = {
#define UNIT(high, low) \
    { '\\', 'u', '0', '0', high, low, 0, 6 }
#define NAME(name) \
    { '\\', name, 0, 0, 0, 0, 0, 2 }
    UNIT('0', '0'), UNIT('0', '1'), UNIT('0', '2'), UNIT('0', '3'), UNIT('0', '4'), UNIT('0', '5'),
    UNIT('0', '6'), UNIT('0', '7'), NAME('b'),      NAME('t'),      NAME('n'),      UNIT('0', 'b'),
    NAME('f'),      NAME('r'),      UNIT('0', 'e'), UNIT('0', 'f'), UNIT('1', '0'), UNIT('1', '1'),
    UNIT('1', '2'), UNIT('1', '3'), UNIT('1', '4'), UNIT('1', '5'), UNIT('1', '6'), UNIT('1', '7'),
    UNIT('1', '8'), UNIT('1', '9'), UNIT('1', 'a'), UNIT('1', 'b'), UNIT('1', 'c'), UNIT('1', 'd'),
    UNIT('1', 'e'), UNIT('1', 'f'), NAME('"'),      NAME('\\'),
#undef UNIT
#undef NAME
};

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
    if (jl_is_plain_ascii(c) || c == 0x7F)
        return put_unicode_escape(out, c);
    const char *escape = jl_escape_of(c);
    memcpy(out, escape, JL_ESCAPE_LEN_MAX);
    return (size_t)escape[7];
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

static jl_text text_after(jl_text text, size_t len) {
    return (jl_text){text.ptr + len, text.len - len};
}

/* Where large steps cannot go on, they are tried again so many bytes behind. */
#define NEXT_TRY 64

static size_t rest_at_next_try(jl_text text) {
    return text.len > NEXT_TRY ? text.len - NEXT_TRY : 0;
}

/* @return how many bytes at the start may be copied as they are, looked at one by one until no more
 * than `rest` is left; ends on a code point. */
static size_t plain_run(jl_text text, unsigned options, size_t rest) {
    size_t at = 0;
    while (text.len - at > rest) {
        const jl_text ahead = text_after(text, at);
        const size_t len = (unsigned char)*ahead.ptr < 0x7F
                               ? jl_scan_plain_ascii(ahead.ptr, ahead.len)
                               : plain_code_point(ahead, options);
        if (len == 0)
            break;
        at += len;
    }
    return at;
}

/* The same to the end of the text. */
static size_t plain_prefix(jl_text text, unsigned options) {
    size_t at = 0;
    for (;;) {
        if (options == 0)
            at += jl_text_steps_plain(text.ptr + at, text.len - at);
        const jl_text ahead = text_after(text, at);
        const size_t rest = rest_at_next_try(ahead);
        const size_t run = plain_run(ahead, options, rest);
        at += run;
        if (at == text.len || ahead.len - run > rest)
            return at;
    }
}

/* ---- writing ---- */

/* A text on its way. */
typedef struct passage {
    char *out;
    const char *end; /* of the room */
    jl_text text;    /* what is left of it */
    unsigned options;
} passage;

static bool copy_on(passage *p, size_t len) {
    if (len > (size_t)(p->end - p->out))
        return false;
    memcpy(p->out, p->text.ptr, len);
    p->out += len;
    p->text = text_after(p->text, len);
    return true;
}

static bool escape_on(passage *p) {
    char escape[ESCAPE_MAX];
    size_t taken;
    const size_t len = put_escape(escape, p->text, p->options, &taken);
    if (len > (size_t)(p->end - p->out))
        return false;
    memcpy(p->out, escape, len);
    p->out += len;
    p->text = text_after(p->text, taken);
    return true;
}

/* Until no more than `rest` is left. */
static bool write_units(passage *p, size_t rest) {
    while (p->text.len > rest) {
        const size_t plain = plain_run(p->text, p->options, rest);
        if (plain > 0 ? !copy_on(p, plain) : !escape_on(p))
            return false;
    }
    return true;
}

static void write_steps(passage *p) {
    const size_t room = (size_t)(p->end - p->out);
    const jl_text_steps steps = jl_text_steps_put(p->out, room, p->text.ptr, p->text.len);
    p->out += steps.written;
    p->text = text_after(p->text, steps.taken);
}

/* @return the end of what was written; NULL if there is too little room. */
static char *write_all(char *out, const char *end, jl_text text, unsigned options) {
    passage p = {out, end, text, options};
    while (p.text.len > 0) {
        if (options == 0)
            write_steps(&p);
        if (!write_units(&p, rest_at_next_try(p.text)))
            return NULL;
    }
    return p.out;
}

/* ---- writing up to a limit ---- */

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
    char *end = room + fits.written;
    write_all(room, end, (jl_text){text.ptr, fits.taken}, options);
    memcpy(end, mark.ptr, mark.len);
    out->len += fits.written + mark.len;
    return (jl_escaped){fits.taken, fits.is_whole};
}

/* Without measuring, where the limit and the room at hand let all of it stand. @return its length
 * as written, or 0. */
static size_t append_unmeasured(jl_buffer *out, jl_text text, unsigned options, size_t limit) {
    const size_t room = out->capacity - out->len;
    const size_t least = room < limit ? room : limit;
    if (text.len > least || out->status != JSONLOG_OK)
        return 0;
    char *start = out->data + out->len;
    const char *end = write_all(start, start + least, text, options);
    return end == NULL ? 0 : (size_t)(end - start);
}

jl_escaped jl_escape_append(jl_buffer *out, jl_text text, unsigned options, size_t limit) {
    if (text.len == 0)
        return (jl_escaped){.taken = 0, .is_whole = true};
    const size_t written = append_unmeasured(out, text, options, limit);
    if (written == 0)
        return append_measured(out, text, options, limit);
    out->len += written;
    return (jl_escaped){text.len, true};
}

char *jl_escape_put(char *out, const char *end, jl_text text) {
    return write_all(out, end, text, 0);
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
