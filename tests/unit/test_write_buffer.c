#include "base/epoch.h"
#include "base/background.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <jsonlog/file.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/tsan.h"

#include "support/log_files.h"
#include "support/pipes.h"

static char text[1 << 17];

static jsonlog_handler *buffered_to(int fd, size_t bytes, uint32_t flush_ms) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.policy = jsonlog_buffered(bytes, flush_ms);
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, &options);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_handler *buffered_file(const char *name, uint32_t flush_ms, uint32_t check_ms) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    options.policy = jsonlog_buffered(0, flush_ms);
    options.check_ms = check_ms;
    assert_int_equal(jsonlog_file_handler_new(in_directory(name), &options, &handler, NULL),
                     JSONLOG_OK);
    use_plain_formatter(handler);
    return handler;
}

static const char *line_of(char letter, size_t len) {
    static char line[1 << 17];
    memset(line, letter, len - 1);
    line[len - 1] = '\n';
    return line;
}

static void gathers_lines_until_a_flush(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    jsonlog_handler *handler = buffered_to(ends[1], 0, 60000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(write_text(handler, "line\n"), JSONLOG_OK);
    assert_int_equal(read(ends[0], text, sizeof text), -1);
    assert_int_equal(stats_of(handler).lines, 100);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(read(ends[0], text, sizeof text), 500); /* with one write */
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(read(ends[0], text, sizeof text), -1);
    write_text(handler, "x\n");
    jsonlog_handler_release(handler); /* flushes */
    assert_int_equal(read(ends[0], text, sizeof text), 2);
    close(ends[0]), close(ends[1]);
}

static void writes_when_the_oldest_line_is_old_enough(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    jsonlog_handler *handlers[3];
    for (int i = 0; i < 3; i++) { /* one thread for all of them */
        handlers[i] = buffered_to(ends[1], 0, 20);
        write_text(handlers[i], "line\n");
    }
    alarm(10);
    for (size_t got = 0; got < 15;)
        got += (size_t)read(ends[0], text, sizeof text);
    write_text(handlers[1], "again\n");
    assert_int_equal(read(ends[0], text, sizeof text), 6);
    alarm(0);
    for (int i = 0; i < 3; i++)
        jsonlog_handler_release(handlers[i]);
    close(ends[0]), close(ends[1]);
}

static void an_error_takes_everything_out_at_once(void **state) {
    (void)state;
    static const struct {
        int flush_level, level;
        size_t written;
    } cases[] = {
        {JSONLOG_LEVEL_ERROR, JSONLOG_LEVEL_WARN, 0},
        {JSONLOG_LEVEL_ERROR, JSONLOG_LEVEL_ERROR, 4},
        {JSONLOG_LEVEL_ERROR, JSONLOG_LEVEL_FATAL, 4},
        {JSONLOG_LEVEL_OFF, JSONLOG_LEVEL_FATAL, 0},
        {JSONLOG_LEVEL_WARN, JSONLOG_LEVEL_WARN, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int ends[2];
        open_pipe(ends, O_NONBLOCK);
        jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
        options.policy = jsonlog_buffered(0, 60000);
        assert_int_equal(options.policy.flush_level, JSONLOG_LEVEL_ERROR);
        options.policy.flush_level = cases[i].flush_level;
        jsonlog_handler *handler = jsonlog_stream_handler_new(ends[1], &options);
        write_text(handler, "a\n");
        const jsonlog_line line = {.text = "b\n", .len = 2, .level = cases[i].level};
        assert_int_equal(jl_handler_write(handler, &line), JSONLOG_OK);
        assert_int_equal(drain(ends[0], text, sizeof text), cases[i].written);
        jsonlog_handler_release(handler);
        close(ends[0]), close(ends[1]);
    }
}

static void a_full_buffer_goes_out_and_a_long_line_makes_it_larger(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 17);
    jsonlog_handler *handler = buffered_to(ends[1], 20000, 60000);
    write_bytes(handler, line_of('a', 15000), 15000);
    assert_int_equal(drain(ends[0], text, sizeof text), 0);
    write_bytes(handler, line_of('b', 15000), 15000);
    assert_int_equal(drain(ends[0], text, sizeof text), 15000);
    assert_int_equal(write_bytes(handler, line_of('c', 60000), 60000), JSONLOG_OK);
    assert_int_equal(drain(ends[0], text, sizeof text), 15000);
    allocations_left = 0;
    assert_int_equal(write_bytes(handler, line_of('d', 90000), 90000), JSONLOG_E_NOMEM);
    allocations_left = -1;
    jsonlog_handler_flush(handler);
    drain(ends[0], text, sizeof text);
    assert_memory_equal(text, line_of('c', 60000), 60000);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

/* What a full pipe does not take stays and goes out later; new lines are refused only when the
 * buffer is full too. */
static void keeps_what_a_full_pipe_does_not_take(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = buffered_to(ends[1], 0, 60000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(write_bytes(handler, line_of((char)('a' + i), 4000), 4000), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_AGAIN);
    assert_int_equal(write_bytes(handler, line_of('e', 4000), 4000), JSONLOG_OK);
    assert_int_equal(write_bytes(handler, line_of('f', 4000), 4000), JSONLOG_E_AGAIN);
    assert_int_equal(stats_of(handler).lost_again, 1);
    size_t got = 0;
    do
        got += drain(ends[0], text + got, sizeof text - got);
    while (jsonlog_handler_flush(handler) == JSONLOG_E_AGAIN);
    got += drain(ends[0], text + got, sizeof text - got);
    assert_int_equal(got, 20000);
    for (int i = 0; i < 5; i++)
        assert_memory_equal(text + i * 4000, line_of((char)('a' + i), 4000), 4000);
    write_text(handler, "g\n");
    jsonlog_handler_release(handler);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "lines lost lost=1 reason=EAGAIN\ng\n");
    close(ends[0]), close(ends[1]);
}

static void the_flusher_tries_again(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = buffered_to(ends[1], 0, 10);
    write_bytes(handler, line_of('a', 10000), 10000);
    alarm(10);
    for (size_t got = 0; got < 10000; usleep(1000))
        got += drain(ends[0], text, sizeof text);
    alarm(0);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void counts_what_nobody_will_read(void **state) {
    (void)state;
    int ends[2], again[2];
    open_pipe(ends, 0);
    jsonlog_handler *handler = buffered_to(ends[1], 0, 60000);
    for (int i = 0; i < 5; i++)
        write_text(handler, "line\n");
    close(ends[0]);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_CLOSED);
    assert_int_equal(write_text(handler, "line\n"), JSONLOG_E_CLOSED);
    assert_int_equal(stats_of(handler).lost, 6);
    open_pipe(again, O_NONBLOCK);
    assert_int_equal(jsonlog_handler_reopen(handler, again[1]), JSONLOG_OK);
    write_text(handler, "x\n");
    jsonlog_handler_flush(handler);
    drain(again[0], text, sizeof text);
    assert_string_equal(text, "lines lost lost=6 reason=EPIPE\nx\n");
    jsonlog_handler_release(handler);
    close(ends[1]), close(again[0]), close(again[1]);
}

/* The half of a line that went out before does not start the new output. */
static void a_reopen_moves_whole_lines(void **state) {
    (void)state;
    int ends[2], again[2];
    open_small_pipe(ends);
    open_pipe(again, O_NONBLOCK);
    jsonlog_handler *handler = buffered_to(ends[1], 0, 60000);
    write_bytes(handler, line_of('a', 5000), 5000);
    write_text(handler, "b\n");
    assert_int_equal(jsonlog_handler_reopen(handler, again[1]), JSONLOG_OK);
    assert_int_equal(stats_of(handler).lost_again, 1);
    jsonlog_handler_flush(handler);
    drain(again[0], text, sizeof text);
    assert_string_equal(text, "b\n");
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]), close(again[0]), close(again[1]);
}

