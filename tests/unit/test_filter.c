#include <jsonlog/extract.h>

#include "support/counted_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

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
    errno = 77;
    const bool is_match = jsonlog_filter_match(filter, line, len);
    assert_int_equal(errno, 77);
    assert_int_equal(memory.calls, calls);
    jsonlog_filter_free(filter);
    return is_match;
}

/* --- compiling ---------------------------------------------------------------------------------
 */

static void keeps_kind_and_pattern(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        jsonlog_filter_kind kind;
    } cases[] = {
        {"", JSONLOG_FILTER_ALL},
        {" \t\r\n\v\f", JSONLOG_FILTER_ALL},
        {"{ $.a = 1 }", JSONLOG_FILTER_JSON},
        {"{$.a=\"\\\"x\\\\\"}", JSONLOG_FILTER_JSON},
        {"[]", JSONLOG_FILTER_DELIMITED},
        {"[a = 1, ...]", JSONLOG_FILTER_DELIMITED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = compile(cases[i].pattern);
        size_t len = 0;
        assert_int_equal(jsonlog_filter_get_kind(filter), cases[i].kind);
        assert_string_equal(jsonlog_filter_get_pattern(filter, &len), cases[i].pattern);
        assert_int_equal(len, strlen(cases[i].pattern));
        assert_ptr_equal(jsonlog_filter_get_pattern(filter, NULL),
                         jsonlog_filter_get_pattern(filter, NULL));
        jsonlog_filter_free(filter);
    }
    jsonlog_filter_free(NULL);
}

static void everything_matches_a_blank_pattern(void **state) {
    (void)state;
    assert_true(matches("", NULL, 0));
    assert_true(matches("  ", "\xff\0x", 3));
    assert_true(matches("\n", "{", 1));
}

static void assert_refused(const char *pattern, size_t len, jsonlog_status status, size_t offset) {
    jsonlog_filter *filter = (jsonlog_filter *)&memory;
    jsonlog_err err;
    assert_int_equal(jsonlog_filter_compile(pattern, len, &filter, &err), status);
    assert_int_equal(jsonlog_filter_compile(pattern, len, &filter, NULL), status);
    assert_int_equal(err.code, status);
    assert_int_equal(err.offset, offset);
    assert_true(strlen(err.text) > 0);
    assert_ptr_equal(filter, &memory);
}

static void refuses_what_is_no_text(void **state) {
    (void)state;
    assert_refused(NULL, 1, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET);
    assert_refused("{ $.a = \"\xff\" }", 13, JSONLOG_E_INVALID, 9);
    assert_refused("{ $.a = \xed\xa0\x80 }", 13, JSONLOG_E_INVALID, 8);
    assert_refused("\xea\xb0", 2, JSONLOG_E_INVALID, 0);
    assert_refused("{ $.a = 1\0 }", 12, JSONLOG_E_INVALID, 9);
    assert_refused("\0", 1, JSONLOG_E_INVALID, 0);
    assert_int_equal(jsonlog_filter_compile("", 0, NULL, NULL), JSONLOG_E_INVALID);
}

/* `{ $.a = "<fill>" }` of exactly `units` UTF-16 units. */
static size_t fill_pattern(char *out, const char *letter, size_t letter_units, size_t units) {
    size_t len = (size_t)sprintf(out, "{ $.a = \"");
    size_t used = len + 3;
    for (; used + letter_units <= units; used += letter_units)
        len += (size_t)sprintf(out + len, "%s", letter);
    for (; used < units; used++)
        len += (size_t)sprintf(out + len, "x");
    return len + (size_t)sprintf(out + len, "\" }");
}

static void counts_length_as_utf16(void **state) {
    (void)state;
    static const struct {
        const char *letter;
        size_t units;
    } cases[] = {{"x", 1}, {"\xc3\xa9", 1}, {"\xea\xb0\x80", 1}, {"\xf0\x9f\x98\x80", 2}};
    char pattern[8192];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        jsonlog_filter *filter = NULL;
        size_t len = fill_pattern(pattern, cases[i].letter, cases[i].units, JSONLOG_PATTERN_MAX);
        assert_int_equal(jsonlog_filter_compile(pattern, len, &filter, NULL), JSONLOG_OK);
        jsonlog_filter_free(filter);
        len = fill_pattern(pattern, cases[i].letter, cases[i].units, JSONLOG_PATTERN_MAX + 1);
        assert_refused(pattern, len, JSONLOG_E_LIMIT, len - 1);
    }
    memset(pattern, ' ', sizeof pattern);
    assert_refused(pattern, sizeof pattern, JSONLOG_E_LIMIT, JSONLOG_PATTERN_MAX);
}

