/*
 * PCRE2 as the oracle: random expressions of the dialect against random texts made from them, and
 * random soups of legal characters, which must never mean one thing here and another there.
 */
#include "filter/regex.h"

#include "base/utf8.h"
#include "support/test_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define TEXT_MAX 4096

/* ---- text that grows ---- */

typedef struct scratch {
    char bytes[TEXT_MAX];
    size_t len;
} scratch;

static void put_text(scratch *out, jl_text text) {
    assert_true(out->len + text.len <= TEXT_MAX);
    if (text.len > 0)
        memcpy(out->bytes + out->len, text.ptr, text.len);
    out->len += text.len;
}

static void put(scratch *out, const char *text) {
    put_text(out, jl_text_of(text));
}

static jl_text view(const scratch *text) {
    return (jl_text){text->bytes, text->len};
}

/* ---- the oracle ---- */

static pcre2_compile_context *compile_context;
static pcre2_match_context *match_context;

static pcre2_code *oracle_compile(jl_text expression, int *error) {
    size_t offset = 0;
    return pcre2_compile((PCRE2_SPTR)expression.ptr, expression.len,
                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, error, &offset, compile_context);
}

/* What a byte that is not UTF-8 means to us, PCRE2 must be shown. */
static void repair(jl_text text, scratch *out) {
    out->len = 0;
    for (size_t at = 0, bytes = 0; at < text.len; at += bytes) {
        jl_text rest = {text.ptr + at, text.len - at};
        bool is_bad = jl_utf8_decode(rest, &bytes) == JL_UTF8_INVALID;
        put_text(out, is_bad ? JL_TEXT("\uFFFD") : (jl_text){rest.ptr, bytes});
    }
}

/* 1, 0, or -1 if PCRE2 gave up. */
static int oracle_match(const pcre2_code *code, pcre2_match_data *data, jl_text text) {
    scratch repaired;
    repair(text, &repaired);
    int result =
        pcre2_match(code, (PCRE2_SPTR)repaired.bytes, repaired.len, 0, 0, data, match_context);
    if (result == PCRE2_ERROR_NOMATCH)
        return 0;
    return result < 0 ? -1 : 1;
}

/* ---- the candidates ---- */

/* The same expression alone, and beside alternatives that never match and move it across words. */
typedef struct candidates {
    jl_regex *plain;
    jl_regex *wide;
    jl_regex *shifted;
} candidates;

static jsonlog_status compile_as(const char *before, jl_text expression, const char *after,
                                 jl_regex **out) {
    static scratch pattern;
    size_t end = 0;
    pattern.len = 0;
    put(&pattern, "%");
    put(&pattern, before);
    put_text(&pattern, expression);
    put(&pattern, after);
    put(&pattern, "%");
    return jl_regex_compile(view(&pattern), 0, &end, out, NULL);
}

static jsonlog_status compile_candidates(jl_text expression, unsigned shift, candidates *out) {
    char before[64];
    snprintf(before, sizeof before, "^x\\x01{%u}[^\\s\\S]|", shift);
    *out = (candidates){NULL, NULL, NULL};
    jsonlog_status status = compile_as("", expression, "", &out->plain);
    if (status != JSONLOG_OK)
        return status;
    assert_int_equal(compile_as("", expression, "|\\x01{70}", &out->wide), JSONLOG_OK);
    assert_int_equal(compile_as(before, expression, "", &out->shifted), JSONLOG_OK);
    return JSONLOG_OK;
}

static void free_candidates(candidates *all) {
    jl_regex_free(all->plain);
    jl_regex_free(all->wide);
    jl_regex_free(all->shifted);
}

static bool match_by_code_points(const jl_regex *regex, jl_text text) {
    jl_regex_run run;
    jl_regex_begin(regex, &run);
    for (size_t at = 0, bytes = 0; at < text.len; at += bytes) {
        uint32_t c = jl_utf8_decode((jl_text){text.ptr + at, text.len - at}, &bytes);
        (void)jl_regex_feed(regex, &run, c == JL_UTF8_INVALID ? 0xFFFD : c);
    }
    return jl_regex_end(regex, &run);
}

