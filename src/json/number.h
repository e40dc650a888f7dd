#ifndef JL_JSON_NUMBER_H
#define JL_JSON_NUMBER_H
/**
 * Numbers to text and back, exact and without locale.
 *
 * Shortest means: the fewest significant digits that read back as the same double, and of those the
 * closest to its value (as Python's repr and JavaScript do).
 */
#include "base/hidden.h"
#include "base/text.h"

#include <stdint.h>

/** Room for any number these functions write, without NUL. */
#define JL_NUMBER_MAX 32

/** A finite double as digits * 10^exponent; digits has no trailing zero unless it is 0. */
typedef struct jl_shortest {
    uint64_t digits;
    int exponent;
    bool is_negative; /**< also for -0.0 */
} jl_shortest;

/** @param value finite. */
jl_shortest jl_double_shortest(double value);

/** "00" to "99", one behind the other. */
JL_EXTERN const char jl_digit_pairs[200];

/** Write decimal digits; @return behind what was written to out[JL_NUMBER_MAX]. */
__attribute__((returns_nonnull)) char *jl_put_int64(char *out, int64_t value);
__attribute__((returns_nonnull)) char *jl_put_uint64(char *out, uint64_t value);

/**
 * Write a finite double as Python's repr does: `20.0`, `0.0001`, `1e-05`, `1e+16`, `-0.0`,
 * `1.5e+300`. It always looks like a double (has `.` or `e`) and is a valid JSON number.
 */
__attribute__((returns_nonnull)) char *jl_put_double(char *out, double value);

/** The same; @return bytes written. */
static inline size_t jl_write_int64(char *out, int64_t value) {
    return (size_t)(jl_put_int64(out, value) - out);
}

static inline size_t jl_write_uint64(char *out, uint64_t value) {
    return (size_t)(jl_put_uint64(out, value) - out);
}

static inline size_t jl_write_double(char *out, double value) {
    return (size_t)(jl_put_double(out, value) - out);
}

/** Write a finite float with the digits that identify it as a float, so 0.1f gives `0.1`. */
size_t jl_write_float(char *out, float value);

/**
 * Write any double as Java's Double.toString does: `1.0`, `12.34`, `1.0E8`, `1.0E-5`, `-0.0`,
 * `Infinity`, `-Infinity`, `NaN`. This is CloudWatch's text of a number with fraction or exponent.
 * The digits are the shortest ones of at least two (Java 19 and later), hence `4.9E-324`.
 */
size_t jl_write_double_java(char *out, double value);

/**
 * Read a JSON number (RFC 8259 grammar, already checked) as the nearest double, ties to even.
 * Too large gives an infinity, too small a signed zero. Takes any length; no allocation.
 */
double jl_read_double(jl_text number);

#endif
