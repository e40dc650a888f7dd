#include <jsonlog/capture.h>

#include "support/thread_allocator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PATTERNS_MAX 4

/* ---- whole reports --------------------------------------------------------------------------- */

#define INFO  "{\"logType\":\"INFO\",\"n\":1}"
#define ERROR "{\"logType\":\"ERROR\",\"n\":20}"
#define TEXT  "no object"

/* Reasons are the words of the filter: a line of a wanted report that ends in ~ is only a
 * beginning. */
typedef struct report_case {
    jsonlog_expect_kind kind;
    const char *lines;
    const char *patterns[PATTERNS_MAX];
    size_t count;
    const char *report;
} report_case;

static const report_case report_cases[] = {
    {JSONLOG_EXPECT_MATCH,
     INFO "\n" ERROR "\n" TEXT "\n",
     {"{ $.logType = \"ERROR\" && $.n < 20 }"},
     0,
     "expected a line that matches { $.logType = \"ERROR\" && $.n < 20 }\n"
     "3 lines captured, none matches. Nearest, line 1:\n"
     "  no   $.logType = \"ERROR\"   found \"INFO\": ~\n"
     "  yes  $.n < 20              found 1\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "  2  " ERROR "\n"
     "  3  " TEXT "\n"},
    {JSONLOG_EXPECT_MATCH,
     TEXT "\n" INFO "\n" ERROR "\n",
     {"{ $.logType = \"ERROR\" && $.n > 2 && $.n < 20 }"},
     0,
     "expected a line that matches { $.logType = \"ERROR\" && $.n > 2 && $.n < 20 }\n"
     "3 lines captured, none matches. Nearest, line 3:\n"
     "  yes  $.logType = \"ERROR\"   found \"ERROR\"\n"
     "  yes  $.n > 2               found 20\n"
     "  no   $.n < 20              found 20: ~\n"
     "captured:\n"
     "  1  " TEXT "\n"
     "  2  " INFO "\n"
     "> 3  " ERROR "\n"},
    {JSONLOG_EXPECT_MATCH,
     "",
     {"{ $.n = 1 }"},
     0,
     "expected a line that matches { $.n = 1 }\n"
     "no line captured\n"},
    {JSONLOG_EXPECT_MATCH,
     INFO "\n" ERROR,
     {"{ $.n = 2 }", "{ $.n = 1 }", "{ $.logType = \"WARN\" && $.n = 20 }"},
     0,
     "expected for each of these a line that matches it:\n"
     "   1  { $.n = 2 }\n"
     "   2  { $.n = 1 }\n"
     "   3  { $.logType = \"WARN\" && $.n = 20 }\n"
     "2 lines captured, none matches pattern 1. Nearest, line 1:\n"
     "  no   $.n = 2   found 1: ~\n"
     "none matches pattern 3. Nearest, line 2:\n"
     "  no   $.logType = \"WARN\"   found \"ERROR\": ~\n"
     "  yes  $.n = 20             found 20\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "> 2  " ERROR "\n"},
    {JSONLOG_EXPECT_COUNT,
     INFO "\n" ERROR "\n" INFO,
     {"{ $.n = 1 }"},
     1,
     "expected exactly 1 line that matches { $.n = 1 }\n"
     "3 lines captured, 2 match: lines 1, 3\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "  2  " ERROR "\n"
     "> 3  " INFO "\n"},
    {JSONLOG_EXPECT_COUNT,
     INFO "\n" ERROR,
     {"{ $.n = 1 }"},
     2,
     "expected exactly 2 lines that match { $.n = 1 }\n"
     "2 lines captured, 1 matches: line 1. Nearest of the others, line 2:\n"
     "  no   $.n = 1   found 20: ~\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "> 2  " ERROR "\n"},
    {JSONLOG_EXPECT_COUNT,
     "",
     {"{ $.n = 1 }"},
     2,
     "expected exactly 2 lines that match { $.n = 1 }\n"
     "no line captured\n"},
    {JSONLOG_EXPECT_NONE,
     INFO "\n" ERROR "\n" INFO,
     {"{ $.n = 1 }"},
     0,
     "expected no line that matches { $.n = 1 }\n"
     "3 lines captured, 2 match: lines 1, 3. Why line 1:\n"
     "  yes  $.n = 1   found 1\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "  2  " ERROR "\n"
     "> 3  " INFO "\n"},
    {JSONLOG_EXPECT_ORDER,
     INFO "\n" ERROR "\n",
     {"{ $.n = 20 }", "{ $.n = 1 }"},
     0,
     "expected lines that match these, in this order:\n"
     "   1  { $.n = 20 }\n"
     "   2  { $.n = 1 }\n"
     "2 lines captured, line 2 matches pattern 1; none behind it matches pattern 2 (line 1 does, "
     "but comes too early)\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "> 2  " ERROR "\n"},
    {JSONLOG_EXPECT_ORDER,
     INFO "\n" ERROR "\n" TEXT "\n",
     {"{ $.n = 1 }", "{ $.n = 2 }"},
     0,
     "expected lines that match these, in this order:\n"
     "   1  { $.n = 1 }\n"
     "   2  { $.n = 2 }\n"
     "3 lines captured, line 1 matches pattern 1; none behind it matches pattern 2. Nearest behind "
     "it, line 2:\n"
     "  no   $.n = 2   found 20: ~\n"
     "captured:\n"
     "> 1  " INFO "\n"
     "> 2  " ERROR "\n"
     "  3  " TEXT "\n"},
    {JSONLOG_EXPECT_ONLY,
     INFO "\n" ERROR "\n",
     {"{ $.n = 1 }", "{ $.logType = \"ERROR\" && $.n = 2 }"},
     0,
     "expected only lines that match one of these, and for each of these one:\n"
     "   1  { $.n = 1 }\n"
     "   2  { $.logType = \"ERROR\" && $.n = 2 }\n"
     "2 lines captured, 1 matches none of them: line 2. Line 2 is nearest to pattern 2:\n"
     "  yes  $.logType = \"ERROR\"   found \"ERROR\"\n"
     "  no   $.n = 2               found 20: ~\n"
     "no line matches pattern 2\n"
     "captured:\n"
     "  1  " INFO "\n"
     "> 2  " ERROR "\n"},
    {JSONLOG_EXPECT_ONLY,
     INFO "\n",
     {"{ $.n = 1 }", "{ $.n = 2 }"},
     0,
     "expected only lines that match one of these, and for each of these one:\n"
     "   1  { $.n = 1 }\n"
     "   2  { $.n = 2 }\n"
     "1 line captured\n"
     "no line matches pattern 2. Nearest, line 1:\n"
     "  no   $.n = 2   found 1: ~\n"
     "captured:\n"
     "> 1  " INFO "\n"},
    {JSONLOG_EXPECT_ONLY,
     INFO "\n",
     {NULL},
     0,
     "expected no line at all\n"
     "1 line captured\n"
     "captured:\n"
     "  1  " INFO "\n"},
    {JSONLOG_EXPECT_QUIET,
     INFO "\n" ERROR "\n",
     {NULL},
     0,
     "expected no line at ERROR or above\n"
     "2 lines captured, 1 is: line 2\n"
     "captured:\n"
     "  1  " INFO "\n"
     "> 2  " ERROR "\n"},
};

static jsonlog_report *report_on(const report_case *row) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = row->kind;
    expectation.patterns = row->patterns;
    while (expectation.pattern_count < PATTERNS_MAX &&
           row->patterns[expectation.pattern_count] != NULL)
        expectation.pattern_count++;
    expectation.count = row->count;
    jsonlog_capture *capture = jsonlog_capture_new();
    assert_non_null(capture);
    jsonlog_capture_feed(capture, row->lines, strlen(row->lines));
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect(capture, &expectation, &report));
    jsonlog_capture_stop(capture);
    assert_non_null(report);
    return report;
}

static const char *behind_line(const char *text) {
    const size_t len = strcspn(text, "\n");
    return text + len + (text[len] == '\n');
}

static bool is_same_line(const char *wanted, const char *got) {
    const size_t wanted_len = strcspn(wanted, "\n");
    const size_t got_len = strcspn(got, "\n");
    if (wanted_len > 0 && wanted[wanted_len - 1] == '~')
        return got_len >= wanted_len && memcmp(wanted, got, wanted_len - 1) == 0;
    return wanted_len == got_len && memcmp(wanted, got, got_len) == 0;
}

static void check_report(const report_case *row) {
    jsonlog_report *report = report_on(row);
    const char *got = jsonlog_report_text(report);
    const char *wanted = row->report;
    while (*wanted != '\0' && is_same_line(wanted, got)) {
        wanted = behind_line(wanted);
        got = behind_line(got);
    }
    if (*wanted != '\0' || *got != '\0')
        fail_msg("wanted:\n%s\ngot:\n%s", row->report, jsonlog_report_text(report));
    jsonlog_report_free(report);
}

static void each_kind_has_its_report(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof report_cases / sizeof report_cases[0]; i++)
        check_report(&report_cases[i]);
}

