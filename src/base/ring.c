#include "base/ring.h"

#include "base/alloc.h"

#include <string.h>

#define CLOSED (UINT64_C(1) << 63)

/* In a mark: the length is known, the text is not there yet. For the handler of a deadly signal,
 * which must find its way past lines that nobody will finish. */
#define UNFINISHED (UINT32_C(1) << 31)

/* Stands in front of each text; never divided by the edge of the ring, for entries begin at
 * multiples of its size. */
typedef struct entry {
    uint32_t mark; /* atomic; the text's length plus one */
    int16_t level;
    uint16_t flags;
    int64_t time_ns;
} entry;

_Static_assert(sizeof(entry) == JL_RING_OVERHEAD, "the header's size is public");

/* ---- bytes at a position ---- */

static size_t place_of(const jl_ring *ring, uint64_t at) {
    return (size_t)at & (ring->capacity - 1);
}

static entry *entry_at(const jl_ring *ring, uint64_t at) {
    return (entry *)(void *)(ring->bytes + place_of(ring, at));
}

/* How much of `len` bytes at a place stands before the edge. */
static size_t before_edge(const jl_ring *ring, size_t place, size_t len) {
    return len < ring->capacity - place ? len : ring->capacity - place;
}

static void copy_in(jl_ring *ring, uint64_t at, const char *bytes, size_t len) {
    if (len == 0)
        return;
    size_t place = place_of(ring, at);
    size_t first = before_edge(ring, place, len);
    memcpy(ring->bytes + place, bytes, first);
    if (first < len)
        memcpy(ring->bytes, bytes + first, len - first);
}

static void copy_out(const jl_ring *ring, uint64_t at, char *bytes, size_t len) {
    size_t place = place_of(ring, at);
    size_t first = before_edge(ring, place, len);
    memcpy(bytes, ring->bytes + place, first);
    if (first < len)
        memcpy(bytes + first, ring->bytes, len - first);
}

static void make_zero(jl_ring *ring, uint64_t at, size_t len) {
    size_t place = place_of(ring, at);
    size_t first = before_edge(ring, place, len);
    memset(ring->bytes + place, 0, first);
    if (first < len)
        memset(ring->bytes, 0, len - first);
}

/* ---- life ---- */

void jl_ring_reset(jl_ring *ring) {
    memset(ring->bytes, 0, ring->capacity);
    pthread_mutex_init(&ring->head_lock, NULL);
    __atomic_store_n(&ring->head, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&ring->tail, 0, __ATOMIC_SEQ_CST);
}

bool jl_ring_init(jl_ring *ring, size_t capacity) {
    *ring = (jl_ring){.capacity = capacity, .bytes = jl_alloc(capacity)};
    if (ring->bytes == NULL)
        return false;
    jl_ring_reset(ring);
    return true;
}

void jl_ring_done(jl_ring *ring) {
    if (ring->bytes == NULL)
        return;
    pthread_mutex_destroy(&ring->head_lock);
    jl_free(ring->bytes);
    ring->bytes = NULL;
}

void jl_ring_close(jl_ring *ring) {
    __atomic_fetch_or(&ring->tail, CLOSED, __ATOMIC_SEQ_CST);
}

uint64_t jl_ring_tail(const jl_ring *ring) {
    return __atomic_load_n(&ring->tail, __ATOMIC_SEQ_CST) & ~CLOSED;
}

uint64_t jl_ring_head(const jl_ring *ring) {
    return __atomic_load_n(&ring->head, __ATOMIC_SEQ_CST);
}

/* ---- putting ---- */

/* A tail that was read before somebody else moved it may lie behind the head; then the exchange
 * fails. So the bytes in use are compared with their sign. The order is sequential, because a
 * thread that waits for room and the one that makes it tell each other by this word and another. */
