#ifndef JL_BASE_ALLOC_H
#define JL_BASE_ALLOC_H
/**
 * The one way to the heap: every allocation of the library goes through the user's allocator.
 * NULL on failure; nothing aborts. jl_free(NULL) does nothing. A size of 0 gives NULL.
 */
#include <stddef.h>
#include <stdint.h>

void *jl_alloc(size_t size) __attribute__((malloc, alloc_size(1)));
void *jl_calloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));
void *jl_realloc(void *memory, size_t size) __attribute__((alloc_size(2)));
void jl_free(void *memory);

/** A NUL-terminated copy of `len` bytes; NULL when out of memory. */
char *jl_strndup(const char *text, size_t len);

#endif
