#include "base/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void answers_with_what_it_has(void **state) {
    (void)state;
    assert_true(jl_cpu_has(JL_VECTORS_BASE));
    assert_false(jl_cpu_has(JL_VECTORS_UNASKED));
    assert_true(jl_cpu_has(jl_cpu_vectors()));
    assert_int_equal(jl_cpu_vectors(), jl_cpu_ask());
}

static void no_kind_that_it_has_is_better(void **state) {
    (void)state;
    for (int kind = (int)jl_cpu_vectors() + 1; kind <= JL_VECTORS_AVX512; kind++)
        assert_false(jl_cpu_has((jl_vectors)kind));
}

static void kinds_of_one_architecture(void **state) {
    (void)state;
#if defined(__aarch64__)
    assert_int_equal(jl_cpu_vectors(), JL_VECTORS_NEON);
    assert_false(jl_cpu_has(JL_VECTORS_AVX2));
#else
    assert_false(jl_cpu_has(JL_VECTORS_NEON));
    assert_true(!jl_cpu_has(JL_VECTORS_AVX512) || jl_cpu_has(JL_VECTORS_AVX2));
#endif
}

static void a_test_chooses(void **state) {
    (void)state;
    const jl_vectors best = jl_cpu_vectors();
    jl_cpu_use(JL_VECTORS_BASE);
    assert_int_equal(jl_cpu_vectors(), JL_VECTORS_BASE);
    jl_cpu_use(JL_VECTORS_UNASKED);
    assert_int_equal(jl_cpu_vectors(), best);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_with_what_it_has),
        cmocka_unit_test(no_kind_that_it_has_is_better),
        cmocka_unit_test(kinds_of_one_architecture),
        cmocka_unit_test(a_test_chooses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
