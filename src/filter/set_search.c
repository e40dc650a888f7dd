#include "filter/set_search.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

enum { BLOCK = 32 };

#define AVX2 __attribute__((target("avx2,bmi")))

AVX2 static inline __m256i table_of(const uint8_t *halves) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)halves));
}

/* The buckets with a print that has these bytes at a place. */
AVX2 static inline __m256i buckets_of(__m256i low, __m256i high, const char *at) {
    const __m256i text = _mm256_loadu_si256((const __m256i *)(const void *)at);
    const __m256i half = _mm256_set1_epi8(15);
    return _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(text, half)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(text, 4), half)));
}

/* As long as whole vectors can be loaded. *rest: where to go on. */
AVX2 static const char *run_avx2(const jl_set_search *search, const char *at, const char *end,
                                 uint64_t *marks, const char **rest) {
    const char *start = at;
    __m256i low[JL_SET_PRINT], high[JL_SET_PRINT];
    for (size_t i = 0; i < JL_SET_PRINT; i++) {
        low[i] = table_of(search->low[i]);
        high[i] = table_of(search->high[i]);
    }
    for (; end - at >= BLOCK + JL_SET_PRINT; at += BLOCK) {
        __m256i buckets = buckets_of(low[0], high[0], at);
        for (size_t i = 1; i < JL_SET_PRINT; i++)
            buckets = _mm256_and_si256(buckets, buckets_of(low[i], high[i], at + i));
        const __m256i none = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
        uint32_t places = ~(uint32_t)_mm256_movemask_epi8(none);
        for (; places != 0; places &= places - 1) {
            const char *place = at + __builtin_ctz(places);
            if (take_place(search, start, place, end, marks) && marks == NULL)
                return place;
        }
    }
    *rest = at;
    return NULL;
}

const char *jl_set_search_run(const jl_set_search *search, const char *at, const char *end,
                              uint64_t *marks) {
    if (search->count == 0)
        return NULL;
    const char *rest = at;
    const char *found =
        __builtin_cpu_supports("avx2") ? run_avx2(search, at, end, marks, &rest) : NULL;
    return found != NULL ? found : run_bytes(search, at, rest, end, marks);
}

#else

const char *jl_set_search_run(const jl_set_search *search, const char *at, const char *end,
                              uint64_t *marks) {
    return jl_set_search_run_plainly(search, at, end, marks);
}

#endif
