#include <jsonlog/capture.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- running --------------------------------------------------------------------------------- */

typedef struct outcome {
    jsonlog_status status;
    int exit_status;
    jsonlog_err err;
} outcome;

static outcome run(jsonlog_capture *capture, const jsonlog_run_options *options) {
    outcome got = {.exit_status = -1};
    got.err.text[0] = '\0';
    got.status = jsonlog_capture_run(capture, options, &got.exit_status, &got.err);
    return got;
}

static outcome run_shell(jsonlog_capture *capture, const char *script,
                         jsonlog_run_options options) {
    const char *const argv[] = {"sh", "-c", script, NULL};
    options.argv = argv;
    return run(capture, &options);
}

static const jsonlog_run_options defaults = JSONLOG_RUN_OPTIONS_INIT;

static void assert_line(const jsonlog_capture *capture, size_t index, const char *wanted) {
    char line[256];
    assert_true(jsonlog_capture_line(capture, index, line, sizeof line) != SIZE_MAX);
    assert_string_equal(line, wanted);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int setup(void **state) {
    *state = jsonlog_capture_new();
    return *state == NULL ? -1 : 0;
}

static int teardown(void **state) {
    jsonlog_capture_stop(*state);
    return 0;
}

/* ---- how it ends ----------------------------------------------------------------------------- */

typedef struct end_case {
    const char *script;
    int exit_status;
} end_case;

static void the_exit_status_is_told(void **state) {
    static const end_case cases[] = {
        {"exit 0", 0},          {"exit 7", 7},          {"exit 255", 255},
        {"kill -TERM $$", 143}, {"kill -KILL $$", 137}, {"kill -PIPE $$", 141},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const outcome got = run_shell(*state, cases[i].script, defaults);
        assert_int_equal(got.status, JSONLOG_OK);
        assert_int_equal(got.exit_status, cases[i].exit_status);
    }
    assert_int_equal(jsonlog_capture_count(*state), 0);
}

static void stdout_is_captured_by_lines(void **state) {
    outcome got =
        run_shell(*state, "echo one; echo; printf two; printf ' parts\\n'; printf last", defaults);
    assert_int_equal(got.status, JSONLOG_OK);
    assert_int_equal(jsonlog_capture_count(*state), 3);
    assert_line(*state, 0, "one");
    assert_line(*state, 1, "two parts");
    assert_line(*state, 2, "last");
}

static void lines_are_whole_however_they_come(void **state) {
    const char *script = "printf '{\"a\"'; sleep 0.1; printf ':1}\\n{\"a\":'; sleep 0.1; "
                         "printf '2}\\n{\"a\":3}\\n'";
    assert_int_equal(run_shell(*state, script, defaults).status, JSONLOG_OK);
    assert_int_equal(jsonlog_capture_count(*state), 3);
    assert_true(jsonlog_expect_count(*state, "{ $.a = * }", 3, NULL));
}

static void stderr_is_captured_on_demand(void **state) {
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    assert_int_equal(run_shell(*state, "echo out; (echo err >&2) 2>/dev/null", options).status, 0);
    assert_int_equal(jsonlog_capture_count(*state), 1);
    options.captures_stderr = true;
    assert_int_equal(run_shell(*state, "printf out; echo err >&2; echo put", options).status, 0);
    assert_int_equal(jsonlog_capture_count(*state), 3);
    assert_true(jsonlog_expect_count(*state, "output", 1, NULL));
    assert_true(jsonlog_expect_count(*state, "err", 1, NULL));
}

static void a_megabyte_is_captured(void **state) {
    const char *script = "i=0; while [ $i -lt 64 ]; do printf '%16383s\\n' $i; i=$((i+1)); done";
    const outcome got = run_shell(*state, script, defaults);
    assert_int_equal(got.status, JSONLOG_OK);
    assert_int_equal(jsonlog_capture_count(*state), 64);
    char line[16500];
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(jsonlog_capture_line(*state, i, line, sizeof line), 16383);
        assert_int_equal(strtoul(line, NULL, 10), i);
    }
}

