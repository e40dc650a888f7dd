#include "json/number.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

typedef size_t double_writer(char *out, double value);

static double double_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static const char *write_with(double_writer *writer, double value) {
    static char text[JL_NUMBER_MAX + 1];
    memset(text, '#', sizeof text);
    text[writer(text, value)] = '\0';
    return text;
}

static void writes_the_pinned_doubles(void **state) {
    (void)state;
    FILE *file = fopen(JSONLOG_TEST_DATA "/json/doubles.txt", "r");
    assert_non_null(file);
    char line[256];
    int count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        uint64_t bits;
        char python[64];
        char java[64];
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%" SCNx64 " %63s %63s", &bits, python, java), 3);
        assert_string_equal(write_with(jl_write_double, double_of(bits)), python);
        assert_string_equal(write_with(jl_write_double_java, double_of(bits)), java);
        count++;
    }
    fclose(file);
    assert_true(count >= 70);
}

static void writes_the_names_java_has_for_the_rest(void **state) {
    (void)state;
    assert_string_equal(write_with(jl_write_double_java, (double)INFINITY), "Infinity");
    assert_string_equal(write_with(jl_write_double_java, (double)-INFINITY), "-Infinity");
    assert_string_equal(write_with(jl_write_double_java, (double)NAN), "NaN");
    assert_string_equal(write_with(jl_write_double_java, -0.5), "-0.5");
    assert_string_equal(write_with(jl_write_double_java, -1e10), "-1.0E10");
}

static void gives_digits_without_trailing_zeros(void **state) {
    (void)state;
    static const struct {
        double value;
        jl_shortest expected;
    } cases[] = {
        {0.0, {0, 0, false}},   {-0.0, {0, 0, true}},  {20.0, {2, 1, false}},
        {1e22, {1, 22, false}}, {-0.5, {5, -1, true}}, {5e-324, {5, -324, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_shortest got = jl_double_shortest(cases[i].value);
        assert_int_equal(got.digits, cases[i].expected.digits);
        assert_int_equal(got.exponent, cases[i].expected.exponent);
        assert_int_equal(got.is_negative, cases[i].expected.is_negative);
    }
}

static void writes_integers(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {-7, "-7"},
        {10, "10"},
        {99, "99"},
        {100, "100"},
        {-1000, "-1000"},
        {1234567, "1234567"},
        {INT64_MAX, "9223372036854775807"},
        {INT64_MIN, "-9223372036854775808"},
    };
    char text[JL_NUMBER_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text[jl_write_int64(text, cases[i].value)] = '\0';
        assert_string_equal(text, cases[i].text);
    }
    text[jl_write_uint64(text, UINT64_MAX)] = '\0';
    assert_string_equal(text, "18446744073709551615");
}

static void writes_every_length_of_integer(void **state) {
    (void)state;
    char text[JL_NUMBER_MAX + 1];
    char expected[JL_NUMBER_MAX];
    uint64_t power = 1;
    for (int digits = 1; digits <= 20; digits++, power *= 10) {
        for (uint64_t value = power - 1; value != power + 2; value++) {
            text[jl_write_uint64(text, value)] = '\0';
            snprintf(expected, sizeof expected, "%" PRIu64, value);
            assert_string_equal(text, expected);
        }
    }
}

static void writes_floats_with_the_digits_of_a_float(void **state) {
    (void)state;
    static const struct {
        float value;
        const char *text;
    } cases[] = {
        {0.1f, "0.1"},
        {0.3f, "0.3"},
        {-0.0f, "-0.0"},
        {20.0f, "20.0"},
        {1.0f / 3.0f, "0.33333334"},
        {16777216.0f, "16777216.0"},
        {16777.217f, "16777.217"},
        {123456.789f, "123456.79"},
        {FLT_MAX, "3.4028235e+38"},
        {FLT_MIN, "1.1754944e-38"},
        {1e-45f, "1e-45"},
        {1e10f, "10000000000.0"},
        {1e17f, "1e+17"},
        {0.001f, "0.001"},
        {8192.001f, "8192.001"},
    };
    char text[JL_NUMBER_MAX + 1];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text[jl_write_float(text, cases[i].value)] = '\0';
        assert_string_equal(text, cases[i].text);
    }
}

/* The slow reference: the C library's digits, one more at a time, until they read back. */
static int shortest_by_trying(double value, char out[64]) {
    for (int places = 0; places <= 16; places++) {
        snprintf(out, 64, "%.*e", places, value);
        if (bits_of(strtod(out, NULL)) == bits_of(value))
            return places;
    }
    return -1;
}

/* The same number, digit for digit, whatever its spelling: "d.ddde±x" of both. */
static void normalise(const char *text, char out[64]) {
    char digits[64];
    size_t count = 0;
    int exponent = 0;
    bool is_fraction = false;
    const char *at = text + (*text == '-');
    for (; *at != '\0' && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            is_fraction = true;
            continue;
        }
        digits[count++] = *at;
        exponent -= is_fraction;
    }
    if (*at != '\0')
        exponent += atoi(at + 1);
    while (count > 1 && digits[count - 1] == '0') {
        count--;
        exponent++;
    }
    size_t first = 0;
    while (first + 1 < count && digits[first] == '0')
        first++;
    snprintf(out, 64, "%s%.*se%d", *text == '-' ? "-" : "", (int)(count - first), digits + first,
             exponent);
}

