/**
 * What is found in a buffer by a text pattern is what asking line by line finds, whether a needle
 * alone decides, or the line is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jsonlog/filter.h>

#include "support/find_plainly.h"
#include "support/match_ways.h"
#include "support/test_random.h"

#include <string.h>

#define LONG_TERM "a_term_that_is_longer_than_a_needle_can_be"

static const char *const patterns[] = {
    "ERROR",
    "E",
    "ERROR timeout",
    "ERROR -timeout",
    "?ERROR ?timeout",
    "?ERROR ?" LONG_TERM,
    "?ERROR ?E",
    "ERROR ?timeout",
    "?ERROR -timeout",
    " -ERROR",
    LONG_TERM,
    LONG_TERM "_indeed",
    "\"ERROR\ntimeout\"",
    "?\"ERROR\n\" ?\"\ntimeout\"",
    "?one ?two ?three ?four ?ERROR",
    "\"two words\"",
};

static const char *const pieces[] = {"ERROR", "ERRO",  "timeout", "\n",        "\n",  " ",
                                     "E",     "words", "two",     LONG_TERM,   "\r",  "_indeed",
                                     "four",  "\n\n",  "two ",    "x_indeed ", "\\u", "one"};

static size_t random_lines(test_random *random, char *out, size_t size) {
    size_t len = 0;
    for (size_t n = test_random_below(random, 40); n > 0; n--) {
        const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof *pieces)];
        const size_t piece_len = strlen(piece);
        if (len + piece_len > size)
            break;
        memcpy(out + len, piece, piece_len);
        len += piece_len;
    }
    return len;
}

static size_t check(const jsonlog_filter *filter, const char *text, size_t len) {
    const char *at = text, *plain_at = text, *line = NULL;
    size_t found = 0, expected = 0, hits = 0;
    do {
        line = jsonlog_filter_find(filter, &at, text + len, &found);
        assert_ptr_equal(line, find_plainly(filter, &plain_at, text + len, &expected));
        assert_ptr_equal(at, plain_at);
        assert_true(line == NULL || found == expected);
        hits += line != NULL;
    } while (line != NULL);
    return hits;
}

static void find_in_random_lines(void) {
    test_random random = {20261123};
    const size_t rounds = test_effort(300);
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        jsonlog_filter *filter = NULL;
        size_t hits = 0;
        assert_int_equal(jsonlog_filter_compile(patterns[p], strlen(patterns[p]), &filter, NULL),
                         JSONLOG_OK);
        for (size_t round = 0; round < rounds; round++) {
            char text[1024];
            hits += check(filter, text, random_lines(&random, text, sizeof text));
        }
        /* No line holds a newline. */
        assert_int_equal(hits > 0, strchr(patterns[p], '\n') == NULL);
        jsonlog_filter_free(filter);
    }
}

static void finds_what_asking_line_by_line_finds(void **state) {
    (void)state;
    on_every_way(find_in_random_lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_asking_line_by_line_finds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
