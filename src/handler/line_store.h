#ifndef JL_HANDLER_LINE_STORE_H
#define JL_HANDLER_LINE_STORE_H
/**
 * Bytes of many lines that threads add without a lock, one behind the other.
 *
 *     place:  | shut 1 | end 31 | lines 18 | forks 3 | copying 11 |
 *
 * One word says how far the store is filled and how many are filling it: a thread finds the place
 * of its line by exchanging that word, copies, and counts itself out. So lines stand in the order
 * in which they found their places. Whoever wants to have the store for himself shuts it, so that
 * nobody finds a place, and waits until those who did are out. He is one thread at a time; the
 * owner has a lock for that.
 *
 * To the locks of handlers a thread that is copying counts as one that holds a lock: a nested call
 * then waits for nothing. In the child of a fork those who were copying are gone; a thread that
 * forks in the middle, in the handler of a signal, sees by `forks` that it is counted out already.
 */
#include "record/handler_lock.h"

#include <jsonlog/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JL_STORE_COPYING     UINT64_C(0x7ff)
#define JL_STORE_FORK        (UINT64_C(1) << 11)
#define JL_STORE_FORKS       (UINT64_C(7) << 11)
#define JL_STORE_LINES_SHIFT 14
#define JL_STORE_LINES_MAX   UINT64_C(0x3ffff)
#define JL_STORE_END_SHIFT   32
#define JL_STORE_SHUT        (UINT64_C(1) << 63)

/** The most bytes of a store. */
#define JL_STORE_SIZE_MAX ((size_t)0x7fffffff)

/* The word that every line changes has a cache line of its own, apart from what they only read. */
typedef struct jl_line_store {
    char *bytes;
    size_t size;  /**< atomic; changed while it is shut, as everything but `place` */
    size_t begin; /**< atomic; of what is not written yet */
    char pad_before_place[64];
    uint64_t place; /**< atomic */
    char pad_behind_place[56];
} jl_line_store;

/** Somebody is adding a line: on the stack of that thread. */
typedef struct jl_line_copy {
    const jl_line_store *store;
    const struct jl_line_copy *outer; /**< of the call that this one interrupted */
} jl_line_copy;

extern _Thread_local const jl_line_copy *jl_line_copy_here
    __attribute__((tls_model("initial-exec")));

/** What the store has to take with one place. */
typedef struct jl_store_item {
    const char *text;
    size_t len;
    uint64_t lines;
} jl_store_item;

/* ---- any thread ------------------------------------------------------------------------------ */

static inline uint64_t jl_line_store_place(const jl_line_store *s) {
    return __atomic_load_n(&s->place, __ATOMIC_ACQUIRE);
}

static inline size_t jl_store_end_in(uint64_t place) {
    return (size_t)((place & ~JL_STORE_SHUT) >> JL_STORE_END_SHIFT);
}

static inline uint64_t jl_store_lines_in(uint64_t place) {
    return (place >> JL_STORE_LINES_SHIFT) & JL_STORE_LINES_MAX;
}

/** The bytes that are not written yet; a moment's value unless it is shut. */
static inline size_t jl_line_store_held(const jl_line_store *s) {
    return jl_store_end_in(jl_line_store_place(s)) - __atomic_load_n(&s->begin, __ATOMIC_RELAXED);
}

/** How many lines these are. */
static inline uint64_t jl_line_store_lines(const jl_line_store *s) {
    return jl_store_lines_in(jl_line_store_place(s));
}

static inline bool jl_store_takes(const jl_line_store *s, uint64_t place, const jl_store_item *line,
                                  size_t spared) {
    return (place & JL_STORE_SHUT) == 0 &&
           jl_store_end_in(place) + spared + line->len <=
               __atomic_load_n(&s->size, __ATOMIC_RELAXED) &&
           jl_store_lines_in(place) + line->lines <= JL_STORE_LINES_MAX &&
           (place & JL_STORE_COPYING) < JL_STORE_COPYING;
}

