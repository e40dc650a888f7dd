#include "json/text_steps.h"

#include "base/cpu.h"
#include "json/escape_table.h"
#include "json/plain_copy.h"

#include <stdint.h>

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
    LARGE = CARRY | TOO_LARGE | TOO_LARGE_1000,
    BEHIND_LEAD = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS,
};

/* ---- what the steps compare with ---- */

typedef struct step_constants {
    uint8_t first_upper[16];  /* by the upper half of the first of two bytes */
    uint8_t first_lower[16];  /* by its lower half */
    uint8_t second_upper[16]; /* by the upper half of the second */
    uint8_t specials[128];    /* the top bit of what needs an escape */
    uint8_t high_with_del[64];
    uint8_t half, three, four, top;
    uint8_t one, first, control, del, quote, backslash;
} step_constants;

#define TIMES_4(...) __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define TIMES_8(...) TIMES_4(__VA_ARGS__), TIMES_4(__VA_ARGS__)

static const step_constants constants = {
    .first_upper = {TIMES_8(TOO_LONG), TIMES_4(TWO_CONTINUATIONS), TOO_SHORT | OVERLONG_2,
                    TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
                    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4},
    .first_lower = {CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
                    CARRY | TOO_LARGE, TIMES_8(LARGE), LARGE | SURROGATE, LARGE, LARGE},
    .second_upper = {TIMES_8(TOO_SHORT), BEHIND_LEAD | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
                     BEHIND_LEAD | OVERLONG_3 | TOO_LARGE, BEHIND_LEAD | SURROGATE | TOO_LARGE,
                     BEHIND_LEAD | SURROGATE | TOO_LARGE, TIMES_4(TOO_SHORT)},
    .specials = {TIMES_8(TIMES_4(0x80)), ['"'] = 0x80, ['\\'] = 0x80},
    .high_with_del = {['\\' - 64] = 0x80, [0x7F - 64] = 0x80},
    .half = 0x0F,
    .three = 0xE0 - 0x80,
    .four = 0xF0 - 0x80,
    .top = 0x80,
    .one = 1,
    .first = 0x20 + 1,
    .control = 0x1F,
    .del = 0x7F,
    .quote = '"',
    .backslash = '\\',
};

/* Where the compiler knows what a vector holds, gcc 12 makes it anew in each round of a loop, by
 * way of a general register, which takes longer than all else in the round. */
static inline const step_constants *constants_in_memory(void) {
    const step_constants *c = &constants;
    __asm__("" : "+r"(c));
    return c;
}

/* A text on its way. */
typedef struct passage {
    const char *text;
    const char *at;
    const char *text_end;
    char *to;
    const char *end; /* of the room */
} passage;

/* ---- the end of the steps ---- */

static size_t length_by_lead(unsigned char lead) {
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
}

/* How many bytes belong to a last code point that is not whole; up to there all is well-formed. */
static __attribute__((noinline)) size_t split_at_end(const char *text, size_t len) {
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        const unsigned char byte = (unsigned char)text[len - back];
        if (byte >= 0xC0)
            return length_by_lead(byte) > back ? back : 0;
        if (byte < 0x80)
            return 0;
    }
    return 0;
}

/* Shared by the kinds, because it is long. */
static __attribute__((noinline)) void copy_last(char *out, const char *bytes, size_t len) {
    jl_copy_bytes_fast(out, bytes, len);
}

static inline char *put_escape(char *to, char byte) {
    const char *escape = jl_escape_of((unsigned char)byte);
    memcpy(to, escape, 8);
    return to + escape[7];
}

/* So near the end of the text that it cannot be read beyond the bytes, which were copied. */
static __attribute__((noinline)) char *put_last_escapes(char *to, const char *from, size_t count,
                                                        uint64_t specials) {
    size_t at = 0;
    for (; specials != 0; specials &= specials - 1) {
        const size_t place = (size_t)__builtin_ctzll(specials);
        to = put_escape(to + (place - at), from[place]);
        at = place + 1;
        copy_last(to, from + at, count - at);
    }
    return to + (count - at);
}

/* ---- the kinds of vectors ---- */

typedef struct kernel {
    jl_text_steps (*put)(char *out, size_t room, const char *text, size_t len);
    size_t (*plain)(const char *text, size_t len);
    size_t (*copy)(char *out, const char *text, size_t len);
} kernel;

static jl_text_steps put_base(char *out, size_t room, const char *text, size_t len) {
    (void)out, (void)room, (void)text, (void)len;
    return (jl_text_steps){0, 0};
}

static size_t plain_base(const char *text, size_t len) {
    (void)text, (void)len;
    return 0;
}

static size_t copy_base(char *out, const char *text, size_t len) {
    if (len < JL_TEXT_STEPS_MIN)
        __builtin_unreachable();
    return jl_copy_plain_base(out, text, len);
}

#if defined(__x86_64__)
#include <immintrin.h>

#include "json/text_steps_avx2.h"
#include "json/text_steps_kernel.h"

#include "json/text_steps_avx512.h"
#include "json/text_steps_kernel.h"
#endif
#if defined(__ARM_NEON) && defined(__aarch64__)
#include "json/text_steps_neon.h"
#include "json/text_steps_kernel.h"
#endif

static const kernel kernels[] = {
    [JL_VECTORS_BASE] = {put_base, plain_base, copy_base},
#if defined(__x86_64__)
    [JL_VECTORS_AVX2] = {put_avx2, plain_avx2, copy_avx2},
    [JL_VECTORS_AVX512] = {put_avx512, plain_avx2, copy_avx512},
#endif
#if defined(__ARM_NEON) && defined(__aarch64__)
    [JL_VECTORS_NEON] = {put_neon, plain_neon, copy_neon},
#endif
};

jl_text_steps jl_text_steps_put(char *out, size_t room, const char *text, size_t len) {
    if (len < JL_TEXT_STEPS_MIN)
        return (jl_text_steps){0, 0};
    return kernels[jl_cpu_vectors()].put(out, room, text, len);
}

size_t jl_text_steps_plain(const char *text, size_t len) {
    return len < JL_TEXT_STEPS_MIN ? 0 : kernels[jl_cpu_vectors()].plain(text, len);
}

size_t jl_text_steps_copy(char *out, const char *text, size_t len) {
    return kernels[jl_cpu_vectors()].copy(out, text, len);
}