static void what_does_not_fit_is_an_error(void **state) {
    (void)state;
    jsonlog_capture_options small = JSONLOG_CAPTURE_OPTIONS_INIT;
    small.limit_bytes = 1000;
    jsonlog_capture *capture = jsonlog_capture_start(&small);
    const outcome got =
        run_shell(capture, "echo first; printf '%2000s\\n' x; echo behind; exit 3", defaults);
    assert_int_equal(got.status, JSONLOG_E_LIMIT);
    assert_int_equal(got.exit_status, 3);
    assert_non_null(strstr(got.err.text, "sh"));
    assert_int_equal(jsonlog_capture_count(capture), 2);
    assert_line(capture, 0, "first");
    assert_line(capture, 1, "behind");
    assert_false(jsonlog_expect_match(capture, "first", NULL));
    jsonlog_capture_stop(capture);
}

/* ---- input ----------------------------------------------------------------------------------- */

static void input_comes_back_through_cat(void **state) {
    const char *const argv[] = {"cat", NULL};
    const size_t len = (size_t)1 << 20;
    char *input = malloc(len);
    assert_non_null(input);
    for (size_t i = 0; i < len; i++)
        input[i] = i % 1024 == 1023 ? '\n' : (char)('a' + i % 26);
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    options.input = input;
    options.input_len = len;
    assert_int_equal(run(*state, &options).status, JSONLOG_OK);
    assert_int_equal(jsonlog_capture_count(*state), 1024);
    char line[1100];
    for (size_t i = 0; i < 1024; i++) {
        assert_int_equal(jsonlog_capture_line(*state, i, line, sizeof line), 1023);
        assert_memory_equal(line, input + i * 1024, 1023);
    }
    free(input);
}

static void without_input_stdin_is_empty(void **state) {
    const outcome got = run_shell(*state, "cat; echo end", defaults);
    assert_int_equal(got.status, JSONLOG_OK);
    assert_int_equal(jsonlog_capture_count(*state), 1);
}

static volatile sig_atomic_t broken_pipes;

static void count_broken_pipe(int signal_number) {
    (void)signal_number;
    broken_pipes++;
}

static void input_that_nobody_reads_raises_no_signal(void **state) {
    struct sigaction action = {.sa_handler = count_broken_pipe};
    struct sigaction former;
    sigaction(SIGPIPE, &action, &former);
    const size_t len = 300000;
    char *input = calloc(1, len);
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.input = input;
    options.input_len = len;
    const outcome got = run_shell(*state, "exec <&-; echo done; sleep 0.1", options);
    assert_int_equal(got.status, JSONLOG_OK);
    assert_int_equal(got.exit_status, 0);
    assert_int_equal(broken_pipes, 0);
    sigset_t pending;
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    sigaction(SIGPIPE, &former, NULL);
    free(input);
}

/* ---- surroundings ---------------------------------------------------------------------------- */

