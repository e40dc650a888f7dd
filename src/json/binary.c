#include "json/binary.h"

static const char hex_digits[] = "0123456789abcdef";

static const char base64_standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url_safe[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Three bytes are four characters of six bits each. */
static void encode_group(char out[4], uint32_t group, const char *alphabet) {
    for (int i = 3; i >= 0; i--, group >>= 6)
        out[i] = alphabet[group & 0x3F];
}

static void encode_last_group(char out[4], const uint8_t *bytes, size_t len, const char *alphabet) {
    uint32_t second = len > 1 ? bytes[1] : 0;
    encode_group(out, (uint32_t)bytes[0] << 16 | second << 8, alphabet);
    out[3] = '=';
    if (len == 1)
        out[2] = '=';
}

bool jl_base64_append(jl_buffer *out, const void *bytes, size_t len, bool is_url_safe,
                      size_t limit) {
    size_t groups = len / 3 + (len % 3 != 0);
    bool is_whole = groups <= limit / 4;
    if (!is_whole) {
        groups = limit / 4;
        len = groups * 3;
    }
    if (groups == 0)
        return is_whole;
    char *room = jl_buffer_reserve(out, groups * 4);
    if (room == NULL)
        return false;
    const char *alphabet = is_url_safe ? base64_url_safe : base64_standard;
    const uint8_t *from = bytes;
    for (; len >= 3; len -= 3, from += 3, room += 4)
        encode_group(room, (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2], alphabet);
    if (len > 0)
        encode_last_group(room, from, len, alphabet);
    out->len += groups * 4;
    return is_whole;
}

static char *put_hex(char *out, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        *out++ = hex_digits[bytes[i] >> 4];
        *out++ = hex_digits[bytes[i] & 0xF];
    }
    return out;
}

bool jl_hex_append(jl_buffer *out, const void *bytes, size_t len, size_t limit) {
    bool is_whole = len <= limit / 2;
    if (!is_whole)
        len = limit / 2;
    if (len == 0)
        return is_whole;
    char *room = jl_buffer_reserve(out, len * 2);
    if (room == NULL)
        return false;
    put_hex(room, bytes, len);
    out->len += len * 2;
    return is_whole;
}

void jl_uuid_append(jl_buffer *out, const uint8_t bytes[16]) {
    static const size_t parts[] = {4, 2, 2, 2, 6}; /* bytes between the hyphens */
    char text[36];
    char *at = text;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i > 0)
            *at++ = '-';
        at = put_hex(at, bytes, parts[i]);
        bytes += parts[i];
    }
    jl_buffer_append(out, text, sizeof text);
}
