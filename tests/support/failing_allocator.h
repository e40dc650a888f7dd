#ifndef JL_SUPPORT_FAILING_ALLOCATOR_H
#define JL_SUPPORT_FAILING_ALLOCATOR_H
/** An allocator that fails when told to, and knows how many blocks are alive. Single-threaded. */
#include <jsonlog/status.h>

#include <stdlib.h>

typedef struct failing_allocator {
    size_t calls;      /**< allocations and reallocations so far */
    size_t fail_after; /**< how many succeed; SIZE_MAX: all */
    size_t alive;
} failing_allocator;

static inline void *failing_allocate(size_t size, void *user) {
    failing_allocator *self = user;
    if (self->calls++ >= self->fail_after)
        return NULL;
    self->alive++;
    return malloc(size);
}

static inline void *failing_reallocate(void *memory, size_t size, void *user) {
    failing_allocator *self = user;
    if (self->calls++ >= self->fail_after)
        return NULL;
    return realloc(memory, size);
}

static inline void failing_release(void *memory, void *user) {
    failing_allocator *self = user;
    self->alive--;
    free(memory);
}

/** Put it in place; before anything else allocates. */
static inline jsonlog_status failing_allocator_install(failing_allocator *self) {
    jsonlog_allocator allocator = {failing_allocate, failing_reallocate, failing_release, self};
    return jsonlog_set_allocator(&allocator);
}

#endif
