#include <jsonlog/pattern.h>

#include "base/utf8.h"
#include "filter/lexer.h"

/* --- writing --------------------------------------------------------------------------------- */

typedef struct writer {
    char *out;
    size_t size;
    size_t len; /* of the whole literal, beyond size too */
} writer;

static writer begin(char *out, size_t out_size) {
    return (writer){out, out == NULL ? 0 : out_size, 0};
}

static void put(writer *w, char c) {
    if (w->len < w->size)
        w->out[w->len] = c;
    w->len++;
}

static void put_text(writer *w, jl_text text) {
    for (size_t i = 0; i < text.len; i++)
        put(w, text.ptr[i]);
}

static size_t finish(writer *w) {
    if (w->size > 0)
        w->out[w->len < w->size ? w->len : 0] = '\0';
    return w->len;
}

static size_t refuse(writer *w) {
    if (w->size > 0)
        w->out[0] = '\0';
    return SIZE_MAX;
}

/* --- what is asked for ----------------------------------------------------------------------- */

static bool is_utf8(jl_text text) {
    return text.len == 0 || (text.ptr != NULL && jl_utf8_valid_prefix(text) == text.len);
}

static bool contains(jl_text text, char c) {
    return text.len > 0 && memchr(text.ptr, c, text.len) != NULL;
}

static bool are_flags(unsigned flags) {
    return flags <= (JSONLOG_QUOTE_PREFIX | JSONLOG_QUOTE_SUFFIX);
}

static bool is_prefix(unsigned flags) {
    return (flags & JSONLOG_QUOTE_PREFIX) != 0;
}

static bool is_suffix(unsigned flags) {
    return (flags & JSONLOG_QUOTE_SUFFIX) != 0;
}

/* --- literals in double quotes --------------------------------------------------------------- */

/* A backslash in front of anything else would be literal too; escaped, it is so in any place. */
static void put_escaped(writer *w, jl_text text) {
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            put(w, '\\');
        put(w, text.ptr[i]);
    }
}

size_t jsonlog_pattern_quote(const char *text, size_t len, unsigned flags, char *out,
                             size_t out_size) {
    const jl_text from = {text, len};
    writer w = begin(out, out_size);
    if (!is_utf8(from) || !are_flags(flags) || contains(from, '\0') || contains(from, '*'))
        return refuse(&w);
    put(&w, '"');
    /* Round nothing one star says it all; two in a row are not known to work in CloudWatch. */
    if (is_suffix(flags) && !(is_prefix(flags) && len == 0))
        put(&w, '*');
    put_escaped(&w, from);
    if (is_prefix(flags))
        put(&w, '*');
    put(&w, '"');
    return finish(&w);
}

size_t jsonlog_pattern_quote_phrase(const char *text, size_t len, char *out, size_t out_size) {
    const jl_text from = {text, len};
    writer w = begin(out, out_size);
    if (len == 0 || !is_utf8(from) || contains(from, '\0'))
        return refuse(&w);
    put(&w, '"');
    put_escaped(&w, from);
    put(&w, '"');
    return finish(&w);
}

/* --- regular expressions --------------------------------------------------------------------- */

#define CODE_POINT_MAX 0xFF /* what two hexadecimal digits can name */

static bool is_one_of(uint32_t c, const char *characters) {
    return c != 0 && strchr(characters, (char)c) != NULL;
}

/* A hyphen means something between brackets only, where nothing of ours stands. */
static bool is_itself(uint32_t c) {
    return c < 0x80 && (jl_is_name_char((char)c) || is_one_of(c, ":#=@/;, "));
}

static void put_hex(writer *w, uint32_t c) {
    static const char digits[] = "0123456789abcdef";
    put_text(w, JL_TEXT("\\x"));
    put(w, digits[c >> 4]);
    put(w, digits[c & 0xF]);
}

static void put_literally(writer *w, uint32_t c) {
    if (c == '\n')
        put_text(w, JL_TEXT("\\n"));
    else if (c == '\t')
        put_text(w, JL_TEXT("\\t"));
    else if (is_itself(c))
        put(w, (char)c);
    else if (is_one_of(c, "^$?[]{}|\\*+."))
        put_text(w, (jl_text){(const char[]){'\\', (char)c}, 2});
    else
        put_hex(w, c);
}

/* False at a code point that has no name. The text is well-formed. */
static bool put_expression(writer *w, jl_text text) {
    for (size_t at = 0; at < text.len;) {
        size_t bytes = 1;
        const uint32_t c = jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes);
        if (c > CODE_POINT_MAX)
            return false;
        put_literally(w, c);
        at += bytes;
    }
    return true;
}

size_t jsonlog_pattern_quote_regex(const char *text, size_t len, unsigned flags, char *out,
                                   size_t out_size) {
    const jl_text from = {text, len};
    writer w = begin(out, out_size);
    const bool is_nothing = len == 0 && is_prefix(flags) && is_suffix(flags);
    if (!is_utf8(from) || !are_flags(flags) || is_nothing)
        return refuse(&w);
    put(&w, '%');
    if (!is_suffix(flags))
        put(&w, '^');
    if (!put_expression(&w, from))
        return refuse(&w);
    if (!is_prefix(flags))
        put(&w, '$');
    put(&w, '%');
    return finish(&w);
}

/* --- selectors ------------------------------------------------------------------------------- */

static bool is_any(jl_text key) {
    return jl_text_equal(key, JL_TEXT("[*]"));
}

static bool is_index(jl_text key) {
    if (key.len < 3 || key.ptr[0] != '[' || key.ptr[key.len - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < key.len; i++) {
        if (key.ptr[i] < '0' || key.ptr[i] > '9')
            return false;
    }
    return true;
}

static bool is_bare(jl_text key) {
    for (size_t i = 0; i < key.len; i++) {
        if (!jl_is_name_char(key.ptr[i]))
            return false;
    }
    return key.len > 0;
}

static void put_key(writer *w, jl_text key) {
    const bool needs_brackets = !is_bare(key);
    put_text(w, needs_brackets ? JL_TEXT(".['") : JL_TEXT("."));
    put_text(w, key);
    if (needs_brackets)
        put_text(w, JL_TEXT("']"));
}

/* False for a key that cannot stand where it does. */
static bool put_step(writer *w, jl_text key, bool is_first) {
    if (key.ptr == NULL || !is_utf8(key) || contains(key, '\''))
        return false;
    if (is_any(key))
        put_text(w, is_first ? JL_TEXT(".*") : key);
    else if (is_index(key) && is_first)
        return false;
    else if (is_index(key))
        put_text(w, key);
    else
        put_key(w, key);
    return true;
}

size_t jsonlog_pattern_selector(const char *const *keys, size_t count, char *out, size_t out_size) {
    writer w = begin(out, out_size);
    if (keys == NULL || count == 0)
        return refuse(&w);
    size_t wildcards = 0;
    put(&w, '$');
    for (size_t i = 0; i < count; i++) {
        const jl_text key = jl_text_of(keys[i]);
        wildcards += is_any(key);
        if (wildcards > 1 || !put_step(&w, key, i == 0))
            return refuse(&w);
    }
    return finish(&w);
}
