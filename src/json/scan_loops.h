#ifndef JL_JSON_SCAN_LOOPS_H
#define JL_JSON_SCAN_LOOPS_H
/**
 * The inner loops of the scanner: blanks, the inside of strings, numbers.
 *
 * The inside of a string is passed sixteen bytes at a time where there is SSE2, else eight. Both
 * forms give the same answer.
 */
#include "json/escape_scan.h"

static inline bool jl_is_json_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/** @return the first byte that is no blank, or end. Mostly that is the first one. */
static inline const char *jl_scan_blanks(const char *at, const char *end) {
    if (__builtin_expect(at < end && (unsigned char)*at > ' ', 1))
        return at;
    while (at < end && jl_is_json_blank(*at))
        at++;
    return at;
}

/** May stand in a string as it is: all but `"`, `\` and control characters, so also any byte beyond
 * ASCII. */
static inline bool jl_is_string_plain(char c) {
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/** The portable form. As in jl_find_special() the lowest bit found is always a true one. */
static inline const char *jl_scan_plain_string_words(const char *at, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    for (; end - at >= 8; at += 8) {
        const uint64_t word = jl_load_word(at);
        const uint64_t quotes = word ^ ones * '"';
        const uint64_t backslashes = word ^ ones * '\\';
        const uint64_t special =
            (((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes) |
             ((word - ones * 0x20) & ~word)) &
            tops;
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special) / 8;
    }
    while (at < end && jl_is_string_plain(*at))
        at++;
    return at;
}

#ifdef __SSE2__
static inline const char *jl_scan_plain_string_blocks(const char *at, const char *end) {
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (; end - at >= 16; at += 16) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
        const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
        const __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
        const __m128i special = _mm_or_si128(control, _mm_or_si128(quote, backslash));
        const unsigned mask = (unsigned)_mm_movemask_epi8(special);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
    return jl_scan_plain_string_words(at, end);
}
#endif

/** @return the first byte a string does not pass over, or end. */
static inline const char *jl_scan_plain_string(const char *at, const char *end) {
#ifdef __SSE2__
    return jl_scan_plain_string_blocks(at, end);
#else
    return jl_scan_plain_string_words(at, end);
#endif
}

static inline bool jl_is_json_digit(char c) {
    return c >= '0' && c <= '9';
}

/** @return the first byte that is no digit, or end. */
static inline const char *jl_scan_digits(const char *at, const char *end) {
    while (at < end && jl_is_json_digit(*at))
        at++;
    return at;
}

static inline bool jl_is_json_hex(char c) {
    return jl_is_json_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool jl_is_short_escape(char c) {
    switch (c) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return true;
    default: return false;
    }
}

/** @param at  on the backslash. @return the byte behind the escape; NULL if it is none. */
static inline const char *jl_scan_escape(const char *at, const char *end) {
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return jl_is_short_escape(at[1]) ? at + 2 : NULL;
    if (end - at < 6)
        return NULL;
    return jl_is_json_hex(at[2]) && jl_is_json_hex(at[3]) && jl_is_json_hex(at[4]) &&
                   jl_is_json_hex(at[5])
               ? at + 6
               : NULL;
}

/**
 * Find the quote that ends a string.
 *
 * @param at          behind the opening quote.
 * @param has_escape  receives whether there was a backslash.
 * @return the closing quote; NULL if there is none, or a control character or a bad escape before
 * it.
 */
static inline const char *jl_scan_string_end(const char *at, const char *end, bool *has_escape) {
    *has_escape = false;
    for (;;) {
        at = jl_scan_plain_string(at, end);
        if (at == end)
            return NULL;
        if (*at == '"')
            return at;
        if (*at != '\\')
            return NULL;
        *has_escape = true;
        at = jl_scan_escape(at, end);
        if (at == NULL)
            return NULL;
    }
}

/**
 * number = [ "-" ] ( "0" | digit1-9 { digit } ) [ "." digits ]
 *          [ ( "e" | "E" ) [ "+" | "-" ] digits ]
 *
 * @return the first byte behind the number at `at`; NULL if it is none.
 */
static inline const char *jl_scan_number_end(const char *at, const char *end, bool *is_integer) {
    *is_integer = true;
    at += at < end && *at == '-';
    const char *start = at;
    at = at < end && *at == '0' ? at + 1 : jl_scan_digits(at, end);
    if (at == start)
        return NULL;
    if (at < end && *at == '.') {
        *is_integer = false;
        start = at + 1;
        at = jl_scan_digits(start, end);
        if (at == start)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *is_integer = false;
        start = at + 1;
        start += start < end && (*start == '+' || *start == '-');
        at = jl_scan_digits(start, end);
        if (at == start)
            return NULL;
    }
    return at;
}

/** @return the first byte behind true, false or null; NULL if it is none of them. */
static inline const char *jl_scan_name_end(const char *at, const char *end) {
    const size_t left = (size_t)(end - at);
    if (left >= 4 && memcmp(at, "true", 4) == 0)
        return at + 4;
    if (left >= 5 && memcmp(at, "false", 5) == 0)
        return at + 5;
    return left >= 4 && memcmp(at, "null", 4) == 0 ? at + 4 : NULL;
}

/** @return the first byte behind the string, number or name at `at`; NULL if it is none. */
static inline const char *jl_scan_scalar_end(const char *at, const char *end) {
    bool ignored;
    if (at == end)
        return NULL;
    if (*at == '"') {
        at = jl_scan_string_end(at + 1, end, &ignored);
        return at == NULL ? NULL : at + 1;
    }
    if (*at <= '9')
        return jl_scan_number_end(at, end, &ignored);
    return jl_scan_name_end(at, end);
}

#endif
