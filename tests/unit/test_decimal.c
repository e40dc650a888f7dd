#include "json/decimal.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

static jl_decimal read_decimal(const char *text, char *digits) {
    jl_decimal decimal;
    assert_int_equal(jl_decimal_literal_len(jl_text_of(text)), strlen(text));
    assert_true(jl_decimal_read(jl_text_of(text), digits, &decimal));
    return decimal;
}

static void assert_order(const char *left, const char *right, int expected) {
    char a_digits[1200];
    char b_digits[1200];
    const jl_decimal a = read_decimal(left, a_digits);
    const jl_decimal b = read_decimal(right, b_digits);
    const int order = jl_decimal_compare(&a, &b);
    if ((order > 0) - (order < 0) != expected)
        fail_msg("%s against %s: %d, not %d", left, right, order, expected);
    assert_int_equal((jl_decimal_compare(&b, &a) < 0) - (jl_decimal_compare(&b, &a) > 0), expected);
}

#define NINES "99999999999999999999999999999999999999999999999999"
#define ZEROS "00000000000000000000000000000000000000000000000000"

static const struct {
    const char *left;
    const char *right;
    int order;
} comparisons[] = {
    {"0", "0", 0},
    {"0", "-0", 0},
    {"0", "0.000", 0},
    {"0", "0e99", 0},
    {"-0.0e-5", "+0", 0},
    {"1", "1", 0},
    {"1", "+1", 0},
    {"1", "01", 0},
    {"1", "1.", 0},
    {"1", "1.000", 0},
    {"1", "10e-1", 0},
    {"1", "0.1e1", 0},
    {"1", ".1e1", 0},
    {"1", "-1", 1},
    {"-1", "-2", 1},
    {"-1", "0", -1},
    {"1", "2", -1},
    {"9", "10", -1},
    {"10", "9", 1},
    {"100", "99.999", 1},
    {"0.1", "0.01", 1},
    {"0.1", "0.10", 0},
    {"-0.1", "-0.01", -1},
    {"1e3", "1000", 0},
    {"1.5e3", "1500", 0},
    {"15e2", "1500", 0},
    {"1e-3", "0.001", 0},
    {"1E+3", "1e3", 0},
    {"12.34", "12.35", -1},
    {"12.34", "12.3400000000000000000000001", -1},
    {"9007199254740992", "9007199254740993", -1},
    {"9223372036854775807", "9223372036854775808", -1},
    {"-9223372036854775808", "-9223372036854775809", 1},
    {"18446744073709551615", "18446744073709551616", -1},
    {"999999999999999999", "1000000000000000000", -1},
    {"1000000000000000000", "1e18", 0},
    {"1e17", "100000000000000000", 0},
    {NINES, NINES, 0},
    {NINES, NINES ".1", -1},
    {NINES "0", "1" ZEROS "0", -1},
    {"1" ZEROS, "1e50", 0},
    {"0." ZEROS "1", "1e-51", 0},
    {"0." ZEROS "1", "0", 1},
    {"1e-999", "0", 1},
    {"-1e-999", "0", -1},
    {"1e-999", "1e-1000", 1},
    {"1e400", "1e399", 1},
    {"1e2147483647", "1e2147483646", 1},
    {"1e-2147483648", "0", 1},
    {"-1e2147483647", "1", -1},
    {"0.1e2147483647", "1e2147483646", 0},
};

static void compares_exactly(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        assert_order(comparisons[i].left, comparisons[i].right, comparisons[i].order);
}

