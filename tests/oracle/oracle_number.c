/* Numbers as strings of decimal digits: comparison, and the text a pattern sees of them. */
#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seventeen digits tell every double from its neighbours. */
#define DOUBLE_DIGITS 17

oracle_decimal oracle_decimal_read(const char *source) {
    oracle_decimal out = {*source == '-', oracle_alloc(strlen(source) + 1), 0};
    size_t count = 0;
    bool in_fraction = false;
    for (source += *source == '-' || *source == '+'; *source && !strchr("eE", *source); source++) {
        if (*source == '.') {
            in_fraction = true;
            continue;
        }
        bool is_leading_zero = count == 0 && *source == '0';
        if (!is_leading_zero)
            out.digits[count++] = *source;
        if (in_fraction ? is_leading_zero : !is_leading_zero)
            out.exponent += in_fraction ? -1 : 1;
    }
    if (*source)
        out.exponent += strtoll(source + 1, NULL, 10);
    while (count > 0 && out.digits[count - 1] == '0')
        count--;
    out.digits[count] = '\0';
    return out;
}

void oracle_decimal_free(oracle_decimal *decimal) {
    free(decimal->digits);
}

static int compare_sizes(const oracle_decimal *a, const oracle_decimal *b) {
    if (a->exponent != b->exponent)
        return a->exponent < b->exponent ? -1 : 1;
    return strcmp(a->digits, b->digits); /* a prefix is the smaller: 0.12 < 0.123 */
}

static int sign(const oracle_decimal *decimal) {
    if (!*decimal->digits)
        return 0;
    return decimal->is_negative ? -1 : 1;
}

int oracle_decimal_compare(const oracle_decimal *a, const oracle_decimal *b) {
    if (sign(a) != sign(b))
        return sign(a) - sign(b);
    return sign(a) * (sign(a) ? compare_sizes(a, b) : 0);
}

/** One up in the last place of `d.ddde±xx`; a carry out of the front does not arise here. */
static void bump_last_digit(char *scientific) {
    for (char *at = strchr(scientific, 'e') - 1; at >= scientific; at--) {
        if (*at == '.' || *at == '-')
            continue;
        if (*at != '9') {
            ++*at;
            return;
        }
        *at = '0';
    }
}

/**
 * The shortest decimal that reads back as the same double.
 *
 * The nearest decimal of a length may lie just below the narrow lower half of the interval of a
 * power of two while the next one up is still inside the wide upper half; so that is tried as well.
 */
static void print_shortest(double value, char out[40]) {
    for (int digits = 1; digits <= DOUBLE_DIGITS; digits++) {
        snprintf(out, 40, "%.*e", digits - 1, value);
        if (strtod(out, NULL) == value)
            return;
        bump_last_digit(out);
        if (strtod(out, NULL) == value)
            return;
    }
    abort();
}

/** Digits 0.DIGITS * 10^exponent in the form of Java's Double.toString(). */
static char *java_text(const oracle_decimal *d) {
    size_t count = strlen(d->digits);
    int exponent = (int)d->exponent;
    size_t bytes = count + 32;
    char *out = oracle_alloc(bytes);
    const char *minus = d->is_negative ? "-" : "";
    if (count == 0) {
        snprintf(out, bytes, "%s0.0", minus);
    } else if (exponent < -2 || exponent > 7) { /* below 0.001, from 10,000,000 on */
        const char *rest = count > 1 ? d->digits + 1 : "0";
        snprintf(out, bytes, "%s%c.%sE%d", minus, d->digits[0], rest, exponent - 1);
    } else if (exponent <= 0) {
        snprintf(out, bytes, "%s0.%.*s%s", minus, -exponent, "00", d->digits);
    } else if (count <= (size_t)exponent) {
        int zeros = exponent - (int)count;
        snprintf(out, bytes, "%s%s%.*s.0", minus, d->digits, zeros, "0000000");
    } else {
        snprintf(out, bytes, "%s%.*s.%s", minus, exponent, d->digits, d->digits + exponent);
    }
    return out;
}

static char *copy(const char *text) {
    char *out = oracle_alloc(strlen(text) + 1);
    return strcpy(out, text);
}

oracle_number oracle_number_read(const char *source) {
    oracle_number out = {0};
    if (!strpbrk(source, ".eE")) {
        out.decimal = oracle_decimal_read(source);
        out.canonical = copy(strcmp(source, "-0") == 0 ? "0" : source);
        return out;
    }
    double value = strtod(source, NULL);
    if (isinf(value)) {
        out.is_infinite = true;
        out.canonical = copy(value < 0 ? "-Infinity" : "Infinity");
        return out;
    }
    char shortest[40];
    print_shortest(value, shortest);
    out.decimal = oracle_decimal_read(shortest);
    out.canonical = java_text(&out.decimal);
    return out;
}

void oracle_number_free(oracle_number *number) {
    oracle_decimal_free(&number->decimal);
    free(number->canonical);
}
