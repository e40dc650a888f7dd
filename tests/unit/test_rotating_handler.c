#include "handler/rotating_handler.h"

#include "base/clock.h"
#include "handler/compressor.h"
#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "support/tsan.h"

#include "support/log_files.h"

#define NS INT64_C(1000000000)

static jsonlog_handler *open_log(const jsonlog_rotating_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    jsonlog_status status =
        jsonlog_rotating_handler_new(in_directory("log"), options, &handler, &err);
    if (status != JSONLOG_OK)
        fail_msg("%d: %s", (int)status, err.text);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_rotating_options by_size(uint64_t max_bytes) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    options.max_bytes = max_bytes;
    return options;
}

static jsonlog_status write_at(jsonlog_handler *handler, const char *text, int64_t at_s) {
    jsonlog_line line = {
        .text = text, .len = strlen(text), .level = JSONLOG_LEVEL_INFO, .time_ns = at_s * NS};
    return jl_handler_write(handler, &line);
}

/* "2026-11-22 23:59:59" in UTC */
static int64_t utc(const char *text) {
    jl_civil at = {.nanosecond = 0};
    assert_int_equal(sscanf(text, "%4d-%2u-%2u %2u:%2u:%2u", &at.year, &at.month, &at.day, &at.hour,
                            &at.minute, &at.second),
                     6);
    return jl_civil_to_seconds(&at);
}

static void settle(jsonlog_handler *handler) {
    assert_int_equal(jsonlog_rotating_wait(handler, 10000), JSONLOG_OK);
}

static void finish(jsonlog_handler *handler) {
    settle(handler);
    jsonlog_handler_release(handler);
}

/* What a compressed file holds, by the programs everybody has. */
static const char *unpacked(const char *name, const char *program) {
    static char text[1 << 16];
    char command[400];
    snprintf(command, sizeof command, "%s -dc < %s", program, in_directory(name));
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t len = fread(text, 1, sizeof text - 1, pipe);
    text[len] = '\0';
    assert_int_equal(pclose(pipe), 0);
    return text;
}

/* ---- construction ---- */

