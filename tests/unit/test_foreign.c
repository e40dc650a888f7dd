/* Lines of children and of this process itself, through real pipes and shells. */
#include <jsonlog/foreign.h>
#include <jsonlog/handler.h>

#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <cmocka.h>

#include "fault/private_daemon.h"
#include "support/log_files.h"
#include "support/log_lines.h"
#include "support/thread_allocator.h"
#include "support/under_tsan.h"

#define PATIENCE_MS 60000

extern char **environ;

static jsonlog_handler *kept; /* of the logger "foreign" */

/* ---- children -------------------------------------------------------------------------------- */

/* A shell whose descriptor 2 leads into the capture, as a user would start it. */
static pid_t spawn_shell(const jsonlog_foreign *foreign, const char *script) {
    const char *const arguments[] = {"sh", "-c", script, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, jsonlog_foreign_descriptor(foreign), STDERR_FILENO);
    assert_int_equal(
        posix_spawnp(&pid, "sh", &actions, NULL, (char *const *)(uintptr_t)arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static int status_of_child(pid_t pid) {
    int status = -1;
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        continue;
    return status;
}

/* @return the lines of what the script writes to its stderr. */
static const char *logged_of(const char *script, const jsonlog_foreign_options *options) {
    jsonlog_foreign *foreign = jsonlog_foreign_new(options, NULL);
    assert_non_null(foreign);
    assert_int_equal(status_of_child(spawn_shell(foreign, script)), 0);
    assert_int_equal(jsonlog_foreign_close(foreign, PATIENCE_MS), JSONLOG_OK);
    return log_lines_take(kept);
}

#define TEXT(text) LINE("\"INFO\",\"logger\":\"foreign\",\"message\":\"" text "\"}")

typedef struct row {
    const char *script;
    const char *lines;
} row;

static const row texts[] = {
    {"echo one >&2; echo two >&2", TEXT("one") TEXT("two")},
    {"printf 'no newline' >&2", TEXT("no newline")},
    {"printf 'a\\n\\n\\r\\nb\\r\\n' >&2", TEXT("a") TEXT("b")},
    {"printf jo >&2; sleep 0.1; printf 'in' >&2; sleep 0.1; echo ed >&2", TEXT("joined")},
    {"printf '\\377\\376 bad \\303\\n' >&2", TEXT("\xEF\xBF\xBD\xEF\xBF\xBD bad \xEF\xBF\xBD")},
    {"printf 'nul \\000 \\033[31mred\\t\"\\n' >&2", TEXT("nul \\u0000 \\u001b[31mred\\t\\\"")},
    {"true", ""},
    {"no-such-program 2>/dev/null; echo '%s %n' >&2", TEXT("%s %n")},
};

static void what_a_shell_writes_is_logged(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_equal(logged_of(texts[i].script, NULL), texts[i].lines);
}

static void a_long_line_is_cut_and_says_so(void **state) {
    (void)state;
    jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
    options.limit_bytes = 64;
    options.level = JSONLOG_LEVEL_ERROR;
    assert_string_equal(
        logged_of("printf '%0100d\\nshort\\n' 7 >&2", &options),
        LINE("\"ERROR\",\"logger\":\"foreign\",\"errorMessage\":\""
             "0000000000000000000000000000000000000000000000000000000000000000\",\"cutBytes\":36}")
            LINE("\"ERROR\",\"logger\":\"foreign\",\"errorMessage\":\"short\"}"));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

#define JSON_SCRIPT \
    "echo '{\"level\":\"error\",\"msg\":\"no disk\",\"free\":[0, 1.50]}' >&2; echo '{no' >&2"

static void an_object_is_a_member_a_text_or_fields(void **state) {
    (void)state;
    static const char *const lines[] = {
        LINE("\"INFO\",\"logger\":\"foreign\",\"json\":{\"level\":\"error\",\"msg\":\"no disk\","
             "\"free\":[0,1.50]}}") TEXT("{no"),
        TEXT("{\\\"level\\\":\\\"error\\\",\\\"msg\\\":\\\"no disk\\\",\\\"free\\\":[0, 1.50]}")
            TEXT("{no"),
        LINE("\"ERROR\",\"logger\":\"foreign\",\"errorMessage\":\"no disk\",\"free\":[0,1.50]}")
            TEXT("{no"),
    };
    for (int json = 0; json < 3; json++) {
        jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
        options.json = (jsonlog_foreign_json)json;
        assert_string_equal(logged_of(JSON_SCRIPT, &options), lines[json]);
    }
}

/* ---- whose records they are ------------------------------------------------------------------ */

static void records_carry_scopes_and_bound_fields(void **state) {
    (void)state;
    jsonlog_logger *bound = jsonlog_with(jsonlog_get("foreign"), "child", "cc");
    jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
    options.logger = bound;
    jsonlog_scope scope = jsonlog_scope_push("requestId", 7);
    const char *lines = logged_of("echo hi >&2", &options);
    jsonlog_scope_pop(scope);
    assert_string_equal(lines, LINE("\"INFO\",\"logger\":\"foreign\",\"message\":\"hi\","
                                    "\"child\":\"cc\",\"requestId\":7}"));
    jsonlog_logger_free(bound);
}

static void a_level_that_is_off_is_read_all_the_same(void **state) {
    (void)state;
    jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
    options.level = JSONLOG_LEVEL_DEBUG;
    assert_string_equal(logged_of("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); "
                                  "echo 'a line of some fifty bytes, to fill the pipe twice' >&2; "
                                  "done",
                                  &options),
                        "");
}

/* ---- the end --------------------------------------------------------------------------------- */

static jsonlog_foreign_stats stats_of(jsonlog_foreign *foreign) {
    jsonlog_foreign_stats stats = JSONLOG_FOREIGN_STATS_INIT;
    jsonlog_foreign_get_stats(foreign, &stats);
    return stats;
}

static void the_reader_ends_with_the_last_writer(void **state) {
    (void)state;
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    const pid_t pid = spawn_shell(foreign, "read line; echo $line >&2; printf x >&2");
    assert_false(stats_of(foreign).has_ended);
    jsonlog_foreign_end(foreign);
    assert_int_equal(jsonlog_foreign_descriptor(foreign), -1);
    assert_int_equal(jsonlog_foreign_redirect(foreign, STDERR_FILENO), JSONLOG_E_STATE);
    status_of_child(pid);
    while (!stats_of(foreign).has_ended)
        usleep(2000);
    assert_int_equal(jsonlog_foreign_flush(foreign, 0), JSONLOG_OK);
    const jsonlog_foreign_stats stats = stats_of(foreign);
    assert_int_equal(stats.lines, 1);
    assert_int_equal(stats.bytes, 2);
    assert_string_equal(log_lines_take(kept), TEXT("x"));
    assert_int_equal(jsonlog_foreign_close(foreign, 0), JSONLOG_OK);
}

/* Held open by a writer that neither writes nor ends. */
static void close_has_a_deadline(void **state) {
    (void)state;
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    const int copy = fcntl(jsonlog_foreign_descriptor(foreign), F_DUPFD_CLOEXEC, 3);
    assert_int_equal(write(copy, "whole\nhalf", 10), 10);
    assert_int_equal(jsonlog_foreign_close(foreign, 50), JSONLOG_E_TIMEOUT);
    assert_string_equal(log_lines_take(kept), TEXT("whole") TEXT("half"));
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(write(copy, "late", 4), -1);
    assert_int_equal(errno, EPIPE);
    signal(SIGPIPE, SIG_DFL);
    close(copy);
}

static void flush_covers_what_was_written_before(void **state) {
    (void)state;
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    const int fd = jsonlog_foreign_descriptor(foreign);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(write(fd, "whole\nhal", 9), 9);
        assert_int_equal(jsonlog_foreign_flush(foreign, PATIENCE_MS), JSONLOG_OK);
        assert_string_equal(log_lines_take(kept), i == 0 ? TEXT("whole") : TEXT("halwhole"));
    }
    assert_int_equal(jsonlog_foreign_close(foreign, PATIENCE_MS), JSONLOG_OK);
    assert_string_equal(log_lines_take(kept), TEXT("hal"));
}

/* ---- a handler that is slow, and one that calls back ----------------------------------------- */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static bool wait_at_the_gate(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return true;
}

static void flush_has_a_deadline(void **state) {
    (void)state;
    jsonlog_handler *slow = jsonlog_callback_handler_new(wait_at_the_gate, NULL);
    jsonlog_logger_add_handler(jsonlog_get("foreign"), slow);
    pthread_mutex_lock(&gate);
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    assert_int_equal(write(jsonlog_foreign_descriptor(foreign), "x\n", 2), 2);
    assert_int_equal(jsonlog_foreign_flush(foreign, 50), JSONLOG_E_TIMEOUT);
    pthread_mutex_unlock(&gate);
    assert_int_equal(jsonlog_foreign_flush(foreign, PATIENCE_MS), JSONLOG_OK);
    assert_int_equal(jsonlog_foreign_close(foreign, PATIENCE_MS), JSONLOG_OK);
    jsonlog_logger_remove_handler(jsonlog_get("foreign"), slow);
    jsonlog_handler_release(slow);
}

static jsonlog_foreign *closed_from_within;
static jsonlog_status status_from_within[2];

static bool close_it(const jsonlog_line *line, void *context) {
    (void)line, (void)context;
    status_from_within[0] = jsonlog_foreign_flush(closed_from_within, 0);
    status_from_within[1] = jsonlog_foreign_close(closed_from_within, 0);
    return true;
}

static void nothing_waits_for_itself(void **state) {
    (void)state;
    jsonlog_handler *closing = jsonlog_callback_handler_new(close_it, NULL);
    jsonlog_logger_add_handler(jsonlog_get("foreign"), closing);
    closed_from_within = jsonlog_foreign_new(NULL, NULL);
    assert_int_equal(write(jsonlog_foreign_descriptor(closed_from_within), "x\n", 2), 2);
    assert_int_equal(jsonlog_foreign_flush(closed_from_within, PATIENCE_MS), JSONLOG_OK);
    assert_int_equal(jsonlog_foreign_close(closed_from_within, 0), JSONLOG_OK);
    assert_int_equal(status_from_within[0], JSONLOG_E_STATE);
    assert_int_equal(status_from_within[1], JSONLOG_E_STATE);
    jsonlog_logger_remove_handler(jsonlog_get("foreign"), closing);
    jsonlog_handler_release(closing);
}

/* ---- many writers ---------------------------------------------------------------------------- */

enum { WRITERS = 8, LINES_EACH = 500 };

static void *write_lines(void *descriptor) {
    const int fd = *(const int *)descriptor;
    char line[300];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < LINES_EACH; i++)
        if (write(fd, line, sizeof line) != sizeof line)
            return NULL;
    return descriptor;
}

static uint64_t whole_lines; /* atomic */

static bool count_whole(const jsonlog_line *line, void *context) {
    size_t len = 0;
    (void)context;
    const char *message = jsonlog_record_message(line->record, &len);
    bool is_whole = message != NULL && len == 299;
    for (size_t i = 0; is_whole && i < len; i++)
        is_whole = message[i] == 'x';
    __atomic_fetch_add(&whole_lines, is_whole, __ATOMIC_RELAXED);
    return true;
}

static void lines_of_many_writers_stay_whole(void **state) {
    (void)state;
    jsonlog_handler *counter = jsonlog_callback_handler_new(count_whole, NULL);
    jsonlog_logger_add_handler(jsonlog_get("foreign"), counter);
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    int fd = jsonlog_foreign_descriptor(foreign);
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &fd), 0);
    for (int i = 0; i < WRITERS; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    assert_int_equal(jsonlog_foreign_flush(foreign, PATIENCE_MS), JSONLOG_OK);
    assert_int_equal(stats_of(foreign).lines, WRITERS * LINES_EACH);
    assert_int_equal(whole_lines, WRITERS * LINES_EACH);
    jsonlog_foreign_close(foreign, PATIENCE_MS);
    jsonlog_logger_remove_handler(jsonlog_get("foreign"), counter);
    jsonlog_handler_release(counter);
    jsonlog_memory_handler_clear(kept);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void wrong_use_is_refused(void **state) {
    (void)state;
    jsonlog_err err;
    static const struct {
        size_t size, limit;
        int level, json;
    } wrong[] = {{1, 0, 0, 0},  {0, 63, 0, 0},  {0, ((size_t)1 << 20) + 1, 0, 0},
                 {0, 0, -1, 0}, {0, 0, 255, 0}, {0, 0, 0, 3}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
        options.size -= wrong[i].size;
        options.limit_bytes = wrong[i].limit;
        options.level = wrong[i].level;
        options.json = (jsonlog_foreign_json)wrong[i].json;
        assert_null(jsonlog_foreign_new(&options, &err));
        assert_int_equal(err.code, JSONLOG_E_INVALID);
    }
    assert_int_equal(jsonlog_foreign_descriptor(NULL), -1);
    assert_int_equal(jsonlog_foreign_flush(NULL, 0), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_foreign_redirect(NULL, 2), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_foreign_close(NULL, 0), JSONLOG_OK);
    jsonlog_foreign_end(NULL);
    jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, NULL);
    assert_int_equal(jsonlog_foreign_redirect(foreign, -1), JSONLOG_E_INVALID);
    assert_int_equal(jsonlog_foreign_redirect(foreign, 1000), JSONLOG_E_IO);
    assert_int_equal(jsonlog_foreign_close(foreign, 0), JSONLOG_OK);
}

static int open_descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void no_descriptors_no_capture(void **state) {
    (void)state;
    const int open_before = open_descriptors();
    struct rlimit before;
    jsonlog_err err;
    getrlimit(RLIMIT_NOFILE, &before);
    const int next = dup(0);
    close(next);
    for (int more = 0; more < 4; more++) {
        const struct rlimit few = {(rlim_t)(next + more), before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &few);
        jsonlog_foreign *foreign = jsonlog_foreign_new(NULL, &err);
        setrlimit(RLIMIT_NOFILE, &before);
        assert_null(foreign);
        assert_int_equal(err.code, JSONLOG_E_IO);
        assert_non_null(strstr(err.text, "Too many open files"));
    }
    assert_int_equal(jsonlog_foreign_close(jsonlog_foreign_new(NULL, NULL), 0), JSONLOG_OK);
    assert_int_equal(open_descriptors(), open_before);
}

static void no_memory_no_capture(void **state) {
    (void)state;
    jsonlog_err err;
    jsonlog_foreign *foreign = NULL;
    size_t fail_at = 0;
    for (; foreign == NULL; fail_at++) {
        heap.calls = 0;
        heap.fail_after = fail_at;
        foreign = jsonlog_foreign_new(NULL, &err);
        heap.fail_after = SIZE_MAX;
        assert_true(foreign != NULL || err.code == JSONLOG_E_NOMEM);
    }
    assert_int_equal(fail_at, 5);
    assert_int_equal(jsonlog_foreign_close(foreign, PATIENCE_MS), JSONLOG_OK);
}

/* ---- this process's own stderr --------------------------------------------------------------- */

static char text_of_file[65536];

static const char *read_back(const char *name) {
    int fd = open(in_directory(name), O_RDONLY);
    require(fd >= 0);
    ssize_t len = read(fd, text_of_file, sizeof text_of_file - 1);
    require(len >= 0);
    text_of_file[len] = '\0';
    close(fd);
    return text_of_file;
}

/* Standard error of the child of a test. */
static void lead_stderr_to(const char *name) {
    require(freopen(in_directory(name), "a", stderr) != NULL);
    require(setvbuf(stderr, NULL, _IONBF, 0) == 0);
}

static void expect_count(const char *text, const char *part, int wanted) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    if (count != wanted) {
        dprintf(STDOUT_FILENO, "%d times %s in\n%s\n", count, part, text);
        _exit(1);
    }
}

