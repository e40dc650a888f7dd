/** Connections where things go wrong: peers that die, stall, vanish or never were there; forks and
 * ends of the process. Every line that was accepted arrives whole and in order, or is counted. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"

#include <jsonlog/jsonlog.h>
#include <jsonlog/socket.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/socket_peer.h"
#include "support/under_tsan.h"

enum { WRITERS = 4, LINES_MAX = 20000 };

/* ---- helpers ---- */

static jsonlog_socket_options quick(void) {
    jsonlog_socket_options options = JSONLOG_SOCKET_OPTIONS_INIT;
    options.reconnect_min_ms = 1;
    options.reconnect_max_ms = 10;
    options.drain_timeout_ms = 60000;
    return options;
}

static jsonlog_handler *handler_to(const char *name, const jsonlog_socket_options *options) {
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_socket_handler_new(name, options, &handler, NULL), JSONLOG_OK);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_socket_stats socket_stats(const jsonlog_handler *handler) {
    jsonlog_socket_stats stats;
    jsonlog_socket_get_stats(handler, &stats);
    return stats;
}

/* ---- writers ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines;
    unsigned pause_us; /* after each line */
    bool was_accepted[LINES_MAX];
    pthread_t thread;
} writer;

static writer writers[WRITERS];

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[512];
    uint64_t seed = (uint64_t)w->id + 1;
    for (long n = 0; n < w->lines; n++) {
        const size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 400;
        make_numbered_line(line, w->id, n, len);
        w->was_accepted[n] = write_bytes(w->handler, line, len) == JSONLOG_OK;
        if (w->pause_us > 0)
            usleep(w->pause_us);
    }
    return NULL;
}

static void start_writers(jsonlog_handler *handler, long lines, unsigned pause_us) {
    assert_true(lines <= LINES_MAX);
    for (int i = 0; i < WRITERS; i++) {
        memset(&writers[i], 0, sizeof writers[i]);
        writers[i].handler = handler;
        writers[i].id = i;
        writers[i].lines = lines;
        writers[i].pause_us = pause_us;
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]), 0);
    }
}

static void join_writers(void) {
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
}

/* ---- what arrived ---- */

typedef struct arrivals {
    bool has_come[WRITERS][LINES_MAX];
    uint64_t torn, unordered, reported;
} arrivals;

static arrivals arrived;

/* Each connection for itself: whole lines in order, but for the last one. */
static void note_connection(const char *text) {
    numbered_reader reader = {.torn = 0};
    const char *end = text;
    for (const char *newline; (newline = strchr(end, '\n')) != NULL; end = newline + 1) {
        int id = 0;
        long number = 0;
        const size_t len = (size_t)(newline - end);
        if (len > 0 && parse_numbered_line(end, len, &id, &number))
            arrived.has_come[id][number] = true;
    }
    read_numbered_lines(&reader, text, (size_t)(end - text));
    arrived.torn += reader.torn + reader.blank;
    arrived.unordered += reader.unordered;
    arrived.reported += reader.lost;
}

static void note_arrivals(const socket_peer *peer) {
    memset(&arrived, 0, sizeof arrived);
    for (unsigned i = 0; i < peer_connections(peer); i++)
        note_connection(peer_text(peer, i));
    assert_int_equal(arrived.torn, 0);
    assert_int_equal(arrived.unordered, 0);
}

/* @return how many accepted lines have not arrived. */
static long count_missing(void) {
    long missing = 0;
    for (int i = 0; i < WRITERS; i++)
        for (long n = 0; n < writers[i].lines; n++)
            missing += writers[i].was_accepted[n] && !arrived.has_come[i][n];
    return missing;
}

static long count_refused(void) {
    long refused = 0;
    for (int i = 0; i < WRITERS; i++)
        for (long n = 0; n < writers[i].lines; n++)
            refused += !writers[i].was_accepted[n];
    return refused;
}

static uint64_t count_accepted(void) {
    uint64_t accepted = 0;
    for (int i = 0; i < WRITERS; i++)
        accepted += (uint64_t)writers[i].lines;
    return accepted - (uint64_t)count_refused();
}

