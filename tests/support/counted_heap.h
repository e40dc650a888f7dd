#ifndef JL_SUPPORT_COUNTED_HEAP_H
#define JL_SUPPORT_COUNTED_HEAP_H
/** An allocator that counts its calls and living blocks, and fails when told to. Single-threaded. */
#include <jsonlog/status.h>

#include <stdlib.h>

typedef struct counted_heap {
    size_t calls;      /**< allocations and reallocations so far */
    size_t fail_after; /**< how many of them succeed; SIZE_MAX: all */
    size_t alive;      /**< blocks not released yet */
} counted_heap;

static inline void *counted_heap_allocate(size_t size, void *user) {
    counted_heap *self = user;
    if (self->calls++ >= self->fail_after)
        return NULL;
    self->alive++;
    return malloc(size);
}

static inline void *counted_heap_reallocate(void *memory, size_t size, void *user) {
    counted_heap *self = user;
    if (self->calls++ >= self->fail_after)
        return NULL;
    return realloc(memory, size);
}

static inline void counted_heap_release(void *memory, void *user) {
    counted_heap *self = user;
    self->alive--;
    free(memory);
}

/** Put it in place, before anything else allocates. */
static inline jsonlog_status counted_heap_install(counted_heap *self) {
    jsonlog_allocator allocator = {counted_heap_allocate, counted_heap_reallocate,
                                   counted_heap_release, self};
    return jsonlog_set_allocator(&allocator);
}

#endif
