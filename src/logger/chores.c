#include "logger/chores.h"

#include "base/clock.h"

#include <stddef.h>

/* Only jsonlog_site_burst() begins bursts, so only with it they are there in a program that is
 * linked statically. */
#pragma weak jl_bursts_report

int64_t jl_chores_due_ns = INT64_MAX;

static void (*once)(void); /* atomic */
static jl_ending *endings; /* atomic */

void jl_chores_at(int64_t due_ns) {
    int64_t now = __atomic_load_n(&jl_chores_due_ns, __ATOMIC_SEQ_CST);
    while (due_ns < now && !__atomic_compare_exchange_n(&jl_chores_due_ns, &now, due_ns, true,
                                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
}

void jl_chores_once(void (*function)(void)) {
    __atomic_store_n(&once, function, __ATOMIC_SEQ_CST);
    if (function != NULL)
        jl_chores_at(0);
}

void jl_chores_tell_bursts(jl_bursts_which which) {
    if (jl_bursts_report != NULL)
        jl_bursts_report(which);
}

/* The time is taken back first: whatever comes up meanwhile sets it again. */
void jl_chores_do(void) {
    int64_t due_ns = __atomic_load_n(&jl_chores_due_ns, __ATOMIC_SEQ_CST);
    if (due_ns > jl_clock_monotonic_ns() ||
        !__atomic_compare_exchange_n(&jl_chores_due_ns, &due_ns, INT64_MAX, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST))
        return;
    void (*function)(void) = __atomic_exchange_n(&once, NULL, __ATOMIC_SEQ_CST);
    if (function != NULL)
        function();
    jl_chores_tell_bursts(JL_BURSTS_OVER);
}

void jl_chores_at_shutdown(jl_ending *ending) {
    ending->next = __atomic_load_n(&endings, __ATOMIC_SEQ_CST);
    while (!__atomic_compare_exchange_n(&endings, &ending->next, ending, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
        continue;
}

void jl_chores_shut_down(bool is_exit) {
    const jl_ending *ending = __atomic_load_n(&endings, __ATOMIC_SEQ_CST);
    for (; ending != NULL; ending = ending->next)
        ending->run(is_exit);
}
