#include "base/thread.h"
#include "support/failing_allocator.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

/* What a thread found when it began. */
typedef struct found {
    jl_thread *record;
    uint64_t id;
    sigset_t blocked;
} found;

static void *look_around(void *argument) {
    found *f = argument;
    f->record = jl_thread_peek();
    f->id = f->record == NULL ? 0 : f->record->id;
    pthread_sigmask(SIG_SETMASK, NULL, &f->blocked);
    return f;
}

static found start_and_join(void) {
    found f = {.record = NULL};
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(jl_thread_start(&thread, look_around, &f), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &f);
    return f;
}

static void a_thread_has_its_record_from_the_beginning(void **state) {
    (void)state;
    const jl_thread *own = jl_thread_enter();
    const found f = start_and_join();
    assert_non_null(f.record);
    assert_ptr_not_equal(f.record, own);
    assert_int_not_equal(f.id, own->id);
    assert_ptr_equal(jl_thread_here, own);
    assert_int_equal(f.record->is_taken, 0); /* given back */
    assert_ptr_equal(start_and_join().record, f.record);
}

static void only_signals_that_it_raises_are_for_it(void **state) {
    (void)state;
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    static const int of_others[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGPROF};
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    const found f = start_and_join();
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_int_equal(sigismember(&f.blocked, own[i]), 0);
    for (size_t i = 0; i < sizeof of_others / sizeof of_others[0]; i++)
        assert_int_equal(sigismember(&f.blocked, of_others[i]), 1);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

static size_t records_taken(void) {
    size_t count = 0;
    for (const jl_thread *thread = jl_thread_first(); thread != NULL; thread = thread->next)
        count += thread->is_taken;
    return count;
}

/* No record is free, and none can be made. */
static void without_memory_there_is_no_thread(void **state) {
    (void)state;
    pthread_t thread;
    found f = {.record = NULL};
    jl_thread_enter();
    for (jl_thread *each = jl_thread_first(); each != NULL; each = each->next)
        each->is_taken++;
    allocations_left = 0;
    assert_int_equal(jl_thread_start(&thread, look_around, &f), ENOMEM);
    allocations_left = -1;
    for (jl_thread *each = jl_thread_first(); each != NULL; each = each->next)
        each->is_taken--;
    assert_null(f.record);
    start_and_join();
}

/* A stack of a size that the process may not have. */
static void a_thread_that_cannot_be_made_keeps_no_record(void **state) {
    (void)state;
    pthread_t thread;
    found f = {.record = NULL};
    pthread_attr_t before, huge;
    const size_t taken = records_taken();
    pthread_getattr_default_np(&before);
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, (size_t)1 << 47);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    assert_int_not_equal(jl_thread_start(&thread, look_around, &f), 0);
    assert_int_equal(pthread_setattr_default_np(&before), 0);
    assert_int_equal(records_taken(), taken);
    start_and_join();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_its_record_from_the_beginning),
        cmocka_unit_test(only_signals_that_it_raises_are_for_it),
        cmocka_unit_test(without_memory_there_is_no_thread),
        cmocka_unit_test(a_thread_that_cannot_be_made_keeps_no_record),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
