/*
 * From the first record of a process to the last: each test forks before the library is used, so
 * that the child begins as a process does, and reads what it writes to stdout.
 */
#include "support/log_lines.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define INFO(message) LINE("\"INFO\",\"logger\":\"t\",\"message\":\"" message "\"}")

/* Run `life` in a child that then calls exit(). @return all it wrote to stdout. */
static const char *stdout_of(void (*life)(void)) {
    static char text[8192];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        alarm(60);
        jsonlog_set_clock(log_lines_now, NULL);
        life();
        exit(0);
    }
    close(ends[1]);
    size_t len = 0;
    ssize_t got = 0;
    while (len < sizeof text - 1 && (got = read(ends[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    text[len] = '\0';
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return text;
}

static void expect_in_child(bool is_true) {
    if (!is_true)
        _exit(9);
}

static void log_one(void) {
    jsonlog_info(jsonlog_get("t"), "one");
}

static void without_configuration_records_go_to_stdout(void **state) {
    (void)state;
    assert_string_equal(stdout_of(log_one), INFO("one"));
}

static void log_last(void) {
    jsonlog_info(jsonlog_get("t"), "at exit");
}

static void log_and_exit(void) {
    jsonlog_info(jsonlog_get("t"), "one");
    atexit(log_last);
}

static void exit_functions_may_log(void **state) {
    (void)state;
    assert_string_equal(stdout_of(log_and_exit), INFO("one") INFO("at exit"));
}

static void own_handler_elsewhere(void) {
    jsonlog_handler *own = log_lines_at(jsonlog_get("t"));
    jsonlog_info(jsonlog_get("t"), "both");
    jsonlog_logger_set_propagate(jsonlog_get("t"), false);
    jsonlog_info(jsonlog_get("t"), "own");
    expect_in_child(strcmp(log_lines_take(own), INFO("both") INFO("own")) == 0);
    jsonlog_handler_release(own);
}

static void a_handler_elsewhere_leaves_the_one_to_stdout(void **state) {
    (void)state;
    assert_string_equal(stdout_of(own_handler_elsewhere), INFO("both"));
}

static void handlers_of_the_root(void) {
    jsonlog_info(jsonlog_get("t"), "one");
    jsonlog_handler *root = log_lines_at(jsonlog_root());
    jsonlog_info(jsonlog_get("t"), "two");
    expect_in_child(strcmp(log_lines_take(root), INFO("two")) == 0);
    jsonlog_logger_remove_handler(jsonlog_root(), root);
    jsonlog_handler_release(root);
    jsonlog_info(jsonlog_get("t"), "three"); /* nowhere: the root was configured */
}

static void the_roots_own_handler_takes_the_place_of_stdout(void **state) {
    (void)state;
    assert_string_equal(stdout_of(handlers_of_the_root), INFO("one"));
}

static void no_handlers_at_all(void) {
    jsonlog_logger_set_handlers(jsonlog_root(), NULL, 0);
    jsonlog_info(jsonlog_get("t"), "one");
}

static void no_handlers_is_a_choice(void **state) {
    (void)state;
    assert_string_equal(stdout_of(no_handlers_at_all), "");
}

static void *log_first(void *argument) {
    jsonlog_info(jsonlog_get("t"), "one");
    return argument;
}

static void race_for_the_first(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        expect_in_child(pthread_create(&threads[i], NULL, log_first, NULL) == 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    expect_in_child(stats.lines == 8 && stats.lost_output == 0);
}

static void many_first_records_are_each_written_once(void **state) {
    (void)state;
    const char *text = stdout_of(race_for_the_first);
    for (int i = 0; i < 8; i++, text += strlen(INFO("one")))
        assert_memory_equal(text, INFO("one"), strlen(INFO("one")));
    assert_string_equal(text, "");
}

static void without_stdout(void) {
    close(STDOUT_FILENO);
    jsonlog_info(jsonlog_get("t"), "one");
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    expect_in_child(stats.records == 1 && stats.lines == 0 && stats.lost_output == 1);
}

static void a_closed_stdout_loses_and_counts(void **state) {
    (void)state;
    assert_string_equal(stdout_of(without_stdout), "");
}

static void shut_down_early(void) {
    jsonlog_info(jsonlog_get("t"), "one");
    jsonlog_shutdown();
    jsonlog_info(jsonlog_get("t"), "two");
    jsonlog_stats stats;
    jsonlog_get_stats(&stats);
    expect_in_child(stats.records == 2 && stats.lines == 1 && stats.lost_output == 1);
}

static void after_shutdown_stdout_does_not_come_back(void **state) {
    (void)state;
    assert_string_equal(stdout_of(shut_down_early), INFO("one"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_configuration_records_go_to_stdout),
        cmocka_unit_test(exit_functions_may_log),
        cmocka_unit_test(a_handler_elsewhere_leaves_the_one_to_stdout),
        cmocka_unit_test(the_roots_own_handler_takes_the_place_of_stdout),
        cmocka_unit_test(no_handlers_is_a_choice),
        cmocka_unit_test(many_first_records_are_each_written_once),
        cmocka_unit_test(a_closed_stdout_loses_and_counts),
        cmocka_unit_test(after_shutdown_stdout_does_not_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
