#ifndef JL_JSON_LINE_BITS_PLAIN_H
#define JL_JSON_LINE_BITS_PLAIN_H
/* What kernels do that have no instruction for it. Only json/line_bits.c includes this. */
#include "json/line_bits_check.h"

/* From each set bit up to the next one. */
static inline uint64_t toggled(uint64_t bits) {
    for (unsigned shift = 1; shift < 64; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static inline uint64_t hits_plain(uint64_t colons, const char *at, const jl_sieve *sieve) {
    uint64_t hits = 0;
    for (; colons != 0; colons &= colons - 1) {
        const char *colon = at + __builtin_ctzll(colons);
        const bool passes = (sieve->last[colon[-2] & 15] & sieve->before[colon[-3] & 15]) != 0;
        if (passes || colon[-1] != '"')
            hits |= colons & (0 - colons);
    }
    return hits;
}

static inline void add_brackets_plain(nesting *n, uint64_t open, uint64_t both) {
    for (; both != 0; both &= both - 1)
        walk_bracket(n, (open & both & (0 - both)) != 0, 0);
}

#endif
