/**
 * Signals at any point of a log call: a thread that logs is interrupted over and over by a handler
 * that calls what may be called there. Nothing may hang, no line may be torn, all must be there.
 */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <jsonlog/async.h>
#include <jsonlog/file.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "support/log_files.h"

enum { HITS = 10000 };

/* What the handler of the signal does, and what it counts. */
static int signal_output;
static volatile sig_atomic_t is_in_call;
static volatile sig_atomic_t reopens;
static uint64_t hits, signals, written; /* atomic */

/* The next one comes in 5 to 60 microseconds: a timer needs no second processor. */
static timer_t timer;
static bool is_armed; /* atomic */

static void arm(void) {
    static uint64_t seed = 4;
    const struct itimerspec next = {.it_value = {0, 5000 + (long)(next_random(&seed) % 55000)}};
    if (__atomic_load_n(&is_armed, __ATOMIC_RELAXED))
        timer_settime(timer, 0, &next, NULL);
}

static void on_signal(int number) {
    (void)number;
    const int error = errno;
    __atomic_fetch_add(&signals, 1, __ATOMIC_RELAXED);
    if (is_in_call)
        __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED);
    if (reopens)
        jsonlog_file_reopen_all();
    if (jsonlog_signal_safe_write(signal_output, "signal"))
        __atomic_fetch_add(&written, 1, __ATOMIC_RELAXED);
    arm();
    errno = error;
}

static void begin_fire(void) {
    hits = signals = written = 0;
    __atomic_store_n(&is_armed, true, __ATOMIC_RELAXED);
    arm();
}

/* A last one may be on its way, and comes before this returns. */
static void cease_fire(void) {
    const struct itimerspec never = {.it_value = {0, 0}};
    __atomic_store_n(&is_armed, false, __ATOMIC_RELAXED);
    timer_settime(timer, 0, &never, NULL);
}

/* Without SA_RESTART, so that system calls are interrupted too. */
static void catch_signals(void) {
    struct sigaction action = {.sa_flags = 0};
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, NULL);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        exit(1);
}

static bool is_enough(void) {
    return __atomic_load_n(&hits, __ATOMIC_RELAXED) >= (uint64_t)(HITS * test_effort());
}

/* @return how many lines were accepted. */
static long log_under_fire(jsonlog_handler *handler, size_t len_max) {
    char line[65536];
    uint64_t seed = 5;
    long n = 0, accepted = 0;
    begin_fire();
    for (; !is_enough(); n++) {
        const size_t len = NUMBERED_LINE_MIN + next_random(&seed) % (len_max - NUMBERED_LINE_MIN);
        make_numbered_line(line, 0, n, len);
        is_in_call = 1;
        accepted += write_bytes(handler, line, len) == JSONLOG_OK;
        is_in_call = 0;
    }
    cease_fire();
    assert_int_equal(accepted, n);
    return accepted;
}

/* ---- what came out ---- */

#define FROM_SIGNAL "{\"logType\":\"FATAL\",\"errorMessage\":\"signal\"}"

typedef struct output {
    numbered_reader lines;
    uint64_t from_signals;
} output;

static void read_line(output *o, const char *line, size_t len) {
    if (len == sizeof FROM_SIGNAL - 1 && memcmp(line, FROM_SIGNAL, len) == 0)
        o->from_signals++;
    else
        read_numbered_line(&o->lines, line, len);
}

static size_t read_text(output *o, const char *text, size_t len) {
    const char *end = text + len;
    for (const char *newline; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL;
         text = newline + 1)
        read_line(o, text, (size_t)(newline - text));
    return (size_t)(end - text);
}

static void read_file(output *o, const char *name) {
    static char text[1 << 16];
    const int fd = open(in_directory(name), O_RDONLY);
    size_t rest = 0;
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, text + rest, sizeof text - rest)) > 0;) {
        const size_t len = rest + (size_t)n;
        rest = read_text(o, text, len);
        memmove(text, text + len - rest, rest);
    }
    close(fd);
    assert_int_equal(rest, 0);
}

static void assert_all_there(const char *handler, const output *o, long accepted) {
    const uint64_t found = (uint64_t)o->lines.seen[0] + o->from_signals;
    const uint64_t all = (uint64_t)accepted + written;
    print_fault((fault_report){"signals", handler, hits, all, all - found, o->lines.torn});
    assert_int_equal(o->lines.torn, 0);
    assert_int_equal(o->lines.blank, 0);
    assert_int_equal(o->lines.unordered, 0);
    assert_int_equal(o->lines.lost, 0);
    assert_int_equal(o->lines.seen[0], accepted);
    assert_int_equal(o->from_signals, written);
    assert_int_equal(written, signals);
}

/* ---- files ---- */

static jsonlog_handler *open_log(jsonlog_write_policy policy) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    options.policy = policy;
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), &options, &handler, NULL),
                     JSONLOG_OK);
    use_plain_formatter(handler);
    signal_output = open(in_directory("log"), O_WRONLY | O_APPEND);
    assert_true(signal_output >= 0);
    return handler;
}

