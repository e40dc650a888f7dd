#ifndef JL_JSON_NUMBER_POWER_H
#define JL_JSON_NUMBER_POWER_H
/** Powers of ten with 128 bits, and the wide multiplication that uses them. */
#include <stdint.h>

/** The exponents jl_power_of_ten() takes: what reading (down to -342) and writing (up to 324) need.
 */
#define JL_POWER_MIN (-342)
#define JL_POWER_MAX 324

/** From 0 to here 10^k fits 128 bits exactly, its factor 2^k apart (5^55 < 2^128). */
#define JL_POWER_EXACT_MAX 55

typedef struct jl_wide {
    uint64_t high, low;
} jl_wide;

/** 10^k is at least significand * 2^exponent and less than (significand + 1) * 2^exponent; the top
 *  bit of the significand is set. */
typedef struct jl_power {
    jl_wide significand;
    int exponent;
} jl_power;

/** The full product of two words, from four products of halves. */
static inline jl_wide jl_multiply_halves(uint64_t a, uint64_t b) {
    uint64_t a_high = a >> 32, a_low = a & UINT32_MAX;
    uint64_t b_high = b >> 32, b_low = b & UINT32_MAX;
    uint64_t middle = a_high * b_low + (a_low * b_low >> 32);
    uint64_t carry = a_low * b_high + (middle & UINT32_MAX);
    return (jl_wide){a_high * b_high + (middle >> 32) + (carry >> 32), a * b};
}

/** @return the full product of two words. */
static inline jl_wide jl_multiply(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 uint128;
    uint128 product = (uint128)a * b;
    return (jl_wide){(uint64_t)(product >> 64), (uint64_t)product};
#else
    return jl_multiply_halves(a, b);
#endif
}

/** The product of a word with two words: 192 bits. */
typedef struct jl_product {
    uint64_t high, middle, low;
} jl_product;

static inline jl_product jl_multiply_wide(jl_wide a, uint64_t b) {
    jl_wide upper = jl_multiply(a.high, b);
    jl_wide lower = jl_multiply(a.low, b);
    uint64_t middle = upper.low + lower.high;
    return (jl_product){upper.high + (middle < upper.low), middle, lower.low};
}

/** floor(log2(10^k)) for JL_POWER_MIN <= k <= JL_POWER_MAX. */
static inline int jl_floor_log2_of_power(int k) {
    return (k * 1741647) >> 19;
}

/** @param k  JL_POWER_MIN to JL_POWER_MAX. */
jl_power jl_power_of_ten(int k);

#endif