/* A log that goes to stderr, and stderr that goes to the log. */
static void redirect_beside(jsonlog_handler *handler) {
    jsonlog_logger_set_handlers(jsonlog_get("foreign"), &handler, 1);
    jsonlog_foreign *own = jsonlog_foreign_new(NULL, NULL);
    fprintf(stderr, "before\n");
    require(jsonlog_foreign_redirect(own, STDERR_FILENO) == JSONLOG_OK);
    require(jsonlog_foreign_redirect(own, STDERR_FILENO) == JSONLOG_E_STATE);
    for (int i = 0; i < 100; i++)
        fprintf(stderr, "printed %d\n", i);
    jsonlog_info(jsonlog_get("foreign"), "logged");
    fprintf(stderr, "without newline");
    require(jsonlog_foreign_flush(own, PATIENCE_MS) == JSONLOG_OK);
    require(stats_of(own).lines == 100 && stats_of(own).echoes == 0);
    require(jsonlog_foreign_close(own, PATIENCE_MS) == JSONLOG_OK);
    fprintf(stderr, "after\n");
    jsonlog_handler_flush(handler);
}

static void check_own(const char *name) {
    const char *text = read_back(name);
    expect_count(text, "before\n", 1);
    expect_count(text, "\nafter\n", 1);
    expect_count(text, "\"message\":\"printed ", 100);
    expect_count(text, "\"message\":\"logged\"", 1);
    expect_count(text, "\"message\":\"without newline\"", 1);
    expect_count(text, "\n", 104);
}

