#include <jsonlog/file.h>

#include "support/failing_allocator.h"
#include "support/handler_lines.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/log_files.h"
#include "support/pipes.h"

static jsonlog_handler *open_with(const char *name, const jsonlog_file_options *options) {
    jsonlog_handler *handler = NULL;
    jsonlog_err err = {.text = ""};
    jsonlog_status status = jsonlog_file_handler_new(in_directory(name), options, &handler, &err);
    if (status != JSONLOG_OK)
        fail_msg("%d: %s", (int)status, err.text);
    use_plain_formatter(handler);
    return handler;
}

static jsonlog_handler *open_checking(const char *name, uint32_t check_ms) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.check_ms = check_ms;
    return open_with(name, &options);
}

/* ---- construction ---- */

static void refuses_what_is_no_log_file(void **state) {
    (void)state;
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    assert_int_equal(jsonlog_file_handler_new(NULL, NULL, &handler, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_file_handler_new("", NULL, &handler, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_file_handler_new("x", NULL, NULL, &err), JSONLOG_E_INVALID);
    options.mode = 010000;
    assert_int_equal(jsonlog_file_handler_new("x", &options, &handler, &err), JSONLOG_E_INVALID);
    assert_string_equal(err.text, "a file mode has bits beyond 07777");
    options.mode = 0;
    options.size--;
    assert_int_equal(jsonlog_file_handler_new("x", &options, &handler, NULL), JSONLOG_E_INVALID);
    assert_null(handler);
}

/* %s in a sentence stands for the directory. */
static void says_what_is_wrong_with_the_path(void **state) {
    (void)state;
    static const struct {
        const char *name, *sentence;
    } cases[] = {
        {"none/log", "cannot open the log file %s/none/log: the directory %s/none does not exist"},
        {"none/a/b/log",
         "cannot open the log file %s/none/a/b/log: the directory %s/none does not exist"},
        {"file/log", "cannot open the log file %s/file/log: Not a directory"},
        {"dir", "cannot open the log file %s/dir: Is a directory"},
        {"fifo", "cannot open the log file %s/fifo: No such device or address (a FIFO that nobody "
                 "reads)"},
    };
    make_file("file", "");
    mkdir(in_directory("dir"), 0700);
    mkfifo(in_directory("fifo"), 0600);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sentence[512];
        jsonlog_err err;
        jsonlog_handler *handler = NULL;
        assert_int_equal(
            jsonlog_file_handler_new(in_directory(cases[i].name), NULL, &handler, &err),
            JSONLOG_E_IO);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(sentence, sizeof sentence, cases[i].sentence, test_directory, test_directory);
#pragma GCC diagnostic pop
        assert_string_equal(err.text, sentence);
        assert_int_equal(err.code, JSONLOG_E_IO);
        assert_null(handler);
    }
    assert_int_equal(count_names(), 3);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.makes_directories = true;
    for (int is_buffered = 0; is_buffered < 2; is_buffered++) {
        jsonlog_handler *handler = NULL;
        int failures = 0;
        if (is_buffered)
            options.policy = jsonlog_buffered(1, 0);
        for (; handler == NULL; failures++) {
            jsonlog_err err;
            assert_true(failures < 20);
            allocations_left = failures;
            jsonlog_status status =
                jsonlog_file_handler_new(in_directory("a/b/log"), &options, &handler, &err);
            assert_true(status == JSONLOG_OK || status == JSONLOG_E_NOMEM);
            if (status == JSONLOG_E_NOMEM)
                assert_string_equal(err.text, jsonlog_status_text(JSONLOG_E_NOMEM));
        }
        allocations_left = -1;
        assert_true(failures > 4);
        jsonlog_handler_release(handler);
    }
}

static void the_mode_is_exact_whatever_the_umask(void **state) {
    (void)state;
    static const struct {
        unsigned mode;
        mode_t mask, result;
    } cases[] = {
        {0, 0, 0640}, {0, 077, 0640}, {0666, 0077, 0666}, {0600, 0, 0600}, {0200, 0, 0200}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
        options.mode = cases[i].mode;
        mode_t before = umask(cases[i].mask);
        jsonlog_handler *handler = open_with("log", &options);
        assert_int_equal(umask(before), cases[i].mask); /* never touched */
        assert_int_equal(mode_of("log"), cases[i].result);
        jsonlog_handler_release(handler);
        unlink(in_directory("log"));
    }
}

static void the_mode_of_an_existing_file_stays(void **state) {
    (void)state;
    make_file("log", "");
    chmod(in_directory("log"), 0604);
    jsonlog_handler_release(open_with("log", NULL));
    assert_int_equal(mode_of("log"), 0604);
}

static void makes_directories_only_when_asked(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.makes_directories = true;
    mode_t before = umask(077);
    jsonlog_handler *handler = open_with("a/b/log", &options);
    umask(before);
    assert_int_equal(mode_of("a"), 0750);
    assert_int_equal(mode_of("a/b"), 0750);
    assert_int_equal(mode_of("a/b/log"), 0640);
    jsonlog_handler_release(handler);
    options.directory_mode = 0711;
    jsonlog_handler_release(open_with("c/log", &options));
    assert_int_equal(mode_of("c"), 0711);
}

static void refuses_a_symlink_when_asked(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    jsonlog_err err;
    assert_int_equal(symlink("real", in_directory("link")), 0);
    options.refuses_symlink = true;
    assert_int_equal(jsonlog_file_handler_new(in_directory("link"), &options, &handler, &err),
                     JSONLOG_E_IO);
    assert_non_null(strstr(err.text, "it is a symlink, which refuses_symlink does not allow"));
    assert_false(is_there("real"));
    handler = open_with("link", NULL); /* a symlink to nowhere: the file behind it is made */
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("real"), "x\n");
    assert_int_equal(mode_of("real"), 0640);
}

