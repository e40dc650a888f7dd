#include "filter/regex.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include <cJSON.h>

#define MEGABYTE (1024 * 1024)

/* ---- an allocator that fails when told to ---- */

static long allocations_left = -1; /* negative: never fails */
static long blocks_in_use;

static void *allocate(size_t size, void *user) {
    (void)user;
    if (allocations_left == 0)
        return NULL;
    if (allocations_left > 0)
        allocations_left--;
    blocks_in_use++;
    return malloc(size);
}

static void *reallocate(void *memory, size_t size, void *user) {
    (void)user;
    return allocations_left == 0 ? NULL : realloc(memory, size);
}

static void release(void *memory, void *user) {
    (void)user;
    blocks_in_use--;
    free(memory);
}

/* ---- every way to run an expression must give one verdict ---- */

static bool run_by_code_points(const jl_regex *regex, jl_text text) {
    jl_regex_run run;
    jl_regex_begin(regex, &run);
    bool is_certain = false;
    for (size_t at = 0, bytes = 0; at < text.len; at += bytes) {
        uint32_t c = jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes);
        bool before = jl_regex_end(regex, &run);
        bool was_certain = is_certain;
        is_certain = jl_regex_feed(regex, &run, c == JL_UTF8_INVALID ? 0xFFFD : c);
        if (was_certain) {
            assert_true(is_certain);
            assert_int_equal(jl_regex_end(regex, &run), before);
        }
    }
    return jl_regex_end(regex, &run);
}

static bool run_in_two(const jl_regex *regex, jl_text text, size_t cut) {
    jl_regex_run run;
    jl_regex_begin(regex, &run);
    (void)jl_regex_feed_text(regex, &run, (jl_text){text.ptr, cut});
    (void)jl_regex_feed_text(regex, &run, (jl_text){text.ptr + cut, text.len - cut});
    return jl_regex_end(regex, &run);
}

static bool verdict(const jl_regex *regex, jl_text text) {
    bool searched = jl_regex_search(regex, text);
    assert_int_equal(run_by_code_points(regex, text), searched);
    for (size_t cut = 0, bytes = 0, pieces = 0; cut < text.len; cut += bytes, pieces++) {
        /* Every cut of a short text, some of a long one. */
        if (text.len < 100 || pieces % 97 == 3)
            assert_int_equal(run_in_two(regex, text, cut), searched);
        (void)jl_utf8_decode((jl_text){text.ptr + cut, text.len - cut}, &bytes);
    }
    return searched;
}

static jl_regex *compile(const char *pattern) {
    jl_text text = jl_text_of(pattern);
    jl_regex *regex = NULL;
    size_t end = 0;
    jsonlog_err err;
    if (jl_regex_compile(text, 0, &end, &regex, &err) != JSONLOG_OK)
        fail_msg("%s: %s", pattern, err.text);
    assert_int_equal(end, text.len);
    return regex;
}

static bool matches(const char *pattern, jl_text text) {
    jl_regex *regex = compile(pattern);
    bool result = verdict(regex, text);
    jl_regex_free(regex);
    return result;
}

/* ---- data ---- */

typedef void (*line_visitor)(const cJSON *line, int *counts);

static const char *text_of(const cJSON *line, const char *key) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(line, key));
}

static bool is_true(const cJSON *line, const char *key) {
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(line, key));
}

static void visit_lines(const char *path, line_visitor visit, int *counts) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        cJSON *json = cJSON_Parse(line);
        assert_non_null(json);
        visit(json, counts);
        cJSON_Delete(json);
    }
    free(line);
    fclose(file);
}

static void check_verdict(const cJSON *line, int *counts) {
    const char *pattern = text_of(line, "pattern");
    const char *text = text_of(line, "text");
    bool expected = is_true(line, "match");
    if (matches(pattern, jl_text_of(text)) != expected)
        fail_msg("%s on \"%s\" should be %d: %s", pattern, text, expected, text_of(line, "why"));
    counts[expected]++;
}

static void gives_the_verdicts_of_our_data(void **state) {
    (void)state;
    int counts[2] = {0, 0};
    visit_lines(JSONLOG_TEST_DATA "/regex/verdicts.jsonl", check_verdict, counts);
    print_message("verdicts: %d true, %d false\n", counts[1], counts[0]);
    assert_true(counts[0] > 100 && counts[1] > 100);
}

