#include "filter/needle.h"

#include "base/cpu.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_VECTORS 1
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define HAS_VECTORS 1
#else
#define HAS_VECTORS 0
#endif

/* --- making one ------------------------------------------------------------------------------ */

/* How rare a byte is in lines of JSON, from 0. Only the order matters. */
static unsigned rarity(unsigned char byte) {
    static const char common[] = "\"etaoinsr0123456789,:.- _";
    if (memchr(common, byte, sizeof common - 1) != NULL)
        return byte == '"' ? 0 : 1;
    if (byte >= 'a' && byte <= 'z')
        return 2;
    /* In a text of many characters all begin alike. */
    return byte >= 0xE0 && byte <= 0xEF ? 2 : 4;
}

static size_t rarest(const jl_needle *needle, size_t without) {
    size_t best = without == 0 ? 1 : 0;
    for (size_t i = best + 1; i < needle->len; i++) {
        if (i != without && rarity(needle->bytes[i]) > rarity(needle->bytes[best]))
            best = i;
    }
    return best;
}

static atomic_bool is_unused;

void jl_needle_use(bool is_used) {
    atomic_store_explicit(&is_unused, !is_used, memory_order_relaxed);
}

bool jl_needle_make(jl_needle *needle, jl_text text, jl_needle_guard guard) {
    if (text.len < 2 || atomic_load_explicit(&is_unused, memory_order_relaxed))
        return false;
    const size_t len = text.len < JL_NEEDLE_MAX ? text.len : JL_NEEDLE_MAX;
    *needle = (jl_needle){.len = (uint8_t)len, .guard = (uint8_t)guard};
    memcpy(needle->bytes, text.ptr, len);
    const size_t first = rarest(needle, SIZE_MAX);
    const size_t second = rarest(needle, first);
    needle->rare[0] = (uint8_t)first;
    needle->rare[1] = (uint8_t)second;
    needle->score = (uint8_t)(8 * (rarity(needle->bytes[first]) + rarity(needle->bytes[second])) +
                              (len < 16 ? len : 16));
    return true;
}

/* --- finding it ------------------------------------------------------------------------------ */

static bool is_escape(const jl_needle *needle, const char *at, size_t left) {
    switch (needle->guard) {
    case JL_GUARD_ASCII: return left >= 4 && memcmp(at, "\\u00", 4) == 0;
    case JL_GUARD_ALL: return left >= 2 && memcmp(at, "\\u", 2) == 0;
    default: return false;
    }
}

static bool stands_at(const jl_needle *needle, const char *at, const char *end) {
    const size_t left = (size_t)(end - at);
    if (left >= needle->len && memcmp(at, needle->bytes, needle->len) == 0)
        return true;
    return is_escape(needle, at, left);
}

const char *jl_needle_find_plainly(const jl_needle *needle, const char *at, const char *end) {
    for (; at < end; at++) {
        if (stands_at(needle, at, end))
            return at;
    }
    return NULL;
}

#if HAS_VECTORS

/* What vectors are compared with: two bytes of the needle, and behind a backslash the byte that
 * marks an escape to stop at. Without a guard stands_at() throws those away. */
typedef struct probe {
    uint8_t first, second, mark;
    char first_byte, second_byte, mark_byte;
} probe;

static probe probe_of(const jl_needle *needle) {
    probe p = {.first = needle->rare[0], .second = needle->rare[1]};
    p.first_byte = (char)needle->bytes[p.first];
    p.second_byte = (char)needle->bytes[p.second];
    p.mark = needle->guard == JL_GUARD_ASCII ? 2 : 1;
    p.mark_byte = needle->guard == JL_GUARD_ASCII ? '0' : 'u';
    return p;
}

#define MASK uint32_t

#if defined(__x86_64__)

#define BLOCK         16
#define VECTOR        __m128i
#define FILL(byte)    _mm_set1_epi8(byte)
#define LOAD(address) _mm_loadu_si128((const __m128i *)(const void *)(address))
#define BOTH(a, b)    _mm_and_si128(a, b)
#define EITHER(a, b)  _mm_or_si128(a, b)
#define SAME(a, b)    _mm_cmpeq_epi8(a, b)
#define BITS(v)       _mm_movemask_epi8(v)
#define IS_ZERO(v)    (BITS(v) == 0)
#define ATTRIBUTES
#define NAME(name) name##_small
#include "filter/needle_blocks.h"