static void a_relative_path_is_meant_from_here(void **state) {
    (void)state;
    char here[4096];
    jsonlog_handler *handler = NULL;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(test_directory), 0);
    assert_int_equal(jsonlog_file_handler_new("log", NULL, &handler, NULL), JSONLOG_OK);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(jsonlog_file_reopen(handler, NULL), JSONLOG_OK);
    write_text(handler, "x\n");
    jsonlog_handler_release(handler);
    assert_int_equal(chdir(here), 0);
    assert_string_equal(content_of("log"), "x\n");
}

static void appends_without_lock_and_closes_a_torn_tail(void **state) {
    (void)state;
    make_file("log", "{}\n{\"a");
    jsonlog_handler *handler = open_with("log", NULL);
    assert_int_equal(stats_of(handler).torn_closed, 1);
    assert_true(jl_handler_enter(handler)); /* as if nested in this very handler */
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jl_handler_leave(handler);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("log"), "{}\n{\"a\nx\n");
}

/* ---- several processes ---- */

/* Another process is killed in the middle of a line while this one waits to append its own. */
static void append_as_another(const char *name, const char *text) {
    const int fd = open(in_directory(name), O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void a_line_behind_an_unfinished_one_is_written_again(void **state) {
    (void)state;
    jsonlog_handler *handler = open_with("log", NULL);
    write_text(handler, "one\n");
    append_as_another("log", "theirs\n");
    write_text(handler, "two\n");
    append_as_another("log", "hal");
    assert_int_equal(write_text(handler, "three\n"), JSONLOG_OK);
    write_text(handler, "four\n");
    append_as_another("log", "hal");
    assert_int_equal(write_text(handler, "five\n"), JSONLOG_OK);
    assert_int_equal(stats_of(handler).torn_closed, 2);
    assert_int_equal(stats_of(handler).lines, 5);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("log"),
                        "one\ntheirs\ntwo\nhalthree\nthree\nfour\nhalfive\nfive\n");
}

static void so_is_the_first_line_of_a_file_that_another_made(void **state) {
    (void)state;
    jsonlog_handler *handler = open_with("log", NULL);
    append_as_another("log", "hal");
    assert_int_equal(write_text(handler, "one\n"), JSONLOG_OK);
    assert_int_equal(stats_of(handler).torn_closed, 1);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("log"), "halone\none\n");
}