static void takes_the_largest_patterns(void **state) {
    (void)state;
    char many[JSONLOG_PATTERN_MAX + 16] = "{$.a=0";
    while (strlen(many) + 8 <= JSONLOG_PATTERN_MAX)
        strcat(many, "||$.a=1");
    strcat(many, "}");
    assert_true(matches(many, "{\"a\":1}", 7));
    assert_false(matches(many, "{\"a\":2}", 7));

    char nested[JSONLOG_PATTERN_MAX + 16] = "{";
    memset(nested + 1, '(', 509);
    memcpy(nested + 510, "$.a=1", 5);
    memset(nested + 515, ')', 508);
    nested[1023] = '}';
    assert_refused(nested, 1024, JSONLOG_E_SYNTAX, 1);
    memmove(nested + 1, nested + 2, 1022);
    nested[1023] = '\0';
    assert_true(matches(nested, "{\"a\":1}", 7));

    char right[JSONLOG_PATTERN_MAX + 128] = "{";
    size_t open = 0;
    for (; strlen(right) + 8 + open + 8 < JSONLOG_PATTERN_MAX; open++)
        strcat(right, "$.a=1&&(");
    strcat(right, "$.b=2");
    for (size_t i = 0; i < open; i++)
        strcat(right, ")");
    strcat(right, "}");
    assert_true(matches(right, "{\"a\":1,\"b\":2}", 13));
    assert_false(matches(right, "{\"a\":1,\"b\":3}", 13));
}

static void follows_the_deepest_selector(void **state) {
    (void)state;
    char pattern[JSONLOG_PATTERN_MAX + 1] = "{$";
    char line[8192] = "";
    size_t depth = 0;
    for (; strlen(pattern) + 2 + 3 <= JSONLOG_PATTERN_MAX; depth++)
        strcat(pattern, ".a");
    strcat(pattern, "=1}");
    for (size_t i = 0; i < depth; i++)
        strcat(line, "{\"a\":");
    strcat(line, "1");
    for (size_t i = 0; i < depth; i++)
        strcat(line, "}");
    assert_true(depth > 500);
    assert_true(matches(pattern, line, strlen(line)));
    line[strlen(line) - depth - 1] = '2';
    assert_false(matches(pattern, line, strlen(line)));
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    const char *pattern = "{ $.a = \"x*\" && ($.b[*] > 1 || $.c = %d+% || $.['k'][3] != %z%) }";
    jsonlog_filter *filter = NULL;
    jsonlog_err err;
    size_t failures = 0;
    const size_t alive = memory.alive;
    for (;; failures++) {
        memory.calls = 0;
        memory.fail_after = failures;
        const jsonlog_status status =
            jsonlog_filter_compile(pattern, strlen(pattern), &filter, &err);
        if (status == JSONLOG_OK)
            break;
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_int_equal(err.code, JSONLOG_E_NOMEM);
        assert_null(filter);
        assert_int_equal(memory.alive, alive);
    }
    memory.fail_after = SIZE_MAX;
    assert_true(failures >= 4);
    jsonlog_filter_free(filter);
    assert_int_equal(memory.alive, alive);
}

/* --- matching: what the vectors do not say -------------------------------------------------------
 */

