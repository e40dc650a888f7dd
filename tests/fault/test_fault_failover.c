/** A chain of handlers whose outputs break and come back: a full disk, a reader that goes away,
 * failures at random, a fork in the middle of a change. Every line is taken exactly once, or
 * counted. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"

#include <jsonlog/failover.h>

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/pipes.h"

enum { SKIPPED = 77 };

#define LINE_LEN 100
#define THREADS  4

/* ---- writing from threads ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long from, count;
    long accepted;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[LINE_LEN];
    for (long n = w->from; n < w->from + w->count; n++) {
        make_numbered_line(line, w->id, n, sizeof line);
        w->accepted += write_bytes(w->handler, line, sizeof line) == JSONLOG_OK;
    }
    return NULL;
}

/* @return how many of them were accepted. */
static long write_from_threads(jsonlog_handler *handler, long from, long count) {
    writer writers[THREADS];
    long accepted = 0;
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.handler = handler, .id = i, .from = from, .count = count};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(writers[i].thread, NULL);
        accepted += writers[i].accepted;
    }
    return accepted;
}

static jsonlog_handler *chain_of(jsonlog_handler *const *handlers, size_t count,
                                 uint32_t retry_lines) {
    jsonlog_failover_options options = JSONLOG_FAILOVER_OPTIONS_INIT;
    options.retry_ms = JSONLOG_RETRY_NEVER;
    options.retry_lines = retry_lines;
    jsonlog_handler *chain = jsonlog_failover_handler_new(handlers, count, &options);
    assert_non_null(chain);
    return chain;
}

static jsonlog_failover_stats failover_stats(const jsonlog_handler *handler) {
    jsonlog_failover_stats stats;
    jsonlog_failover_get_stats(handler, &stats);
    return stats;
}

/* ---- what stands in the outputs ---- */

typedef struct outputs {
    long taken[THREADS][40000]; /* how often each line stands there */
    long lines, torn, over, back, lost;
} outputs;

static outputs found;

static void find_line(const char *line, size_t len) {
    int who = 0;
    long number = 0;
    unsigned long lost = 0;
    char head[32] = "";
    memcpy(head, line, len < sizeof head - 1 ? len : sizeof head - 1);
    if (len >= NUMBERED_LINE_MIN && parse_numbered_line(line, len, &who, &number)) {
        found.taken[who][number]++;
        found.lines++;
    } else if (strncmp(head, "failed over", 11) == 0) {
        found.over++;
    } else if (strncmp(head, "recovered", 9) == 0) {
        found.back++;
    } else if (sscanf(head, "lines lost lost=%lu", &lost) == 1) {
        found.lost += (long)lost;
    } else {
        found.torn++;
    }
}

static void find_lines(const char *text, size_t len) {
    const char *end = text + len;
    for (const char *newline; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL;
         text = newline + 1)
        find_line(text, (size_t)(newline - text));
    assert_ptr_equal(text, end);
}

static void find_in_file(const char *path) {
    static char text[8 << 20];
    const int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    find_lines(text, drain(fd, text, sizeof text));
    close(fd);
}

static void assert_taken_once(const char *fault, long rounds, long count) {
    const uint64_t accepted = (uint64_t)count * THREADS;
    print_fault((fault_report){fault, "failover", (uint64_t)rounds, accepted,
                               accepted - (uint64_t)found.lines, (uint64_t)found.torn});
    for (int i = 0; i < THREADS; i++)
        for (long n = 0; n < count; n++)
            assert_int_equal(found.taken[i][n], 1);
    assert_int_equal(found.lines, count * THREADS);
}

/* ---- a reader that goes away ---- */

static void *drain_pipe(void *argument) {
    static char text[8 << 20];
    const int fd = *(const int *)argument;
    find_lines(text, drain(fd, text, sizeof text));
    close(fd);
    return NULL;
}

