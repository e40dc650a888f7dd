#include "json/unescape.h"

#include "base/utf8.h"

#define REPLACEMENT 0xFFFDu

jl_literal jl_literal_of(jl_text text) {
    jl_literal literal = {.text = text, .has_replacement = false};
    for (size_t i = 0; i + 3 <= text.len && !literal.has_replacement; i++)
        literal.has_replacement = memcmp(text.ptr + i, "\xEF\xBF\xBD", 3) == 0;
    return literal;
}

static uint32_t hex_value(char c) {
    if (c <= '9')
        return (uint32_t)(c - '0');
    return (uint32_t)((c | 0x20) - 'a' + 10);
}

/* The four digits behind `\u`; the scanner has checked them. */
static uint32_t read_unit(const char *hex) {
    return hex_value(hex[0]) << 12 | hex_value(hex[1]) << 8 | hex_value(hex[2]) << 4 |
           hex_value(hex[3]);
}

static uint32_t short_escape(char letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return (unsigned char)letter;
    }
}

static uint32_t next_escape(jl_unescape *cursor) {
    if (cursor->at[1] != 'u') {
        cursor->at += 2;
        return short_escape(cursor->at[-1]);
    }
    const uint32_t high = read_unit(cursor->at + 2);
    cursor->at += 6;
    if (high < 0xD800 || high > 0xDBFF || cursor->end - cursor->at < 6)
        return high;
    if (cursor->at[0] != '\\' || cursor->at[1] != 'u')
        return high;
    const uint32_t low = read_unit(cursor->at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return high;
    cursor->at += 6;
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

uint32_t jl_unescape_next(jl_unescape *cursor) {
    const unsigned char byte = (unsigned char)*cursor->at;
    if (byte == '\\')
        return next_escape(cursor);
    if (byte < 0x80) {
        cursor->at++;
        return byte;
    }
    size_t bytes = 1;
    const jl_text rest = {cursor->at, (size_t)(cursor->end - cursor->at)};
    const uint32_t code_point = jl_utf8_decode(rest, &bytes);
    cursor->at += bytes;
    return code_point == JL_UTF8_INVALID ? REPLACEMENT : code_point;
}

size_t jl_unescape_next_bytes(jl_unescape *cursor, char out[4]) {
    const uint32_t code_point = jl_unescape_next(cursor);
    if (!jl_is_surrogate(code_point))
        return jl_utf8_encode(code_point, out);
    out[0] = (char)(0xE0 | code_point >> 12);
    out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code_point & 0x3F));
    return 3;
}

static bool equals_decoded(jl_json_string string, jl_text text) {
    jl_unescape cursor = jl_unescape_begin(string);
    size_t done = 0;
    while (jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const size_t len = jl_unescape_next_bytes(&cursor, bytes);
        if (len > text.len - done || memcmp(bytes, text.ptr + done, len) != 0)
            return false;
        done += len;
    }
    return done == text.len;
}

bool jl_json_string_equals(jl_json_string string, const jl_literal *literal) {
    if (string.has_escape)
        return equals_decoded(string, literal->text);
    if (jl_text_equal((jl_text){string.ptr, string.len}, literal->text))
        return true;
    /* Without an escape only an ill-formed byte can still mean something of the literal. */
    return literal->has_replacement && equals_decoded(string, literal->text);
}

bool jl_json_string_same(jl_json_string a, jl_json_string b) {
    jl_unescape left = jl_unescape_begin(a);
    jl_unescape right = jl_unescape_begin(b);
    while (jl_unescape_is_more(&left) && jl_unescape_is_more(&right)) {
        if (jl_unescape_next(&left) != jl_unescape_next(&right))
            return false;
    }
    return !jl_unescape_is_more(&left) && !jl_unescape_is_more(&right);
}

uint32_t jl_json_string_hash(jl_json_string string, uint64_t seed) {
    jl_unescape cursor = jl_unescape_begin(string);
    uint64_t hash = seed ^ UINT64_C(0x9E3779B97F4A7C15);
    while (jl_unescape_is_more(&cursor)) {
        hash = (hash ^ jl_unescape_next(&cursor)) * UINT64_C(0xFF51AFD7ED558CCD);
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}
