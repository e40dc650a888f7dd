/*
 * 510 patterns that people have put into public infrastructure code. Each is compiled, or refused
 * with the message of its fault, and what compiles gives both verdicts on lines made from it.
 *
 * One is refused by a decision of ours: `srcAddr=%{172\.16\.}.*?%`, with a brace where it can be no
 * repeat. Some engines read it as a literal, others refuse it; see regex_parse.c.
 */
#include <jsonlog/filter.h>

#include "support/line_sampler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 3000

/* Patterns that have one verdict only. */
static const struct {
    const char *pattern;
    bool verdict; /* the only one */
    const char *reason;
} one_sided[] = {
    {"", true, "an empty pattern matches every line"},
    {" ", true, "a blank pattern matches every line"},
    {"[]", true, "no field is asked for, so the empty line has enough tokens too"},
    {"[...]", true, "`...` takes any number of tokens, none too"},
};

typedef struct tally {
    size_t compiled, refused, one_sided;
} tally;

static const char *text_of(const cJSON *entry, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name));
}

/* 1 or 0: the only verdict; -1: it has both. */
static int only_verdict(const char *pattern) {
    for (size_t i = 0; i < sizeof one_sided / sizeof *one_sided; i++) {
        if (strcmp(one_sided[i].pattern, pattern) == 0)
            return one_sided[i].verdict;
    }
    return -1;
}

static bool gives(const jsonlog_filter *filter, bool verdict) {
    bool is_given = false;
    for (size_t attempt = 0; attempt < ATTEMPTS_MAX && !is_given; attempt++) {
        char *line = sample_line(filter, verdict, attempt);
        is_given = jsonlog_filter_match(filter, line, strlen(line)) == verdict;
        free(line);
    }
    return is_given;
}

static void check_verdicts(const char *pattern, const jsonlog_filter *filter, tally *counts) {
    const int only = only_verdict(pattern);
    for (int verdict = 0; verdict <= 1; verdict++) {
        const bool expected = only < 0 || only == verdict;
        if (gives(filter, verdict == 1) != expected)
            fail_msg("%s: verdict %d is %s", pattern, verdict, expected ? "not found" : "found");
    }
    counts->one_sided += only >= 0;
}

static void check_entry(const cJSON *entry, tally *counts) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    const char *pattern = text_of(entry, "pattern");
    const char *error = text_of(entry, "error");
    const jsonlog_status status = jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err);
    if ((status == JSONLOG_OK) != (error == NULL))
        fail_msg("%s: %s", pattern, error == NULL ? err.text : "is not refused");
    if (error == NULL) {
        counts->compiled++;
        check_verdicts(pattern, filter, counts);
        jsonlog_filter_free(filter);
        return;
    }
    counts->refused++;
    if (strncmp(err.text, error, strlen(error)) != 0)
        fail_msg("%s: says %s, not %s", pattern, err.text, error);
}

static void gives_both_verdicts(void **state) {
    (void)state;
    tally counts = {0};
    FILE *file = fopen(JSONLOG_TEST_DATA "/corpus/patterns.jsonl", "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *entry = cJSON_Parse(line);
        assert_non_null(entry);
        check_entry(entry, &counts);
        cJSON_Delete(entry);
    }
    free(line);
    fclose(file);
    print_message("%zu compile, %zu of them with one verdict only, %zu are refused\n",
                  counts.compiled, counts.one_sided, counts.refused);
    assert_int_equal(counts.compiled + counts.refused, 510);
    assert_int_equal(counts.one_sided, sizeof one_sided / sizeof *one_sided);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_both_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
