/** The async handler where things go wrong: a slow reader, a reader that goes away, forks under
 * load, each way a process can end. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"
#include "support/under_tsan.h"

#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/pipes.h"

enum { RING = 8192 };

static jsonlog_handler *async_to(int fd, jsonlog_async_policy policy) {
    jsonlog_stream_options stream = JSONLOG_STREAM_OPTIONS_INIT;
    stream.owns_descriptor = true;
    jsonlog_handler *inner = jsonlog_stream_handler_new(fd, &stream);
    use_plain_formatter(inner);
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.when_full = policy;
    options.ring_bytes = RING;
    options.drain_timeout_ms = 60000;
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, &options);
    jsonlog_handler_release(inner);
    return handler;
}

static jsonlog_async_stats async_stats(const jsonlog_handler *handler) {
    jsonlog_async_stats stats;
    assert_int_equal(jsonlog_async_get_stats(handler, &stats), JSONLOG_OK);
    return stats;
}

/* ---- slow and lost readers ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines, accepted;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[1024];
    uint64_t seed = (uint64_t)w->id + 1;
    for (long n = 0; n < w->lines; n++) {
        const size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 900;
        make_numbered_line(line, w->id, n, len);
        w->accepted += write_bytes(w->handler, line, len) == JSONLOG_OK;
    }
    return NULL;
}

typedef struct slow_reader {
    int fd;
    long stop_after; /* bytes; 0: at the end */
    numbered_reader found;
    size_t tail;
    pthread_t thread;
} slow_reader;

static void *read_slowly(void *argument) {
    slow_reader *r = argument;
    static char text[1 << 22];
    size_t len = 0;
    for (ssize_t n; (n = read(r->fd, text + len, 1500)) > 0; len += (size_t)n) {
        usleep(50);
        if (r->stop_after > 0 && (long)len > r->stop_after)
            break;
    }
    close(r->fd);
    r->tail = read_numbered_lines(&r->found, text, len);
    return NULL;
}

