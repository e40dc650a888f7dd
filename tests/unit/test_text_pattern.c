#include "filter/text_pattern.h"

#include <jsonlog/filter.h>

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Refused patterns stand in tests/data/filter/errors.jsonl, matches in vectors.jsonl. */

static counted_heap memory = {.fail_after = SIZE_MAX};

static void list_terms(const char *pattern, char *out) {
    char scratch[JSONLOG_PATTERN_MAX];
    jl_text_program *program = NULL;
    jsonlog_err err;
    if (jl_text_compile(jl_text_of(pattern), scratch, &program, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    out += sprintf(out, "%s", program->is_choice ? "one of" : "all of");
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        out += sprintf(out, " %c<%.*s|%.*s>", "+-?"[term->kind], (int)term -> text.len,
                       term->text.ptr, (int)term->source.len, term->source.ptr);
    }
    jl_text_program_free(program);
}

static void reads_terms(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *terms;
    } cases[] = {
        {"a", "all of +<a|a>"},
        {" a \t b.c_1\n", "all of +<a|a> +<b.c_1|b.c_1>"},
        {"a-b?c", "all of +<a|a> -<b|-b> ?<c|?c>"},
        {"?a ?\"b c\"", "one of ?<a|?a> ?<b c|?\"b c\">"},
        {"?a b", "all of ?<a|?a> +<b|b>"},
        {"- \"x\"", "all of -<x|- \"x\">"},
        {"\"\\\"\\\\\\n*\"", "all of +<\"\\\\n*|\"\\\"\\\\\\n*\">"},
        {"\" \"", "all of +< |\" \">"},
        {"\"a\"-\"b\"", "all of +<a|\"a\"> -<b|-\"b\">"},
        {"caf\xc3\xa9", "all of +<caf\xc3\xa9|caf\xc3\xa9>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char terms[512] = "";
        list_terms(cases[i].pattern, terms);
        assert_string_equal(terms, cases[i].terms);
    }
}

static jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    return filter;
}

static void takes_the_largest_patterns(void **state) {
    (void)state;
    static const char *const units[] = {"a ", "a-", "\"b\" ", "a?", " -a"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char pattern[JSONLOG_PATTERN_MAX + 1] = "";
        while (strlen(pattern) + strlen(units[i]) < JSONLOG_PATTERN_MAX)
            strcat(pattern, units[i]);
        strcat(pattern, "a");
        jsonlog_filter *filter = compile(pattern);
        assert_int_equal(jsonlog_filter_get_kind(filter), JSONLOG_FILTER_TEXT);
        jsonlog_filter_match(filter, "ab", 2);
        jsonlog_filter_free(filter);
    }
}

static void matches_bytes(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jl_text line;
        bool is_match;
    } cases[] = {
        {"b", {"a\0b", 3}, true},      {"b", {NULL, 0}, false},      {"-b", {NULL, 0}, true},
        {"abc", {"ab", 2}, false},     {"-a -b", {"c", 1}, true},    {"-a -b", {"cb", 2}, false},
        {"?a ?b", {"b", 1}, true},     {"?a ?b", {"c", 1}, false},   {"?a -b", {"c", 1}, true},
        {"x", {"\xff\xfex", 3}, true}, {"%^a+$%", {"aaa", 3}, true}, {"%^a+$%", {NULL, 0}, false},
        {"%^$%", {NULL, 0}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        const size_t calls = memory.calls;
        if (jsonlog_filter_match(filter, cases[i].line.ptr, cases[i].line.len) != cases[i].is_match)
            fail_msg("%s: case %zu", cases[i].pattern, i);
        assert_int_equal(memory.calls, calls);
        jsonlog_filter_free(filter);
    }
}

static void explains_each_term(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *line;
        const char *text;
    } cases[] = {
        {"ERROR -timeout \"a b\"", "ERROR timeout",
         "no match: ERROR -timeout \"a b\"\n"
         "  yes  ERROR      the line contains ERROR\n"
         "  no   -timeout   the line contains timeout\n"
         "  no   \"a b\"      the line does not contain \"a b\""},
        {"?a b", "b",
         "match: ?a b\n"
         "  no   ?a   the line does not contain a; it is ignored, because '?' counts only if every "
         "term has it\n"
         "  yes  b    the line contains b"},
        {"%a+%", "xaay", "match: %a+%\n  yes  %a+%   the expression matches in the line"},
        {"%a+%", "x", "no match: %a+%\n  no   %a+%   the expression matches nowhere in the line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        jsonlog_explanation *explanation = NULL;
        assert_int_equal(
            jsonlog_filter_explain(filter, cases[i].line, strlen(cases[i].line), &explanation),
            JSONLOG_OK);
        assert_string_equal(jsonlog_explanation_text(explanation), cases[i].text);
        assert_null(jsonlog_explanation_get(explanation, 0)->selector);
        assert_null(jsonlog_explanation_get(explanation, 0)->value);
        jsonlog_explanation_free(explanation);
        jsonlog_filter_free(filter);
    }
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    static const char *const patterns[] = {"a -b \"c\"", "%a+b%", "a \"", "%a"};
    const size_t alive = memory.alive;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        jsonlog_status status = JSONLOG_E_NOMEM;
        for (size_t failures = 0; status == JSONLOG_E_NOMEM; failures++) {
            jsonlog_filter *filter = NULL;
            memory.calls = 0;
            memory.fail_after = failures;
            status = jsonlog_filter_compile(patterns[i], strlen(patterns[i]), &filter, NULL);
            assert_int_equal(filter == NULL, status != JSONLOG_OK);
            jsonlog_filter_free(filter);
            assert_int_equal(memory.alive, alive);
        }
        memory.fail_after = SIZE_MAX;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_terms),
        cmocka_unit_test(takes_the_largest_patterns),
        cmocka_unit_test(matches_bytes),
        cmocka_unit_test(explains_each_term),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