static const struct {
    const char *pattern;
    const char *line;
    bool is_match;
} cases[] = {
    /* the last of two keys counts, under a wildcard too */
    {"{ $.a.* = 1 }", "{\"a\":{\"x\":1,\"x\":2}}", false},
    {"{ $.a.* = 1 }", "{\"a\":{\"x\":1,\"y\":2}}", true},
    {"{ $.a.* = 1 }", "{\"a\":{\"x\":1,\"\\u0078\":2}}", false},
    {"{ $.a.* = 1 }", "{\"a\":{\"x\":1,\"x\":2,\"x\":1}}", true},
    {"{ $.a.* = 1 }", "{\"a\":{\"x\":1},\"a\":{\"x\":2}}", false},
    {"{ $.a.* != 1 }", "{\"a\":{\"x\":1,\"x\":2}}", true},
    {"{ $.a.* != 1 }", "{\"a\":{\"x\":2,\"x\":1}}", false},
    {"{ $.a.* != 1 }", "{\"a\":{\"x\":1},\"a\":3}", true},
    {"{ $.a.* != 1 }", "{\"a\":[],\"b\":{},\"a\":{\"x\":1}}", false},
    {"{ $.a.*.b NOT EXISTS }", "{\"a\":{\"x\":{\"b\":1},\"x\":{}}}", true},
    {"{ $.a.*.b NOT EXISTS }", "{\"a\":{\"x\":{\"b\":1},\"y\":{}}}", false},
    {"{ $.a.*.b = 1 }", "{\"a\":{\"y\":{\"b\":1},\"x\":{\"b\":1,\"b\":2}}}", true},
    {"{ $.a.*.b = 1 }", "{\"a\":{\"x\":{\"b\":1,\"b\":2}}}", false},
    {"{ $.a[*].b = 1 }", "{\"a\":[{\"b\":1},{\"b\":2},{}]}", true},
    {"{ $.a[*].b = 1 }", "{\"a\":[{\"b\":1,\"b\":0},{\"b\":2},{\"b\":1,\"b\":{}}]}", false},
    {"{ $.* = 1 }", "{\"a\":1,\"b\":1,\"a\":0,\"b\":0}", false},
    {"{ $.* = 1 && $.a.* = 1 && $.a.b.* = 1 }", "{\"z\":1,\"a\":{\"b\":{\"c\":1},\"y\":1}}", true},
    {"{ $.* = 1 || $.a.* = 1 || $.a.b.* = 1 }", "{\"a\":{\"b\":{\"c\":1,\"c\":0},\"y\":1,\"y\":0}}",
     false},
    {"{ $.*.b = 1 || $.a.* = 2 }", "{\"a\":{\"b\":2}}", true},
    {"{ $.*.b = 1 && $.a.* = 1 }", "{\"a\":{\"b\":1}}", true},
    {"{ $.*[0] = 1 }", "{\"a\":[1]}", true},
    {"{ $.a.b = 1 && $.a.* = 1 && $.a NOT EXISTS }", "{\"a\":{\"b\":1}}", false},
    /* joined as the pattern says, whatever order the walk finds the conditions in */
    {"{ $.a.b = 1 && $.c = 1 || $.a.d = 1 }", "{\"a\":{\"b\":1,\"d\":1}}", true},
    {"{ $.a.b = 1 && $.c = 1 || $.a.d = 1 }", "{\"a\":{\"b\":1},\"c\":2}", false},
    {"{ $.a.b = 1 && $.c = 1 || $.a.d = 1 }", "{\"c\":1,\"a\":{\"b\":1}}", true},
    {"{ $.a.b = 1 && $.c = 1 || $.a.d = 1 }", "{\"c\":1}", false},
    {"{ $.a.b = 1 || $.c = 1 && $.a.d = 1 }", "{\"a\":{\"d\":1}}", false},
    /* a scalar and a container at one place */
    {"{ $.a = 1 || $.a.b = 1 }", "{\"a\":{\"b\":1},\"a\":2}", false},
    {"{ $.a = 1 || $.a.b = 1 }", "{\"a\":1,\"a\":{\"b\":1}}", true},
    {"{ $.a IS NULL }", "{\"a\":[1,[null]]}", false},
    {"{ $.a IS NULL }", "{\"a\":[1,null]}", true},
    {"{ $.a IS NULL }", "{\"a\":[null],\"a\":[1]}", false},
    {"{ $.a IS NULL && $.a[1].b = 2 }", "{\"a\":[null,{\"b\":2}]}", true},
    {"{ $.a[0] IS NULL }", "{\"a\":[[null]]}", true},
    {"{ $.a[*] IS NULL }", "{\"a\":[[null]]}", false},
    {"{ $.a[18446744073709551616] = 1 }", "{\"a\":[1]}", false},
    {"{ $.a[00] = 1 }", "{\"a\":[1]}", true},
    /* keys and strings by their meaning */
    {"{ $.['a b'] = 1 }", "{\"a\\u0020b\":1}", true},
    {"{ $.[''] = 1 }", "{\"\":1}", true},
    {"{ $.age = 1 }", "{\"\\u0061ge\":1}", true},
    {"{ $.age = 1 }", "{\"\\u0061g\":1,\"agee\":1,\"Age\":1}", false},
    {"{ $.['\xef\xbf\xbd'] = 1 }", "{\"\xff\":1}", true},
    {"{ $.a = \"x\xef\xbf\xbdy\" }", "{\"a\":\"x\xffy\"}", true},
    {"{ $.a = \"x\xef\xbf\xbdy\" }", "{\"a\":\"x\xe2\x82y\"}", false},
    {"{ $.a = \"x\xef\xbf\xbd\xef\xbf\xbdy\" }", "{\"a\":\"x\xe2\x82y\"}", true},
    {"{ $.a = \"x\xef\xbf\xbd\" }", "{\"a\":\"x\\ufffd\"}", true},
    {"{ $.a = \"x\xef\xbf\xbd\" }", "{\"a\":\"x\\ud800\"}", false},
    {"{ $.a = \"*\xef\xbf\xbd*\" }", "{\"a\":\"x\xffy\"}", true},
    {"{ $.a = * }", "{\"a\":\"\\ud800\"}", true},
    {"{ $.a = \"x*y\" }", "{\"a\":\"x\\udc00\\ud800y\"}", true},
    {"{ $.a = \"\xf0\x9f\x98\x80\" }", "{\"a\":\"\\uD83D\\uDE00\"}", true},
    {"{ $.a = \"\xf0\x9f\x98\x80*\" }", "{\"a\":\"\\ud83d\\ude00\\n\"}", true},
    {"{ $.a = \"*\xea\xb0\x80\" }", "{\"a\":\"\\n\xea\xb0\x80\"}", true},
    {"{ $.a = %^\\n$% }", "{\"a\":\"\\n\"}", true},
    {"{ $.a = %^.$% }", "{\"a\":\"\\u00e9\"}", true},
    {"{ $.a = %\\\\% }", "{\"a\":\"\\\\\"}", true},
    {"{ $.a = \"a\\b\" }", "{\"a\":\"a\\\\b\"}", true},
    /* numbers by their value, texts by the canonical text */
    {"{ $.a = 0 }", "{\"a\":-0}", true},
    {"{ $.a = \"0\" }", "{\"a\":-0}", true},
    {"{ $.a = \"-0\" }", "{\"a\":-0}", false},
    {"{ $.a = \"-0.0\" }", "{\"a\":-0.0}", true},
    {"{ $.a = \"1.0E8\" }", "{\"a\":1e8}", true},
    {"{ $.a = \"100000000\" }", "{\"a\":100000000}", true},
    {"{ $.a = Infinity }", "{\"a\":1e309}", true},
    {"{ $.a = %fin% }", "{\"a\":1e309}", true},
    {"{ $.a != %1% }", "{\"a\":1e309}", true},
    {"{ $.a != 1 }", "{\"a\":1e309}", false},
    {"{ $.a[*] != 1 }", "{\"a\":[1e309]}", true},
    {"{ $.a < 1 || $.a >= 1 }", "{\"a\":1e309}", false},
    {"{ $.a > -1e-400 && $.a < 1e-400 }", "{\"a\":1e-500}", true},
    {"{ $.a > 99999999999999999998 }", "{\"a\":99999999999999999999}", true},
    {"{ $.a = 1. }", "{\"a\":\"1.\"}", true},
    {"{ $.a = .5 }", "{\"a\":0.5}", true},
    {"{ $.a = 0.1 }", "{\"a\":0.1000000000000000055}", true},
    {"{ $.a >= 0.1 }", "{\"a\":0.09999999999999999}", false},
    /* the line as a whole */
    {"{ $.a = 1 }", "{\"a\":1}\n", true},
    {"{ $.a = 1 }", "{\"a\":1}\r\n ", true},
    {"{ $.a = 1 }", "{\"a\":1,}", false},
    {"{ $.a = 1 }", "{\"a\":1,\"b\":01}", false},
    {"{ $.a = 1 }", "{\"a\":1,\"b\":{\"c\":[tru]}}", false},
    {"{ $.a = 1 }", "{\"a\":1,\"b\":\"\t\"}", false},
    {"{ $.a = 1 }", "{\"a\":1,\"b\":\"\\x\"}", false},
    {"{ $.a = 1 }", "{\"a\":1,\"b\":\"\xff\"}", true},
    {"{ $.a = 1 }", "{\"a\":1,\xff\"b\":2}", false},
    {"{ $.a = 1 }", "\xef\xbb\xbf{\"a\":1}", false},
    {"{ $.a NOT EXISTS }", "", false},
    {"{ $.a NOT EXISTS }", "{}", true},
    {"{ $.a NOT EXISTS }", "{", false},
    {"{ $.a NOT EXISTS }", "\"\"", false},
};

