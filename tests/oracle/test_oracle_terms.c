/**
 * The engine and the reference agree on 100,000 text patterns and lines made from one another.
 *
 *     test_oracle_terms [--seed N] [--pairs N] [--coverage]
 */
#include "pair_judge.h"
#include "pair_line.h"

#include "filter/needle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAIRS_FOR_COVERAGE 100000

/* A rule about a term is true if the term occurs, one about a pattern if the line matches. */
#define RULES(X)                                                                     \
    X(BARE, "a bare term occurs", 2000, 2000)                                        \
    X(PHRASE, "a phrase occurs", 2000, 2000)                                         \
    X(INSIDE_WORD, "a bare term, also inside a word", 500, 0)                        \
    X(OTHER_CASE, "a term in another case alone", 0, 500)                            \
    X(ESCAPED, "a phrase with a quote or backslash", 500, 500)                       \
    X(STAR, "a phrase with a star", 100, 100)                                        \
    X(NOT_ASCII, "a term that is not ASCII", 1000, 1000)                             \
    X(BLANK_PHRASE, "a phrase with a blank", 500, 500)                               \
    X(EXCLUDED, "a term with a minus", 2000, 2000)                                   \
    X(ALL_OF_MANY, "several unsigned terms", 2000, 2000)                             \
    X(ONLY_EXCLUDED, "only terms with a minus", 1000, 1000)                          \
    X(MIXED, "terms with a minus and without", 1000, 1000)                           \
    X(ANY_OF, "every term has a question mark", 1000, 1000)                          \
    X(IGNORED, "an ignored term occurs, the line matches", 1000, 200)                \
    X(IGNORED_ABSENT, "an ignored term does not occur, the line matches", 1000, 200) \
    X(GLUED, "a sign right behind a term", 300, 200)                                 \
    X(LOOSE, "a blank behind a sign", 300, 300)                                      \
    X(ILL_FORMED, "a line that is not UTF-8", 200, 200)                              \
    X(REPLACEMENT, "U+FFFD against a line that is not UTF-8", 0, 50)                 \
    X(EMPTY_LINE, "an empty line", 200, 200)                                         \
    X(BLANK_PATTERN, "an empty or blank pattern", 50, 0)                             \
    X(LONGEST, "1,024 units, true if accepted", 50, 50)                              \
    X(REFUSED, "a pattern, true if accepted", 50000, 1000)

#define RULE_ID(id, name, least_true, least_false) id,
enum { RULES(RULE_ID) RULE_COUNT };
#define RULE_ROW(id, name, least_true, least_false) {name, least_true, least_false},
static const pair_rule rules[] = {RULES(RULE_ROW)};
static size_t seen[RULE_COUNT][2];

static bool is_utf8(const pair_text *text) {
    uint32_t c = 0;
    size_t at = 0, taken = 1;
    for (; at < text->len && taken > 0; at += taken)
        taken = oracle_utf8_next(text->at + at, text->len - at, &c);
    return taken > 0;
}

static bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool occurs_in_any_case(const oracle_term *term, const pair_text *line) {
    for (size_t at = 0; at + term->len <= line->len; at++) {
        size_t same = 0;
        while (same < term->len && lower(line->at[at + same]) == lower(term->bytes[same]))
            same++;
        if (same == term->len)
            return true;
    }
    return false;
}

static bool starts_inside_a_word(const oracle_term *term, const pair_text *line) {
    const char *found = memmem(line->at, line->len, term->bytes, term->len);
    return found && found > line->at && is_alphanumeric(found[-1]) && is_alphanumeric(found[0]);
}

static void observe_term(const oracle_term *term, const pair *asked) {
    bool occurs = oracle_term_occurs(term, asked->line.at, asked->line.len);
    seen[term->is_phrase ? PHRASE : BARE][occurs]++;
    seen[EXCLUDED][occurs] += term->sign == '-';
    seen[ESCAPED][occurs] +=
        memchr(term->bytes, '"', term->len) || memchr(term->bytes, '\\', term->len);
    seen[STAR][occurs] += memchr(term->bytes, '*', term->len) != NULL;
    seen[BLANK_PHRASE][occurs] += memchr(term->bytes, ' ', term->len) != NULL;
    for (size_t i = 0; i < term->len; i++)
        if ((unsigned char)term->bytes[i] >= 0x80) {
            seen[NOT_ASCII][occurs]++;
            break;
        }
    seen[INSIDE_WORD][occurs] +=
        occurs && !term->is_phrase && starts_inside_a_word(term, &asked->line);
    seen[OTHER_CASE][occurs] += !occurs && occurs_in_any_case(term, &asked->line);
    bool is_replacement = memmem(term->bytes, term->len, "\xEF\xBF\xBD", 3) != NULL;
    seen[REPLACEMENT][occurs] += is_replacement && !occurs && !is_utf8(&asked->line);
}