/* ---- parts ----------------------------------------------------------------------------------- */

static void assert_report_has(const report_case *row, const char *part) {
    jsonlog_report *report = report_on(row);
    if (strstr(jsonlog_report_text(report), part) == NULL)
        fail_msg("wanted:\n%s\nin:\n%s", part, jsonlog_report_text(report));
    jsonlog_report_free(report);
}

static void a_bad_pattern_is_shown_with_a_caret(void **state) {
    (void)state;
    const report_case one = {JSONLOG_EXPECT_MATCH, INFO, {"{ $.a = a:b }"}, 0, NULL};
    assert_report_has(&one, "the pattern does not compile: Invalid character(s) in term ':'");
    assert_report_has(&one, "\n  { $.a = a:b }\n           ^\n");
    const report_case two = {JSONLOG_EXPECT_NONE, INFO, {"{ $.n = 1 }", "{ $.a = a:b }"}, 0, NULL};
    assert_report_has(&two, "pattern 2 does not compile: Invalid");
}

static void what_steers_a_terminal_is_escaped(void **state) {
    (void)state;
    const report_case row = {JSONLOG_EXPECT_MATCH,
                             "a\tb \x1b[31mred \xE2\x80\xAE"
                             "bidi \xff\n",
                             {"%never%"},
                             0,
                             NULL};
    assert_report_has(&row, "> 1  a b \\u001b[31mred \\u202ebidi \xEF\xBF\xBD\n");
    const report_case pattern = {JSONLOG_EXPECT_MATCH, "x", {"{ $.a = \"\x1b[2J\" }"}, 0, NULL};
    assert_report_has(&pattern, "matches { $.a = \"\\u001b[2J\" }\n");
}

