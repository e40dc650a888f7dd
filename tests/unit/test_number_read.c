#include "json/number.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <fenv.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The text stands at the end of its memory, so that a sanitizer sees a byte read too many. */
static double read_copy(const char *text) {
    size_t len = strlen(text);
    char *copy = malloc(len);
    assert_non_null(copy);
    memcpy(copy, text, len);
    double value = jl_read_double((jl_text){copy, len});
    free(copy);
    return value;
}

static void check(const char *text) {
    uint64_t got = bits_of(read_copy(text));
    uint64_t expected = bits_of(strtod(text, NULL));
    if (got != expected)
        print_error("%s\n", text);
    assert_int_equal(got, expected);
}

static void reads_the_pinned_numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t bits;
    } cases[] = {
        {"0", 0},
        {"-0", UINT64_C(0x8000000000000000)},
        {"-0.000e+99999999999999999999", UINT64_C(0x8000000000000000)},
        {"1", UINT64_C(0x3FF0000000000000)},
        {"12.5", UINT64_C(0x4029000000000000)},
        {"0.1", UINT64_C(0x3FB999999999999A)},
        {"1e23", UINT64_C(0x44B52D02C7E14AF6)},
        {"1E+22", UINT64_C(0x4480F0CF064DD592)},
        {"1e-22", UINT64_C(0x3B5E392010175EE6)},
        {"9007199254740993", UINT64_C(0x4340000000000000)},   /* tie to even, down */
        {"9007199254740995", UINT64_C(0x4340000000000002)},   /* tie to even, up */
        {"4503599627370496.5", UINT64_C(0x4330000000000000)}, /* tie behind the point */
        {"4503599627370497.5", UINT64_C(0x4330000000000002)},
        {"9007199254740993.00000000000000000000000000000001", UINT64_C(0x4340000000000001)},
        {"1.7976931348623157e308", UINT64_C(0x7FEFFFFFFFFFFFFF)},
        {"1.7976931348623158e308", UINT64_C(0x7FEFFFFFFFFFFFFF)},
        {"1.7976931348623159e308", UINT64_C(0x7FF0000000000000)},
        {"-1e309", UINT64_C(0xFFF0000000000000)},
        {"1e99999999999999999999999", UINT64_C(0x7FF0000000000000)},
        {"1e-99999999999999999999999", 0},
        {"-1e-400", UINT64_C(0x8000000000000000)},
        {"4.9e-324", 1},
        {"2.4703282292062327e-324", 0},
        {"2.4703282292062328e-324", 1},
        {"2.2250738585072011e-308", UINT64_C(0x000FFFFFFFFFFFFF)},
        {"2.2250738585072012e-308", UINT64_C(0x0010000000000000)},
        {"18446744073709551615", UINT64_C(0x43F0000000000000)},
        {"18446744073709551616", UINT64_C(0x43F0000000000000)},
        {"9223372036854775807", UINT64_C(0x43E0000000000000)},
        {"9999999999999999999", UINT64_C(0x43E158E460913D00)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(bits_of(read_copy(cases[i].text)), cases[i].bits);
        check(cases[i].text);
    }
}

static void agrees_with_the_c_library_on_random_numbers(void **state) {
    (void)state;
    test_random random = {3};
    char text[128];
    for (size_t i = 0; i < test_effort(300000); i++) {
        uint64_t digits = test_random_next(&random) >> test_random_below(&random, 64);
        int exponent = (int)test_random_below(&random, i % 2 == 0 ? 700 : 60);
        exponent -= i % 2 == 0 ? 370 : 30;
        const char *sign = i % 3 == 0 ? "-" : "";
        if (i % 5 == 0)
            snprintf(text, sizeof text, "%s%" PRIu64 ".%" PRIu64 "e%d", sign, digits,
                     test_random_next(&random), exponent);
        else if (i % 5 == 1)
            snprintf(text, sizeof text, "%s0.%0*" PRIu64, sign, (int)(digits % 40), digits);
        else
            snprintf(text, sizeof text, "%s%" PRIu64 "e%d", sign, digits, exponent);
        check(text);
    }
}

/* The exact decimal digits of the middle between a double and the next one: printf of the C library
 * gives all digits of a long double, which has room for one bit more. */
