#include "json/number.h"

#include "json/number_power.h"

#include <math.h>

/*
 * Shortest digits by Raffaello Giulietti's Schubfach ("The Schubfach way to render doubles", 2020).
 * A double is c * 2^q. Every number between its two neighbours' midpoints reads back as it. Choose
 * the k with 10^k <= width of that interval < 10^(k+1): then at most one multiple of 10^(k+1) lies
 * in it, and at least one multiple of 10^k. The first is the shortest answer; without it, of the
 * multiples of 10^k the one closest to the value.
 */
typedef struct binary {
    uint64_t c;
    int q;
    bool is_lower_closer; /* a power of two: the neighbour below is only half as far away */
    bool is_float;
} binary;

/* The interval in units of a quarter of 10^k. A bound or value that is no whole number is rounded
 * to the odd number beside it, so comparing it with any even number gives the exact answer. */
typedef struct interval {
    uint64_t lower, value, upper;
    bool is_open; /* midpoints go to the even neighbour, so an odd c does not own its bounds */
} interval;

static int floor_log10_of_two_to(int q) {
    return (q * 1262611) >> 22;
}

static int floor_log10_of_three_quarters_two_to(int q) {
    return (q * 1262611 - 524031) >> 22;
}

/* The power is too large by less than one unit, the product by less than one unit of its middle
 * word. No product that is not whole comes so close to a whole number (Giulietti, section 9). */
static uint64_t round_to_odd(jl_wide power, uint64_t c) {
    jl_product product = jl_multiply_wide(power, c);
    return product.high | (product.middle > 1);
}

static interval interval_of(binary value, int k) {
    jl_wide power = jl_power_of_ten(-k).significand;
    power.low++;
    power.high += power.low == 0;
    int shift = value.q + jl_floor_log2_of_power(-k) + 1;
    uint64_t c = value.c * 4;
    return (interval){
        .lower = round_to_odd(power, (c - (value.is_lower_closer ? 1 : 2)) << shift),
        .value = round_to_odd(power, c << shift),
        .upper = round_to_odd(power, (c + 2) << shift),
        .is_open = (value.c & 1) != 0,
    };
}

static bool contains(const interval *bounds, uint64_t n) {
    return bounds->lower + bounds->is_open <= n * 4 && n * 4 + bounds->is_open <= bounds->upper;
}

/* @param least  10 or 100: numbers below it keep all their digits. */
static uint64_t closest_in(const interval *bounds, uint64_t least) {
    uint64_t below = bounds->value / 4;
    uint64_t tens = below / 10 * 10;
    bool is_tens_in = contains(bounds, tens);
    if (below >= least && is_tens_in != contains(bounds, tens + 10))
        return is_tens_in ? tens : tens + 10;
    bool is_below_in = contains(bounds, below);
    if (is_below_in != contains(bounds, below + 1))
        return is_below_in ? below : below + 1;
    uint64_t middle = below * 4 + 2;
    bool is_up = bounds->value > middle || (bounds->value == middle && below % 2 == 1);
    return below + is_up;
}

static jl_shortest without_trailing_zeros(uint64_t digits, int exponent) {
    if (digits % 100000000 == 0 && digits != 0) {
        digits /= 100000000;
        exponent += 8;
    }
    while (digits % 10 == 0 && digits != 0) {
        digits /= 10;
        exponent++;
    }
    return (jl_shortest){.digits = digits, .exponent = digits == 0 ? 0 : exponent};
}

/* Whole numbers below 2^53 are their own shortest digits: their interval is narrower than one, so
 * no other whole number is in it, and numbers with a fraction have more digits. */
static bool is_small_integer(binary value) {
    return value.q <= 0 && value.q > -64 && (value.c & ((UINT64_C(1) << -value.q) - 1)) == 0;
}

/* Measured and computed numbers often have three decimals or fewer. c * 1000 is exact in a word,
 * and one unit of c is 1000 there, so a whole number of thousandths less than half a unit away
 * reads back as the value. Two numbers of at most 15 digits never read as the same double (6
 * digits: float), so no shorter one does.
 *
 * @return the thousandths, or 0 if they are not the answer. */
