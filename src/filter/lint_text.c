#include "filter/lint_rules.h"

#include "filter/lexer.h"

#include <ctype.h>
#include <stdio.h>

/* --- terms ----------------------------------------------------------------------------------- */

static bool is_phrase(const jl_term *term) {
    return term->source.ptr[term->source.len - 1] == '"';
}

/* `b` of `a-b` and `a?b`: both are bare words, with nothing between them but the sign. */
static bool is_glued(const jl_text_program *program, size_t i) {
    if (i == 0 || program->terms[i].kind == JL_TERM_REQUIRED)
        return false;
    const jl_term *before = &program->terms[i - 1];
    const jl_term *term = &program->terms[i];
    return !is_phrase(before) && !is_phrase(term) && term->source.len == term->text.len + 1 &&
           before->source.ptr + before->source.len == term->source.ptr;
}

/* Is the term part of something like `my-service-name`, which its finding is about? */
static bool is_in_run(const jl_text_program *program, size_t i) {
    return is_glued(program, i) || (i + 1 < program->count && is_glued(program, i + 1));
}

static size_t offset_of(const jl_findings *list, jl_text part) {
    return (size_t)(part.ptr - list->pattern.ptr);
}

static size_t run_end(const jl_text_program *program, size_t first) {
    size_t end = first + 1;
    while (end < program->count && is_glued(program, end))
        end++;
    return end;
}

/* From the word that the run begins with, behind its sign, to the end of its last word. */
static jl_text run_text(const jl_text_program *program, size_t first, size_t end) {
    const char *start = program->terms[first].text.ptr;
    const jl_text last = program->terms[end - 1].source;
    return (jl_text){start, (size_t)(last.ptr + last.len - start)};
}

static void quote(jl_patch *patch, const jl_findings *list, jl_text part) {
    jl_patch_copy(patch, offset_of(list, part));
    jl_patch_add(patch, JL_TEXT("\""));
    jl_patch_copy(patch, offset_of(list, part) + part.len);
    jl_patch_add(patch, JL_TEXT("\""));
}

/* --- a-b ------------------------------------------------------------------------------------- */

static void look_at_run(jl_findings *list, const jl_text_program *program, size_t first) {
    const size_t end = run_end(program, first);
    if (end == first + 1 || is_glued(program, first))
        return;
    if (program->terms[first + 1].kind != JL_TERM_EXCLUDED)
        return;
    const jl_text run = run_text(program, first, end);
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    quote(&patch, list, run);
    jl_findings_add(list, JSONLOG_LINT_UNQUOTED_MINUS, run, JL_NO_CONDITION, &patch,
                    "%.*s without quotes means %.*s and not %.*s, so it never matches a line that "
                    "contains %.*s",
                    JL_QUOTED(run), JL_QUOTED(program->terms[first].text),
                    JL_QUOTED(program->terms[first + 1].text), JL_QUOTED(run));
    jl_patch_done(&patch);
}

/* --- ?term ----------------------------------------------------------------------------------- */

static size_t count_kind(const jl_text_program *program, jl_term_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < program->count; i++)
        count += program->terms[i].kind == kind ? 1 : 0;
    return count;
}

/* The fewest signs to change: all terms become optional if none is excluded; a single `?` goes. */
static bool settle_options(jl_patch *patch, const jl_findings *list, const jl_text_program *program,
                           size_t first) {
    const size_t optional = count_kind(program, JL_TERM_OPTIONAL);
    if (is_glued(program, first)) {
        const size_t end = run_end(program, first);
        quote(patch, list, run_text(program, first - 1, end));
        return optional == 1;
    }
    if (optional == 1) {
        const jl_term *term = &program->terms[first];
        const jl_text sign = {term->source.ptr, 1};
        jl_patch_replace(patch, sign, JL_TEXT(""));
        return true;
    }
    if (count_kind(program, JL_TERM_EXCLUDED) > 0)
        return false;
    for (size_t i = 0; i < program->count; i++) {
        const jl_text start = {program->terms[i].source.ptr, 0};
        if (program->terms[i].kind == JL_TERM_REQUIRED)
            jl_patch_replace(patch, start, JL_TEXT("?"));
    }
    return true;
}

static void report_ignored(jl_findings *list, const jl_text_program *program, size_t first,
                           const jl_term *without) {
    const jl_text source = program->terms[first].source;
    const size_t more = count_kind(program, JL_TERM_OPTIONAL) - 1;
    char others[48] = "";
    if (more > 0)
        snprintf(others, sizeof others, " (and %zu more with ?)", more);
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    const bool is_known = settle_options(&patch, list, program, first);
    jl_findings_add(list, JSONLOG_LINT_OPTIONAL_IGNORED, source, JL_NO_CONDITION,
                    is_known ? &patch : NULL, "CloudWatch ignores %.*s%s, because %.*s has no ?",
                    JL_QUOTED(source), others, JL_QUOTED(without->source));
    jl_patch_done(&patch);
}