static void check_error(const cJSON *line, int *counts) {
    const char *pattern = text_of(line, "pattern");
    size_t open = (size_t)cJSON_GetObjectItemCaseSensitive(line, "open")->valueint;
    size_t offset = (size_t)cJSON_GetObjectItemCaseSensitive(line, "offset")->valueint;
    bool is_limit = strcmp(text_of(line, "code"), "limit") == 0;
    jl_regex *regex = NULL;
    size_t end = 77;
    jsonlog_err err = {.offset = 12345};
    jsonlog_status status = jl_regex_compile(jl_text_of(pattern), open, &end, &regex, &err);
    if (status != (is_limit ? JSONLOG_E_LIMIT : JSONLOG_E_SYNTAX) || err.offset != offset)
        fail_msg("%s: status %d, offset %zu, %s", pattern, (int)status, err.offset, err.text);
    assert_int_equal(err.code, status);
    assert_string_equal(err.text, text_of(line, "message"));
    assert_null(regex);
    assert_int_equal(end, 77);
    assert_int_equal(jl_regex_compile(jl_text_of(pattern), open, &end, &regex, NULL), status);
    counts[is_limit]++;
}

static void refuses_with_code_offset_and_message(void **state) {
    (void)state;
    int counts[2] = {0, 0};
    visit_lines(JSONLOG_TEST_DATA "/regex/errors.jsonl", check_error, counts);
    print_message("errors: %d of syntax, %d of limit\n", counts[0], counts[1]);
    assert_true(counts[0] > 100);
    assert_true(counts[1] > 5);
}

/* ---- the vectors of the filter room, as far as they need nothing but the expression ---- */

enum { VECTORS_RUN, VECTORS_REFUSED, VECTORS_FROM_JSON, VECTORS_OF_OTHERS };

static void check_refused_vector(const cJSON *line, int *counts) {
    const char *pattern = text_of(line, "pattern");
    const char *message = text_of(line, "message");
    jl_regex *regex = NULL;
    size_t end = 0;
    jsonlog_err err;
    if (jl_regex_compile(jl_text_of(pattern), 0, &end, &regex, &err) == JSONLOG_OK) {
        /* The expression is sound; what follows it is for the parser of whole patterns. */
        assert_true(end < strlen(pattern));
        jl_regex_free(regex);
        counts[VECTORS_OF_OTHERS]++;
        return;
    }
    assert_int_equal(err.code, JSONLOG_E_SYNTAX);
    if (message != NULL)
        assert_string_equal(err.text, message);
    counts[VECTORS_REFUSED]++;
}

/* The last of members of one name counts; cJSON would give the first. */
static const char *last_string(const cJSON *event, const char *name) {
    const cJSON *member = NULL;
    const char *value = NULL;
    cJSON_ArrayForEach(member, event) {
        if (strcmp(member->string, name) == 0)
            value = cJSON_GetStringValue(member);
    }
    return value;
}

/* `{ $.name = %...% }` on a member that is a string: the verdict is the expression's. */
static void check_json_vector(const cJSON *line, int *counts) {
    const char *pattern = text_of(line, "pattern");
    char name[32];
    char operator[3];
    int open = -1;
    if (sscanf(pattern, "{ $.%31[A-Za-z] %2[=!] %n", name, operator, & open) != 2 || open < 0 ||
        pattern[open] != '%')
        return;
    cJSON *event = cJSON_Parse(text_of(line, "event"));
    const char *value = event == NULL ? NULL : last_string(event, name);
    jl_regex *regex = NULL;
    size_t end = 0;
    jsonlog_status status = jl_regex_compile(jl_text_of(pattern), (size_t)open, &end, &regex, NULL);
    if (value != NULL && status == JSONLOG_OK && strcmp(pattern + end, " }") == 0) {
        bool is_equal = verdict(regex, jl_text_of(value)) == (operator[0] == '=');
        assert_int_equal(is_equal, is_true(line, "match"));
        counts[VECTORS_FROM_JSON]++;
    }
    jl_regex_free(regex);
    cJSON_Delete(event);
}

static void check_vector(const cJSON *line, int *counts) {
    const char *pattern = text_of(line, "pattern");
    bool is_error = is_true(line, "error");
    if (pattern[0] == '{' && !is_error)
        check_json_vector(line, counts);
    if (pattern[0] != '%')
        return;
    if (is_error) {
        check_refused_vector(line, counts);
        return;
    }
    bool expected = is_true(line, "match");
    if (matches(pattern, jl_text_of(text_of(line, "event"))) != expected)
        fail_msg("%s", text_of(line, "id"));
    counts[VECTORS_RUN]++;
}

