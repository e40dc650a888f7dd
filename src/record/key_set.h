#ifndef JL_RECORD_KEY_SET_H
#define JL_RECORD_KEY_SET_H
/**
 * Keys that somebody has, by their hashes, as 256 bits: a bit that is not set is certain, one that
 * is set is worth a look.
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct jl_key_set {
    uint64_t bits[4];
} jl_key_set;

static inline void jl_key_set_add(jl_key_set *set, uint32_t hash) {
    set->bits[hash >> 6 & 3] |= UINT64_C(1) << (hash & 63);
}

static inline bool jl_key_set_may_have(const jl_key_set *set, uint32_t hash) {
    return (set->bits[hash >> 6 & 3] >> (hash & 63) & 1) != 0;
}

static inline bool jl_key_sets_may_share(const jl_key_set *a, const jl_key_set *b) {
    return ((a->bits[0] & b->bits[0]) | (a->bits[1] & b->bits[1]) | (a->bits[2] & b->bits[2]) |
            (a->bits[3] & b->bits[3])) != 0;
}

static inline void jl_key_set_join(jl_key_set *set, const jl_key_set *other) {
    for (int i = 0; i < 4; i++)
        set->bits[i] |= other->bits[i];
}

#endif
