/*
 * A program that names nothing but what it logs with, linked statically as this one: what waits in
 * a queue is written at exit().
 */
#include <jsonlog/async.h>
#include <jsonlog/jsonlog.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void log_and_exit(int descriptor) {
    alarm(60);
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

static void queues_and_bursts_are_written_at_exit(void **state) {
    (void)state;
    static char text[65536];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0)
        log_and_exit(ends[1]);
    close(ends[1]);
    size_t len = 0;
    ssize_t got = 0;
    while ((got = read(ends[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(count(text, "\"message\":\"queued\""), 50);
    assert_int_equal(count(text, "\"message\":\"repeated 50 times: queued\""), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_and_bursts_are_written_at_exit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
