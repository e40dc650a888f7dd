#include "format/json_formatter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void collect(void *list, const char *name, size_t len) {
    char *names = list;
    size_t at = strlen(names);
    snprintf(names + at, 256 - at, "%.*s|", (int)len, name);
}

static void names_are_found_in_every_style(void **state) {
    (void)state;
    static const struct {
        char style;
        const char *format;
        const char *names;
    } rows[] = {
        {'\0', "%(asctime)s %(levelname)s", "asctime|levelname|"},
        {'%', "text %(a)-8s%(b)04d%(c)%% 100% (d) %", "a|b|c|"},
        {'%', "", ""},
        {'%', "%(a b)s", "a b|"},
        {'{', "{a} {b:>8} {c!r} {d!r:>3}", "a|b|c|d|"},
        {'{', "{{not}} {a}}} {{{b}", "a|b|"},
        {'$', "${a} $b_1-$c $$no $${no} ${d}x", "a|b_1|c|d|"},
        {',', " a , b ,,\tc\t,", "a|b|c|"},
        {',', "", ""},
        {',', "one", "one|"},
        {',', "with blank,x", "with blank|x|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char names[256] = "";
        const jsonlog_json_options options = {.format = rows[i].format, .style = rows[i].style};
        assert_int_equal(jl_format_string_parse(&options, collect, names, NULL), JSONLOG_OK);
        assert_string_equal(names, rows[i].names);
    }
}

static void errors_have_their_offset(void **state) {
    (void)state;
    static const struct {
        char style;
        const char *format;
        jsonlog_status code;
        size_t offset;
    } rows[] = {
        {'%', "ab %(name", JSONLOG_E_SYNTAX, 5}, {'%', "%(a)s %()s", JSONLOG_E_SYNTAX, 8},
        {'{', "{a} {b", JSONLOG_E_SYNTAX, 5},    {'{', "{a} {}", JSONLOG_E_SYNTAX, 5},
        {'{', "{:>3}", JSONLOG_E_SYNTAX, 1},     {'$', "${a", JSONLOG_E_SYNTAX, 2},
        {'$', "a ${}", JSONLOG_E_SYNTAX, 4},     {'$', "a $", JSONLOG_E_SYNTAX, 3},
        {'$', "$-", JSONLOG_E_SYNTAX, 1},        {'@', "x", JSONLOG_E_INVALID, JSONLOG_NO_OFFSET},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char names[256] = "";
        jsonlog_err err;
        const jsonlog_json_options options = {.format = rows[i].format, .style = rows[i].style};
        assert_int_equal(jl_format_string_parse(&options, collect, names, &err), rows[i].code);
        assert_int_equal(err.code, rows[i].code);
        assert_true(err.offset == rows[i].offset);
    }
}

/* Names between `<` and `>`. */
static bool parse_angles(const char *format, void (*add)(void *list, const char *name, size_t len),
                         void *list, void *context) {
    ++*(int *)context;
    for (const char *at = strchr(format, '<'); at != NULL; at = strchr(at, '<')) {
        const char *end = strchr(at, '>');
        if (end == NULL)
            return false;
        add(list, at + 1, (size_t)(end - at - 1));
        at = end;
    }
    return true;
}

static void a_style_of_ones_own(void **state) {
    (void)state;
    char names[256] = "";
    int calls = 0;
    jsonlog_json_options options = {
        .format = "<a> <b>", .style = '<', .parse = parse_angles, .parse_context = &calls};
    assert_int_equal(jl_format_string_parse(&options, collect, names, NULL), JSONLOG_OK);
    assert_string_equal(names, "a|b|");
    options.format = "<a";
    jsonlog_err err;
    assert_int_equal(jl_format_string_parse(&options, collect, names, &err), JSONLOG_E_SYNTAX);
    assert_true(err.offset == JSONLOG_NO_OFFSET);
    assert_int_equal(calls, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_in_every_style),
        cmocka_unit_test(errors_have_their_offset),
        cmocka_unit_test(a_style_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
