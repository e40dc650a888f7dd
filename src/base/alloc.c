#include "base/alloc.h"

#include <jsonlog/status.h>

#include <stdlib.h>
#include <string.h>

static void *allocate_default(size_t size, void *user) {
    (void)user;
    return malloc(size);
}

static void *reallocate_default(void *memory, size_t size, void *user) {
    (void)user;
    return realloc(memory, size);
}

static void release_default(void *memory, void *user) {
    (void)user;
    free(memory);
}

static const jsonlog_allocator default_allocator = {
    .allocate = allocate_default,
    .reallocate = reallocate_default,
    .release = release_default,
    .user = NULL,
};

/* Written once before first use, read for ever: plain reads are enough. */
static jsonlog_allocator current = {
    .allocate = allocate_default,
    .reallocate = reallocate_default,
    .release = release_default,
    .user = NULL,
};

/* Memory must go back to the allocator it came from, so the choice is final from here on. */
static int has_allocated;

static void mark_used(void) {
    if (__atomic_load_n(&has_allocated, __ATOMIC_RELAXED) == 0)
        __atomic_store_n(&has_allocated, 1, __ATOMIC_RELAXED);
}

void *jl_alloc(size_t size) {
    if (size == 0)
        return NULL;
    mark_used();
    return current.allocate(size, current.user);
}

void *jl_calloc(size_t count, size_t size) {
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = jl_alloc(bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

void *jl_realloc(void *memory, size_t size) {
    if (memory == NULL)
        return jl_alloc(size);
    return current.reallocate(memory, size, current.user);
}

void jl_free(void *memory) {
    if (memory != NULL)
        current.release(memory, current.user);
}

char *jl_strndup(const char *text, size_t len) {
    char *copy = len == SIZE_MAX ? NULL : jl_alloc(len + 1);
    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

jsonlog_status jsonlog_set_allocator(const jsonlog_allocator *allocator) {
    if (allocator == NULL)
        allocator = &default_allocator;
    if (allocator->allocate == NULL || allocator->reallocate == NULL || allocator->release == NULL)
        return JSONLOG_E_INVALID;
    if (__atomic_load_n(&has_allocated, __ATOMIC_RELAXED) != 0)
        return JSONLOG_E_STATE;
    current = *allocator;
    return JSONLOG_OK;
}
