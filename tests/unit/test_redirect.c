#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/redirect.h"
#include "logger/foreign_echo.h"
#include "support/pipes.h"

/* ---- the table ------------------------------------------------------------------------------- */

static void say(int fd, const char *text) {
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void assert_said(int fd, const char *text) {
    char got[256];
    drain(fd, got, sizeof got);
    assert_string_equal(got, text);
}

static void a_descriptor_leads_elsewhere_and_back(void **state) {
    (void)state;
    int before[2], there[2];
    open_pipe(before, O_NONBLOCK | O_CLOEXEC);
    open_pipe(there, O_NONBLOCK);
    const int fd = before[1];
    for (int round = 0; round < 3; round++) {
        assert_int_equal(jl_redirect_of(fd), fd);
        assert_int_equal(jl_redirect_begin(fd, there[1]), JSONLOG_OK);
        assert_int_equal(jl_redirect_begin(fd, there[1]), JSONLOG_E_STATE);
        assert_true(jl_redirect_of(fd) > STDERR_FILENO && jl_redirect_of(fd) != fd);
        assert_int_equal(fcntl(jl_redirect_of(fd), F_GETFD), FD_CLOEXEC);
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC); /* as it was */
        say(fd, "there");
        say(jl_redirect_of(fd), "here");
        assert_said(there[0], "there");
        assert_said(before[0], "here");
        jl_redirect_end(fd);
        jl_redirect_end(fd);
        say(fd, "back");
        assert_said(before[0], "back");
        assert_int_equal(jl_redirects_on, 0);
    }
}

/* The original of the second time is that of then. */
static void the_original_is_the_latest(void **state) {
    (void)state;
    int first[2], second[2], there[2];
    open_pipe(first, O_NONBLOCK);
    open_pipe(second, O_NONBLOCK);
    open_pipe(there, O_NONBLOCK);
    const int fd = first[1];
    assert_int_equal(jl_redirect_begin(fd, there[1]), JSONLOG_OK);
    const int original = jl_redirect_of(fd);
    jl_redirect_end(fd);
    assert_int_equal(dup2(second[1], fd), fd);
    assert_int_equal(jl_redirect_begin(fd, there[1]), JSONLOG_OK);
    assert_int_equal(jl_redirect_of(fd), original);
    say(jl_redirect_of(fd), "second");
    assert_said(second[0], "second");
    jl_redirect_end(fd);
}

static void what_cannot_be_redirected_is_an_error(void **state) {
    (void)state;
    int there[2];
    open_pipe(there, O_NONBLOCK);
    assert_int_equal(jl_redirect_begin(1000, there[1]), JSONLOG_E_IO);
    int ends[2];
    open_pipe(ends, 0);
    assert_int_equal(jl_redirect_begin(ends[1], 1000), JSONLOG_E_IO);
    assert_int_equal(jl_redirect_of(ends[1]), ends[1]);
    jsonlog_status status = JSONLOG_OK;
    for (int i = 0; i < JL_REDIRECTS_MAX && status == JSONLOG_OK; i++) {
        open_pipe(ends, 0);
        status = jl_redirect_begin(ends[1], there[1]);
    }
    assert_int_equal(status, JSONLOG_E_LIMIT);
}

/* ---- echoes ---------------------------------------------------------------------------------- */

/* How many of the lines that a handler would make of one are let through. */
static int passed_of_a_loop(const char *head, const char *tail, bool is_escaped) {
    static char line[65536], next[65536 * 2];
    jl_echo echo = {.next = 0};
    int passed = 0;
    snprintf(line, sizeof line, "%s", "plain \"words\"");
    for (; passed < 100; passed++) {
        const size_t len = strnlen(line, 8192);
        if (jl_echo_is_loop(&echo, (jl_text){line, len}, len == 8192))
            return passed;
        size_t put = (size_t)sprintf(next, "%s", head);
        for (size_t i = 0; i < len; i++) {
            if (is_escaped && (line[i] == '"' || line[i] == '\\'))
                next[put++] = '\\';
            next[put++] = line[i];
        }
        sprintf(next + put, "%s", tail);
        snprintf(line, sizeof line, "%.60000s", next);
    }
    return passed;
}

static void a_line_inside_itself_is_a_loop(void **state) {
    (void)state;
    assert_int_equal(passed_of_a_loop("{\"logType\":\"INFO\",\"message\":\"", "\"}", true),
                     JL_ECHO_DEPTH);
    assert_int_equal(passed_of_a_loop("2026-11-22 08:07:45 INFO foreign ", "", false),
                     JL_ECHO_DEPTH);
    assert_int_equal(passed_of_a_loop("{\"logger\":\"foreign\",\"json\":", "}", false),
                     JL_ECHO_DEPTH);
}

static void lines_that_are_alike_are_none(void **state) {
    (void)state;
    jl_echo echo = {.next = 0};
    char line[256];
    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof line,
                 "{\"timestamp\":\"2026-11-22T08:07:45.784Z\",\"logType\":\"INFO\","
                 "\"n\":%d}",
                 i);
        assert_false(jl_echo_is_loop(&echo, jl_text_of(line), false));
        assert_false(jl_echo_is_loop(&echo, JL_TEXT("again"), false));
        assert_false(jl_echo_is_loop(&echo, JL_TEXT("and again and again"), false));
    }
    /* A progress bar. */
    for (size_t i = 1; i < 100; i++) {
        memset(line, '#', i);
        assert_false(jl_echo_is_loop(&echo, (jl_text){line, i}, false));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_leads_elsewhere_and_back),
        cmocka_unit_test(the_original_is_the_latest),
        cmocka_unit_test(what_cannot_be_redirected_is_an_error),
        cmocka_unit_test(a_line_inside_itself_is_a_loop),
        cmocka_unit_test(lines_that_are_alike_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