static void so_is_the_first_line_of_a_buffer(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.policy = jsonlog_buffered(0, 60000);
    jsonlog_handler *handler = open_with("log", &options);
    for (int i = 0; i < 2; i++) {
        append_as_another("log", "hal");
        write_text(handler, "one\n");
        write_text(handler, "two\n");
        assert_int_equal(jsonlog_handler_flush(handler), JSONLOG_OK);
    }
    assert_int_equal(stats_of(handler).torn_closed, 2);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("log"), "halone\ntwo\none\nhalone\ntwo\none\n");
}

/* After copytruncate the line does not stand where it would have. */
static void a_file_that_was_cut_makes_no_line_come_again(void **state) {
    (void)state;
    jsonlog_handler *handler = open_with("log", NULL);
    write_text(handler, "one\n");
    assert_int_equal(truncate(in_directory("log"), 0), 0);
    write_text(handler, "two\n");
    append_as_another("log", "theirs\n");
    write_text(handler, "three\n");
    assert_int_equal(stats_of(handler).torn_closed, 0);
    jsonlog_handler_release(handler);
    assert_string_equal(content_of("log"), "two\ntheirs\nthree\n");
}

static void the_descriptor_is_closed_on_exec(void **state) {
    (void)state;
    int before = dup(0); /* the lowest free number */
    close(before);
    jsonlog_handler *handler = open_with("log", NULL);
    assert_int_equal(fcntl(before, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(before, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND);
    jsonlog_handler_release(handler);
    assert_false(is_open(before));
}

static void writes_to_a_device_and_to_a_fifo(void **state) {
    (void)state;
    char text[64];
    jsonlog_handler *handler = NULL;
    assert_int_equal(jsonlog_file_handler_new("/dev/null", NULL, &handler, NULL), JSONLOG_OK);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jsonlog_handler_release(handler);
    mkfifo(in_directory("fifo"), 0600);
    int reader = open(in_directory("fifo"), O_RDONLY | O_NONBLOCK);
    handler = open_with("fifo", NULL);
    assert_int_equal(write_text(handler, "x\n"), JSONLOG_OK);
    jsonlog_handler_release(handler);
    assert_int_equal(drain(reader, text, sizeof text), 2);
    close(reader);
}

/* One line was lost, then this one came. The name of the reason is the base's matter. */
static void assert_reported(const char *content, const char *line) {
    assert_memory_equal(content, "lines lost lost=1 reason=", 25);
    const char *newline = strchr(content, '\n');
    assert_non_null(newline);
    assert_string_equal(newline + 1, line);
}

/* ---- late ---- */

static void opens_late_and_counts_until_then(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.opens_late = true;
    options.check_ms = 1;
    jsonlog_handler *handler = open_with("later/log", &options);
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_E_IO);
    assert_int_equal(stats_of(handler).last_errno, ENOENT);
    assert_int_equal(mkdir(in_directory("later"), 0700), 0);
    usleep(3000);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_OK);
    assert_reported(content_of("later/log"), "b\n");
    jsonlog_handler_release(handler);
    handler = open_with("unused", &options);
    jsonlog_handler_release(handler);
    assert_false(is_there("unused"));
}

/* A file that nobody looks at is tried again all the same. */
static void a_late_file_without_looks_opens_too(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.opens_late = true;
    options.check_ms = JSONLOG_CHECK_NEVER;
    jsonlog_handler *handler = open_with("log", &options);
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    rename(in_directory("log"), in_directory("old"));
    usleep(2000);
    write_text(handler, "b\n");
    assert_string_equal(content_of("old"), "a\nb\n");
    jsonlog_handler_release(handler);
}

/* ---- the path names another file ---- */

