/** Descriptors that interrupt, take a part, take nothing, or lose their reader while threads write.
 */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/time.h>

#include <cmocka.h>

#include "support/pipes.h"

/* ---- a slow reader ---- */

typedef struct slow_reader {
    int fd;
    size_t chunk;
    useconds_t pause;
    size_t stop_after; /* bytes; 0: at the end of the stream */
    char *text;
    size_t len;
    pthread_t thread;
} slow_reader;

static void *read_slowly(void *argument) {
    slow_reader *r = argument;
    size_t room = 0;
    while (r->stop_after == 0 || r->len < r->stop_after) {
        if (room - r->len < r->chunk)
            r->text = realloc(r->text, room += 1 << 20);
        ssize_t n = read(r->fd, r->text + r->len, r->chunk);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            break;
        r->len += n > 0 ? (size_t)n : 0;
        usleep(r->pause);
    }
    close(r->fd);
    return NULL;
}

static void start_reader(slow_reader *r) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the storm is for the writers */
    assert_int_equal(pthread_create(&r->thread, NULL, read_slowly, r), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- writers ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines;
    size_t longest;
    useconds_t pause;
    long accepted, refused, touched_errno;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    uint64_t seed = (uint64_t)w->id + 1;
    char *line = malloc(w->longest);
    for (long n = 0; n < w->lines; n++) {
        size_t len = NUMBERED_LINE_MIN + next_random(&seed) % (w->longest - NUMBERED_LINE_MIN);
        make_numbered_line(line, w->id, n, len);
        errno = 77;
        jsonlog_status status = write_bytes(w->handler, line, len);
        w->accepted += status == JSONLOG_OK;
        w->refused +=
            status == JSONLOG_E_AGAIN || status == JSONLOG_E_CLOSED || status == JSONLOG_E_IO;
        w->touched_errno += errno != 77;
        if (w->pause > 0)
            usleep(w->pause);
    }
    free(line);
    return NULL;
}

/* Signals to the process are for the writers, not for the thread that waits for them. */
static void run_writers(writer *writers, int count) {
    sigset_t all, before;
    for (int i = 0; i < count; i++)
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < count; i++)
        pthread_join(writers[i].thread, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static jsonlog_handler *owning_stream_to(int fd) {
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, &options);
    assert_non_null(handler);
    use_plain_formatter(handler);
    return handler;
}

/* ---- interrupted all the time ---- */

static int interrupts;

static void count_interrupt(int number) {
    (void)number;
    __atomic_add_fetch(&interrupts, 1, __ATOMIC_RELAXED);
}