static jl_ring_result reserve(jl_ring *ring, size_t size, size_t limit, uint64_t *at) {
    uint64_t tail = __atomic_load_n(&ring->tail, __ATOMIC_RELAXED);
    do {
        if ((tail & CLOSED) != 0)
            return JL_RING_CLOSED;
        uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_SEQ_CST);
        if ((int64_t)(tail + size - head) > (int64_t)limit) {
            uint64_t now = __atomic_load_n(&ring->tail, __ATOMIC_SEQ_CST);
            if (now == tail)
                return JL_RING_FULL;
            tail = now;
            continue;
        }
        if (__atomic_compare_exchange_n(&ring->tail, &tail, tail + size, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
            break;
    } while (true);
    *at = tail;
    return JL_RING_OK;
}

jl_ring_result jl_ring_put(jl_ring *ring, const jl_ring_line *line, size_t limit) {
    if (line->len > limit || jl_ring_size_of(line->len) > limit)
        return JL_RING_TOO_LARGE;
    uint64_t at = 0;
    jl_ring_result result = reserve(ring, jl_ring_size_of(line->len), limit, &at);
    if (result != JL_RING_OK)
        return result;
    entry *e = entry_at(ring, at);
    __atomic_store_n(&e->mark, UNFINISHED | ((uint32_t)line->len + 1), __ATOMIC_RELAXED);
    e->level = (int16_t)line->level;
    e->flags = (uint16_t)line->flags;
    e->time_ns = line->time_ns;
    copy_in(ring, at + sizeof *e, line->text, line->len);
    __atomic_store_n(&e->mark, (uint32_t)line->len + 1, __ATOMIC_RELEASE);
    return JL_RING_OK;
}

/* ---- at the head ---- */

/* @return the bytes of the finished entry there, 0 if it is not finished or there is none. Behind
 * the tail all is zero, so this need not look where the tail is. A full ring is the exception: at a
 * whole lap from the head stands the head again. */
static size_t finished_at(const jl_ring *ring, uint64_t at, uint64_t head) {
    if (at - head >= ring->capacity)
        return 0;
    uint32_t mark = __atomic_load_n(&entry_at(ring, at)->mark, __ATOMIC_ACQUIRE);
    return mark == 0 || (mark & UNFINISHED) != 0 ? 0 : jl_ring_size_of(mark - 1);
}

static void move_head(jl_ring *ring, uint64_t head, size_t len) {
    make_zero(ring, head, len);
    __atomic_store_n(&ring->head, head + len, __ATOMIC_SEQ_CST);
}

static bool discard_locked(jl_ring *ring, int stop_level) {
    uint64_t head = ring->head;
    size_t size = finished_at(ring, head, head);
    if (size == 0 || entry_at(ring, head)->level >= stop_level)
        return false;
    move_head(ring, head, size);
    return true;
}

bool jl_ring_discard(jl_ring *ring, int stop_level) {
    pthread_mutex_lock(&ring->head_lock);
    bool is_done = discard_locked(ring, stop_level);
    pthread_mutex_unlock(&ring->head_lock);
    return is_done;
}

uint64_t jl_ring_clear(jl_ring *ring) {
    uint64_t lines = 0;
    while (jl_ring_discard(ring, INT32_MAX))
        lines++;
    return lines;
}

bool jl_ring_peek(const jl_ring *ring, uint64_t at, jl_ring_view *view) {
    if (finished_at(ring, at, jl_ring_head(ring)) == 0)
        return false;
    const entry *e = entry_at(ring, at);
    const size_t place = place_of(ring, at + sizeof *e);
    const size_t len = e->mark - 1;
    view->text[0] = ring->bytes + place;
    view->len[0] = before_edge(ring, place, len);
    view->text[1] = ring->bytes;
    view->len[1] = len - view->len[0];
    return true;
}

void jl_ring_release(jl_ring *ring, uint64_t to) {
    pthread_mutex_lock(&ring->head_lock);
    const uint64_t head = ring->head;
    if (to > head)
        move_head(ring, head, (size_t)(to - head));
    pthread_mutex_unlock(&ring->head_lock);
}

/* Who has reserved but not yet said how much has not begun to copy either, so its bytes are zero up
 * to the next entry. */
uint64_t jl_ring_behind(const jl_ring *ring, uint64_t at) {
    const uint64_t tail = jl_ring_tail(ring);
    uint32_t mark = at < tail ? __atomic_load_n(&entry_at(ring, at)->mark, __ATOMIC_ACQUIRE) : 0;
    if (mark != 0)
        return at + jl_ring_size_of((mark & ~UNFINISHED) - 1);
    while (at < tail && mark == 0) {
        at += JL_RING_OVERHEAD;
        mark = at < tail ? __atomic_load_n(&entry_at(ring, at)->mark, __ATOMIC_ACQUIRE) : 0;
    }
    return at;
}

bool jl_ring_try_hold(jl_ring *ring) {
    return pthread_mutex_trylock(&ring->head_lock) == 0;
}

void jl_ring_let_go(jl_ring *ring, uint64_t to) {
    if (to > ring->head)
        move_head(ring, ring->head, (size_t)(to - ring->head));
    pthread_mutex_unlock(&ring->head_lock);
}

void jl_ring_open(jl_ring *ring) {
    __atomic_fetch_and(&ring->tail, ~CLOSED, __ATOMIC_SEQ_CST);
}

bool jl_ring_take(jl_ring *ring, jl_ring_batch *batch, size_t limit) {
    pthread_mutex_lock(&ring->head_lock);
    uint64_t head = ring->head;
    size_t len = 0;
    for (size_t size; (size = finished_at(ring, head + len, head)) > 0; len += size)
        if (len > 0 && len + size > limit)
            break;
    batch->from = head;
    batch->len = len;
    batch->at = 0;
    if (len > 0) {
        copy_out(ring, head, batch->bytes, len);
        move_head(ring, head, len);
    }
    pthread_mutex_unlock(&ring->head_lock);
    return len > 0;
}

bool jl_ring_next(jl_ring_batch *batch, jl_ring_line *line) {
    if (batch->at >= batch->len)
        return false;
    const entry *e = (const entry *)(const void *)(batch->bytes + batch->at);
    *line = (jl_ring_line){
        .text = batch->bytes + batch->at + sizeof *e,
        .len = e->mark - 1,
        .level = e->level,
        .time_ns = e->time_ns,
        .flags = e->flags,
    };
    batch->at += jl_ring_size_of(line->len);
    return true;
}
