/* Do our assertions fail where they should, at the caller's line, with the right words, and only
 * there? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jsonlog/capture.h>

#define TEXT_MAX 200000

/* ---- running the helper ---------------------------------------------------------------------- */

typedef struct streams {
    char out[TEXT_MAX];
    char err[TEXT_MAX];
    int exit_status;
} streams;

static int run_into(char *text, const char *script, const char *which) {
    const char *const argv[] = {"sh", "-c", script, META_PROGRAM, which, NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    jsonlog_capture *capture = jsonlog_capture_new();
    jsonlog_err err;
    int exit_status = -1;
    if (jsonlog_capture_run(capture, &options, &exit_status, &err) != JSONLOG_OK)
        fail_msg("%s", err.text);
    size_t len = 0;
    for (size_t i = 0; i < jsonlog_capture_count(capture); i++) {
        len += jsonlog_capture_line(capture, i, text + len, TEXT_MAX - len - 1);
        assert_true(len < TEXT_MAX - 2);
        text[len++] = '\n';
    }
    text[len] = '\0';
    jsonlog_capture_stop(capture);
    return exit_status;
}

/* Each stream by itself: how the two would mix is nobody's promise. */
static streams *run_helper(const char *which) {
    streams *got = calloc(1, sizeof *got);
    assert_non_null(got);
    got->exit_status = run_into(got->err, "exec \"$0\" \"$1\" 2>&1 >/dev/null", which);
    assert_int_equal(run_into(got->out, "exec \"$0\" \"$1\" 2>/dev/null", which), got->exit_status);
    return got;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* ---- what fails ------------------------------------------------------------------------------ */

typedef struct failure {
    const char *test;
    const char *parts[6]; /* of its report, in this order */
} failure;

static const failure failures[] = {
    {"fails_logged",
     {"expected a line that matches { $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }\n",
      "3 lines captured, none matches. Nearest, line 3:\n",
      "  yes  $.logType = \"ERROR\"       found \"ERROR\"\n",
      "  no   $.errorCode = \"DA0001*\"   found \"DA00021\"", "captured:\n",
      "\"errorMessage\":\"card refused\",\"errorCode\":\"DA00021\"}\n"}},
    {"fails_logged_count",
     {"expected exactly 2 lines that match { $.user.age >= 20 }\n",
      "2 lines captured, 1 matches: line 1. Nearest of the others, line 2:\n",
      "captured:\n> 1  {"}},
    {"fails_not_logged",
     {"expected no line that matches { $.user.age >= 20 }\n",
      "2 lines captured, 1 matches: line 1. Why line 1:\n",
      "  yes  $.user.age >= 20   found 20\n"}},
    {"fails_logged_within",
     {"expected a line that matches { $.logType = \"ERROR\"",
      "2 lines captured within 50 ms, none matches."}},
    {"fails_logged_in_order",
     {"expected lines that match these, in this order:\n",
      "3 lines captured, line 2 matches pattern 1; none behind it matches pattern 2 (line 1 does, "
      "but comes too early)"}},
    {"fails_only_logged",
     {"expected at least one line, and only lines that match { $.logType = \"INFO\"",
      "2 lines captured, 1 matches none of them: line 2."}},
    {"fails_no_errors_logged",
     {"expected no line at ERROR or above\n", "3 lines captured, 1 is: line 3\n", "> 3  {"}},
    {"fails_bad_pattern",
     {"the pattern does not compile: Invalid character(s) in term ':'",
      "\n  { $.a = a:b }\n           ^\n"}},
    {"fails_without_capture", {"wrong use: the capture is NULL"}},
    {"fails_with_a_long_report",
     {"expected a line that matches { $.i = 100 }\n", "100 lines captured, none matches.",
      "lines left out\n", "\"i\":99}\n"}},
};
#define FAILURES (sizeof failures / sizeof failures[0])

static int blamed_line(const streams *got, const char *test) {
    char key[128];
    snprintf(key, sizeof key, "blamed %s ", test);
    const char *at = strstr(got->out, key);
    assert_non_null(at);
    return atoi(at + strlen(key));
}

/* The report begins with the caller's place, as compilers write it, so that editors can jump there.
 */
static void check_failure(const streams *got, const failure *wanted) {
    char place[128];
    snprintf(place, sizeof place, "meta_asserts.c:%d: ", blamed_line(got, wanted->test));
    const char *at = strstr(got->err, place);
    if (at == NULL)
        fail_msg("%s: no report at %s in\n%s", wanted->test, place, got->err);
    at += strlen(place);
    if (strncmp(at, wanted->parts[0], strlen(wanted->parts[0])) != 0)
        fail_msg("%s: begins with %.100s", wanted->test, at);
    for (size_t i = 0; i < 6 && wanted->parts[i] != NULL; i++) {
        const char *part = strstr(at, wanted->parts[i]);
        if (part == NULL)
            fail_msg("%s: no \"%s\" in\n%s", wanted->test, wanted->parts[i], at);
        at = part;
    }
    /* Once for the report, once for CMocka's own message. */
    assert_int_equal(count_of(got->err, place), 2);
    char failed[128];
    snprintf(failed, sizeof failed, "[  FAILED  ] %s\n", wanted->test);
    assert_true(count_of(got->err, failed) >= 1);
}

static void each_assertion_fails_at_its_line_with_its_report(void **state) {
    (void)state;
    streams *got = run_helper("fail");
    assert_int_equal(got->exit_status, FAILURES);
    assert_int_equal(count_of(got->out, "survived"), 0);
    assert_int_equal(count_of(got->out, "blamed"), FAILURES);
    for (size_t i = 0; i < FAILURES; i++)
        check_failure(got, &failures[i]);
    free(got);
}

static void a_long_report_is_written_whole(void **state) {
    (void)state;
    streams *got = run_helper("fail");
    const char *from = strstr(got->err, "expected a line that matches { $.i = 100 }");
    assert_non_null(from);
    const char *to = strstr(from, "\"i\":99}\n");
    assert_non_null(to);
    assert_true(to - from > 3000);
    assert_int_equal(count_of(from, "  no   $.i = 100   found 0"), 1);
    assert_int_equal(count_of(from, "\"i\":99}\n"), 1);
    free(got);
}

/* ---- what passes ----------------------------------------------------------------------------- */

static void assertions_that_hold_pass_silently(void **state) {
    (void)state;
    streams *got = run_helper("pass");
    if (got->exit_status != 0)
        fail_msg("%s", got->err);
    assert_int_equal(count_of(got->err, "expected"), 0);
    assert_int_equal(count_of(got->err, "FAILED"), 0);
    /* A capture keeps the records to itself. */
    assert_int_equal(count_of(got->out, "logType"), 0);
    free(got);
}

static void the_quiet_teardown_fails_a_test_that_left_an_error(void **state) {
    (void)state;
    streams *got = run_helper("quiet");
    assert_int_equal(got->exit_status, 1);
    assert_int_equal(count_of(got->err, "expected no line at ERROR or above\n"
                                        "1 line captured, 1 is: line 1\n"),
                     1);
    assert_true(count_of(got->err, "leaves_an_error_behind") > 0);
    assert_int_equal(count_of(got->err, "leaves_a_warning_behind"), 0);
    free(got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_assertion_fails_at_its_line_with_its_report),
        cmocka_unit_test(a_long_report_is_written_whole),
        cmocka_unit_test(assertions_that_hold_pass_silently),
        cmocka_unit_test(the_quiet_teardown_fails_a_test_that_left_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
