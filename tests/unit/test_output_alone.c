/**
 * A file that only one process writes to is written to without looking and without a lock, and as
 * soon as another one comes that is over.
 */
#include "base/compat_lock.h"
#include "handler/output.h"

#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <jsonlog/file.h>
#include <jsonlog/rotating.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/log_files.h"

/* How often anybody looked where a line has landed: the library's calls come here. */
static long looks; /* atomic */

off_t lseek(int fd, off_t offset, int whence) {
    __atomic_fetch_add(&looks, 1, __ATOMIC_RELAXED);
    return (off_t)syscall(SYS_lseek, fd, offset, whence);
}

static jsonlog_handler *open_file(void) {
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), NULL, &handler, NULL),
                     JSONLOG_OK);
    use_plain_formatter(handler);
    return handler;
}

static void append_raw(const char *text) {
    const int fd = open(in_directory("log"), O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

enum { LINES = 1000 };

static long looks_for_lines(jsonlog_handler *handler) {
    const long before = looks;
    for (int i = 0; i < LINES; i++)
        assert_int_equal(write_text(handler, "line\n"), JSONLOG_OK);
    return looks - before;
}

static int64_t ms_now(void) {
    return jl_clock_monotonic_ns() / 1000000;
}

/* ---- one process ---- */

/* Not every system and file system has them; then everybody looks. */
static bool has_locks(void) {
    const int fd = open(test_directory, O_RDONLY | O_DIRECTORY);
    const bool has = jl_compat_has_byte_locks(fd);
    close(fd);
    return has;
}

static void who_is_alone_does_not_look(void **state) {
    (void)state;
    if (!has_locks())
        skip();
    jsonlog_handler *handler = open_file();
    assert_in_range(looks_for_lines(handler), 1, LINES / 2);
    jsonlog_handler_release(handler);
}

static void nor_does_a_rotating_file(void **state) {
    (void)state;
    if (!has_locks())
        skip();
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    options.max_bytes = LINES * 5 / 2;
    options.naming = JSONLOG_NAME_NUMBER;
    assert_int_equal(jsonlog_rotating_handler_new(in_directory("log"), &options, &handler, NULL),
                     JSONLOG_OK);
    assert_in_range(looks_for_lines(handler), 1, LINES / 2);
    jsonlog_handler_release(handler);
    struct stat status;
    assert_int_equal(stat(in_directory("log.1"), &status), 0);
    assert_int_equal(status.st_size,
                     LINES * 5 / 2); /* it knows how large the file is all the same */
}

static void who_comes_waits_until_that_is_known(void **state) {
    (void)state;
    if (!has_locks())
        skip();
    jsonlog_handler *first = open_file();
    write_text(first, "one\n");
    int64_t before = ms_now();
    jsonlog_handler *second = open_file();
    assert_true(ms_now() - before >= 50);
    before = looks;
    write_text(first, "two\n");
    write_text(second, "three\n");
    assert_true(looks - before >= 2);
    append_raw("hal"); /* as if the second had been killed */
    assert_int_equal(write_text(first, "four\n"), JSONLOG_OK);
    assert_int_equal(stats_of(first).torn_closed, 1);
    assert_in_range(looks_for_lines(first), LINES, 2 * LINES);
    jsonlog_handler_release(second);
    jsonlog_handler_release(first);
    static const char begin[] = "one\ntwo\nthree\nhalfour\nfour\nline\n";
    assert_memory_equal(content_of("log"), begin, sizeof begin - 1);
}

/* The path is opened again; nobody else is there. */
static void nobody_waits_for_himself(void **state) {
    (void)state;
    jsonlog_handler *handler = open_file();
    int64_t least = INT64_MAX;
    for (int i = 0; i < 20; i++) {
        write_text(handler, "line\n");
        const int64_t before = ms_now();
        assert_int_equal(jsonlog_file_reopen(handler, NULL), JSONLOG_OK);
        const int64_t took = ms_now() - before;
        least = took < least ? took : least;
    }
    assert_true(least < 50);
    jsonlog_handler_release(handler);
}

/* Alone again a second after the other one was seen last. */
static void who_was_not_alone_may_be_so_again(void **state) {
    (void)state;
    if (!has_locks())
        skip();
    jsonlog_handler *first = open_file();
    jsonlog_handler *second = open_file();
    assert_in_range(looks_for_lines(first), LINES, 2 * LINES);
    jsonlog_handler_release(second);
    assert_in_range(looks_for_lines(first), LINES, 2 * LINES);
    const int64_t begin = ms_now();
    while (looks_for_lines(first) > LINES / 2)
        assert_true(ms_now() - begin < 60000);
    jsonlog_handler_release(first);
}

/* ---- a process that comes and is killed ---- */

enum { THREADS = 2, CYCLES = 8, LONG_LINE = 1 << 20 };

static bool is_over; /* atomic */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long written;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[200];
    jl_thread *thread = jl_thread_enter();
    for (; !__atomic_load_n(&is_over, __ATOMIC_RELAXED); w->written++) {
        make_numbered_line(line, w->id, w->written, sizeof line);
        jl_epoch_pin(thread);
        const jsonlog_status status = write_bytes(w->handler, line, sizeof line);
        jl_epoch_unpin(thread);
        if (status != JSONLOG_OK)
            break;
    }
    return NULL;
}

static bool *has_come; /* atomic, in shared memory */

/* Lines so long that a kill is sure to be in the middle of one. */
static void come_and_write(void) {
    static char line[LONG_LINE];
    jsonlog_handler *handler = NULL;
    if (jsonlog_file_handler_new(in_directory("log"), NULL, &handler, NULL) != JSONLOG_OK)
        _exit(1);
    __atomic_store_n(has_come, true, __ATOMIC_RELEASE);
    for (long n = 0;; n++) {
        make_numbered_line(line, THREADS, n, sizeof line);
        write_bytes(handler, line, sizeof line);
    }
}

static void kill_one_that_comes(uint64_t *seed) {
    *has_come = false;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(60);
        come_and_write();
    }
    for (int i = 0; i < 600000 && !__atomic_load_n(has_come, __ATOMIC_ACQUIRE); i++)
        usleep(100);
    assert_true(__atomic_load_n(has_come, __ATOMIC_ACQUIRE));
    usleep(next_random(seed) % 3000);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

typedef struct audit {
    long cycles, torn, lost;
} audit;

static void read_log(audit *a, const writer *writers) {
    numbered_reader found = {.lost = 0};
    struct stat status;
    const int fd = open(in_directory("log"), O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &status), 0);
    const size_t size = (size_t)status.st_size;
    char *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(text != MAP_FAILED);
    read_numbered_lines(&found, text, size);
    munmap(text, size);
    close(fd);
    unlink(in_directory("log"));
    a->torn += (long)found.torn;
    for (int i = 0; i < THREADS; i++)
        a->lost += writers[i].written - found.seen[i];
    assert_int_equal(found.unordered, 0);
}

