#include "handler/line_store.h"

#include "base/alloc.h"

#include <sched.h>
#include <time.h>

/* Copying a line takes less time than that. A thread that takes longer was taken off the processor,
 * and gets it; if it has a lower priority than whoever waits, yielding is not enough. */
#define LOOKS_MAX  200
#define YIELDS_MAX 8
#define NAP_NS     100000L

_Thread_local const jl_line_copy *jl_line_copy_here __attribute__((tls_model("initial-exec")));

static void set_place(jl_line_store *s, uint64_t place) {
    __atomic_store_n(&s->place, place, __ATOMIC_RELEASE);
}

static void set_begin(jl_line_store *s, size_t begin) {
    __atomic_store_n(&s->begin, begin, __ATOMIC_RELAXED);
}

static uint64_t forks_of(const jl_line_store *s) {
    return jl_line_store_place(s) & JL_STORE_FORKS;
}

/* What stands between the two, shut. */
static void set_bounds(jl_line_store *s, size_t begin, size_t end, uint64_t lines) {
    set_begin(s, begin);
    set_place(s, JL_STORE_SHUT | (uint64_t)end << JL_STORE_END_SHIFT |
                     lines << JL_STORE_LINES_SHIFT | forks_of(s));
}

bool jl_line_store_is_inside(const jl_line_store *s) {
    const jl_line_copy *copy = jl_line_copy_here;
    while (copy != NULL && copy->store != s)
        copy = copy->outer;
    return copy != NULL;
}

/* ---- life ---- */

bool jl_line_store_init(jl_line_store *s, size_t size) {
    *s = (jl_line_store){.bytes = NULL};
    set_bounds(s, 0, 0, 0);
    return jl_line_store_grow(s, size);
}

void jl_line_store_done(jl_line_store *s) {
    jl_free(s->bytes);
}

/* The old bytes last: in the child of a fork that comes between, the store is whole. */
bool jl_line_store_grow(jl_line_store *s, size_t size) {
    char *const old = s->bytes;
    char *const larger = size > JL_STORE_SIZE_MAX ? NULL : jl_alloc(size);
    if (larger == NULL)
        return false;
    s->bytes = larger;
    __atomic_store_n(&s->size, size, __ATOMIC_RELAXED);
    jl_free(old);
    return true;
}

void jl_line_store_forget(jl_line_store *s) {
    const size_t end = jl_store_end_in(jl_line_store_place(s));
    const size_t kept = jl_line_store_is_inside(s) ? end : 0;
    const uint64_t forks = (forks_of(s) + JL_STORE_FORK) & JL_STORE_FORKS;
    set_begin(s, kept);
    set_place(s, JL_STORE_SHUT | (uint64_t)kept << JL_STORE_END_SHIFT | forks);
}

/* ---- shut ---- */

static bool is_quiet(uint64_t place) {
    return (place & JL_STORE_COPYING) == 0;
}

bool jl_line_store_try_shut(jl_line_store *s) {
    return is_quiet(__atomic_or_fetch(&s->place, JL_STORE_SHUT, __ATOMIC_ACQUIRE));
}

void jl_line_store_open(jl_line_store *s) {
    __atomic_fetch_and(&s->place, ~JL_STORE_SHUT, __ATOMIC_RELEASE);
}

/* @return false after the last try. */
static bool wait_a_little(unsigned tries, bool may_wait) {
    const struct timespec nap = {0, NAP_NS};
    if (tries < LOOKS_MAX)
        return true;
    if (tries < LOOKS_MAX + YIELDS_MAX)
        sched_yield();
    else if (may_wait)
        nanosleep(&nap, NULL);
    else
        return false;
    return true;
}

bool jl_line_store_shut(jl_line_store *s, bool may_wait) {
    if (jl_line_store_is_inside(s))
        return false;
    bool is_ours = jl_line_store_try_shut(s);
    for (unsigned tries = 0; !is_ours && wait_a_little(tries, may_wait); tries++)
        is_ours = is_quiet(jl_line_store_place(s));
    if (!is_ours)
        jl_line_store_open(s);
    return is_ours;
}

/* A line is what a newline ends; without any, all of it is one. */
static uint64_t count_lines(const char *at, const char *end) {
    uint64_t count = 0;
    for (; at < end; count++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline == NULL ? end : newline + 1;
    }
    return count;
}

void jl_line_store_take(jl_line_store *s, size_t bytes) {
    const size_t end = jl_store_end_in(jl_line_store_place(s));
    const size_t begin = s->begin + bytes;
    if (bytes == 0)
        return;
    if (begin == end)
        set_bounds(s, 0, 0, 0);
    else
        set_bounds(s, begin, end, count_lines(s->bytes + begin, s->bytes + end));
}
