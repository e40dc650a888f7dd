#ifndef JL_JSON_DECIMAL_H
#define JL_JSON_DECIMAL_H
/**
 * Exact decimal numbers of any length, compared without allocation.
 *
 * A decimal is a view of its digits: 0.d1d2d3... * 10^point, first digit not 0 unless the value is.
 * So 9007199254740993 differs from ...992, 1e-999 is greater than 0, and 1e400 is just a number.
 */
#include "base/text.h"

#include <stdint.h>

/** Digits a finite double has at most in its shortest form; room for jl_decimal_of_double(). */
#define JL_DOUBLE_DIGITS_MAX 20

typedef struct jl_decimal {
    const char *digits; /**< ASCII, without point; trailing zeros are allowed */
    size_t count;       /**< 0: the value is zero */
    int64_t point;      /**< how many digits stand before the decimal point; may be negative */
    int64_t small;      /**< the value, if is_small */
    bool is_negative;
    bool is_small; /**< a whole number that fits an int64_t: compares at once */
} jl_decimal;

/** How long the number literal at the start of `text` is; 0 if there is none.
 *
 *     number = [ "+" | "-" ] ( digits [ "." { digit } ] | "." digits ) [ ("e"|"E") [ "+" | "-" ]
 * digits ]
 */
size_t jl_decimal_literal_len(jl_text text);

/**
 * Read a whole number literal of that grammar.
 *
 * @param digits  receives the significant digits; room for text.len bytes, lives as long as *out.
 * @return false if the exponent does not fit 32 bits, which CloudWatch refuses.
 */
bool jl_decimal_read(jl_text text, char *digits, jl_decimal *out);

/** View a JSON integer (grammar checked, any length). */
jl_decimal jl_decimal_of_integer(jl_text integer);

/** The shortest decimal that reads back as this finite double, which is what a reader sees. */
jl_decimal jl_decimal_of_double(double value, char digits[JL_DOUBLE_DIGITS_MAX]);

/** @return less than, equal to or greater than 0, as a is to b. -0 equals 0. */
int jl_decimal_compare(const jl_decimal *a, const jl_decimal *b);

#endif