static void decides_as_specified(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (matches(cases[i].pattern, cases[i].line, strlen(cases[i].line)) != cases[i].is_match)
            fail_msg("%s on %s should be %d", cases[i].pattern, cases[i].line, cases[i].is_match);
    }
    assert_false(matches("{ $.a NOT EXISTS }", NULL, 0));
    assert_false(matches("{ $.a = 1 }", "{\"a\":1}\0", 8));
    assert_false(matches("{ $.a = 1 }", "{\"a\":\"\0\",\"a\":1}", 15));
    assert_true(matches("{ $.a = * }", "{\"a\":\"\\u0000\"}", 14));
}

/* No byte behind the line may be read, wherever it is torn. */
static void torn_lines_never_match(void **state) {
    (void)state;
    const char *line =
        "{\"a\":\"x\\ud83d\\ude00\xea\xb0\x80\",\"b\":[1,-2.5e3,{\"c\":null}],\"d\":true}";
    jsonlog_filter *filter = compile(
        "{ $.a != \"y*\" || $.b[*] != 7 || $.b[2].c IS NULL || $.d IS TRUE || $.z NOT EXISTS || "
        "$.a = %x% }");
    for (size_t len = 0; len <= strlen(line); len++) {
        char *copy = malloc(len == 0 ? 1 : len);
        assert_non_null(copy);
        memcpy(copy, line, len);
        assert_int_equal(jsonlog_filter_match(filter, copy, len), len == strlen(line));
        free(copy);
    }
    jsonlog_filter_free(filter);
}