static void agrees_with_the_filter_vectors(void **state) {
    (void)state;
    int counts[4] = {0, 0, 0, 0};
    visit_lines(JSONLOG_TEST_DATA "/filter/vectors.jsonl", check_vector, counts);
    print_message("vectors: %d run, %d refused, %d out of JSON patterns, %d for other parsers\n",
                  counts[VECTORS_RUN], counts[VECTORS_REFUSED], counts[VECTORS_FROM_JSON],
                  counts[VECTORS_OF_OTHERS]);
    assert_true(counts[VECTORS_RUN] > 240);
    assert_true(counts[VECTORS_REFUSED] >= 17);
    assert_true(counts[VECTORS_FROM_JSON] >= 10);
}

/* ---- text that is not well formed ---- */

static void takes_an_ill_formed_byte_as_one_code_point(void **state) {
    (void)state;
    assert_true(matches("%^.$%", JL_TEXT("\xFF")));
    assert_true(matches("%^[^a]{2}$%", JL_TEXT("\xC3\xE9")));
    assert_false(matches("%^.$%", JL_TEXT("\xE2\x82")));
    assert_true(matches("%^..$%", JL_TEXT("\xE2\x82")));
    assert_true(matches("%^\\W{3}$%", JL_TEXT("\xED\xA0\x80")));
    assert_true(matches("%^a\\Db$%", JL_TEXT("a\x80"
                                             "b")));
    assert_false(matches("%^a\\wb$%", JL_TEXT("a\xE9"
                                              "b")));
    assert_true(matches("%ERR%", JL_TEXT("\xE2\x82"
                                         "ERR")));
}

/* Half of a surrogate pair, which only an escape in a JSON string can hold, is no character. */
static void takes_no_lone_surrogate(void **state) {
    (void)state;
    static const char *const patterns[] = {"%^.%", "%[^a]%", "%\\W%", "%\\D%", "%\\S%"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        jl_regex *regex = NULL;
        size_t end = 0;
        jl_regex_run run;
        assert_int_equal(jl_regex_compile(jl_text_of(patterns[i]), 0, &end, &regex, NULL),
                         JSONLOG_OK);
        jl_regex_begin(regex, &run);
        jl_regex_feed(regex, &run, 0xD800);
        jl_regex_feed(regex, &run, 0xDFFF);
        assert_false(jl_regex_end(regex, &run));
        jl_regex_feed(regex, &run, 0xFFFD);
        assert_int_equal(jl_regex_end(regex, &run), i > 0);
        jl_regex_free(regex);
    }
}

static void takes_nul_as_any_other_character(void **state) {
    (void)state;
    assert_true(matches("%a.b%", JL_TEXT("a\0b")));
    assert_true(matches("%^\\x00$%", JL_TEXT("\0")));
    assert_true(matches("%x\\x00y%", JL_TEXT("ax\0yb")));
    assert_false(matches("%x\\x00y%", JL_TEXT("xy")));
    assert_false(matches("%\\x00%", JL_TEXT("")));
    jl_regex *regex = compile("%^$%");
    assert_true(jl_regex_search(regex, (jl_text){NULL, 0}));
    jl_regex_free(regex);
    jsonlog_err err;
    size_t end = 0;
    assert_int_equal(jl_regex_compile(JL_TEXT("%a\0b%"), 0, &end, &regex, &err), JSONLOG_E_SYNTAX);
    assert_int_equal(err.offset, 2);
}

static void compiles_inside_a_larger_pattern(void **state) {
    (void)state;
    jl_text pattern = JL_TEXT("{ $.a = %x|y% || $.b = %z% }");
    jl_regex *first = NULL;
    jl_regex *second = NULL;
    size_t end = 0;
    assert_int_equal(jl_regex_compile(pattern, 8, &end, &first, NULL), JSONLOG_OK);
    assert_int_equal(end, 13);
    assert_int_equal(jl_regex_compile(pattern, 23, &end, &second, NULL), JSONLOG_OK);
    assert_int_equal(end, 26);
    assert_true(verdict(first, JL_TEXT("ay")));
    assert_false(verdict(first, JL_TEXT("z")));
    assert_true(verdict(second, JL_TEXT("z")));
    jl_regex_free(first);
    jl_regex_free(second);
    jl_regex_free(NULL);
}

