#ifndef JL_BASE_BUFFER_H
#define JL_BASE_BUFFER_H
/**
 * A byte buffer with a hard limit and a sticky error: append freely, check `status` once at the
 * end.
 *
 * It starts in memory the caller gives (or none), moves to the heap when that is full, and never
 * holds more than `limit` bytes. After a failed append the content is unchanged by that and by
 * every later append, so a half-written escape never stands at the end.
 */
#include "base/text.h"

#include <jsonlog/status.h>

#include <stdint.h>
#include <string.h>

typedef struct jl_buffer {
    char *data;
    size_t len;
    size_t capacity;
    size_t limit;
    jsonlog_status status; /**< JSONLOG_OK, JSONLOG_E_LIMIT or JSONLOG_E_NOMEM, sticky */
    bool is_on_heap;
} jl_buffer;

/** @param space  may be NULL when size is 0; must outlive the buffer. */
void jl_buffer_init(jl_buffer *buffer, char *space, size_t size, size_t limit);
void jl_buffer_done(jl_buffer *buffer);

/** Forget content and error, keep the memory. */
static inline void jl_buffer_clear(jl_buffer *buffer) {
    buffer->len = 0;
    buffer->status = JSONLOG_OK;
}

/** Cut back to `len` (<= buffer->len) and forget the error: the undo of a speculative write. */
void jl_buffer_rewind(jl_buffer *buffer, size_t len);

/** Where the room ends that there is without growing. */
static inline const char *jl_buffer_end(const jl_buffer *buffer) {
    return buffer->data + (buffer->capacity < buffer->limit ? buffer->capacity : buffer->limit);
}

/** @return the bytes from the end of the content to there. */
static inline size_t jl_buffer_room(const jl_buffer *buffer) {
    return (buffer->capacity < buffer->limit ? buffer->capacity : buffer->limit) - buffer->len;
}

/** Slow half of jl_buffer_reserve(). */
char *jl_buffer_grow(jl_buffer *buffer, size_t bytes);

/** @param bytes  not 0.
 *  @return room for `bytes` at the end (not yet part of the content), or NULL with status set. */
static inline char *jl_buffer_reserve(jl_buffer *buffer, size_t bytes) {
    if (JSONLOG_LIKELY(bytes <= buffer->capacity - buffer->len && buffer->status == JSONLOG_OK))
        return buffer->data + buffer->len;
    return jl_buffer_grow(buffer, bytes);
}

static inline void jl_buffer_append(jl_buffer *buffer, const char *bytes, size_t len) {
    if (len == 0)
        return;
    char *room = jl_buffer_reserve(buffer, len);
    if (room == NULL)
        return;
    memcpy(room, bytes, len);
    buffer->len += len;
}

static inline void jl_buffer_append_text(jl_buffer *buffer, jl_text text) {
    jl_buffer_append(buffer, text.ptr, text.len);
}

static inline void jl_buffer_append_char(jl_buffer *buffer, char c) {
    jl_buffer_append(buffer, &c, 1);
}

/** Append in printf's way; for messages of ours, never for JSON values. */
void jl_buffer_append_format(jl_buffer *buffer, const char *format, ...) JSONLOG_PRINTF(2, 3);

/** Make sure a NUL stands behind the content, counted neither in `len` nor by the limit.
 *  @return data, or NULL with status set. */
const char *jl_buffer_terminate(jl_buffer *buffer);

static inline jl_text jl_buffer_view(const jl_buffer *buffer) {
    return (jl_text){buffer->data, buffer->len};
}

#endif
