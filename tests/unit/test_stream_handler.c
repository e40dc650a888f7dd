#include "base/epoch.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/pipes.h"

static char text[65536];

static jsonlog_handler *stream_to(int fd) {
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, NULL);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_handler *owning_stream_to(int fd) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, &options);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

/* A line of `len` bytes. */
static const char *line_of(char letter, size_t len) {
    static char line[65536];
    memset(line, letter, len - 1);
    line[len - 1] = '\n';
    return line;
}

/* ---- construction ---- */

static void refuses_what_cannot_be_written(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    assert_null(jsonlog_stream_handler_new(-1, NULL));
    assert_null(jsonlog_stream_handler_new(ends[0], NULL));
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.size--;
    assert_null(jsonlog_stream_handler_new(ends[1], &options));
    close(ends[0]), close(ends[1]);
    assert_null(jsonlog_stream_handler_new(ends[1], NULL));
}

static void closes_only_its_own_descriptor(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    jsonlog_handler_release(stream_to(ends[1]));
    assert_true(is_open(ends[1]));
    jsonlog_handler_release(owning_stream_to(ends[1]));
    assert_false(is_open(ends[1]));
    close(ends[0]);
}

static void leaves_the_descriptor_open_without_memory(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = NULL;
    int failures = 0;
    for (; handler == NULL; failures++) {
        assert_true(failures < 20 && is_open(ends[1]));
        allocations_left = failures;
        handler = jsonlog_stream_handler_new(ends[1], &options);
    }
    allocations_left = 0;
    assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_E_NOMEM);
    allocations_left = -1;
    assert_true(failures > 3);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jsonlog_handler_release(handler);
    close(ends[0]);
}

static void writes_a_line_with_one_call(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    jsonlog_handler *handler = stream_to(ends[1]);
    errno = 5;
    assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
    assert_int_equal(write_text(handler, "two\n"), JSONLOG_OK);
    assert_int_equal(errno, 5);
    assert_int_equal(read(ends[0], text, sizeof text), 4);
    assert_memory_equal(text, "one\n", 4);
    assert_int_equal(read(ends[0], text, sizeof text), 4);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void needs_no_lock_only_where_files_are_appended_to(void **state) {
    (void)state;
    static const struct {
        int flags;
        jsonlog_status status;
    } cases[] = {{O_WRONLY | O_APPEND, JSONLOG_OK}, {O_WRONLY, JSONLOG_E_STATE}};
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        jsonlog_handler *handler = owning_stream_to(open_file(cases[i].flags, "", path));
        assert_true(jl_handler_enter(handler)); /* as if nested in this very handler */
        assert_int_equal(write_text(handler, "x\n"), cases[i].status);
        jl_handler_leave(handler);
        jsonlog_handler_release(handler);
        unlink(path);
    }
}

