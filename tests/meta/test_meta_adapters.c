/*
 * Do the assertions for a framework fail where they should, at the caller's line, with the report,
 * and only there? Its program runs one case at a time, as the framework's own runner does it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jsonlog/capture.h>

#define TEXT_MAX 200000

/* ---- the frameworks -------------------------------------------------------------------------- */

typedef struct framework {
    const char *name;
    const char *one_case;   /* the argument that chooses a case */
    bool has_non_fatal;     /* there are cases that go on */
    bool has_quiet_fixture; /* there are cases that leave an error behind */
} framework;

static const framework frameworks[] = {
    {"check", "%s", false, true},
    {"criterion", "--filter=meta/%s", true, false},
    {"gtest", "--gtest_filter=*.%s", true, true},
    {"catch2", "%s", true, false},
};

static const framework *the_framework(void) {
    for (size_t i = 0; i < sizeof frameworks / sizeof frameworks[0]; i++)
        if (strcmp(frameworks[i].name, META_FRAMEWORK) == 0)
            return &frameworks[i];
    fail_msg("no framework %s", META_FRAMEWORK);
    return NULL;
}

/* ---- running a case -------------------------------------------------------------------------- */

static char output[TEXT_MAX];

static void gather(jsonlog_capture *capture) {
    size_t len = 0;
    for (size_t i = 0; i < jsonlog_capture_count(capture); i++) {
        len += jsonlog_capture_line(capture, i, output + len, TEXT_MAX - len - 1);
        assert_true(len < TEXT_MAX - 2);
        output[len++] = '\n';
    }
    output[len] = '\0';
}

/* @return the exit status; what it said is in `output`. */
static int run_case(const char *prefix, const char *name, const char *const *environment) {
    char test[128];
    char argument[160];
    snprintf(test, sizeof test, "%s%s", prefix, name);
    snprintf(argument, sizeof argument, the_framework()->one_case, test);
    const char *const argv[] = {"sh",         "-c",     "exec \"$0\" \"$1\" 2>&1",
                                META_PROGRAM, argument, NULL};
    jsonlog_run_options options = JSONLOG_RUN_OPTIONS_INIT;
    options.argv = argv;
    options.environment = environment;
    options.timeout_ms = 120000;
    jsonlog_capture *capture = jsonlog_capture_new();
    jsonlog_err err;
    int exit_status = -1;
    if (jsonlog_capture_run(capture, &options, &exit_status, &err) != JSONLOG_OK)
        fail_msg("%s: %s", test, err.text);
    gather(capture);
    jsonlog_capture_stop(capture);
    return exit_status;
}

/* ---- what fails ------------------------------------------------------------------------------ */

typedef struct failure {
    const char *name;
    const char *parts[6]; /* of the report, in this order */
} failure;

static const failure failures[] = {
    {"logged",
     {"expected a line that matches { $.logType = \"ERROR\" && $.errorCode = \"DA0001*\" }\n",
      "3 lines captured, none matches. Nearest, line 3:\n",
      "  yes  $.logType = \"ERROR\"       found \"ERROR\"\n",
      "  no   $.errorCode = \"DA0001*\"   found \"DA00021\"", "captured:\n",
      "\"errorMessage\":\"card refused\",\"errorCode\":\"DA00021\"}\n"}},
    {"logged_count",
     {"expected exactly 2 lines that match { $.user.age >= 20 }\n",
      "2 lines captured, 1 matches: line 1. Nearest of the others, line 2:\n", "captured:\n",
      "> 1  {"}},
    {"not_logged",
     {"expected no line that matches { $.user.age >= 20 }\n",
      "2 lines captured, 1 matches: line 1. Why line 1:\n",
      "  yes  $.user.age >= 20   found 20\n"}},
    {"logged_within",
     {"expected a line that matches { $.logType = \"ERROR\"",
      "2 lines captured within 50 ms, none matches."}},
    {"logged_in_order",
     {"expected lines that match these, in this order:\n",
      "3 lines captured, line 2 matches pattern 1; none behind it matches pattern 2"}},
    {"only_logged",
     {"expected at least one line, and only lines that match { $.logType = \"INFO\"",
      "2 lines captured, 1 matches none of them: line 2."}},
    {"no_errors_logged",
     {"expected no line at ERROR or above\n", "3 lines captured, 1 is: line 3\n", "> 3  {"}},
    {"long_report",
     {"expected a line that matches { $.i = 100 }\n", "100 lines captured, none matches.",
      "lines left out\n", "\"i\":99}\n"}},
    {"without_capture", {"wrong use: the capture is NULL"}},
};
#define FAILURES (sizeof failures / sizeof failures[0])

