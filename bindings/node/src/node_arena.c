/* Memory that lasts one call. */
#include "node_addon.h"

#include <stdlib.h>

#define BLOCK_BYTES 65536

static jn_block *block_new(jn_block *older, size_t size) {
    jn_block *block = malloc(sizeof *block + size);
    if (block != NULL)
        *block = (jn_block){older, size, 0};
    return block;
}

void *jn_arena_take(jn_addon *addon, size_t size) {
    const size_t step = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + step - 1) / step * step;
    jn_block *block = addon->arena;
    if (block == NULL || block->size - block->used < size) {
        block = block_new(block, size > BLOCK_BYTES ? size : BLOCK_BYTES);
        if (block == NULL)
            return NULL;
        addon->arena = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += size;
    return memory;
}

void jn_arena_reset(const jn_call *call) {
    jn_block *block = call->addon->arena;
    while (block != call->mark && block->older != NULL) {
        jn_block *older = block->older;
        free(block);
        block = older;
    }
    if (block != NULL)
        block->used = call->mark_used;
    call->addon->arena = block;
}

void jn_arena_free(jn_addon *addon) {
    while (addon->arena != NULL) {
        jn_block *older = addon->arena->older;
        free(addon->arena);
        addon->arena = older;
    }
}
