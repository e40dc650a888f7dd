#include "logger/config_arena.h"

#include "base/alloc.h"

#include <stddef.h>

/* A common configuration fits into one or two. */
#define BLOCK_BYTES ((size_t)8192)

typedef struct jl_arena_block {
    struct jl_arena_block *older;
    size_t size;
    _Alignas(max_align_t) char bytes[];
} jl_arena_block;

static bool add_block(jl_arena *arena, size_t least) {
    const size_t size = least > BLOCK_BYTES ? least : BLOCK_BYTES;
    if (size > SIZE_MAX - sizeof(jl_arena_block))
        return false;
    jl_arena_block *block = jl_calloc(1, sizeof *block + size);
    if (block == NULL)
        return false;
    block->size = size;
    block->older = arena->blocks;
    arena->blocks = block;
    arena->left = size;
    return true;
}

void *jl_arena_take(jl_arena *arena, size_t size) {
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX - align)
        return NULL;
    size = (size + align - 1) / align * align;
    if ((arena->blocks == NULL || arena->left < size) && !add_block(arena, size))
        return NULL;
    void *piece = arena->blocks->bytes + (arena->blocks->size - arena->left);
    arena->left -= size;
    return piece;
}

void *jl_arena_array(jl_arena *arena, size_t count, size_t size) {
    size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : jl_arena_take(arena, bytes);
}

char *jl_arena_text(jl_arena *arena, jl_text text) {
    char *copy = text.len == SIZE_MAX ? NULL : jl_arena_take(arena, text.len + 1);
    if (copy != NULL && text.len > 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

void jl_arena_done(jl_arena *arena) {
    while (arena->blocks != NULL) {
        jl_arena_block *block = arena->blocks;
        arena->blocks = block->older;
        jl_free(block);
    }
    arena->left = 0;
}