static void own_beside_stream(void) {
    lead_stderr_to("stream");
    redirect_beside(jsonlog_stream_handler_new(STDERR_FILENO, NULL));
    check_own("stream");
}

static void own_beside_buffered(void) {
    lead_stderr_to("buffered");
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.policy = jsonlog_buffered(1 << 20, 0);
    redirect_beside(jsonlog_stream_handler_new(STDERR_FILENO, &options));
    const char *text = read_back("buffered");
    expect_count(text, "\"message\":\"printed ", 100);
    expect_count(text, "\n", 104);
}

static void own_beside_stdio(void) {
    lead_stderr_to("stdio");
    redirect_beside(jsonlog_stdio_handler_new(stderr, true));
    check_own("stdio");
}

static void handlers_write_past_a_redirect(void **state) {
    (void)state;
    run_in_child(own_beside_stream);
    run_in_child(own_beside_buffered);
    run_in_child(own_beside_stdio);
}

/* A handler of the program's that writes to where it is captured. */
static bool feed_itself(const jsonlog_line *line, void *context) {
    (void)context;
    return write(STDERR_FILENO, line->text, line->len) == (ssize_t)line->len;
}

static void own_in_a_loop(void) {
    lead_stderr_to("loop");
    for (int json = 0; json < 3; json++) {
        jsonlog_foreign_options options = JSONLOG_FOREIGN_OPTIONS_INIT;
        options.json = (jsonlog_foreign_json)json;
        jsonlog_handler *handler = jsonlog_callback_handler_new(feed_itself, NULL);
        jsonlog_logger_set_handlers(jsonlog_get("foreign"), &handler, 1);
        jsonlog_foreign *own = jsonlog_foreign_new(&options, NULL);
        require(jsonlog_foreign_redirect(own, STDERR_FILENO) == JSONLOG_OK);
        fprintf(stderr, "first words\n");
        fprintf(stderr, "other words\n");
        require_soon(stats_of(own).echoes == 2);
        require(jsonlog_foreign_flush(own, PATIENCE_MS) == JSONLOG_OK);
        require(stats_of(own).lines <= (json == JSONLOG_FOREIGN_JSON_FIELDS ? 1000 : 2 * 8));
        require(stats_of(own).echoes == 2);
        require(jsonlog_foreign_close(own, PATIENCE_MS) == JSONLOG_OK);
        expect_count(read_back("loop"), "\n", 2 * (json + 1));
    }
}

