/** What an async handler writes to a file at once, and when it goes line by line. */
#include <jsonlog/async.h>
#include <jsonlog/file.h>
#include <jsonlog/rotating.h>

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

/* ---- handlers ---- */

static jsonlog_handler *open_file(jsonlog_write_policy policy) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *file = NULL;
    options.policy = policy;
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), &options, &file, NULL),
                     JSONLOG_OK);
    use_plain_formatter(file);
    watch(in_directory("log"));
    return file;
}

static jsonlog_handler *open_plain(void) {
    return open_file((jsonlog_write_policy){NULL, 0, 0, 0});
}

static jsonlog_handler *async_to(jsonlog_handler *target, size_t ring_bytes) {
    jsonlog_async_options options = JSONLOG_ASYNC_OPTIONS_INIT;
    options.ring_bytes = ring_bytes;
    jsonlog_handler *async = jsonlog_async_handler_new(target, &options);
    assert_non_null(async);
    return async;
}

enum { LINES = 100, LEN = 10 };

/* "line 0042\n" */
static const char *line_of(int number) {
    static char text[32];
    snprintf(text, sizeof text, "line %04d\n", number);
    return text;
}

/* The worker is held up with the first line, so that all the others stand in the ring. */
static void write_behind_gate(jsonlog_handler *async, int lines) {
    shut_gate();
    assert_int_equal(write_text(async, line_of(0)), JSONLOG_OK);
    await_write();
    for (int i = 1; i < lines; i++)
        assert_int_equal(write_text(async, line_of(i)), JSONLOG_OK);
}

static void let_out(jsonlog_handler *async) {
    open_gate();
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
}

static void assert_numbered(const char *text, int from, int to) {
    for (int i = from; i < to; i++, text += LEN)
        assert_memory_equal(text, line_of(i), LEN);
    assert_int_equal(*text, '\0');
}

static void release(jsonlog_handler *async, jsonlog_handler *target) {
    jsonlog_handler_release(async);
    jsonlog_handler_release(target);
    gate.file = 0;
}

/* ---- tests ---- */

static void what_waits_goes_out_with_one_write(void **state) {
    (void)state;
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, 0);
    write_behind_gate(async, LINES);
    let_out(async);
    assert_int_equal(writes_so_far(), 2);
    jsonlog_async_stats stats;
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.written, LINES);
    assert_int_equal(stats_of(file).lines, LINES);
    assert_int_equal(stats_of(file).bytes, LINES * LEN);
    release(async, file);
    assert_numbered(content_of("log"), 0, LINES);
}

/* A line longer than a batch among short ones. */
static void long_lines_go_out_too(void **state) {
    (void)state;
    enum { LONG = 100000 };
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, 0);
    char *text = malloc(LONG);
    memset(text, 'x', LONG);
    text[LONG - 1] = '\n';
    shut_gate();
    write_text(async, line_of(0));
    await_write();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write_text(async, line_of(1)), JSONLOG_OK);
        assert_int_equal(write_text(async, line_of(2)), JSONLOG_OK);
        assert_int_equal(write_bytes(async, text, LONG), JSONLOG_OK);
    }
    let_out(async);
    assert_int_equal(stats_of(file).lines, 10);
    assert_int_equal(stats_of(file).bytes, 7 * LEN + 3 * LONG);
    release(async, file);
    const char *content = content_of("log") + 3 * LEN;
    assert_memory_equal(content, text, LONG);
    assert_memory_equal(content + LONG, "line 0001\nline 0002\nxx", 22);
    free(text);
}

/* Which of the lines is the first of the next file, only line by line is known. */
static void a_file_rotates_where_it_would_without(void **state) {
    (void)state;
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    jsonlog_handler *rotating = NULL;
    options.max_bytes = 45 * LEN + 1;
    assert_int_equal(jsonlog_rotating_handler_new(in_directory("log"), &options, &rotating, NULL),
                     JSONLOG_OK);
    watch(in_directory("log"));
    jsonlog_handler *async = async_to(rotating, 0);
    write_behind_gate(async, LINES);
    let_out(async);
    assert_int_equal(stats_of(rotating).lines, LINES);
    release(async, rotating);
    assert_numbered(content_of("log.2"), 0, 45);
    assert_numbered(content_of("log.1"), 45, 90);
    assert_numbered(content_of("log"), 90, LINES);
}