static void refuses_options_that_make_no_sense(void **state) {
    (void)state;
    jsonlog_rotating_options cases[9];
    for (size_t i = 0; i < 9; i++)
        cases[i] = by_size(100);
    cases[0].max_bytes = 0;
    cases[1].size--;
    cases[2].period = JSONLOG_PERIOD_HOURS, cases[2].every = 25;
    cases[3].period = JSONLOG_PERIOD_SECONDS, cases[3].every = 86401;
    cases[4].weekday = 7;
    cases[5].at_seconds = 86400;
    cases[6].file.mode = 010000;
    cases[7].compression = (jsonlog_compression)3;
    cases[8].naming = (jsonlog_naming)2;
    for (size_t i = 0; i < 9; i++) {
        jsonlog_err err;
        jsonlog_handler *handler = NULL;
        assert_int_equal(
            jsonlog_rotating_handler_new(in_directory("log"), &cases[i], &handler, &err),
            JSONLOG_E_INVALID);
        assert_true(strlen(err.text) > 10);
        assert_null(handler);
    }
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    jsonlog_rotating_options options = by_size(100);
    assert_int_equal(jsonlog_rotating_handler_new("/dev/null", &options, &handler, &err),
                     JSONLOG_E_IO);
    assert_int_equal(jsonlog_rotating_handler_new("x", NULL, &handler, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_rotating_handler_new("x", &options, NULL, &err), JSONLOG_E_INVALID);
    assert_int_equal(count_names(), 0);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(100);
    options.compression = JSONLOG_COMPRESS_ZSTD;
    options.file.policy = jsonlog_buffered(1, 0);
    jsonlog_handler *handler = NULL;
    int failures = 0;
    for (; handler == NULL; failures++) {
        jsonlog_err err;
        assert_true(failures < 30);
        allocations_left = failures;
        jsonlog_status status =
            jsonlog_rotating_handler_new(in_directory("log"), &options, &handler, &err);
        if (handler != NULL)
            settle(handler);
        assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
    }
    allocations_left = -1;
    assert_true(failures > 5);
    finish(handler);
}

/* Without memory a rotation waits; lines go on into the old file. */
static void a_rotation_without_memory_comes_later(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(10);
    options.file.check_ms = 1;
    for (int failures = 0; failures < 12; failures++) {
        jsonlog_handler *handler = open_log(&options);
        settle(handler);
        write_text(handler, "line one\n");
        allocations_left = failures;
        assert_int_equal(write_text(handler, "line two\n"), JSONLOG_OK);
        settle(handler);
        allocations_left = -1;
        usleep(2000);
        assert_int_equal(write_text(handler, "line three\n"), JSONLOG_OK);
        assert_int_equal(stats_of(handler).lost, 0);
        finish(handler);
        assert_string_equal(content_of("log"), "line three\n");
        assert_non_null(strstr(content_of("log.1"), "line two\n"));
        remove_tree(test_directory);
        mkdir(test_directory, 0700);
    }
}

/* ---- by size ---- */

static void rotates_before_the_line_that_would_not_fit(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(10);
    jsonlog_handler *handler = open_log(&options);
    write_text(handler, "aaaa\n"), write_text(handler, "bbbb\n"); /* 10 bytes: full, not over */
    assert_false(is_there("log.1"));
    write_text(handler, "c\n");
    write_text(handler, "a line that is longer than a file\n");
    write_text(handler, "d\n");
    finish(handler);
    assert_string_equal(content_of("log.3"), "aaaa\nbbbb\n");
    assert_string_equal(content_of("log.2"), "c\n");
    assert_string_equal(content_of("log.1"), "a line that is longer than a file\n");
    assert_string_equal(content_of("log"), "d\n");
    assert_int_equal(mode_of("log"), 0640);
    assert_int_equal(count_names(), 5); /* and the lock */
}

static void a_restart_counts_what_is_there(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(10);
    make_file("log", "12345678\n");
    make_file("log.1", "old\n");
    jsonlog_handler *handler = open_log(&options);
    write_text(handler, "x\n");
    finish(handler);
    assert_string_equal(content_of("log"), "x\n");
    assert_string_equal(content_of("log.1"), "12345678\n");
    assert_string_equal(content_of("log.2"), "old\n");
}

static void a_buffer_counts_what_it_holds(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(10);
    options.file.policy = jsonlog_buffered(0, 60000);
    jsonlog_handler *handler = open_log(&options);
    write_text(handler, "aaaa\n"), write_text(handler, "bbbb\n"), write_text(handler, "c\n");
    assert_string_equal(content_of("log.1"), "aaaa\nbbbb\n");
    assert_string_equal(content_of("log"), "");
    finish(handler);
    assert_string_equal(content_of("log"), "c\n");
}

static void numbers_move_only_up_to_a_gap(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(10);
    make_file("log.1", "1\n"), make_file("log.2.gz", "2\n"), make_file("log.4", "4\n");
    make_file("log", "0123456789\n");
    jsonlog_handler *handler = open_log(&options);
    settle(handler);
    write_text(handler, "x\n");
    finish(handler);
    assert_string_equal(content_of("log.1"), "0123456789\n");
    assert_string_equal(content_of("log.2"), "1\n");
    assert_string_equal(content_of("log.3.gz"), "2\n");
    assert_string_equal(content_of("log.4"), "4\n");
}

/* ---- names and retention ---- */

static void names_by_the_time_of_the_last_line(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(3);
    options.naming = JSONLOG_NAME_TIME;
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "a\n", utc("2026-11-22 23:59:58"));
    write_at(handler, "b\n", utc("2026-11-22 23:59:58"));
    write_at(handler, "c\n", utc("2026-11-22 23:59:58"));
    write_at(handler, "d\n", utc("2026-11-23 00:00:00"));
    finish(handler);
    assert_string_equal(content_of("log.20261122-235958"), "a\n");
    assert_string_equal(content_of("log.20261122-235958-2"), "b\n");
    assert_string_equal(content_of("log.20261122-235958-3"), "c\n");
    assert_string_equal(content_of("log"), "d\n");
}

