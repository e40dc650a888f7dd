#include "json/number.h"

#include "json/number_exact.h"
#include "json/number_power.h"

/*
 * digits * 10^k is computed with 128 bits of 10^k, which gives a lower and an upper bound of the
 * value that differ in the 127th bit. Both are rounded. Nearly always they round to the same
 * double, and that is the answer, proven. Else the value lies so close to the middle between two
 * doubles that only whole-number arithmetic of full length can tell; number_exact.c does that.
 *
 * No floating-point instruction is used: the rounding mode of the thread changes nothing.
 */
#define BITS_SIGN     (UINT64_C(1) << 63)
#define BITS_INFINITY (UINT64_C(0x7FF) << 52)
#define BITS_HIDDEN   (UINT64_C(1) << 52)

/* So many digits always fit one word. */
#define FAST_DIGITS 19

/* Far beyond any exponent that matters; with one more digit, and the length of a text added, it
 * still fits 64 bits. */
#define EXPONENT_MAX INT64_C(100000000000000000)

typedef struct scanned {
    jl_digits all;
    uint64_t leading; /* the first FAST_DIGITS digits */
    int count;        /* how many digits `leading` took */
    bool is_negative;
    bool has_more; /* a digit that is not 0 follows `leading` */
} scanned;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The part behind `e`. */
static int64_t scan_exponent(jl_text text) {
    size_t at = 0;
    bool is_negative = at < text.len && text.ptr[at] == '-';
    if (is_negative || (at < text.len && text.ptr[at] == '+'))
        at++;
    int64_t value = 0;
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        if (value < EXPONENT_MAX)
            value = value * 10 + (text.ptr[at] - '0');
    return is_negative ? -value : value;
}

static void take_digit(scanned *number, uint64_t digit) {
    if (number->count == FAST_DIGITS) {
        number->has_more |= digit != 0;
        return;
    }
    number->leading = number->leading * 10 + digit;
    number->count++;
}

static scanned scan(jl_text text) {
    scanned number = {.is_negative = text.len > 0 && text.ptr[0] == '-'};
    bool is_fraction = false;
    size_t at = number.is_negative;
    for (; at < text.len; at++) {
        char c = text.ptr[at];
        if (c == '.') {
            is_fraction = true;
        } else if (!is_digit(c)) {
            break;
        } else if (number.count == 0 && c == '0') {
            number.all.point -= is_fraction;
        } else {
            if (number.count == 0)
                number.all.digits.ptr = text.ptr + at;
            take_digit(&number, (uint64_t)(c - '0'));
            number.all.point += !is_fraction;
        }
    }
    if (number.count > 0)
        number.all.digits.len = (size_t)(text.ptr + at - number.all.digits.ptr);
    if (at < text.len)
        number.all.point += scan_exponent((jl_text){text.ptr + at + 1, text.len - at - 1});
    return number;
}

/* Round significand * 2^exponent, plus something smaller than one unit if `has_more`, to the bits
 * of the nearest double, ties to even. One of the top two bits of the significand is set. */
static uint64_t round_to_double(jl_wide significand, bool has_more, int exponent) {
    if (significand.high >> 63 == 0) {
        significand.high = significand.high << 1 | significand.low >> 63;
        significand.low <<= 1;
        exponent--;
    }
    int biased = exponent + 127 + 1023;
    if (biased >= 0x7FF)
        return BITS_INFINITY;
    /* Subnormal numbers keep fewer bits. With none left, everything is below half a unit or at it.
     */
    int dropped = biased > 0 ? 11 : 12 - biased;
    if (dropped > 64)
        return 0;
    uint64_t kept = dropped == 64 ? 0 : significand.high >> dropped;
    uint64_t half = UINT64_C(1) << (dropped - 1);
    bool is_half = (significand.high & half) != 0;
    bool is_beyond = (significand.high & (half - 1)) != 0 || significand.low != 0 || has_more;
    kept += is_half && (is_beyond || (kept & 1) != 0);
    /* The hidden bit adds one to the exponent, and so does a carry out of the fraction. */
    return biased > 0 ? kept + ((uint64_t)(biased - 1) << 52) : kept;
}

typedef struct bounds {
    uint64_t lower, upper; /* bits of doubles, neighbours or equal */
} bounds;

static bounds scale(uint64_t digits, int k) {
    int zeros = __builtin_clzll(digits);
    jl_power power = jl_power_of_ten(k);
    jl_product product = jl_multiply_wide(power.significand, digits << zeros);
    jl_wide top = {product.high, product.middle};
    int exponent = power.exponent + 64 - zeros;
    bounds result;
    result.lower = round_to_double(top, product.low != 0, exponent);
    if (k >= 0 && k <= JL_POWER_EXACT_MAX) {
        result.upper = result.lower;
        return result;
    }
    /* The power is less than one unit too small, so the product is less than 2^64 too small: less
     * than one unit of `top`, and what stands below it may carry once. */
    top.low++;
    top.high += top.low == 0;
    result.upper = round_to_double(top, true, exponent);
    return result;
}

static uint64_t decide(const scanned *number, bounds candidates) {
    uint64_t fraction = candidates.lower & (BITS_HIDDEN - 1);
    int biased = (int)(candidates.lower >> 52);
    uint64_t c = biased > 0 ? fraction | BITS_HIDDEN : fraction;
    int q = (biased > 0 ? biased : 1) - 1075;
    int order = jl_digits_compare(number->all, c * 2 + 1, q - 1);
    if (order == 0)
        return (candidates.lower & 1) == 0 ? candidates.lower : candidates.upper;
    return order < 0 ? candidates.lower : candidates.upper;
}

static uint64_t magnitude_of(const scanned *number) {
    int64_t k = number->all.point - number->count;
    if (number->leading == 0 || k < JL_POWER_MIN)
        return 0; /* below 10^19 * 10^-343, less than half the smallest double */
    if (k > 308)
        return BITS_INFINITY;
    bounds candidates = scale(number->leading, (int)k);
    if (number->has_more)
        candidates.upper = scale(number->leading + 1, (int)k).upper;
    if (candidates.lower == candidates.upper)
        return candidates.lower;
    return decide(number, candidates);
}

double jl_read_double(jl_text number) {
    scanned parts = scan(number);
    uint64_t bits = magnitude_of(&parts) | (parts.is_negative ? BITS_SIGN : 0);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
