/** The real logrotate, in both of its ways, under a handler that writes all the time. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include "base/epoch.h"

#include <jsonlog/file.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/log_files.h"

enum { ROTATIONS = 6, WRITERS = 2 };

static bool has_logrotate(void) {
    if (system("PATH=$PATH:/usr/sbin:/sbin; command -v logrotate >/dev/null 2>&1") == 0)
        return true;
    print_message("logrotate is not installed: skipped\n");
    return false;
}

static void write_configuration(const char *directives) {
    char text[1024];
    snprintf(text, sizeof text, "%s {\n  rotate 50\n  missingok\n  nocompress\n%s}\n",
             in_directory("log"), directives);
    make_file("conf", text);
}

static void run_logrotate(void) {
    char command[512];
    snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin; logrotate -f -s %s %s",
             in_directory("state"), in_directory("conf"));
    assert_int_equal(system(command), 0);
}

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines, refused;
    pthread_t thread;
} writer;

static bool is_over;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[200];
    jl_thread *thread = jl_thread_enter();
    uint64_t seed = (uint64_t)w->id;
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        size_t len = NUMBERED_LINE_MIN + next_random(&seed) % 150;
        make_numbered_line(line, w->id, w->lines, len);
        jl_epoch_pin(thread); /* as the emitter does it */
        w->refused += write_bytes(w->handler, line, len) != JSONLOG_OK;
        jl_epoch_unpin(thread);
        w->lines++;
        usleep(50);
    }
    return NULL;
}

/* Oldest first, so that the order of lines can be checked across files. */
static numbered_reader read_all(int files) {
    numbered_reader found;
    char name[32];
    memset(&found, 0, sizeof found);
    for (int i = files; i >= 0; i--) {
        snprintf(name, sizeof name, i == 0 ? "log" : "log.%d", i);
        const char *content = content_of(name);
        assert_int_equal(read_numbered_lines(&found, content, strlen(content)), 0);
    }
    return found;
}

static jsonlog_handler *open_log(uint32_t check_ms, size_t buffer) {
    jsonlog_file_options options = JSONLOG_FILE_OPTIONS_INIT;
    jsonlog_handler *handler = NULL;
    options.check_ms = check_ms;
    if (buffer > 0)
        options.policy = jsonlog_buffered(buffer, 5);
    assert_int_equal(jsonlog_file_handler_new(in_directory("log"), &options, &handler, NULL),
                     JSONLOG_OK);
    use_plain_formatter(handler);
    return handler;
}

/* On a busy machine the writers may need a while before there is a line in the new file. */
static void await_a_line(void) {
    struct stat status = {.st_size = 0};
    for (int i = 0; i < 5000 && status.st_size == 0; i++, usleep(1000))
        if (stat(in_directory("log"), &status) == -1)
            status.st_size = 0;
}

/* Every line is in one file, once and in order, however often the file is taken away. */
static void rotate_under_writers(const char *to, uint32_t check_ms, size_t buffer) {
    writer writers[WRITERS];
    jsonlog_handler *handler = open_log(check_ms, buffer);
    is_over = false;
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.handler = handler, .id = i};
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    }
    for (int i = 0; i < ROTATIONS; i++) {
        usleep(10000);
        await_a_line();
        run_logrotate();
    }
    await_a_line();
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    jl_epoch_settle();
    numbered_reader found = read_all(ROTATIONS);
    uint64_t lines = 0, seen = 0;
    for (int i = 0; i < WRITERS; i++) {
        lines += (uint64_t)writers[i].lines;
        seen += (uint64_t)found.seen[i];
    }
    print_fault((fault_report){"logrotate", to, ROTATIONS, lines, lines - seen, found.torn});
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(writers[i].refused, 0);
        assert_int_equal(found.seen[i], writers[i].lines);
    }
    assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
    assert_int_equal(stats.lost, 0);
    for (int i = 0; i <= ROTATIONS; i++) { /* each rotation was followed */
        char name[32];
        snprintf(name, sizeof name, i == 0 ? "log" : "log.%d", i);
        assert_true(strlen(content_of(name)) > 0);
    }
}

static void create_is_followed_by_looking(void **state) {
    (void)state;
    if (!has_logrotate())
        skip();
    write_configuration("  create 0600\n");
    rotate_under_writers("file", 1, 0);
    assert_int_equal(mode_of("log"), 0600); /* made by logrotate */
}

static void a_buffer_follows_too(void **state) {
    (void)state;
    if (!has_logrotate())
        skip();
    write_configuration("  nocreate\n");
    rotate_under_writers("file+buffered", 1, 32768);
    assert_int_equal(mode_of("log"), 0640); /* made by the handler */
}

static void on_hangup(int number) {
    (void)number;
    jsonlog_file_reopen_all();
}

static void create_is_followed_by_signal(void **state) {
    (void)state;
    char directives[256];
    if (!has_logrotate())
        skip();
    signal(SIGHUP, on_hangup);
    snprintf(directives, sizeof directives,
             "  create 0600\n  postrotate\n    kill -HUP %d\n  endscript\n", (int)getpid());
    write_configuration(directives);
    rotate_under_writers("file", JSONLOG_CHECK_NEVER, 0);
}

/* What is written between its copy and its truncation logrotate loses by design, so the writer is
 * quiet meanwhile; what is ours is that the file does not begin with a hole. */
static void copytruncate_leaves_no_hole(void **state) {
    (void)state;
    char line[NUMBERED_LINE_MIN];
    if (!has_logrotate())
        skip();
    write_configuration("  copytruncate\n");
    jsonlog_handler *handler = open_log(1, 0);
    for (long n = 0; n < 100L * (ROTATIONS + 1); n++) {
        make_numbered_line(line, 0, n, sizeof line);
        assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_OK);
        if (n % 100 == 99 && n / 100 < ROTATIONS)
            run_logrotate();
    }
    jsonlog_handler_release(handler);
    numbered_reader found = read_all(ROTATIONS);
    assert_int_equal(found.seen[0], 100 * (ROTATIONS + 1));
    assert_int_equal(found.torn + found.blank + found.unordered, 0);
    assert_int_equal(strlen(content_of("log")), 100 * sizeof line);
}

#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_test_directory, remove_test_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(create_is_followed_by_looking),
        IN_DIRECTORY(a_buffer_follows_too),
        IN_DIRECTORY(create_is_followed_by_signal),
        IN_DIRECTORY(copytruncate_leaves_no_hole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