static void a_rotating_file_takes_what_fits(void **state) {
    (void)state;
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    jsonlog_handler *rotating = NULL;
    options.max_bytes = LINES * LEN;
    assert_int_equal(jsonlog_rotating_handler_new(in_directory("log"), &options, &rotating, NULL),
                     JSONLOG_OK);
    watch(in_directory("log"));
    jsonlog_handler *async = async_to(rotating, 0);
    write_behind_gate(async, LINES);
    let_out(async);
    assert_int_equal(writes_so_far(), 2);
    write_text(async, line_of(LINES)); /* it knows that it is full */
    release(async, rotating);
    assert_numbered(content_of("log.1"), 0, LINES);
    assert_numbered(content_of("log"), LINES, LINES + 1);
}

/* Three and a half lines are out, then the disk is full for a moment: the half is begun again. */
static void what_was_cut_is_begun_again(void **state) {
    (void)state;
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, 0);
    write_behind_gate(async, 10);
    cut_next(3 * LEN + LEN / 2); /* the worker waits for the lock */
    let_out(async);
    jsonlog_async_stats stats;
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.written, 10);
    assert_int_equal(stats.lost_target, 0);
    assert_int_equal(stats_of(file).lines, 10);
    assert_int_equal(stats_of(file).bytes, 10 * LEN);
    assert_int_equal(stats_of(file).lost, 0);
    assert_int_equal(stats_of(file).torn_closed, 1);
    release(async, file);
    const char *content = content_of("log");
    assert_memory_equal(content + 4 * LEN, "line \n", 6);
    assert_numbered(content + 4 * LEN + 6, 4, 10);
}

static bool has_no_seven(const jl_line_filter *self, const jsonlog_line *line) {
    (void)self;
    return memchr(line->text, '7', line->len) == NULL;
}

static void a_pattern_is_asked_for_each_line(void **state) {
    (void)state;
    static jl_line_filter filter = {.references = 2, .passes = has_no_seven};
    jsonlog_handler *file = open_plain();
    assert_int_equal(jl_handler_set_line_filter(file, &filter), JSONLOG_OK);
    jsonlog_handler *async = async_to(file, 0);
    write_behind_gate(async, 10);
    let_out(async);
    assert_int_equal(writes_so_far(), 9);
    release(async, file);
    assert_numbered(content_of("log") + 7 * LEN, 8, 10);
}

/* A buffer takes few lines, and hands on many. */
static void a_buffer_takes_blocks(void **state) {
    (void)state;
    jsonlog_handler *file = open_file(jsonlog_buffered(16384, 60000));
    jsonlog_handler *async = async_to(file, 0);
    const jsonlog_line error = {line_of(0), LEN, JSONLOG_LEVEL_ERROR, 1, NULL, 0};
    shut_gate();
    assert_int_equal(jl_handler_write(async, &error), JSONLOG_OK); /* it does not wait */
    await_write();
    for (int i = 1; i < 20 * LINES; i++)
        assert_int_equal(write_text(async, line_of(i)), JSONLOG_OK);
    open_gate();
    while (stats_of(file).lines < 20 * LINES)
        usleep(1000);
    assert_int_equal(writes_so_far(), 2);
    for (int i = 20 * LINES; i < 21 * LINES; i++)
        assert_int_equal(write_text(async, line_of(i)), JSONLOG_OK);
    while (stats_of(file).lines < 21 * LINES)
        usleep(1000);
    assert_int_equal(writes_so_far(), 2);
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_int_equal(writes_so_far(), 3);
    release(async, file);
    assert_numbered(content_of("log"), 0, 21 * LINES);
}

/* What stands in the buffer goes out first, and what a full disk has taken of the block is not
 * written again. */
static void a_buffer_loses_nothing_of_a_block(void **state) {
    (void)state;
    jsonlog_handler *file = open_file(jsonlog_buffered(16384, 60000));
    jsonlog_handler *async = async_to(file, 0);
    const jsonlog_line error = {line_of(0), LEN, JSONLOG_LEVEL_ERROR, 1, NULL, 0};
    shut_gate();
    assert_int_equal(jl_handler_write(async, &error), JSONLOG_OK);
    await_write();
    for (int i = 1; i < 20 * LINES; i++)
        assert_int_equal(write_text(async, line_of(i)), JSONLOG_OK);
    cut_next(5 * LEN); /* of the block: the write that waits is not longer */
    let_out(async);
    assert_int_equal(stats_of(file).lines, 20 * LINES);
    assert_int_equal(stats_of(file).bytes, 20 * LINES * LEN);
    assert_int_equal(stats_of(file).lost, 0);
    release(async, file);
    assert_numbered(content_of("log"), 0, 20 * LINES);
}

/* A record of a formatter for people may have many lines. It is counted, and written again, as a
 * whole. */