/* --- bounds --------------------------------------------------------------------------------------
 */

typedef struct text {
    char *bytes;
    size_t len;
    size_t size;
} text;

static void add(text *to, const char *bytes, size_t len) {
    if (to->len + len > to->size) {
        to->size = 2 * (to->len + len);
        to->bytes = realloc(to->bytes, to->size);
        assert_non_null(to->bytes);
    }
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
}

static void add_string(text *to, const char *string) {
    add(to, string, strlen(string));
}

static void add_times(text *to, const char *string, size_t times) {
    for (size_t i = 0; i < times; i++)
        add_string(to, string);
}

static void add_member(text *to, size_t key, const char *value) {
    char member[64];
    add(to, member,
        (size_t)sprintf(member, "%s\"k%zu\":%s", to->bytes[to->len - 1] == '{' ? "" : ",", key,
                        value));
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* The limit is generous: a shared machine under a sanitizer; quadratic work would take minutes. */
static void assert_verdict(const char *pattern, text *line, bool expected) {
    const double start = now();
    const bool is_match = matches(pattern, line->bytes, line->len);
    const double seconds = now() - start;
    free(line->bytes);
    *line = (text){NULL, 0, 0};
    if (is_match != expected)
        fail_msg("%s should be %d", pattern, expected);
    assert_true(seconds < 5.0);
}

static void nested_lines(void **state) {
    (void)state;
    static const struct {
        size_t depth;
        bool is_match;
    } depths[] = {{JSONLOG_NESTING_MAX - 1, true}, {JSONLOG_NESTING_MAX, false}, {100000, false}};
    text line = {NULL, 0, 0};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        add_string(&line, "{\"a\":1,\"b\":");
        add_times(&line, "[", depths[i].depth);
        add_times(&line, "]", depths[i].depth);
        add_string(&line, "}");
        assert_verdict("{ $.a = 1 }", &line, depths[i].is_match);
        add_string(&line, "{\"a\":1,\"b\":");
        add_times(&line, "[", depths[i].depth);
        add_times(&line, "]", depths[i].depth);
        add_string(&line, "}");
        assert_verdict("{ $.a = 1 && $.b[0][0][*] NOT EXISTS || $.a = 1 }", &line,
                       depths[i].is_match);
        add_times(&line, "{\"a\":", depths[i].depth);
        add_string(&line, "1");
        add_times(&line, "}", depths[i].depth);
        assert_verdict("{ $.a.a NOT EXISTS }", &line, false);
    }
}