static void keeps_so_many_files_and_no_foreign_one_goes(void **state) {
    (void)state;
    static const char *const foreign[] = {"log.old", "log.01", "log.1.bak", "log.7.gz.tmp",
                                          "xlog.1",  "log.0",  "logs.9",    "log.20261122-000000"};
    jsonlog_rotating_options options = by_size(3);
    options.keep_files = 2;
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        make_file(foreign[i], "foreign\n");
    mkdir(in_directory("log.9"), 0700);
    assert_int_equal(symlink("log.old", in_directory("log.2")), 0);
    make_file("log.5", "of an earlier run\n");
    make_file("log.800.zst", "of an earlier run\n");
    jsonlog_handler *handler = open_log(&options);
    settle(handler);
    assert_true(is_there("log.5") && is_there("log.800.zst")); /* these are two */
    for (int i = 0; i < 5; i++) {
        char text[3] = {(char)('a' + i), '\n', '\0'};
        write_text(handler, text);
    }
    finish(handler);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_string_equal(content_of(foreign[i]), "foreign\n");
    assert_true(is_there("log.9"));
    assert_string_equal(content_of("log"), "e\n");
    assert_string_equal(content_of("log.1"), "d\n");
    assert_string_equal(content_of("log.2"), "foreign\n"); /* the symlink stays */
    assert_string_equal(content_of("log.3"), "c\n");
    assert_int_equal(count_names(), 8 + 2 + 3 + 1);
}

static int64_t fake_now_ns;

static int64_t fake_clock(void) {
    return fake_now_ns;
}

static void set_written(const char *name, int64_t at_s) {
    const struct timespec times[2] = {{(time_t)at_s, 0}, {(time_t)at_s, 0}};
    assert_int_equal(utimensat(AT_FDCWD, in_directory(name), times, 0), 0);
}

static void removes_what_is_too_old(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(3);
    options.keep_seconds = 86400;
    jsonlog_handler *handler = open_log(&options);
    settle(handler);
    fake_now_ns = utc("2026-11-22 12:00:00") * NS;
    jl_rotating_use_clock(handler, fake_clock);
    make_file("log.1", "young\n"), make_file("log.2.gz", "old\n"), make_file("log.3", "old\n");
    set_written("log.1", utc("2026-11-21 12:00:01"));
    set_written("log.2.gz", utc("2026-11-21 11:59:59"));
    set_written("log.3", utc("2020-01-01 00:00:00"));
    write_text(handler, "a\n"), write_text(handler, "b\n");
    settle(handler);
    assert_string_equal(content_of("log.1"), "a\n");
    assert_string_equal(content_of("log.2"), "young\n");
    assert_false(is_there("log.3.gz") || is_there("log.4"));
    fake_now_ns = utc("2019-01-01 00:00:00") * NS; /* a clock that was set back removes nothing */
    write_text(handler, "c\n");
    settle(handler);
    assert_string_equal(content_of("log.3"), "young\n");
    jsonlog_handler_release(handler);
}

/* ---- by time ---- */

static jsonlog_rotating_options daily(void) {
    jsonlog_rotating_options options = JSONLOG_ROTATING_OPTIONS_INIT;
    options.period = JSONLOG_PERIOD_DAYS;
    return options;
}

