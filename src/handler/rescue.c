#include "handler/rescue.h"

#include "base/clock.h"
#include "base/thread.h"
#include "handler/rescue_exit.h"

#include <time.h>
#include <unistd.h>

#define NAP_NS 1000000L

static jl_holder *first; /* atomic; changed with jl_words_lock held */

/* The process in which a thread goes through the list, 0 if none does. Its number, because the
 * child of a process that forks in the middle of a crash has no such thread. */
static pid_t walked_in;

static jl_holder *next_of(jl_holder *const *link) {
    return __atomic_load_n(link, __ATOMIC_SEQ_CST);
}

static void set_next(jl_holder **link, jl_holder *holder) {
    __atomic_store_n(link, holder, __ATOMIC_SEQ_CST);
}

/* ---- the list ---- */

void jl_holder_add(jl_holder *holder) {
    jl_rescue_arm_exit();
    jl_lock_acquire(&jl_words_lock);
    holder->next = first;
    set_next(&first, holder);
    jl_lock_release(&jl_words_lock);
}

/* Who removes changes the list and then looks whether somebody goes through it; who goes through it
 * says so and then reads the list. All of it is sequentially consistent, so either the holder is
 * not met or the remover waits. */
void jl_holder_remove(jl_holder *holder) {
    const struct timespec nap = {0, NAP_NS};
    jl_lock_acquire(&jl_words_lock);
    jl_holder **link = &first;
    while (*link != NULL && *link != holder)
        link = &(*link)->next;
    if (*link != NULL)
        set_next(link, holder->next);
    jl_lock_release(&jl_words_lock);
    while (jl_rescue_is_on())
        nanosleep(&nap, NULL);
}

static jl_holder *find(const jsonlog_handler *handler) {
    jl_holder *holder = next_of(&first);
    while (holder != NULL && holder->handler != handler)
        holder = next_of(&holder->next);
    return holder;
}

jl_holder *jl_rescue_output(const jsonlog_handler *handler) {
    jl_holder *holder = handler == NULL ? NULL : find(handler);
    while (holder != NULL && holder->write == NULL)
        holder = holder->target == NULL ? NULL : find(holder->target);
    return holder;
}

jl_holder *jl_rescue_output_on(int descriptor) {
    jl_holder *holder = next_of(&first);
    while (holder != NULL && (holder->write == NULL || holder->descriptor != descriptor))
        holder = next_of(&holder->next);
    return holder;
}

jl_holder *jl_holder_output(const jsonlog_handler *handler) {
    jl_lock_acquire(&jl_words_lock);
    jl_holder *holder = jl_rescue_output(handler);
    jl_lock_release(&jl_words_lock);
    return holder;
}

/* ---- a crash ---- */

bool jl_rescue_is_on(void) {
    const pid_t process = __atomic_load_n(&walked_in, __ATOMIC_SEQ_CST);
    return process != 0 && process == getpid();
}

bool jl_rescue_nap(const jl_rescue *rescue) {
    const struct timespec nap = {0, NAP_NS};
    if (jl_clock_monotonic_ns() >= rescue->deadline_ns)
        return false;
    nanosleep(&nap, NULL);
    return true;
}

static void go_through(jl_rescue_stage stage, jl_rescue *rescue) {
    for (jl_holder *holder = next_of(&first); holder != NULL; holder = next_of(&holder->next))
        holder->rescue(holder, stage, rescue);
}

static bool is_pending(jl_rescue *rescue) {
    rescue->is_pending = false;
    go_through(JL_RESCUE_AWAIT, rescue);
    return rescue->is_pending;
}

void jl_rescue_begin(void) {
    __atomic_store_n(&walked_in, getpid(), __ATOMIC_SEQ_CST);
}

/* The threads of async handlers come first: they need the locks that are taken for the buffers. */
void jl_rescue_run(jl_rescue *rescue) {
    go_through(JL_RESCUE_STOP, rescue);
    while (is_pending(rescue) && jl_rescue_nap(rescue))
        continue;
    go_through(JL_RESCUE_QUIET, rescue);
    go_through(JL_RESCUE_FLUSH, rescue);
    go_through(JL_RESCUE_LAST, rescue);
}

void jl_rescue_end(jl_rescue *rescue) {
    go_through(JL_RESCUE_RESUME, rescue);
    __atomic_store_n(&walked_in, 0, __ATOMIC_SEQ_CST);
}