static void follows_a_rename(void **state) {
    (void)state;
    jsonlog_handler *handler = open_checking("log", 1);
    write_text(handler, "a\n");
    rename(in_directory("log"), in_directory("log.1"));
    usleep(3000);
    write_text(handler, "moved\n"); /* whoever moved it may be about to make a new one */
    assert_false(is_there("log"));
    usleep(60000);
    write_text(handler, "b\n");
    assert_string_equal(content_of("log.1"), "a\nmoved\n");
    assert_string_equal(content_of("log"), "b\n");
    make_file("other", "c\n");
    rename(in_directory("other"), in_directory("log"));
    usleep(3000);
    write_text(handler, "d\n");
    assert_string_equal(content_of("log"), "c\nd\n");
    jsonlog_handler_release(handler);
}

static void follows_a_removal_and_a_truncation(void **state) {
    (void)state;
    jsonlog_handler *handler = open_checking("log", 1);
    write_text(handler, "a\n");
    unlink(in_directory("log"));
    usleep(3000);
    write_text(handler, "b\n");
    assert_string_equal(content_of("log"), "b\n");
    assert_int_equal(truncate(in_directory("log"), 0), 0);
    write_text(handler, "c\n");
    assert_string_equal(content_of("log"), "c\n");
    assert_int_equal(stats_of(handler).lost, 0);
    jsonlog_handler_release(handler);
}

static void looks_only_when_it_is_time(void **state) {
    (void)state;
    jsonlog_handler *handler = open_checking("log", 60000);
    rename(in_directory("log"), in_directory("log.1"));
    write_text(handler, "a\n");
    assert_false(is_there("log"));
    assert_int_equal(jsonlog_file_reopen(handler, NULL), JSONLOG_OK);
    write_text(handler, "b\n");
    assert_string_equal(content_of("log.1"), "a\n");
    assert_string_equal(content_of("log"), "b\n");
    jsonlog_handler_release(handler);
}

static void on_signal(int number) {
    (void)number;
    jsonlog_file_reopen_all();
}

static void a_signal_reopens_all_files(void **state) {
    (void)state;
    jsonlog_handler *one = open_checking("one", JSONLOG_CHECK_NEVER);
    jsonlog_handler *two = open_checking("two", JSONLOG_CHECK_NEVER);
    rename(in_directory("one"), in_directory("one.1"));
    rename(in_directory("two"), in_directory("two.1"));
    write_text(one, "a\n");
    assert_false(is_there("one"));
    signal(SIGHUP, on_signal);
    raise(SIGHUP);
    write_text(one, "b\n"), write_text(one, "c\n"), write_text(two, "d\n");
    assert_string_equal(content_of("one.1"), "a\n");
    assert_string_equal(content_of("one"), "b\nc\n");
    assert_string_equal(content_of("two"), "d\n");
    jsonlog_handler_release(one);
    jsonlog_handler_release(two);
}

static void reopens_only_file_handlers(void **state) {
    (void)state;
    jsonlog_err err;
    jsonlog_handler *null = jsonlog_null_handler_new();
    assert_int_equal(jsonlog_file_reopen(null, &err), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_file_reopen(NULL, &err), JSONLOG_E_INVALID);
    jsonlog_handler_release(null);
    jsonlog_handler *file = open_with("log", NULL);
    assert_int_equal(jsonlog_handler_reopen(file, 1), JSONLOG_E_INVALID);
    jsonlog_handler_release(file);
}

/* ---- the path cannot be opened any more ---- */

/* Lines go on into a file that still has a name, and are refused where they would be lost. */
static void a_lost_directory_refuses_lines(void **state) {
    (void)state;
    mkdir(in_directory("dir"), 0700);
    jsonlog_handler *handler = open_checking("dir/log", 1);
    rename(in_directory("dir"), in_directory("moved"));
    usleep(3000);
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_string_equal(content_of("moved/log"), "a\n");
    unlink(in_directory("moved/log"));
    usleep(3000);
    assert_int_equal(write_text(handler, "b\n"), JSONLOG_E_IO);
    assert_int_equal(stats_of(handler).last_errno, ENOENT);
    rename(in_directory("moved"), in_directory("dir"));
    usleep(3000);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    assert_reported(content_of("dir/log"), "c\n");
    jsonlog_handler_release(handler);
}

