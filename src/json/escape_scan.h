#ifndef JL_JSON_ESCAPE_SCAN_H
#define JL_JSON_ESCAPE_SCAN_H
/**
 * The inner loop of escaping: how far a text needs no look at single bytes.
 *
 * Plain are U+0020 to U+007E without `"` and `\`. DEL stops the scan although it usually may stay,
 * because one option escapes it and it is rare. Both forms below give the same answer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool jl_is_plain_ascii(unsigned char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/**
 * The top bit of the lowest byte that is not plain, and of some above it; 0 if all eight are plain.
 *
 * x - ones borrows into the top bit of a zero byte and x + ones carries into that of DEL. Borrow
 * and carry reach only bytes above a hit, so the lowest hit is always a true one.
 */
static inline uint64_t jl_find_special(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t quotes = word ^ ones * '"';
    uint64_t backslashes = word ^ ones * '\\';
    return ((quotes - ones) | (backslashes - ones) | (word - ones * 0x20) | (word + ones) | word) &
           tops;
}

/** Eight bytes, the first one lowest. */
static inline uint64_t jl_load_word(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/** One to seven bytes, the first one lowest, blanks above; without a loop that would be
 * mispredicted. */
static inline uint64_t jl_load_tail(const char *bytes, size_t len) {
    const uint64_t blanks = UINT64_C(0x2020202020202020);
    const unsigned char *from = (const unsigned char *)bytes;
    uint64_t word = blanks << len * 8;
    if ((len & 4) != 0) {
        word |=
            from[0] | (uint64_t)from[1] << 8 | (uint64_t)from[2] << 16 | (uint64_t)from[3] << 24;
        if (len == 4)
            return word;
    }
    /* The last three bytes, or fewer: what was loaded above is loaded again in the same place. */
    word |= (uint64_t)from[len - 1] << (len - 1) * 8;
    if (len >= 2)
        word |= (uint64_t)from[len - 2] << (len - 2) * 8;
    if (len >= 3)
        word |= (uint64_t)from[len - 3] << (len - 3) * 8;
    return word;
}

/** The portable form, eight bytes at a step. @return the length of the plain prefix. */
static inline size_t jl_scan_plain_ascii_words(const char *text, size_t len) {
    size_t at = 0;
    for (; len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t special = jl_find_special(jl_load_word(text + at));
        if (special != 0)
            return at + (size_t)__builtin_ctzll(special) / 8;
    }
    if (at == len)
        return len;
    uint64_t special = jl_find_special(jl_load_tail(text + at, len - at));
    return special == 0 ? len : at + (size_t)__builtin_ctzll(special) / 8;
}

#ifdef __SSE2__
/** Sixteen bytes at a step. As signed bytes everything from 0x80 on is below 0x20 too. */
static inline size_t jl_scan_plain_ascii_blocks(const char *text, size_t len) {
    size_t at = 0;
    for (; len - at >= sizeof(__m128i); at += sizeof(__m128i)) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));
        __m128i del = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F));
        __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
        __m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
        __m128i special = _mm_or_si128(_mm_or_si128(low, del), _mm_or_si128(quote, backslash));
        unsigned mask = (unsigned)_mm_movemask_epi8(special);
        if (mask != 0)
            return at + (size_t)__builtin_ctz(mask);
    }
    return at + jl_scan_plain_ascii_words(text + at, len - at);
}
#endif

static inline size_t jl_scan_plain_ascii(const char *text, size_t len) {
#ifdef __SSE2__
    return jl_scan_plain_ascii_blocks(text, len);
#else
    return jl_scan_plain_ascii_words(text, len);
#endif
}

#endif
