#include "filter/bind.h"

#include "support/counted_heap.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* Bindings to vectors of the service stand in tests/data/filter/vectors.jsonl, as `extracted`. */

static counted_heap memory = {.fail_after = SIZE_MAX};

static jsonlog_filter *compile(const char *pattern) {
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    if (jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    return filter;
}

static bool matches(const char *pattern, const char *line, size_t len) {
    jsonlog_filter *filter = compile(pattern);
    const size_t calls = memory.calls;
    const bool is_match = jsonlog_filter_match(filter, line, len);
    assert_int_equal(memory.calls, calls);
    jsonlog_filter_free(filter);
    return is_match;
}

static bool list_token(jl_text reference, jl_text token, void *context) {
    char *out = context;
    sprintf(out + strlen(out), "%.*s=%.*s|", (int)reference.len, reference.ptr, (int)token.len,
            token.ptr);
    return true;
}

static void binds_tokens_to_names(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *line;
        const char *bound; /* NULL: too few tokens */
    } cases[] = {
        {"[]", "", ""},
        {"[ ]", "a b", "$1=a|$2=b|"},
        {"[...]", "a b", "$1=a|$2=b|"},
        {"[a]", "", NULL},
        {"[a]", " x", "$a=x|"},
        {"[a]", " x \"y\" ", "$a=x \"y\" |"},
        {"[a]", "\"x\" ", "$a=x|"},
        {"[,]", "x", NULL},
        {"[,]", "x y z", "$1=x|$2=y z|"},
        {"[a, ,c]", "x y z", "$a=x|$2=y|$c=z|"},
        {"[a,b]", "x \"y\"z", "$a=x|$b=\"y\"z|"},
        {"[a,b]", "\"x\"y", "$a=x|$b=y|"},
        {"[a,...]", "x", "$a=x|"},
        {"[a,...]", "", NULL},
        {"[a,...]", "x y z", "$a=x|$2=y|$3=z|"},
        {"[...,a]", "x y z", "$1=x|$2=y|$a=z|"},
        {"[a,...,b,]", "x y z", "$a=x|$b=y|$3=z|"},
        {"[a,...,b,c]", "1 2 3 4 5 6 7", "$a=1|$2=2|$3=3|$4=4|$5=5|$b=6|$c=7|"},
        {"[a,...,b,c]", "1 2", NULL},
        {"[a,...,b,c,d]", "1 2 3 4 5", "$a=1|$2=2|$b=3|$c=4|$d=5|"},
        {"[...,a,b,c]", "1 2 3", "$a=1|$b=2|$c=3|"},
        {"[...,a,b,c]", "1 2 3 4", "$1=1|$a=2|$b=3|$c=4|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        jl_binding binding;
        char bound[256] = "";
        const jl_text line = jl_text_of(cases[i].line);
        const bool is_bound = jl_bind(filter->delimited, line, &binding);
        assert_int_equal(is_bound, cases[i].bound != NULL);
        assert_int_equal(jsonlog_filter_match(filter, line.ptr, line.len), is_bound);
        if (is_bound) {
            assert_true(jl_binding_each(filter->delimited, &binding, line, list_token, bound));
            assert_string_equal(bound, cases[i].bound);
        }
        jsonlog_filter_free(filter);
    }
}

static void decides_conditions(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *line;
        bool is_match;
    } cases[] = {
        /* Numbers: whole ones exact, others as doubles, in every spelling. */
        {"[a = 1]", "1.0", true},
        {"[a = 1]", "+1", true},
        {"[a = 1]", "001", true},
        {"[a = 1]", "1.", true},
        {"[a = 10]", "1e1", true},
        {"[a = 0.5]", ".5", true},
        {"[a = 0]", "-0", true},
        {"[a = 0]", "-000", true},
        {"[a = -7]", "-007", true},
        {"[a = 7]", "-007", false},
        {"[a = -1]", "-1.0", true},
        {"[a = 9007199254740993]", "9007199254740992", false},
        {"[a = 9007199254740993]", "+009007199254740993", true},
        {"[a = 9007199254740992]", "9007199254740993.0", true},
        {"[a > 18446744073709551615]", "18446744073709551616", true},
        {"[a < -18446744073709551615]", "-18446744073709551616", true},
        {"[a = 1]", "1x", false},
        {"[a != 1]", "1x", true},
        {"[a >= 0]", "0x10", false},
        {"[a != 1]", "+", true},
        {"[a = 1]", "\"1\"", true},
        {"[a > 1]", "1e999", false},
        {"[a < 1]", "-1e999", false},
        {"[a = 1]", "1e99999999999", false},
        {"[a != 1]", "1e999", true},
        {"[a <= 1]", "1", true},
        {"[a <= 1]", "1.0000001", false},
        {"[a < 1]", "0.9", true},
        {"[a > 1e-999]", "0", false},
        {"[a > 1]", "", false},
        /* Texts. */
        {"[a = \"1\"]", "1.0", false},
        {"[a = \"1\"]", "1", true},
        {"[a = \"\"]", "\"\"", true},
        {"[a = \"\"]", "[]", true},
        {"[a != \"\"]", "[]", false},
        {"[a = *]", "[]", true},
        {"[a = x*z]", "xyz", true},
        {"[a = \"x \\\"y\\\\\"]", "[x \"y\\]", true},
        {"[a = 1*]", "12", true},
        {"[a = %^x.z$%]", "x z", true},
        {"[a = %^x.z$%]", "x\nz", false},
        {"[a != %x%]", "axa", false},
        {"[a = \xef\xbf\xbd]", "\xff", true},
        {"[a = \xef\xbf\xbd*]", "\xffx", true},
        {"[a = \"\\\\\xef\xbf\xbd\"]", "\\\xff", true},
        {"[a = \"\\u0041\xef\xbf\xbd\"]", "\\u0041\xff", true},
        {"[a = \"A\xef\xbf\xbd\"]", "\\u0041\xff", false},
        {"[a = \"\xef\xbf\xbd\"]", "\xff\xff", false},
        /* Joined within a field, then all fields. */
        {"[a = 1 || a = 2, b = x && b != y]", "2 x", true},
        {"[a = 1 || a = 2, b = x && b != y]", "3 x", false},
        {"[a = 1 || a = 2, b = x && b != y]", "2 y", false},
        {"[(a = 1 || a = 2) && a != 2]", "2", false},
        {"[a = 1 || a = 2 && a = 3]", "1", true},
        {"[a || a = 2]", "9", true},
        {"[a && a = 2]", "9", false},
        {"[((a))]", "9", true},
        {"[..., a = 1, b]", "x y 1 z", true},
        {"[..., a = 1, b]", "1 x y z", false},
        {"[a = 1, ..., b = 2]", "1 x y 2", true},
        {"[a = 1, ..., b = 2]", "2 1", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (matches(cases[i].pattern, cases[i].line, strlen(cases[i].line)) != cases[i].is_match)
            fail_msg("%s on %s should be %d", cases[i].pattern, cases[i].line, cases[i].is_match);
    }
    assert_false(matches("[a]", NULL, 0));
    assert_true(matches("[]", NULL, 0));
    assert_true(matches("[a = \"x\"]", "[x]", 3));
}

/* --- the binding against the slow way -------------------------------------------------------- */

#define TOKENS_MAX 64

/* All tokens in a list first; then each field by its number. */
static bool bind_slowly(const jl_delimited_program *program, jl_text line, jl_text *fields) {
    jl_text tokens[TOKENS_MAX];
    const char *starts[TOKENS_MAX];
    size_t count = 0;
    for (jl_splitter splitter = jl_split_begin(line); jl_split_next(&splitter, &tokens[count]);)
        starts[count++] = splitter.start;
    if (count < program->field_count)
        return false;
    for (size_t i = 0; i < program->field_count; i++)
        fields[i] = tokens[i < program->before ? i : count - program->field_count + i];
    if (!program->has_rest && count > program->field_count) {
        const char *start = starts[program->field_count - 1];
        fields[program->field_count - 1] = (jl_text){start, (size_t)(line.ptr + line.len - start)};
    }
    return true;
}

static void assert_bound_alike(const jsonlog_filter *filter, jl_text line) {
    jl_binding binding;
    jl_text fields[TOKENS_MAX];
    const bool is_bound = bind_slowly(filter->delimited, line, fields);
    assert_int_equal(jl_bind(filter->delimited, line, &binding), is_bound);
    for (size_t i = 0; is_bound && i < filter->delimited->field_count; i++) {
        const jl_text token = jl_binding_token(filter->delimited, &binding, i);
        if (token.ptr != fields[i].ptr || token.len != fields[i].len)
            fail_msg("%s on %.*s: field %zu is %.*s", jsonlog_filter_get_pattern(filter, NULL),
                     (int)line.len, line.ptr, i, (int)token.len, token.ptr);
    }
}

static jsonlog_filter *random_filter(test_random *random) {
    char pattern[256] = "[";
    const size_t count = test_random_below(random, 8);
    const size_t rest = test_random_below(random, 2 * count + 2);
    for (size_t i = 0; i < count; i++)
        sprintf(pattern + strlen(pattern), "%s%s", i > 0 ? "," : "", i == rest ? "..." : "");
    strcat(pattern, "]");
    return compile(pattern);
}

static void agrees_with_the_slow_way(void **state) {
    (void)state;
    test_random random = {20261123};
    static const char letters[] = "ab  \t\"\"[]]";
    const size_t rounds = test_effort(3000);
    for (size_t round = 0; round < rounds; round++) {
        jsonlog_filter *filter = random_filter(&random);
        for (size_t i = 0; i < 50; i++) {
            char line[32];
            const size_t len = test_random_below(&random, sizeof line);
            for (size_t at = 0; at < len; at++)
                line[at] = letters[test_random_below(&random, sizeof letters - 1)];
            assert_bound_alike(filter, (jl_text){line, len});
        }
        jsonlog_filter_free(filter);
    }
}

/* --- hostile sizes --------------------------------------------------------------------------- */

static void takes_as_many_fields_as_fit(void **state) {
    (void)state;
    char pattern[JSONLOG_PATTERN_MAX + 1];
    char line[2 * JSONLOG_PATTERN_MAX];
    memset(pattern, ',', JSONLOG_PATTERN_MAX);
    pattern[0] = '[';
    pattern[JSONLOG_PATTERN_MAX - 1] = ']';
    pattern[JSONLOG_PATTERN_MAX] = '\0';
    for (size_t i = 0; i < sizeof line; i++)
        line[i] = i % 2 == 0 ? 'x' : ' ';
    const size_t fields = JSONLOG_PATTERN_MAX - 1;
    assert_true(matches(pattern, line, 2 * fields));
    assert_false(matches(pattern, line, 2 * (fields - 1)));
    memcpy(pattern + 100, "...", 3);
    assert_true(matches(pattern, line, sizeof line));
    assert_true(matches(pattern, line, 2 * (fields - 4)));
    assert_false(matches(pattern, line, 2 * (fields - 5)));
}

static void takes_as_many_conditions_as_fit(void **state) {
    (void)state;
    char pattern[JSONLOG_PATTERN_MAX + 1] = "[a";
    while (strlen(pattern) + 4 <= JSONLOG_PATTERN_MAX)
        strcat(pattern, "||a");
    strcat(pattern, "]");
    assert_true(matches(pattern, "x", 1));
    strcpy(pattern, "[a");
    while (strlen(pattern) + 10 <= JSONLOG_PATTERN_MAX)
        strcat(pattern, "&&a");
    strcat(pattern, ",b=2]");
    assert_true(matches(pattern, "x 2", 3));
    assert_false(matches(pattern, "x 3", 3));
    strcpy(pattern, "[");
    for (size_t i = 0; i < 500; i++)
        strcat(pattern, "(");
    strcat(pattern, "a=1");
    for (size_t i = 0; i < 500; i++)
        strcat(pattern, ")");
    strcat(pattern, "]");
    assert_true(matches(pattern, "1", 1));
}

static void takes_a_large_line(void **state) {
    (void)state;
    const size_t len = 1 << 20;
    char *line = malloc(len);
    assert_non_null(line);
    for (size_t i = 0; i < len; i++)
        line[i] = i % 8 == 7 ? ' ' : '[';
    assert_true(matches("[a, ..., b = \"[[[[[[[\", c]", line, len));
    assert_true(matches("[a = \"[*\", ...]", line, len));
    assert_false(matches("[a = %x%]", line, len));
    memset(line, '9', len);
    assert_true(matches("[a > 1]", line, len));
    assert_true(matches("[a != 1]", line, len));
    line[len / 2] = '.';
    assert_false(matches("[a > 1 && a < 0]", line, len));
    free(line);
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    static const char *const patterns[] = {"[a = %x%, b = y*z || b = \"1\", ..., c > 2]",
                                           "[a = %x%, b =]", "[]", "[a = %x"};
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
        cmocka_unit_test(binds_tokens_to_names),
        cmocka_unit_test(decides_conditions),
        cmocka_unit_test(agrees_with_the_slow_way),
        cmocka_unit_test(takes_as_many_fields_as_fit),
        cmocka_unit_test(takes_as_many_conditions_as_fit),
        cmocka_unit_test(takes_a_large_line),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