static void rotates_at_midnight_once(void **state) {
    (void)state;
    jsonlog_rotating_options options = daily();
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "a\n", utc("2026-11-22 12:00:00"));
    write_at(handler, "b\n", utc("2026-11-22 23:59:59"));
    write_at(handler, "c\n", utc("2026-11-23 00:00:00"));
    write_at(handler, "late\n", utc("2026-11-22 23:59:59")); /* of a thread that was slower */
    write_at(handler, "d\n", utc("2026-11-23 23:59:59"));
    finish(handler);
    assert_string_equal(content_of("log.1"), "a\nb\n");
    assert_string_equal(content_of("log"), "c\nlate\nd\n");
    assert_false(is_there("log.2"));
}

static void a_clock_that_jumps_rotates_once_or_never(void **state) {
    (void)state;
    jsonlog_rotating_options options = daily();
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "a\n", utc("2026-11-22 12:00:00"));
    write_at(handler, "b\n", utc("2027-06-01 12:00:00")); /* ahead: once, not 190 times */
    write_at(handler, "c\n", utc("2027-06-01 13:00:00"));
    write_at(handler, "d\n", utc("2026-11-22 13:00:00")); /* back: not at all */
    write_at(handler, "e\n", utc("2026-11-22 23:59:00"));
    write_at(handler, "f\n", utc("2026-11-23 00:00:00")); /* and the days go on from there */
    finish(handler);
    assert_string_equal(content_of("log.2"), "a\n");
    assert_string_equal(content_of("log.1"), "b\nc\nd\ne\n");
    assert_string_equal(content_of("log"), "f\n");
    assert_false(is_there("log.3"));
}

static void days_of_daylight_saving_are_one_day(void **state) {
    (void)state;
    static const struct {
        const char *zone, *before, *last, *next;
    } cases[] = {
        {"Europe/Berlin", "2026-03-28 23:00:00", "2026-03-29 21:59:59", "2026-03-29 22:00:00"},
        {"Europe/Berlin", "2026-10-24 22:00:00", "2026-10-25 22:59:59", "2026-10-25 23:00:00"},
        {"America/New_York", "2026-03-08 05:00:00", "2026-03-09 03:59:59", "2026-03-09 04:00:00"},
        {"America/New_York", "2026-11-01 04:00:00", "2026-11-02 04:59:59", "2026-11-02 05:00:00"},
        {"Asia/Seoul", "2026-11-01 15:00:00", "2026-11-02 14:59:59", "2026-11-02 15:00:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_rotating_options options = daily();
        options.uses_local_time = true;
        setenv("TZ", cases[i].zone, 1);
        tzset();
        jsonlog_handler *handler = open_log(&options);
        for (int64_t at = utc(cases[i].before); at <= utc(cases[i].last); at += 3599)
            write_at(handler, "x\n", at);
        write_at(handler, "last\n", utc(cases[i].last));
        assert_false(is_there("log.1"));
        write_at(handler, "next\n", utc(cases[i].next));
        assert_true(is_there("log.1"));
        finish(handler);
        assert_string_equal(content_of("log"), "next\n");
        unlink(in_directory("log")), unlink(in_directory("log.1"));
    }
    unsetenv("TZ");
    tzset();
}

static void a_file_of_yesterday_is_put_aside_at_the_start(void **state) {
    (void)state;
    jsonlog_rotating_options options = daily();
    options.naming = JSONLOG_NAME_TIME;
    int64_t now = utc("2026-11-22 12:00:00");
    make_file("log", "yesterday\n");
    set_written("log", now - 86400);
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "today\n", now);
    finish(handler);
    assert_string_equal(content_of("log.20261121-120000"), "yesterday\n");
    assert_string_equal(content_of("log"), "today\n");
    set_written("log", now + 60);
    handler = open_log(&options);
    write_at(handler, "still today\n", now + 3600);
    finish(handler);
    assert_string_equal(content_of("log"), "today\nstill today\n");
}

