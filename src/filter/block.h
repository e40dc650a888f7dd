#ifndef JL_FILTER_BLOCK_H
#define JL_FILTER_BLOCK_H
/** A program's one block of memory, cut into arrays. Sizes are counted first, on a NULL base. */
#include <stddef.h>

typedef struct jl_block {
    char *base;
    size_t used;
} jl_block;

static inline void *jl_block_take(jl_block *from, size_t count, size_t size, size_t alignment) {
    from->used = (from->used + alignment - 1) / alignment * alignment;
    void *place = from->base == NULL ? NULL : from->base + from->used;
    from->used += count * size;
    return place;
}

#define JL_TAKE(from, type, count) \
    ((type *)jl_block_take((from), (count), sizeof(type), _Alignof(type)))

#endif
