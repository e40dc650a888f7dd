#include "json/text_steps.h"

#include <jsonlog/status.h>
#include <stdbool.h>

#if defined(__x86_64__)
#include <immintrin.h>

enum { STEP = 32 };

#define AVX2        __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

/* ---- what two bytes in a row can have wrong; a bit each ---- */

enum {
    TOO_SHORT = 1 << 0,         /* a lead byte, and no continuation behind it */
    TOO_LONG = 1 << 1,          /* ASCII, and a continuation behind it */
    OVERLONG_3 = 1 << 2,        /* E0 with less than A0 behind it */
    TOO_LARGE = 1 << 3,         /* F4 with more than 8F behind it, and F5 to FF */
    SURROGATE = 1 << 4,         /* ED with more than 9F behind it */
    OVERLONG_2 = 1 << 5,        /* C0 and C1 */
    TOO_LARGE_1000 = 1 << 6,    /* F5 to FF with 80 to 8F behind them … */
    OVERLONG_4 = 1 << 6,        /* … and F0 with the same */
    TWO_CONTINUATIONS = 1 << 7, /* right if a lead byte of three or more stands in front of them */
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS, /* whatever the lower half is */
};

#define ROW(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))

/* By the upper half of the first byte. */
AVX2_INLINE __m256i first_upper(void) {
    return ROW(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
               (char)TWO_CONTINUATIONS, (char)TWO_CONTINUATIONS, (char)TWO_CONTINUATIONS,
               (char)TWO_CONTINUATIONS, TOO_SHORT | OVERLONG_2, TOO_SHORT,
               TOO_SHORT | OVERLONG_3 | SURROGATE,
               TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);
}

/* By its lower half. */
AVX2_INLINE __m256i first_lower(void) {
    const char carry = (char)CARRY;
    const char large = (char)(CARRY | TOO_LARGE | TOO_LARGE_1000);
    return ROW((char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), (char)(CARRY | OVERLONG_2),
               carry, carry, (char)(CARRY | TOO_LARGE), large, large, large, large, large, large,
               large, large, (char)(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE), large, large);
}

/* By the upper half of the second byte. */
AVX2_INLINE __m256i second_upper(void) {
    enum { ANY = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS };
    return ROW(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
               TOO_SHORT, (char)(ANY | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
               (char)(ANY | OVERLONG_3 | TOO_LARGE), (char)(ANY | SURROGATE | TOO_LARGE),
               (char)(ANY | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
}

AVX2_INLINE __m256i upper_halves(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
}

/* Each byte's errors; zero where there are none. */
AVX2_INLINE __m256i errors_in(__m256i bytes, __m256i before) {
    const __m256i between = _mm256_permute2x128_si256(before, bytes, 0x21);
    const __m256i one_back = _mm256_alignr_epi8(bytes, between, 15);
    const __m256i two_back = _mm256_alignr_epi8(bytes, between, 14);
    const __m256i three_back = _mm256_alignr_epi8(bytes, between, 13);
    const __m256i pairs = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(first_upper(), upper_halves(one_back)),
            _mm256_shuffle_epi8(first_lower(), _mm256_and_si256(one_back, _mm256_set1_epi8(15)))),
        _mm256_shuffle_epi8(second_upper(), upper_halves(bytes)));
    /* The top bit where a lead byte of three or four stands two back, or one of four three back. */
    const __m256i third = _mm256_subs_epu8(two_back, _mm256_set1_epi8((char)(0xE0 - 0x80)));
    const __m256i fourth = _mm256_subs_epu8(three_back, _mm256_set1_epi8((char)(0xF0 - 0x80)));
    const __m256i must_follow =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must_follow, pairs);
}

AVX2_INLINE bool is_zero(__m256i bytes) {
    return _mm256_testz_si256(bytes, bytes) != 0;
}

/* Where a byte may not stand in a string as it is. */
AVX2_INLINE __m256i specials_in(__m256i bytes) {
    const __m256i control =
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
    const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
    const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
    return _mm256_or_si256(control, _mm256_or_si256(quote, backslash));
}

/* ---- text ---- */

static size_t length_by_lead(unsigned char lead) {
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

/* Without a last code point that is not whole; up to there all is well-formed. */
static size_t whole_code_points(const char *text, size_t len) {
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        const unsigned char byte = (unsigned char)text[len - back];
        if (byte >= 0xC0)
            return length_by_lead(byte) > back ? len - back : len;
        if (byte < 0x80)
            return len;
    }
    return len;
}

AVX2 static size_t take_steps(const char *text, size_t len) {
    __m256i before = _mm256_setzero_si256();
    size_t at = 0;
    for (; len - at >= STEP; at += STEP) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(text + at));
        if (!is_zero(_mm256_or_si256(specials_in(bytes), errors_in(bytes, before))))
            break;
        before = bytes;
    }
    return whole_code_points(text, at);
}

size_t jl_plain_text_steps(const char *text, size_t len) {
    return len >= STEP && __builtin_cpu_supports("avx2") ? take_steps(text, len) : 0;
}

#else

size_t jl_plain_text_steps(const char *text, size_t len) {
    (void)text;
    (void)len;
    return 0;
}

#endif
