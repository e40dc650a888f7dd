/*
 * Whether this process is the only one that writes to a file.
 *
 * Only then a line may be written without looking where it has landed (output_apart.c), which costs
 * a system call, and without the lock that is needed for looking. To ask before each line would
 * cost a system call too, so processes give each other time. Each writer has a lock on one of the
 * bytes PRESENT for as long as it has the file open. Who wants to write without looking takes the
 * byte CLAIM, sees that nobody else is present, and may do it for ALONE_NS from then on; before
 * that is over he looks again. Whoever comes makes himself present and, if he finds CLAIM taken,
 * does not write for longer than that. So as long as a line is out before the time is over, nobody
 * has written who was not seen: which is looked at when it is out, for a thread may be held up
 * anywhere.
 */
#include "base/clock.h"
#include "base/compat_lock.h"
#include "handler/output.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CLAIM_AT   ((INT64_C(1) << 62) - 1)
#define PRESENT_AT (INT64_C(1) << 62)
#define PLACES     1024

#define NS_PER_MS INT64_C(1000000)
#define ALONE_NS  (50 * NS_PER_MS)
#define WAIT_NS   (ALONE_NS + NS_PER_MS)
#define LOOK_NS   (20 * NS_PER_MS)

/* Who has seen others waits until they are gone for good: several processes that rotate one file
 * open the new one one after the other, and the first of them shall not hold up the rest. */
#define SHARED_NS (1000 * NS_PER_MS)

/* ---- coming ---- */

static void take_place(jl_target *t) {
    const int64_t first = getpid() % PLACES;
    for (int64_t i = 0; i < PLACES && !t->is_present; i++)
        t->is_present = jl_compat_lock_byte(t->out.fd, PRESENT_AT + (first + i) % PLACES);
}

static bool is_same_file(const jl_target *a, const jl_target *b) {
    struct stat one, other;
    return fstat(a->out.fd, &one) == 0 && fstat(b->out.fd, &other) == 0 &&
           one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static void await_claim(const jl_target *t) {
    const struct timespec gap = {0, NS_PER_MS};
    const int64_t until_ns = jl_clock_monotonic_ns() + WAIT_NS;
    while (jl_compat_is_byte_locked(t->out.fd, CLAIM_AT, 1) && jl_clock_monotonic_ns() < until_ns)
        nanosleep(&gap, NULL);
}

/* The claim may be our own, on the file that is opened once more. */
void jl_output_join(const jl_output *o, jl_target *t) {
    const jl_target *old = jl_output_target(o);
    if (!o->stands_apart || !t->out.is_append || !jl_compat_has_byte_locks(t->out.fd))
        return;
    take_place(t);
    if (old == NULL || !old->has_claim || !is_same_file(old, t))
        await_claim(t);
}

/* ---- looking ---- */

static int64_t alone_until(const jl_target *t) {
    return __atomic_load_n(&t->alone_until_ns, __ATOMIC_RELAXED);
}

static void be_alone_until(jl_target *t, int64_t ns) {
    __atomic_store_n(&t->alone_until_ns, ns, __ATOMIC_RELAXED);
}

/* The claim stays taken while threads may be writing by its leave. */
static void let_go(jl_target *t, int64_t now_ns) {
    if (!t->has_claim || now_ns < alone_until(t))
        return;
    jl_compat_unlock_byte(t->out.fd, CLAIM_AT);
    t->has_claim = false;
}

/* Who claims and who comes do the same two things in the opposite order, so one of them sees the
 * other. */
static bool claim(jl_output *o, jl_target *t, int64_t now_ns) {
    const bool was_shared = o->shared_ns != 0 && now_ns - o->shared_ns < SHARED_NS;
    if (!was_shared && !t->has_claim)
        t->has_claim = jl_compat_lock_byte(t->out.fd, CLAIM_AT);
    const bool is_shared = jl_compat_is_byte_locked(t->out.fd, PRESENT_AT, PLACES);
    if (is_shared)
        o->shared_ns = now_ns;
    if (is_shared || was_shared)
        let_go(t, now_ns);
    return !is_shared && !was_shared && t->has_claim;
}

int64_t jl_output_look_around(jl_output *o, jl_target *t) {
    const int64_t now_ns = t->is_present ? jl_clock_monotonic_ns() : 0;
    if (now_ns < t->look_ns || !t->is_present)
        return 0;
    t->look_ns = now_ns + LOOK_NS;
    if (!claim(o, t, now_ns))
        return 0;
    if (now_ns < alone_until(t))
        be_alone_until(t, now_ns + ALONE_NS);
    return now_ns;
}

/* Threads write without the lock from here on, so nobody knows where the last line ended. */
void jl_output_be_alone(jl_target *t, int64_t since_ns) {
    t->end = 0;
    be_alone_until(t, since_ns + ALONE_NS);
}
