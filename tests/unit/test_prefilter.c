#include "filter/prefilter.h"
#include "filter/program.h"
#include "support/find_plainly.h"
#include "support/test_random.h"

#include <jsonlog/filter.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    assert_int_equal(jsonlog_filter_compile(pattern, strlen(pattern), &filter, NULL), JSONLOG_OK);
    return filter;
}

static void knows_what_a_match_must_hold(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *needles[JL_PREFILTER_NEEDLES];
    } cases[] = {
        {"{ $.a = ERROR }", {"\"ERROR\""}},
        {"{ $.a = \"DA0001*\" }", {"\"DA0001"}},
        {"{ $.a = \"*timeout\" }", {"timeout\""}},
        {"{ $.a = \"*인증실패*\" }", {"인증실패"}},
        {"{ $.a = \"x*much longer*y\" }", {"much longer"}},
        {"{ $.a[*].b = GET }", {"\"GET\""}},
        {"{ $.a IS TRUE }", {"true"}},
        {"{ $.a IS FALSE }", {"false"}},
        /* the better side of an AND, both sides of an OR */
        {"{ $.n > 3 && $.a = ERROR }", {"\"ERROR\""}},
        {"{ $.a = ERROR || $.b = WARN }", {"\"ERROR\"", "\"WARN\""}},
        {"{ ($.a = ERROR || $.n > 3) && $.b = WARN }", {"\"WARN\""}},
        {"{ $.a = ERROR || $.n > 3 }", {NULL}},
        {"{ $.a = A1 || $.a = A2 || $.a = A3 || $.a = A4 }", {NULL}},
        /* what can be spelled another way, or is a number's text as well */
        {"{ $.a = \"200\" }", {NULL}},
        {"{ $.a = \"1.0E9\" }", {NULL}},
        {"{ $.a = \"*E*\" }", {NULL}},
        {"{ $.a = 200 }", {NULL}},
        {"{ $.a = \"/v1/users\" }", {"users\""}},
        {"{ $.a = \"say \\\"hello\\\" now\" }", {"hello"}},
        {"{ $.a = \"\xef\xbf\xbd tail\" }", {NULL}},
        /* what is true of lines that hold nothing */
        {"{ $.a != ERROR }", {NULL}},
        {"{ $.a NOT EXISTS }", {NULL}},
        {"{ $.a IS NULL }", {NULL}},
        {"{ $.a = %ERROR% }", {NULL}},
        {"{ $.a = * }", {NULL}},
        {"ERROR -timeout", {"ERROR"}},
        {"?ERROR ?WARN", {"ERROR", "WARN"}},
        {"?ERROR WARN", {"WARN"}},
        {"-ERROR", {NULL}},
        {"E", {NULL}},
        {"[a, b]", {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        const jl_prefilter *prefilter = &filter->prefilter;
        size_t count = 0;
        while (count < JL_PREFILTER_NEEDLES && cases[i].needles[count] != NULL)
            count++;
        if (prefilter->count != count)
            fail_msg("%s: %zu needles", cases[i].pattern, prefilter->count);
        for (size_t n = 0; n < count; n++) {
            assert_int_equal(prefilter->needles[n].len, strlen(cases[i].needles[n]));
            assert_memory_equal(prefilter->needles[n].bytes, cases[i].needles[n],
                                prefilter->needles[n].len);
        }
        jsonlog_filter_free(filter);
    }
}

static void other_spellings_hide_nothing(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *line;
        bool matches;
    } cases[] = {
        {"{ $.a = ERROR }", "{\"a\":\"\\u0045RROR\"}", true},
        {"{ $.a = ERROR }", "{\"a\":\"ERRO\\u0052\"}", true},
        {"{ $.a = \"*인증*\" }", "{\"a\":\"x\\uc778\\uc99dy\"}", true},
        {"{ $.a = \"*인증*\" }", "{\"a\":\"x인\\uc99dy\"}", true},
        {"{ $.a = \"/v1/users\" }", "{\"a\":\"\\/v1\\/users\"}", true},
        {"{ $.a = ERROR }", "{\"a\":\"\\\\u0045RROR\"}", false},
        {"{ $.a = ERROR }", "{\"b\":\"ERROR\",\"a\":\"ERRO\"}", false},
        {"{ $.a = ERROR }", "{\"a\":\"ERROR\",\"a\":1}", false},
        {"{ $.a = ERROR }", "{\"a\":\"ERROR\"", false},
        /* keys, which are sieved before they are compared */
        {"{ $.['\xef\xbf\xbdk'] = 1 }", "{\"\xffk\":1}", true},
        {"{ $.key = 1 }", "{\"\\u006bey\":1}", true},
        {"{ $.key = 1 }", "{\"kay\":1}", false},
        {"{ $.key = 1 }", "{\"\":2,\"key\":1}", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        if (jsonlog_filter_match(filter, cases[i].line, strlen(cases[i].line)) != cases[i].matches)
            fail_msg("%s on %s", cases[i].pattern, cases[i].line);
        jsonlog_filter_free(filter);
    }
}

/* ---- many lines at once ---- */

static size_t random_lines(test_random *random, char *out, size_t size) {
    static const char *const pieces[] = {
        "{\"a\":\"ERROR\"}",
        "{\"a\":\"\\u0045RROR\"}",
        "{\"a\":1,\"b\":\"ERROR\"}",
        "ERROR",
        "\n",
        "\n",
        "{\"n\":7}",
        "\r\n",
        "",
        "x",
    };
    size_t len = 0;
    for (size_t n = test_random_below(random, 30); n > 0; n--) {
        const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof *pieces)];
        len += (size_t)snprintf(out + len, size - len, "%s", piece);
    }
    return len;
}

static void finds_what_asking_line_by_line_finds(void **state) {
    (void)state;
    static const char *const patterns[] = {
        "{ $.a = ERROR }",
        "{ $.n > 3 }",
        "{ $.a = ERROR || $.b = ERROR }",
        "ERROR",
        "-ERROR",
        "",
        "[x]",
        "%RR%",
    };
    test_random random = {3};
    const size_t rounds = test_effort(20000);
    size_t hits = 0;
    for (size_t round = 0; round < rounds; round++) {
        char text[1024];
        const size_t len = random_lines(&random, text, sizeof text);
        jsonlog_filter *filter = compile(patterns[round % (sizeof patterns / sizeof *patterns)]);
        const char *at = text, *plain_at = text, *line;
        size_t found = 0, expected = 0;
        do {
            line = jsonlog_filter_find(filter, &at, text + len, &found);
            assert_ptr_equal(line, find_plainly(filter, &plain_at, text + len, &expected));
            assert_ptr_equal(at, plain_at);
            assert_true(line == NULL || found == expected);
            hits += line != NULL;
        } while (line != NULL);
        assert_ptr_equal(at, text + len);
        jsonlog_filter_free(filter);
    }
    assert_true(hits > rounds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_a_match_must_hold),
        cmocka_unit_test(other_spellings_hide_nothing),
        cmocka_unit_test(finds_what_asking_line_by_line_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
