#ifndef JL_SUPPORT_THREAD_ALLOCATOR_H
#define JL_SUPPORT_THREAD_ALLOCATOR_H
/** An allocator that each thread can have fail, or call something (that logs) whenever it is used.
 */
#include <jsonlog/status.h>

#include <stdlib.h>

typedef struct thread_allocator {
    size_t calls;         /**< allocations and reallocations so far */
    size_t fail_after;    /**< how many succeed, SIZE_MAX: all; set calls to 0 with it */
    void (*on_use)(void); /**< not called from within itself; may be NULL */
} thread_allocator;

static __thread thread_allocator heap = {.fail_after = SIZE_MAX};
static size_t heap_alive; /* atomic: blocks of all threads */

static inline bool use_heap(void) {
    void (*const on_use)(void) = heap.on_use;
    heap.on_use = NULL;
    if (on_use != NULL)
        on_use();
    heap.on_use = on_use;
    return heap.fail_after == SIZE_MAX || heap.calls++ < heap.fail_after;
}

static inline void *thread_allocate(size_t size, void *user) {
    (void)user;
    void *memory = use_heap() ? malloc(size) : NULL;
    if (memory != NULL)
        __atomic_add_fetch(&heap_alive, 1, __ATOMIC_RELAXED);
    return memory;
}

static inline void *thread_reallocate(void *memory, size_t size, void *user) {
    if (memory == NULL)
        return thread_allocate(size, user);
    return use_heap() ? realloc(memory, size) : NULL;
}

static inline void thread_release(void *memory, void *user) {
    (void)user;
    const size_t fail_after = heap.fail_after;
    heap.fail_after = SIZE_MAX;
    use_heap();
    heap.fail_after = fail_after;
    if (memory != NULL)
        __atomic_sub_fetch(&heap_alive, 1, __ATOMIC_RELAXED);
    free(memory);
}

/** Put it in place; before anything else allocates. */
static inline bool install_thread_allocator(void) {
    const jsonlog_allocator allocator = {thread_allocate, thread_reallocate, thread_release, NULL};
    return jsonlog_set_allocator(&allocator) == JSONLOG_OK;
}

#endif