static void a_lost_directory_is_made_again_when_asked(void **state) {
    (void)state;
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    options.makes_directories = true;
    options.check_ms = 1;
    jsonlog_handler *handler = open_with("dir/log", &options);
    remove_tree(in_directory("dir"));
    usleep(3000);
    assert_int_equal(write_text(handler, "a\n"), JSONLOG_OK);
    assert_string_equal(content_of("dir/log"), "a\n");
    jsonlog_handler_release(handler);
}

static void without_descriptors_the_old_file_stays(void **state) {
    (void)state;
    struct rlimit limit, none;
    jsonlog_handler *handler = open_checking("log", 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    rename(in_directory("log"), in_directory("log.1"));
    usleep(3000);
    write_text(handler, "moved\n");
    usleep(60000);
    setrlimit(RLIMIT_NOFILE, &none);
    jsonlog_status named = write_text(handler, "a\n");
    jsonlog_err err;
    jsonlog_status reopened = jsonlog_file_reopen(handler, &err);
    unlink(in_directory("log.1"));
    usleep(3000);
    jsonlog_status nameless = write_text(handler, "b\n");
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(named, JSONLOG_OK);
    assert_int_equal(reopened, JSONLOG_E_IO);
    assert_non_null(strstr(err.text, "Too many open files"));
    assert_int_equal(nameless, JSONLOG_E_IO);
    assert_int_equal(stats_of(handler).last_errno, EMFILE);
    usleep(3000);
    assert_int_equal(write_text(handler, "c\n"), JSONLOG_OK);
    assert_non_null(strstr(content_of("log"), "c\n"));
    jsonlog_handler_release(handler);
}

static void errno_stays(void **state) {
    (void)state;
    jsonlog_handler *handler = open_checking("log", 1);
    unlink(in_directory("log"));
    usleep(3000);
    errno = 5;
    write_text(handler, "a\n");
    assert_int_equal(errno, 5);
    jsonlog_handler_release(handler);
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_log_file),
        IN_DIRECTORY(says_what_is_wrong_with_the_path),
        IN_DIRECTORY(every_allocation_may_fail),
        IN_DIRECTORY(the_mode_is_exact_whatever_the_umask),
        IN_DIRECTORY(the_mode_of_an_existing_file_stays),
        IN_DIRECTORY(makes_directories_only_when_asked),
        IN_DIRECTORY(refuses_a_symlink_when_asked),
        IN_DIRECTORY(a_relative_path_is_meant_from_here),
        IN_DIRECTORY(appends_without_lock_and_closes_a_torn_tail),
        IN_DIRECTORY(a_line_behind_an_unfinished_one_is_written_again),
        IN_DIRECTORY(so_is_the_first_line_of_a_file_that_another_made),
        IN_DIRECTORY(so_is_the_first_line_of_a_buffer),
        IN_DIRECTORY(a_file_that_was_cut_makes_no_line_come_again),
        IN_DIRECTORY(the_descriptor_is_closed_on_exec),
        IN_DIRECTORY(writes_to_a_device_and_to_a_fifo),
        IN_DIRECTORY(opens_late_and_counts_until_then),
        IN_DIRECTORY(a_late_file_without_looks_opens_too),
        IN_DIRECTORY(follows_a_rename),
        IN_DIRECTORY(follows_a_removal_and_a_truncation),
        IN_DIRECTORY(looks_only_when_it_is_time),
        IN_DIRECTORY(a_signal_reopens_all_files),
        IN_DIRECTORY(reopens_only_file_handlers),
        IN_DIRECTORY(a_lost_directory_refuses_lines),
        IN_DIRECTORY(a_lost_directory_is_made_again_when_asked),
        IN_DIRECTORY(without_descriptors_the_old_file_stays),
        IN_DIRECTORY(errno_stays),
    };
    return cmocka_run_group_tests(tests, use_failing_allocator, NULL);
}