/** Whether there is room for a line, were it open; a moment's value. */
static inline bool jl_line_store_has_room(const jl_line_store *s, const jl_store_item *line,
                                          size_t spared) {
    return jl_store_takes(s, jl_line_store_place(s) & ~JL_STORE_SHUT, line, spared);
}

/* @param place  set to the word with which the place was found. */
static inline bool jl_store_find(jl_line_store *s, const jl_store_item *line, size_t spared,
                                 bool *is_first, uint64_t *place) {
    const uint64_t more =
        ((uint64_t)line->len << JL_STORE_END_SHIFT) + (line->lines << JL_STORE_LINES_SHIFT) + 1;
    const bool may_be_first = *is_first;
    *place = __atomic_load_n(&s->place, __ATOMIC_RELAXED);
    do {
        *is_first = jl_store_end_in(*place) == __atomic_load_n(&s->begin, __ATOMIC_RELAXED);
        if (!jl_store_takes(s, *place, line, spared) || (*is_first && !may_be_first))
            return false;
    } while (!__atomic_compare_exchange_n(&s->place, place, *place + more, true, __ATOMIC_ACQUIRE,
                                          __ATOMIC_RELAXED));
    return true;
}

static inline void jl_store_fill(jl_line_store *s, const jl_store_item *line, uint64_t place) {
    memcpy(s->bytes + jl_store_end_in(place), line->text, line->len);
    const uint64_t now = __atomic_fetch_sub(&s->place, 1, __ATOMIC_RELEASE);
    if (JSONLOG_UNLIKELY(((now ^ place) & JL_STORE_FORKS) != 0))
        __atomic_fetch_add(&s->place, 1, __ATOMIC_RELAXED);
}

/**
 * Add a line.
 *
 * @param spared    how many bytes of the store shall stay free behind it.
 * @param is_first  whether it may be the first one; set to whether it is.
 * @return false if there is no room, or the store is shut.
 */
static inline bool jl_line_store_put(jl_line_store *s, const jl_store_item *line, size_t spared,
                                     bool *is_first) {
    const jl_line_copy copy = {.store = s, .outer = jl_line_copy_here};
    uint64_t place = 0;
    jl_line_copy_here = &copy;
    jl_handler_lock_count_in();
    const bool is_found = jl_store_find(s, line, spared, is_first, &place);
    if (JSONLOG_LIKELY(is_found))
        jl_store_fill(s, line, place);
    jl_handler_lock_count_out();
    jl_line_copy_here = copy.outer;
    return is_found;
}

/** Whether this thread is in the middle of adding a line. */
bool jl_line_store_is_inside(const jl_line_store *s);

/* ---- one thread at a time -------------------------------------------------------------------- */

/** It begins shut. @return false without memory. */
bool jl_line_store_init(jl_line_store *s, size_t size);
void jl_line_store_done(jl_line_store *s);

/** Have the store to oneself.
 *  @param may_wait  as long as it takes for a thread that is copying; else a moment.
 *  @return false, and it is open, if somebody is still copying. */
bool jl_line_store_shut(jl_line_store *s, bool may_wait);

/** Shut it. @return whether nobody is copying any more: one can ask again. */
bool jl_line_store_try_shut(jl_line_store *s);

void jl_line_store_open(jl_line_store *s);

/* ---- while it is shut ------------------------------------------------------------------------ */

static inline bool jl_line_store_is_empty(const jl_line_store *s) {
    return jl_line_store_held(s) == 0;
}

static inline const char *jl_line_store_text(const jl_line_store *s) {
    return s->bytes + s->begin;
}

/** Of an empty one. @return false without memory: nothing has changed. */
bool jl_line_store_grow(jl_line_store *s, size_t size);

/** So many bytes from the beginning are out of the way. */
void jl_line_store_take(jl_line_store *s, size_t bytes);

/** In the child of a fork, whoever had it: shut and empty. What this thread is in the middle of
 *  adding is left where it is and not written. */
void jl_line_store_forget(jl_line_store *s);

#endif
