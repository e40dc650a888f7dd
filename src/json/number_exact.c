#include "json/number_exact.h"

#include <assert.h>

/* The exact middle between two doubles has at most 767 significant digits. Of what follows the
 * first 800 it only matters whether it is zero, and one more digit can say that. */
#define DIGITS_MAX 800

/* 801 digits are 2,661 bits. Powers of two common to both sides are cancelled, so the only other
 * long number is c * 5^1075 with 2,551 bits, and as both sides are about equal neither gets longer.
 */
#define LIMBS_MAX 88

/* A whole number, lowest limb first, without zero limbs at the top. */
typedef struct whole {
    uint32_t limbs[LIMBS_MAX];
    size_t len;
} whole;

static void push_limb(whole *number, uint32_t limb) {
    assert(number->len < LIMBS_MAX);
    if (limb != 0)
        number->limbs[number->len++] = limb;
}

static void multiply_add(whole *number, uint32_t factor, uint32_t summand) {
    uint64_t carry = summand;
    for (size_t i = 0; i < number->len; i++) {
        carry += (uint64_t)number->limbs[i] * factor;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push_limb(number, (uint32_t)carry);
}

static void multiply_by_five_to(whole *number, uint64_t power) {
    const uint32_t five_to_13 = 1220703125; /* the largest that fits a limb */
    for (; power >= 13; power -= 13)
        multiply_add(number, five_to_13, 0);
    for (; power > 0; power--)
        multiply_add(number, 5, 0);
}

static void shift_left(whole *number, uint64_t bits) {
    size_t limbs = (size_t)(bits / 32);
    assert(number->len + limbs < LIMBS_MAX);
    memmove(number->limbs + limbs, number->limbs, number->len * sizeof number->limbs[0]);
    memset(number->limbs, 0, limbs * sizeof number->limbs[0]);
    number->len += limbs;
    multiply_add(number, UINT32_C(1) << bits % 32, 0);
}

static int compare(const whole *a, const whole *b) {
    if (a->len != b->len)
        return a->len < b->len ? -1 : 1;
    for (size_t i = a->len; i-- > 0;)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

/* @return how many digits were taken: the number is about result * 10^(point - taken). */
static int take_digits(whole *result, jl_text digits) {
    int taken = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char digit = digits.ptr[i];
        if (digit == '.' || (taken >= DIGITS_MAX && digit == '0'))
            continue;
        taken++;
        if (taken > DIGITS_MAX) {
            multiply_add(result, 10, 1);
            break;
        }
        multiply_add(result, 10, (uint32_t)(digit - '0'));
    }
    return taken;
}

int jl_digits_compare(jl_digits number, uint64_t c, int q) {
    whole decimal = {.len = 0};
    int64_t exponent = number.point - take_digits(&decimal, number.digits);
    whole binary = {.limbs = {(uint32_t)c, (uint32_t)(c >> 32)}, .len = c > UINT32_MAX ? 2 : 1};
    /* decimal * 10^exponent against binary * 2^q, both made whole. */
    if (exponent >= 0)
        multiply_by_five_to(&decimal, (uint64_t)exponent);
    else
        multiply_by_five_to(&binary, (uint64_t)-exponent);
    if (exponent >= q)
        shift_left(&decimal, (uint64_t)(exponent - q));
    else
        shift_left(&binary, (uint64_t)(q - exponent));
    return compare(&decimal, &binary);
}