static void start_storm(void) {
    struct sigaction action = {.sa_handler = count_interrupt}; /* no SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    const struct itimerval often = {{0, 100}, {0, 100}};
    setitimer(ITIMER_REAL, &often, NULL);
}

static void end_storm(void) {
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
}

static void every_line_survives_a_storm_of_signals(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    slow_reader r = {.fd = ends[0], .chunk = 700, .pause = 20};
    writer writers[2];
    jsonlog_handler *handler = owning_stream_to(ends[1]);
    for (int i = 0; i < 2; i++)
        writers[i] =
            (writer){.handler = handler, .id = i, .lines = 100 * test_effort(), .longest = 9000};
    start_reader(&r);
    start_storm();
    run_writers(writers, 2);
    end_storm();
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    pthread_join(r.thread, NULL);
    numbered_reader found = {{0}, {0}, 0, 0, 0, 0, 0};
    assert_int_equal(read_numbered_lines(&found, r.text, r.len), 0);
    print_fault((fault_report){
        "eintr-storm", "stream(pipe)", (uint64_t)__atomic_load_n(&interrupts, __ATOMIC_RELAXED),
        (uint64_t)(writers[0].accepted + writers[1].accepted),
        (uint64_t)(writers[0].accepted + writers[1].accepted - found.seen[0] - found.seen[1]),
        found.torn});
    for (int i = 0; i < 2; i++) {
        assert_int_equal(writers[i].accepted, writers[i].lines);
        assert_int_equal(found.seen[i], writers[i].lines);
    }
    assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
    assert_int_equal(stats.lost, 0);
    assert_int_equal(stats.bytes, r.len);
    assert_true(__atomic_load_n(&interrupts, __ATOMIC_RELAXED) > 100);
    free(r.text);
}

/* ---- taken in parts, or not at all ---- */

/* Everything accepted arrives whole and in order, and everything else is counted and reported. */
static void check_full_descriptor(const char *to, int reading, int writing, int count,
                                  size_t longest) {
    slow_reader r = {.fd = reading, .chunk = 1500, .pause = 100};
    writer writers[4];
    jsonlog_handler *handler = owning_stream_to(writing);
    for (int i = 0; i < count; i++)
        writers[i] = (writer){.handler = handler,
                              .id = i,
                              .lines = 1000 * test_effort(),
                              .longest = longest,
                              .pause = 50};
    start_reader(&r);
    run_writers(writers, count);
    while (jsonlog_handler_flush(handler) == JSONLOG_E_AGAIN)
        usleep(100);
    writer last = {.handler = handler, .id = 5, .lines = 1, .longest = 40};
    while (last.accepted == 0) { /* brings the last report with it */
        usleep(1000);
        write_lines(&last);
    }
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    pthread_join(r.thread, NULL);
    numbered_reader found = {{0}, {0}, 0, 0, 0, 0, 0};
    assert_int_equal(read_numbered_lines(&found, r.text, r.len), 0);
    long refused = last.refused, accepted = 0, seen = 0;
    for (int i = 0; i < count; i++) {
        assert_int_equal(found.seen[i], writers[i].accepted);
        assert_int_equal(writers[i].accepted + writers[i].refused, writers[i].lines);
        assert_int_equal(writers[i].touched_errno, 0);
        refused += writers[i].refused;
        accepted += writers[i].accepted;
        seen += found.seen[i];
    }
    print_fault((fault_report){"short-write-eagain", to, (uint64_t)refused, (uint64_t)accepted,
                               (uint64_t)(accepted - seen), found.torn});
    assert_int_equal(found.torn + found.blank + found.unordered, 0);
    assert_true(refused > 0);
    assert_int_equal(stats.lost, refused);
    assert_int_equal(stats.lost_again, refused);
    assert_int_equal(found.lost, refused);
    assert_int_equal(stats.bytes, r.len);
    free(r.text);
}

static void a_full_pipe_tears_nothing(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    check_full_descriptor("stream(pipe)", ends[0], ends[1], 1, 12000);
}

static void a_full_pipe_tears_nothing_of_four_threads(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    check_full_descriptor("stream(pipe)", ends[0], ends[1], 4, 30000);
}

static void a_full_socket_tears_nothing(void **state) {
    (void)state;
    int ends[2];
    const int size = 4096;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    check_full_descriptor("stream(socket)", ends[0], ends[1], 2, 12000);
}

/* ---- a reader that goes away in the middle ---- */

/* SIGPIPE has its default action: a test that fails is a test that dies. */
static void check_lost_reader(const char *to, int reading, int writing) {
    signal(SIGPIPE, SIG_DFL);
    slow_reader r = {.fd = reading, .chunk = 700, .pause = 50, .stop_after = 100000};
    writer writers[2];
    jsonlog_handler *handler = owning_stream_to(writing);
    for (int i = 0; i < 2; i++)
        writers[i] = (writer){.handler = handler, .id = i, .lines = 500, .longest = 3000};
    start_reader(&r);
    run_writers(writers, 2);
    pthread_join(r.thread, NULL);
    long refused = writers[0].refused + writers[1].refused;
    jsonlog_handler_stats stats = stats_of(handler);
    assert_true(refused > 0);
    assert_int_equal(writers[0].touched_errno + writers[1].touched_errno, 0);
    assert_int_equal(stats.lost_error, refused);
    assert_int_equal(stats.last_errno, EPIPE);
    assert_int_equal(stats.lines, 1000 - refused);
    numbered_reader found = {{0}, {0}, 0, 0, 0, 0, 0};
    read_numbered_lines(&found, r.text, r.len);
    /* what was in the pipe when its reader went away */
    const uint64_t unread = stats.lines - (uint64_t)(found.seen[0] + found.seen[1]);
    print_fault((fault_report){"epipe", to, 1, stats.lines, unread, found.torn});
    assert_int_equal(found.torn + found.blank + found.unordered, 0);
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    jsonlog_handler_release(handler);
    free(r.text);
}

static void a_closed_pipe_kills_nobody(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, 0);
    check_lost_reader("stream(pipe)", ends[0], ends[1]);
}

static void a_closed_socket_kills_nobody(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    check_lost_reader("stream(socket)", ends[0], ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_survives_a_storm_of_signals),
        cmocka_unit_test(a_full_pipe_tears_nothing),
        cmocka_unit_test(a_full_pipe_tears_nothing_of_four_threads),
        cmocka_unit_test(a_full_socket_tears_nothing),
        cmocka_unit_test(a_closed_pipe_kills_nobody),
        cmocka_unit_test(a_closed_socket_kills_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