static const char *const socket_names[] = {[PEER_TCP] = "socket(tcp)",
                                           [PEER_UDP] = "socket(udp)",
                                           [PEER_UNIX] = "socket(unix)",
                                           [PEER_UNIXGRAM] = "socket(unixgram)"};

/* Of lines that were accepted; those that were refused are counted. */
static void report(const char *fault, peer_kind kind, uint64_t trials) {
    print_fault((fault_report){fault, socket_names[kind], trials, count_accepted(),
                               (uint64_t)count_missing(), arrived.torn});
}

/* ---- a peer that dies ---- */

enum { KILLS = 20 };

/* What was sent before on the same connection has been read, once this has. */
static void await_last_line(jsonlog_handler *handler, const socket_peer *peer) {
    char last[NUMBERED_LINE_MIN];
    make_numbered_line(last, 0, LINES_MAX - 1, sizeof last);
    write_bytes(handler, last, sizeof last);
    peer_await(peer, "w00 n000019999");
}

/* The peer is killed at random moments, mostly in the middle of a line, and comes back. TCP: what
 * it may hold unread is less than what is sent again. */
static void kill_at_random(peer_kind kind, uint64_t seed) {
    socket_peer peer;
    peer_init(&peer, kind);
    peer.receive_buffer = kind == PEER_TCP ? 8192 : 0;
    peer.shared->read_size = 100;
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.block_timeout_ms = 60000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    start_writers(handler, 1500, 200);
    for (int i = 0; i < KILLS; i++) {
        usleep(1000 + next_random(&seed) % 20000);
        peer_kill(&peer);
        usleep(next_random(&seed) % 3000);
        peer_start(&peer);
    }
    join_writers();
    peer.shared->read_size = 0;
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    await_last_line(handler, &peer);
    note_arrivals(&peer);
    report("kill-9-of-peer", kind, KILLS);
    assert_int_equal(count_refused(), 0);
    assert_int_equal(count_missing(), 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void a_unix_peer_that_is_killed_misses_nothing(void **state) {
    (void)state;
    for (long round = 0; round < test_effort(); round++)
        kill_at_random(PEER_UNIX, 42 + (uint64_t)round);
}

static void a_tcp_peer_that_is_killed_misses_nothing(void **state) {
    (void)state;
    for (long round = 0; round < test_effort(); round++)
        kill_at_random(PEER_TCP, 42 + (uint64_t)round);
}

static long datagram_queue_len(void) {
    long len = 0;
    FILE *file = fopen("/proc/sys/net/unix/max_dgram_qlen", "re");
    if (file == NULL || fscanf(file, "%ld", &len) != 1)
        len = 512;
    if (file != NULL)
        fclose(file);
    return len;
}

/* What a datagram peer had in its queue dies with it; the rest arrives. */
static void a_datagram_peer_that_is_killed_misses_its_queue(void **state) {
    (void)state;
    enum { FEW = 5 };
    socket_peer peer;
    peer_init(&peer, PEER_UNIXGRAM);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.block_timeout_ms = 60000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    start_writers(handler, 2000, 20);
    for (int i = 0; i < FEW; i++) {
        usleep(10000);
        peer_kill(&peer);
        peer_start(&peer);
    }
    join_writers();
    await_last_line(handler, &peer);
    note_arrivals(&peer);
    report("kill-9-of-peer", PEER_UNIXGRAM, FEW);
    assert_int_equal(count_refused(), 0);
    /* The kernel takes two more than it says, and one may just have been read. */
    assert_in_range(count_missing(), 0, FEW * (datagram_queue_len() + 3));
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    assert_int_equal(socket_stats(handler).lines, 4 * 2000 + 1);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* A line that is larger than the socket's buffers, and of which a dying peer had the beginning,
 * comes again from its beginning. */
static void a_line_cut_in_two_comes_again(void **state) {
    (void)state;
    socket_peer peer;
    static char line[1 << 20];
    peer_init(&peer, PEER_UNIX);
    peer.shared->read_size = 700;
    peer.shared->slowness_us = 100 * 1000000; /* it will not be read to its end */
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.buffer_bytes = 4 * sizeof line;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    make_numbered_line(line, 1, 5, sizeof line);
    write_bytes(handler, line, sizeof line);
    AWAIT(peer_connections(&peer) > 0 && strlen(peer_text(&peer, 0)) >= 700);
    peer_kill(&peer);
    assert_int_equal(strlen(peer_text(&peer, 0)), 700);
    peer.shared->read_size = 0;
    peer.shared->slowness_us = 0;
    peer_start(&peer);
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    assert_int_equal(strlen(peer_text(&peer, 1)), sizeof line);
    assert_memory_equal(peer_text(&peer, 1), line, sizeof line);
    const jsonlog_socket_stats stats = socket_stats(handler);
    assert_int_equal(stats.resent, 1);
    assert_int_equal(stats.lines, 1);
    assert_int_equal(stats.losses, 1);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* ---- TCP has no receipts ---- */

/* The peer's system has acknowledged the line, then the peer dies without having read it. */
static jsonlog_socket_stats kill_unread(size_t resend_bytes, socket_peer *peer) {
    jsonlog_socket_options options = quick();
    options.resend_bytes = resend_bytes;
    peer_init(peer, PEER_TCP);
    peer_start(peer);
    jsonlog_handler *handler = handler_to(peer->name, &options);
    AWAIT(peer_connections(peer) == 1);
    peer_pause(peer, true);
    write_text(handler, "one\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    peer_kill(peer);
    peer_pause(peer, false);
    peer_start(peer);
    AWAIT(socket_stats(handler).losses == 1);
    write_text(handler, "two\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    peer_await(peer, "two\n");
    const jsonlog_socket_stats stats = socket_stats(handler);
    jsonlog_handler_release(handler);
    return stats;
}

static void unread_lines_come_again_after_a_reset(void **state) {
    (void)state;
    socket_peer peer;
    jsonlog_socket_stats stats = kill_unread(0, &peer);
    assert_string_equal(peer_text(&peer, 1), "one\ntwo\n");
    assert_int_equal(stats.resent, 1);
    assert_int_equal(stats.lines, 2);
    peer_done(&peer);
    stats = kill_unread(JSONLOG_RESEND_NONE, &peer);
    assert_string_equal(peer_text(&peer, 1), "two\n");
    assert_int_equal(stats.resent, 0);
    peer_done(&peer);
}

/* What is kept after it was acknowledged is kept for as long as the peer takes nothing more, and
 * not for 5 seconds only: a peer that hangs is often killed later than that. */
static void a_peer_that_hung_before_it_was_killed_misses_nothing(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer.receive_buffer = 8192;
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.block_timeout_ms = 60000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    AWAIT(peer_connections(&peer) == 1);
    peer_pause(&peer, true);
    start_writers(handler, 500, 0);
    join_writers();
    AWAIT(socket_stats(handler).lines > 0);
    sleep(6);
    peer_kill(&peer);
    peer_pause(&peer, false);
    peer_start(&peer);
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    await_last_line(handler, &peer);
    note_arrivals(&peer);
    report("stall-and-kill-of-peer", PEER_TCP, 1);
    assert_int_equal(count_refused() + count_missing(), 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* Who closes in good order has read everything, and gets nothing twice. */
static void nothing_comes_twice_after_an_orderly_end(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    jsonlog_handler *handler = handler_to(peer.name, &options);
    write_text(handler, "one\n");
    peer_await(&peer, "one\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    peer_kill(&peer);
    AWAIT(socket_stats(handler).losses == 1);
    peer_start(&peer);
    write_text(handler, "two\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    peer_await(&peer, "two\n");
    assert_string_equal(peer_text(&peer, 1), "two\n");
    assert_int_equal(socket_stats(handler).resent, 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* ---- a peer that stalls ---- */

static void a_peer_that_stops_reading_costs_what_is_counted(peer_kind kind) {
    socket_peer peer;
    peer_init(&peer, kind);
    peer.receive_buffer = kind == PEER_TCP ? 8192 : 0;
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.buffer_bytes = 65536;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    write_text(handler, "first\n");
    peer_await(&peer, "first\n");
    peer_pause(&peer, true);
    while (stats_of(handler).lost < 100) {
        start_writers(handler, 1000, 0);
        join_writers();
    }
    assert_int_equal(stats_of(handler).last_errno, EAGAIN);
    assert_int_equal(stats_of(handler).lost_again, stats_of(handler).lost);
    peer_pause(&peer, false);
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    write_text(handler, "last\n");
    peer_await(&peer, "last\n");
    const char *text = peer_text(&peer, 0);
    const char *report = strstr(text, "lines lost");
    uint64_t reported = 0;
    for (; report != NULL; report = strstr(report + 1, "lines lost")) {
        uint64_t lost = 0;
        assert_int_equal(sscanf(report, "lines lost lost=%" SCNu64 " reason=EAGAIN\n", &lost), 1);
        reported += lost;
    }
    assert_int_equal(reported, stats_of(handler).lost);
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    const uint64_t accepted = stats_of(handler).lines, lines = socket_stats(handler).lines;
    print_fault(
        (fault_report){"slow-reader", socket_names[kind], 1, accepted, accepted - lines, 0});
    assert_int_equal(socket_stats(handler).losses, 0);
    assert_int_equal(lines, accepted);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

static void a_slow_peer_costs_what_is_counted(void **state) {
    (void)state;
    a_peer_that_stops_reading_costs_what_is_counted(PEER_UNIX);
    a_peer_that_stops_reading_costs_what_is_counted(PEER_TCP);
    a_peer_that_stops_reading_costs_what_is_counted(PEER_UNIXGRAM);
}

/* The stalled one is given up for the next. */
static void a_stalled_peer_is_given_up(void **state) {
    (void)state;
    socket_peer stalled, other;
    char both[400];
    peer_init(&stalled, PEER_UNIX);
    peer_init(&other, PEER_UNIX);
    peer_start(&stalled);
    peer_start(&other);
    snprintf(both, sizeof both, "%s %s", stalled.name, other.name);
    jsonlog_socket_options options = quick();
    options.write_timeout_ms = 100;
    jsonlog_handler *handler = handler_to(both, &options);
    AWAIT(peer_connections(&stalled) == 1);
    peer_pause(&stalled, true);
    write_text(handler, "one\n");
    AWAIT(socket_stats(handler).losses >= 1);
    assert_int_equal(socket_stats(handler).last_errno, ETIMEDOUT);
    peer_kill(&stalled);
    peer_await(&other, "one\n");
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    jsonlog_handler_release(handler);
    peer_done(&stalled);
    peer_done(&other);
}

/* Reading a little now and then is no stall, though the socket is full all the time. */
static void a_slow_peer_is_not_given_up(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_UNIX);
    peer.shared->read_size = 4096;
    peer.shared->slowness_us = 10000;
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.write_timeout_ms = 2000;
    options.block_timeout_ms = 60000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    start_writers(handler, 2000, 0);
    join_writers();
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    assert_int_equal(socket_stats(handler).losses, 0);
    note_arrivals(&peer);
    assert_int_equal(count_missing() + count_refused(), 0);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* ---- a peer that takes calls and hangs up ---- */

static void *hang_up(void *argument) {
    const int listener = *(int *)argument;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;)
        close(fd);
    return NULL;
}

static void a_peer_that_hangs_up_is_called_ever_less(void **state) {
    (void)state;
    socket_peer peer;
    pthread_t thread;
    peer_init(&peer, PEER_TCP);
    int listener = peer_bind(&peer);
    assert_int_equal(listen(listener, 16), 0);
    pthread_create(&thread, NULL, hang_up, &listener);
    jsonlog_socket_options options = quick();
    options.reconnect_min_ms = 10;
    options.reconnect_max_ms = 80;
    options.drain_timeout_ms = 1;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    AWAIT(socket_stats(handler).backoff_ms == 80);
    assert_in_range(socket_stats(handler).connects, 4, 1000);
    jsonlog_handler_release(handler);
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    peer_done(&peer);
}

/* ---- forks and ends ---- */

enum { CHILDREN = 10, CHILD_LINES = 50 };

static void write_in_child(jsonlog_handler *handler, int id) {
    char line[100];
    alarm(60);
    jl_handler_after_fork(handler);
    for (long n = 0; n < CHILD_LINES; n++) {
        make_numbered_line(line, WRITERS + id, n, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
    jsonlog_handler_release(handler);
    _exit(0);
}

/* Each line of each process arrives once: no child sends what was its parent's. */
static void forks_under_load_double_nothing(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    socket_peer peer;
    numbered_reader all = {.torn = 0};
    peer_init(&peer, PEER_UNIX);
    peer_start(&peer);
    jsonlog_socket_options options = quick();
    options.block_timeout_ms = 60000;
    jsonlog_handler *handler = handler_to(peer.name, &options);
    start_writers(handler, 2000, 50);
    for (int i = 0; i < CHILDREN; i++) {
        int status = 0;
        const pid_t child = fork();
        if (child == 0)
            write_in_child(handler, i);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    join_writers();
    assert_int_equal(jsonlog_socket_flush(handler, 60000), JSONLOG_OK);
    assert_int_equal(socket_stats(handler).losses, 0);
    assert_int_equal(peer_connections(&peer), 1 + CHILDREN);
    for (unsigned i = 0; i < peer_connections(&peer); i++)
        assert_int_equal(
            read_numbered_lines(&all, peer_text(&peer, i), strlen(peer_text(&peer, i))), 0);
    uint64_t seen = 0;
    for (int i = 0; i < WRITERS + CHILDREN; i++)
        seen += (uint64_t)all.seen[i];
    const uint64_t accepted = WRITERS * 2000 + CHILDREN * CHILD_LINES;
    print_fault((fault_report){"fork", socket_names[PEER_UNIX], CHILDREN, accepted, accepted - seen,
                               all.torn});
    assert_int_equal(all.torn + all.blank + all.unordered + all.lost, 0);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(all.seen[i], 2000);
    for (int i = 0; i < CHILDREN; i++)
        assert_int_equal(all.seen[WRITERS + i], CHILD_LINES);
    jsonlog_handler_release(handler);
    peer_done(&peer);
}

/* A program that logs and ends, without another word. */
static void log_and_exit(const char *name, void (*leave)(int)) {
    jsonlog_handler *handler = NULL;
    alarm(60);
    if (jsonlog_socket_handler_new(name, NULL, &handler, NULL) != JSONLOG_OK)
        _exit(1);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_handler_release(handler);
    for (int i = 0; i < 1000; i++)
        jsonlog_info(jsonlog_root(), "line", "n", i);
    leave(0);
}

static void shut_down_and_leave(int status) {
    jsonlog_shutdown();
    _exit(status);
}

static void check_an_end(const char *fault, void (*leave)(int)) {
    socket_peer peer;
    int status = 0;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    const pid_t child = fork();
    if (child == 0)
        log_and_exit(peer.name, leave);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    AWAIT(peer.shared->segments[0].is_closed);
    size_t lines = 0;
    for (const char *at = peer_text(&peer, 0); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    print_fault((fault_report){fault, socket_names[PEER_TCP], 1, 1000, 1000 - lines, 0});
    assert_int_equal(lines, 1000);
    peer_done(&peer);
}

static void an_ending_process_sends_all(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    check_an_end("shutdown", shut_down_and_leave);
    check_an_end("exit", exit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unix_peer_that_is_killed_misses_nothing),
        cmocka_unit_test(a_tcp_peer_that_is_killed_misses_nothing),
        cmocka_unit_test(a_datagram_peer_that_is_killed_misses_its_queue),
        cmocka_unit_test(a_line_cut_in_two_comes_again),
        cmocka_unit_test(unread_lines_come_again_after_a_reset),
        cmocka_unit_test(a_peer_that_hung_before_it_was_killed_misses_nothing),
        cmocka_unit_test(nothing_comes_twice_after_an_orderly_end),
        cmocka_unit_test(a_slow_peer_costs_what_is_counted),
        cmocka_unit_test(a_stalled_peer_is_given_up),
        cmocka_unit_test(a_slow_peer_is_not_given_up),
        cmocka_unit_test(a_peer_that_hangs_up_is_called_ever_less),
        cmocka_unit_test(forks_under_load_double_nothing),
        cmocka_unit_test(an_ending_process_sends_all),
    };
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