static bool write_to_original(const jsonlog_line *line, void *context) {
    (void)context;
    return write(jsonlog_foreign_original(STDERR_FILENO), line->text, line->len) ==
           (ssize_t)line->len;
}

static void own_past_the_loop(void) {
    lead_stderr_to("past");
    jsonlog_handler *handler = jsonlog_callback_handler_new(write_to_original, NULL);
    redirect_beside(handler);
    check_own("past");
}

static void a_loop_ends(void **state) {
    (void)state;
    run_in_child(own_in_a_loop);
    run_in_child(own_past_the_loop);
}

/* ---- fork and exit --------------------------------------------------------------------------- */

static void own_with_forks(void) {
    lead_stderr_to("forks");
    jsonlog_handler *handler = jsonlog_stream_handler_new(STDERR_FILENO, NULL);
    jsonlog_logger_set_handlers(jsonlog_get("foreign"), &handler, 1);
    jsonlog_foreign *own = jsonlog_foreign_new(NULL, NULL);
    require(jsonlog_foreign_redirect(own, STDERR_FILENO) == JSONLOG_OK);
    /* AddressSanitizer does not hold its locks over fork(): no thread may allocate just then. */
    fprintf(stderr, "the reader's first record\n");
    require(jsonlog_foreign_flush(own, PATIENCE_MS) == JSONLOG_OK);
    for (int i = 0; i < 20; i++) {
        const pid_t pid = fork();
        if (pid == 0) {
            fprintf(stderr, "printed by child\n");
            jsonlog_info(jsonlog_get("foreign"), "logged by child");
            require(jsonlog_foreign_flush(own, 0) == JSONLOG_E_STATE);
            require(jsonlog_foreign_close(own, 0) == JSONLOG_OK);
            fprintf(stderr, "straight out\n");
            _exit(0);
        }
        require(status_of_child(pid) == 0);
    }
    require(jsonlog_foreign_close(own, PATIENCE_MS) == JSONLOG_OK);
    const char *text = read_back("forks");
    expect_count(text, "\"message\":\"printed by child\"", 20);
    expect_count(text, "\"message\":\"logged by child\"", 20);
    expect_count(text, "\nstraight out\n", 20);
}