static char *repeat(const char *unit, size_t times, const char *end) {
    const size_t len = strlen(unit);
    char *text = malloc(len * times + strlen(end) + 1);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * len, unit, len);
    strcpy(text + len * times, end);
    return text;
}

static void long_lines_are_cut_in_the_middle(void **state) {
    (void)state;
    char *whole = repeat("a", 160, "");
    char *longer = repeat("a", 2000, "the end");
    char *wide = repeat("\xEC\x9D\xB8", 81, ""); /* 162 columns */
    const report_case at_limit = {JSONLOG_EXPECT_MATCH, whole, {"x"}, 0, NULL};
    const report_case beyond = {JSONLOG_EXPECT_MATCH, longer, {"x"}, 0, NULL};
    const report_case hangul = {JSONLOG_EXPECT_MATCH, wide, {"x"}, 0, NULL};
    char *shown = repeat("a", 160, "\n");
    assert_report_has(&at_limit, shown);
    assert_report_has(&beyond, "aaa …[1880 bytes]… aaa");
    assert_report_has(&beyond, "aathe end\n");
    /* 85 columns are 42 letters, and 42 columns 21: 18 letters of three bytes are left out. */
    assert_report_has(&hangul, "\xEC\x9D\xB8 …[54 bytes]… \xEC\x9D\xB8");
    free(shown);
    free(whole);
    free(longer);
    free(wide);
}

