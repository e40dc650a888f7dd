#include "base/buffer.h"

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static counted_heap allocator = {.fail_after = SIZE_MAX};

static int install(void **state) {
    (void)state;
    return counted_heap_install(&allocator) == JSONLOG_OK ? 0 : -1;
}

static void assert_content(const jl_buffer *buffer, const char *expected) {
    jl_text view = jl_buffer_view(buffer);
    assert_int_equal(view.len, strlen(expected));
    if (view.len > 0)
        assert_memory_equal(view.ptr, expected, view.len);
}

static void starts_in_the_space_given(void **state) {
    (void)state;
    char space[8];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 100);
    size_t calls = allocator.calls;
    jl_buffer_append(&buffer, "1234567", 7);
    jl_buffer_append_char(&buffer, '8');
    assert_content(&buffer, "12345678");
    assert_ptr_equal(buffer.data, space);
    assert_int_equal(allocator.calls, calls);
    jl_buffer_done(&buffer);
}

static void moves_to_the_heap_when_full(void **state) {
    (void)state;
    char space[4];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 1000);
    jl_buffer_append_text(&buffer, JL_TEXT("abcd"));
    jl_buffer_append_text(&buffer, JL_TEXT("efgh"));
    assert_content(&buffer, "abcdefgh");
    assert_true(buffer.is_on_heap);
    assert_int_equal(allocator.alive, 1);
    for (int i = 0; i < 100; i++)
        jl_buffer_append_char(&buffer, '.');
    assert_int_equal(buffer.len, 108);
    assert_int_equal(buffer.status, JSONLOG_OK);
    assert_memory_equal(buffer.data, "abcdefgh.", 9);
    jl_buffer_done(&buffer);
    assert_int_equal(allocator.alive, 0);
}

static void works_without_space(void **state) {
    (void)state;
    jl_buffer buffer;
    jl_buffer_init(&buffer, NULL, 0, 10);
    jl_buffer_append(&buffer, NULL, 0);
    assert_int_equal(buffer.len, 0);
    assert_string_equal(jl_buffer_terminate(&buffer), "");
    jl_buffer_append_text(&buffer, JL_TEXT("ab"));
    assert_string_equal(jl_buffer_terminate(&buffer), "ab");
    jl_buffer_done(&buffer);
    assert_int_equal(allocator.alive, 0);
}

static void stops_at_the_limit_and_stays_so(void **state) {
    (void)state;
    char space[16];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 5);
    jl_buffer_append_text(&buffer, JL_TEXT("abc"));
    jl_buffer_append_text(&buffer, JL_TEXT("def"));
    assert_int_equal(buffer.status, JSONLOG_E_LIMIT);
    jl_buffer_append_text(&buffer, JL_TEXT("g")); /* would fit, but comes after a gap */
    assert_content(&buffer, "abc");
    assert_null(jl_buffer_terminate(&buffer));
    jl_buffer_append_format(&buffer, "%d", 1);
    assert_content(&buffer, "abc");
    jl_buffer_done(&buffer);
}

static void holds_exactly_the_limit(void **state) {
    (void)state;
    char space[2];
    for (size_t size = 0; size <= sizeof space; size++) {
        jl_buffer buffer;
        jl_buffer_init(&buffer, space, size, 5);
        jl_buffer_append_text(&buffer, JL_TEXT("abcde"));
        assert_int_equal(buffer.status, JSONLOG_OK);
        assert_string_equal(jl_buffer_terminate(&buffer), "abcde");
        assert_null(jl_buffer_reserve(&buffer, 1));
        assert_int_equal(buffer.status, JSONLOG_E_LIMIT);
        jl_buffer_done(&buffer);
    }
}

static void refuses_sizes_that_overflow(void **state) {
    (void)state;
    jl_buffer buffer;
    jl_buffer_init(&buffer, NULL, 0, SIZE_MAX);
    jl_buffer_append_char(&buffer, 'a');
    assert_null(jl_buffer_reserve(&buffer, SIZE_MAX));
    assert_int_equal(buffer.status, JSONLOG_E_LIMIT);
    jl_buffer_clear(&buffer);
    assert_null(jl_buffer_reserve(&buffer, SIZE_MAX)); /* no room for the NUL */
    assert_int_equal(buffer.status, JSONLOG_E_NOMEM);
    jl_buffer_done(&buffer);
    assert_int_equal(allocator.alive, 0);
}