static void a_long_string_under_stars(void **state) {
    (void)state;
    text line = {NULL, 0, 0};
    const char *stars = "{ $.a = \"*a*ab*aab*aaab*b*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*\" }";
    for (int is_escaped = 0; is_escaped < 2; is_escaped++) {
        add_string(&line, is_escaped ? "{\"a\":\"\\n" : "{\"a\":\"");
        add_times(&line, "a", 1 << 20);
        add_string(&line, "\"}");
        assert_verdict(stars, &line, false);
        add_string(&line, is_escaped ? "{\"a\":\"\\n" : "{\"a\":\"");
        add_times(&line, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 1 << 15);
        add_string(&line, "\"}");
        assert_verdict(stars, &line, true);
        add_string(&line, is_escaped ? "{\"a\":\"\\n" : "{\"a\":\"");
        add_times(&line, "a", 1 << 20);
        add_string(&line, "\"}");
        assert_verdict("{ $.a = %a{1,200}b% }", &line, false);
    }
}

static void a_long_number(void **state) {
    (void)state;
    text line = {NULL, 0, 0};
    add_string(&line, "{\"a\":1");
    add_times(&line, "0", 1 << 20);
    add_string(&line, "1}");
    assert_verdict("{ $.a > 1e1048577 && $.a < 1.1e1048577 && $.a != 1e1048577 }", &line, true);
    add_string(&line, "{\"a\":0.");
    add_times(&line, "3", 1 << 20);
    add_string(&line, "}");
    assert_verdict("{ $.a = 0.3333333333333333 }", &line, true);
}

/* Every key first with a hit, then again without one, except for one key. */
static void withdrawn_hits(text *line, size_t keys, size_t survivor, bool is_far) {
    add_string(line, "{\"o\":{");
    for (size_t i = 0; i < keys; i++) {
        add_member(line, i, "1");
        if (!is_far && i != survivor)
            add_member(line, i, "2");
    }
    for (size_t i = 0; is_far && i < keys; i++) {
        if (i != survivor)
            add_member(line, i, "2");
    }
    add_string(line, "}}");
}

static void keys_repeated_under_a_wildcard(void **state) {
    (void)state;
    static const size_t keys[] = {1, 2, 511, 512, 513, 1536, 1537, 5000};
    text line = {NULL, 0, 0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        for (int is_far = 0; is_far < 2; is_far++) {
            const size_t survivors[] = {0, keys[i] / 2, keys[i] - 1, keys[i]};
            for (size_t s = 0; s < 4; s++) {
                withdrawn_hits(&line, keys[i], survivors[s], is_far != 0);
                assert_verdict("{ $.o.* = 1 }", &line, survivors[s] < keys[i]);
                withdrawn_hits(&line, keys[i], survivors[s], is_far != 0);
                assert_verdict("{ $.o.* = 1 && $.* != 5 }", &line, survivors[s] < keys[i]);
                withdrawn_hits(&line, keys[i], survivors[s], is_far != 0);
                assert_verdict("{ $.o.* != 1 && $.o.k0 = * && $.o.z.* NOT EXISTS }", &line,
                               survivors[s] == keys[i]);
            }
        }
    }
}

static void a_hundred_thousand_keys(void **state) {
    (void)state;
    text line = {NULL, 0, 0};
    withdrawn_hits(&line, 50000, 50000, true);
    assert_verdict("{ $.o.* = 1 }", &line, false);
    withdrawn_hits(&line, 50000, 49999, true);
    assert_verdict("{ $.o.* = 1 }", &line, true);
    withdrawn_hits(&line, 15000, 15000, true);
    assert_verdict("{ $.* = 1 || $.o.* = 1 || $.o.k7.* = 1 }", &line, false);
    add_string(&line, "{\"o\":{\"k\":1");
    add_times(&line, ",\"k\":1,\"\\u006b\":2", 50000);
    add_string(&line, "}}");
    assert_verdict("{ $.o.* = 1 || $.o.k = 1 }", &line, false);
    add_string(&line, "{\"o\":[0");
    add_times(&line, ",{\"x\":1,\"x\":0}", 50000);
    add_string(&line, "]}");
    assert_verdict("{ $.o[*].x = 1 }", &line, false);
}

