#ifndef TEST_FAILING_ALLOCATOR_H
#define TEST_FAILING_ALLOCATOR_H
/** An allocator that can be told to fail. Install it as CMocka's group setup. */
#include <jsonlog/status.h>

#include <stdlib.h>

/** How many allocations succeed from here on; -1: all. */
static int allocations_left = -1;

static inline bool may_allocate(void) {
    return allocations_left < 0 || (allocations_left > 0 && allocations_left-- > 0);
}

static inline void *allocate_or_fail(size_t size, void *user) {
    (void)user;
    return may_allocate() ? malloc(size) : NULL;
}

static inline void *reallocate_or_fail(void *memory, size_t size, void *user) {
    (void)user;
    return may_allocate() ? realloc(memory, size) : NULL;
}

static inline void release_memory(void *memory, void *user) {
    (void)user;
    free(memory);
}

static inline int use_failing_allocator(void **state) {
    (void)state;
    const jsonlog_allocator allocator = {allocate_or_fail, reallocate_or_fail, release_memory,
                                         NULL};
    return jsonlog_set_allocator(&allocator) == JSONLOG_OK ? 0 : -1;
}

#endif