static void closes_a_torn_tail_at_once(void **state) {
    (void)state;
    static const struct {
        const char *content, *result;
        int flags;
        uint64_t torn;
    } cases[] = {
        {"{}\n{\"a", "{}\n{\"a\nx\n", O_RDWR | O_APPEND, 1},
        {"{}\n{\"a", "{}\n{\"a\nx\n", O_WRONLY | O_APPEND, 1},
        {"{}\n", "{}\nx\n", O_WRONLY | O_APPEND, 0},
        {"", "x\n", O_WRONLY | O_APPEND, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        jsonlog_handler *handler =
            owning_stream_to(open_file(cases[i].flags, cases[i].content, path));
        assert_int_equal(stats_of(handler).torn_closed, cases[i].torn);
        write_text(handler, "x\n");
        assert_int_equal(stats_of(handler).torn_closed, cases[i].torn);
        assert_int_equal(stats_of(handler).lost, 0);
        jsonlog_handler_release(handler);
        take_file(path, text, sizeof text);
        assert_string_equal(text, cases[i].result);
    }
}

/* ---- a full descriptor ---- */

static void refuses_and_reports_while_a_pipe_is_full(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    assert_int_equal(write_bytes(handler, line_of('a', 4090), 4090), JSONLOG_OK);
    assert_int_equal(write_bytes(handler, line_of('b', 200), 200), JSONLOG_E_AGAIN);
    assert_int_equal(write_bytes(handler, line_of('c', 200), 200), JSONLOG_E_AGAIN);
    assert_int_equal(drain(ends[0], text, sizeof text), 4090);
    assert_int_equal(write_text(handler, "d\n"), JSONLOG_OK);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "lines lost lost=2 reason=EAGAIN\nd\n");
    jsonlog_handler_stats stats = stats_of(handler);
    assert_int_equal(stats.lines, 3);
    assert_int_equal(stats.lost, 2);
    assert_int_equal(stats.lost_again, 2);
    assert_int_equal(stats.last_errno, EAGAIN);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void writes_the_rest_before_the_next_line(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    assert_int_equal(write_bytes(handler, line_of('a', 10000), 10000), JSONLOG_OK);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_AGAIN);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_AGAIN);
    assert_int_equal(drain(ends[0], text, sizeof text), 4096);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_E_AGAIN); /* the rest is still too long */
    assert_int_equal(drain(ends[0], text + 4096, sizeof text - 4096), 4096);
    assert_int_equal(write_text(handler, "d\n"), JSONLOG_OK);
    drain(ends[0], text + 8192, sizeof text - 8192);
    assert_memory_equal(text, line_of('a', 10000), 10000);
    assert_string_equal(text + 10000, "lines lost lost=2 reason=EAGAIN\nd\n");
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(stats_of(handler).lines, 3);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void flushes_the_rest(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    write_bytes(handler, line_of('a', 5000), 5000);
    assert_int_equal(drain(ends[0], text, sizeof text), 4096);
    jsonlog_handler_release(handler); /* flushes */
    assert_int_equal(drain(ends[0], text, sizeof text), 904);
    close(ends[0]), close(ends[1]);
}

static void keeps_the_rest_of_a_line_beyond_the_usual_cap(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    const size_t len = 40000;
    assert_int_equal(write_bytes(handler, line_of('a', len), len), JSONLOG_OK);
    size_t got = drain(ends[0], text, sizeof text);
    while (jsonlog_handler_flush(handler) == JSONLOG_E_AGAIN)
        got += drain(ends[0], text + got, sizeof text - got);
    got += drain(ends[0], text + got, sizeof text - got);
    assert_int_equal(got, len);
    assert_memory_equal(text, line_of('a', len), len);

    allocations_left = 0; /* without memory such a line is cut, lost and closed */
    assert_int_equal(write_bytes(handler, line_of('b', 60000), 60000), JSONLOG_E_NOMEM);
    allocations_left = -1;
    drain(ends[0], text, sizeof text);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, "\nlines lost lost=1 reason=ENOMEM\nc\n");
    assert_int_equal(stats_of(handler).torn_closed, 1);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void a_child_forgets_the_rest(void **state) {
    (void)state;
    int ends[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    write_bytes(handler, line_of('a', 5000), 5000);
    assert_int_equal(drain(ends[0], text, sizeof text), 4096);
    pid_t pid = fork();
    if (pid == 0) {
        jl_handler_after_fork(handler);
        _exit(jsonlog_handler_flush(handler) == JSONLOG_OK ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(drain(ends[0], text, sizeof text), 0);
    assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    assert_int_equal(drain(ends[0], text, sizeof text), 904);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

/* ---- a reader that is gone ---- */

static void stops_after_epipe_until_it_is_reopened(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_DFL);
    for (int is_socket = 0; is_socket < 2; is_socket++) {
        int ends[2], again[2];
        if (is_socket)
            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        else
            open_pipe(ends, 0);
        jsonlog_handler *handler = owning_stream_to(ends[1]);
        close(ends[0]);
        for (int i = 0; i < 3; i++)
            assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_CLOSED);
        assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_E_CLOSED);
        assert_int_equal(stats_of(handler).lost_error, 3);
        assert_int_equal(stats_of(handler).last_errno, EPIPE);
        open_pipe(again, O_NONBLOCK);
        assert_int_equal(jsonlog_handler_reopen(handler, again[1]), JSONLOG_OK);
        assert_false(is_open(ends[1]));
        assert_int_equal(write_text(handler, "y\n"), JSONLOG_OK);
        drain(again[0], text, sizeof text);
        assert_string_equal(text, "lines lost lost=3 reason=EPIPE\ny\n");
        jsonlog_handler_release(handler);
        assert_false(is_open(again[1]));
        close(again[0]);
    }
}

/* Somebody opens the read end again: a handler that still tried would be heard. */
static void does_not_try_again_by_itself(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, O_NONBLOCK);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
    jsonlog_handler *handler = stream_to(ends[1]);
    close(ends[0]);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_CLOSED);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    if (reader >= 0) {
        assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_CLOSED);
        assert_int_equal(drain(reader, text, sizeof text), 0);
        assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_OK);
        assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
        close(reader);
    }
    jsonlog_handler_release(handler);
    close(ends[1]);
}