#define BLOCK         32
#define VECTOR        __m256i
#define FILL(byte)    _mm256_set1_epi8(byte)
#define LOAD(address) _mm256_loadu_si256((const __m256i *)(const void *)(address))
#define BOTH(a, b)    _mm256_and_si256(a, b)
#define EITHER(a, b)  _mm256_or_si256(a, b)
#define SAME(a, b)    _mm256_cmpeq_epi8(a, b)
#define BITS(v)       _mm256_movemask_epi8(v)
#define IS_ZERO(v)    (BITS(v) == 0)
#define ATTRIBUTES    __attribute__((target("avx2,bmi")))
#define NAME(name)    name##_avx2
#include "filter/needle_blocks.h"

static const char *search(const jl_needle *needle, const probe *p, const char *at, const char *end,
                          const char **rest) {
    return jl_cpu_vectors() >= JL_VECTORS_AVX2 ? search_avx2(needle, p, at, end, rest)
                                               : search_small(needle, p, at, end, rest);
}

#else

/* One bit of each byte, which is all ones or none. */
static inline uint32_t bits_of(uint8x16_t v) {
    static const uint8_t weights[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x8_t weight = vld1_u8(weights);
    const uint32_t low = vaddv_u8(vand_u8(vget_low_u8(v), weight));
    return low | (uint32_t)vaddv_u8(vand_u8(vget_high_u8(v), weight)) << 8;
}

#define BLOCK         16
#define VECTOR        uint8x16_t
#define FILL(byte)    vdupq_n_u8((uint8_t)(byte))
#define LOAD(address) vld1q_u8((const uint8_t *)(address))
#define BOTH(a, b)    vandq_u8(a, b)
#define EITHER(a, b)  vorrq_u8(a, b)
#define SAME(a, b)    vceqq_u8(a, b)
#define BITS(v)       bits_of(v)
#define IS_ZERO(v)    (vmaxvq_u8(v) == 0)
#define ATTRIBUTES
#define NAME(name) name##_small
#include "filter/needle_blocks.h"

static const char *search(const jl_needle *needle, const probe *p, const char *at, const char *end,
                          const char **rest) {
    return search_small(needle, p, at, end, rest);
}

#endif

/* The last bytes, less than two large vectors and a needle, are searched in a copy with room behind
 * it for two small ones. */
static const char *search_tail(const jl_needle *needle, const probe *p, const char *at,
                               const char *end) {
    char copy[4 * JL_NEEDLE_MAX] = {0};
    const size_t len = (size_t)(end - at);
    memcpy(copy, at, len);
    const char *rest = copy;
    const char *found = search_small(needle, p, copy, copy + sizeof copy, &rest);
    return found == NULL || found >= copy + len ? NULL : at + (found - copy);
}

static const char *find_in_vectors(const jl_needle *needle, const char *at, const char *end) {
    const probe p = probe_of(needle);
    const char *rest = at;
    const char *found = search(needle, &p, at, end, &rest);
    return found != NULL ? found : search_tail(needle, &p, rest, end);
}

#endif

#if defined(__x86_64__)

const char *jl_needle_find(const jl_needle *needle, const char *at, const char *end) {
    return find_in_vectors(needle, at, end);
}

#else

enum { WINDOW = 1024 };

static const char *first_of(const char *a, const char *b) {
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    return a < b ? a : b;
}

static const char *find_in(const jl_needle *needle, const char *at, const char *end) {
    const size_t len = (size_t)(end - at);
    const char *text = memmem(at, len, needle->bytes, needle->len);
    switch (needle->guard) {
    case JL_GUARD_ASCII: return first_of(text, memmem(at, len, "\\u00", 4));
    case JL_GUARD_ALL: return first_of(text, memmem(at, len, "\\u", 2));
    default: return text;
    }
}

/* The vectors are those of the C library. In windows, so that a needle far away is not searched for
 * again from each escape on the way to it. */
static const char *find_in_windows(const jl_needle *needle, const char *at, const char *end) {
    const char *found = NULL;
    while (found == NULL && at < end) {
        const size_t left = (size_t)(end - at);
        const char *window_end = left < WINDOW + JL_NEEDLE_MAX ? end : at + WINDOW + JL_NEEDLE_MAX;
        found = find_in(needle, at, window_end);
        at += left < WINDOW ? left : WINDOW;
    }
    return found;
}

const char *jl_needle_find(const jl_needle *needle, const char *at, const char *end) {
#if HAS_VECTORS
    if (jl_cpu_vectors() != JL_VECTORS_BASE)
        return find_in_vectors(needle, at, end);
#endif
    return find_in_windows(needle, at, end);
}

#endif
