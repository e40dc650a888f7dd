#ifndef JL_FORMAT_HASH_SET_H
#define JL_FORMAT_HASH_SET_H
/**
 * Hashes seen so far, on the stack. What is too many for one table is taken in parts: equal keys
 * have equal hashes, so they fall into the same part, and each part is walked on its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JL_HASH_SLOTS 512

/** How many keys a part is meant for; it may take half as many more. */
#define JL_HASH_PART 256

typedef struct jl_hash_set {
    size_t count;
    uint32_t slots[JL_HASH_SLOTS]; /**< 0: free */
} jl_hash_set;

static inline size_t jl_hash_parts(size_t keys) {
    return 1 + keys / JL_HASH_PART;
}

/** The upper bits choose the part, the lower ones the slot. */
static inline bool jl_hash_is_in_part(uint32_t hash, size_t part, size_t parts) {
    return (hash >> 9) % parts == part;
}

static inline bool jl_hash_set_is_full(const jl_hash_set *set) {
    return set->count >= JL_HASH_SLOTS * 3 / 4;
}

/** @param set  not full. @return true if the hash was there already. */
static inline bool jl_hash_set_add(jl_hash_set *set, uint32_t hash) {
    if (hash == 0)
        hash = 1;
    uint32_t at = hash % JL_HASH_SLOTS;
    for (; set->slots[at] != 0; at = (at + 1) % JL_HASH_SLOTS) {
        if (set->slots[at] == hash)
            return true;
    }
    set->slots[at] = hash;
    set->count++;
    return false;
}

#endif
