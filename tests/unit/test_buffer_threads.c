/** A buffer that several threads fill while one of them writes it out. */
#include <jsonlog/file.h>

#include "base/clock.h"
#include "handler/rescue.h"
#include "record/handler_base.h"
#include "support/fork_guard.h"
#include "support/handler_lines.h"
#include "support/under_tsan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/log_files.h"
#include "support/write_gate.h"

enum { BYTES = 16384, LEN = 1024 };

static jsonlog_handler *file;

static void open_log(void) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.policy = jsonlog_buffered(BYTES, 600000);
    options.check_ms = JSONLOG_CHECK_NEVER;
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), &options, &file, NULL),
                     JSONLOG_OK);
    use_plain_formatter(file);
    watch(in_directory("log"));
}

static void close_log(void) {
    jsonlog_handler_release(file);
    gate.file = 0;
}

static jsonlog_status write_letter(char letter) {
    char line[LEN];
    memset(line, letter, LEN - 1);
    line[LEN - 1] = '\n';
    return write_bytes(file, line, LEN);
}

/* @return the first letters of the lines. */
static const char *letters_of(const char *name) {
    static char letters[256];
    size_t count = 0;
    for (const char *at = content_of(name); *at != '\0' && count < sizeof letters - 1; at += LEN)
        letters[count++] = at[0];
    letters[count] = '\0';
    return letters;
}

/* One line too many for the buffer. */
static void *overflow(void *argument) {
    (void)argument;
    for (int i = 0; i <= BYTES / LEN; i++)
        write_letter((char)('a' + i));
    return NULL;
}

static pthread_t overflow_behind_gate(void) {
    pthread_t thread;
    shut_gate();
    pthread_create(&thread, NULL, overflow, NULL);
    await_write();
    return thread;
}

static void let_out(pthread_t thread) {
    open_gate();
    pthread_join(thread, NULL);
}

static void others_go_on_while_one_writes(void **state) {
    (void)state;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    for (int i = 1; i < BYTES / LEN; i++)
        assert_int_equal(write_letter('A'), JSONLOG_OK);
    assert_int_equal(writes_so_far(), 1);
    let_out(thread);
    assert_string_equal(letters_of("log"), "abcdefghijklmnop");
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK);
    assert_int_equal(writes_so_far(), 2);
    assert_int_equal(stats_of(file).lines, 2 * BYTES / LEN);
    close_log();
    assert_string_equal(letters_of("log"), "abcdefghijklmnopqAAAAAAAAAAAAAAA");
}

static void *write_one(void *argument) {
    write_letter(*(const char *)argument);
    return NULL;
}

static void *flush(void *argument) {
    *(jsonlog_status *)argument = jsonlog_handler_flush(file);
    return NULL;
}

/* Whoever needs the lock behind the write stands there; nothing shows it but that nothing comes. */
static void who_finds_both_full_waits(void **state) {
    (void)state;
    static char letter = 'Z';
    pthread_t waiting;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    for (int i = 1; i < BYTES / LEN; i++)
        write_letter('A');
    pthread_create(&waiting, NULL, write_one, &letter);
    usleep(20000);
    assert_int_equal(writes_so_far(), 1);
    let_out(thread);
    pthread_join(waiting, NULL);
    assert_int_equal(writes_so_far(), 2);
    close_log();
    assert_string_equal(letters_of("log"), "abcdefghijklmnopqAAAAAAAAAAAAAAAZ");
}

static void a_flush_waits_for_the_write(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_E_STATE;
    pthread_t waiting;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    pthread_create(&waiting, NULL, flush, &status);
    usleep(20000);
    assert_int_equal(writes_so_far(), 1);
    let_out(thread);
    pthread_join(waiting, NULL);
    assert_int_equal(status, JSONLOG_OK);
    assert_string_equal(letters_of("log"), "abcdefghijklmnopq");
    close_log();
}

static void *reopen(void *argument) {
    *(jsonlog_status *)argument = jsonlog_file_reopen(file, NULL);
    return NULL;
}

/* The write goes on into the old file; what is behind it too, for it is still there. */
static void a_reopen_waits_for_the_write(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_E_STATE;
    pthread_t waiting;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    rename(in_directory("log"), in_directory("old"));
    pthread_create(&waiting, NULL, reopen, &status);
    usleep(20000);
    let_out(thread);
    pthread_join(waiting, NULL);
    assert_int_equal(status, JSONLOG_OK);
    write_letter('A');
    close_log();
    assert_string_equal(letters_of("old"), "abcdefghijklmnopq");
    assert_string_equal(letters_of("log"), "A");
}

