/* A kernel of json/line_bits.c: 64 bytes at once, whose comparisons give bits by themselves. It
 * also has the check of json/line_bits_proof.h. */
#include <immintrin.h>

#define ATTRIBUTES                                                                            \
    __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul,avx512f,avx512bw,avx512vl,avx512vbmi," \
                          "avx512vbmi2,gfni")))
#define NAME(name) name##_avx512
#define HAS_FIRST_HITS
#define READS_ONLY

typedef struct bytes_avx512 {
    __m512i all;
} bytes_avx512;

typedef struct tables_avx512 {
    __m512i last, before;
} tables_avx512;

static bool is_supported_avx512(void) {
    return is_supported_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("gfni");
}

ATTRIBUTES static inline bytes_avx512 load_avx512(const char *at) {
    return (bytes_avx512){_mm512_loadu_si512(at)};
}

/* Bits that are joined with others in plain registers: gcc would join them in mask registers, one
 * comparison waiting for the other. */
ATTRIBUTES static inline uint64_t bits_avx512(uint64_t mask) {
    __asm__("" : "+r"(mask));
    return mask;
}

ATTRIBUTES static inline uint64_t equal_avx512(bytes_avx512 v, char byte) {
    return bits_avx512(_mm512_cmpeq_epi8_mask(v.all, _mm512_set1_epi8(byte)));
}

ATTRIBUTES static inline uint64_t bracket_avx512(bytes_avx512 v, char byte) {
    return equal_avx512((bytes_avx512){_mm512_or_si512(v.all, _mm512_set1_epi8(0x20))}, byte);
}

ATTRIBUTES static inline bool holds_avx512(bytes_avx512 v, char byte) {
    return _mm512_cmpeq_epi8_mask(v.all, _mm512_set1_epi8(byte)) != 0;
}

ATTRIBUTES static inline tables_avx512 tables_of_avx512(const jl_sieve *sieve) {
    const __m128i *last = (const __m128i *)(const void *)sieve->last;
    const __m128i *before = (const __m128i *)(const void *)sieve->before;
    return (tables_avx512){_mm512_broadcast_i32x4(_mm_loadu_si128(last)),
                           _mm512_broadcast_i32x4(_mm_loadu_si128(before))};
}

/* What stands so many bytes before each of the line's first block. */
ATTRIBUTES static inline __m512i before_avx512(const char *at, int count) {
    return _mm512_maskz_loadu_epi8(UINT64_MAX << count, at - count);
}

ATTRIBUTES static inline uint64_t hits_behind_avx512(bytes_avx512 v, __m512i one, __m512i two,
                                                     __m512i three, const tables_avx512 *t) {
    const __mmask64 colon = _mm512_cmpeq_epi8_mask(v.all, _mm512_set1_epi8(':'));
    const __mmask64 keys = _mm512_mask_test_epi8_mask(colon, _mm512_permutexvar_epi8(two, t->last),
                                                      _mm512_permutexvar_epi8(three, t->before));
    return bits_avx512(keys | _mm512_mask_cmpneq_epi8_mask(colon, one, _mm512_set1_epi8('"')));
}

ATTRIBUTES static inline uint64_t hits_avx512(bytes_avx512 v, const char *at,
                                              const tables_avx512 *t) {
    return hits_behind_avx512(v, load_avx512(at - 1).all, load_avx512(at - 2).all,
                              load_avx512(at - 3).all, t);
}

/* Without a copy: the bytes before the block are not loaded. */
ATTRIBUTES static inline uint64_t first_hits_avx512(const char *at, const tables_avx512 *t) {
    return hits_behind_avx512(load_avx512(at), before_avx512(at, 1), before_avx512(at, 2),
                              before_avx512(at, 3), t);
}

#define prefix_xor_avx512    prefix_xor_avx2
#define surplus_avx512       surplus_avx2
#define check_compact_avx512 check_compact_avx2
#define check_spaced_avx512  check_spaced_avx2