static void rewinds_and_clears(void **state) {
    (void)state;
    char space[8];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 8);
    jl_buffer_append_text(&buffer, JL_TEXT("keep"));
    size_t mark = buffer.len;
    jl_buffer_append_text(&buffer, JL_TEXT("try"));
    jl_buffer_append_text(&buffer, JL_TEXT("too long"));
    assert_int_equal(buffer.status, JSONLOG_E_LIMIT);
    jl_buffer_rewind(&buffer, mark);
    assert_int_equal(buffer.status, JSONLOG_OK);
    jl_buffer_append_text(&buffer, JL_TEXT("!"));
    assert_content(&buffer, "keep!");
    jl_buffer_clear(&buffer);
    assert_content(&buffer, "");
    assert_int_equal(buffer.capacity, 8);
    jl_buffer_done(&buffer);
}

static void terminates_a_full_space_on_the_heap(void **state) {
    (void)state;
    char space[4];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 4);
    jl_buffer_append_text(&buffer, JL_TEXT("abcd"));
    assert_string_equal(jl_buffer_terminate(&buffer), "abcd");
    assert_int_equal(buffer.len, 4);
    assert_int_equal(allocator.alive, 1);
    jl_buffer_done(&buffer);
}

static void formats(void **state) {
    (void)state;
    for (size_t size = 0; size < 16; size++) {
        char space[16];
        jl_buffer buffer;
        jl_buffer_init(&buffer, space, size, 14);
        jl_buffer_append_format(&buffer, "%s", "");
        jl_buffer_append_format(&buffer, "%s=%d", "answer", 42);
        jl_buffer_append_format(&buffer, "%c%s", ';', "1234");
        assert_int_equal(buffer.status, JSONLOG_OK);
        assert_content(&buffer, "answer=42;1234");
        jl_buffer_append_format(&buffer, "%c", 'x');
        assert_int_equal(buffer.status, JSONLOG_E_LIMIT);
        assert_content(&buffer, "answer=42;1234");
        jl_buffer_done(&buffer);
    }
    assert_int_equal(allocator.alive, 0);
}

/* Append until it works, with one more successful allocation each time. */
static void survives_a_counted_heap(void **state) {
    (void)state;
    bool is_done = false;
    for (size_t allowed = 0; !is_done; allowed++) {
        char space[4];
        jl_buffer buffer;
        jl_buffer_init(&buffer, space, sizeof space, 1000);
        allocator.fail_after = allocator.calls + allowed;
        for (int i = 0; i < 50; i++)
            jl_buffer_append_text(&buffer, JL_TEXT("12345"));
        jl_buffer_append_format(&buffer, "%050d", 0);
        is_done = jl_buffer_terminate(&buffer) != NULL;
        assert_int_equal(buffer.status, is_done ? JSONLOG_OK : JSONLOG_E_NOMEM);
        assert_int_equal(buffer.len % 5, 0);
        jl_buffer_done(&buffer);
        assert_int_equal(allocator.alive, 0);
    }
    allocator.fail_after = SIZE_MAX;
}

static void fails_to_terminate_without_memory(void **state) {
    (void)state;
    char space[4];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 4);
    jl_buffer_append_text(&buffer, JL_TEXT("abcd"));
    allocator.fail_after = allocator.calls;
    assert_null(jl_buffer_terminate(&buffer));
    allocator.fail_after = SIZE_MAX;
    assert_int_equal(buffer.status, JSONLOG_E_NOMEM);
    assert_content(&buffer, "abcd");
    jl_buffer_done(&buffer);
}

/* Formatting needs a NUL, but a buffer that the text just fills must not move for it. */
static void formats_up_to_the_last_byte_in_place(void **state) {
    (void)state;
    char space[8];
    jl_buffer buffer;
    jl_buffer_init(&buffer, space, sizeof space, 100);
    jl_buffer_append_format(&buffer, "%s_%u", "abcd", 123);
    assert_int_equal(buffer.len, 8);
    assert_ptr_equal(buffer.data, space);
    assert_memory_equal(space, "abcd_123", 8);
    jl_buffer_done(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_in_the_space_given),
        cmocka_unit_test(moves_to_the_heap_when_full),
        cmocka_unit_test(works_without_space),
        cmocka_unit_test(stops_at_the_limit_and_stays_so),
        cmocka_unit_test(holds_exactly_the_limit),
        cmocka_unit_test(refuses_sizes_that_overflow),
        cmocka_unit_test(rewinds_and_clears),
        cmocka_unit_test(terminates_a_full_space_on_the_heap),
        cmocka_unit_test(formats),
        cmocka_unit_test(survives_a_counted_heap),
        cmocka_unit_test(fails_to_terminate_without_memory),
        cmocka_unit_test(formats_up_to_the_last_byte_in_place),
    };
    return cmocka_run_group_tests(tests, install, NULL);
}
