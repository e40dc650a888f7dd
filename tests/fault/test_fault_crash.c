/** Crashes under load, and before outputs that do not take what is held: every line that was
 * accepted is in the log or counted. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "handler/rescue.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"
#include "support/under_tsan.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>
#include <jsonlog/socket.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/log_files.h"

#include "support/crash_child.h"
#include "support/socket_peer.h"

/* ---- under load ---- */

enum { THREADS = 8, TRIALS = 15, LINES_MAX = 6000 };

/* In memory that outlives the child. */
typedef struct load {
    int kind;         /* of handler */
    bool is_sent;     /* the crash is a signal at any point of a call, else a fault between calls */
    long crash_after; /* lines of the first thread, or microseconds */
    uint64_t accepted[THREADS];
    uint64_t taken; /* by a slow target */
} load;

static load *shared;

static jsonlog_handler *loaded_handler(int kind) {
    jsonlog_write_policy each = {NULL, 0, 0, 0};
    jsonlog_handler *file = log_to_file(kind == 1 ? each : jsonlog_buffered(20000, 5));
    use_plain_formatter(file);
    if (kind == 0)
        return file;
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = 65536;
    return jsonlog_async_handler_new(file, &options);
}

typedef struct loader {
    jsonlog_handler *handler;
    int id;
} loader;

/* What is refused is tried again: the load goes on until the end. */
static void *log_until_the_end(void *argument) {
    const loader *l = argument;
    char line[512];
    uint64_t seed = (uint64_t)l->id;
    jsonlog_crash_thread_enter();
    for (long n = 0; n < LINES_MAX; n++) {
        const size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 400;
        if (l->id == 0 && !shared->is_sent && n == shared->crash_after)
            crash_segv();
        make_numbered_line(line, l->id, n, len);
        while (write_bytes(l->handler, line, len) != JSONLOG_OK)
            continue;
        __atomic_fetch_add(&shared->accepted[l->id], 1, __ATOMIC_SEQ_CST);
    }
    pause();
    return NULL;
}

static void crash_under_load(void *argument) {
    static loader loaders[THREADS];
    pthread_t threads[THREADS];
    (void)argument;
    jsonlog_handler *handler = loaded_handler(shared->kind);
    install_to(handler);
    for (int i = 0; i < THREADS; i++) {
        loaders[i] = (loader){handler, i};
        pthread_create(&threads[i], NULL, log_until_the_end, &loaders[i]);
    }
    if (shared->is_sent) {
        usleep((useconds_t)shared->crash_after);
        pthread_kill(threads[shared->crash_after % THREADS], SIGSEGV);
    }
    pause();
}

typedef struct found {
    uint64_t accepted, seen, lost, unflushed, flushed, torn;
} found;

/* Whole lines, then the FATAL line. What a crash in the middle of a write has cut is closed with a
 * newline in front of it. */
static found read_log(void) {
    found f = {.seen = 0};
    numbered_reader reader = {.torn = 0};
    const char *text = content_of("log");
    const char *fatal = fatal_line_in(text);
    assert_int_equal(read_numbered_lines(&reader, text, (size_t)(fatal - text)), 0);
    assert_int_equal(reader.unordered, 0);
    for (int i = 0; i < THREADS; i++)
        f.seen += (uint64_t)reader.seen[i];
    f.torn = reader.torn + reader.blank;
    f.flushed = (uint64_t)number_in(fatal, "flushed");
    f.lost = (uint64_t)number_in(fatal, "lost");
    f.unflushed = (uint64_t)number_in(fatal, "unflushed");
    return f;
}

