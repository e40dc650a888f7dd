#include "base/scratch.h"

#include "base/alloc.h"

/* Enough for most of what is rewritten in one record. */
#define FIRST_SIZE 4096

/* More than this is not kept: one large record should not hold memory for ever. */
#define KEPT_MAX (256 * 1024)

struct jl_scratch_block {
    jl_scratch_block *older;
    size_t size;
    size_t used;
    size_t sum; /* of its size and those of all older ones */
    _Alignas(max_align_t) char bytes[];
};

static bool add_block(jl_scratch *scratch, size_t least) {
    const size_t doubled = scratch->newest == NULL ? FIRST_SIZE : scratch->newest->size * 2;
    const size_t size = doubled > least ? doubled : least;
    if (size > SIZE_MAX - sizeof(jl_scratch_block))
        return false;
    jl_scratch_block *block = jl_alloc(sizeof *block + size);
    if (block == NULL)
        return false;
    block->older = scratch->newest;
    block->size = size;
    block->used = 0;
    block->sum = size + (block->older == NULL ? 0 : block->older->sum);
    scratch->newest = block;
    if (block->sum > scratch->most)
        scratch->most = block->sum;
    return true;
}

void *jl_scratch_take(jl_scratch *scratch, size_t bytes) {
    const size_t unit = _Alignof(max_align_t);
    if (bytes > SIZE_MAX / 4)
        return NULL;
    const size_t size = (bytes + unit - 1) / unit * unit;
    const jl_scratch_block *newest = scratch->newest;
    if ((newest == NULL || size > newest->size - newest->used) && !add_block(scratch, size))
        return NULL;
    char *piece = scratch->newest->bytes + scratch->newest->used;
    scratch->newest->used += size;
    return piece;
}

void *jl_scratch_take_array(jl_scratch *scratch, size_t count, size_t size) {
    size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : jl_scratch_take(scratch, bytes);
}

static void drop_newest(jl_scratch *scratch) {
    jl_scratch_block *block = scratch->newest;
    scratch->newest = block->older;
    jl_free(block);
}

void jl_scratch_done(jl_scratch *scratch) {
    while (scratch->newest != NULL)
        drop_newest(scratch);
    scratch->most = 0;
}

void jl_scratch_reset(jl_scratch *scratch) {
    const size_t most = scratch->most;
    if (scratch->newest != NULL && scratch->newest->size >= most && most <= KEPT_MAX) {
        scratch->newest->used = 0;
        return;
    }
    jl_scratch_done(scratch);
    if (most > 0 && most <= KEPT_MAX)
        add_block(scratch, most);
}

jl_scratch_mark jl_scratch_mark_now(const jl_scratch *scratch) {
    jl_scratch_block *block = scratch->newest;
    return (jl_scratch_mark){block, block == NULL ? 0 : block->used};
}

void jl_scratch_return_to(jl_scratch *scratch, jl_scratch_mark mark) {
    while (scratch->newest != mark.block && scratch->newest->older != NULL)
        drop_newest(scratch);
    if (scratch->newest != NULL)
        scratch->newest->used = mark.used;
}