static void an_empty_file_is_never_put_aside(void **state) {
    (void)state;
    jsonlog_rotating_options options = daily();
    make_file("log", "");
    set_written("log", utc("2020-01-01 00:00:00"));
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "a\n", utc("2026-11-22 12:00:00"));
    assert_int_equal(jsonlog_rotate_now(handler), JSONLOG_OK);
    assert_int_equal(jsonlog_rotate_now(handler), JSONLOG_OK);
    finish(handler);
    assert_string_equal(content_of("log.1"), "a\n");
    assert_false(is_there("log.2"));
}

/* ---- what is done with old files ---- */

static char told[8][256];
static int told_count;

static void note(const char *path, void *context) {
    (void)context;
    if (told_count < 8)
        snprintf(told[told_count++], 256, "%s", path);
}

static bool can_unpack(jsonlog_compression compression, const char *program) {
    char command[64];
    jsonlog_err err;
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    bool can = jl_compressor_load(compression, &err) == JSONLOG_OK && system(command) == 0;
    if (!can)
        print_message("no library or program for %s: skipped\n", program);
    return can;
}

static void check_compression(jsonlog_compression compression, const char *name,
                              const char *program) {
    jsonlog_rotating_options options = by_size(20000);
    static char line[20001];
    memset(line, 'x', sizeof line - 2);
    line[sizeof line - 2] = '\n';
    options.compression = compression;
    options.on_rotated = note;
    told_count = 0;
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, line, utc("2026-11-22 12:00:00"));
    write_text(handler, "next\n");
    settle(handler);
    assert_string_equal(unpacked(name, program), line);
    assert_int_equal(mode_of(name), 0640);
    assert_int_equal(told_count, 1);
    assert_string_equal(told[0], in_directory(name));
    assert_string_equal(content_of("log"), "next\n");
    assert_int_equal(count_names(), 3); /* no part, no plain file */
    jsonlog_handler_release(handler);
    unlink(in_directory(name)), unlink(in_directory("log")), unlink(in_directory("log.lock"));
}

static void compresses_and_tells(void **state) {
    (void)state;
    if (can_unpack(JSONLOG_COMPRESS_GZIP, "gzip"))
        check_compression(JSONLOG_COMPRESS_GZIP, "log.1.gz", "gzip");
    if (can_unpack(JSONLOG_COMPRESS_ZSTD, "zstd"))
        check_compression(JSONLOG_COMPRESS_ZSTD, "log.1.zst", "zstd");
}

static void tells_without_compression_too(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(3);
    options.on_rotated = note;
    options.naming = JSONLOG_NAME_TIME;
    make_file("log.20200101-000000", "of an earlier run\n");
    told_count = 0;
    jsonlog_handler *handler = open_log(&options);
    write_at(handler, "a\n", utc("2026-11-22 12:00:00"));
    write_at(handler, "b\n", utc("2026-11-22 12:00:01"));
    settle(handler);
    assert_int_equal(told_count, 1);
    assert_string_equal(told[0], in_directory("log.20261122-120000"));
    jsonlog_handler_release(handler);
}

/* Left by a process that was killed: a plain file, a part, and a compressed file whose plain form
 * is still there. */
static void finishes_what_a_killed_process_has_left(void **state) {
    (void)state;
    if (!can_unpack(JSONLOG_COMPRESS_GZIP, "gzip"))
        skip();
    jsonlog_rotating_options options = by_size(100);
    options.compression = JSONLOG_COMPRESS_GZIP;
    make_file("log.1", "plain\n"), make_file("log.part-12345", "half");
    make_file("log.2", "both\n"), make_file("log.2.gz", "both, compressed\n");
    set_written("log.2", 1000), set_written("log.2.gz", 1000);
    make_file("log.3", "newer\n"), make_file("log.3.gz", "another\n");
    set_written("log.3.gz", 1000);
    finish(open_log(&options));
    assert_string_equal(unpacked("log.1.gz", "gzip"), "plain\n");
    assert_false(is_there("log.part-12345") || is_there("log.1") || is_there("log.2"));
    assert_string_equal(content_of("log.2.gz"), "both, compressed\n");
    assert_string_equal(content_of("log.3"), "newer\n"); /* nobody knows: both stay */
    assert_string_equal(content_of("log.3.gz"), "another\n");
}