static void run_writers(writer *writers, jsonlog_handler *handler, long lines) {
    for (int i = 0; i < 4; i++) {
        writers[i] = (writer){.handler = handler, .id = i, .lines = lines};
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(writers[i].thread, NULL);
}

static void check_slow_reader(const char *to, jsonlog_async_policy policy, bool loses) {
    int ends[2];
    writer writers[4];
    open_pipe(ends, 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    slow_reader r = {.fd = ends[0]};
    pthread_create(&r.thread, NULL, read_slowly, &r);
    jsonlog_handler *handler = async_to(ends[1], policy);
    run_writers(writers, handler, 500);
    assert_int_equal(jsonlog_async_flush(handler, 60000), JSONLOG_OK);
    const jsonlog_async_stats stats = async_stats(handler);
    jsonlog_handler_release(handler);
    pthread_join(r.thread, NULL);
    long accepted = 0, seen = 0;
    for (int i = 0; i < 4; i++) {
        accepted += writers[i].accepted;
        seen += r.found.seen[i];
    }
    print_fault((fault_report){"slow-reader", to, 2000, (uint64_t)accepted,
                               (uint64_t)(accepted - seen), r.found.torn});
    assert_int_equal(seen, accepted - (long)stats.lost_old);
    assert_int_equal(r.found.lost, 2000 - seen);
    assert_int_equal(r.found.lost > 0, loses);
    assert_int_equal(r.found.torn + r.found.blank + r.found.unordered + r.tail, 0);
}

static void a_slow_reader_holds_up_or_loses(void **state) {
    (void)state;
    check_slow_reader("async+block(pipe)", JSONLOG_ASYNC_BLOCK, false);
    check_slow_reader("async+drop-new(pipe)", JSONLOG_ASYNC_DROP_NEW, true);
    check_slow_reader("async+drop-old(pipe)", JSONLOG_ASYNC_DROP_OLD, true);
}

static void a_lost_reader_kills_nobody(void **state) {
    (void)state;
    int ends[2];
    writer writers[4];
    signal(SIGPIPE, SIG_DFL);
    open_pipe(ends, 0);
    slow_reader r = {.fd = ends[0], .stop_after = 50000};
    pthread_create(&r.thread, NULL, read_slowly, &r);
    jsonlog_handler *handler = async_to(ends[1], JSONLOG_ASYNC_BLOCK);
    run_writers(writers, handler, 500);
    pthread_join(r.thread, NULL);
    jsonlog_async_flush(handler, 60000);
    const jsonlog_async_stats stats = async_stats(handler);
    uint64_t read = 0;
    for (int i = 0; i < 4; i++)
        read += (uint64_t)r.found.seen[i];
    print_fault((fault_report){"epipe", "async(pipe)", 1, 2000, 2000 - read, r.found.torn});
    assert_int_equal(stats.written + stats.lost_target, 2000);
    assert_true(stats.lost_target > 0);
    assert_int_equal(stats_of(handler).lines, 2000);
    assert_int_equal(stats_of(handler).lost, stats.lost_target);
    assert_int_equal(r.found.torn + r.found.blank + r.found.unordered, 0);
    jsonlog_handler_release(handler);
}

/* ---- forks under load ---- */

static void log_numbered(int id, long number, size_t len) {
    char line[512];
    make_numbered_line(line, id, number, len);
    line[len - 1] = '\0';
    jsonlog_info(jsonlog_root(), line);
}

static bool is_over; /* atomic */

static void *log_until_over(void *argument) {
    writer *w = argument;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        log_numbered(w->id, w->lines, 100);
        __atomic_add_fetch(&w->lines, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static numbered_reader read_file(const char *path, size_t *tail) {
    numbered_reader found;
    struct stat status;
    memset(&found, 0, sizeof found);
    assert_int_equal(stat(path, &status), 0);
    char *text = malloc((size_t)status.st_size + 1);
    const size_t len = take_file(path, text, (size_t)status.st_size + 1);
    *tail = read_numbered_lines(&found, text, len);
    free(text);
    return found;
}

/* Flushed, so that its thread runs: AddressSanitizer holds a lock while a thread starts, and a
 * child forked just then would wait for it for ever. */
static jsonlog_handler *log_to_file(char path[64]) {
    jsonlog_handler *handler =
        async_to(open_file(O_WRONLY | O_APPEND, "", path), JSONLOG_ASYNC_BLOCK);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    jsonlog_handler_release(handler);
    return handler;
}

/* Three ways for a child to bring its lines out; `kind` 3 loses them, and nothing of its parent's
 * appears twice. */
static void be_a_child(int kind, long from) {
    alarm(60);
    for (long n = from; n < from + 20; n++)
        log_numbered(4 + kind, n, 100);
    if (kind == 0 && jsonlog_flush() != JSONLOG_OK)
        _exit(1);
    if (kind == 1)
        jsonlog_shutdown();
    if (kind == 2)
        exit(0); /* the library's destructor */
    _exit(0);
}

static void children_write_their_own_lines(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    char path[64];
    writer writers[4] = {{.lines = 0}};
    const long forks = 20 * test_effort();
    log_to_file(path);
    is_over = false;
    for (int i = 0; i < 4; i++) {
        writers[i].id = i;
        pthread_create(&writers[i].thread, NULL, log_until_over, &writers[i]);
        while (__atomic_load_n(&writers[i].lines, __ATOMIC_RELAXED) == 0)
            usleep(100);
    }
    for (long i = 0; i < forks * 4; i++) {
        const pid_t pid = fork();
        int status = -1;
        if (pid == 0)
            be_a_child((int)(i % 4), i / 4 * 20);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 4; i++)
        pthread_join(writers[i].thread, NULL);
    assert_int_equal(jsonlog_flush(), JSONLOG_OK);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    size_t tail = 1;
    const numbered_reader found = read_file(path, &tail);
    assert_int_equal(tail, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(found.seen[i], writers[i].lines);
    for (int i = 4; i < 7; i++)
        assert_int_equal(found.seen[i], forks * 20);
    assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
}

/* To a leak checker, what only the stack of the main thread points to is lost in the child. */
static void end_unchecked(void) {
    _exit(0);
}

/* The callback of a target forks, on the thread of the handler. */
static bool fork_and_return(const jsonlog_line *line, void *context) {
    (void)line;
    pid_t *pid = context;
    if (*pid != 0)
        return true;
    *pid = fork();
    if (*pid == 0) {
        atexit(end_unchecked);
        alarm(60); /* whoever hangs dies of it */
    }
    return true;
}

static void a_target_that_forks_is_survived(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    pid_t pid = 0;
    jsonlog_handler *inner = jsonlog_callback_handler_new(fork_and_return, &pid);
    jsonlog_handler *handler = jsonlog_async_handler_new(inner, NULL);
    jsonlog_handler_release(inner);
    jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
    jsonlog_info(jsonlog_root(), "one");
    jsonlog_info(jsonlog_root(), "two");
    assert_int_equal(jsonlog_async_flush(handler, 60000), JSONLOG_OK);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0); /* its only thread ended */
    assert_int_equal(async_stats(handler).written, 2);
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_handler_release(handler);
}

/* ---- ends ---- */

static pthread_key_t late_key;
static void log_at_exit(void) {
    log_numbered(1, 0, 60);
}

static void log_late(void *value) {
    (void)value;
    log_numbered(2, 0, 60);
}

static void log_many(void) {
    for (long n = 0; n < 200; n++)
        log_numbered(0, n, 60);
}

static void *exit_here(void *argument) {
    exit(argument == NULL ? 0 : 1);
}

static void end_by_exit(void) {
    exit(0);
}
static void end_by_shutdown(void) {
    log_at_exit();
    log_late(NULL);
    jsonlog_shutdown();
    _exit(0);
}
static void end_in_another_thread(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, exit_here, NULL);
    pthread_join(thread, NULL);
}
static void *end_with_its_key(void *argument) {
    pthread_setspecific(late_key, &late_key);
    return argument;
}
/* The key's destructor logs on a thread that is nearly gone. */
static void end_behind_a_thread(void) {
    pthread_t thread;
    pthread_key_create(&late_key, log_late);
    pthread_create(&thread, NULL, end_with_its_key, NULL);
    pthread_join(thread, NULL);
    exit(0);
}
/* The handler is closed by hand, and the rest is written by whoever logs. */
static jsonlog_handler *the_handler;
static void end_after_close(void) {
    if (jsonlog_async_close(the_handler, 60000) != JSONLOG_OK)
        _exit(1);
    log_late(NULL);
    log_at_exit();
    _exit(0);
}

/* What is in the ring, and what comes at exit, is in the file once the process is gone. */
static void every_orderly_end_writes_all(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    static const struct {
        void (*end)(void);
        bool at_exit;
        long at_exit_lines, late_lines;
    } ends[] = {
        {end_by_exit, true, 1, 0},         {end_by_exit, false, 0, 0},
        {end_by_shutdown, false, 1, 1},    {end_in_another_thread, true, 1, 0},
        {end_behind_a_thread, true, 1, 1}, {end_after_close, false, 1, 1},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char path[64];
        size_t tail = 1;
        int status = -1;
        the_handler = log_to_file(path);
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            if (ends[i].at_exit)
                atexit(log_at_exit);
            log_many();
            ends[i].end();
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
        const numbered_reader found = read_file(path, &tail);
        assert_int_equal(tail, 0);
        assert_int_equal(found.seen[0], 200);
        assert_int_equal(found.seen[1], ends[i].at_exit_lines);
        assert_int_equal(found.seen[2], ends[i].late_lines);
        assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
    }
}

static bool exit_in_callback(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    exit(0);
}

/* On the handler's own thread there is nobody to wait for. */
static void an_exit_in_the_target_ends(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        jsonlog_handler *inner = jsonlog_callback_handler_new(exit_in_callback, NULL);
        jsonlog_handler *handler = jsonlog_async_handler_new(inner, NULL);
        jsonlog_logger_set_handlers(jsonlog_root(), &handler, 1);
        jsonlog_info(jsonlog_root(), "one");
        pause();
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Killed, or gone by _exit(): what is there is whole and without gaps, but for a torn last line. */
static void a_sudden_end_leaves_a_beginning(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    uint64_t seed = 5;
    for (long i = 0; i < 20 * test_effort(); i++) {
        char path[64];
        size_t tail = 0;
        int status = -1;
        log_to_file(path);
        const pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            for (long n = 0; n < 3000 || i % 2 == 0; n++)
                log_numbered(0, n, 100);
            _exit(0);
        }
        usleep(2000 + next_random(&seed) % 8000);
        if (i % 2 == 0)
            kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, i % 2 == 0 ? SIGKILL : 0);
        jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
        const numbered_reader found = read_file(path, &tail);
        assert_int_equal(found.seen[0], found.next[0]);
        assert_true(tail < 100);
        assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
    }
}

int main(void) {
    if (!install_fork_guard())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_reader_holds_up_or_loses),
        cmocka_unit_test(a_lost_reader_kills_nobody),
        cmocka_unit_test(children_write_their_own_lines),
        cmocka_unit_test(a_target_that_forks_is_survived),
        cmocka_unit_test(every_orderly_end_writes_all),
        cmocka_unit_test(an_exit_in_the_target_ends),
        cmocka_unit_test(a_sudden_end_leaves_a_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
