#include <jsonlog/handler.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/pipes.h"

#define HEAD "{\"logType\":\"FATAL\",\"errorMessage\":\""
#define TAIL "\"}\n"

static char text[8192];

static const char *line_of(const char *message) {
    int ends[2];
    open_pipe(ends, O_NONBLOCK);
    errno = 33;
    assert_true(jsonlog_signal_safe_write(ends[1], message));
    assert_int_equal(errno, 33);
    drain(ends[0], text, sizeof text);
    close(ends[0]), close(ends[1]);
    return text;
}

static void writes_one_json_line(void **state) {
    (void)state;
    static const struct {
        const char *message, *expected;
    } cases[] = {
        {"out of memory", HEAD "out of memory" TAIL},
        {"", HEAD TAIL},
        {NULL, HEAD TAIL},
        {"say \"no\" to c:\\", HEAD "say \\\"no\\\" to c:\\\\" TAIL},
        {"a\nb\rc\td\be\f", HEAD "a\\nb\\rc\\td\\be\\f" TAIL},
        {"\x01\x1f\x7f", HEAD "\\u0001\\u001f\x7f" TAIL},
        {"인증실패 \xF0\x9F\x94\xA5", HEAD "인증실패 \xF0\x9F\x94\xA5" TAIL},
        {"\xFF-\xED\xA0\x80-\xC0\xAF", HEAD "\xEF\xBF\xBD-\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD-"
                                            "\xEF\xBF\xBD\xEF\xBF\xBD" TAIL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(line_of(cases[i].message), cases[i].expected);
}

/* @return how many bytes of the message the line has. */
static size_t kept(const char *message) {
    size_t len = strlen(line_of(message));
    assert_memory_equal(text + len - 3, TAIL, 3);
    return len - strlen(HEAD) - strlen(TAIL);
}

static void uses_512_bytes_and_cuts_on_a_code_point(void **state) {
    (void)state;
    char message[1024] = {0};
    memset(message, 'a', 600);
    assert_int_equal(kept(message), 512);
    memcpy(message + 510, "\xEC\x9D\xB8", 3); /* its third byte is the 513th */
    assert_int_equal(kept(message), 510);
    memcpy(message + 509, "\xEC\x9D\xB8", 3);
    message[512] = '\0';
    assert_int_equal(kept(message), 512);
    memset(message, 1, 600); /* the longest line there can be */
    assert_int_equal(kept(message), 512 * 6);
}

static void says_what_it_could_not_write(void **state) {
    (void)state;
    int ends[2];
    errno = 33;
    assert_false(jsonlog_signal_safe_write(-1, "x"));
    open_small_pipe(ends);
    assert_false(jsonlog_signal_safe_write(ends[0], "x"));
    memset(text, 'x', 4096);
    assert_int_equal(write(ends[1], text, 4096), 4096);
    assert_false(jsonlog_signal_safe_write(ends[1], "x"));
    assert_int_equal(errno, 33);
    close(ends[0]), close(ends[1]);
}

static void raises_no_sigpipe(void **state) {
    (void)state;
    int ends[2];
    signal(SIGPIPE, SIG_DFL);
    open_pipe(ends, 0);
    close(ends[0]);
    assert_false(jsonlog_signal_safe_write(ends[1], "x"));
    close(ends[1]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    close(ends[0]);
    assert_false(jsonlog_signal_safe_write(ends[1], "x"));
    close(ends[1]);
}

static int descriptor_of_handler;

static void on_signal(int number) {
    (void)number;
    jsonlog_signal_safe_write(descriptor_of_handler, "caught");
}

static void works_in_a_signal_handler(void **state) {
    (void)state;
    int ends[2];
    open_pipe(ends, O_NONBLOCK);
    descriptor_of_handler = ends[1];
    signal(SIGUSR1, on_signal);
    errno = 44;
    raise(SIGUSR1);
    assert_int_equal(errno, 44);
    drain(ends[0], text, sizeof text);
    assert_string_equal(text, HEAD "caught" TAIL);
    close(ends[0]), close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_json_line),
        cmocka_unit_test(uses_512_bytes_and_cuts_on_a_code_point),
        cmocka_unit_test(says_what_it_could_not_write),
        cmocka_unit_test(raises_no_sigpipe),
        cmocka_unit_test(works_in_a_signal_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
