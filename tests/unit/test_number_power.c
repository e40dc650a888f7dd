#include "json/number_power.h"

#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void multiplies_by_halves_as_by_words(void **state) {
    (void)state;
    static const uint64_t edges[] = {0,         1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX - 1,
                                     UINT64_MAX};
    const size_t count = sizeof edges / sizeof edges[0];
    test_random random = {1};
    for (size_t i = 0; i < 20000; i++) {
        uint64_t a = i < count * count ? edges[i / count] : test_random_next(&random);
        uint64_t b = i < count * count ? edges[i % count] : test_random_next(&random);
        jl_wide halves = jl_multiply_halves(a, b);
        jl_wide words = jl_multiply(a, b);
        assert_int_equal(halves.high, words.high);
        assert_int_equal(halves.low, words.low);
    }
}

static void knows_small_powers_exactly(void **state) {
    (void)state;
    uint64_t ten = 1;
    for (int k = 0; k <= 19; k++, ten *= 10) {
        jl_power power = jl_power_of_ten(k);
        int zeros = __builtin_clzll(ten);
        assert_int_equal(power.significand.high, ten << zeros);
        assert_int_equal(power.significand.low, 0);
        assert_int_equal(power.exponent, -64 - zeros);
    }
}

/* Each bracket must lie within ten times the one before: (s, s+1) * 2^e. All powers together are
 * proven by tests/support/powers_of_ten.py; this catches a broken table or a broken step. */
static void each_power_is_ten_times_the_one_before(void **state) {
    (void)state;
    for (int k = JL_POWER_MIN; k < JL_POWER_MAX; k++) {
        jl_power power = jl_power_of_ten(k);
        jl_power next = jl_power_of_ten(k + 1);
        assert_true(power.significand.high >> 63 == 1);
        jl_product tenfold = jl_multiply_wide(power.significand, UINT64_C(10) << 60);
        int shift = next.exponent - power.exponent; /* ten is 1.25 * 2^3 */
        assert_true(shift == 3 || shift == 4);
        jl_wide got = {tenfold.high, tenfold.middle};
        if (shift == 3)
            got = (jl_wide){got.high << 1 | got.low >> 63, got.low << 1 | tenfold.low >> 63};
        uint64_t distance = next.significand.low - got.low;
        assert_true(distance <= 2);
        assert_int_equal(next.significand.high, got.high + (next.significand.low < got.low));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_by_halves_as_by_words),
        cmocka_unit_test(knows_small_powers_exactly),
        cmocka_unit_test(each_power_is_ten_times_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