static size_t count_sign(const oracle_terms *terms, char sign) {
    size_t count = 0;
    for (size_t i = 0; i < terms->count; i++)
        count += terms->at[i].sign == sign;
    return count;
}

static void observe_terms(const oracle_terms *terms, const pair *asked, bool verdict) {
    size_t plain = count_sign(terms, '\0'), excluded = count_sign(terms, '-');
    size_t optional = count_sign(terms, '?');
    seen[ALL_OF_MANY][verdict] += plain > 1 && plain == terms->count;
    seen[ONLY_EXCLUDED][verdict] += excluded == terms->count;
    seen[MIXED][verdict] += plain > 0 && excluded > 0;
    seen[ANY_OF][verdict] += optional == terms->count;
    for (size_t i = 0; i < terms->count; i++) {
        const oracle_term *term = &terms->at[i];
        observe_term(term, asked);
        if (term->sign != '?' || optional == terms->count)
            continue;
        bool occurs = oracle_term_occurs(term, asked->line.at, asked->line.len);
        seen[occurs ? IGNORED : IGNORED_ABSENT][verdict]++;
    }
}

/** How signs stand between their neighbours; quotes are not looked into. */
static void observe_signs(const pair_text *pattern, bool verdict) {
    bool is_glued = false, is_loose = false;
    if (memchr(pattern->at, '"', pattern->len))
        return;
    for (size_t i = 0; i + 1 < pattern->len; i++) {
        bool is_next_sign = pattern->at[i + 1] == '-' || pattern->at[i + 1] == '?';
        is_glued = is_glued || (is_next_sign && is_alphanumeric(pattern->at[i]));
        is_loose = is_loose || ((pattern->at[i] == '-' || pattern->at[i] == '?') &&
                                strchr(" \t\n\r\v", pattern->at[i + 1]));
    }
    seen[GLUED][verdict] += is_glued;
    seen[LOOSE][verdict] += is_loose;
}

static void observe(const pair *asked, const oracle_filter *filter, bool verdict) {
    seen[REFUSED][filter != NULL]++;
    seen[LONGEST][filter != NULL] += asked->pattern.len >= 1022;
    if (!filter)
        return;
    seen[BLANK_PATTERN][verdict] += filter->kind == ORACLE_FILTER_ALL;
    if (filter->kind != ORACLE_FILTER_TEXT)
        return;
    seen[ILL_FORMED][verdict] += !is_utf8(&asked->line);
    seen[EMPTY_LINE][verdict] += asked->line.len == 0;
    observe_terms(filter->terms, asked, verdict);
    observe_signs(&asked->pattern, verdict);
}

static pair_judge judge = {.make = pair_make_terms,
                           .observe = observe,
                           .seed = 20261122,
                           .pair_count = PAIRS_FOR_COVERAGE};

static void agrees_with_the_engine(void **state) {
    (void)state;
    assert_int_equal(pair_judge_run(&judge), 0);
    int missing = pair_rule_shortfalls(rules, RULE_COUNT, seen);
    missing += pair_judge_share_shortfalls(&judge);
    if (judge.pair_count >= PAIRS_FOR_COVERAGE)
        assert_int_equal(missing, 0);
}

static void agrees_without_needles(void **state) {
    (void)state;
    pair_judge fewer = {.make = pair_make_terms, .seed = judge.seed + 1};
    fewer.pair_count = judge.pair_count / 4;
    jl_needle_use(false);
    assert_int_equal(pair_judge_run(&fewer), 0);
    jl_needle_use(true);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_engine),
        cmocka_unit_test(agrees_without_needles),
    };
    if (!pair_judge_options(&judge, argc, argv))
        return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