/* What both stores hold is the parent's. */
static void a_child_of_a_fork_does_not_wait(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    open_log();
    const pthread_t thread = overflow_behind_gate();
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        gate.file = 0;
        jl_handlers_note_fork();
        jl_handler_after_fork(file);
        _exit(write_letter('C') != JSONLOG_OK || jsonlog_handler_flush(file) != JSONLOG_OK);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_string_equal(letters_of("log"), "C");
    let_out(thread);
    close_log();
    assert_string_equal(letters_of("log"), "Cabcdefghijklmnopq");
}

/* What is being written may be out or not; the process lives on. */
static void a_crash_does_not_wait_for_ever(void **state) {
    (void)state;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    assert_int_equal(write_letter('A'), JSONLOG_OK);
    jl_rescue r = {.deadline_ns = jl_clock_monotonic_ns() + 50000000, .may_live = true};
    jl_rescue_begin();
    jl_rescue_run(&r);
    jl_rescue_end(&r);
    assert_int_equal(r.flushed, 0);
    assert_int_equal(r.lost, 0);
    assert_int_equal(r.unflushed, BYTES / LEN + 2);
    assert_int_equal(write_letter('B'), JSONLOG_OK);
    let_out(thread);
    close_log();
    assert_string_equal(letters_of("log"), "abcdefghijklmnopqAB");
}

static void a_crash_takes_both_out(void **state) {
    (void)state;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    cut_next(3 * LEN);
    let_out(thread);
    assert_int_equal(write_letter('A'), JSONLOG_OK);
    jl_rescue r = {.deadline_ns = jl_clock_monotonic_ns() + 50000000};
    jl_rescue_begin();
    jl_rescue_run(&r);
    jl_rescue_end(&r);
    assert_int_equal(r.flushed, BYTES / LEN - 3 + 2);
    assert_int_equal(r.lost + r.unflushed, 0);
    assert_string_equal(letters_of("log"), "abcdefghijklmnopqA");
    close_log();
}

/* What is left waits for the disk, in a process that lives on. */
static void a_crash_takes_nothing_more(void **state) {
    (void)state;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    cut_next(3 * LEN);
    let_out(thread);
    cut_next(2 * LEN);
    jl_rescue r = {.deadline_ns = jl_clock_monotonic_ns() + 50000000, .may_live = true};
    jl_rescue_begin();
    jl_rescue_run(&r);
    assert_int_equal(r.flushed, 2);
    assert_int_equal(r.unflushed, BYTES / LEN - 5 + 1);
    assert_int_equal(write_letter('A'), JSONLOG_E_STATE);
    jl_rescue_end(&r);
    assert_int_equal(write_letter('B'), JSONLOG_OK);
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK);
    close_log();
    const char *content = content_of("log");
    assert_int_equal(content[15 * LEN], 'p');
    assert_int_equal(content[16 * LEN], 'q');
    assert_null(strchr(content, 'A'));
    assert_non_null(strchr(content, 'B'));
}

/* A full disk takes half of what leaves: that and what came meanwhile go out with the next try. */
static void what_could_not_leave_is_first(void **state) {
    (void)state;
    open_log();
    const pthread_t thread = overflow_behind_gate();
    assert_int_equal(write_letter('A'), JSONLOG_OK);
    cut_next(7 * LEN + LEN / 2);
    let_out(thread);
    assert_int_equal(writes_so_far(), 2);
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK);
    assert_int_equal(stats_of(file).lost, 0);
    assert_int_equal(stats_of(file).torn_closed, 1);
    close_log();
    const char *content = content_of("log");
    assert_int_equal(content[7 * LEN], 'h');
    assert_int_equal(content[7 * LEN + LEN / 2], '\n');
    assert_int_equal(content[7 * LEN + LEN / 2 + 1], 'h');
    assert_int_equal(content[16 * LEN + LEN / 2 + 1], 'q');
    assert_int_equal(content[17 * LEN + LEN / 2 + 1], 'A');
    assert_int_equal(strlen(content), 18 * LEN + LEN / 2 + 1);
}

/* ---- from within the write ---- */

/* As the handler of a signal would. */
static void log_too_much(void) {
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_E_STATE);
    assert_int_equal(jsonlog_file_reopen(file, NULL), JSONLOG_E_STATE);
    for (int i = 1; i < BYTES / LEN; i++)
        assert_int_equal(write_letter('N'), JSONLOG_OK);
    assert_int_equal(write_letter('X'), JSONLOG_E_STATE);
}

