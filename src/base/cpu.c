#include "base/cpu.h"

atomic_int jl_cpu_answer;

#if defined(__x86_64__)

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

bool jl_cpu_has(jl_vectors kind) {
    switch (kind) {
    case JL_VECTORS_BASE: return true;
    case JL_VECTORS_AVX2: return has_avx2();
    case JL_VECTORS_AVX512: return has_avx512();
    default: return false;
    }
}

#else

bool jl_cpu_has(jl_vectors kind) {
#if defined(__ARM_NEON) && defined(__aarch64__)
    return kind == JL_VECTORS_BASE || kind == JL_VECTORS_NEON;
#else
    return kind == JL_VECTORS_BASE;
#endif
}

#endif

jl_vectors jl_cpu_ask(void) {
    jl_vectors kind = JL_VECTORS_AVX512;
    while (!jl_cpu_has(kind))
        kind--;
    jl_cpu_use(kind);
    return kind;
}

void jl_cpu_use(jl_vectors kind) {
    atomic_store_explicit(&jl_cpu_answer, (int)kind, memory_order_relaxed);
}