/* Another process that still writes to the file it has holds a shared lock on it. */
static void a_file_that_is_in_use_is_left_alone(void **state) {
    (void)state;
    if (!can_unpack(JSONLOG_COMPRESS_GZIP, "gzip"))
        skip();
    jsonlog_rotating_options options = by_size(3);
    options.compression = JSONLOG_COMPRESS_GZIP;
    options.keep_files = 1;
    jsonlog_handler *handler = open_log(&options);
    write_text(handler, "a\n");
    int other = open(in_directory("log"), O_WRONLY | O_APPEND);
    assert_int_equal(flock(other, LOCK_SH | LOCK_NB), 0);
    write_text(handler, "b\n"), write_text(handler, "c\n");
    assert_int_equal(jsonlog_rotating_wait(handler, 100), JSONLOG_E_TIMEOUT);
    assert_int_equal(write(other, "still\n", 6), 6);
    assert_string_equal(content_of("log.2"), "a\nstill\n");
    close(other);
    settle(handler);
    assert_false(is_there("log.2") || is_there("log.2.gz")); /* one is kept */
    assert_true(is_there("log.1.gz"));
    jsonlog_handler_release(handler);
}

static jsonlog_handler *to_release;

static void rotate_and_wait(const char *path, void *context) {
    (void)path;
    *(jsonlog_status *)context = jsonlog_rotating_wait(to_release, 1000);
}

static void waiting_from_within_is_refused(void **state) {
    (void)state;
    jsonlog_status status = JSONLOG_OK;
    jsonlog_rotating_options options = by_size(3);
    options.on_rotated = rotate_and_wait;
    options.context = &status;
    to_release = open_log(&options);
    write_text(to_release, "a\n"), write_text(to_release, "b\n");
    finish(to_release);
    assert_int_equal(status, JSONLOG_E_STATE);
    jsonlog_handler *null = jsonlog_null_handler_new();
    assert_int_equal(jsonlog_rotating_wait(null, 0), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_rotate_now(null), JSONLOG_E_INVALID);
    jsonlog_handler_release(null);
}

static bool is_released;

/* What the header forbids, because a logger may do it on that thread all the same. */
static void release_within(const char *path, void *context) {
    (void)path, (void)context;
    jsonlog_handler_release(to_release);
    __atomic_store_n(&is_released, true, __ATOMIC_RELEASE);
}

static void a_release_from_within_does_no_harm(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(3);
    options.on_rotated = release_within;
    is_released = false;
    to_release = open_log(&options);
    write_text(to_release, "a\n"), write_text(to_release, "b\n");
    for (int i = 0; i < 5000 && !__atomic_load_n(&is_released, __ATOMIC_ACQUIRE); i++)
        usleep(1000);
    assert_true(is_released);
    usleep(20000); /* the thread is detached */
}

/* ---- when it cannot be done ---- */

static void a_held_lock_does_not_hold_lines(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(5);
    options.file.check_ms = 1;
    jsonlog_handler *handler = open_log(&options);
    settle(handler);
    write_text(handler, "one\n");
    int lock = open(in_directory("log.lock"), O_RDWR | O_CREAT, 0600);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    assert_int_equal(write_text(handler, "two\n"), JSONLOG_OK);
    assert_int_equal(jsonlog_rotate_now(handler), JSONLOG_E_AGAIN);
    close(lock);
    usleep(2000);
    assert_int_equal(write_text(handler, "three\n"), JSONLOG_OK);
    finish(handler);
    assert_string_equal(content_of("log.1"), "one\ntwo\n");
    assert_string_equal(content_of("log"), "three\n");
}

