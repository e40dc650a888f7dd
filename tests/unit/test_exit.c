/*
 * A program that names nothing but what it logs with, linked statically as this one: what waits in
 * a queue is written at exit(), and a handler that hangs does not keep the process from ending.
 */
#include <jsonlog/async.h>
#include <jsonlog/exit.h>
#include <jsonlog/jsonlog.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void log_and_exit(int descriptor) {
    jsonlog_handler *target = jsonlog_stream_handler_new(descriptor, NULL);
    jsonlog_handler *async = jsonlog_async_handler_new(target, NULL);
    jsonlog_logger_add_handler(jsonlog_root(), async);
    for (int i = 0; i < 100; i++)
        jsonlog_info_burst(jsonlog_get("t"), 50, 3600000, "queued");
    exit(0);
}

static size_t count(const char *text, const char *part) {
    size_t times = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        times++;
    return times;
}

/* @return the exit status of a child, and what it wrote: to a file, which never makes it wait. */
static int run(void (*child)(int descriptor), char *text, size_t size) {
    FILE *file = tmpfile();
    assert_non_null(file);
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        child(fileno(file));
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    const ssize_t len = pread(fileno(file), text, size - 1, 0);
    assert_in_range(len, 0, size - 1);
    text[len] = '\0';
    fclose(file);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char text[1 << 18];

static void queues_and_bursts_are_written_at_exit(void **state) {
    (void)state;
    assert_int_equal(run(log_and_exit, text, sizeof text), 0);
    assert_int_equal(count(text, "\"message\":\"queued\""), 50);
    assert_int_equal(count(text, "\"message\":\"repeated 50 times: queued\""), 1);
}

/* ---- a handler that hangs ---- */

static jsonlog_status take(void *self, const jsonlog_line *line) {
    (void)self;
    (void)line;
    return JSONLOG_OK;
}

static jsonlog_status hang(void *self) {
    (void)self;
    while (pause() == -1)
        continue;
    return JSONLOG_OK;
}

static const jsonlog_handler_class hanging = {
    .size = sizeof(jsonlog_handler_class), .write = take, .flush = hang};

enum { HELD = 1000 };

static int report_to = -1;
static int nobody_reads[2];

/* Runs behind the library, which is linked behind this file. */
static __attribute__((destructor)) void report_losses(void) {
    jsonlog_stats stats;
    int bytes = 0;
    if (report_to < 0)
        return;
    jsonlog_get_stats(&stats);
    ioctl(nobody_reads[0], FIONREAD, &bytes);
    dprintf(report_to, "lost %lu in pipe %d\n", (unsigned long)stats.lost_later, bytes);
}

/* Behind it stand two buffers: one that can be written out, one whose pipe nobody reads. */
static void exit_with_a_handler_that_hangs(int descriptor) {
    jsonlog_stream_options buffered = JSONLOG_STREAM_OPTIONS_INIT;
    buffered.policy = jsonlog_buffered(1 << 20, 3600000);
    if (pipe(nobody_reads) != 0)
        _exit(1);
    jsonlog_handler *handlers[] = {jsonlog_handler_new(&hanging, NULL),
                                   jsonlog_stream_handler_new(descriptor, &buffered),
                                   jsonlog_stream_handler_new(nobody_reads[1], &buffered)};
    jsonlog_logger_set_handlers(jsonlog_root(), handlers, 3);
    for (int i = 0; i < 3; i++)
        jsonlog_handler_release(handlers[i]);
    for (int i = 0; i < HELD; i++)
        jsonlog_info(jsonlog_root(), "held");
    report_to = descriptor;
    jsonlog_set_exit_timeout(100);
    exit(7);
}

static void a_handler_that_hangs_does_not_hold_the_process(void **state) {
    (void)state;
    assert_int_equal(run(exit_with_a_handler_that_hangs, text, sizeof text), 7);
    assert_int_equal(count(text, "\"message\":\"held\""), HELD);
    const char *report = strstr(text, "lost ");
    assert_non_null(report);
    unsigned long lost = 0, bytes = 0;
    assert_int_equal(sscanf(report, "lost %lu in pipe %lu\n", &lost, &bytes), 2);
    const size_t line_len = (size_t)(strchr(text, '\n') - text) + 1;
    assert_in_range(lost, 1, HELD - 1);
    assert_int_equal(lost + bytes / line_len, HELD);
}

/* ---- from within a handler ---- */

static jsonlog_status exit_in_write(void *self, const jsonlog_line *line) {
    (void)line;
    exit(*(const int *)self);
}

static const jsonlog_handler_class exiting = {.size = sizeof(jsonlog_handler_class),
                                              .write = exit_in_write};

/* The thread has the lock of that handler, which nobody else could wait for. */
static void exit_from_within_a_handler(int descriptor) {
    static int status = 8;
    jsonlog_stream_options buffered = JSONLOG_STREAM_OPTIONS_INIT;
    buffered.policy = jsonlog_buffered(1 << 20, 3600000);
    jsonlog_handler *handlers[] = {jsonlog_stream_handler_new(descriptor, &buffered),
                                   jsonlog_handler_new(&exiting, &status)};
    jsonlog_logger_set_handlers(jsonlog_root(), handlers, 2);
    for (int i = 0; i < 2; i++)
        jsonlog_handler_release(handlers[i]);
    jsonlog_info(jsonlog_root(), "the last one");
    _exit(1);
}

static void a_handler_may_end_the_process(void **state) {
    (void)state;
    assert_int_equal(run(exit_from_within_a_handler, text, sizeof text), 8);
    assert_int_equal(count(text, "\"message\":\"the last one\""), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_and_bursts_are_written_at_exit),
        cmocka_unit_test(a_handler_that_hangs_does_not_hold_the_process),
        cmocka_unit_test(a_handler_may_end_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
