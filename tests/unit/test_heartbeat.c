#include "support/fork_guard.h"
#include "support/log_lines.h"

#include <jsonlog/heartbeat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/tsan.h"

static jsonlog_handler *lines;

static int start(void **state) {
    (void)state;
    alarm(60);
    lines = log_lines_at(jsonlog_root());
    return lines == NULL ? -1 : 0;
}

static int stop(void **state) {
    (void)state;
    jsonlog_handler_release(lines);
    return 0;
}

static size_t beats_in(const char *text) {
    size_t count = 0;
    for (; (text = strstr(text, "\"heartbeat\"")) != NULL; text++)
        count++;
    return count;
}

/* Waits until there are so many; alarm() ends what takes too long. */
static void await_beats(size_t count) {
    static char text[LOG_LINES_SIZE];
    do {
        usleep(2000);
        jsonlog_memory_handler_read(lines, text, sizeof text);
    } while (beats_in(text) < count);
}

#define NOTHING_LOST                                                                     \
    "\"lostOutput\":0,\"lostFull\":0,\"lostError\":0,\"lostFormat\":0,\"lostClosed\":0," \
    "\"lostLater\":0,\"lostNested\":0,\"lostMemory\":0,\"lostInvalid\":0,"
#define REST "\"sampled\":0,\"truncated\":0,\"replacedValues\":0,\"duplicateKeys\":0}"
#define NUMBERS \
    "{\"records\":%zu,\"lines\":%zu,\"bytes\":%zu," NOTHING_LOST "\"heldBack\":%zu," REST

/* The first test: the process has counted nothing yet. */
static void deltas_and_totals_of_every_counter(void **state) {
    (void)state;
    char expected[2048];
    char text[LOG_LINES_SIZE];
    jsonlog_heartbeat();
    snprintf(text, sizeof text, "%s", log_lines_take(lines));
    snprintf(expected, sizeof expected,
             LINE("\"INFO\",\"logger\":\"jsonlog\",\"message\":\"heartbeat\",\"intervalMs\":0,"
                  "\"delta\":" NUMBERS ",\"total\":" NUMBERS ",\"queuedBytes\":0}"),
             (size_t)0, (size_t)0, (size_t)0, (size_t)0, (size_t)0, (size_t)0, (size_t)0,
             (size_t)0);
    assert_string_equal(text, expected);
    const size_t first_bytes = strlen(text);
    for (int i = 0; i < 3; i++)
        jsonlog_info_once(jsonlog_get("t"), "m");
    jsonlog_heartbeat();
    snprintf(text, sizeof text, "%s", log_lines_take(lines));
    const char *second = strchr(text, '\n') + 1;
    const size_t bytes = first_bytes + (size_t)(second - text);
    snprintf(expected, sizeof expected,
             "\"delta\":" NUMBERS ",\"total\":" NUMBERS ",\"queuedBytes\":0}\n", (size_t)2,
             (size_t)2, bytes, (size_t)2, (size_t)2, (size_t)2, bytes, (size_t)2);
    assert_string_equal(strstr(second, "\"delta\""), expected);
    usleep(20000);
    jsonlog_heartbeat();
    const char *third = log_lines_take(lines);
    const long interval_ms = atol(strstr(third, "\"intervalMs\":") + strlen("\"intervalMs\":"));
    assert_in_range(interval_ms, 20, 50000);
    assert_non_null(strstr(third, "\"delta\":{\"records\":1,\"lines\":1,"));
}

static void it_beats_until_it_is_stopped(void **state) {
    (void)state;
    assert_int_equal(jsonlog_heartbeat_start(0), JSONLOG_E_INVALID);
    jsonlog_heartbeat_stop(); /* nothing to stop */
    for (int round = 0; round < 3; round++) {
        assert_int_equal(jsonlog_heartbeat_start(3600000), JSONLOG_OK);
        assert_int_equal(jsonlog_heartbeat_start(5), JSONLOG_OK);
        await_beats(3);
        jsonlog_heartbeat_stop();
        log_lines_take(lines);
        usleep(50000);
        assert_string_equal(log_lines_take(lines), "");
    }
}

