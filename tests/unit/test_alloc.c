#include "base/alloc.h"

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <string.h>

/* The order matters: the choice of an allocator is final once something was allocated, so what must
 * happen before stands in the first tests. */
static counted_heap counting = {.fail_after = SIZE_MAX};

static void *never_allocate(size_t size, void *user) {
    (void)size;
    (void)user;
    return NULL;
}

static void *never_reallocate(void *memory, size_t size, void *user) {
    (void)memory;
    (void)size;
    (void)user;
    return NULL;
}

static void never_release(void *memory, void *user) {
    (void)memory;
    (void)user;
}

static void refuses_an_incomplete_allocator(void **state) {
    (void)state;
    jsonlog_allocator no_allocate = {NULL, never_reallocate, never_release, NULL};
    jsonlog_allocator no_reallocate = {never_allocate, NULL, never_release, NULL};
    jsonlog_allocator no_release = {never_allocate, never_reallocate, NULL, NULL};
    assert_int_equal(jsonlog_set_allocator(&no_allocate), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_set_allocator(&no_reallocate), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_set_allocator(&no_release), JSONLOG_E_INVALID);
}

static void can_be_chosen_again_before_first_use(void **state) {
    (void)state;
    jsonlog_allocator never = {never_allocate, never_reallocate, never_release, NULL};
    assert_int_equal(jsonlog_set_allocator(&never), JSONLOG_OK);
    assert_int_equal(jsonlog_set_allocator(NULL), JSONLOG_OK);
    assert_int_equal(counted_heap_install(&counting), JSONLOG_OK);
    assert_null(jl_alloc(0)); /* nothing was allocated, so this does not count as use */
    assert_int_equal(counted_heap_install(&counting), JSONLOG_OK);
}

static void uses_the_chosen_allocator(void **state) {
    (void)state;
    char *memory = jl_alloc(10);
    assert_non_null(memory);
    assert_int_equal(counting.calls, 1);
    memcpy(memory, "123456789", 10);
    memory = jl_realloc(memory, 1000);
    assert_string_equal(memory, "123456789");
    assert_int_equal(counting.calls, 2);
    assert_int_equal(counting.alive, 1);
    jl_free(memory);
    assert_int_equal(counting.alive, 0);
    jl_free(NULL);
    assert_int_equal(counting.alive, 0);
}

static void keeps_the_allocator_after_first_use(void **state) {
    (void)state;
    assert_int_equal(jsonlog_set_allocator(NULL), JSONLOG_E_STATE);
    size_t calls = counting.calls;
    jl_free(jl_alloc(1));
    assert_int_equal(counting.calls, calls + 1);
}

static void clears_and_refuses_overflow(void **state) {
    (void)state;
    int *numbers = jl_calloc(100, sizeof *numbers);
    assert_non_null(numbers);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
    jl_free(numbers);
    volatile size_t half = SIZE_MAX / 2 + 1; /* hidden from the compiler's own check */
    assert_null(jl_calloc(half, 2));
    assert_null(jl_calloc(0, 8));
}

static void reallocates_from_nothing(void **state) {
    (void)state;
    char *memory = jl_realloc(NULL, 5);
    assert_non_null(memory);
    jl_free(memory);
    assert_null(jl_realloc(NULL, 0));
}

static void copies_strings(void **state) {
    (void)state;
    char *copy = jl_strndup("abcdef", 3);
    assert_string_equal(copy, "abc");
    jl_free(copy);
    copy = jl_strndup(NULL, 0);
    assert_string_equal(copy, "");
    jl_free(copy);
    volatile size_t all = SIZE_MAX;
    assert_null(jl_strndup("abc", all));
}

static void hands_failure_on(void **state) {
    (void)state;
    counting.fail_after = counting.calls;
    assert_null(jl_alloc(1));
    assert_null(jl_calloc(1, 1));
    assert_null(jl_strndup("a", 1));
    assert_null(jl_realloc(NULL, 1));
    counting.fail_after = SIZE_MAX;
    assert_int_equal(counting.alive, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_an_incomplete_allocator),
        cmocka_unit_test(can_be_chosen_again_before_first_use),
        cmocka_unit_test(uses_the_chosen_allocator),
        cmocka_unit_test(keeps_the_allocator_after_first_use),
        cmocka_unit_test(clears_and_refuses_overflow),
        cmocka_unit_test(reallocates_from_nothing),
        cmocka_unit_test(copies_strings),
        cmocka_unit_test(hands_failure_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
