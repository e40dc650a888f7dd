#include "oracle.h"

#include <stdlib.h>
#include <string.h>

void *oracle_alloc(size_t bytes) {
    return oracle_grow(NULL, bytes);
}

void *oracle_grow(void *memory, size_t bytes) {
    void *grown = realloc(memory, bytes ? bytes : 1);
    if (!grown)
        abort();
    return grown;
}

void oracle_text_push(oracle_text *text, uint32_t code_point) {
    bool is_full = (text->len & (text->len - 1)) == 0; /* room is the next power of two */
    if (is_full)
        text->at = oracle_grow(text->at, (text->len ? 2 * text->len : 1) * sizeof *text->at);
    text->at[text->len++] = code_point;
}

bool oracle_text_equals(oracle_text a, oracle_text b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len * sizeof *a.at) == 0);
}

oracle_text oracle_text_of_ascii(const char *bytes) {
    oracle_text text = {NULL, 0};
    for (; *bytes; bytes++)
        oracle_text_push(&text, (unsigned char)*bytes);
    return text;
}

static char *put_utf8(char *out, uint32_t c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | (c >> 6));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | (c >> 12));
        *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | (c >> 18));
        *out++ = (char)(0x80 | ((c >> 12) & 0x3F));
        *out++ = (char)(0x80 | ((c >> 6) & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

char *oracle_text_to_utf8(oracle_text text, uint32_t surrogate_as, size_t *len) {
    char *bytes = oracle_alloc(4 * text.len + 1);
    char *out = bytes;
    for (size_t i = 0; i < text.len; i++) {
        bool is_surrogate = text.at[i] >= 0xD800 && text.at[i] <= 0xDFFF;
        out = put_utf8(out, is_surrogate ? surrogate_as : text.at[i]);
    }
    *out = '\0';
    *len = (size_t)(out - bytes);
    return bytes;
}

size_t oracle_utf8_next(const char *at, size_t len, uint32_t *out) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0)
        return 0;
    const unsigned char *bytes = (const unsigned char *)at;
    unsigned char first = bytes[0];
    size_t need = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (need == 0 || first >= 0xF8 || need > len)
        return 0;
    uint32_t c = need == 1 ? first : first & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        c = (c << 6) | (bytes[i] & 0x3F);
    }
    if (c < smallest[need] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *out = c;
    return need;
}

oracle_text oracle_text_of_bytes(const char *bytes, size_t len) {
    oracle_text text = {NULL, 0};
    for (size_t at = 0; at < len;) {
        uint32_t c = 0;
        size_t taken = oracle_utf8_next(bytes + at, len - at, &c);
        oracle_text_push(&text, taken ? c : 0xFFFD);
        at += taken ? taken : 1;
    }
    return text;
}