/* The writing end is closed by the handler when it gets the next one. */
static void a_reader_that_goes_away(void **state) {
    (void)state;
    memset(&found, 0, sizeof found);
    char path[64];
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    int ends[2];
    open_pipe(ends, O_CLOEXEC);
    jsonlog_handler *handlers[2] = {
        jsonlog_stream_handler_new(ends[1], &options),
        jsonlog_stream_handler_new(open_file(O_WRONLY | O_APPEND, "", path), &options)};
    use_plain_formatter(handlers[0]);
    use_plain_formatter(handlers[1]);
    jsonlog_handler *chain = chain_of(handlers, 2, 10);
    close(ends[0]); /* nobody reads at first */
    const int rounds = 5;
    for (int round = 0; round < rounds; round++) {
        assert_int_equal(write_from_threads(chain, round * 200, 100), 100 * THREADS);
        assert_int_equal(failover_stats(chain).position, 2);
        open_pipe(ends, O_CLOEXEC);
        assert_int_equal(jsonlog_handler_reopen(handlers[0], ends[1]), JSONLOG_OK);
        pthread_t reader;
        pthread_create(&reader, NULL, drain_pipe, &ends[0]);
        assert_int_equal(write_from_threads(chain, round * 200 + 100, 100), 100 * THREADS);
        assert_int_equal(failover_stats(chain).position, 1);
        const int null =
            open("/dev/null", O_WRONLY | O_CLOEXEC); /* lets the reader come to an end */
        assert_int_equal(jsonlog_handler_reopen(handlers[0], null), JSONLOG_OK);
        pthread_join(reader, NULL);
        int gone[2];
        open_pipe(gone, O_CLOEXEC);
        assert_int_equal(jsonlog_handler_reopen(handlers[0], gone[1]), JSONLOG_OK);
        close(gone[0]);
    }
    assert_int_equal(stats_of(chain).lost, 0);
    assert_int_equal(failover_stats(chain).changes, 2 * rounds);
    jsonlog_handler_release(chain);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(handlers[i]);
    find_in_file(path);
    unlink(path);
    assert_taken_once("epipe", rounds, rounds * 200);
    assert_int_equal(found.over, rounds);
    assert_int_equal(found.back, rounds);
    assert_int_equal(found.torn, 0);
}

/* ---- a disk that fills and is freed ---- */

static char mounted[64], filler_path[128], log_path[128];

static bool mount_small_disk(void) {
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", mounted, "tmpfs", 0, "size=512k") == 0;
}

/* Leaves two pages. */
static void fill_disk(void) {
    static const char page[4096];
    const int fd = open(filler_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    off_t size = 0;
    while (write(fd, page, sizeof page) == (ssize_t)sizeof page)
        size += (off_t)sizeof page;
    assert_int_equal(ftruncate(fd, size - 2 * (off_t)sizeof page), 0);
    close(fd);
}

static void write_to_a_disk_that_fills(void) {
    char path[64];
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    const int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    jsonlog_handler *handlers[2] = {
        jsonlog_stream_handler_new(log, &options),
        jsonlog_stream_handler_new(open_file(O_WRONLY | O_APPEND, "", path), &options)};
    use_plain_formatter(handlers[0]);
    use_plain_formatter(handlers[1]);
    jsonlog_handler *chain = chain_of(handlers, 2, 20);
    const int rounds = 3;
    for (int round = 0; round < rounds; round++) {
        fill_disk();
        assert_int_equal(write_from_threads(chain, round * 200, 100), 100 * THREADS);
        assert_int_equal(failover_stats(chain).position, 2);
        assert_int_equal(unlink(filler_path), 0);
        assert_int_equal(write_from_threads(chain, round * 200 + 100, 100), 100 * THREADS);
        assert_int_equal(failover_stats(chain).position, 1);
    }
    assert_int_equal(stats_of(chain).lost, 0);
    const jsonlog_handler_stats first = stats_of(handlers[0]);
    jsonlog_handler_release(chain);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(handlers[i]);
    find_in_file(log_path);
    find_in_file(path);
    unlink(path);
    assert_taken_once("full-tmpfs", rounds, rounds * 200);
    assert_in_range(found.torn, 0, rounds);
    assert_int_equal(found.torn, first.torn_closed);
    assert_int_equal(found.lost, 0);
}

static void a_disk_that_fills_and_is_freed(void **state) {
    (void)state;
    memset(&found, 0, sizeof found);
    snprintf(mounted, sizeof mounted, "/tmp/jsonlog-failover-XXXXXX");
    assert_non_null(mkdtemp(mounted));
    snprintf(filler_path, sizeof filler_path, "%s/filler", mounted);
    snprintf(log_path, sizeof log_path, "%s/log", mounted);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        if (!mount_small_disk())
            _exit(SKIPPED);
        write_to_a_disk_that_fills();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rmdir(mounted);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        print_message("not allowed to mount a file system: skipped\n");
        skip();
    }
    assert_int_equal(status, 0);
}

/* ---- failures at random ---- */

typedef struct flaky {
    pthread_mutex_t lock;
    uint64_t random;
    uint32_t broken; /* for so many writes more */
} flaky;

static jsonlog_status flaky_write(void *self, const jsonlog_line *line) {
    flaky *f = self;
    pthread_mutex_lock(&f->lock);
    if (f->broken == 0 && next_random(&f->random) % 16 == 0)
        f->broken = 1 + next_random(&f->random) % 8;
    const bool is_broken = f->broken > 0;
    if (is_broken)
        f->broken--;
    else
        find_lines(line->text, line->len);
    pthread_mutex_unlock(&f->lock);
    errno = is_broken ? EIO : 0;
    return is_broken ? JSONLOG_E_IO : JSONLOG_OK;
}