static void counts_a_rest_that_nobody_will_read(void **state) {
    (void)state;
    int ends[2], again[2];
    open_small_pipe(ends);
    jsonlog_handler *handler = stream_to(ends[1]);
    assert_int_equal(write_bytes(handler, line_of('a', 5000), 5000), JSONLOG_OK);
    close(ends[0]);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_CLOSED);
    assert_int_equal(stats_of(handler).lost, 2);

    open_small_pipe(again);
    assert_int_equal(jsonlog_handler_reopen(handler, again[1]), JSONLOG_OK);
    assert_int_equal(write_bytes(handler, line_of('c', 6000), 6000), JSONLOG_OK);
    int last[2];
    open_pipe(last, O_NONBLOCK);
    assert_int_equal(jsonlog_handler_reopen(handler, last[1]), JSONLOG_OK);
    write_text(handler, "d\n");
    drain(last[0], text, sizeof text);
    assert_string_equal(text, "lines lost lost=1 reason=EAGAIN\nd\n");
    assert_int_equal(stats_of(handler).lost, 3);
    jsonlog_handler_release(handler);
    close(ends[1]), close(again[0]), close(again[1]), close(last[0]), close(last[1]);
}

/* ---- reopening ---- */

static void reopens_only_streams_and_good_descriptors(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, O_NONBLOCK);
    jsonlog_handler *null = jsonlog_null_handler_new();
    jsonlog_handler *handler = owning_stream_to(ends[1]);
    assert_int_equal(jsonlog_handler_reopen(null, ends[1]), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_reopen(NULL, ends[1]), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_reopen(handler, -1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_handler_reopen(handler, ends[0]), JSONLOG_E_INVALID);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_E_STATE);
    jl_handler_leave(handler);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jsonlog_handler_release(null);
    jsonlog_handler_release(handler);
    close(ends[0]);
}

static void reopens_the_same_number(void **state) {
    (void)state;
    int ends[2], other[2];
    open_pipe(ends, 0);
    open_pipe(other, O_NONBLOCK);
    jsonlog_handler *handler = owning_stream_to(ends[1]);
    assert_int_equal(dup2(other[1], ends[1]), ends[1]);
    assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_OK);
    assert_true(is_open(ends[1]));
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    assert_int_equal(drain(other[0], text, sizeof text), 2);
    jsonlog_handler_release(handler);
    assert_false(is_open(ends[1]));
    close(ends[0]), close(other[0]), close(other[1]);
}

static void locks_as_the_new_descriptor_needs(void **state) {
    (void)state;
    int ends[2];
    char path[64];
    open_pipe(ends, O_NONBLOCK);
    int file = open_file(O_WRONLY | O_APPEND, "torn", path);
    jsonlog_handler *handler = stream_to(file);
    assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_OK);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_E_STATE);
    jl_handler_leave(handler);
    assert_int_equal(write(file, "torn", 4), 4);
    assert_int_equal(jsonlog_handler_reopen(handler, file), JSONLOG_OK);
    assert_int_equal(stats_of(handler).torn_closed, 2);
    assert_true(jl_handler_enter(handler));
    assert_int_equal(write_text(handler, "y\n"), JSONLOG_OK);
    jl_handler_leave(handler);
    jsonlog_handler_release(handler);
    take_file(path, text, sizeof text);
    assert_string_equal(text, "torn\ntorn\nlines lost lost=1 reason=nested\ny\n");
    close(file), close(ends[0]), close(ends[1]);
}

/* A thread that does not hold the lock, though the base let it in without: a reopen was faster. */
static void *write_late(void *handler) {
    write_text(handler, "late\n");
    return NULL;
}