/* The one verdict of all paths; a disagreement among them is a failure of its own. */
static bool candidates_match(const candidates *all, jl_text expression, jl_text text) {
    bool verdict = match_by_code_points(all->plain, text);
    const jl_regex *each[] = {all->plain, all->wide, all->shifted};
    for (size_t i = 0; i < 3; i++)
        if (jl_regex_search(each[i], text) != verdict ||
            match_by_code_points(each[i], text) != verdict)
            fail_msg("paths differ (%zu): %.*s on \"%.*s\"", i, (int)expression.len, expression.ptr,
                     (int)text.len, text.ptr);
    return verdict;
}

/* ---- random expressions ---- */

typedef struct atom {
    const char *spelling;
    const char *samples; /* code points it takes; empty for one that takes none of ours */
} atom;

/* The first few are drawn most, so that neighbours overlap and repeats have work to do. */
static const atom atoms[] = {
    {"a", "a"},
    {"b", "b"},
    {"[ab]", "ab"},
    {".", "abc0 é가"},
    {"[^a]", "bc\n가"},
    {"c", "c"},
    {"\\x61", "a"},
    {"\\xe9", "\xc3\xa9"},
    {"[^\\xe8-\\xef]", "\xc3\xa7\xc3\xb0"},
    {"[a-c]", "abc"},
    {"[^b-z]", "a0 -é"},
    {"\\d", "059"},
    {"\\D", "a \n가"},
    {"\\w", "ab_9Z"},
    {"\\W", "- .é가😀"},
    {"\\s", " \t\n\r\v\f"},
    {"\\S", "a0-가"},
    {"[\\d.]", "0.9"},
    {"[^\\w]", " -가"},
    {"[\\s\\d]", " 0\n"},
    {"[]a]", "]a"},
    {"[a\\-c]", "a-c"},
    {"[-\\]]", "-]"},
    {"[\\x20-\\x2f]", " ./"},
    {"\\n", "\n"},
    {"\\t", "\t"},
    {"\\.", "."},
    {"\\-", "-"},
    {"\\\\", "\\"},
    {"\\_", "_"},
    {" ", " "},
    {"]", "]"},
    {"}", "}"},
    {"-", "-"},
    {":", ":"},
    {"Z", "Z"},
};

#define ATOMS        (sizeof atoms / sizeof atoms[0])
#define COMMON_ATOMS 9

typedef struct quantifier {
    const char *spelling;
    const char *oracle_spelling; /* NULL: the same; PCRE2 10.42 reads {,n} as text */
    unsigned min;
    unsigned max; /* what the text maker goes up to */
} quantifier;

static const quantifier quantifiers[] = {
    {"*", NULL, 0, 3},         {"+", NULL, 1, 3},         {"?", NULL, 0, 1},
    {"*?", NULL, 0, 3},        {"+?", NULL, 1, 3},        {"??", NULL, 0, 1},
    {"{2}", NULL, 2, 2},       {"{1,}", NULL, 1, 3},      {"{,2}", "{0,2}", 0, 2},
    {"{1,3}", NULL, 1, 3},     {"{0}", NULL, 0, 0},       {"{2,3}?", NULL, 2, 3},
    {"{,1}?", "{0,1}?", 0, 1}, {"{0,}", NULL, 0, 4},      {"{,66}", "{0,66}", 0, 66},
    {"{63,}", NULL, 63, 66},   {"{30,40}", NULL, 30, 40},
};

#define QUANTIFIERS       (sizeof quantifiers / sizeof quantifiers[0])
#define SHORT_QUANTIFIERS 14

typedef struct expression_part {
    const atom *atom;
    const quantifier *quantifier; /* NULL: once */
} expression_part;

#define PARTS_MAX    6
#define BRANCHES_MAX 3

typedef struct branch {
    expression_part parts[PARTS_MAX];
    size_t count;
    bool is_at_start;
    bool is_at_end;
} branch;

