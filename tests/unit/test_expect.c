#include <jsonlog/capture.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define PATTERNS_MAX 4

/* ---- verdicts -------------------------------------------------------------------------------- */

#define ONE   "{\"logType\":\"INFO\",\"n\":1}\n"
#define TWO   "{\"logType\":\"WARN\",\"n\":2}\n"
#define THREE "{\"logType\":\"ERROR\",\"n\":3}\n"

typedef struct verdict_case {
    const char *name;
    jsonlog_expect_kind kind;
    const char *lines;
    const char *patterns[PATTERNS_MAX];
    size_t count;
    bool holds;
} verdict_case;

static const verdict_case verdict_cases[] = {
    {"match", JSONLOG_EXPECT_MATCH, ONE TWO, {"{ $.n = 2 }"}, 0, true},
    {"match on the last line", JSONLOG_EXPECT_MATCH, ONE TWO THREE, {"{ $.n = 3 }"}, 0, true},
    {"no match", JSONLOG_EXPECT_MATCH, ONE TWO, {"{ $.n = 3 }"}, 0, false},
    {"no lines", JSONLOG_EXPECT_MATCH, "", {"{ $.n = 3 }"}, 0, false},
    {"all match", JSONLOG_EXPECT_MATCH, ONE TWO, {"{ $.n = 2 }", "{ $.n = 1 }"}, 0, true},
    {"one of two matches", JSONLOG_EXPECT_MATCH, ONE, {"{ $.n = 1 }", "{ $.n = 2 }"}, 0, false},
    {"one line may match all", JSONLOG_EXPECT_MATCH, ONE, {"{ $.n = 1 }", "{ $.n < 2 }"}, 0, true},
    {"the empty pattern matches any line", JSONLOG_EXPECT_MATCH, "text", {""}, 0, true},

    {"count 0", JSONLOG_EXPECT_COUNT, ONE, {"{ $.n = 2 }"}, 0, true},
    {"count 2", JSONLOG_EXPECT_COUNT, ONE TWO THREE, {"{ $.n >= 2 }"}, 2, true},
    {"too few", JSONLOG_EXPECT_COUNT, ONE TWO, {"{ $.n >= 2 }"}, 2, false},
    {"too many", JSONLOG_EXPECT_COUNT, ONE TWO THREE, {"{ $.n >= 2 }"}, 1, false},

    {"none", JSONLOG_EXPECT_NONE, ONE TWO, {"{ $.n = 3 }"}, 0, true},
    {"none of no lines", JSONLOG_EXPECT_NONE, "", {"{ $.n = 3 }"}, 0, true},
    {"one too many", JSONLOG_EXPECT_NONE, ONE TWO, {"{ $.n = 1 }"}, 0, false},
    {"the second pattern", JSONLOG_EXPECT_NONE, ONE, {"{ $.n = 2 }", "{ $.n = 1 }"}, 0, false},

    {"in order", JSONLOG_EXPECT_ORDER, ONE TWO THREE, {"{ $.n = 1 }", "{ $.n = 3 }"}, 0, true},
    {"wrong order", JSONLOG_EXPECT_ORDER, ONE TWO THREE, {"{ $.n = 3 }", "{ $.n = 1 }"}, 0, false},
    {"a line of its own", JSONLOG_EXPECT_ORDER, ONE, {"{ $.n = 1 }", "{ $.n = 1 }"}, 0, false},
    {"twice the same", JSONLOG_EXPECT_ORDER, ONE TWO ONE, {"{ $.n = 1 }", "{ $.n = 1 }"}, 0, true},
    {"earliest first", JSONLOG_EXPECT_ORDER, ONE TWO, {"{ $.n > 0 }", "{ $.n = 2 }"}, 0, true},
    {"only the first", JSONLOG_EXPECT_ORDER, ONE, {"{ $.n = 1 }", "{ $.n = 2 }"}, 0, false},

    {"only these", JSONLOG_EXPECT_ONLY, TWO ONE ONE, {"{ $.n = 1 }", "{ $.n = 2 }"}, 0, true},
    {"a stray", JSONLOG_EXPECT_ONLY, ONE THREE TWO, {"{ $.n = 1 }", "{ $.n = 2 }"}, 0, false},
    {"a missing one", JSONLOG_EXPECT_ONLY, ONE, {"{ $.n = 1 }", "{ $.n = 2 }"}, 0, false},
    {"nothing expected, nothing there", JSONLOG_EXPECT_ONLY, "", {NULL}, 0, true},
    {"nothing expected", JSONLOG_EXPECT_ONLY, ONE, {NULL}, 0, false},

    {"quiet", JSONLOG_EXPECT_QUIET, ONE TWO "free text ERROR\n", {NULL}, 0, true},
    {"not quiet", JSONLOG_EXPECT_QUIET, ONE THREE, {NULL}, 0, false},
    {"fatal", JSONLOG_EXPECT_QUIET, "{\"logType\":\"FATAL\"}", {NULL}, 0, false},
    {"critical", JSONLOG_EXPECT_QUIET, "{\"levelname\":\"CRITICAL\"}", {NULL}, 0, false},
    {"level", JSONLOG_EXPECT_QUIET, "{\"level\":\"ERROR\"}", {NULL}, 0, false},
    {"lower case", JSONLOG_EXPECT_QUIET, "{\"level\":\"error\"}", {NULL}, 0, false},
    {"Google Cloud", JSONLOG_EXPECT_QUIET, "{\"severity\":\"EMERGENCY\"}", {NULL}, 0, false},
    {"ECS, flat", JSONLOG_EXPECT_QUIET, "{\"log.level\":\"error\"}", {NULL}, 0, false},
    {"ECS", JSONLOG_EXPECT_QUIET, "{\"log\":{\"level\":\"error\"}}", {NULL}, 0, false},
    {"OpenTelemetry", JSONLOG_EXPECT_QUIET, "{\"SeverityText\":\"FATAL\"}", {NULL}, 0, false},
    {"a field is no level", JSONLOG_EXPECT_QUIET, "{\"status\":\"ERROR\"}", {NULL}, 0, true},
};

