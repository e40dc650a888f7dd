#include "cli/code_point.h"

static bool is_continuation(const char *text, size_t len, size_t at) {
    return at < len && ((unsigned char)text[at] & 0xC0u) == 0x80u;
}

/* The bytes a lead byte asks for; 0 if none starts with it. */
static size_t expected_size(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

size_t code_point_read(const char *text, size_t len, uint32_t *code_point) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char lead = (unsigned char)text[0];
    const size_t size = expected_size(lead);
    uint32_t value = lead & lead_bits[size];
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(text, len, i))
            return 0;
        value = (value << 6) | ((unsigned char)text[i] & 0x3Fu);
    }
    const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (size == 0 || value < smallest[size] || value > 0x10FFFF || is_surrogate)
        return 0;
    *code_point = value;
    return size;
}

size_t code_point_units(uint32_t code_point) {
    return code_point > 0xFFFF ? 2 : 1;
}

bool code_point_is_unsafe(uint32_t code_point) {
    if (code_point < 0x20)
        return code_point != '\t';
    return (code_point >= 0x7F && code_point <= 0x9F) || code_point == 0x061C ||
           code_point == 0x200E || code_point == 0x200F ||
           (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}
