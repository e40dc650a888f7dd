#ifndef JL_BASE_HASH_H
#define JL_BASE_HASH_H
/** FNV-1a: short keys, no secrets, equal on every machine. */
#include "base/text.h"

#include <stdint.h>

static inline uint32_t jl_hash(jl_text text) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 16777619u;
    return hash;
}

#endif