static void without_descriptors_the_old_file_goes_on(void **state) {
    (void)state;
    struct rlimit limit, none;
    jsonlog_rotating_options options = by_size(5);
    options.file.check_ms = 1;
    jsonlog_handler *handler = open_log(&options);
    settle(handler);
    getrlimit(RLIMIT_NOFILE, &limit);
    int lowest = dup(0);
    close(lowest);
    for (int spare = 0; spare < 3; spare++) { /* none for the lock, one for it, two */
        none = limit;
        none.rlim_cur = (rlim_t)(lowest + spare);
        setrlimit(RLIMIT_NOFILE, &none);
        usleep(2000);
        for (int i = 0; i < 3; i++)
            assert_int_equal(write_text(handler, "line\n"), JSONLOG_OK);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    usleep(2000);
    write_text(handler, "last\n");
    jsonlog_handler_stats stats = stats_of(handler);
    finish(handler);
    assert_int_equal(stats.lost, 0);
    assert_string_equal(content_of("log"), "last\n");
    size_t bytes = 0;
    for (int i = 1; i < 12; i++) {
        char name[16];
        snprintf(name, sizeof name, "log.%d", i);
        bytes += is_there(name) ? strlen(content_of(name)) : 0;
    }
    assert_int_equal(bytes, 9 * 5);
}

static void a_lost_directory_refuses_and_comes_back(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(8);
    jsonlog_handler *handler = NULL;
    options.file.check_ms = 1;
    mkdir(in_directory("dir"), 0700);
    assert_int_equal(
        jsonlog_rotating_handler_new(in_directory("dir/log"), &options, &handler, NULL),
        JSONLOG_OK);
    use_plain_formatter(handler);
    settle(handler);
    write_text(handler, "a\n");
    remove_tree(in_directory("dir"));
    usleep(2000);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_IO);
    assert_int_equal(jsonlog_rotate_now(handler), JSONLOG_E_IO);
    mkdir(in_directory("dir"), 0700);
    usleep(2000);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    assert_non_null(strstr(content_of("dir/log"), "c\n"));
    finish(handler);
}