typedef struct test_expression {
    branch branches[BRANCHES_MAX];
    size_t count;
    scratch ours;
    scratch oracle;
} test_expression;

static bool one_in(test_random *random, size_t n) {
    return test_random_below(random, n) == 0;
}

static expression_part random_part(test_random *random) {
    expression_part made = {NULL, NULL};
    bool is_common = !one_in(random, 3);
    made.atom = &atoms[test_random_below(random, is_common ? COMMON_ATOMS : ATOMS)];
    if (one_in(random, 2))
        return made;
    bool is_short = !one_in(random, 20);
    made.quantifier =
        &quantifiers[test_random_below(random, is_short ? SHORT_QUANTIFIERS : QUANTIFIERS)];
    return made;
}

static void put_both(test_expression *out, const char *ours, const char *oracle) {
    put(&out->ours, ours);
    put(&out->oracle, oracle == NULL ? ours : oracle);
}

/* Anchors where nobody puts them, too; the text maker does not know about those. */
static void put_stray_anchor(test_random *random, test_expression *out) {
    /* PCRE2 repeats no anchor that stands alone. */
    static const char *const anchors[][2] = {
        {"^", NULL},      {"$", NULL},      {"^*", "(?:^)*"},     {"$?", "(?:$)?"},
        {"^+", "(?:^)+"}, {"$*", "(?:$)*"}, {"^{2}", "(?:^){2}"}, {"$+?", "(?:$)+?"},
    };
    if (!one_in(random, 60))
        return;
    size_t i = test_random_below(random, 8);
    put_both(out, anchors[i][0], anchors[i][1]);
}

static void put_branch(test_random *random, const branch *from, test_expression *out) {
    if (from->is_at_start)
        put_both(out, "^", NULL);
    for (size_t i = 0; i < from->count; i++) {
        const expression_part *part = &from->parts[i];
        put_stray_anchor(random, out);
        put_both(out, part->atom->spelling, NULL);
        if (part->quantifier != NULL)
            put_both(out, part->quantifier->spelling, part->quantifier->oracle_spelling);
    }
    put_stray_anchor(random, out);
    if (from->is_at_end)
        put_both(out, "$", NULL);
}

static void make_expression(test_random *random, test_expression *out) {
    out->count = one_in(random, 3) ? 1 + test_random_below(random, BRANCHES_MAX) : 1;
    out->ours.len = out->oracle.len = 0;
    for (size_t i = 0; i < out->count; i++) {
        branch *to = &out->branches[i];
        *to = (branch){.is_at_start = one_in(random, 3), .is_at_end = one_in(random, 3)};
        to->count = test_random_below(random, PARTS_MAX) + !one_in(random, 20);
        for (size_t j = 0; j < to->count; j++)
            to->parts[j] = random_part(random);
        if (i > 0)
            put_both(out, "|", NULL);
        put_branch(random, to, out);
    }
    /* `%%` is no expression. */
    if (out->ours.len == 0)
        put_both(out, "a*", NULL);
}

/* ---- random texts ---- */

static const char *const noise[] = {"a", "b",  "c", "a",  "b",  "0", " ",    "\n",      "-",
                                    "é", "가", "_", "\r", "\t", "😀", "\xFF", "\xE2\x82"};

#define NOISE (sizeof noise / sizeof noise[0])

static void put_noise(test_random *random, scratch *out, size_t limit) {
    for (size_t i = test_random_below(random, limit); i > 0; i--)
        put(out, noise[test_random_below(random, NOISE)]);
}

static jl_text random_code_point(test_random *random, jl_text samples) {
    size_t skip = test_random_below(random, jl_utf8_valid_prefix(samples));
    jl_text found = {samples.ptr, 0};
    for (size_t at = 0; at <= skip; at += found.len) {
        found.ptr = samples.ptr + at;
        (void)jl_utf8_decode((jl_text){found.ptr, samples.len - at}, &found.len);
    }
    return found;
}

