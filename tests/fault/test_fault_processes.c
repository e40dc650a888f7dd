/** Several processes on one file, and processes that are killed in the middle of a line. */
#include "fault/fault_report.h"
#include "fault/numbered_lines.h"
#include "support/handler_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/pipes.h"

static jsonlog_handler *append_to(const char *path) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    jsonlog_stream_options options = JSONLOG_STREAM_OPTIONS_INIT;
    options.owns_descriptor = true;
    jsonlog_handler *handler = jsonlog_stream_handler_new(fd, &options);
    if (handler != NULL)
        use_plain_formatter(handler);
    return handler;
}

static numbered_reader read_file(const char *path, size_t *tail) {
    struct stat status;
    numbered_reader found;
    memset(&found, 0, sizeof found);
    assert_int_equal(stat(path, &status), 0);
    char *text = malloc((size_t)status.st_size + 1);
    size_t len = take_file(path, text, (size_t)status.st_size + 1);
    *tail = read_numbered_lines(&found, text, len);
    free(text);
    return found;
}

/* ---- two processes with four threads each ---- */

typedef struct writer {
    jsonlog_handler *handler;
    int id;
    long lines;
    long accepted;
    pthread_t thread;
} writer;

static void *write_lines(void *argument) {
    writer *w = argument;
    char line[4096];
    uint64_t seed = (uint64_t)w->id * 7 + 1;
    for (long n = 0; n < w->lines; n++) {
        size_t len = NUMBERED_LINE_MIN + next_random(&seed) % (n % 10 == 0 ? 4000 : 200);
        make_numbered_line(line, w->id, n, len);
        w->accepted += write_bytes(w->handler, line, len) == JSONLOG_OK;
    }
    return NULL;
}

static bool write_as_process(const char *path, int first_id, long lines) {
    writer writers[4];
    long accepted = 0;
    jsonlog_handler *handler = append_to(path);
    if (handler == NULL)
        return false;
    for (int i = 0; i < 4; i++) {
        writers[i] = (writer){.handler = handler, .id = first_id + i, .lines = lines};
        pthread_create(&writers[i].thread, NULL, write_lines, &writers[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(writers[i].thread, NULL);
        accepted += writers[i].accepted;
    }
    jsonlog_handler_stats stats = stats_of(handler);
    jsonlog_handler_release(handler);
    return accepted == 4 * lines && stats.lost == 0 && (long)stats.lines == 4 * lines &&
           stats.torn_closed == 0;
}

static void processes_append_whole_lines(void **state) {
    (void)state;
    const long lines = 2500 * test_effort(); /* 20,000 in all */
    char path[64];
    pid_t pids[2];
    close(open_file(O_WRONLY, "", path));
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            alarm(120);
            _exit(write_as_process(path, 4 * i, lines) ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status = -1;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    size_t tail = 1;
    numbered_reader found = read_file(path, &tail);
    uint64_t seen = 0;
    for (int i = 0; i < 8; i++)
        seen += (uint64_t)found.seen[i];
    print_fault((fault_report){"two-processes", "stream(append)", 2, (uint64_t)(8 * lines),
                               (uint64_t)(8 * lines) - seen, found.torn});
    assert_int_equal(tail, 0);
    for (int i = 0; i < 8; i++)
        assert_int_equal(found.seen[i], lines);
    assert_int_equal(found.torn + found.blank + found.unordered + found.reports, 0);
}

/* ---- killed at any moment ---- */

/* Long lines, so that a kill has a chance to hit inside one. Ends with the process. */
static void write_until_killed(const char *path, long from, int ready) {
    enum { LEN = 2 << 20 };
    char *line = malloc(LEN);
    jsonlog_handler *handler = append_to(path);
    if (handler == NULL || line == NULL || write(ready, "r", 1) != 1)
        _exit(1);
    for (long n = from;; n++) {
        make_numbered_line(line, 1, n, n % 2 == 0 ? LEN : 5000);
        if (write_bytes(handler, line, n % 2 == 0 ? LEN : 5000) != JSONLOG_OK)
            _exit(1);
    }
}

/* @return the length of the file then. */
static off_t kill_a_writer(const char *path, long from, useconds_t after) {
    int ready[2];
    char byte;
    open_pipe(ready, 0);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        write_until_killed(path, from, ready[1]);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    usleep(after);
    assert_int_equal(kill(pid, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(ready[0]), close(ready[1]);
    struct stat now;
    assert_int_equal(stat(path, &now), 0);
    return now.st_size;
}

static bool ends_torn(const char *path, off_t size) {
    char last = '\n';
    int fd = open(path, O_RDONLY);
    assert_true(size == 0 || pread(fd, &last, 1, size - 1) == 1);
    close(fd);
    return last != '\n';
}

/* Every kill leaves at most one unfinished line, which the next writer closes and counts; whatever
 * stands in the file else is whole. */
static void a_killed_writer_leaves_at_most_one_torn_tail(void **state) {
    (void)state;
    uint64_t seed = 30;
    uint64_t torn_in_all = 0;
    const int kills = 30 * (int)test_effort();
    for (int i = 0; i < kills; i++) {
        char path[64], line[64];
        close(open_file(O_WRONLY, "", path));
        off_t size = kill_a_writer(path, next_random(&seed) % 2, next_random(&seed) % 4000);
        bool is_torn = ends_torn(path, size);
        jsonlog_handler *handler = append_to(path);
        assert_non_null(handler);
        make_numbered_line(line, 2, 0, sizeof line);
        assert_int_equal(write_bytes(handler, line, sizeof line), JSONLOG_OK);
        assert_int_equal(stats_of(handler).torn_closed, is_torn);
        jsonlog_handler_release(handler);
        size_t tail = 1;
        numbered_reader found = read_file(path, &tail);
        assert_int_equal(tail, 0);
        assert_int_equal(found.torn, is_torn);
        assert_int_equal(found.blank + found.unordered + found.reports, 0);
        assert_int_equal(found.seen[2], 1);
        torn_in_all += is_torn;
    }
    print_fault((fault_report){"kill-9-in-a-line", "stream(append)", (uint64_t)kills,
                               (uint64_t)kills, 0, torn_in_all});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_append_whole_lines),
        cmocka_unit_test(a_killed_writer_leaves_at_most_one_torn_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