enum { LAST_WORDS = 100 };

/* So slow that most lines are still in the pipe when the program ends. */
static jsonlog_status write_slowly(void *self, const jsonlog_line *line) {
    (void)self;
    usleep(500);
    return write(jsonlog_foreign_original(STDERR_FILENO), line->text, line->len) > 0 ? JSONLOG_OK
                                                                                     : JSONLOG_E_IO;
}

static const jsonlog_handler_class slow_class = {.size = sizeof(jsonlog_handler_class),
                                                 .write = write_slowly};

static void use_slow_handler(void) {
    jsonlog_handler *handler = jsonlog_handler_new(&slow_class, NULL);
    jsonlog_logger_set_handlers(jsonlog_get("foreign"), &handler, 1);
    jsonlog_handler_release(handler);
}

static void say_last_words(void (*leave)(void)) {
    alarm(60);
    use_slow_handler();
    jsonlog_foreign *own = jsonlog_foreign_new(NULL, NULL);
    require(jsonlog_foreign_redirect(own, STDERR_FILENO) == JSONLOG_OK);
    for (int i = 0; i < LAST_WORDS; i++)
        fprintf(stderr, "last words\n");
    leave();
}

static void end_with(const char *name, void (*leave)(void)) {
    lead_stderr_to(name);
    const pid_t pid = fork();
    if (pid == 0)
        say_last_words(leave);
    require(status_of_child(pid) == 0);
    expect_count(read_back(name), "\"message\":\"last words\"", LAST_WORDS);
}