static size_t middle_text(double value, char *out, size_t size) {
    long double middle = ((long double)value + (long double)nextafter(value, (double)INFINITY)) / 2;
    return (size_t)snprintf(out, size, "%.800Le", middle);
}

static void check_around_middle(char *text, size_t len) {
    check(text);
    char *exponent = strchr(text, 'e');
    assert_true(exponent != NULL && len < 1200);
    char tail[16];
    snprintf(tail, sizeof tail, "%s", exponent);
    exponent[-1] = '1'; /* the last of 800 decimals, far behind the last digit that is not 0 */
    check(text);
    snprintf(exponent - 1, 400, "0%0300d1%s", 0, tail); /* behind what is kept */
    check(text);
    char *last = exponent - 1; /* a little less: the last digit goes down, nines follow */
    while (*last == '0' || *last == '.')
        last--;
    (*last)--;
    for (char *at = last + 1; at < exponent; at++)
        if (*at != '.')
            *at = '9';
    snprintf(exponent, 16, "%s", tail);
    check(text);
}

static void decides_between_two_doubles(void **state) {
    (void)state;
    test_random random = {5};
    static char text[2048];
    for (size_t i = 0; i < test_effort(3000); i++) {
        uint64_t bits = test_random_next(&random) >> 1;
        if (i % 4 == 0)
            bits &= (UINT64_C(1) << 54) - 1; /* around the subnormals */
        if (i % 4 == 1)
            bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(0x43) << 56;
        if (!isfinite(double_of(bits)) || !isfinite(double_of(bits + 1)))
            continue;
        check_around_middle(text, middle_text(double_of(bits), text, sizeof text));
    }
}

static void takes_any_length(void **state) {
    (void)state;
    test_random random = {6};
    static char text[5000];
    for (size_t i = 0; i < 300; i++) {
        size_t len = 1 + test_random_below(&random, 4000);
        for (size_t at = 0; at < len; at++)
            text[at] = (char)('0' + test_random_below(&random, i % 3 == 0 ? 2 : 10));
        text[0] = '1';
        size_t point = test_random_below(&random, len);
        if (point > 0 && point + 1 < len)
            text[point] = '.';
        snprintf(text + len, 32, "e%d", (int)test_random_below(&random, 600) - 300 - (int)point);
        check(text);
    }
}

static void takes_leading_and_trailing_zeros(void **state) {
    (void)state;
    static char text[3000];
    snprintf(text, sizeof text, "0.%01000d1e1001", 0);
    assert_true(read_copy(text) == 1.0);
    snprintf(text, sizeof text, "1%01000de-1000", 0);
    assert_true(read_copy(text) == 1.0);
    snprintf(text, sizeof text, "9007199254740993.%01000d", 0);
    assert_true(read_copy(text) == 9007199254740992.0);
    snprintf(text, sizeof text, "9007199254740993.%01000d1", 0);
    assert_true(read_copy(text) == 9007199254740994.0);
    snprintf(text, sizeof text, "9007199254740993%01000de-1000", 0);
    assert_true(read_copy(text) == 9007199254740992.0);
}

static void does_not_care_about_the_rounding_mode(void **state) {
    (void)state;
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    test_random random = {8};
    for (size_t i = 0; i < 3000; i++) {
        char text[JL_NUMBER_MAX + 1];
        double value = (double)(test_random_next(&random) >> 30) / 1000;
        char expected[JL_NUMBER_MAX + 1];
        expected[jl_write_double(expected, value)] = '\0';
        fesetround(modes[i % 3]);
        text[jl_write_double(text, value)] = '\0';
        uint64_t bits = bits_of(jl_read_double(jl_text_of(text)));
        fesetround(FE_TONEAREST);
        assert_string_equal(text, expected);
        assert_int_equal(bits, bits_of(value));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_pinned_numbers),
        cmocka_unit_test(agrees_with_the_c_library_on_random_numbers),
        cmocka_unit_test(decides_between_two_doubles),
        cmocka_unit_test(takes_any_length),
        cmocka_unit_test(takes_leading_and_trailing_zeros),
        cmocka_unit_test(does_not_care_about_the_rounding_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