static bool judge(jsonlog_capture *capture, const verdict_case *row, jsonlog_report **report) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = row->kind;
    expectation.patterns = row->patterns;
    while (expectation.pattern_count < PATTERNS_MAX &&
           row->patterns[expectation.pattern_count] != NULL)
        expectation.pattern_count++;
    expectation.count = row->count;
    return jsonlog_expect(capture, &expectation, report);
}

static void check_verdict(const verdict_case *row) {
    jsonlog_capture *capture = jsonlog_capture_new();
    assert_int_equal(jsonlog_capture_feed(capture, row->lines, strlen(row->lines)), JSONLOG_OK);
    jsonlog_report *report = NULL;
    const bool holds = judge(capture, row, &report);
    if (holds != row->holds)
        fail_msg("%s: got %d\n%s", row->name, holds, jsonlog_report_text(report));
    assert_true((report == NULL) == holds);
    assert_int_equal(judge(capture, row, NULL), holds);
    jsonlog_report_free(report);
    jsonlog_capture_stop(capture);
}

static void each_kind_has_its_verdict(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof verdict_cases / sizeof verdict_cases[0]; i++)
        check_verdict(&verdict_cases[i]);
}

static void short_forms_are_the_long_ones(void **state) {
    (void)state;
    jsonlog_capture *capture = jsonlog_capture_new();
    jsonlog_capture_feed(capture, ONE TWO, strlen(ONE TWO));
    assert_true(jsonlog_expect_match(capture, "{ $.n = 1 }", NULL));
    assert_false(jsonlog_expect_match(capture, "{ $.n = 3 }", NULL));
    assert_true(jsonlog_expect_count(capture, "{ $.n = * }", 2, NULL));
    assert_false(jsonlog_expect_count(capture, "{ $.n = * }", 1, NULL));
    assert_true(jsonlog_expect_none(capture, "{ $.n = 3 }", NULL));
    assert_false(jsonlog_expect_none(capture, "{ $.n = 2 }", NULL));
    jsonlog_capture_stop(capture);
}

/* ---- wrong use ------------------------------------------------------------------------------- */

static void assert_misuse(jsonlog_capture *capture, const jsonlog_expectation *expectation,
                          const char *text) {
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect(capture, expectation, &report));
    assert_non_null(report);
    assert_non_null(strstr(jsonlog_report_text(report), text));
    jsonlog_report_free(report);
    assert_false(jsonlog_expect(capture, expectation, NULL));
}

