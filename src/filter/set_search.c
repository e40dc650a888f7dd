#include "filter/set_search.h"

#include "base/cpu.h"

/* --- at one place ---------------------------------------------------------------------------- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char letter = (char)(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Could the escape at a backslash spell a part of a needle? */
static bool is_hiding(const jl_set_search *search, const char *at, const char *end) {
    if (!search->has_hidden || end - at < 2 || at[0] != '\\' || at[1] != 'u')
        return false;
    unsigned code = 0;
    for (ptrdiff_t i = 2; i < 6; i++) {
        const int digit = i < end - at ? hex_digit(at[i]) : -1;
        if (digit < 0)
            return true; /* no JSON, which is not for the search to say */
        code = code * 16 + (unsigned)digit;
    }
    return code < 0x80 ? search->is_spelled[code] : search->has_wide;
}

static void mark_owners(const jl_set_search *search, const jl_set_needle *n, uint64_t *marks) {
    for (uint32_t i = n->first_owner; i < n->first_owner + n->owner_count; i++) {
        const uint32_t owner = search->owners[i];
        marks[owner / 64] |= UINT64_C(1) << (owner % 64);
    }
}

static bool stands_at(const jl_needle *needle, const char *at, const char *end) {
    return (size_t)(end - at) >= needle->len && memcmp(at, needle->bytes, needle->len) == 0;
}

/* Needles with their print at this place. @return whether there is one. */
static bool take_prints(const jl_set_search *search, const char *start, const char *at,
                        const char *end, uint64_t *marks) {
    uint32_t print;
    memcpy(&print, at, sizeof print);
    bool is_found = false;
    uint32_t number = search->buckets[jl_set_print_hash(search, print)];
    while (number != 0 && !(is_found && marks == NULL)) {
        const jl_set_needle *n = &search->needles[number - 1];
        number = n->next;
        if (n->print != print || at - start < (ptrdiff_t)n->print_at ||
            !stands_at(&n->needle, at - n->print_at, end))
            continue;
        is_found = true;
        if (marks != NULL)
            mark_owners(search, n, marks);
    }
    return is_found;
}

static bool take_place(const jl_set_search *search, const char *start, const char *at,
                       const char *end, uint64_t *marks) {
    bool is_found = is_hiding(search, at, end);
    for (size_t i = 0; is_found && marks != NULL && i < search->words; i++)
        marks[i] |= search->hidden[i];
    if (end - at >= JL_SET_PRINT)
        is_found |= take_prints(search, start, at, end, marks);
    return is_found;
}

/* --- byte by byte ---------------------------------------------------------------------------- */

static bool may_stand_at(const jl_set_search *search, const char *at) {
    unsigned buckets = UINT8_MAX;
    for (size_t i = 0; i < JL_SET_PRINT && buckets != 0; i++) {
        const unsigned char byte = (unsigned char)at[i];
        buckets &= search->low[i][byte & 15] & search->high[i][byte >> 4];
    }
    return buckets != 0;
}

static const char *run_bytes(const jl_set_search *search, const char *start, const char *at,
                             const char *end, uint64_t *marks) {
    for (; at < end; at++) {
        if (end - at >= JL_SET_PRINT && !may_stand_at(search, at))
            continue;
        if (take_place(search, start, at, end, marks) && marks == NULL)
            return at;
    }
    return NULL;
}

const char *jl_set_search_run_plainly(const jl_set_search *search, const char *at, const char *end,
                                      uint64_t *marks) {
    return search->count == 0 ? NULL : run_bytes(search, at, at, end, marks);
}

/* --- in vectors ------------------------------------------------------------------------------ */

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi")))

AVX2 static inline __m256i load_avx2(const char *at) {
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

AVX2 static inline __m256i table_avx2(const uint8_t *halves) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)halves));
}

AVX2 static inline uint32_t not_zero_avx2(__m256i v) {
    return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_setzero_si256()));
}

#define BLOCK            32
#define VECTOR           __m256i
#define LOAD(address)    load_avx2(address)
#define TABLE(bytes)     table_avx2(bytes)
#define LOOK_UP(t, v)    _mm256_shuffle_epi8(t, v)
#define LOW(v)           _mm256_and_si256(v, _mm256_set1_epi8(15))
#define HIGH(v)          LOW(_mm256_srli_epi16(v, 4))
#define BOTH(a, b)       _mm256_and_si256(a, b)
#define NOT_ZERO_BITS(v) not_zero_avx2(v)
#define ATTRIBUTES       AVX2
#define NAME(name)       name##_avx2
#include "filter/set_search_blocks.h"

static const char *run_vectors(const jl_set_search *search, const char *at, const char *end,
                               uint64_t *marks, const char **rest) {
    return jl_cpu_vectors() >= JL_VECTORS_AVX2 ? run_avx2(search, at, end, marks, rest) : NULL;
}

#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>

/* Mostly there are none. */
static inline uint32_t not_zero_neon(uint8x16_t v) {
    static const uint8_t weights[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    if (vmaxvq_u8(v) == 0)
        return 0;
    const uint8x8_t weight = vld1_u8(weights);
    const uint8x16_t bits = vandq_u8(vtstq_u8(v, v), vcombine_u8(weight, weight));
    return vaddv_u8(vget_low_u8(bits)) | (uint32_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

#define BLOCK            16
#define VECTOR           uint8x16_t
#define LOAD(address)    vld1q_u8((const uint8_t *)(address))
#define TABLE(bytes)     vld1q_u8(bytes)
#define LOOK_UP(t, v)    vqtbl1q_u8(t, v)
#define LOW(v)           vandq_u8(v, vdupq_n_u8(15))
#define HIGH(v)          vshrq_n_u8(v, 4)
#define BOTH(a, b)       vandq_u8(a, b)
#define NOT_ZERO_BITS(v) not_zero_neon(v)
#define ATTRIBUTES
#define NAME(name) name##_neon
#include "filter/set_search_blocks.h"

static const char *run_vectors(const jl_set_search *search, const char *at, const char *end,
                               uint64_t *marks, const char **rest) {
    return jl_cpu_vectors() == JL_VECTORS_NEON ? run_neon(search, at, end, marks, rest) : NULL;
}

#else

static const char *run_vectors(const jl_set_search *search, const char *at, const char *end,
                               uint64_t *marks, const char **rest) {
    (void)search, (void)at, (void)end, (void)marks, (void)rest;
    return NULL;
}

#endif

const char *jl_set_search_run(const jl_set_search *search, const char *at, const char *end,
                              uint64_t *marks) {
    if (search->count == 0)
        return NULL;
    const char *rest = at;
    const char *found = run_vectors(search, at, end, marks, &rest);
    return found != NULL ? found : run_bytes(search, at, rest, end, marks);
}