static void put_part(test_random *random, const expression_part *part, scratch *out) {
    size_t times = 1;
    if (part->quantifier != NULL)
        times = part->quantifier->min +
                test_random_below(random, part->quantifier->max - part->quantifier->min + 1);
    while (times-- > 0)
        put_text(out, random_code_point(random, jl_text_of(part->atom->samples)));
}

/* Drop, double or replace one byte: most such texts no longer match. */
static void damage(test_random *random, scratch *text) {
    if (text->len == 0)
        return;
    size_t at = test_random_below(random, text->len);
    switch (test_random_below(random, 3)) {
    case 0: text->bytes[at] = noise[test_random_below(random, NOISE)][0]; break;
    case 1:
        memmove(text->bytes + at, text->bytes + at + 1, text->len - at - 1);
        text->len--;
        break;
    default: text->bytes[at] = text->bytes[test_random_below(random, text->len)]; break;
    }
}

static void make_text(test_random *random, const test_expression *from, scratch *out) {
    out->len = 0;
    if (one_in(random, 5)) {
        put_noise(random, out, 12);
        return;
    }
    const branch *chosen = &from->branches[test_random_below(random, from->count)];
    if (!chosen->is_at_start || one_in(random, 4))
        put_noise(random, out, 4);
    for (size_t i = 0; i < chosen->count; i++)
        put_part(random, &chosen->parts[i], out);
    if (!chosen->is_at_end || one_in(random, 4))
        put_noise(random, out, 4);
    for (size_t i = one_in(random, 2) ? 1 + test_random_below(random, 3) : 0; i > 0; i--)
        damage(random, out);
}

/* ---- tests ---- */

typedef struct tally {
    size_t verdicts[2];
    size_t given_up; /* PCRE2 ran into its limit; ours has none to run into */
} tally;

static void compare(const candidates *all, const pcre2_code *code, pcre2_match_data *data,
                    jl_text expression, jl_text text, tally *counts) {
    int expected = oracle_match(code, data, text);
    bool verdict = candidates_match(all, expression, text);
    if (expected < 0) {
        counts->given_up++;
        return;
    }
    if (verdict != (expected == 1))
        fail_msg("%.*s on \"%.*s\": PCRE2 says %d", (int)expression.len, expression.ptr,
                 (int)text.len, text.ptr, expected);
    counts->verdicts[verdict]++;
}

static void agrees_on_expressions_of_the_dialect(void **state) {
    (void)state;
    static test_expression made;
    static scratch text;
    test_random random = {4242};
    tally counts = {{0, 0}, 0};
    for (size_t round = test_effort(10000); round > 0; round--) {
        make_expression(&random, &made);
        candidates all;
        int error = 0;
        unsigned shift = 40 + (unsigned)test_random_below(&random, 24);
        if (compile_candidates(view(&made.ours), shift, &all) != JSONLOG_OK)
            fail_msg("refused: %.*s", (int)made.ours.len, made.ours.bytes);
        pcre2_code *code = oracle_compile(view(&made.oracle), &error);
        if (code == NULL)
            fail_msg("PCRE2 %d: %.*s", error, (int)made.oracle.len, made.oracle.bytes);
        pcre2_match_data *data = pcre2_match_data_create(1, NULL);
        for (int i = 0; i < 11; i++) {
            make_text(&random, &made, &text);
            compare(&all, code, data, view(&made.ours), view(&text), &counts);
        }
        pcre2_match_data_free(data);
        pcre2_code_free(code);
        free_candidates(&all);
    }
    size_t sum = counts.verdicts[0] + counts.verdicts[1];
    print_message("dialect: %zu true, %zu false, PCRE2 gave up on %zu\n", counts.verdicts[1],
                  counts.verdicts[0], counts.given_up);
    assert_true(counts.verdicts[1] * 10 >= sum * 3 && counts.verdicts[1] * 10 <= sum * 7);
    assert_true(counts.given_up * 100 < sum);
}

/*
 * Ours may refuse more: possessive and stacked repeats, a stray brace, short \x. It accepts what
 * PCRE2 refuses in three cases, where Java accepts too: `[\d-z]`, a repeated anchor, and a class
 * that happens to look like a POSIX name, `[:a:]` or `[.a.]`.
 */