/* ---- streaming ---- */

static void says_when_the_verdict_is_certain(void **state) {
    (void)state;
    jl_regex_run run;
    jl_regex *regex = compile("%^ab%");
    jl_regex_begin(regex, &run);
    assert_false(jl_regex_feed(regex, &run, 'a'));
    assert_true(jl_regex_feed(regex, &run, 'b'));
    assert_true(jl_regex_end(regex, &run));
    jl_regex_begin(regex, &run);
    assert_true(jl_regex_feed(regex, &run, 0x1F600));
    assert_false(jl_regex_end(regex, &run));
    jl_regex_begin(regex, &run);
    assert_false(jl_regex_feed_text(regex, &run, JL_TEXT("")));
    assert_false(jl_regex_end(regex, &run));
    assert_true(jl_regex_feed_text(regex, &run, JL_TEXT("abc")));
    assert_true(jl_regex_feed_text(regex, &run, JL_TEXT("abc")));
    assert_true(jl_regex_end(regex, &run));
    jl_regex_free(regex);

    regex = compile("%b$%");
    jl_regex_begin(regex, &run);
    assert_false(jl_regex_feed_text(regex, &run, JL_TEXT("ab")));
    assert_true(jl_regex_end(regex, &run));
    assert_false(jl_regex_feed(regex, &run, 'c'));
    assert_false(jl_regex_end(regex, &run));
    jl_regex_free(regex);
}

/* ---- words, positions, limits ---- */

static void counts_positions_with_repeats_written_out(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        size_t positions;
    } cases[] = {
        {"%a%", 1},        {"%abc|de%", 5}, {"%a*b+c?%", 3},     {"%a{3,5}%", 5},
        {"%a{3,}%", 3},    {"%a{,7}%", 7},  {"%^a$%", 1},        {"%|%", 0},
        {"%[a-z]{9}%", 9}, {"%a{0}%", 0},   {"%a{2048}%", 2048}, {"%^.{1000}.{,1000}x{48}$%", 2048},
        {"%.*a.*%", 3},    {"%^{99}a%", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        jl_regex *regex = compile(cases[i].pattern);
        assert_int_equal(jl_regex_positions(regex), cases[i].positions);
        jl_regex_free(regex);
    }
}

/* Lengths round the edges of the 64-bit words, where a carry that is lost shows. */
static void carries_between_words(void **state) {
    (void)state;
    static const unsigned sizes[] = {1, 2, 62, 63, 64, 65, 127, 128, 129, 192, 700, 2045};
    char *text = malloc(2100);
    memset(text, 'a', 2100);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned n = sizes[i];
        char pattern[64];
        snprintf(pattern, sizeof pattern, "%%^a{%u}b?$%%", n);
        assert_true(matches(pattern, (jl_text){text, n}));
        assert_false(matches(pattern, (jl_text){text, n - 1}));
        assert_false(matches(pattern, (jl_text){text, n + 1}));
        /* The skip starts at one position, not at all of them as it would behind the `^`. */
        snprintf(pattern, sizeof pattern, "%%^aa{,%u}b$|c%%", n);
        text[n] = 'b';
        for (unsigned skip = 0; skip<n; skip += n> 200 ? 97 : 1)
            assert_true(matches(pattern, (jl_text){text + skip, n - skip + 1}));
        assert_false(matches(pattern, (jl_text){text, n}));
        text[n] = 'a';
        text[n + 2] = 'b';
        assert_true(matches(pattern, (jl_text){text + 1, n + 2}));
        assert_false(matches(pattern, (jl_text){text, n + 3}));
        text[n + 2] = 'a';
    }
    free(text);
}

/* ---- time ---- */