/* Reading the outer object again must not read the inner one again and again. */
static void full_tables_in_each_other(void **state) {
    (void)state;
    text line = {NULL, 0, 0};
    add_string(&line, "{");
    for (size_t i = 0; i < 30000; i++)
        add_member(&line, i, "1");
    add_string(&line, ",\"a\":{");
    for (size_t i = 0; i < 30000; i++)
        add_member(&line, i, "1");
    for (size_t i = 0; i < 30000; i++)
        add_member(&line, i, "0");
    add_string(&line, "}");
    for (size_t i = 0; i < 30000; i++)
        add_member(&line, i, "0");
    add_string(&line, "}");
    assert_verdict("{ $.* = 1 || $.a.* = 1 }", &line, false);
}

static void a_megabyte_line(void **state) {
    (void)state;
    text line = {NULL, 0, 0};
    add_string(&line, "{\"a\":\"x\"");
    while (line.len < 1 << 20)
        add_string(&line, ",\"k\":[1,2.5,{\"x\":\"\\u00e9\"},true,null]");
    add_string(&line, ",\"a\":\"y\"}");
    assert_verdict("{ $.a = \"x\" }", &line, false);
}

/* --- the stack -----------------------------------------------------------------------------------
 */

#define STACK_SIZE ((size_t)512 * 1024)
#define PAINT      0xA5

static void match_fields(const text *line) {
    jsonlog_filter *filter = compile("[a, ..., b = %x{1,200}% || b = *y*, c]");
    jsonlog_found found;
    jsonlog_filter_match(filter, line->bytes, line->len);
    jsonlog_filter_extract(filter, "$2", line->bytes, line->len, &found, NULL);
    jsonlog_filter_free(filter);
}

static void *match_on_painted_stack(void *argument) {
    const text *line = argument;
    match_fields(line);
    jsonlog_filter *filter =
        compile("{ $.a.* = 1 || $.b = \"*x*y\" || $.c = %a{1,200}% || $.* = 2 }");
    const bool is_match = jsonlog_filter_match(filter, line->bytes, line->len);
    jsonlog_filter_free(filter);
    return is_match ? argument : NULL;
}

static void uses_little_stack(void **state) {
    (void)state;
    if (IS_SANITIZED)
        skip();
    text line = {NULL, 0, 0};
    add_string(&line, "{\"b\":\"\\n\",\"c\":\"\\nb\",\"d\":1.5e300,\"a\":");
    add_times(&line, "{\"x\":[", 400);
    add_times(&line, "]}", 400);
    add_string(&line, "}");
    unsigned char *stack = aligned_alloc(4096, STACK_SIZE);
    assert_non_null(stack);
    memset(stack, PAINT, STACK_SIZE);
    pthread_attr_t attributes;
    pthread_t thread;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, match_on_painted_stack, &line), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    size_t untouched = 0;
    while (untouched < STACK_SIZE && stack[untouched] == PAINT)
        untouched++;
    print_message("%zu bytes of stack, thread included\n", STACK_SIZE - untouched);
    assert_true(STACK_SIZE - untouched < 64 * 1024);
    free(stack);
    free(line.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_kind_and_pattern),
        cmocka_unit_test(everything_matches_a_blank_pattern),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(counts_length_as_utf16),
        cmocka_unit_test(takes_the_largest_patterns),
        cmocka_unit_test(follows_the_deepest_selector),
        cmocka_unit_test(survives_every_failed_allocation),
        cmocka_unit_test(decides_as_specified),
        cmocka_unit_test(torn_lines_never_match),
        cmocka_unit_test(nested_lines),
        cmocka_unit_test(a_long_string_under_stars),
        cmocka_unit_test(a_long_number),
        cmocka_unit_test(keys_repeated_under_a_wildcard),
        cmocka_unit_test(a_hundred_thousand_keys),
        cmocka_unit_test(full_tables_in_each_other),
        cmocka_unit_test(a_megabyte_line),
        cmocka_unit_test(uses_little_stack),
    };
    if (counted_heap_install(&memory) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
