#include "base/utf8.h"

/* What Unicode table 3-7 says about each lead byte: the length of its sequence and the range of the
 * second byte, which alone keeps out overlong forms, surrogates and code points beyond U+10FFFF. */
typedef struct lead_byte {
    unsigned char length; /* 0: starts nothing */
    unsigned char second_min;
    unsigned char second_max;
} lead_byte;

static lead_byte classify(unsigned char lead) {
    if (lead < 0xC2 || lead > 0xF4)
        return (lead_byte){0, 0, 0};
    if (lead < 0xE0)
        return (lead_byte){2, 0x80, 0xBF};
    if (lead < 0xF0)
        return (lead_byte){3, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF};
    return (lead_byte){4, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF};
}

static uint32_t decode_multi(const unsigned char *bytes, size_t len, size_t *taken) {
    lead_byte lead = classify(bytes[0]);
    *taken = 1;
    if (lead.length == 0 || len < lead.length)
        return JL_UTF8_INVALID;
    if (bytes[1] < lead.second_min || bytes[1] > lead.second_max)
        return JL_UTF8_INVALID;
    uint32_t code_point = bytes[0] & (0xFFu >> (lead.length + 1));
    code_point = code_point << 6 | (bytes[1] & 0x3Fu);
    for (size_t i = 2; i < lead.length; i++) {
        if ((bytes[i] & 0xC0u) != 0x80u)
            return JL_UTF8_INVALID;
        code_point = code_point << 6 | (bytes[i] & 0x3Fu);
    }
    *taken = lead.length;
    return code_point;
}

uint32_t jl_utf8_decode(jl_text text, size_t *bytes) {
    const unsigned char *at = (const unsigned char *)text.ptr;
    if (at[0] >= 0x80)
        return decode_multi(at, text.len, bytes);
    *bytes = 1;
    return at[0];
}

size_t jl_utf8_encode(uint32_t code_point, char out[4]) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80u | (code_point & 0x3Fu));
        code_point >>= 6;
    }
    /* As many leading one bits as bytes, then a zero: 110, 1110, 11110. */
    out[0] = (char)((0xF00u >> length & 0xFFu) | code_point);
    return length;
}

/* Log text is mostly ASCII: eight bytes at a step. */
static size_t ascii_prefix(jl_text text) {
    size_t at = 0;
    for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, text.ptr + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < text.len && (unsigned char)text.ptr[at] < 0x80)
        at++;
    return at;
}

size_t jl_utf8_valid_prefix(jl_text text) {
    size_t at = 0;
    while (at < text.len) {
        at += ascii_prefix((jl_text){text.ptr + at, text.len - at});
        while (at < text.len && (unsigned char)text.ptr[at] >= 0x80) {
            size_t bytes;
            if (jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes) == JL_UTF8_INVALID)
                return at;
            at += bytes;
        }
    }
    return at;
}

/* A lead byte never stands inside another sequence, so looking back three bytes is enough: whatever
 * well-formed sequence the limit would split begins there. */
__attribute__((cold)) size_t jl_utf8_cut(jl_text text, size_t limit) {
    if (limit >= text.len)
        return text.len;
    for (size_t back = 1; back <= 3 && back <= limit; back++) {
        size_t start = limit - back;
        size_t bytes;
        jl_utf8_decode((jl_text){text.ptr + start, text.len - start}, &bytes);
        if (bytes > back)
            return start;
    }
    return limit;
}

bool jl_utf8_is_hostile(uint32_t code_point) {
    if (code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F))
        return true;
    if (code_point < 0x061C)
        return false;
    return code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
           (code_point >= 0x2028 && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

/* The wide and fullwidth blocks of Unicode's East Asian Width (UAX #11), unassigned gaps included:
 * a gap that is filled one day will be wide too. */
static const struct {
    uint32_t first, last;
} wide_ranges[] = {
    {0x1100, 0x115F},   /* Hangul leading consonants */
    {0x2E80, 0x303E},   /* radicals, punctuation */
    {0x3041, 0x4DBF},   /* kana, Hangul compatibility, CJK symbols, extension A */
    {0x4E00, 0xA4CF},   /* CJK ideographs, Yi */
    {0xA960, 0xA97F},   /* Hangul extended A */
    {0xAC00, 0xD7A3},   /* Hangul syllables */
    {0xF900, 0xFAFF},   /* CJK compatibility ideographs */
    {0xFE30, 0xFE6F},   /* vertical and small forms */
    {0xFF01, 0xFF60},   /* fullwidth ASCII */
    {0xFFE0, 0xFFE6},   /* fullwidth signs */
    {0x1F300, 0x1F64F}, /* pictographs, emoticons */
    {0x1F680, 0x1F6FF}, /* transport symbols */
    {0x1F900, 0x1F9FF}, /* supplemental pictographs */
    {0x20000, 0x3FFFD}, /* planes 2 and 3 */
};

size_t jl_utf8_columns(uint32_t code_point) {
    for (size_t i = 0; i < sizeof wide_ranges / sizeof wide_ranges[0]; i++)
        if (code_point >= wide_ranges[i].first && code_point <= wide_ranges[i].last)
            return 2;
    return 1;
}
