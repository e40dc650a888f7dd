#include "json/number_exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void compares_exactly(void **state) {
    (void)state;
    static const struct {
        const char *digits;
        int64_t point;
        uint64_t c;
        int q;
        int order;
    } cases[] = {
        {"1", 1, 1, 0, 0},
        {"5", 0, 1, -1, 0},
        {"50000", 0, 1, -1, 0},
        {"50000000000000000000000000000000000001", 0, 1, -1, 1},
        {"49999999999999999999999999999999999999", 0, 1, -1, -1},
        {"12.5", 2, 25, -1, 0},
        {"1024", 4, 1, 10, 0},
        {"1", 24, UINT64_C(11920928955078125), 23, 0}, /* 1e23 is 5^23 * 2^23 */
        {"1", 24, UINT64_C(11920928955078124), 23, 1},
        {"1", 24, UINT64_C(11920928955078126), 23, -1},
        {"18446744073709551616", 20, 1, 64, 0},
        {"18446744073709551615", 20, UINT64_MAX, 0, 0},
        {"18446744073709551615", 20, UINT64_C(1) << 63, 1, -1},
        {"17976931348623158079372897140530341507993413271003782693617377898044496829276475094664",
         309, UINT64_C(0x3FFFFFFFFFFFFF), 970, -1},
        {"17976931348623158079372897140530341507993413271003782693617377898044496829276475094665",
         309, UINT64_C(0x3FFFFFFFFFFFFF), 970, 1},
        {"24703282292062327208", -323, 1, -1075, -1},
        {"24703282292062327209", -323, 1, -1075, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_digits number = {jl_text_of(cases[i].digits), cases[i].point};
        assert_int_equal(jl_digits_compare(number, cases[i].c, cases[i].q), cases[i].order);
    }
}

static void sees_a_digit_behind_hundreds_of_zeros(void **state) {
    (void)state;
    static char digits[2002];
    memset(digits, '0', 2000);
    digits[0] = '5';
    jl_digits number = {{digits, 2000}, 0};
    assert_int_equal(jl_digits_compare(number, 1, -1), 0);
    digits[1999] = '1';
    assert_int_equal(jl_digits_compare(number, 1, -1), 1);
    digits[0] = '4';
    memset(digits + 1, '9', 1999);
    assert_int_equal(jl_digits_compare(number, 1, -1), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_exactly),
        cmocka_unit_test(sees_a_digit_behind_hundreds_of_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