static void leave_by_exit(void) {
    exit(0);
}

static void own_until_exit(void) {
    end_with("exit", leave_by_exit);
}

/* What comes later is lost and counted, until there is a handler again. */
static void shut_down_and_go_on(void) {
    jsonlog_stats before, after;
    jsonlog_get_stats(&before);
    jsonlog_shutdown();
    fprintf(stderr, "too late\n");
    while (jsonlog_get_stats(&after), after.lost_closed == before.lost_closed)
        usleep(1000);
    require(after.lost_closed == before.lost_closed + 1);
    use_slow_handler();
    fprintf(stderr, "again\n");
    jsonlog_shutdown();
    _exit(0);
}

static void own_until_shutdown(void) {
    end_with("shutdown", shut_down_and_go_on);
    expect_count(read_back("shutdown"), "too late", 0);
    expect_count(read_back("shutdown"), "\"message\":\"again\"", 1);
}

static void children_and_exit_lose_nothing(void **state) {
    (void)state;
    if (!UNDER_TSAN)
        run_in_child(own_with_forks);
    run_in_child(own_until_exit);
    run_in_child(own_until_shutdown);
}

/* ---------------------------------------------------------------------------------------------- */

static int setup(void **state) {
    if (!install_thread_allocator())
        return -1;
    alarm(600);
    kept = log_lines_at(jsonlog_get("foreign"));
    jsonlog_logger_set_propagate(jsonlog_get("foreign"), false);
    return make_test_directory(state);
}

static int teardown(void **state) {
    jsonlog_handler_release(kept);
    return remove_test_directory(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_no_capture),
        cmocka_unit_test(what_a_shell_writes_is_logged),
        cmocka_unit_test(a_long_line_is_cut_and_says_so),
        cmocka_unit_test(an_object_is_a_member_a_text_or_fields),
        cmocka_unit_test(records_carry_scopes_and_bound_fields),
        cmocka_unit_test(a_level_that_is_off_is_read_all_the_same),
        cmocka_unit_test(the_reader_ends_with_the_last_writer),
        cmocka_unit_test(close_has_a_deadline),
        cmocka_unit_test(flush_covers_what_was_written_before),
        cmocka_unit_test(flush_has_a_deadline),
        cmocka_unit_test(nothing_waits_for_itself),
        cmocka_unit_test(lines_of_many_writers_stay_whole),
        cmocka_unit_test(wrong_use_is_refused),
        cmocka_unit_test(no_descriptors_no_capture),
        cmocka_unit_test(handlers_write_past_a_redirect),
        cmocka_unit_test(a_loop_ends),
        cmocka_unit_test(children_and_exit_lose_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
