#include "record/handler_lock.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/pipes.h"

static char text[65536];

static jsonlog_handler *stdio_to(FILE *file, bool flush_each) {
    jsonlog_handler *handler = jsonlog_stdio_handler_new(file, flush_each);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static void needs_a_stream_and_memory(void **state) {
    (void)state;
    assert_null(jsonlog_stdio_handler_new(NULL, true));
    for (int i = 0; i < 2; i++) {
        allocations_left = i;
        assert_null(jsonlog_stdio_handler_new(stdout, true));
    }
    allocations_left = -1;
}

static void flushes_unless_fully_buffered_and_told_not_to(void **state) {
    (void)state;
    static const struct {
        int mode;
        bool flush_each, is_flushed;
    } cases[] = {
        {_IOFBF, true, true},  {_IOFBF, false, false}, {_IOLBF, false, true},
        {_IONBF, false, true}, {_IONBF, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int ends[2];
        open_pipe(ends, O_NONBLOCK);
        FILE *file = fdopen(ends[1], "w");
        setvbuf(file, NULL, cases[i].mode, 1024);
        jsonlog_handler *handler = stdio_to(file, cases[i].flush_each);
        assert_int_equal(write_text(handler, "no newline"), JSONLOG_OK);
        assert_int_equal(drain(ends[0], text, sizeof text), cases[i].is_flushed ? 10 : 0);
        assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
        assert_int_equal(drain(ends[0], text, sizeof text), cases[i].is_flushed ? 0 : 10);
        write_text(handler, "last\n");
        jsonlog_handler_release(handler); /* flushes, and leaves the stream open */
        drain(ends[0], text, sizeof text);
        assert_string_equal(text, "last\n");
        assert_true(fputs("still open", file) >= 0);
        fclose(file);
        close(ends[0]);
    }
}

static void raises_no_sigpipe_and_counts(void **state) {
    (void)state;
    int ends[2], again[2];
    signal(SIGPIPE, SIG_DFL);
    open_pipe(ends, 0);
    FILE *file = fdopen(ends[1], "w");
    jsonlog_handler *handler = stdio_to(file, true);
    close(ends[0]);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_CLOSED);
    assert_int_equal(write_text(handler, "y\n"), JSONLOG_E_CLOSED);
    assert_int_equal(stats_of(handler).lost_error, 2);
    assert_int_equal(stats_of(handler).last_errno, EPIPE);
    open_pipe(again, O_NONBLOCK);
    dup2(again[1], ends[1]);
    assert_int_equal(write_text(handler, "z\n"), JSONLOG_OK);
    drain(again[0], text, sizeof text);
    assert_string_equal(text, "\nlines lost lost=2 reason=EPIPE\nz\n");
    assert_int_equal(stats_of(handler).torn_closed, 1);
    jsonlog_handler_release(handler);
    fclose(file);
    close(again[0]), close(again[1]);
}

static void counts_a_full_pipe_and_a_full_disk(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    memset(text, 'x', 4096);
    assert_int_equal(write(ends[1], text, 4096), 4096);
    FILE *file = fdopen(ends[1], "w");
    jsonlog_handler *handler = stdio_to(file, true);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_AGAIN);
    assert_int_equal(stats_of(handler).lost_again, 1);
    jsonlog_handler_release(handler);
    fclose(file);
    close(ends[0]);
    file = fopen("/dev/full", "w");
    if (file == NULL)
        skip();
    handler = stdio_to(file, true);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_IO);
    assert_int_equal(stats_of(handler).last_errno, ENOSPC);
    jsonlog_handler_release(handler);
    fclose(file);
}

/* The stream's own lock is the only one: whoever holds it may log, and keeps others out. */
static void *write_one(void *handler) {
    write_text(handler, "other\n");
    return NULL;
}

