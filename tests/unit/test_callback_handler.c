#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct listener {
    char text[256];
    bool takes;
    int error;
    int inside, most_inside; /* threads in the callback at once */
    jsonlog_handler *logs_to;
    jsonlog_status nested;
} listener;

static bool listen_to(const jsonlog_line *line, void *context) {
    listener *l = context;
    if (l->logs_to != NULL)
        l->nested = write_text(l->logs_to, "nested\n");
    if (l->takes)
        strncat(l->text, line->text, line->len);
    errno = l->error;
    return l->takes;
}

static jsonlog_handler *callback_to(listener *l) {
    jsonlog_handler *handler = jsonlog_callback_handler_new(listen_to, l);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static void needs_a_function_and_memory(void **state) {
    (void)state;
    assert_null(jsonlog_callback_handler_new(NULL, NULL));
    for (int i = 0; i < 2; i++) {
        allocations_left = i;
        assert_null(jsonlog_callback_handler_new(listen_to, NULL));
    }
    allocations_left = -1;
}

static void hands_over_lines_and_reports_refused_ones(void **state) {
    (void)state;
    static const struct {
        int error;
        const char *reason;
    } cases[] = {{0, "refused"}, {EIO, "EIO"}, {EAGAIN, "EAGAIN"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        listener l = {.takes = true};
        jsonlog_handler *handler = callback_to(&l);
        assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
        l.takes = false;
        l.error = cases[i].error;
        assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_IO);
        l.takes = true;
        write_text(handler, "c\n");
        char expected[128];
        snprintf(expected, sizeof expected, "a\nlines lost lost=1 reason=%s\nc\n", cases[i].reason);
        assert_string_equal(l.text, expected);
        assert_int_equal(stats_of(handler).lost, 1);
        jsonlog_handler_release(handler);
    }
}

static void drops_what_the_callback_logs_to_itself(void **state) {
    (void)state;
    listener l = {.takes = true};
    jsonlog_handler *handler = callback_to(&l);
    l.logs_to = handler;
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_int_equal(l.nested, JSONLOG_E_STATE);
    l.logs_to = NULL;
    write_text(handler, "b\n");
    assert_string_equal(l.text, "a\nlines lost lost=1 reason=nested\nb\n");
    jsonlog_handler_release(handler);
}

static bool count_inside(const jsonlog_line *line, void *context) {
    listener *l = context;
    (void)line;
    int inside = __atomic_add_fetch(&l->inside, 1, __ATOMIC_SEQ_CST);
    if (inside > l->most_inside)
        l->most_inside = inside;
    usleep(10);
    __atomic_sub_fetch(&l->inside, 1, __ATOMIC_SEQ_CST);
    return true;
}

static void *write_many(void *handler) {
    for (int i = 0; i < 200; i++)
        write_text(handler, "x\n");
    return NULL;
}

static void calls_come_one_at_a_time(void **state) {
    (void)state;
    listener l = {.takes = true};
    pthread_t threads[4];
    jsonlog_handler *handler = jsonlog_callback_handler_new(count_inside, &l);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, write_many, handler);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(l.most_inside, 1);
    assert_int_equal(stats_of(handler).lines, 800);
    jsonlog_handler_release(handler);
}

/* The null handler has nothing to write, so it is tested beside its opposite. */
static void the_null_handler_wants_nothing_and_takes_everything(void **state) {
    (void)state;
    jsonlog_record record = {.level = JSONLOG_LEVEL_FATAL};
    jsonlog_handler *handler = jsonlog_null_handler_new();
    assert_false(jl_handler_wants(handler, &record));
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    assert_int_equal(stats_of(handler).lost, 0);
    jsonlog_handler_release(handler);
    allocations_left = 0;
    assert_null(jsonlog_null_handler_new());
    allocations_left = -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_a_function_and_memory),
        cmocka_unit_test(hands_over_lines_and_reports_refused_ones),
        cmocka_unit_test(drops_what_the_callback_logs_to_itself),
        cmocka_unit_test(calls_come_one_at_a_time),
        cmocka_unit_test(the_null_handler_wants_nothing_and_takes_everything),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
