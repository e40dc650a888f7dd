#include "filter/split.h"

#include "filter/blank_scan.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void list_tokens(jl_text line, char *out) {
    jl_splitter splitter = jl_split_begin(line);
    jl_text token;
    while (jl_split_next(&splitter, &token))
        out += sprintf(out, "%td:%.*s|", splitter.start - line.ptr, (int)token.len, token.ptr);
    assert_false(jl_split_next(&splitter, &token));
}

static void finds_tokens(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *tokens;
    } cases[] = {
        {"", ""},
        {" \t ", ""},
        {"a", "0:a|"},
        {" a\t\tb ", "1:a|4:b|"},
        {"a\nb\r c", "0:a\nb\r|5:c|"},
        {"\"a b\" c", "0:a b|6:c|"},
        {"[a b] c", "0:a b|6:c|"},
        {"\"b\"c", "0:b|3:c|"},
        {"[b][c]\"d\"", "0:b|3:c|6:d|"},
        {"\"\" []", "0:|3:|"},
        {"\"a b", "0:\"a|3:b|"},
        {"[a b", "0:[a|3:b|"},
        {"[a \"b] c\"", "0:a \"b|7:c\"|"},
        {"\"a [b\" c]", "0:a [b|7:c]|"},
        {"a\"b c\" d[e f]", "0:a\"b|4:c\"|7:d[e|11:f]|"},
        {"\"a\\\" b\"", "0:a\\|5:b\"|"},
        {"[ \"]\" ]", "0: \"|4:\"|6:]|"},
        {"\" a", "0:\"|2:a|"},
        {"\"", "0:\"|"},
        {"[", "0:[|"},
        {"] [", "0:]|2:[|"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tokens[256] = "";
        list_tokens(jl_text_of(cases[i].line), tokens);
        assert_string_equal(tokens, cases[i].tokens);
    }
}

static void takes_any_bytes(void **state) {
    (void)state;
    jl_splitter splitter = jl_split_begin((jl_text){"\0\xff \0", 4});
    jl_text token;
    assert_true(jl_split_next(&splitter, &token));
    assert_int_equal(token.len, 2);
    assert_true(jl_split_next(&splitter, &token));
    assert_int_equal(token.len, 1);
    assert_false(jl_split_next(&splitter, &token));
    splitter = jl_split_begin((jl_text){NULL, 0});
    assert_false(jl_split_next(&splitter, &token));
}

static const char *find_blank_plainly(const char *at, const char *end) {
    while (at < end && *at != ' ' && *at != '\t')
        at++;
    return at;
}

/* From every place of the line, which is not a byte longer than it says. */
static void agree_on_blanks(const char *line, const char *end) {
    for (const char *at = line; at <= end; at++) {
        const char *expected = find_blank_plainly(at, end);
        assert_ptr_equal(jl_find_blank_words(at, end), expected);
        assert_ptr_equal(jl_find_blank(line, at, end), expected);
        assert_ptr_equal(jl_find_blank(at, at, end), expected);
    }
}

static void finds_blanks_at_any_place(void **state) {
    (void)state;
    /* Few blanks, and what differs from one in a bit or borrows from its neighbour. */
    static const char bytes[] = " \taaaaaaaaaaaa!\b\n\x1F\x0B\xA0\x89\0\xff";
    test_random random = {20261125};
    for (size_t i = 0; i < test_effort(3000); i++) {
        const size_t len = test_random_below(&random, 70);
        const size_t kinds = i % 2 == 0 ? sizeof bytes - 1 : 14;
        char *line = malloc(len == 0 ? 1 : len);
        assert_non_null(line);
        for (size_t k = 0; k < len; k++)
            line[k] = bytes[test_random_below(&random, kinds)];
        agree_on_blanks(line, line + len);
        free(line);
    }
}

static size_t count_tokens(jl_text line) {
    jl_splitter splitter = jl_split_begin(line);
    jl_text token;
    size_t count = 0;
    while (jl_split_next(&splitter, &token))
        count++;
    return count;
}

/* Each of these would take minutes if every bracket searched the rest of the line. */
static void takes_linear_time(void **state) {
    (void)state;
    static const char *const units[] = {"[ ", "\" ", "[\" ", "[a", "\"[ ", "] "};
    const size_t len = 4 << 20;
    char *line = malloc(len);
    assert_non_null(line);
    const clock_t start = clock();
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t unit = strlen(units[i]);
        for (size_t at = 0; at < len; at++)
            line[at] = units[i][at % unit];
        assert_true(count_tokens((jl_text){line, len}) > 0);
    }
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 3);
    free(line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_tokens),
        cmocka_unit_test(takes_any_bytes),
        cmocka_unit_test(finds_blanks_at_any_place),
        cmocka_unit_test(takes_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