static void knows_where_a_literal_ends(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {
        {"", 0},      {"+", 0},   {"-", 0},   {".", 0},    {"e5", 0},     {"-.", 0},
        {"x", 0},     {"1", 1},   {"-1", 2},  {"1.", 2},   {".5", 2},     {"1.5", 3},
        {"1.2.3", 3}, {"1e", 1},  {"1e+", 1}, {"1e5", 3},  {"1E-05x", 5}, {"4*", 1},
        {"1..2", 2},  {"--1", 0}, {"+1", 2},  {"1.e3", 4}, {".5e1", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(jl_decimal_literal_len(jl_text_of(cases[i].text)), cases[i].len);
}

static void refuses_an_exponent_beyond_32_bits(void **state) {
    (void)state;
    static const char *const cases[] = {
        "1e2147483648",
        "1e-2147483649",
        "0e2147483648",
        "1e99999999999999999999999999999999",
        "1e-99999999999999999999999999999999",
    };
    char digits[64];
    jl_decimal decimal;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_false(jl_decimal_read(jl_text_of(cases[i]), digits, &decimal));
    assert_true(jl_decimal_read(JL_TEXT("1e00000000000000000000000000005"), digits, &decimal));
    assert_int_equal(decimal.small, 100000);
}

static void assert_views(jl_decimal decimal, const char *literal) {
    char digits[1200];
    const jl_decimal expected = read_decimal(literal, digits);
    if (jl_decimal_compare(&decimal, &expected) != 0)
        fail_msg("%.*s is not %s", (int)decimal.count, decimal.digits, literal);
}

static void views_integers_of_any_length(void **state) {
    (void)state;
    static const char *const cases[] = {
        "0",
        "-0",
        "7",
        "-7",
        "100",
        "-9223372036854775808",
        "9223372036854775807",
        "9007199254740993",
        NINES NINES NINES,
        "-1" ZEROS ZEROS,
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_views(jl_decimal_of_integer(jl_text_of(cases[i])), cases[i]);
}

static void takes_a_double_by_its_shortest_text(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *literal;
    } cases[] = {
        {0.0, "0"},
        {-0.0, "0"},
        {1.0, "1"},
        {12.34, "12.34"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e22, "1e22"},
        {1e23, "1e23"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {9007199254740993.0, "9007199254740992"},
        {0.30000000000000004, "0.30000000000000004"},
    };
    char digits[JL_DOUBLE_DIGITS_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_views(jl_decimal_of_double(cases[i].value, digits), cases[i].literal);
}

/* ---- against long addition on a fixed grid: 60 digits before and after the point ---- */

#define HALF 60

static void to_grid(const char *literal, char grid[2 * HALF + 1]) {
    memset(grid, '0', 2 * HALF);
    grid[2 * HALF] = '\0';
    const char *e = strpbrk(literal, "eE");
    const size_t len = e == NULL ? strlen(literal) : (size_t)(e - literal);
    const int exponent = e == NULL ? 0 : atoi(e + 1);
    const char *point = memchr(literal, '.', len);
    int place = (int)(point == NULL ? len : (size_t)(point - literal)) + exponent;
    for (size_t i = 0; i < len; i++) {
        if (literal[i] != '.')
            grid[HALF - place--] = literal[i];
    }
}

static void random_literal(test_random *random, char *out) {
    size_t len = 0;
    const size_t digits = 1 + test_random_below(random, 20);
    const size_t point = test_random_below(random, 25);
    for (size_t i = 0; i < digits; i++) {
        if (i == point)
            out[len++] = '.';
        out[len++] = "0019"[test_random_below(random, 4)];
    }
    out[len] = '\0';
    if (test_random_below(random, 2) == 0)
        sprintf(out + len, "e%d", (int)test_random_below(random, 30) - 15);
}

static void agrees_with_digits_on_a_grid(void **state) {
    (void)state;
    test_random random = {7};
    for (size_t round = 0; round < test_effort(100000); round++) {
        char left[64];
        char right[64];
        char left_grid[2 * HALF + 1];
        char right_grid[2 * HALF + 1];
        random_literal(&random, left);
        random_literal(&random, right);
        to_grid(left, left_grid);
        to_grid(right, right_grid);
        const int order = strcmp(left_grid, right_grid);
        assert_order(left, right, (order > 0) - (order < 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_exactly),
        cmocka_unit_test(knows_where_a_literal_ends),
        cmocka_unit_test(refuses_an_exponent_beyond_32_bits),
        cmocka_unit_test(views_integers_of_any_length),
        cmocka_unit_test(takes_a_double_by_its_shortest_text),
        cmocka_unit_test(agrees_with_digits_on_a_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