/* A size limit cuts a line in the middle: once it is lifted that line is there again, whole. */
static void a_line_that_a_full_file_cut_is_written_again(void **state) {
    (void)state;
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    jsonlog_handler *handler = buffered_file("log", 60000, 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 7;
    setrlimit(RLIMIT_FSIZE, &limit);
    write_text(handler, "one\n"), write_text(handler, "two two\n"), write_text(handler, "3\n");
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_IO);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_IO);
    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_string_equal(content_of("log"), "one\ntwo");
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_string_equal(content_of("log"), "one\ntwo\ntwo two\n3\n");
    assert_int_equal(stats_of(handler).lost, 0);
    assert_int_equal(stats_of(handler).torn_closed, 1);
    jsonlog_handler_release(handler);
}

static void a_file_that_was_moved_is_followed_by_the_flusher(void **state) {
    (void)state;
    jsonlog_handler *handler = buffered_file("log", 20, 1);
    write_text(handler, "a\n");
    unlink(in_directory("log"));
    for (int i = 0; i < 2000 && strcmp(content_of("log"), "a\n") != 0; i++)
        usleep(1000);
    assert_string_equal(content_of("log"), "a\n");
    jsonlog_handler_release(handler);
}

static void a_child_begins_with_an_empty_buffer(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    int status = -1;
    jsonlog_handler *handler = buffered_file("log", 20, 0);
    write_text(handler, "parent 1\n");
    pid_t pid = fork(); /* no logger knows the handler, so only the policy itself can empty it */
    if (pid == 0) {
        alarm(10);
        jsonlog_handler_flush(handler);
        write_text(handler, "child\n");
        for (int i = 0; i < 2000 && strstr(content_of("log"), "child\n") == NULL; i++)
            usleep(1000); /* by a flusher of its own */
        jsonlog_handler_release(handler);
        _exit(strstr(content_of("log"), "child\n") == NULL);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    jsonlog_handler_release(handler);
    const char *content = content_of("log");
    assert_int_equal(strlen(content), strlen("parent 1\nchild\n"));
    assert_non_null(strstr(content, "parent 1\n"));
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gathers_lines_until_a_flush),
        cmocka_unit_test(writes_when_the_oldest_line_is_old_enough),
        cmocka_unit_test(an_error_takes_everything_out_at_once),
        cmocka_unit_test(a_full_buffer_goes_out_and_a_long_line_makes_it_larger),
        cmocka_unit_test(keeps_what_a_full_pipe_does_not_take),
        cmocka_unit_test(the_flusher_tries_again),
        cmocka_unit_test(counts_what_nobody_will_read),
        cmocka_unit_test(a_reopen_moves_whole_lines),
        IN_DIRECTORY(a_line_that_a_full_file_cut_is_written_again),
        IN_DIRECTORY(a_file_that_was_moved_is_followed_by_the_flusher),
        IN_DIRECTORY(a_child_begins_with_an_empty_buffer),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