static void the_environment_is_merged(void **state) {
    setenv("JSONLOG_TEST_KEPT", "kept", 1);
    setenv("JSONLOG_TEST_CHANGED", "old", 1);
    setenv("JSONLOG_TEST_CHANGED_NOT", "same", 1);
    const char *const environment[] = {"JSONLOG_TEST_CHANGED=new", "JSONLOG_TEST_ADDED=a=b",
                                       "JSONLOG_TEST_EMPTY=", NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.environment = environment;
    const char *script = "echo $JSONLOG_TEST_KEPT; echo $JSONLOG_TEST_CHANGED; "
                         "echo $JSONLOG_TEST_CHANGED_NOT; echo $JSONLOG_TEST_ADDED; "
                         "echo ${JSONLOG_TEST_EMPTY-unset}x";
    assert_int_equal(run_shell(*state, script, options).status, JSONLOG_OK);
    assert_line(*state, 0, "kept");
    assert_line(*state, 1, "new");
    assert_line(*state, 2, "same");
    assert_line(*state, 3, "a=b");
    assert_line(*state, 4, "x");
    assert_string_equal(getenv("JSONLOG_TEST_CHANGED"), "old");
}

static void the_child_starts_with_usual_signals(void **state) {
    sigset_t blocked, former;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &former);
    void (*former_action)(int) = signal(SIGPIPE, SIG_IGN);
    const outcome term = run_shell(*state, "kill -TERM $$; sleep 1; exit 1", defaults);
    const char *const argv[] = {"grep", "SigBlk", "/proc/self/status", NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    assert_int_equal(run(*state, &options).exit_status, 0);
    const outcome broken = run_shell(*state, "kill -PIPE $$; sleep 1; exit 1", defaults);
    signal(SIGPIPE, former_action);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    assert_int_equal(term.exit_status, 143);
    assert_line(*state, 0, "SigBlk:\t0000000000000000"); /* a shell would unblock it by itself */
    assert_int_equal(broken.exit_status, 141);
}

static size_t count_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    size_t count = 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void no_descriptor_leaks(void **state) {
    const char *const missing[] = {"./no such program", NULL};
    jsonlog_run_options nothing = JSONLOG_RUN_OPTIONS_INIT;
    nothing.argv = missing;
    jsonlog_run_options both = JSONLOG_RUN_OPTIONS_INIT;
    both.captures_stderr = true;
    both.input = "in";
    both.input_len = 2;
    const size_t before = count_descriptors();
    assert_int_equal(run_shell(*state, "true", both).status, JSONLOG_OK);
    assert_int_equal(run(*state, &nothing).status, JSONLOG_E_NOT_FOUND);
    assert_int_equal(count_descriptors(), before);
}

static size_t count_inherited(void) {
    size_t count = 0;
    for (int descriptor = STDERR_FILENO + 1; descriptor < 1024; descriptor++) {
        const int flags = fcntl(descriptor, F_GETFD);
        count += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return count;
}

static void the_child_gets_no_pipe_but_its_own(void **state) {
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.captures_stderr = true;
    options.input = "in";
    options.input_len = 2;
    assert_int_equal(run_shell(*state, "ls /proc/$$/fd; :", options).status, JSONLOG_OK);
    assert_line(*state, 0, "0");
    assert_int_equal(jsonlog_capture_count(*state), 3 + count_inherited());
}

/* In a process without standard streams the pipes get their numbers. */
static void it_works_without_standard_streams(void **state) {
    (void)state;
    const pid_t pid = fork();
    if (pid == 0) {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
        jsonlog_capture *capture = jsonlog_capture_new();
        jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
        options.input = "through\n";
        options.input_len = 8;
        options.captures_stderr = true;
        const outcome got = run_shell(capture, "cat; echo err >&2", options);
        const bool is_good = got.status == JSONLOG_OK && got.exit_status == 0 &&
                             jsonlog_expect_count(capture, "through", 1, NULL) &&
                             jsonlog_expect_count(capture, "err", 1, NULL);
        jsonlog_capture_stop(capture);
        _exit(is_good ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void what_cannot_be_run_is_named(void **state) {
    static const char *const programs[] = {"no-such-program-in-path", "/no/such/file",
                                           "/etc/passwd", "/"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        const char *const argv[] = {programs[i], NULL};
        jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
        options.argv = argv;
        const outcome got = run(*state, &options);
        assert_int_equal(got.status, JSONLOG_E_NOT_FOUND);
        assert_int_equal(got.err.code, JSONLOG_E_NOT_FOUND);
        assert_int_equal(got.err.offset, JSONLOG_NO_OFFSET);
        assert_non_null(strstr(got.err.text, programs[i]));
        assert_int_equal(got.exit_status, -1);
        assert_int_equal(jsonlog_capture_run(*state, &options, NULL, NULL), JSONLOG_E_NOT_FOUND);
    }
}

static void wrong_arguments_are_refused(void **state) {
    const char *const argv[] = {"true", NULL};
    const char *const none[] = {NULL};
    const char *const bad_environment[] = {"NAME", NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    assert_int_equal(run(*state, &options).status, JSONLOG_E_INVALID);
    options.argv = none;
    assert_int_equal(run(*state, &options).status, JSONLOG_E_INVALID);
    options.argv = argv;
    assert_int_equal(run(NULL, &options).status, JSONLOG_E_INVALID);
    assert_int_equal(run(*state, NULL).status, JSONLOG_E_INVALID);
    options.input_len = 1;
    assert_int_equal(run(*state, &options).status, JSONLOG_E_INVALID);
    options.input_len = 0;
    options.environment = bad_environment;
    const outcome got = run(*state, &options);
    assert_int_equal(got.status, JSONLOG_E_INVALID);
    assert_non_null(strstr(got.err.text, "\"NAME\""));
    options.environment = NULL;
    options.size = 8;
    assert_int_equal(run(*state, &options).status, JSONLOG_E_INVALID);
}

static void a_program_that_takes_too_long_is_killed(void **state) {
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.timeout_ms = 150;
    const double start = seconds();
    outcome got = run_shell(*state, "echo before; sleep 20; echo after", options);
    assert_int_equal(got.status, JSONLOG_E_TIMEOUT);
    assert_int_equal(got.exit_status, 137);
    assert_non_null(strstr(got.err.text, "150 ms"));
    assert_int_equal(jsonlog_capture_count(*state), 1);
    assert_line(*state, 0, "before");
    got = run_shell(*state, "exec >&- 2>&-; sleep 20", options);
    assert_int_equal(got.status, JSONLOG_E_TIMEOUT);
    got = run_shell(*state, "while :; do echo endless; done", options);
    assert_int_equal(got.status, JSONLOG_E_TIMEOUT);
    assert_true(seconds() - start < 10);
}

static void its_children_are_killed_with_it(void **state) {
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.timeout_ms = 150;
    assert_int_equal(run_shell(*state, "sleep 20 & echo $!; wait", options).status,
                     JSONLOG_E_TIMEOUT);
    char line[32];
    jsonlog_capture_line(*state, 0, line, sizeof line);
    const pid_t pid = (pid_t)strtol(line, NULL, 10);
    assert_true(pid > 0);
    /* Dead, though perhaps still a zombie that waits for init. */
    char path[64];
    char text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    const double start = seconds();
    do {
        FILE *file = fopen(path, "r");
        if (file == NULL)
            return;
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
    } while (strstr(text, ") Z ") == NULL && seconds() - start < 2);
    assert_non_null(strstr(text, ") Z "));
}

/* The background process keeps stdout open; it is not what was run. */
static void a_background_process_is_not_waited_for(void **state) {
    const double start = seconds();
    const outcome got = run_shell(*state, "sleep 5 2>/dev/null & echo parent; exit 4", defaults);
    assert_int_equal(got.status, JSONLOG_OK);
    assert_int_equal(got.exit_status, 4);
    assert_true(seconds() - start < 4);
    assert_line(*state, 0, "parent");
}

static void a_lost_child_is_an_error(void **state) {
    void (*former)(int) = signal(SIGCHLD, SIG_IGN);
    const outcome got = run_shell(*state, "echo out; exit 3", defaults);
    signal(SIGCHLD, former);
    assert_int_equal(got.status, JSONLOG_E_IO);
    assert_int_equal(got.exit_status, -1);
    assert_line(*state, 0, "out");
}

/* ---- threads --------------------------------------------------------------------------------- */

static void *run_one(void *argument) {
    jsonlog_capture *capture = jsonlog_capture_new();
    bool is_good = capture != NULL;
    for (int i = 0; i < 8 && is_good; i++) {
        const outcome got = run_shell(capture, "cat; exit 5",
                                      (jsonlog_run_options){
                                          .size = sizeof defaults,
                                          .input = "line\n",
                                          .input_len = 5,
                                      });
        is_good = got.status == JSONLOG_OK && got.exit_status == 5;
    }
    is_good = is_good && jsonlog_expect_count(capture, "line", 8, NULL);
    jsonlog_capture_stop(capture);
    return is_good ? argument : NULL;
}

static void several_threads_run_programs(void **state) {
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_one, state), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, state);
    }
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(the_exit_status_is_told),
        RUN_TEST(stdout_is_captured_by_lines),
        RUN_TEST(lines_are_whole_however_they_come),
        RUN_TEST(stderr_is_captured_on_demand),
        RUN_TEST(a_megabyte_is_captured),
        RUN_TEST(what_does_not_fit_is_an_error),
        RUN_TEST(input_comes_back_through_cat),
        RUN_TEST(without_input_stdin_is_empty),
        RUN_TEST(input_that_nobody_reads_raises_no_signal),
        RUN_TEST(the_environment_is_merged),
        RUN_TEST(the_child_starts_with_usual_signals),
        RUN_TEST(no_descriptor_leaks),
        RUN_TEST(the_child_gets_no_pipe_but_its_own),
        RUN_TEST(it_works_without_standard_streams),
        RUN_TEST(what_cannot_be_run_is_named),
        RUN_TEST(wrong_arguments_are_refused),
        RUN_TEST(a_program_that_takes_too_long_is_killed),
        RUN_TEST(its_children_are_killed_with_it),
        RUN_TEST(a_background_process_is_not_waited_for),
        RUN_TEST(a_lost_child_is_an_error),
        RUN_TEST(several_threads_run_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