/* The report stands behind the caller's place, in whatever form the framework writes it. */
static void check_report(const failure *wanted) {
    const char *blamed = strstr(output, "blamed ");
    if (blamed == NULL)
        fail_msg("%s: nothing is blamed in\n%s", wanted->name, output);
    char place[128];
    snprintf(place, sizeof place, "%s:%d", META_SOURCE, atoi(blamed + strlen("blamed ")));
    const char *at = strstr(output, place);
    if (at == NULL)
        fail_msg("%s: no report at %s in\n%s", wanted->name, place, output);
    for (size_t i = 0; i < 6 && wanted->parts[i] != NULL; i++) {
        const char *part = strstr(at, wanted->parts[i]);
        if (part == NULL)
            fail_msg("%s: no \"%s\" in\n%s", wanted->name, wanted->parts[i], at);
        at = part;
    }
}

static void check_failures(const char *prefix, bool survives, const char *const *environment) {
    for (size_t i = 0; i < FAILURES; i++) {
        const int exit_status = run_case(prefix, failures[i].name, environment);
        if (exit_status == 0 || exit_status >= 128)
            fail_msg("%s%s: exit status %d\n%s", prefix, failures[i].name, exit_status, output);
        check_report(&failures[i]);
        assert_int_equal(strstr(output, "survived") != NULL, survives);
    }
}

static void fatal_assertions_fail_with_their_report_and_end_the_test(void **state) {
    (void)state;
    check_failures("fails_", false, NULL);
}

static void non_fatal_assertions_go_on(void **state) {
    (void)state;
    if (!the_framework()->has_non_fatal)
        skip();
    check_failures("goes_on_", true, NULL);
}

/* In one process a failing test is left by longjmp(). */
static void check_without_fork_fails_as_well(void **state) {
    (void)state;
    static const char *const environment[] = {"CK_FORK=no", NULL};
    if (strcmp(META_FRAMEWORK, "check") != 0)
        skip();
    check_failures("fails_", false, environment);
    assert_int_equal(run_case("holds", "", environment), 0);
}

/* Check cuts messages, and the whole of a long report stands on stderr, too. */
static void check_shows_a_long_report_whole(void **state) {
    (void)state;
    if (strcmp(META_FRAMEWORK, "check") != 0)
        skip();
    assert_int_equal(run_case("fails_", "huge_report", NULL), 1);
    const char *first = strstr(output, "expected lines that match these, in this order:\n");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "expected lines that match these, in this order:\n"));
    const char *last = strstr(output, "\"i\":99}\n");
    assert_non_null(last);
    assert_null(strstr(last + 1, "\"i\":99}\n"));
}

static void more_text_may_be_streamed(void **state) {
    (void)state;
    if (strcmp(META_FRAMEWORK, "gtest") != 0)
        skip();
    assert_int_equal(run_case("fails_", "with_more_text", NULL), 1);
    assert_non_null(strstr(output, "for user 7\n"));
}

/* ---- what passes ----------------------------------------------------------------------------- */

static void check_passes(const char *name) {
    const int exit_status = run_case("", name, NULL);
    if (exit_status != 0)
        fail_msg("%s: exit status %d\n%s", name, exit_status, output);
    assert_null(strstr(output, "lines captured"));
    /* A capture keeps the records to itself. */
    assert_null(strstr(output, "logType"));
}

static void assertions_that_hold_pass(void **state) {
    (void)state;
    check_passes("holds");
}

static void captures_of_other_kinds_hold_too(void **state) {
    (void)state;
    if (strcmp(META_FRAMEWORK, "check") == 0)
        check_passes("holds_in_a_copy");
    else if (strcmp(META_FRAMEWORK, "gtest") == 0)
        check_passes("holds_with_options");
    else
        skip();
}

static void the_quiet_fixture_fails_a_test_that_left_an_error(void **state) {
    (void)state;
    if (!the_framework()->has_quiet_fixture)
        skip();
    assert_int_not_equal(run_case("", "leaves_an_error", NULL), 0);
    assert_non_null(strstr(output, "expected no line at ERROR or above\n"));
    assert_non_null(strstr(output, "1 line captured, 1 is: line 1\n"));
    check_passes("leaves_a_warning");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fatal_assertions_fail_with_their_report_and_end_the_test),
        cmocka_unit_test(non_fatal_assertions_go_on),
        cmocka_unit_test(check_without_fork_fails_as_well),
        cmocka_unit_test(check_shows_a_long_report_whole),
        cmocka_unit_test(more_text_may_be_streamed),
        cmocka_unit_test(assertions_that_hold_pass),
        cmocka_unit_test(captures_of_other_kinds_hold_too),
        cmocka_unit_test(the_quiet_fixture_fails_a_test_that_left_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