static bool is_known_difference(jl_text expression, int error) {
    if (error == PCRE2_ERROR_CLASS_INVALID_RANGE || error == PCRE2_ERROR_POSIX_CLASS_NOT_IN_CLASS ||
        error == PCRE2_ERROR_POSIX_NO_SUPPORT_COLLATING)
        return true;
    for (size_t i = 1; i < expression.len; i++)
        if (strchr("^$", expression.ptr[i - 1]) != NULL &&
            strchr("*+?{", expression.ptr[i]) != NULL)
            return error == PCRE2_ERROR_QUANTIFIER_INVALID;
    return false;
}

static void soup(test_random *random, scratch *out) {
    static const char *const pieces[] = {
        "a", "b", "a",   "b",  "*", "+",   "?",    "|",  "^",   "$",     "[",  "]",
        "-", "{", "}",   "1",  "2", ",",   ".",    "\\", "\\d", "\\S",   "[^", "\\x",
        "x", ":", "[a-", "b]", "=", "{2}", "{1,}", "]*", "\\]", "\\x62", " ",  "\\n"};
    out->len = 0;
    for (size_t i = 1 + test_random_below(random, 9); i > 0; i--)
        put(out, pieces[test_random_below(random, sizeof pieces / sizeof pieces[0])]);
}

static void agrees_on_any_soup_of_legal_characters(void **state) {
    (void)state;
    enum { ACCEPTED, REFUSED_BY_BOTH, REFUSED_BY_US };
    static const test_expression no_expression = {.count = 1};
    static scratch ours;
    static scratch text;
    test_random random = {777};
    tally counts = {{0, 0}, 0};
    size_t compiled[3] = {0, 0, 0};
    for (size_t round = test_effort(60000); round > 0; round--) {
        soup(&random, &ours);
        if (memmem(ours.bytes, ours.len, "{,", 2) != NULL)
            continue;
        candidates all;
        int error = 0;
        jsonlog_status status = compile_candidates(view(&ours), 63, &all);
        pcre2_code *code = oracle_compile(view(&ours), &error);
        if (status == JSONLOG_OK && code == NULL && !is_known_difference(view(&ours), error))
            fail_msg("only PCRE2 refuses (%d): %.*s", error, (int)ours.len, ours.bytes);
        compiled[status == JSONLOG_OK ? ACCEPTED
                 : code == NULL       ? REFUSED_BY_BOTH
                                      : REFUSED_BY_US]++;
        if (status == JSONLOG_OK && code != NULL) {
            pcre2_match_data *data = pcre2_match_data_create(1, NULL);
            for (int i = 0; i < 4; i++) {
                make_text(&random, &no_expression, &text);
                compare(&all, code, data, view(&ours), view(&text), &counts);
            }
            pcre2_match_data_free(data);
        }
        pcre2_code_free(code);
        free_candidates(&all);
    }
    print_message("soup: %zu accepted, %zu refused by both, %zu only by us; %zu true, %zu false\n",
                  compiled[ACCEPTED], compiled[REFUSED_BY_BOTH], compiled[REFUSED_BY_US],
                  counts.verdicts[1], counts.verdicts[0]);
    assert_true(compiled[ACCEPTED] * 10 > compiled[REFUSED_BY_BOTH]);
    assert_true(counts.verdicts[0] * 10 > counts.verdicts[1]);
    assert_true(counts.verdicts[1] * 10 > counts.verdicts[0]);
}

static int set_up(void **state) {
    (void)state;
    compile_context = pcre2_compile_context_create(NULL);
    match_context = pcre2_match_context_create(NULL);
    if (compile_context == NULL || match_context == NULL)
        return 1;
    pcre2_set_newline(compile_context, PCRE2_NEWLINE_LF);
    pcre2_set_match_limit(match_context, 100000);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pcre2_compile_context_free(compile_context);
    pcre2_match_context_free(match_context);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_expressions_of_the_dialect),
        cmocka_unit_test(agrees_on_any_soup_of_legal_characters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