/* printf rounds the exact value, so where several numbers of the same length read back, it has
 * found the closest one, unless that one lies beyond the shorter side of a power of two. */
static bool is_power_of_two(double value) {
    return (bits_of(value) & ((UINT64_C(1) << 52) - 1)) == 0;
}

static void check_shortest(double value) {
    const char *text = write_with(jl_write_double, value);
    assert_int_equal(bits_of(strtod(text, NULL)), bits_of(value));
    assert_int_equal(bits_of(jl_read_double(jl_text_of(text))), bits_of(value));
    char tried[64];
    char wanted[64];
    char got[64];
    shortest_by_trying(value, tried);
    normalise(tried, wanted);
    normalise(text, got);
    if (is_power_of_two(value))
        assert_true(strlen(got) <= strlen(wanted));
    else if (value != 0)
        assert_string_equal(got, wanted);
}

static void check_java(double value) {
    char tried[64];
    int places = shortest_by_trying(value, tried);
    char two[64];
    snprintf(two, sizeof two, "%.1e", value);
    if (places == 0 && bits_of(strtod(two, NULL)) == bits_of(value))
        memcpy(tried, two, sizeof two);
    char wanted[64];
    char got[64];
    normalise(tried, wanted);
    normalise(write_with(jl_write_double_java, value), got);
    if (!is_power_of_two(value))
        assert_string_equal(got, wanted);
}

static void is_shortest_for_any_bits(void **state) {
    (void)state;
    test_random random = {20261122};
    size_t count = test_effort(200000);
    for (size_t i = 0; i < count; i++) {
        double value = double_of(test_random_next(&random));
        if (isfinite(value))
            check_shortest(value);
    }
}

static void is_shortest_for_numbers_people_write(void **state) {
    (void)state;
    test_random random = {4711};
    size_t count = test_effort(50000);
    for (size_t i = 0; i < count; i++) {
        uint64_t digits = test_random_next(&random) >> (11 + test_random_below(&random, 53));
        double divisor = pow(10, (double)test_random_below(&random, 8));
        double value = (double)digits / divisor;
        check_shortest(value);
        check_shortest(nextafter(value, 0));
        check_shortest(nextafter(-value, (double)-INFINITY));
    }
}

static void is_shortest_at_every_power_of_two(void **state) {
    (void)state;
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        double value = ldexp(1, exponent);
        check_shortest(value);
        check_shortest(nextafter(value, 0));
        check_shortest(nextafter(value, DBL_MAX));
    }
}

static void writes_what_java_writes(void **state) {
    (void)state;
    for (uint64_t bits = 1; bits < 3000; bits++)
        check_java(double_of(bits));
    test_random random = {99};
    for (size_t i = 0; i < test_effort(30000); i++) {
        double value = double_of(test_random_next(&random));
        if (isfinite(value))
            check_java(value);
    }
}

static void is_shortest_for_any_float(void **state) {
    (void)state;
    test_random random = {77};
    for (size_t i = 0; i < test_effort(100000); i++) {
        uint32_t bits = (uint32_t)(test_random_next(&random) >> 32);
        float value;
        if (i % 2 == 0) /* around the numbers that have three decimals */
            bits = (bits & 0x807FFFFF) | (uint32_t)(110 + bits % 40) << 23;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || value == 0)
            continue;
        char text[JL_NUMBER_MAX + 1];
        text[jl_write_float(text, value)] = '\0';
        assert_true(strtof(text, NULL) == value);
        char tried[64];
        for (int places = 0; places <= 8; places++) {
            snprintf(tried, sizeof tried, "%.*e", places, (double)value);
            if (strtof(tried, NULL) == value)
                break;
        }
        char wanted[64];
        char got[64];
        normalise(tried, wanted);
        normalise(text, got);
        if ((bits & 0x7FFFFF) == 0)
            assert_true(strlen(got) <= strlen(wanted));
        else
            assert_string_equal(got, wanted);
    }
}

static void does_not_care_about_the_locale(void **state) {
    (void)state;
    static const char *const comma_locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
                                                "fr_FR.utf8",  "de_DE",      "es_ES.UTF-8"};
    for (size_t i = 0; i < sizeof comma_locales / sizeof comma_locales[0]; i++) {
        if (setlocale(LC_ALL, comma_locales[i]) == NULL)
            continue;
        assert_string_equal(localeconv()->decimal_point, ",");
        assert_string_equal(write_with(jl_write_double, 12.5), "12.5");
        assert_string_equal(write_with(jl_write_double_java, 12.5), "12.5");
        assert_true(jl_read_double(JL_TEXT("12.5")) == 12.5);
        setlocale(LC_ALL, "C");
        return;
    }
    print_message("no locale with a decimal comma is installed: skipped\n");
    skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_pinned_doubles),
        cmocka_unit_test(writes_the_names_java_has_for_the_rest),
        cmocka_unit_test(gives_digits_without_trailing_zeros),
        cmocka_unit_test(writes_integers),
        cmocka_unit_test(writes_every_length_of_integer),
        cmocka_unit_test(writes_floats_with_the_digits_of_a_float),
        cmocka_unit_test(is_shortest_for_any_bits),
        cmocka_unit_test(is_shortest_for_numbers_people_write),
        cmocka_unit_test(is_shortest_at_every_power_of_two),
        cmocka_unit_test(writes_what_java_writes),
        cmocka_unit_test(is_shortest_for_any_float),
        cmocka_unit_test(does_not_care_about_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