static void run_cycle(audit *a, uint64_t *seed) {
    writer writers[THREADS];
    jsonlog_handler *handler = open_file();
    __atomic_store_n(&is_over, false, __ATOMIC_RELAXED);
    write_text(handler, "first\n");
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (writer){.handler = handler, .id = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]), 0);
    }
    kill_one_that_comes(seed);
    usleep(2000);
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(writers[i].thread, NULL);
    jsonlog_handler_release(handler);
    read_log(a, writers);
    a->cycles++;
}

/* One tear in each cycle, and the line "first". */
static void no_line_is_lost_behind_one_that_was_killed(void **state) {
    (void)state;
    audit a = {0, 0, 0};
    uint64_t seed = 20261123;
    for (long i = 0; i < CYCLES * test_effort(); i++)
        run_cycle(&a, &seed);
    print_message("%ld processes came and were killed, %ld lines torn, %ld lost\n", a.cycles,
                  a.torn - a.cycles, a.lost);
    assert_int_equal(a.lost, 0);
    assert_true(a.torn <= 2 * a.cycles);
}

static int share_memory(void **state) {
    (void)state;
    has_come =
        mmap(NULL, sizeof *has_come, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return has_come == MAP_FAILED ? -1 : 0;
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(who_is_alone_does_not_look),
        IN_DIRECTORY(nor_does_a_rotating_file),
        IN_DIRECTORY(who_comes_waits_until_that_is_known),
        IN_DIRECTORY(nobody_waits_for_himself),
        IN_DIRECTORY(who_was_not_alone_may_be_so_again),
        IN_DIRECTORY(no_line_is_lost_behind_one_that_was_killed),
    };
    return cmocka_run_group_tests(tests, share_memory, NULL);
}