static double seconds_of(const jl_regex *regex, jl_text text, bool expected) {
    clock_t start = clock();
    assert_int_equal(jl_regex_search(regex, text), expected);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/*
 * The bound is one step per code point and word of state. A hundred times what a harmless
 * expression takes is far above noise, and far below any backtracking.
 */
static void stays_linear_on_hostile_expressions(void **state) {
    (void)state;
    static const char *const hostile[] = {
        "%a*a*a*a*b%",
        "%^a*a*a*a*a*a*a*a*b%",
        "%a{,50}a{,50}b%",
        "%^a{,50}a{,50}b%",
        "%xa{,50}a{,50}b|a?a?a?a?a?a?a?a?a?a?a?a?c$%",
        "%.*.*.*=.*%",
        "%^.*.*.*=.*$%",
        "%[ab]*[ac]*[ad]*x|[^b]+[^c]+y%",
        "%^a{,1000}a{,1000}b$%",
        "%[ab]{2000}c%",
        "%^.*.{500}.*.{500}.*=%",
    };
    char *text = malloc(MEGABYTE);
    memset(text, 'a', MEGABYTE);
    jl_text whole = {text, MEGABYTE};
    jl_regex *plain = compile("%[ab]c|[ab]d%");
    double unit = seconds_of(plain, whole, false) + 0.001;
    jl_regex_free(plain);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        jl_regex *regex = compile(hostile[i]);
        double words = (double)(jl_regex_positions(regex) / 64 + 1);
        double taken = seconds_of(regex, whole, false);
        if (taken > 100 * unit * words)
            fail_msg("%s took %f s, the plain one %f s", hostile[i], taken, unit);
        jl_regex_free(regex);
    }
    free(text);
}

/* A long pattern of large repeats: refused by counting, before any of it is written out. */
static void refuses_huge_repeats_without_memory(void **state) {
    (void)state;
    char pattern[1100] = "%";
    while (strlen(pattern) < 1000)
        strcat(pattern, "a{1000000000}");
    strcat(pattern, "%");
    jl_regex *regex = NULL;
    size_t end = 0;
    jsonlog_err err;
    clock_t start = clock();
    for (int i = 0; i < 100; i++)
        assert_int_equal(jl_regex_compile(jl_text_of(pattern), 0, &end, &regex, &err),
                         JSONLOG_E_LIMIT);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 1.0);
    assert_non_null(strstr(err.text, " 77000000000 "));
    assert_int_equal(err.offset, 1);
}

/* ---- memory ---- */

static void reports_every_failed_allocation(void **state) {
    (void)state;
    jl_text pattern = JL_TEXT("%^[hc]at{2,70}$|.*ERROR%");
    long blocks = blocks_in_use;
    long needed = 0;
    for (;; needed++) {
        jl_regex *regex = NULL;
        size_t end = 0;
        jsonlog_err err;
        allocations_left = needed;
        jsonlog_status status = jl_regex_compile(pattern, 0, &end, &regex, &err);
        allocations_left = -1;
        if (status == JSONLOG_OK) {
            assert_true(verdict(regex, JL_TEXT("hatt")));
            jl_regex_free(regex);
            break;
        }
        assert_int_equal(status, JSONLOG_E_NOMEM);
        assert_int_equal(err.code, JSONLOG_E_NOMEM);
        assert_int_equal(err.offset, JSONLOG_NO_OFFSET);
        assert_null(regex);
        assert_int_equal(end, 0);
        assert_int_equal(blocks_in_use, blocks);
    }
    assert_int_equal(needed, 3);
    assert_int_equal(blocks_in_use, blocks);
}

static void matches_without_allocating(void **state) {
    (void)state;
    jl_regex *regex = compile("%^.{300}x?$|[a-c]+d%");
    allocations_left = 0;
    assert_true(verdict(regex, JL_TEXT("zzabcd")));
    assert_false(verdict(regex, JL_TEXT("zzabc")));
    allocations_left = -1;
    jl_regex_free(regex);
}

int main(void) {
    static const jsonlog_allocator counting = {allocate, reallocate, release, NULL};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_verdicts_of_our_data),
        cmocka_unit_test(refuses_with_code_offset_and_message),
        cmocka_unit_test(agrees_with_the_filter_vectors),
        cmocka_unit_test(takes_an_ill_formed_byte_as_one_code_point),
        cmocka_unit_test(takes_no_lone_surrogate),
        cmocka_unit_test(takes_nul_as_any_other_character),
        cmocka_unit_test(compiles_inside_a_larger_pattern),
        cmocka_unit_test(says_when_the_verdict_is_certain),
        cmocka_unit_test(counts_positions_with_repeats_written_out),
        cmocka_unit_test(carries_between_words),
        cmocka_unit_test(stays_linear_on_hostile_expressions),
        cmocka_unit_test(refuses_huge_repeats_without_memory),
        cmocka_unit_test(reports_every_failed_allocation),
        cmocka_unit_test(matches_without_allocating),
    };
    if (jsonlog_set_allocator(&counting) != JSONLOG_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
