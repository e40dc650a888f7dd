/* A kernel of json/line_bits.c: four times 16 bytes, as every x86-64 has them. */
#include <emmintrin.h>

#define ATTRIBUTES
#define NAME(name) name##_sse2

typedef struct bytes_sse2 {
    __m128i part[4];
} bytes_sse2;

typedef struct tables_sse2 {
    const jl_sieve *sieve;
} tables_sse2;

static bool is_supported_sse2(void) {
    return true;
}

static inline bytes_sse2 load_sse2(const char *at) {
    const __m128i *from = (const __m128i *)(const void *)at;
    return (bytes_sse2){{_mm_loadu_si128(from), _mm_loadu_si128(from + 1),
                         _mm_loadu_si128(from + 2), _mm_loadu_si128(from + 3)}};
}

/* The top bits of the bytes. */
static inline uint64_t bits_sse2(bytes_sse2 v) {
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(v.part[i]) << 16 * i;
    return bits;
}

static inline bytes_sse2 same_sse2(bytes_sse2 v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = _mm_cmpeq_epi8(v.part[i], _mm_set1_epi8(byte));
    return v;
}

static inline uint64_t equal_sse2(bytes_sse2 v, char byte) {
    return bits_sse2(same_sse2(v, byte));
}

static inline uint64_t bracket_sse2(bytes_sse2 v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = _mm_or_si128(v.part[i], _mm_set1_epi8(0x20));
    return equal_sse2(v, byte);
}

static inline uint64_t square_sse2(bytes_sse2 v) {
    for (int i = 0; i < 4; i++)
        v.part[i] = _mm_slli_epi16(v.part[i], 2);
    return ~bits_sse2(v);
}

static inline uint64_t at_most_sse2(bytes_sse2 v, char byte) {
    for (int i = 0; i < 4; i++)
        v.part[i] = _mm_cmpeq_epi8(_mm_min_epu8(v.part[i], _mm_set1_epi8(byte)), v.part[i]);
    return bits_sse2(v);
}

static inline uint64_t blanks_sse2(bytes_sse2 v) {
    return equal_sse2(v, ' ') | equal_sse2(v, '\t') | equal_sse2(v, '\n') | equal_sse2(v, '\r');
}

static inline bool holds_sse2(bytes_sse2 v, char byte) {
    v = same_sse2(v, byte);
    const __m128i any =
        _mm_or_si128(_mm_or_si128(v.part[0], v.part[1]), _mm_or_si128(v.part[2], v.part[3]));
    return _mm_movemask_epi8(any) != 0;
}

static inline bool holds_control_sse2(bytes_sse2 v) {
    const __m128i least =
        _mm_min_epu8(_mm_min_epu8(v.part[0], v.part[1]), _mm_min_epu8(v.part[2], v.part[3]));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(least, _mm_set1_epi8(0x1F)), least)) != 0;
}

static inline tables_sse2 tables_of_sse2(const jl_sieve *sieve) {
    return (tables_sse2){sieve};
}

static inline uint64_t hits_sse2(bytes_sse2 v, const char *at, const tables_sse2 *t) {
    return hits_plain(equal_sse2(v, ':'), at, t->sieve);
}

#define prefix_xor_sse2   toggled
#define surplus_sse2      jl_bits_surplus
#define add_brackets_sse2 add_brackets_plain
