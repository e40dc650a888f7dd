#ifndef JL_SUPPORT_MATCH_WAYS_H
#define JL_SUPPORT_MATCH_WAYS_H
/**
 * Every way in which this machine can match a line: with each kind of vectors it has and without,
 * and all of that also without a look for needles before a line is read.
 */
#include "filter/needle.h"
#include "json/line_bits.h"

static inline void on_each_kernel(void (*run)(void)) {
    static const jl_bits_kernel none = {.name = NULL};
    for (const jl_bits_kernel *kernel = jl_bits_kernels; kernel->name != NULL; kernel++) {
        if (!kernel->is_supported())
            continue;
        jl_bits_use(kernel);
        run();
    }
    jl_bits_use(&none);
    run();
    jl_bits_use(NULL);
}

/** @param run  compiles the patterns it asks. */
static inline void on_every_way(void (*run)(void)) {
    on_each_kernel(run);
    jl_needle_use(false);
    on_each_kernel(run);
    jl_needle_use(true);
}

#endif