static void shares_the_lock_of_the_stream(void **state) {
    (void)state;
    int ends[2];
    pthread_t thread;
    open_pipe(ends, O_NONBLOCK);
    FILE *file = fdopen(ends[1], "w");
    jsonlog_handler *handler = stdio_to(file, true);
    flockfile(file);
    fputs("begin ", file);
    pthread_create(&thread, NULL, write_one, handler);
    usleep(20000);
    assert_int_equal(write_text(handler, "mine\n"), JSONLOG_OK);
    fputs("end\n", file);
    funlockfile(file);
    pthread_join(thread, NULL);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "begin mine\nend\nother\n");
    jsonlog_handler_release(handler);
    fclose(file);
    close(ends[0]);
}

/* Inside another handler's lock a busy stream is not waited for. */
static void *hold_stream(void *file) {
    flockfile(file);
    usleep(200000);
    funlockfile(file);
    return NULL;
}

static void does_not_wait_in_a_nested_call(void **state) {
    (void)state;
    int ends[2];
    pthread_t thread;
    jl_lock other = JL_LOCK_INIT;
    open_pipe(ends, O_NONBLOCK);
    FILE *file = fdopen(ends[1], "w");
    jsonlog_handler *handler = stdio_to(file, true);
    assert_true(jl_handler_lock_take(&other));
    assert_int_equal(write_text(handler, "free\n"), JSONLOG_OK);
    pthread_create(&thread, NULL, hold_stream, file);
    usleep(50000);
    assert_int_equal(write_text(handler, "busy\n"), JSONLOG_E_STATE);
    assert_int_equal(stats_of(handler).lost_nested, 1);
    jl_handler_lock_give(&other);
    pthread_join(thread, NULL);
    jsonlog_handler_release(handler);
    fclose(file);
    close(ends[0]);
}

/* A stream of the program's own may log while it is written to. */
typedef struct cookie {
    jsonlog_handler *handler;
    jsonlog_status nested;
    char text[256];
} cookie;

static ssize_t write_cookie(void *context, const char *bytes, size_t len) {
    cookie *c = context;
    strncat(c->text, bytes, len);
    if (c->handler != NULL)
        c->nested = write_text(c->handler, "nested\n");
    return (ssize_t)len;
}

static void drops_what_the_stream_itself_logs(void **state) {
    (void)state;
    cookie c = {.handler = NULL};
    FILE *file = fopencookie(&c, "w", (cookie_io_functions_t){.write = write_cookie});
    jsonlog_handler *handler = stdio_to(file, true);
    c.handler = handler;
    assert_int_equal(write_text(handler, "outer\n"), JSONLOG_OK);
    assert_int_equal(c.nested, JSONLOG_E_STATE);
    c.handler = NULL;
    write_text(handler, "next\n");
    assert_string_equal(c.text, "outer\nlines lost lost=1 reason=nested\nnext\n");
    jsonlog_handler_release(handler);
    fclose(file);
}

static void *log_many(void *handler) {
    for (int i = 0; i < 2000; i++)
        write_text(handler, "logged line\n");
    return NULL;
}

static void mixes_with_printf_line_by_line(void **state) {
    (void)state;
    char path[64];
    pthread_t threads[2];
    int fd = open_file(O_WRONLY, "", path);
    FILE *file = fdopen(fd, "w");
    jsonlog_handler *handler = stdio_to(file, false);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, log_many, handler);
    for (int i = 0; i < 2000; i++)
        fprintf(file, "line %s\n", "printed");
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    jsonlog_handler_release(handler);
    fclose(file);
    file = fopen(path, "r");
    int logged = 0, printed = 0;
    while (fgets(text, sizeof text, file) != NULL) {
        logged += strcmp(text, "logged line\n") == 0;
        printed += strcmp(text, "line printed\n") == 0;
    }
    assert_int_equal(logged, 4000);
    assert_int_equal(printed, 2000);
    fclose(file);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs_a_stream_and_memory),
        cmocka_unit_test(flushes_unless_fully_buffered_and_told_not_to),
        cmocka_unit_test(raises_no_sigpipe_and_counts),
        cmocka_unit_test(counts_a_full_pipe_and_a_full_disk),
        cmocka_unit_test(shares_the_lock_of_the_stream),
        cmocka_unit_test(does_not_wait_in_a_nested_call),
        cmocka_unit_test(drops_what_the_stream_itself_logs),
        cmocka_unit_test(mixes_with_printf_line_by_line),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
