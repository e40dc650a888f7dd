#ifndef JL_FILTER_BLANK_SCAN_H
#define JL_FILTER_BLANK_SCAN_H
/**
 * Where a token without delimiters ends: at the next space or tab. Sixteen bytes at a step where
 * there is SSE2, else eight; both forms give the same answer.
 *
 * Tokens are short and of many lengths, so a loop over single bytes would be mispredicted at the
 * end of each. So would the last bytes of a line be, if they were taken one by one: they are taken
 * together with those before them.
 */
#include "json/escape_scan.h"

static inline bool jl_is_token_blank(char c) {
    return c == ' ' || c == '\t';
}

/** The portable form. As in jl_find_special() the lowest bit found is always a true one. */
static inline const char *jl_find_blank_words(const char *at, const char *end) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    for (; end - at >= 8; at += 8) {
        const uint64_t word = jl_load_word(at);
        const uint64_t spaces = word ^ ones * ' ';
        const uint64_t tabs = word ^ ones * '\t';
        const uint64_t found = (((spaces - ones) & ~spaces) | ((tabs - ones) & ~tabs)) & tops;
        if (found != 0)
            return at + (size_t)__builtin_ctzll(found) / 8;
    }
    while (at < end && !jl_is_token_blank(*at))
        at++;
    return at;
}

#ifdef __SSE2__
static inline unsigned jl_blanks_of_block(const char *at) {
    const __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    const __m128i spaces = _mm_cmpeq_epi8(block, _mm_set1_epi8(' '));
    const __m128i tabs = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(spaces, tabs));
}

/** @param line  where the bytes begin that may be read. */
static inline const char *jl_find_blank_blocks(const char *line, const char *at, const char *end) {
    for (; end - at >= 16; at += 16) {
        const unsigned blanks = jl_blanks_of_block(at);
        if (blanks != 0)
            return at + __builtin_ctz(blanks);
    }
    if (end - line < 16)
        return jl_find_blank_words(at, end);
    const unsigned seen = 16 - (unsigned)(end - at);
    const unsigned blanks = jl_blanks_of_block(end - 16) >> seen;
    return blanks == 0 ? end : at + __builtin_ctz(blanks);
}
#endif

/** @return the first blank of [at, end), or end. @param line  begins at `at` or before it. */
static inline const char *jl_find_blank(const char *line, const char *at, const char *end) {
#ifdef __SSE2__
    return jl_find_blank_blocks(line, at, end);
#else
    (void)line;
    return jl_find_blank_words(at, end);
#endif
}

#endif
