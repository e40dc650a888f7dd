#include "base/buffer.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>

/* Small enough to waste nothing on one key, large enough that a log line grows a few times at most.
 */
#define FIRST_CAPACITY 64

static char *fail(jl_buffer *buffer, jsonlog_status status) {
    buffer->status = status;
    return NULL;
}

/* Heap memory always holds one byte more than `capacity`, so that a terminating NUL finds room even
 * when the content has reached its limit. */
static bool move_to_heap(jl_buffer *buffer, size_t capacity) {
    if (capacity == SIZE_MAX)
        return false;
    char *old = buffer->is_on_heap ? buffer->data : NULL;
    char *data = jl_realloc(old, capacity + 1);
    if (data == NULL)
        return false;
    if (!buffer->is_on_heap && buffer->len > 0)
        memcpy(data, buffer->data, buffer->len);
    buffer->data = data;
    buffer->capacity = capacity;
    buffer->is_on_heap = true;
    return true;
}

void jl_buffer_init(jl_buffer *buffer, char *space, size_t size, size_t limit) {
    *buffer = (jl_buffer){
        .data = space,
        .capacity = size < limit ? size : limit,
        .limit = limit,
        .status = JSONLOG_OK,
    };
}

void jl_buffer_done(jl_buffer *buffer) {
    if (buffer->is_on_heap)
        jl_free(buffer->data);
    *buffer = (jl_buffer){.limit = buffer->limit};
}

void jl_buffer_rewind(jl_buffer *buffer, size_t len) {
    buffer->len = len;
    buffer->status = JSONLOG_OK;
}

char *jl_buffer_grow(jl_buffer *buffer, size_t bytes) {
    if (buffer->status != JSONLOG_OK)
        return NULL;
    if (bytes > buffer->limit - buffer->len)
        return fail(buffer, JSONLOG_E_LIMIT);
    size_t needed = buffer->len + bytes;
    size_t doubled = buffer->capacity > SIZE_MAX / 2 ? SIZE_MAX : buffer->capacity * 2;
    size_t capacity = doubled > FIRST_CAPACITY ? doubled : FIRST_CAPACITY;
    if (capacity < needed)
        capacity = needed;
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    if (!move_to_heap(buffer, capacity))
        return fail(buffer, JSONLOG_E_NOMEM);
    return buffer->data + buffer->len;
}

/* Room for a NUL behind `len` bytes, which are reserved already. */
static bool reserve_nul(jl_buffer *buffer, size_t len) {
    if (buffer->is_on_heap || len < buffer->capacity)
        return true;
    if (move_to_heap(buffer, len))
        return true;
    fail(buffer, JSONLOG_E_NOMEM);
    return false;
}

/* vsnprintf() wants a byte for its NUL, for which a full buffer has no room: it would have to move.
 * So short texts are made beside it. */
enum { SHORT_FORMAT = 128 };

static void append_formatted(jl_buffer *buffer, size_t len, const char *format, va_list arguments) {
    if (jl_buffer_reserve(buffer, len) == NULL || !reserve_nul(buffer, buffer->len + len))
        return;
    vsnprintf(buffer->data + buffer->len, len + 1, format, arguments);
    buffer->len += len;
}

__attribute__((cold)) void jl_buffer_append_format(jl_buffer *buffer, const char *format, ...) {
    char beside[SHORT_FORMAT];
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(beside, sizeof beside, format, arguments);
    if (len >= SHORT_FORMAT)
        append_formatted(buffer, (size_t)len, format, again);
    else if (len > 0)
        jl_buffer_append(buffer, beside, (size_t)len);
    else if (len < 0 && buffer->status == JSONLOG_OK)
        buffer->status = JSONLOG_E_LIMIT; /* more than INT_MAX bytes */
    va_end(again);
    va_end(arguments);
}

const char *jl_buffer_terminate(jl_buffer *buffer) {
    if (buffer->status != JSONLOG_OK || !reserve_nul(buffer, buffer->len))
        return NULL;
    buffer->data[buffer->len] = '\0';
    return buffer->data;
}