static void what_makes_no_sense_fails(void **state) {
    (void)state;
    jsonlog_capture *capture = jsonlog_capture_new();
    const char *const patterns[] = {"{ $.n = 1 }", NULL};
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    assert_misuse(NULL, &expectation, "capture is NULL");
    assert_misuse(capture, NULL, "expectation is NULL");
    assert_misuse(capture, &expectation, "has no pattern");
    expectation.pattern_count = 1;
    assert_misuse(capture, &expectation, "a pattern is NULL");
    expectation.patterns = patterns;
    expectation.pattern_count = 2;
    assert_misuse(capture, &expectation, "a pattern is NULL");
    expectation.kind = JSONLOG_EXPECT_COUNT;
    assert_misuse(capture, &expectation, "exactly one pattern");
    expectation.kind = JSONLOG_EXPECT_QUIET;
    assert_misuse(capture, &expectation, "takes no pattern");
    expectation.kind = (jsonlog_expect_kind)6;
    assert_misuse(capture, &expectation, "no known kind");
    expectation.kind = JSONLOG_EXPECT_MATCH;
    expectation.size = 1;
    assert_misuse(capture, &expectation, "wrong size");
    jsonlog_capture_stop(capture);
}

static void a_bad_pattern_fails_every_kind(void **state) {
    (void)state;
    jsonlog_capture *capture = jsonlog_capture_new();
    const jsonlog_expect_kind kinds[] = {JSONLOG_EXPECT_MATCH, JSONLOG_EXPECT_COUNT,
                                         JSONLOG_EXPECT_NONE, JSONLOG_EXPECT_ORDER,
                                         JSONLOG_EXPECT_ONLY};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const verdict_case row = {.kind = kinds[i], .patterns = {"{ $.a = a:b }"}};
        jsonlog_report *report = NULL;
        assert_false(judge(capture, &row, &report));
        assert_non_null(strstr(jsonlog_report_text(report), "does not compile"));
        jsonlog_report_free(report);
    }
    jsonlog_capture_stop(capture);
}

/* ---- what got lost --------------------------------------------------------------------------- */

static void a_capture_that_overflowed_proves_nothing(void **state) {
    (void)state;
    jsonlog_capture_options options = JSONLOG_CAPTURE_OPTIONS_INIT;
    options.limit_bytes = 200;
    jsonlog_capture *capture = jsonlog_capture_start(&options);
    assert_int_equal(jsonlog_capture_feed(capture, ONE, strlen(ONE)), JSONLOG_OK);
    assert_true(jsonlog_expect_match(capture, "{ $.n = 1 }", NULL));
    char big[300];
    memset(big, 'x', sizeof big);
    assert_int_equal(jsonlog_capture_feed(capture, big, sizeof big), JSONLOG_E_LIMIT);
    assert_int_equal(jsonlog_capture_count(capture), 1);
    for (size_t i = 0; i < sizeof verdict_cases / sizeof verdict_cases[0]; i++)
        assert_false(judge(capture, &verdict_cases[i], NULL));
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect_match(capture, "{ $.n = 1 }", &report));
    assert_string_equal(jsonlog_report_text(report),
                        "expected a line that matches { $.n = 1 }\n"
                        "nothing can be said, for the capture is incomplete: 1 line did not fit "
                        "into its 200 bytes\n"
                        "captured:\n"
                        "  1  {\"logType\":\"INFO\",\"n\":1}\n");
    jsonlog_report_free(report);
    jsonlog_capture_clear(capture);
    assert_true(jsonlog_expect_none(capture, "{ $.n = 1 }", NULL));
    jsonlog_capture_stop(capture);
}

/* ---- waiting --------------------------------------------------------------------------------- */

typedef struct writer {
    jsonlog_capture *capture;
    const char *lines;
    unsigned after_ms;
} writer;

