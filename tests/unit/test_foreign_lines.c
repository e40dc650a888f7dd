#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "logger/foreign_lines.h"
#include "support/test_random.h"

/* A limit that is easy to count to. */
#define LIMIT 8

typedef struct found {
    char text[4096]; /* lines as "text|cut;" */
    size_t len;
} found;

static void note(void *context, const jl_foreign_line *line) {
    found *f = context;
    memcpy(f->text + f->len, line->text.ptr, line->text.len);
    f->len += line->text.len;
    f->len += (size_t)snprintf(f->text + f->len, 32, "|%llu;", (unsigned long long)line->cut);
}

/* Feed `bytes` in pieces of `step`. */
static found lines_of(const char *bytes, size_t len, size_t step) {
    char space[LIMIT + JL_FOREIGN_LINE_SLACK];
    jl_foreign_lines lines = {.text = space, .limit = LIMIT};
    found f = {.len = 0};
    for (size_t at = 0; at < len; at += step) {
        const size_t piece = len - at < step ? len - at : step;
        jl_foreign_lines_feed(&lines, (jl_text){bytes + at, piece}, note, &f);
    }
    jl_foreign_lines_end(&lines, note, &f);
    f.text[f.len] = '\0';
    return f;
}

typedef struct row {
    const char *bytes;
    const char *lines;
} row;

static const row rows[] = {
    {"", ""},
    {"\n\n\n", ""},
    {"\r\n", ""},
    {"a\n", "a|0;"},
    {"a", "a|0;"},
    {"a\nb", "a|0;b|0;"},
    {"a\r\nb\r", "a|0;b|0;"},
    {"a\rb\n", "a\rb|0;"},
    {"a\r\r\n", "a\r|0;"},
    {"12345678\n", "12345678|0;"},
    {"12345678\r\n", "12345678|0;"},
    {"123456789\n", "12345678|1;"},
    {"123456789ABCDEFG\nx\n", "12345678|8;x|0;"},
    {"123456789ABCDEFG", "12345678|8;"},
    {"1234567\xC3\xA9\n", "1234567|2;"},       /* é would be split */
    {"123456\xC3\xA9\n", "123456\xC3\xA9|0;"}, /* and fits here */
    {"12345\xF0\x9F\x98\x80\n", "12345|4;"},   /* four bytes, one too many */
    {"12345\xF0\x9F\x98\x80zzzzz\nq", "12345|9;q|0;"},
    {"1234567\xFF\xFF\n", "1234567\xFF|1;"}, /* an ill-formed byte is a unit */
};

static void lines_are_the_same_however_they_arrive(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t step = 1; step <= strlen(rows[i].bytes) + 1; step++) {
            const found f = lines_of(rows[i].bytes, strlen(rows[i].bytes), step);
            if (strcmp(f.text, rows[i].lines) != 0)
                fail_msg("row %zu, step %zu: %s", i, step, f.text);
        }
    }
}

static void nul_is_a_byte_like_others(void **state) {
    (void)state;
    const found f = lines_of("a\0b\n", 4, 2);
    assert_int_equal(f.len, 6);
    assert_memory_equal(f.text, "a\0b|0;", 6);
}

/* What is in the lines and what is missing add up to what came in. */
static void no_byte_gets_lost(void **state) {
    (void)state;
    test_random random = {.state = 7};
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        const size_t len = test_random_below(&random, sizeof bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = "\n\r ab\xC3\xA9\xF0"[test_random_below(&random, 8)];
        const found whole = lines_of(bytes, len, 64);
        const found pieces = lines_of(bytes, len, 1 + test_random_below(&random, 5));
        assert_int_equal(whole.len, pieces.len);
        assert_memory_equal(whole.text, pieces.text, whole.len);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_however_they_arrive),
        cmocka_unit_test(nul_is_a_byte_like_others),
        cmocka_unit_test(no_byte_gets_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