/* The signals write into the very file that is being written to. */
static void under_fire_into(const char *name, jsonlog_handler *handler) {
    output o = {.from_signals = 0};
    const long accepted = log_under_fire(handler, 120);
    jsonlog_handler_release(handler);
    close(signal_output);
    read_file(&o, "log");
    assert_all_there(name, &o, accepted);
    unlink(in_directory("log"));
}

static void each_line_with_a_write(void **state) {
    (void)state;
    under_fire_into("file", open_log((jsonlog_write_policy){NULL, 0, 0, 0}));
}

static void while_the_file_is_opened_again(void **state) {
    (void)state;
    reopens = 1;
    under_fire_into("file(reopened)", open_log((jsonlog_write_policy){NULL, 0, 0, 0}));
    reopens = 0;
}

static void buffered(void **state) {
    (void)state;
    under_fire_into("file+buffered", open_log(jsonlog_buffered(20000, 2)));
}

static void through_a_ring(void **state) {
    (void)state;
    jsonlog_handler *file = open_log((jsonlog_write_policy){NULL, 0, 0, 0});
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = 8192;
    options.when_full = JSONLOG_ASYNC_BLOCK;
    options.drain_timeout_ms = 60000;
    jsonlog_handler *async = jsonlog_async_handler_new(file, &options);
    jsonlog_handler_release(file);
    under_fire_into("async(file)", async);
}

/* ---- a slow pipe ---- */

typedef struct reader {
    int fd;
    output found;
    size_t rest;
    pthread_t thread;
} reader;

static void block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* In bites, so that writers block in the middle of a line. */
static void *read_slowly(void *argument) {
    reader *r = argument;
    static char text[1 << 18];
    block_signals();
    for (ssize_t n; (n = read(r->fd, text + r->rest, 1500)) > 0;) {
        const size_t len = r->rest + (size_t)n;
        r->rest = read_text(&r->found, text, len);
        memmove(text, text + len - r->rest, r->rest);
        sched_yield();
    }
    return NULL;
}

static void under_fire_into_pipe(size_t len_max, bool shares_it) {
    int ends[2];
    reader r = {.rest = 0};
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    r.fd = ends[0];
    signal_output = shares_it ? ends[1] : open("/dev/null", O_WRONLY);
    assert_int_equal(pthread_create(&r.thread, NULL, read_slowly, &r), 0);
    jsonlog_handler *handler = jsonlog_stream_handler_new(ends[1], NULL);
    use_plain_formatter(handler);
    const long accepted = log_under_fire(handler, len_max);
    jsonlog_handler_release(handler);
    close(ends[1]);
    pthread_join(r.thread, NULL);
    close(ends[0]);
    if (!shares_it) {
        close(signal_output);
        r.found.from_signals = written;
    }
    assert_int_equal(r.rest, 0);
    assert_all_there(shares_it ? "pipe" : "pipe(large-lines)", &r.found, accepted);
}

/* Up to PIPE_BUF a pipe keeps lines whole, also those of the signals in between. */
static void into_a_slow_pipe(void **state) {
    (void)state;
    under_fire_into_pipe(2000, true);
}

/* A line of many bites, whose write is interrupted with some of them out. */
static void large_lines_into_a_slow_pipe(void **state) {
    (void)state;
    under_fire_into_pipe(40000, false);
}

/* ---- the whole call, from the macro on ---- */

static void whole_calls(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_memory_handler_new(4096);
    jsonlog_stats before, after;
    uint64_t calls = 0;
    signal_output = open("/dev/null", O_WRONLY);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_get_stats(&before);
    begin_fire();
    for (; !is_enough(); calls++) {
        jsonlog_scope scope = jsonlog_scope_push("scope", calls);
        errno = 77;
        is_in_call = 1;
        jsonlog_info(jsonlog_root(), "under fire", "n", calls, "text", "some of it", "pi", 3.14159);
        is_in_call = 0;
        assert_int_equal(errno, 77);
        jsonlog_scope_pop(scope);
    }
    cease_fire();
    jsonlog_get_stats(&after);
    const uint64_t lines = after.lines - before.lines;
    print_fault((fault_report){"signals", "memory(whole-calls)", hits, calls, calls - lines, 0});
    assert_int_equal(lines, calls);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
    close(signal_output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_with_a_write),
        cmocka_unit_test(while_the_file_is_opened_again),
        cmocka_unit_test(buffered),
        cmocka_unit_test(through_a_ring),
        cmocka_unit_test(into_a_slow_pipe),
        cmocka_unit_test(large_lines_into_a_slow_pipe),
        cmocka_unit_test(whole_calls),
    };
    catch_signals();
    return cmocka_run_group_tests(tests, make_test_directory, remove_test_directory);
}
