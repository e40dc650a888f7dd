#include "json/decimal.h"

#include "json/number.h"

/* 18 digits always fit an int64_t. */
#define SMALL_DIGITS_MAX 18

/* Exponents saturate far beyond any that is accepted, so that the arithmetic on them cannot
 * overflow. */
#define EXPONENT_CEILING INT64_C(100000000000)

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t digit_run(jl_text text, size_t at) {
    size_t end = at;
    while (end < text.len && is_digit(text.ptr[end]))
        end++;
    return end - at;
}

static size_t sign_len(jl_text text, size_t at) {
    return at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-') ? 1 : 0;
}

/* Digits with at most one point and at least one digit. */
static size_t mantissa_len(jl_text text, size_t at) {
    const size_t whole = digit_run(text, at);
    if (at + whole == text.len || text.ptr[at + whole] != '.')
        return whole;
    const size_t fraction = digit_run(text, at + whole + 1);
    return whole + fraction == 0 ? 0 : whole + 1 + fraction;
}

static size_t exponent_len(jl_text text, size_t at) {
    if (at == text.len || (text.ptr[at] | 0x20) != 'e')
        return 0;
    const size_t sign = sign_len(text, at + 1);
    const size_t digits = digit_run(text, at + 1 + sign);
    return digits == 0 ? 0 : 1 + sign + digits;
}

size_t jl_decimal_literal_len(jl_text text) {
    const size_t sign = sign_len(text, 0);
    const size_t mantissa = mantissa_len(text, sign);
    if (mantissa == 0)
        return 0;
    return sign + mantissa + exponent_len(text, sign + mantissa);
}

/* The digits behind `e`, with their sign. */
static int64_t read_exponent(jl_text text) {
    int64_t value = 0;
    const size_t sign = sign_len(text, 0);
    for (size_t i = sign; i < text.len && value < EXPONENT_CEILING; i++)
        value = value * 10 + (text.ptr[i] - '0');
    return sign != 0 && text.ptr[0] == '-' ? -value : value;
}

/* A whole number of at most 18 digits, its trailing zeros possibly cut off. */
static void note_small(jl_decimal *decimal) {
    decimal->is_small = decimal->count == 0;
    decimal->small = 0;
    if (decimal->count == 0 || decimal->point > SMALL_DIGITS_MAX ||
        decimal->point < (int64_t)decimal->count)
        return;
    for (size_t i = 0; i < (size_t)decimal->point; i++)
        decimal->small = decimal->small * 10 + (i < decimal->count ? decimal->digits[i] - '0' : 0);
    decimal->small = decimal->is_negative ? -decimal->small : decimal->small;
    decimal->is_small = true;
}

/* Copy the digits of a mantissa without zeros at either end; `point` comes out without exponent. */
static void read_mantissa(jl_text text, char *digits, jl_decimal *out) {
    bool is_behind_point = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.') {
            is_behind_point = true;
            continue;
        }
        const bool is_leading_zero = out->count == 0 && text.ptr[i] == '0';
        if (!is_leading_zero)
            digits[out->count++] = text.ptr[i];
        if (is_behind_point ? is_leading_zero : !is_leading_zero)
            out->point += is_behind_point ? -1 : 1;
    }
    while (out->count > 0 && digits[out->count - 1] == '0')
        out->count--;
}

bool jl_decimal_read(jl_text text, char *digits, jl_decimal *out) {
    const size_t sign = sign_len(text, 0);
    const size_t mantissa = mantissa_len(text, sign);
    *out = (jl_decimal){.digits = digits, .is_negative = sign != 0 && text.ptr[0] == '-'};
    read_mantissa((jl_text){text.ptr + sign, mantissa}, digits, out);
    int64_t exponent = 0;
    if (sign + mantissa < text.len) {
        const size_t at = sign + mantissa + 1;
        exponent = read_exponent((jl_text){text.ptr + at, text.len - at});
    }
    if (exponent < INT32_MIN || exponent > INT32_MAX)
        return false;
    out->point += exponent;
    note_small(out);
    return true;
}

jl_decimal jl_decimal_of_integer(jl_text integer) {
    const size_t sign = integer.ptr[0] == '-' ? 1 : 0;
    const jl_text digits = {integer.ptr + sign, integer.len - sign};
    jl_decimal decimal = {.digits = digits.ptr, .is_negative = sign != 0};
    decimal.count = digits.ptr[0] == '0' ? 0 : digits.len;
    decimal.point = (int64_t)decimal.count;
    note_small(&decimal);
    return decimal;
}

jl_decimal jl_decimal_of_double(double value, char digits[JL_DOUBLE_DIGITS_MAX]) {
    const jl_shortest shortest = jl_double_shortest(value);
    jl_decimal decimal = {.digits = digits, .is_negative = shortest.is_negative};
    char reversed[JL_DOUBLE_DIGITS_MAX];
    for (uint64_t rest = shortest.digits; rest > 0; rest /= 10)
        reversed[decimal.count++] = (char)('0' + rest % 10);
    for (size_t i = 0; i < decimal.count; i++)
        digits[i] = reversed[decimal.count - 1 - i];
    decimal.point = decimal.count == 0 ? 0 : (int64_t)decimal.count + shortest.exponent;
    note_small(&decimal);
    return decimal;
}

static int compare_sizes(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* Is there a digit other than 0 from `from` on? */
static bool has_more(const jl_decimal *decimal, size_t from) {
    while (from < decimal->count && decimal->digits[from] == '0')
        from++;
    return from < decimal->count;
}

/* Both are not zero. */
static int compare_magnitudes(const jl_decimal *a, const jl_decimal *b) {
    if (a->point != b->point)
        return compare_sizes(a->point, b->point);
    const size_t common = a->count < b->count ? a->count : b->count;
    const int order = memcmp(a->digits, b->digits, common);
    if (order != 0)
        return order < 0 ? -1 : 1;
    return (int)has_more(a, common) - (int)has_more(b, common);
}

static int sign_of(const jl_decimal *decimal) {
    if (decimal->count == 0)
        return 0;
    return decimal->is_negative ? -1 : 1;
}

int jl_decimal_compare(const jl_decimal *a, const jl_decimal *b) {
    if (a->is_small && b->is_small)
        return compare_sizes(a->small, b->small);
    const int sign = sign_of(a);
    if (sign != sign_of(b))
        return compare_sizes(sign, sign_of(b));
    return sign == 0 ? 0 : sign * compare_magnitudes(a, b);
}