static void of_many_lines_the_ones_in_question_are_shown(void **state) {
    (void)state;
    char *before = repeat("{\"n\":1}\n", 500, "{\"n\":2}\n");
    char *all = repeat(before, 2, "");
    const report_case row = {JSONLOG_EXPECT_NONE, all, {"{ $.n = 2 }"}, 0, NULL};
    assert_report_has(&row, "1002 lines captured, 2 match: lines 501, 1002.");
    assert_report_has(&row, "     4  {\"n\":1}\n"
                            "  … 496 lines left out\n"
                            ">  501  {\"n\":2}\n"
                            "  … 486 lines left out\n"
                            "   988  {\"n\":1}\n");
    assert_report_has(&row, "> 1002  {\"n\":2}\n");
    const report_case many = {JSONLOG_EXPECT_NONE, all, {"{ $.n = 1 }"}, 0, NULL};
    assert_report_has(&many, "1000 match: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, "
                             "16, 17, 18, 19, 20 and 980 more. Why line 1:\n");
    free(all);
    free(before);
}

static void nothing_is_reported_of_nothing(void **state) {
    (void)state;
    assert_string_equal(jsonlog_report_text(NULL), "");
    jsonlog_report_free(NULL);
}

/* ---- without memory -------------------------------------------------------------------------- */

static bool is_whole(const char *text) {
    return strncmp(text, "expected ", 9) == 0 && strstr(text, "captured:\n") != NULL;
}

/* @return whether an allocation failed. */
static bool expect_with(size_t fail_after, jsonlog_capture *capture,
                        const jsonlog_expectation *expectation) {
    jsonlog_report *report = NULL;
    const size_t alive = heap_alive;
    heap.calls = 0;
    heap.fail_after = fail_after;
    assert_false(jsonlog_expect(capture, expectation, &report));
    const bool has_failed = heap.calls > fail_after;
    heap.fail_after = SIZE_MAX;
    assert_true(report == NULL || is_whole(jsonlog_report_text(report)));
    assert_true(has_failed || report != NULL);
    jsonlog_report_free(report);
    assert_int_equal(heap_alive, alive);
    return has_failed;
}

/* Whichever allocation fails, there is no false success, and a report is whole or not there. */
static void each_allocation_may_fail(void **state) {
    (void)state;
    jsonlog_capture *capture = jsonlog_capture_new();
    jsonlog_capture_feed(capture, INFO "\n" ERROR, strlen(INFO "\n" ERROR));
    const char *const patterns[] = {"{ $.logType = \"ERROR\" && $.n = 3 }"};
    jsonlog_expectation match = JSONLOG_EXPECTATION_INIT;
    match.patterns = patterns;
    match.pattern_count = 1;
    jsonlog_expectation quiet = JSONLOG_EXPECTATION_INIT;
    quiet.kind = JSONLOG_EXPECT_QUIET;
    expect_with(SIZE_MAX, capture, &match); /* whatever is made at first use is there then */
    for (size_t n = 0; expect_with(n, capture, &match); n++)
        ;
    for (size_t n = 0; expect_with(n, capture, &quiet); n++)
        ;
    jsonlog_capture_stop(capture);
}

int main(void) {
    if (!install_thread_allocator())
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_report),
        cmocka_unit_test(a_bad_pattern_is_shown_with_a_caret),
        cmocka_unit_test(what_steers_a_terminal_is_escaped),
        cmocka_unit_test(long_lines_are_cut_in_the_middle),
        cmocka_unit_test(of_many_lines_the_ones_in_question_are_shown),
        cmocka_unit_test(nothing_is_reported_of_nothing),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
