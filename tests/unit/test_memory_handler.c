#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char text[8192];

static jsonlog_handler *memory_of(size_t capacity) {
    jsonlog_handler *handler = jsonlog_memory_handler_new(capacity);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static void needs_a_kilobyte_and_memory(void **state) {
    (void)state;
    assert_null(jsonlog_memory_handler_new(0));
    assert_null(jsonlog_memory_handler_new(1023));
    assert_null(jsonlog_memory_handler_new(SIZE_MAX));
    for (int i = 0; i < 2; i++) {
        allocations_left = i;
        assert_null(jsonlog_memory_handler_new(1024));
    }
    allocations_left = -1;
    jsonlog_handler_release(memory_of(1024));
}

static void gives_back_lines_in_order(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_of(1024);
    assert_int_equal(jsonlog_memory_handler_read(handler, text, sizeof text), 0);
    assert_string_equal(text, "");
    allocations_left = 0; /* the ring is all there is */
    write_text(handler, "one\n");
    write_text(handler, ""); /* a formatter may make nothing */
    write_text(handler, "no newline");
    allocations_left = -1;
    assert_int_equal(jsonlog_memory_handler_read(handler, text, sizeof text), 14);
    assert_string_equal(text, "one\nno newline");
    assert_int_equal(jsonlog_memory_handler_clear(handler), 3);
    assert_int_equal(jsonlog_memory_handler_clear(handler), 0);
    assert_int_equal(jsonlog_memory_handler_read(handler, text, sizeof text), 0);
    write_text(handler, "two\n");
    assert_int_equal(jsonlog_memory_handler_read(handler, text, sizeof text), 4);
    jsonlog_handler_release(handler);
}

static void cuts_to_the_space_there_is(void **state) {
    (void)state;
    static const struct {
        size_t size;
        const char *expected;
    } cases[] = {{1, ""},       {2, "o"},          {5, "one\n"},
                 {6, "one\nt"}, {9, "one\ntwo\n"}, {20, "one\ntwo\n"}};
    jsonlog_handler *handler = memory_of(1024);
    write_text(handler, "one\n");
    write_text(handler, "two\n");
    assert_int_equal(jsonlog_memory_handler_read(handler, NULL, 0), 8);
    assert_int_equal(jsonlog_memory_handler_read(handler, NULL, 10), 8);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(text, '#', sizeof text);
        assert_int_equal(jsonlog_memory_handler_read(handler, text, cases[i].size), 8);
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(text[cases[i].size], '#');
    }
    jsonlog_handler_release(handler);
}

/* The reference: all lines there were, the last of which fit. */
static void keeps_the_last_lines_that_fit(void **state) {
    (void)state;
    enum { CAPACITY = 1024, LINES = 3000 };
    static char all[LINES][400];
    static size_t lengths[LINES];
    uint64_t seed = 7;
    jsonlog_handler *handler = memory_of(CAPACITY);
    for (size_t n = 0; n < LINES; n++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        lengths[n] = (size_t)(seed >> 33) % (n % 3 == 0 ? 400 : 40);
        memset(all[n], 'a' + (int)(n % 26), lengths[n]);
        assert_int_equal(write_bytes(handler, all[n], lengths[n]), JSONLOG_OK);
        size_t first = n + 1, used = 0;
        while (first > 0 && used + 4 + lengths[first - 1] <= CAPACITY)
            used += 4 + lengths[--first];
        char expected[CAPACITY];
        size_t len = 0;
        for (size_t i = first; i <= n; i++) {
            memcpy(expected + len, all[i], lengths[i]);
            len += lengths[i];
        }
        assert_int_equal(jsonlog_memory_handler_read(handler, text, sizeof text), len);
        assert_memory_equal(text, expected, len);
    }
    jsonlog_handler_release(handler);
}

static void refuses_a_line_larger_than_the_ring(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_of(1024);
    memset(text, 'x', 1021);
    write_text(handler, "kept\n");
    assert_int_equal(write_bytes(handler, text, 1021), JSONLOG_E_LIMIT);
    assert_int_equal(stats_of(handler).lost_error, 1);
    assert_int_equal(stats_of(handler).last_errno, EMSGSIZE);
    write_text(handler, "next\n");
    jsonlog_memory_handler_read(handler, text, sizeof text);
    assert_string_equal(text, "kept\nlines lost lost=1 reason=EMSGSIZE\nnext\n");
    memset(text, 'x', 1020);
    assert_int_equal(write_bytes(handler, text, 1020), JSONLOG_OK);
    assert_int_equal(jsonlog_memory_handler_read(handler, NULL, 0), 1020);
    jsonlog_handler_release(handler);
}

static void reads_no_other_handler(void **state) {
    (void)state;
    jsonlog_handler *null = jsonlog_null_handler_new();
    strcpy(text, "before");
    assert_int_equal(jsonlog_memory_handler_read(null, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_int_equal(jsonlog_memory_handler_clear(null), 0);
    assert_int_equal(jsonlog_memory_handler_read(NULL, NULL, 0), 0);
    assert_int_equal(jsonlog_memory_handler_clear(NULL), 0);
    jsonlog_handler_release(null);
}

static void keeps_a_nested_line(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_of(1024);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(write_text(handler, "nested\n"), JSONLOG_OK);
    jl_handler_leave(handler);
    jsonlog_handler_release(handler);
}

static void is_empty_in_a_child(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_of(1024);
    write_text(handler, "parent\n");
    pid_t pid = fork();
    if (pid == 0) {
        jl_handler_after_fork(handler);
        bool is_empty = jsonlog_memory_handler_read(handler, NULL, 0) == 0;
        write_text(handler, "child\n");
        _exit(is_empty && jsonlog_memory_handler_read(handler, NULL, 0) == 6 ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(jsonlog_memory_handler_read(handler, NULL, 0), 7);
    jsonlog_handler_release(handler);
}

static void *write_many(void *handler) {
    for (int i = 0; i < 5000; i++)
        write_text(handler, "0123456789\n");
    return NULL;
}

static void holds_whole_lines_from_many_threads(void **state) {
    (void)state;
    jsonlog_handler *handler = memory_of(2000);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_many, handler);
    for (int i = 0; i < 1000; i++) {
        size_t len = jsonlog_memory_handler_read(handler, text, sizeof text);
        assert_int_equal(len % 11, 0);
        for (size_t at = 0; at < len; at += 11)
            assert_memory_equal(text + at, "0123456789\n", 11);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(stats_of(handler).lines, 20000);
    assert_int_equal(jsonlog_memory_handler_clear(handler), 2000 / 15);
    jsonlog_handler_release(handler);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_a_kilobyte_and_memory),
        cmocka_unit_test(gives_back_lines_in_order),
        cmocka_unit_test(cuts_to_the_space_there_is),
        cmocka_unit_test(keeps_the_last_lines_that_fit),
        cmocka_unit_test(refuses_a_line_larger_than_the_ring),
        cmocka_unit_test(reads_no_other_handler),
        cmocka_unit_test(keeps_a_nested_line),
        cmocka_unit_test(is_empty_in_a_child),
        cmocka_unit_test(holds_whole_lines_from_many_threads),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