static void sleep_ms(unsigned ms) {
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static void *write_later(void *argument) {
    const writer *self = argument;
    sleep_ms(self->after_ms);
    jsonlog_capture_feed(self->capture, self->lines, strlen(self->lines));
    return NULL;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef struct wait_case {
    const char *name;
    jsonlog_expect_kind kind;
    const char *before, *later; /* what is there, and what comes after 60 ms */
    const char *patterns[PATTERNS_MAX];
    size_t count;
    unsigned within_ms;
    bool holds;
    bool waits_to_the_end;
} wait_case;

static const wait_case wait_cases[] = {
    {"comes", JSONLOG_EXPECT_MATCH, ONE, TWO, {"{ $.n = 2 }"}, 0, 10000, true, false},
    {"is there", JSONLOG_EXPECT_MATCH, ONE, TWO, {"{ $.n = 1 }"}, 0, 10000, true, false},
    {"never comes", JSONLOG_EXPECT_MATCH, ONE, TWO, {"{ $.n = 3 }"}, 0, 200, false, true},
    {"order",
     JSONLOG_EXPECT_ORDER,
     ONE,
     TWO,
     {"{ $.n = 1 }", "{ $.n = 2 }"},
     0,
     10000,
     true,
     false},
    {"stays away", JSONLOG_EXPECT_NONE, ONE, TWO, {"{ $.n = 3 }"}, 0, 200, true, true},
    {"turns up", JSONLOG_EXPECT_NONE, ONE, TWO, {"{ $.n = 2 }"}, 0, 10000, false, false},
    {"stays quiet", JSONLOG_EXPECT_QUIET, ONE, TWO, {NULL}, 0, 200, true, true},
    {"error turns up", JSONLOG_EXPECT_QUIET, ONE, THREE, {NULL}, 0, 10000, false, false},
    {"one too many", JSONLOG_EXPECT_COUNT, ONE, ONE ONE, {"{ $.n = 1 }"}, 2, 10000, false, false},
    {"just enough", JSONLOG_EXPECT_COUNT, ONE, ONE, {"{ $.n = 1 }"}, 2, 200, true, true},
    {"too few", JSONLOG_EXPECT_COUNT, ONE, TWO, {"{ $.n = 1 }"}, 2, 200, false, true},
    {"stray", JSONLOG_EXPECT_ONLY, ONE, TWO, {"{ $.n = 1 }"}, 0, 10000, false, false},
    {"all there in the end",
     JSONLOG_EXPECT_ONLY,
     ONE,
     TWO,
     {"{ $.n = 1 }", "{ $.n = 2 }"},
     0,
     200,
     true,
     true},
};

static void check_wait(const wait_case *row) {
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = row->kind;
    expectation.patterns = row->patterns;
    while (expectation.pattern_count < PATTERNS_MAX &&
           row->patterns[expectation.pattern_count] != NULL)
        expectation.pattern_count++;
    expectation.count = row->count;
    expectation.within_ms = row->within_ms;
    writer later = {jsonlog_capture_new(), row->later, 60};
    jsonlog_capture_feed(later.capture, row->before, strlen(row->before));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_later, &later), 0);
    const double start = seconds();
    const bool holds = jsonlog_expect(later.capture, &expectation, NULL);
    const double took = seconds() - start;
    pthread_join(thread, NULL);
    jsonlog_capture_stop(later.capture);
    if (holds != row->holds || (took * 1000 >= row->within_ms) != row->waits_to_the_end)
        fail_msg("%s: %d after %.3f s", row->name, holds, took);
}

static void expectations_wait(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wait_cases / sizeof wait_cases[0]; i++)
        check_wait(&wait_cases[i]);
}

/* A line that was cleared while it was waited for does not count. */
static void *clear_and_write(void *argument) {
    const writer *self = argument;
    sleep_ms(self->after_ms);
    jsonlog_capture_clear(self->capture);
    jsonlog_capture_feed(self->capture, self->lines, strlen(self->lines));
    return NULL;
}

static void clearing_starts_the_judgement_over(void **state) {
    (void)state;
    const char *const patterns[] = {"{ $.n = 1 }", "{ $.n = 2 }"};
    jsonlog_expectation expectation = JSONLOG_EXPECTATION_INIT;
    expectation.kind = JSONLOG_EXPECT_ORDER;
    expectation.patterns = patterns;
    expectation.pattern_count = 2;
    expectation.within_ms = 200;
    writer later = {jsonlog_capture_new(), TWO, 60};
    jsonlog_capture_feed(later.capture, ONE, strlen(ONE));
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, clear_and_write, &later), 0);
    jsonlog_report *report = NULL;
    assert_false(jsonlog_expect(later.capture, &expectation, &report));
    pthread_join(thread, NULL);
    assert_non_null(strstr(jsonlog_report_text(report),
                           "1 line captured within 200 ms, none matches pattern 1"));
    jsonlog_report_free(report);
    jsonlog_capture_stop(later.capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_verdict),
        cmocka_unit_test(short_forms_are_the_long_ones),
        cmocka_unit_test(what_makes_no_sense_fails),
        cmocka_unit_test(a_bad_pattern_fails_every_kind),
        cmocka_unit_test(a_capture_that_overflowed_proves_nothing),
        cmocka_unit_test(expectations_wait),
        cmocka_unit_test(clearing_starts_the_judgement_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
