#ifndef JL_LOGGER_CONFIG_ARENA_H
#define JL_LOGGER_CONFIG_ARENA_H
/** Memory that is taken piece by piece while a configuration is read, and given back all at once.
 */
#include "base/text.h"

typedef struct jl_arena {
    struct jl_arena_block *blocks; /**< newest first; zero: empty */
    size_t left;                   /**< free bytes at the end of the newest */
} jl_arena;

/** @return `size` bytes of zeros, aligned for anything; NULL without memory. */
void *jl_arena_take(jl_arena *arena, size_t size);

/** The same for `count` elements. */
void *jl_arena_array(jl_arena *arena, size_t count, size_t size);

/** @return a NUL-terminated copy; NULL without memory. */
char *jl_arena_text(jl_arena *arena, jl_text text);

void jl_arena_done(jl_arena *arena);

#endif