static void takes_the_lock_itself_after_a_reopen(void **state) {
    (void)state;
    int ends[2];
    pthread_t thread;
    open_pipe(ends, O_NONBLOCK);
    jsonlog_handler *handler = stream_to(ends[1]);
    jl_handler_set_concurrent(handler, true);
    assert_true(jl_handler_enter(handler));
    pthread_create(&thread, NULL, write_late, handler);
    usleep(50000);
    assert_int_equal(drain(ends[0], text, sizeof text), 0);
    jl_handler_leave(handler);
    pthread_join(thread, NULL);
    assert_int_equal(drain(ends[0], text, sizeof text), 5);
    jsonlog_handler_release(handler);
    close(ends[0]), close(ends[1]);
}

static void closes_an_old_descriptor_when_no_thread_can_use_it(void **state) {
    (void)state;
    int ends[2];
    char path[64];
    open_pipe(ends, O_NONBLOCK);
    int file = open_file(O_WRONLY | O_APPEND, "", path);
    jsonlog_handler *handler = owning_stream_to(file);
    jl_thread *thread = jl_thread_enter();
    jl_epoch_pin(thread);
    assert_int_equal(jsonlog_handler_reopen(handler, ends[1]), JSONLOG_OK);
    assert_true(is_open(file));
    jl_epoch_unpin(thread);
    assert_false(is_open(file));
    jsonlog_handler_release(handler);
    close(ends[0]);
    unlink(path);
}

/* ---- cancellation ---- */

typedef struct blocked {
    jsonlog_handler *handler;
    int started; /* atomic */
    jsonlog_status status;
} blocked;

/* It waits for the reader, which is not where it ends (and nowhere else: sanitizers do not bear
 * it). */
static void *write_more_than_fits(void *argument) {
    blocked *b = argument;
    int state = PTHREAD_CANCEL_DISABLE;
    __atomic_store_n(&b->started, 1, __ATOMIC_RELEASE);
    b->status = write_bytes(b->handler, line_of('a', 20000), 20000);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state == PTHREAD_CANCEL_ENABLE ? b : NULL;
}

static void check_cancelled_in_a_write(int ends[2]) {
    pthread_t thread;
    void *result = NULL;
    blocked b = {.handler = stream_to(ends[1])};
    pthread_create(&thread, NULL, write_more_than_fits, &b);
    while (__atomic_load_n(&b.started, __ATOMIC_ACQUIRE) == 0)
        usleep(1000);
    pthread_cancel(thread);
    for (size_t got = 0; got < 20000;) {
        const ssize_t more = read(ends[0], text, sizeof text);
        assert_true(more > 0);
        got += (size_t)more;
    }
    pthread_join(thread, &result);
    assert_ptr_equal(result, &b);
    assert_int_equal(b.status, JSONLOG_OK);
    assert_int_equal(write_text(b.handler, "next\n"), JSONLOG_OK);
    jsonlog_handler_release(b.handler);
    close(ends[0]), close(ends[1]);
}

static void is_not_cancelled_in_a_write(void **state) {
    (void)state;
    int ends[2];
    alarm(60);
    open_pipe(ends, 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    check_cancelled_in_a_write(ends);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const int small = 1;
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    check_cancelled_in_a_write(ends);
    alarm(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_cannot_be_written),
        cmocka_unit_test(closes_only_its_own_descriptor),
        cmocka_unit_test(leaves_the_descriptor_open_without_memory),
        cmocka_unit_test(writes_a_line_with_one_call),
        cmocka_unit_test(needs_no_lock_only_where_files_are_appended_to),
        cmocka_unit_test(closes_a_torn_tail_at_once),
        cmocka_unit_test(refuses_and_reports_while_a_pipe_is_full),
        cmocka_unit_test(writes_the_rest_before_the_next_line),
        cmocka_unit_test(flushes_the_rest),
        cmocka_unit_test(keeps_the_rest_of_a_line_beyond_the_usual_cap),
        cmocka_unit_test(a_child_forgets_the_rest),
        cmocka_unit_test(stops_after_epipe_until_it_is_reopened),
        cmocka_unit_test(does_not_try_again_by_itself),
        cmocka_unit_test(counts_a_rest_that_nobody_will_read),
        cmocka_unit_test(reopens_only_streams_and_good_descriptors),
        cmocka_unit_test(reopens_the_same_number),
        cmocka_unit_test(locks_as_the_new_descriptor_needs),
        cmocka_unit_test(takes_the_lock_itself_after_a_reopen),
        cmocka_unit_test(closes_an_old_descriptor_when_no_thread_can_use_it),
        cmocka_unit_test(is_not_cancelled_in_a_write),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