static uint64_t thousandths_of(binary value) {
    if (value.q < -63 || value.q >= 0)
        return 0;
    uint64_t scaled = value.c * 1000;
    uint64_t half = UINT64_C(1) << (-value.q - 1);
    uint64_t nearest = (scaled + half) >> -value.q;
    uint64_t back = nearest << -value.q;
    uint64_t distance = back > scaled ? back - scaled : scaled - back;
    uint64_t limit = value.is_float ? UINT64_C(1000000) : UINT64_C(1000000000000000);
    bool is_close = distance < (value.is_lower_closer ? 250 : 500);
    return is_close && nearest < limit ? nearest : 0;
}

static jl_shortest shortest_of(binary value, uint64_t least) {
    if (is_small_integer(value))
        return without_trailing_zeros(value.c >> -value.q, 0);
    uint64_t thousandths = thousandths_of(value);
    if (thousandths != 0)
        return without_trailing_zeros(thousandths, -3);
    int k = value.is_lower_closer ? floor_log10_of_three_quarters_two_to(value.q)
                                  : floor_log10_of_two_to(value.q);
    interval bounds = interval_of(value, k);
    return without_trailing_zeros(closest_in(&bounds, least), k);
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static binary unpack(uint64_t magnitude, bool is_float) {
    int fraction_bits = is_float ? 23 : 52;
    int lowest_q = is_float ? -149 : -1074; /* of subnormal numbers */
    uint64_t hidden = UINT64_C(1) << fraction_bits;
    uint64_t fraction = magnitude & (hidden - 1);
    int exponent = (int)(magnitude >> fraction_bits);
    if (exponent == 0)
        return (binary){fraction, lowest_q, false, is_float};
    bool is_lower_closer = fraction == 0 && exponent > 1;
    return (binary){fraction | hidden, lowest_q + exponent - 1, is_lower_closer, is_float};
}

static jl_shortest double_shortest(double value, uint64_t least) {
    uint64_t bits = bits_of(value);
    jl_shortest shortest = shortest_of(unpack(bits & INT64_MAX, false), least);
    shortest.is_negative = bits >> 63 != 0;
    return shortest;
}

jl_shortest jl_double_shortest(double value) {
    return double_shortest(value, 10);
}

static jl_shortest float_shortest(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    jl_shortest shortest = shortest_of(unpack(bits & INT32_MAX, true), 10);
    shortest.is_negative = bits >> 31 != 0;
    return shortest;
}

static const uint64_t powers[] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

/* 1233 / 4096 is just above log10(2): right or one too many, which one comparison decides. */
static int count_digits(uint64_t value) {
    int bits = 64 - __builtin_clzll(value | 1);
    int guess = bits * 1233 >> 12;
    return guess + ((value | 1) >= powers[guess]);
}

const char jl_digit_pairs[200] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

/* Write the last `count` digits of `value` so that they end at `end`. @return what is left of it.
 */
static uint64_t put_low_digits(char *end, uint64_t value, int count) {
    for (; count >= 2; count -= 2, value /= 100)
        memcpy(end -= 2, jl_digit_pairs + value % 100 * 2, 2);
    if (count == 0)
        return value;
    end[-1] = (char)('0' + value % 10);
    return value / 10;
}

char *jl_put_uint64(char *out, uint64_t value) {
    if (value < 10) {
        *out = (char)('0' + value);
        return out + 1;
    }
    if (value < 100) {
        memcpy(out, jl_digit_pairs + value * 2, 2);
        return out + 2;
    }
    const int count = count_digits(value);
    put_low_digits(out + count, value, count);
    return out + count;
}

char *jl_put_int64(char *out, int64_t value) {
    if (value >= 0)
        return jl_put_uint64(out, (uint64_t)value);
    *out++ = '-';
    return jl_put_uint64(out, 0 - (uint64_t)value);
}

static char *put(char *out, const char *bytes, size_t len) {
    memcpy(out, bytes, len);
    return out + len;
}

static char *put_zeros(char *out, int count) {
    while (count-- > 0)
        *out++ = '0';
    return out;
}

/* Where the point stands in a number of `count` digits: 0.DIGITS * 10^point. */
typedef struct decimal {
    uint64_t digits;
    int count;
    int point;
} decimal;

static decimal decimal_of(jl_shortest number) {
    int count = count_digits(number.digits);
    return (decimal){number.digits, count, number.exponent + count};
}

/* All digits, with a point behind the first `whole` of them. */
static char *put_digits_with_point(char *out, const decimal *number, int whole) {
    char *end = out + number->count + 1;
    uint64_t rest = put_low_digits(end, number->digits, number->count - whole);
    out[whole] = '.';
    put_low_digits(out + whole, rest, whole);
    return end;
}

static char *put_digits(char *out, const decimal *number) {
    put_low_digits(out + number->count, number->digits, number->count);
    return out + number->count;
}

static char *put_plain(char *out, const decimal *number) {
    if (number->point <= 0)
        return put_digits(put_zeros(put(out, "0.", 2), -number->point), number);
    if (number->point < number->count)
        return put_digits_with_point(out, number, number->point);
    out = put_zeros(put_digits(out, number), number->point - number->count);
    return put(out, ".0", 2);
}

static char *put_mantissa(char *out, const decimal *number) {
    if (number->count == 1)
        return put_digits(out, number);
    return put_digits_with_point(out, number, 1);
}

/* At least two digits and always a sign, as Python does. */
static char *put_like_python(char *at, jl_shortest number) {
    decimal digits = decimal_of(number);
    if (number.is_negative)
        *at++ = '-';
    if (digits.point > -4 && digits.point <= 16)
        return put_plain(at, &digits);
    at = put_mantissa(at, &digits);
    int exponent = digits.point - 1;
    at = put(at, exponent < 0 ? "e-" : "e+", 2);
    uint64_t magnitude = (uint64_t)(exponent < 0 ? -exponent : exponent);
    if (magnitude < 10)
        *at++ = '0';
    return jl_put_uint64(at, magnitude);
}

static __attribute__((noinline)) char *put_any_double(char *out, double value) {
    return put_like_python(out, jl_double_shortest(value));
}

/* `.5`, `.25`, `.125`, without trailing zeros but for one. */
static char *put_fraction(char *out, unsigned thousandths) {
    out[0] = '.';
    out[1] = (char)('0' + thousandths / 100);
    memcpy(out + 2, jl_digit_pairs + thousandths % 100 * 2, 2);
    if (thousandths % 10 != 0)
        return out + 4;
    return out + 2 + (thousandths % 100 != 0);
}

char *jl_put_double(char *out, double value) {
    const uint64_t bits = bits_of(value);
    const uint64_t thousandths = thousandths_of(unpack(bits & INT64_MAX, false));
    if (thousandths == 0)
        return put_any_double(out, value);
    if (bits >> 63 != 0)
        *out++ = '-';
    out = jl_put_uint64(out, thousandths / 1000);
    return put_fraction(out, (unsigned)(thousandths % 1000));
}

size_t jl_write_float(char *out, float value) {
    return (size_t)(put_like_python(out, float_shortest(value)) - out);
}

/* Java always shows two digits, and where one would do it takes the closest of two: 4.9E-323, not
 * 5.0E-323. The two smallest numbers would need a finer unit than the interval has. */
static jl_shortest java_shortest(double value) {
    jl_shortest shortest = double_shortest(value, 100);
    uint64_t magnitude = bits_of(value) & INT64_MAX;
    if (magnitude == 1 || magnitude == 2) {
        shortest.digits = magnitude == 1 ? 49 : 99;
        shortest.exponent = -325;
    }
    return shortest;
}

static size_t write_java_special(char *out, double value) {
    if (isnan(value))
        return (size_t)(put(out, "NaN", 3) - out);
    char *at = out;
    if (value < 0)
        *at++ = '-';
    return (size_t)(put(at, "Infinity", 8) - out);
}

size_t jl_write_double_java(char *out, double value) {
    if (!isfinite(value))
        return write_java_special(out, value);
    jl_shortest number = java_shortest(value);
    decimal digits = decimal_of(number);
    char *at = out;
    if (number.is_negative)
        *at++ = '-';
    bool is_plain = number.digits == 0 || (digits.point >= -2 && digits.point <= 7);
    if (is_plain)
        return (size_t)(put_plain(at, &digits) - out);
    at = put_mantissa(at, &digits);
    at = put(at, digits.count == 1 ? ".0E" : "E", digits.count == 1 ? 3 : 1);
    return (size_t)(at - out) + jl_write_int64(at, digits.point - 1);
}