static void look_at_options(jl_findings *list, const jl_text_program *program) {
    if (program->is_choice || count_kind(program, JL_TERM_OPTIONAL) == 0)
        return;
    size_t first = 0;
    size_t without = 0;
    while (program->terms[first].kind != JL_TERM_OPTIONAL)
        first++;
    while (program->terms[without].kind == JL_TERM_OPTIONAL)
        without++;
    report_ignored(list, program, first, &program->terms[without]);
}

/* --- pairs ----------------------------------------------------------------------------------- */

static bool contains(jl_text text, jl_text part) {
    return memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
}

static bool is_contradiction(const jl_term *a, const jl_term *b) {
    if (a->kind == JL_TERM_REQUIRED && b->kind == JL_TERM_EXCLUDED)
        return contains(a->text, b->text);
    return a->kind == JL_TERM_EXCLUDED && b->kind == JL_TERM_REQUIRED && contains(b->text, a->text);
}

static void remove_term(jl_patch *patch, const jl_findings *list, const jl_term *term) {
    size_t start = offset_of(list, term->source);
    const size_t end = start + term->source.len;
    while (start > 0 && jl_is_pattern_blank(list->pattern.ptr[start - 1]))
        start--;
    jl_patch_copy(patch, start);
    jl_patch_skip(patch, end);
}

static bool look_at_pair(jl_findings *list, const jl_term *a, const jl_term *b) {
    const bool is_same = a->kind == b->kind && jl_text_equal(a->text, b->text);
    if (is_contradiction(a, b)) {
        const jl_term *required = a->kind == JL_TERM_REQUIRED ? a : b;
        const jl_term *excluded = required == a ? b : a;
        const bool is_equal = required->text.len == excluded->text.len;
        jl_findings_add(list, JSONLOG_LINT_ALWAYS_FALSE, b->source, JL_NO_CONDITION, NULL,
                        is_equal ? "%.*s must occur and %.*s must not, so this matches nothing"
                                 : "a line that contains %.*s contains %.*s too, so this matches "
                                   "nothing",
                        JL_QUOTED(required->text), JL_QUOTED(excluded->text));
    }
    if (is_same) {
        jl_patch patch;
        jl_patch_begin(&patch, list->pattern);
        remove_term(&patch, list, b);
        jl_findings_add(list, JSONLOG_LINT_DUPLICATE, b->source, JL_NO_CONDITION, &patch,
                        "%.*s stands here twice and counts once", JL_QUOTED(b->source));
        jl_patch_done(&patch);
    }
    return is_same || is_contradiction(a, b);
}

static void look_at_pairs(jl_findings *list, const jl_text_program *program) {
    for (size_t b = 1; b < program->count; b++) {
        bool is_found = is_in_run(program, b);
        for (size_t a = 0; a < b && !is_found; a++)
            is_found = !is_in_run(program, a) &&
                       look_at_pair(list, &program->terms[a], &program->terms[b]);
    }
}

/* --- "ERR*" ---------------------------------------------------------------------------------- */

