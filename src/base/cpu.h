#ifndef JL_BASE_CPU_H
#define JL_BASE_CPU_H
/**
 * Which vectors the processor has, asked once for the whole library.
 *
 * A file with loops for several kinds compiles all that its architecture knows and picks one here,
 * so that one library serves every processor. What the compiler may use anyway (SSE2 on x86-64)
 * needs no asking.
 */
#include <jsonlog/status.h>
#include <stdatomic.h>
#include <stdbool.h>

/** Of one architecture, each has all that those in front of it have. */
typedef enum jl_vectors {
    JL_VECTORS_UNASKED,
    JL_VECTORS_BASE,   /**< what the compiler was told */
    JL_VECTORS_NEON,   /**< on every 64-bit ARM */
    JL_VECTORS_AVX2,   /**< with BMI, BMI2 and POPCNT, as every such processor has them */
    JL_VECTORS_AVX512, /**< with BW, VL, VBMI and VBMI2: those without the last slow down while they
                          use vectors of 64 bytes */
} jl_vectors;

extern atomic_int jl_cpu_answer;

/** Ask the processor, and the system whether it keeps the registers. */
jl_vectors jl_cpu_ask(void);

/** @return the best it has. */
static inline jl_vectors jl_cpu_vectors(void) {
    const int answer = atomic_load_explicit(&jl_cpu_answer, memory_order_relaxed);
    return JSONLOG_LIKELY(answer != JL_VECTORS_UNASKED) ? (jl_vectors)answer : jl_cpu_ask();
}

/** For tests: whether this kind can be used here. */
bool jl_cpu_has(jl_vectors kind);

/** For tests: from now on answer with this kind, which the processor has, on all threads;
 * JL_VECTORS_UNASKED: with the best again. */
void jl_cpu_use(jl_vectors kind);

#endif
