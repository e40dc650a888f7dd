#ifndef JL_BASE_SCRATCH_H
#define JL_BASE_SCRATCH_H
/**
 * Memory that is taken piece by piece and given back all at once. Pieces never move.
 *
 * Blocks from the heap, each larger than the one before. A reset keeps one block that would have
 * held everything, so that the same work done again allocates nothing.
 */
#include <stdbool.h>
#include <stddef.h>

typedef struct jl_scratch_block jl_scratch_block;

typedef struct jl_scratch {
    jl_scratch_block *newest;
    size_t most; /**< bytes in blocks, the most there were since the last reset */
} jl_scratch;

#define JL_SCRATCH_INIT \
    { NULL, 0 }

/** @return memory aligned for any type, NULL without memory. */
void *jl_scratch_take(jl_scratch *scratch, size_t bytes);

/** The same for `count` elements; NULL too if their size overflows. */
void *jl_scratch_take_array(jl_scratch *scratch, size_t count, size_t size);

/** Give everything back; memory is kept for the next time, up to a limit. */
void jl_scratch_reset(jl_scratch *scratch);

/** Give everything back to the heap. */
void jl_scratch_done(jl_scratch *scratch);

/** A moment: what is taken later can be given back alone. */
typedef struct jl_scratch_mark {
    jl_scratch_block *block;
    size_t used;
} jl_scratch_mark;

jl_scratch_mark jl_scratch_mark_now(const jl_scratch *scratch);
void jl_scratch_return_to(jl_scratch *scratch, jl_scratch_mark mark);

#endif