static const jsonlog_handler_class flaky_class = {.size = sizeof(jsonlog_handler_class),
                                                  .name = "flaky",
                                                  .write = flaky_write,
                                                  .is_concurrent = true};

/* One lock for all, so that what is found needs none. */
static jsonlog_status locked_flaky_write(void *self, const jsonlog_line *line) {
    static pthread_mutex_t all = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&all);
    const jsonlog_status status = flaky_write(self, line);
    const int error = errno;
    pthread_mutex_unlock(&all);
    errno = error;
    return status;
}

static void check_flaky(jsonlog_handler *chain, long count) {
    const long accepted = write_from_threads(chain, 0, count);
    const jsonlog_failover_stats stats = failover_stats(chain);
    const uint64_t lost = stats_of(chain).lost;
    print_fault((fault_report){"eio-at-random", "failover", stats.changes, (uint64_t)accepted,
                               (uint64_t)(accepted - found.lines), (uint64_t)found.torn});
    assert_int_equal(accepted + (long)lost, count * THREADS);
    assert_int_equal(found.lines, accepted);
    for (int i = 0; i < THREADS; i++)
        for (long n = 0; n < count; n++)
            assert_in_range(found.taken[i][n], 0, 1);
    assert_int_equal(found.torn, 0);
    assert_in_range(found.lost, 0, lost); /* the last ones may not be reported yet */
    assert_true(stats.changes > 0);
    /* A change is told first and then made; now and then the line behind it fails. */
    assert_true((uint64_t)(found.over + found.back) >= stats.changes);
}

static void outputs_that_fail_at_random(void **state) {
    (void)state;
    memset(&found, 0, sizeof found);
    jsonlog_handler_class locked_class = flaky_class;
    locked_class.write = locked_flaky_write;
    flaky flakies[3];
    jsonlog_handler *handlers[3];
    for (int i = 0; i < 3; i++) {
        flakies[i] = (flaky){.lock = PTHREAD_MUTEX_INITIALIZER, .random = 1 + (uint64_t)i};
        handlers[i] = jsonlog_handler_new(&locked_class, &flakies[i]);
        use_plain_formatter(handlers[i]);
    }
    jsonlog_handler *chain = chain_of(handlers, 3, 5);
    long count = 5000 * test_effort();
    check_flaky(chain, count < 40000 ? count : 40000);
    jsonlog_handler_release(chain);
    for (int i = 0; i < 3; i++)
        jsonlog_handler_release(handlers[i]);
}

/* ---- a fork in the middle of a change ---- */

static jsonlog_status broken_write(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    sched_yield();
    errno = EIO;
    return JSONLOG_E_IO;
}

static const jsonlog_handler_class broken_class = {.size = sizeof(jsonlog_handler_class),
                                                   .name = "broken",
                                                   .write = broken_write,
                                                   .is_concurrent = true};

static bool is_over;

static void *keep_writing(void *argument) {
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED))
        write_text(argument, "parent\n");
    return NULL;
}

/* Outside of a logger nobody tells the handler of the fork: so this does. */
static void write_in_child(jsonlog_handler *chain, const jsonlog_handler *memory) {
    char text[4096] = "";
    alarm(60);
    jl_handler_after_fork(chain);
    write_text(chain, "child\n");
    jsonlog_memory_handler_read(memory, text, sizeof text);
    const char *expected = "failed over from=broken to=memory position=2 reason=EIO\nchild\n";
    _exit(strcmp(text, expected) == 0 && failover_stats(chain).position == 2 ? 0 : 1);
}

static void a_fork_in_the_middle_of_a_change(void **state) {
    (void)state;
    jsonlog_handler *handlers[] = {jsonlog_handler_new(&broken_class, NULL),
                                   jsonlog_memory_handler_new(4096)};
    use_plain_formatter(handlers[0]);
    use_plain_formatter(handlers[1]);
    jsonlog_handler *chain = chain_of(handlers, 2, 1);
    pthread_t threads[2];
    is_over = false;
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_writing, chain), 0);
    const uint64_t forks = 20 * (uint64_t)test_effort();
    for (uint64_t i = 0; i < forks; i++) {
        const pid_t pid = fork();
        if (pid == 0)
            write_in_child(chain, handlers[1]);
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    print_fault((fault_report){"fork", "failover", forks, forks, 0, 0});
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    jsonlog_handler_release(chain);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(handlers[i]);
}

int main(void) {
    install_fork_guard();
    signal(SIGPIPE, SIG_DFL); /* a signal would end the test */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_that_goes_away),
        cmocka_unit_test(a_disk_that_fills_and_is_freed),
        cmocka_unit_test(outputs_that_fail_at_random),
        cmocka_unit_test(a_fork_in_the_middle_of_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
