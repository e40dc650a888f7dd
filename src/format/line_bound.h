#ifndef JL_FORMAT_LINE_BOUND_H
#define JL_FORMAT_LINE_BOUND_H
/** A buffer that for a while takes only so many bytes more, whatever its own limit is. */
#include "base/buffer.h"

typedef struct jl_line_bound {
    size_t limit;    /**< the buffer's own */
    size_t capacity; /**< its own, if that was beyond the bound; else 0 */
    size_t start;    /**< where the line begins */
    char *data;      /**< the memory that has this capacity */
} jl_line_bound;

static inline jl_line_bound jl_line_bound_begin(jl_buffer *out, size_t bytes) {
    jl_line_bound bound = {.limit = out->limit, .start = out->len, .data = out->data};
    if (bytes >= out->limit - out->len)
        return bound;
    out->limit = out->len + bytes;
    if (out->capacity > out->limit) {
        bound.capacity = out->capacity;
        out->capacity = out->limit;
    }
    return bound;
}

/** Memory that had to move within the bound has its own capacity and keeps it. */
static inline void jl_line_bound_end(jl_buffer *out, const jl_line_bound *bound) {
    out->limit = bound->limit;
    if (bound->capacity != 0 && out->data == bound->data)
        out->capacity = bound->capacity;
}

#endif
