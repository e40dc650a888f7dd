/* A kernel of json/line_bits.c: two times 32 bytes. */
#include <immintrin.h>

#define ATTRIBUTES __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#define NAME(name) name##_avx2

typedef struct bytes_avx2 {
    __m256i low, high;
} bytes_avx2;

typedef struct tables_avx2 {
    __m256i last, before;
} tables_avx2;

static bool is_supported_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
           __builtin_cpu_supports("pclmul");
}

ATTRIBUTES static inline bytes_avx2 load_avx2(const char *at) {
    const __m256i *from = (const __m256i *)(const void *)at;
    return (bytes_avx2){_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
}

ATTRIBUTES static inline uint64_t bits_avx2(__m256i low, __m256i high) {
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

ATTRIBUTES static inline uint64_t equal_avx2(bytes_avx2 v, char byte) {
    const __m256i all = _mm256_set1_epi8(byte);
    return bits_avx2(_mm256_cmpeq_epi8(v.low, all), _mm256_cmpeq_epi8(v.high, all));
}

ATTRIBUTES static inline uint64_t bracket_avx2(bytes_avx2 v, char byte) {
    const __m256i bit = _mm256_set1_epi8(0x20);
    const bytes_avx2 curly = {_mm256_or_si256(v.low, bit), _mm256_or_si256(v.high, bit)};
    return equal_avx2(curly, byte);
}

ATTRIBUTES static inline uint64_t square_avx2(bytes_avx2 v) {
    return ~bits_avx2(_mm256_slli_epi16(v.low, 2), _mm256_slli_epi16(v.high, 2));
}

ATTRIBUTES static inline uint64_t at_most_avx2(bytes_avx2 v, char byte) {
    const __m256i all = _mm256_set1_epi8(byte);
    return bits_avx2(_mm256_cmpeq_epi8(_mm256_min_epu8(v.low, all), v.low),
                     _mm256_cmpeq_epi8(_mm256_min_epu8(v.high, all), v.high));
}

ATTRIBUTES static inline uint64_t blanks_avx2(bytes_avx2 v) {
    const __m256i table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
    return bits_avx2(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v.low), v.low),
                     _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v.high), v.high));
}

ATTRIBUTES static inline bool holds_avx2(bytes_avx2 v, char byte) {
    const __m256i all = _mm256_set1_epi8(byte);
    return _mm256_movemask_epi8(
               _mm256_or_si256(_mm256_cmpeq_epi8(v.low, all), _mm256_cmpeq_epi8(v.high, all))) != 0;
}

ATTRIBUTES static inline bool holds_control_avx2(bytes_avx2 v) {
    const __m256i least = _mm256_min_epu8(v.low, v.high);
    const __m256i last = _mm256_set1_epi8(0x1F);
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(least, last), least)) != 0;
}

ATTRIBUTES static inline uint64_t prefix_xor_avx2(uint64_t bits) {
    const __m128i ones = _mm_set1_epi8((char)0xFF);
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)bits), ones, 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

ATTRIBUTES static inline int surplus_avx2(uint64_t more, uint64_t less) {
    return __builtin_popcountll(more) - __builtin_popcountll(less);
}

ATTRIBUTES static inline tables_avx2 tables_of_avx2(const jl_sieve *sieve) {
    const __m128i *last = (const __m128i *)(const void *)sieve->last;
    const __m128i *before = (const __m128i *)(const void *)sieve->before;
    return (tables_avx2){_mm256_broadcastsi128_si256(_mm_loadu_si128(last)),
                         _mm256_broadcastsi128_si256(_mm_loadu_si128(before))};
}

ATTRIBUTES static inline __m256i behind_avx2(const char *at, int count) {
    return _mm256_loadu_si256((const __m256i *)(const void *)(at - count));
}

ATTRIBUTES static inline __m256i hits_half_avx2(__m256i v, const char *at, const tables_avx2 *t) {
    const __m256i low_half = _mm256_set1_epi8(0x0F);
    const __m256i last = _mm256_and_si256(behind_avx2(at, 2), low_half);
    const __m256i before = _mm256_and_si256(behind_avx2(at, 3), low_half);
    const __m256i keys = _mm256_and_si256(_mm256_shuffle_epi8(t->last, last),
                                          _mm256_shuffle_epi8(t->before, before));
    const __m256i quoted = _mm256_cmpeq_epi8(behind_avx2(at, 1), _mm256_set1_epi8('"'));
    const __m256i colon = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(':'));
    /* A colon behind a quote is none if no bit is left of the key. */
    const __m256i others =
        _mm256_and_si256(quoted, _mm256_cmpeq_epi8(keys, _mm256_setzero_si256()));
    return _mm256_andnot_si256(others, colon);
}

ATTRIBUTES static inline uint64_t hits_avx2(bytes_avx2 v, const char *at, const tables_avx2 *t) {
    return bits_avx2(hits_half_avx2(v.low, at, t), hits_half_avx2(v.high, at + 32, t));
}

ATTRIBUTES ALWAYS_INLINE void add_brackets_avx2(nesting *n, uint64_t open, uint64_t both) {
    const unsigned count = (unsigned)__builtin_popcountll(both);
    if (__builtin_expect(n->count + count > 63, 0))
        walk_brackets(n);
    n->open |= _pext_u64(open, both) << n->count;
    n->count += count;
}
