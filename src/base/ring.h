#ifndef JL_BASE_RING_H
#define JL_BASE_RING_H
/**
 * A ring of lines in a fixed number of bytes: many threads put, one takes.
 *
 *      head                          tail
 *       |                             |
 *     --[ entry ][ entry ][ reserved ]------------   positions grow for ever, the place in
 *                                                    memory is the position modulo the capacity
 *     entry: mark (4 bytes), level (2), flags (2), time (8), text, up to the next multiple of 16
 *
 * Putting reserves bytes by moving the tail with one compare-and-swap, sets the mark to the length
 * plus one with a bit that says unfinished, copies, and takes the bit away. Bytes behind the tail
 * are zero, so an entry whose mark is zero is reserved and not finished either: whoever clears the
 * way at the head makes its bytes zero before he moves the head over them. Only the head has a
 * lock, for the taker and for a putting thread that discards; putting takes none.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JL_RING_CAPACITY_MIN 64
#define JL_RING_CAPACITY_MAX ((size_t)1 << 30)

/** What an entry takes beside its text, before it is rounded up. */
#define JL_RING_OVERHEAD 16

/** A line on its way in or out. */
typedef struct jl_ring_line {
    const char *text;
    size_t len;
    int level; /**< 16 bits of it */
    int64_t time_ns;
    unsigned flags; /**< 16 bits, passed through */
} jl_ring_line;

typedef enum jl_ring_result {
    JL_RING_OK,
    JL_RING_FULL,
    JL_RING_TOO_LARGE, /**< more than the limit: it would not fit into an empty ring */
    JL_RING_CLOSED,
} jl_ring_result;

/* The two ends have cache lines of their own: one is written by those who put, the other by the one
 * who takes. */
typedef struct jl_ring {
    size_t capacity; /**< a power of two */
    char *bytes;
    char pad_before_tail[48];
    uint64_t tail; /**< atomic; its highest bit says closed */
    char pad_before_head[56];
    uint64_t head;             /**< atomic; moved with head_lock held */
    pthread_mutex_t head_lock; /**< around nothing but copying and clearing */
    char pad_behind_head[64];
} jl_ring;

/** Lines that were taken out: whole entries in memory of the taker. */
typedef struct jl_ring_batch {
    char *bytes; /**< as large as the ring, aligned for uint64_t */
    size_t len;
    size_t at;     /**< of the next line in `bytes` */
    uint64_t from; /**< the position of the first one */
} jl_ring_batch;

/** @return the capacity of a ring for so many bytes: `smallest`, a power of two, doubled as often
 * as needed. */
static inline size_t jl_ring_capacity(size_t smallest, size_t bytes) {
    while (smallest < bytes)
        smallest *= 2;
    return smallest;
}

/** @param capacity  a power of two between the limits. @return false without memory. All memory is
 *  written to once, so that putting meets no page fault. */
bool jl_ring_init(jl_ring *ring, size_t capacity);
void jl_ring_done(jl_ring *ring);

/** Empty and open, as after init; nobody else may be using it (in the child of a fork). */
void jl_ring_reset(jl_ring *ring);

/** The bytes a line of `len` takes. */
static inline size_t jl_ring_size_of(size_t len) {
    return (JL_RING_OVERHEAD + len + 15) & ~(size_t)15;
}

/** Append a copy of the line if at most `limit` bytes (<= capacity) are in use with it. */
jl_ring_result jl_ring_put(jl_ring *ring, const jl_ring_line *line, size_t limit);

/** Discard the oldest line. @return false if there is none, or it is not finished, or its level is
 *  `stop_level` or above. */
bool jl_ring_discard(jl_ring *ring, int stop_level);

/** Move finished lines into the batch: as many as fit into `limit` bytes, but one at least.
 *  @return false if the first one is not finished, or there is none. */
bool jl_ring_take(jl_ring *ring, jl_ring_batch *batch, size_t limit);

/** @return false at the end of the batch. The text stays in the batch. */
bool jl_ring_next(jl_ring_batch *batch, jl_ring_line *line);

/** A finished line where it stands in the ring: in two pieces, for it may go over the edge. */
typedef struct jl_ring_view {
    const char *text[2];
    size_t len[2];
} jl_ring_view;

/** For a taker that leaves lines in the ring until it is done with them: look at the one at a
 *  position between head and tail. @return false if it is not finished, or `at` is the tail. */
bool jl_ring_peek(const jl_ring *ring, uint64_t at, jl_ring_view *view);

/** Give up all lines in front of `to`, the position of a line or the tail. */
void jl_ring_release(jl_ring *ring, uint64_t to);

/** Discard everything up to the first unfinished entry. @return how many lines there were. */
uint64_t jl_ring_clear(jl_ring *ring);

/** From here on nothing can be put; what is reserved may still be finished. */
void jl_ring_close(jl_ring *ring);

/** Take lines again. */
void jl_ring_open(jl_ring *ring);

/* ---- for the handler of a deadly signal; the ring is closed ---- */

/** Keep takers away from the head. @return false if somebody is at it just now. */
bool jl_ring_try_hold(jl_ring *ring);
/** Discard what stands in front of `to`, and let takers in. */
void jl_ring_let_go(jl_ring *ring, uint64_t to);
/** The position behind the entry at `at`, finished or not; the tail if there is none. */
uint64_t jl_ring_behind(const jl_ring *ring, uint64_t at);

/** The position behind everything that is reserved, and the one before. */
uint64_t jl_ring_tail(const jl_ring *ring);
uint64_t jl_ring_head(const jl_ring *ring);

/** The bytes in use; a moment's value. */
static inline size_t jl_ring_used(const jl_ring *ring) {
    uint64_t head = jl_ring_head(ring);
    return (size_t)(jl_ring_tail(ring) - head);
}

#endif