/* A thread may be between the acceptance of its line and its count. */
static found crash_once(int kind, bool is_sent, long after) {
    uint64_t accepted = 0;
    *shared = (load){.kind = kind, .is_sent = is_sent, .crash_after = after};
    const int status = status_of(crash_under_load, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    for (int i = 0; i < THREADS; i++)
        accepted += shared->accepted[i];
    found f = read_log();
    f.accepted = accepted;
    assert_true(f.torn <= 1);
    assert_true(f.seen + f.lost + f.unflushed >= accepted);
    assert_true(f.seen + f.lost <= accepted + THREADS);
    forget_log();
    return f;
}

static void no_line_is_missing_that_is_not_counted(void **state) {
    (void)state;
    static const char *const kinds[] = {"file+buffered", "async(file)", "async(file+buffered)"};
    uint64_t seed = 20261123;
    for (int kind = 0; kind < 3; kind++) {
        for (int is_sent = 0; is_sent < 2; is_sent++) {
            found sum = {.seen = 0};
            const long trials = TRIALS * test_effort();
            for (long i = 0; i < trials; i++) {
                const long after = 1 + (long)(next_random(&seed) % (is_sent ? 20000 : 2000));
                const found f = crash_once(kind, is_sent == 1, after);
                sum.seen += f.seen, sum.lost += f.lost, sum.unflushed += f.unflushed;
                sum.torn += f.torn, sum.flushed += f.flushed;
                sum.accepted += f.accepted;
            }
            print_fault((fault_report){is_sent ? "crash-by-signal" : "crash-by-fault", kinds[kind],
                                       (uint64_t)trials, sum.accepted, sum.lost + sum.unflushed,
                                       sum.torn});
            assert_int_equal(sum.lost, 0);
        }
    }
}

/* ---- outputs that do not take it ---- */

static void crash_before_a_full_disk(void *argument) {
    (void)argument;
    const struct rlimit limit = {2000, 2000};
    jsonlog_handler *handler = log_to_file(jsonlog_buffered(65536, 60000));
    char line[200];
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 20; i++) {
        make_numbered_line(line, 0, i, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
    jsonlog_crash_install(NULL, NULL);
    crash_segv();
}

static void crash_before_a_full_pipe(void *argument) {
    char line[1000];
    jsonlog_stream_options stream = JSONLOG_STREAM_OPTIONS_INIT;
    stream.policy = jsonlog_buffered(65536, 60000);
    jsonlog_handler *handler = jsonlog_stream_handler_new(*(int *)argument, &stream);
    for (int i = 0; i < 20; i++) {
        make_numbered_line(line, 0, i, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
    jsonlog_crash_install(NULL, NULL);
    crash_segv();
}

static void counts_what_the_output_does_not_take(void **state) {
    (void)state;
    assert_int_equal(WTERMSIG(status_of(crash_before_a_full_disk, NULL)), SIGSEGV);
    const char *line = fatal_line_in(content_of("stderr"));
    assert_int_equal(number_in(line, "flushed"), 10);
    assert_int_equal(number_in(line, "lost"), 10);
    forget_log();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
    assert_int_equal(WTERMSIG(status_of(crash_before_a_full_pipe, &ends[1])), SIGSEGV);
    line = fatal_line_in(content_of("stderr"));
    assert_int_equal(number_in(line, "flushed"), 4);
    assert_int_equal(number_in(line, "lost"), 16);
    close(ends[0]), close(ends[1]);
    forget_log();
}

/* ---- targets that no signal handler can write to ---- */

static bool take_slowly(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    usleep(20000);
    return true;
}

static bool crash_at_the_third(const jsonlog_line *line, void *count) {
    (void)line;
    if (++*(int *)count == 3)
        crash_segv();
    return true;
}

static void crash_before_a_callback(void *fn) {
    static int count;
    char line[64];
    bool (*take)(const jsonlog_line *, void *) = *(bool (**)(const jsonlog_line *, void *))fn;
    jsonlog_handler *handler =
        jsonlog_async_handler_new(jsonlog_callback_handler_new(take, &count), NULL);
    jsonlog_crash_install(NULL, NULL);
    for (int i = 0; i < 5; i++) {
        make_numbered_line(line, 0, i, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
    if (take == take_slowly)
        crash_segv();
    pause();
}

static void waits_for_the_thread_of_a_ring(void **state) {
    (void)state;
    bool (*take)(const jsonlog_line *, void *) = take_slowly;
    assert_int_equal(WTERMSIG(status_of(crash_before_a_callback, &take)), SIGSEGV);
    const char *line = fatal_line_in(content_of("stderr"));
    assert_int_equal(number_in(line, "lost") + number_in(line, "unflushed"), 0);
    forget_log();
    take = crash_at_the_third; /* on that very thread */
    assert_int_equal(WTERMSIG(status_of(crash_before_a_callback, &take)), SIGSEGV);
    line = fatal_line_in(content_of("stderr"));
    assert_int_equal(number_in(line, "unflushed"), 1);
    assert_in_range(number_in(line, "lost"), 0, 2); /* as many as had been logged by then */
    forget_log();
}

/* ---- a ring that is not empty in time ---- */

enum { SLOW_LINES = 50 };

static bool take_and_count(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    usleep(20000);
    __atomic_fetch_add(&shared->taken, 1, __ATOMIC_SEQ_CST);
    return true;
}

static void linger(jl_holder *holder, jl_rescue_stage stage, jl_rescue *rescue) {
    (void)holder, (void)rescue;
    if (stage == JL_RESCUE_LAST)
        usleep(300000);
}

static void crash_before_a_slow_target(void *argument) {
    static jl_holder late = {.rescue = linger};
    (void)argument;
    char line[64];
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    options.wait_ms = 100;
    jl_holder_add(&late); /* what was added first comes last */
    jsonlog_handler *handler =
        jsonlog_async_handler_new(jsonlog_callback_handler_new(take_and_count, NULL), NULL);
    jsonlog_crash_install(&options, NULL);
    for (int i = 0; i < SLOW_LINES; i++) {
        make_numbered_line(line, 0, i, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
    crash_segv();
}

/* Else it would go on with lines that are counted already. */
static void stops_the_thread_of_a_ring(void **state) {
    (void)state;
    assert_int_equal(WTERMSIG(status_of(crash_before_a_slow_target, NULL)), SIGSEGV);
    const char *line = fatal_line_in(content_of("stderr"));
    const long lost = number_in(line, "lost"), unflushed = number_in(line, "unflushed");
    assert_true(lost > SLOW_LINES / 2 && unflushed <= 1);
    assert_in_range((long)shared->taken + lost + unflushed, SLOW_LINES, SLOW_LINES + 1);
}

/* ---- the buffers of sockets ---- */

enum { SENT_LINES = 200 };

static uint64_t connects_of(const jsonlog_handler *socket) {
    jsonlog_socket_stats stats;
    jsonlog_socket_get_stats(socket, &stats);
    return stats.connects;
}

/* A thread that has no peer is not waited for, so it gets one first if there is any. */
static void crash_behind_a_socket(void *argument) {
    const socket_peer *peer = argument;
    jsonlog_crash_options options = JSONLOG_CRASH_OPTIONS_INIT;
    jsonlog_handler *socket = NULL;
    options.handler = log_to_file((jsonlog_write_policy){NULL, 0, 0, 0});
    options.wait_ms = 30000;
    if (jsonlog_socket_handler_new(peer->name, NULL, &socket, NULL) != JSONLOG_OK ||
        jsonlog_crash_install(&options, NULL) != JSONLOG_OK)
        _exit(97);
    while (peer->pid != 0 && connects_of(socket) == 0)
        usleep(1000);
    jsonlog_logger_set_handlers(jsonlog_root(), &socket, 1);
    for (int i = 0; i < SENT_LINES; i++)
        jsonlog_info(jsonlog_root(), "sent", "number", i);
    crash_segv();
}

static const char *fatal_line_behind_a_socket(socket_peer *peer) {
    const int status = status_of(crash_behind_a_socket, peer);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    return fatal_line();
}

static void counts_what_a_socket_has_not_delivered(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    const char *line = fatal_line_behind_a_socket(&peer);
    assert_int_equal(number_in(line, "unflushed"), SENT_LINES);
    assert_int_equal(number_in(line, "lost"), 0);
    peer_done(&peer);
}

static void gives_a_socket_time_to_deliver(void **state) {
    (void)state;
    socket_peer peer;
    peer_init(&peer, PEER_TCP);
    peer_start(&peer);
    const char *line = fatal_line_behind_a_socket(&peer);
    assert_int_equal(number_in(line, "unflushed"), 0);
    assert_int_equal(number_in(line, "lost"), 0);
    peer_await(&peer, "\"number\":199");
    peer_done(&peer);
}

/* ---- the program ---- */

static int set_up(void **state) {
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? -1 : make_test_directory(state);
}

static int start_anew(void **state) {
    (void)state;
    memset(shared, 0, sizeof *shared);
    forget_log();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_line_is_missing_that_is_not_counted, start_anew),
        cmocka_unit_test_setup(counts_what_the_output_does_not_take, start_anew),
        cmocka_unit_test_setup(waits_for_the_thread_of_a_ring, start_anew),
        cmocka_unit_test_setup(stops_the_thread_of_a_ring, start_anew),
        cmocka_unit_test_setup(counts_what_a_socket_has_not_delivered, start_anew),
        cmocka_unit_test_setup(gives_a_socket_time_to_deliver, start_anew),
    };
    if (UNDER_TSAN) {
        print_message("skipped: ThreadSanitizer puts signals off to moments of its own, and ends "
                      "children that make threads\n");
        return 0;
    }
    if (!install_fork_guard())
        return 1;
    return cmocka_run_group_tests(tests, set_up, remove_test_directory);
}