/* As another user: a directory that cannot be written to keeps the file as it is. */
static void a_directory_without_permission_keeps_the_file(void **state) {
    (void)state;
    if (geteuid() != 0) {
        print_message("needs root to become somebody else: skipped\n");
        skip();
    }
    make_file("log", "");
    chmod(in_directory("log"), 0666);
    chmod(test_directory, 0755);
    pid_t pid = fork();
    if (pid == 0) {
        jsonlog_rotating_options options = by_size(5);
        jsonlog_handler *handler = NULL;
        options.file.check_ms = 1;
        bool is_right =
            setuid(65534) == 0 && jsonlog_rotating_handler_new(in_directory("log"), &options,
                                                               &handler, NULL) == JSONLOG_OK;
        for (int i = 0; i < 10 && is_right; i++, usleep(300))
            is_right = write_text(handler, "line\n") == JSONLOG_OK;
        is_right = is_right && jsonlog_rotate_now(handler) == JSONLOG_E_IO;
        _exit(is_right ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(strlen(content_of("log")), 50);
    assert_int_equal(count_names(), 1);
}

static void a_symlink_is_followed_only_if_allowed(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(5);
    jsonlog_handler *handler = NULL;
    options.file.refuses_symlink = true;
    assert_int_equal(symlink("real", in_directory("log")), 0);
    assert_int_equal(jsonlog_rotating_handler_new(in_directory("log"), &options, &handler, NULL),
                     JSONLOG_E_IO);
    assert_false(is_there("real"));
}

/* ---- with others ---- */

/* Two handlers stand for two processes: they know of each other only by the file. */
static void another_rotation_is_noticed(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(100);
    options.file.check_ms = 1;
    jsonlog_handler *one = open_log(&options), *two = open_log(&options);
    write_text(one, "1\n"), write_text(two, "2\n");
    assert_int_equal(jsonlog_rotate_now(one), JSONLOG_OK);
    write_text(one, "3\n");
    usleep(3000);
    write_text(two, "4\n");
    assert_string_equal(content_of("log.1"), "1\n2\n");
    assert_string_equal(content_of("log"), "3\n4\n");
    assert_int_equal(jsonlog_rotate_now(two), JSONLOG_OK);
    assert_int_equal(jsonlog_rotate_now(one), JSONLOG_OK); /* finds it done */
    write_text(one, "5\n");
    assert_string_equal(content_of("log"), "5\n");
    assert_false(is_there("log.3"));
    finish(one), finish(two);
}

static void a_child_goes_on_rotating(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    jsonlog_rotating_options options = by_size(3);
    options.on_rotated = note;
    jsonlog_handler *handler = open_log(&options);
    write_text(handler, "a\n"), write_text(handler, "b\n");
    settle(handler);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(10);
        told_count = 0;
        bool is_right = write_text(handler, "c\n") == JSONLOG_OK;
        is_right = is_right && jsonlog_rotating_wait(handler, 5000) == JSONLOG_OK;
        jsonlog_handler_release(handler);
        _exit(is_right && told_count == 1 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    write_text(handler, "d\n");
    finish(handler);
    assert_string_equal(content_of("log.3"), "a\n");
    assert_string_equal(content_of("log.2"), "b\n");
    assert_string_equal(content_of("log.1"), "c\n");
    assert_string_equal(content_of("log"), "d\n");
}

static void a_late_file_rotates_too(void **state) {
    (void)state;
    jsonlog_rotating_options options = by_size(3);
    options.file.opens_late = true;
    jsonlog_handler *handler = open_log(&options);
    assert_int_equal(count_names(), 0);
    write_text(handler, "a\n"), write_text(handler, "b\n");
    finish(handler);
    assert_string_equal(content_of("log.1"), "a\n");
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(refuses_options_that_make_no_sense),
        IN_DIRECTORY(every_allocation_may_fail),
        IN_DIRECTORY(a_rotation_without_memory_comes_later),
        IN_DIRECTORY(rotates_before_the_line_that_would_not_fit),
        IN_DIRECTORY(a_restart_counts_what_is_there),
        IN_DIRECTORY(a_buffer_counts_what_it_holds),
        IN_DIRECTORY(numbers_move_only_up_to_a_gap),
        IN_DIRECTORY(names_by_the_time_of_the_last_line),
        IN_DIRECTORY(keeps_so_many_files_and_no_foreign_one_goes),
        IN_DIRECTORY(removes_what_is_too_old),
        IN_DIRECTORY(rotates_at_midnight_once),
        IN_DIRECTORY(a_clock_that_jumps_rotates_once_or_never),
        IN_DIRECTORY(days_of_daylight_saving_are_one_day),
        IN_DIRECTORY(a_file_of_yesterday_is_put_aside_at_the_start),
        IN_DIRECTORY(an_empty_file_is_never_put_aside),
        IN_DIRECTORY(compresses_and_tells),
        IN_DIRECTORY(tells_without_compression_too),
        IN_DIRECTORY(finishes_what_a_killed_process_has_left),
        IN_DIRECTORY(a_file_that_is_in_use_is_left_alone),
        IN_DIRECTORY(waiting_from_within_is_refused),
        IN_DIRECTORY(a_release_from_within_does_no_harm),
        IN_DIRECTORY(a_held_lock_does_not_hold_lines),
        IN_DIRECTORY(without_descriptors_the_old_file_goes_on),
        IN_DIRECTORY(a_lost_directory_refuses_and_comes_back),
        IN_DIRECTORY(a_directory_without_permission_keeps_the_file),
        IN_DIRECTORY(a_symlink_is_followed_only_if_allowed),
        IN_DIRECTORY(another_rotation_is_noticed),
        IN_DIRECTORY(a_child_goes_on_rotating),
        IN_DIRECTORY(a_late_file_rotates_too),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