static void a_record_of_many_lines_is_one(void **state) {
    (void)state;
    static const char record[] = "first\nsecond\n";
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, 0);
    write_behind_gate(async, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(write_text(async, record), JSONLOG_OK);
    cut_next(LEN + 6); /* behind "first\n" */
    let_out(async);
    jsonlog_async_stats stats;
    jsonlog_async_get_stats(async, &stats);
    assert_int_equal(stats.written, 5);
    assert_int_equal(stats_of(file).lines, 5);
    assert_int_equal(stats_of(file).bytes, 2 * LEN + 3 * (sizeof record - 1));
    release(async, file);
    assert_string_equal(content_of("log") + 2 * LEN,
                        "first\nfirst\nsecond\nfirst\nsecond\nfirst\nsecond\n");
}

/* Others may write to it whose lines would stand behind the half of one of ours, were we killed. */
static void a_stream_gets_each_line(void **state) {
    (void)state;
    const int fd = open(in_directory("log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *stream = jsonlog_stream_handler_new(fd, &options);
    jsonlog_handler *async = async_to(stream, 0);
    watch(in_directory("log"));
    write_behind_gate(async, 10);
    let_out(async);
    assert_int_equal(writes_so_far(), 10);
    release(async, stream);
    assert_numbered(content_of("log"), 0, 10);
}

/* The same goes for a process and the child of its fork. */
static void a_child_of_a_fork_writes_each_line(void **state) {
    (void)state;
    if (UNDER_TSAN)
        skip();
    int status = -1;
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        jl_handlers_note_fork();
        jl_handler_after_fork(async);
        write_behind_gate(async, 10);
        let_out(async);
        _exit(writes_so_far() != 10);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    release(async, file);
    assert_numbered(content_of("log"), 0, 10);
}

/* A pipe that others write to keeps a line whole, but not many. */
static void a_pipe_gets_each_line(void **state) {
    (void)state;
    int ends[2];
    char text[LINES * LEN + 1];
    struct stat status;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fstat(ends[1], &status), 0);
    jsonlog_handler *stream = jsonlog_stream_handler_new(ends[1], NULL);
    jsonlog_handler *async = async_to(stream, 0);
    for (int i = 0; i < LINES; i++)
        write_text(async, line_of(i));
    assert_int_equal(jsonlog_async_flush(async, 60000), JSONLOG_OK);
    assert_int_equal(stats_of(stream).lines, LINES);
    release(async, stream);
    assert_int_equal(read(ends[0], text, sizeof text), LINES * LEN);
    text[LINES * LEN] = '\0';
    assert_numbered(text, 0, LINES);
    close(ends[0]), close(ends[1]);
}

/* The ring is full in between: what is said about it stands where the lines are missing. */
static void a_gap_stays_where_it_is(void **state) {
    (void)state;
    jsonlog_handler *file = open_plain();
    jsonlog_handler *async = async_to(file, JSONLOG_ASYNC_RING_MIN);
    shut_gate();
    write_text(async, line_of(0));
    await_write();
    int taken = 1;
    while (write_text(async, line_of(taken)) == JSONLOG_OK)
        taken++;
    const jsonlog_line error = {line_of(9999), LEN, JSONLOG_LEVEL_ERROR, 1, NULL, 0};
    assert_int_equal(jl_handler_write(async, &error), JSONLOG_OK);
    assert_int_equal(jl_handler_write(async, &error), JSONLOG_OK);
    let_out(async);
    assert_int_equal(writes_so_far(), 4); /* the first, up to the gap, the report, the rest */
    release(async, file);
    const char *content = content_of("log");
    for (int i = 0; i < taken; i++, content += LEN)
        assert_memory_equal(content, line_of(i), LEN);
    assert_string_equal(content, "lines lost lost=1 reason=ring full\nline 9999\nline 9999\n");
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    install_fork_guard();
    alarm(120); /* what waits for a write that does not come would wait for ever */
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(what_waits_goes_out_with_one_write),
        IN_DIRECTORY(long_lines_go_out_too),
        IN_DIRECTORY(a_file_rotates_where_it_would_without),
        IN_DIRECTORY(a_rotating_file_takes_what_fits),
        IN_DIRECTORY(what_was_cut_is_begun_again),
        IN_DIRECTORY(a_pattern_is_asked_for_each_line),
        IN_DIRECTORY(a_buffer_takes_blocks),
        IN_DIRECTORY(a_buffer_loses_nothing_of_a_block),
        IN_DIRECTORY(a_record_of_many_lines_is_one),
        IN_DIRECTORY(a_stream_gets_each_line),
        IN_DIRECTORY(a_child_of_a_fork_writes_each_line),
        IN_DIRECTORY(a_pipe_gets_each_line),
        IN_DIRECTORY(a_gap_stays_where_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
