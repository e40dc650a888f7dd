#include "base/alloc.h"
#include "record/handler_base.h"

#include <errno.h>
#include <pthread.h>

/** A smaller ring would hold no useful line. */
#define CAPACITY_MIN 1024

/* Each line stands in the ring behind its length: a formatter may make lines without newlines. */
typedef uint32_t line_size;

/* The lock is its own and nothing foreign runs inside it, so a nested record can be kept too, and
 * the lines can be read from within another handler. */
typedef struct memory {
    pthread_mutex_t lock;
    size_t capacity;
    size_t head;  /* where the oldest line begins */
    size_t used;  /* bytes from there on, lengths included */
    size_t lines; /* how many these are */
    char ring[];
} memory;

/* The bytes at `at` up to the edge of the ring come first, what is beyond stands at its start. */
static size_t before_edge(const memory *m, size_t at, size_t len) {
    return len < m->capacity - at ? len : m->capacity - at;
}

static size_t wrap(const memory *m, size_t at) {
    return at < m->capacity ? at : at - m->capacity;
}

static void copy_in(memory *m, size_t at, const void *bytes, size_t len) {
    size_t first = before_edge(m, at, len);
    memcpy(m->ring + at, bytes, first);
    if (len > first)
        memcpy(m->ring, (const char *)bytes + first, len - first);
}

static void copy_out(const memory *m, size_t at, void *bytes, size_t len) {
    size_t first = before_edge(m, at, len);
    memcpy(bytes, m->ring + at, first);
    if (len > first)
        memcpy((char *)bytes + first, m->ring, len - first);
}

static void evict_oldest(memory *m) {
    line_size len = 0;
    copy_out(m, m->head, &len, sizeof len);
    m->head = wrap(m, m->head + sizeof len + len);
    m->used -= sizeof len + len;
    m->lines--;
}

static void forget_all(memory *m) {
    m->head = 0;
    m->used = 0;
    m->lines = 0;
}

static void append_locked(memory *m, const jsonlog_line *line) {
    line_size len = (line_size)line->len;
    while (m->capacity - m->used < sizeof len + len)
        evict_oldest(m);
    size_t tail = wrap(m, m->head + m->used);
    copy_in(m, tail, &len, sizeof len);
    copy_in(m, wrap(m, tail + sizeof len), line->text, len);
    m->used += sizeof len + len;
    m->lines++;
}

static jsonlog_status memory_write(void *self, const jsonlog_line *line) {
    memory *m = self;
    if (line->len > m->capacity - sizeof(line_size) || line->len > UINT32_MAX) {
        errno = EMSGSIZE;
        return JSONLOG_E_LIMIT;
    }
    pthread_mutex_lock(&m->lock);
    append_locked(m, line);
    pthread_mutex_unlock(&m->lock);
    return JSONLOG_OK;
}

static void memory_close(void *self) {
    memory *m = self;
    pthread_mutex_destroy(&m->lock);
    jl_free(m);
}

/* The lines are the parent's, and one may have been half-written at the moment of the fork. */
static void memory_after_fork(void *self) {
    memory *m = self;
    pthread_mutex_init(&m->lock, NULL);
    forget_all(m);
}

static const jsonlog_handler_class memory_class = {
    .size = sizeof(jsonlog_handler_class),
    .name = "memory",
    .write = memory_write,
    .close = memory_close,
    .after_fork = memory_after_fork,
    .is_concurrent = true,
    .has_no_cancellation_point = true,
};

jsonlog_handler *jsonlog_memory_handler_new(size_t capacity) {
    memory *m = NULL;
    if (capacity >= CAPACITY_MIN && capacity <= SIZE_MAX / 2)
        m = jl_alloc(sizeof *m + capacity);
    if (m == NULL)
        return NULL;
    m->capacity = capacity;
    forget_all(m);
    pthread_mutex_init(&m->lock, NULL);
    jsonlog_handler *handler = jl_handler_new(&memory_class, m, JL_HANDLER_REPORTS);
    if (handler == NULL)
        memory_close(m);
    return handler;
}

/* @return the bytes of all lines; the first `space` of them are copied. */
static size_t read_locked(const memory *m, char *out, size_t space) {
    size_t total = 0;
    size_t at = m->head;
    for (size_t i = 0; i < m->lines; i++) {
        line_size len = 0;
        copy_out(m, at, &len, sizeof len);
        at = wrap(m, at + sizeof len);
        size_t room = total < space ? space - total : 0;
        if (room > 0)
            copy_out(m, at, out + total, len < room ? len : room);
        at = wrap(m, at + len);
        total += len;
    }
    return total;
}

size_t jsonlog_memory_handler_read(const jsonlog_handler *handler, char *out, size_t out_size) {
    if (out == NULL)
        out_size = 0;
    size_t total = 0;
    memory *m = jl_handler_self(handler, &memory_class);
    if (m != NULL) {
        pthread_mutex_lock(&m->lock);
        total = read_locked(m, out, out_size > 0 ? out_size - 1 : 0);
        pthread_mutex_unlock(&m->lock);
    }
    if (out_size > 0)
        out[total < out_size ? total : out_size - 1] = '\0';
    return total;
}

size_t jsonlog_memory_handler_clear(jsonlog_handler *handler) {
    memory *m = jl_handler_self(handler, &memory_class);
    if (m == NULL)
        return 0;
    pthread_mutex_lock(&m->lock);
    size_t lines = m->lines;
    forget_all(m);
    pthread_mutex_unlock(&m->lock);
    return lines;
}
