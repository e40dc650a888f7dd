#include "logger/fork.h"

#include "logger/burst.h"
#include "logger/snapshot.h"
#include "record/handler_base.h"

#include <pthread.h>

#pragma weak jl_bursts_after_fork /* see chores.c */

/*
 * Before the fork all locks of the rooms below and of this one are taken, so that the child finds
 * what they guard whole. Handlers' locks are not: a handler may be blocked in write(2) for long.
 * They are made anew in the child instead, where nobody else can hold them.
 */

static void before_fork(void) {
    jl_lock_acquire(&jl_the_tree.lock);
    jl_children_lock_all();
    jl_lock_acquire(&jl_words_lock);
    jl_epoch_before_fork();
}

static void in_parent(void) {
    jl_epoch_after_fork();
    jl_lock_release(&jl_words_lock);
    jl_children_unlock_all();
    jl_lock_release(&jl_the_tree.lock);
}

/* Handlers first: giving back the dead threads' records may free the last snapshot of a handler. */
static void in_child(void) {
    in_parent();
    jl_handlers_note_fork();
    jl_snapshot_after_fork();
    jl_thread_after_fork();
    if (jl_bursts_after_fork != NULL)
        jl_bursts_after_fork();
}

/* Without memory for the registration a child of a single-threaded process still works. */
void jl_fork_watch(void) {
    pthread_atfork(before_fork, in_parent, in_child);
}
