#ifndef JL_SUPPORT_VECTOR_KINDS_H
#define JL_SUPPORT_VECTOR_KINDS_H
/**
 * Tests once more with each kind of vectors that this processor has; without any first.
 *
 *     for (jl_vectors kind = JL_VECTORS_UNASKED; use_next_kind(&kind);)
 *         failed += cmocka_run_group_tests(tests, NULL, NULL);
 */
#include "base/cpu.h"

#include <stdio.h>

/** @return false after the last; then the library chooses again by itself. */
static inline bool use_next_kind(jl_vectors *kind) {
    static const char *const names[] = {
        [JL_VECTORS_BASE] = "base",
        [JL_VECTORS_NEON] = "neon",
        [JL_VECTORS_AVX2] = "avx2",
        [JL_VECTORS_AVX512] = "avx512",
    };
    do
        ++*kind;
    while (*kind <= JL_VECTORS_AVX512 && !jl_cpu_has(*kind));
    const bool is_there = *kind <= JL_VECTORS_AVX512;
    jl_cpu_use(is_there ? *kind : JL_VECTORS_UNASKED);
    if (is_there)
        printf("vectors: %s\n", names[*kind]);
    return is_there;
}

#endif
