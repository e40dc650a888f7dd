#include "base/epoch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct object {
    jl_retired retired;
    int number;
} object;

static int freed[8];
static int freed_count; /* atomic */

static void note(jl_retired *retired) {
    const int at = __atomic_fetch_add(&freed_count, 1, __ATOMIC_RELAXED);
    freed[at] = ((object *)(void *)retired)->number;
}

static int forget_freed(void **state) {
    (void)state;
    freed_count = 0;
    return 0;
}

static void what_nobody_holds_is_freed_at_once(void **state) {
    (void)state;
    object a = {.number = 1};
    jl_epoch_retire(&a.retired, note);
    assert_int_equal(freed_count, 1);
    assert_int_equal(jl_epoch_waiting, 0);
}

static void a_pin_keeps_what_is_retired_after_it(void **state) {
    (void)state;
    jl_thread *thread = jl_thread_enter();
    object a = {.number = 1};
    object b = {.number = 2};
    jl_epoch_pin(thread);
    jl_epoch_pin(thread);
    jl_epoch_retire(&a.retired, note);
    jl_epoch_retire(&b.retired, note);
    assert_int_equal(jl_epoch_waiting, 2);
    jl_epoch_unpin(thread);
    assert_int_equal(freed_count, 0); /* only the outermost unpin leaves */
    jl_epoch_unpin(thread);
    assert_int_equal(freed_count, 2);
    assert_int_equal(freed[0], 1); /* in the order they were retired */
    assert_int_equal(freed[1], 2);
}

static object nested;

static void free_and_retire_more(jl_retired *retired) {
    note(retired);
    nested.number = 9;
    jl_epoch_retire(&nested.retired, note);
}

static void a_free_function_may_retire_more(void **state) {
    (void)state;
    object a = {.number = 1};
    jl_epoch_retire(&a.retired, free_and_retire_more);
    jl_epoch_settle();
    assert_int_equal(freed_count, 2);
    assert_int_equal(freed[1], 9);
}

static void a_pinned_thread_does_not_wait_for_itself(void **state) {
    (void)state;
    jl_thread *thread = jl_thread_enter();
    jl_epoch_pin(thread);
    assert_false(jl_epoch_wait());
    jl_epoch_unpin(thread);
    assert_true(jl_epoch_wait());
}

/* ---- with a second thread ---- */

static uint32_t step; /* atomic */

static void reach(uint32_t number) {
    __atomic_store_n(&step, number, __ATOMIC_RELEASE);
}

static void await(uint32_t number) {
    while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < number)
        usleep(100);
}

static void *pin_for_a_while(void *argument) {
    (void)argument;
    jl_thread *thread = jl_thread_enter();
    jl_epoch_pin(thread);
    reach(1);
    await(2);
    jl_epoch_unpin(thread);
    reach(3);
    await(4);
    return NULL;
}

static void another_threads_pin_keeps_it_too(void **state) {
    (void)state;
    step = 0;
    pthread_t thread;
    object before = {.number = 1};
    assert_int_equal(pthread_create(&thread, NULL, pin_for_a_while, NULL), 0);
    await(1);
    jl_epoch_retire(&before.retired, note);
    assert_int_equal(freed_count, 0);
    reach(2);
    await(3);
    assert_int_equal(freed_count, 1); /* freed by the thread that unpinned */
    reach(4);
    pthread_join(thread, NULL);
}

static void *wait_for_grace(void *argument) {
    (void)argument;
    jl_epoch_wait();
    reach(5);
    return NULL;
}

static void waiting_ends_when_the_last_one_leaves(void **state) {
    (void)state;
    step = 0;
    pthread_t waiter;
    jl_thread *thread = jl_thread_enter();
    jl_epoch_pin(thread);
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_grace, NULL), 0);
    usleep(20000);
    assert_int_equal(__atomic_load_n(&step, __ATOMIC_ACQUIRE), 0);
    jl_epoch_unpin(thread);
    pthread_join(waiter, NULL);
    assert_int_equal(step, 5);
}

static void *pin_late(void *argument) {
    jl_thread *thread = jl_thread_enter();
    await(1);
    jl_epoch_pin(thread);
    reach(2);
    await(3);
    jl_epoch_unpin(thread);
    return argument;
}

/* A thread that came after an object was retired does not hold it. */
static void a_later_pin_does_not_keep_it(void **state) {
    (void)state;
    step = 0;
    pthread_t other;
    jl_thread *thread = jl_thread_enter();
    object a = {.number = 1};
    assert_int_equal(pthread_create(&other, NULL, pin_late, NULL), 0);
    jl_epoch_pin(thread);
    jl_epoch_retire_later(&a.retired, note);
    reach(1);
    await(2);
    jl_epoch_unpin(thread);
    assert_int_equal(freed_count, 1);
    reach(3);
    pthread_join(other, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_nobody_holds_is_freed_at_once, forget_freed),
        cmocka_unit_test_setup(a_pin_keeps_what_is_retired_after_it, forget_freed),
        cmocka_unit_test_setup(a_free_function_may_retire_more, forget_freed),
        cmocka_unit_test_setup(a_pinned_thread_does_not_wait_for_itself, forget_freed),
        cmocka_unit_test_setup(another_threads_pin_keeps_it_too, forget_freed),
        cmocka_unit_test_setup(waiting_ends_when_the_last_one_leaves, forget_freed),
        cmocka_unit_test_setup(a_later_pin_does_not_keep_it, forget_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