static void a_level_above_info_silences_it(void **state) {
    (void)state;
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_WARN);
    jsonlog_heartbeat();
    assert_string_equal(log_lines_take(lines), "");
    jsonlog_logger_set_level(jsonlog_get("jsonlog"), JSONLOG_LEVEL_INFO);
    jsonlog_heartbeat();
    assert_int_equal(beats_in(log_lines_take(lines)), 1);
    jsonlog_logger_set_level(jsonlog_get("jsonlog"), JSONLOG_LEVEL_NOTSET);
    jsonlog_logger_set_level(jsonlog_root(), JSONLOG_LEVEL_INFO);
}

static void a_silent_process_tells_what_it_held_back(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++)
        jsonlog_info_burst(jsonlog_get("t"), 0, 20, "burst");
    assert_int_equal(jsonlog_heartbeat_start(10), JSONLOG_OK);
    static char text[LOG_LINES_SIZE];
    do {
        usleep(2000);
        jsonlog_memory_handler_read(lines, text, sizeof text);
    } while (strstr(text, "repeated 3 times: burst") == NULL);
    jsonlog_heartbeat_stop();
    log_lines_take(lines);
}

static int calls; /* atomic */

/* A handler that stops the beats, and starts them again, from within one. */
static bool stop_and_start(const jsonlog_line *line, void *context) {
    (void)line;
    (void)context;
    const int call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    jsonlog_heartbeat_stop();
    if (call < 3)
        jsonlog_heartbeat_start(5);
    return true;
}

static void a_beat_may_stop_itself(void **state) {
    (void)state;
    jsonlog_handler *handler = jsonlog_callback_handler_new(stop_and_start, NULL);
    assert_int_equal(jsonlog_logger_add_handler(jsonlog_get("jsonlog"), handler), JSONLOG_OK);
    assert_int_equal(jsonlog_heartbeat_start(5), JSONLOG_OK);
    await_beats(3);
    while (__atomic_load_n(&calls, __ATOMIC_SEQ_CST) < 3)
        usleep(1000);
    usleep(50000);
    assert_int_equal(beats_in(log_lines_take(lines)), 3);
    jsonlog_heartbeat_stop();
    assert_int_equal(jsonlog_logger_remove_handler(jsonlog_get("jsonlog"), handler), JSONLOG_OK);
    jsonlog_handler_release(handler);
}

/* The child's thread starts with its first record; the delta is its own. */
static int beat_in_child(void) {
    alarm(60);
    log_lines_take(lines);
    usleep(30000);
    if (*log_lines_take(lines) != '\0')
        return 2;
    jsonlog_info(jsonlog_get("t"), "first");
    static char text[LOG_LINES_SIZE];
    do {
        usleep(2000);
        jsonlog_memory_handler_read(lines, text, sizeof text);
    } while (beats_in(text) < 2);
    if (strstr(text, "\"delta\":{\"records\":1,\"lines\":1,") == NULL)
        return 3;
    jsonlog_shutdown();
    return 0;
}

static void the_child_of_a_fork_goes_on(void **state) {
    (void)state;
    SKIP_UNDER_TSAN();
    assert_int_equal(jsonlog_heartbeat_start(5), JSONLOG_OK);
    await_beats(2);
    for (int i = 0; i < 5; i++) {
        const pid_t pid = fork();
        if (pid == 0)
            _exit(beat_in_child());
        int status = 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    log_lines_take(lines);
    await_beats(1);
    jsonlog_heartbeat_stop();
    log_lines_take(lines);
}

static void a_shutdown_ends_it(void **state) {
    (void)state;
    jsonlog_stats before;
    jsonlog_stats after;
    assert_int_equal(jsonlog_heartbeat_start(5), JSONLOG_OK);
    await_beats(1);
    jsonlog_shutdown();
    jsonlog_get_stats(&before);
    usleep(50000);
    jsonlog_get_stats(&after);
    assert_int_equal(after.records, before.records);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deltas_and_totals_of_every_counter),
        cmocka_unit_test(it_beats_until_it_is_stopped),
        cmocka_unit_test(a_level_above_info_silences_it),
        cmocka_unit_test(a_silent_process_tells_what_it_held_back),
        cmocka_unit_test(a_beat_may_stop_itself),
        cmocka_unit_test(the_child_of_a_fork_goes_on),
        cmocka_unit_test(a_shutdown_ends_it),
    };
    install_fork_guard();
    return cmocka_run_group_tests(tests, start, stop);
}