static void a_nested_call_waits_for_nothing(void **state) {
    (void)state;
    open_log();
    gate.inside = log_too_much;
    overflow(NULL);
    assert_null(gate.inside);
    assert_int_equal(stats_of(file).lost_nested, 1);
    assert_string_equal(letters_of("log"), "abcdefghijklmnop");
    close_log();
    assert_string_equal(letters_of("log"), "abcdefghijklmnopqNNNNNNNNNNNNNNN");
}

/* With the handler entered, what need not enter it goes on; the rest is for whoever is in it. The
 * report of what was lost takes the room of one line. */
static void a_nested_call_leaves_the_handler_alone(void **state) {
    (void)state;
    open_log();
    assert_true(jl_handler_enter(file));
    assert_int_equal(write_letter('a'), JSONLOG_E_STATE);
    jl_handler_leave(file);
    assert_int_equal(write_letter('b'), JSONLOG_OK);
    assert_true(jl_handler_enter(file));
    for (int i = 2; i < BYTES / LEN; i++)
        assert_int_equal(write_letter('N'), JSONLOG_OK);
    assert_int_equal(write_letter('c'), JSONLOG_E_STATE);
    jl_handler_leave(file);
    assert_int_equal(stats_of(file).lost_nested, 2);
    assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK);
    const char *content = content_of("log");
    const size_t report = strcspn(content, "\n");
    assert_int_equal(report, strlen("lines lost lost=1 reason=nested"));
    assert_int_equal(strlen(content), report + 1 + LEN * (BYTES / LEN - 1));
    assert_null(strpbrk(content + report, "ac"));
    close_log();
}

/* ---- many ---- */

enum { TURNS = 2000 };

static int turn; /* atomic */

static void *write_in_turn(void *argument) {
    const int own = *(const int *)argument;
    for (int i = own; i < TURNS; i += 2) {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != i)
            sched_yield();
        char line[16];
        write_bytes(file, line, (size_t)snprintf(line, sizeof line, "%07d\n", i));
        __atomic_store_n(&turn, i + 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* A line stands behind those whose calls had returned before its own began, whoever made them. */
static void lines_stand_as_they_were_accepted(void **state) {
    (void)state;
    static const int second = 1;
    static const int first = 0;
    pthread_t thread;
    open_log();
    pthread_create(&thread, NULL, write_in_turn, (void *)(uintptr_t)&second);
    write_in_turn((void *)(uintptr_t)&first);
    pthread_join(thread, NULL);
    close_log();
    const char *at = content_of("log");
    for (int i = 0; i < TURNS; i++, at += 8)
        assert_int_equal(atoi(at), i);
}

enum { THREADS = 4, LINES = 20000 };

static void *write_numbers(void *argument) {
    const int id = *(const int *)argument;
    char line[64];
    for (int i = 0; i < LINES; i++) {
        const int len = snprintf(line, sizeof line, "%d %07d\n", id, i);
        write_bytes(file, line, (size_t)len);
    }
    return NULL;
}

static void each_thread_keeps_its_order(void **state) {
    (void)state;
    pthread_t threads[THREADS];
    int ids[THREADS], next[THREADS] = {0};
    open_log();
    for (int i = 0; i < THREADS; i++) {
        ids[i] = i;
        pthread_create(&threads[i], NULL, write_numbers, &ids[i]);
    }
    for (int i = 0; i < 20; i++)
        assert_int_equal(jsonlog_handler_flush(file), JSONLOG_OK);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(stats_of(file).lines, THREADS * LINES);
    assert_int_equal(stats_of(file).bytes, THREADS * LINES * 10);
    close_log();
    const char *at = content_of("log");
    for (int i = 0; i < THREADS * LINES; i++, at += 10)
        assert_int_equal(atoi(at + 2), next[*at - '0']++);
    assert_int_equal(*at, '\0');
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    install_fork_guard();
    alarm(120); /* what waits for a write that does not come would wait for ever */
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(others_go_on_while_one_writes),
        IN_DIRECTORY(who_finds_both_full_waits),
        IN_DIRECTORY(a_flush_waits_for_the_write),
        IN_DIRECTORY(a_reopen_waits_for_the_write),
        IN_DIRECTORY(a_child_of_a_fork_does_not_wait),
        IN_DIRECTORY(what_could_not_leave_is_first),
        IN_DIRECTORY(a_crash_does_not_wait_for_ever),
        IN_DIRECTORY(a_crash_takes_both_out),
        IN_DIRECTORY(a_nested_call_waits_for_nothing),
        IN_DIRECTORY(each_thread_keeps_its_order),
        IN_DIRECTORY(a_nested_call_leaves_the_handler_alone),
        IN_DIRECTORY(a_crash_takes_nothing_more),
        IN_DIRECTORY(lines_stand_as_they_were_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