static bool is_letter(char c) {
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* A star that was meant as a wildcard touches a word; `* * *`, `SELECT *`, `**` and `/ *` do not.
 */
static bool is_wildcard(jl_text text, size_t i) {
    const char before = i > 0 ? text.ptr[i - 1] : ' ';
    const char behind = i + 1 < text.len ? text.ptr[i + 1] : ' ';
    const bool is_at_edge = i == 0 || i + 1 == text.len;
    if (text.ptr[i] != '*' || text.len == 1)
        return false;
    return is_at_edge ? is_letter(i == 0 ? behind : before)
                      : is_letter(before) && is_letter(behind);
}

static size_t count_wildcards(jl_text text) {
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += is_wildcard(text, i) ? 1 : 0;
    return count;
}

/* A term is found anywhere in a line, so stars at its ends say nothing that is not so without. */
static bool drop_stars(jl_patch *patch, const jl_term *term) {
    const char *end = term->source.ptr + term->source.len - 2;
    const bool is_first = is_wildcard(term->text, 0);
    const bool is_last = is_wildcard(term->text, term->text.len - 1) && *end == '*';
    const jl_text first = {memchr(term->source.ptr, '*', term->source.len), 1};
    if (is_first)
        jl_patch_replace(patch, first, JL_TEXT(""));
    if (is_last)
        jl_patch_replace(patch, (jl_text){end, 1}, JL_TEXT(""));
    return count_wildcards(term->text) == (size_t)is_first + (size_t)is_last;
}

static void look_at_stars(jl_findings *list, const jl_term *term) {
    if (!is_phrase(term) || count_wildcards(term->text) == 0)
        return;
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    const bool is_known = drop_stars(&patch, term);
    jl_findings_add(list, JSONLOG_LINT_STAR_IN_TEXT, term->source, JL_NO_CONDITION,
                    is_known ? &patch : NULL,
                    is_known ? "a star is no wildcard in a text pattern: this looks for the "
                               "character *; a term is found anywhere in a line without it"
                             : "a star is no wildcard in a text pattern: this looks for the "
                               "character *; two terms or a regular expression say what may "
                               "stand between");
    jl_patch_done(&patch);
}

/* --- AND, OR, NOT ---------------------------------------------------------------------------- */

static bool is_word(const jl_term *term, jl_text word) {
    return jl_text_equal(term->source, word);
}

/* An operator stands between two terms, NOT in front of one. */
static bool is_operator(const jl_text_program *program, size_t i) {
    const jl_term *term = &program->terms[i];
    if (i + 1 == program->count)
        return false;
    return is_word(term, JL_TEXT("NOT")) ||
           (i > 0 && (is_word(term, JL_TEXT("AND")) || is_word(term, JL_TEXT("OR"))));
}

static size_t count_operators(const jl_text_program *program, jl_text word) {
    size_t count = 0;
    for (size_t i = 0; i < program->count; i++)
        count += is_operator(program, i) && is_word(&program->terms[i], word) ? 1 : 0;
    return count;
}

static void drop_word(jl_patch *patch, const jl_findings *list, const jl_term *word) {
    size_t end = offset_of(list, word->source) + word->source.len;
    jl_patch_copy(patch, offset_of(list, word->source));
    while (end < list->pattern.len && jl_is_pattern_blank(list->pattern.ptr[end]))
        end++;
    jl_patch_skip(patch, end);
}

/* `a OR b OR c` is `?a ?b ?c`; with AND and NOT beside it nothing can say it. */
static bool write_choice(jl_patch *patch, const jl_findings *list, const jl_text_program *program) {
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        if (is_operator(program, i) != (i % 2 == 1) || term->kind != JL_TERM_REQUIRED)
            return false;
        if (i % 2 == 1)
            drop_word(patch, list, term);
        else
            jl_patch_replace(patch, (jl_text){term->source.ptr, 0}, JL_TEXT("?"));
    }
    return true;
}

static void write_list(jl_patch *patch, const jl_findings *list, const jl_text_program *program) {
    for (size_t i = 0; i < program->count; i++) {
        if (!is_operator(program, i))
            continue;
        drop_word(patch, list, &program->terms[i]);
        if (is_word(&program->terms[i], JL_TEXT("NOT")) &&
            program->terms[i + 1].kind == JL_TERM_REQUIRED && !is_operator(program, i + 1))
            jl_patch_add(patch, JL_TEXT("-"));
    }
}

static bool rewrite_operators(jl_patch *patch, const jl_findings *list,
                              const jl_text_program *program) {
    const size_t choices = count_operators(program, JL_TEXT("OR"));
    const size_t others =
        count_operators(program, JL_TEXT("AND")) + count_operators(program, JL_TEXT("NOT"));
    if (choices > 0)
        return others == 0 && write_choice(patch, list, program);
    write_list(patch, list, program);
    return true;
}

static void look_at_operator(jl_findings *list, const jl_text_program *program, size_t i) {
    if (!is_operator(program, i))
        return;
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    const bool is_known = rewrite_operators(&patch, list, program);
    const jl_text word = program->terms[i].source;
    jl_findings_add(list, JSONLOG_LINT_WORD_OPERATOR, word, JL_NO_CONDITION,
                    is_known ? &patch : NULL,
                    "%.*s is a word to be found in the line, no operator: terms are joined by "
                    "standing side by side, ? means any of them, - means without",
                    JL_QUOTED(word));
    jl_patch_done(&patch);
}

void jl_lint_text(jl_findings *list, const jsonlog_filter *filter) {
    const jl_text_program *program = filter->text;
    for (size_t i = 0; i < program->count; i++) {
        look_at_run(list, program, i);
        look_at_stars(list, &program->terms[i]);
        look_at_operator(list, program, i);
    }
    look_at_options(list, program);
    look_at_pairs(list, program);
}
