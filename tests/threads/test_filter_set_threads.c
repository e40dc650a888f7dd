/**
 * Threads share one set, each with its own verdicts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/filter_set.h>

#include "support/test_random.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 4 };

static const char *const patterns[] = {"{ $.a = \"first\" }", "ERROR",      "{ $.n > 2 }",
                                       "{ $.b.* = \"x\" }",   "[one, two]", "%E+%"};

enum { PATTERNS = sizeof patterns / sizeof *patterns };

static const struct {
    const char *line;
    uint64_t matches;
} lines[] = {
    {"{\"a\":\"first\",\"n\":3}", 1 | 4},
    {"{\"a\":\"\\u0066irst\",\"b\":{\"k\":\"x\"}}", 1 | 8},
    {"ERROR twice", 2 | 16 | 32},
    {"nothing", 0},
};

static void *match_often(void *context) {
    const jsonlog_filter_set *set = context;
    size_t wrong = 0;
    for (size_t i = 0; i < test_effort(5000); i++) {
        const size_t n = i % (sizeof lines / sizeof *lines);
        uint64_t matches[JSONLOG_FILTER_SET_WORDS(PATTERNS)];
        jsonlog_filter_set_match(set, lines[n].line, strlen(lines[n].line), matches);
        wrong += matches[0] != lines[n].matches;
    }
    return wrong == 0 ? NULL : context;
}

static void threads_share_a_set(void **state) {
    (void)state;
    jsonlog_filter_set *set = NULL;
    pthread_t threads[THREADS];
    assert_int_equal(jsonlog_filter_set_compile(patterns, PATTERNS, &set, NULL, NULL), JSONLOG_OK);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, match_often, set), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    jsonlog_filter_set_free(set);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_share_a_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
