#include "filter/lint_hint.h"

#include "filter/lexer.h"
#include "json/decimal.h"

#include <strings.h>

static bool is_word_char(char c) {
    return c != '\0' && (jl_is_name_char(c) || c == '.' || c == '*' || c == '+');
}

static bool is_number(jl_text text) {
    return text.len > 0 && jl_decimal_literal_len(text) == text.len;
}

/* --- in quotes ------------------------------------------------------------------------------- */

/* With stars round it or in it, as the operator that was meant asks. */
static void write_text(jl_rewrite *rewrite, jl_text inside, jl_value_mode mode, bool is_escaped) {
    jl_hint_write(rewrite, JL_TEXT("\""));
    jl_hint_write(rewrite, mode == JL_VALUE_CONTAINS ? JL_TEXT("*") : JL_TEXT(""));
    for (size_t i = 0; i < inside.len; i++) {
        const char c = inside.ptr[i];
        if (!is_escaped && (c == '"' || c == '\\'))
            jl_buffer_append_char(&rewrite->out, '\\');
        jl_buffer_append_char(&rewrite->out, mode == JL_VALUE_LIKE && c == '%' ? '*' : c);
    }
    jl_hint_write(rewrite, mode == JL_VALUE_CONTAINS ? JL_TEXT("*") : JL_TEXT(""));
    jl_hint_write(rewrite, JL_TEXT("\""));
}

static void write_quoted(jl_rewrite *rewrite, jl_text inside, jl_value_mode mode, jl_quote quote,
                         size_t start) {
    if (quote != JL_QUOTE_DOUBLE)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "a text is put in double quotes (\")");
    if (mode == JL_VALUE_REGEX) {
        jl_hint_write_regex(rewrite, inside);
    } else if (mode == JL_VALUE_SIZE && is_number(inside)) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "only numbers are compared by size, and a number has no quotes");
        jl_hint_write(rewrite, inside);
    } else if (mode == JL_VALUE_SIZE) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "only numbers are compared by size");
        rewrite->is_lost = true;
    } else {
        write_text(rewrite, inside, mode, quote == JL_QUOTE_DOUBLE);
    }
}

/* A quote that does not end: it may end where the pattern does. */
static void close_quote(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    size_t len = 0;
    size_t end = rewrite->end;
    jl_hint_quote(rewrite, start, &len);
    while (end > start + len && jl_is_pattern_blank(rewrite->pattern.ptr[end - 1]))
        end--;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, start + len, "this quote is not closed");
    const jl_text inside = {rewrite->pattern.ptr + start + len, end - start - len};
    /* Joints in it say that the quote was meant to end before them, nobody knows where. */
    if (memmem(inside.ptr, inside.len, "&&", 2) != NULL ||
        memmem(inside.ptr, inside.len, "||", 2) != NULL)
        rewrite->is_lost = true;
    jl_hint_write(rewrite, JL_TEXT("\""));
    jl_hint_write(rewrite, inside);
    jl_hint_write(rewrite, JL_TEXT("\""));
    rewrite->at = end;
}

/* --- without --------------------------------------------------------------------------------- */

/* Does what comes next end a value that has no quotes? */
static bool is_value_end(const jl_rewrite *rewrite) {
    const char c = jl_hint_peek(rewrite, 0);
    return c == '\0' || c == ')' || (rewrite->is_delimited && c == ',') ||
           jl_hint_is_at(rewrite, "&&") || jl_hint_is_at(rewrite, "||") ||
           (c == '&' && jl_hint_peek(rewrite, 1) == ' ') ||
           (c == '|' && jl_hint_peek(rewrite, 1) == ' ') || jl_hint_is_at(rewrite, ", $") ||
           jl_hint_is_at(rewrite, ",$");
}

static bool is_word_joint(const jl_rewrite *rewrite) {
    return jl_hint_is_word(rewrite, "and") || jl_hint_is_word(rewrite, "or");
}

/* All that stands before the next joint or parenthesis, without blanks at its end. */
static jl_text read_run(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    size_t end = start;
    bool is_behind_blank = false;
    while (!is_value_end(rewrite) && !(is_behind_blank && is_word_joint(rewrite))) {
        is_behind_blank = jl_is_pattern_blank(jl_hint_peek(rewrite, 0));
        rewrite->at++;
        end = is_behind_blank ? end : rewrite->at;
    }
    rewrite->at = end;
    return (jl_text){rewrite->pattern.ptr + start, end - start};
}

static bool is_legal_word(jl_text word) {
    static const char *const reserved[] = {"null", "is", "not", "exists"};
    for (size_t i = 0; i < word.len; i++) {
        if (!is_word_char(word.ptr[i]))
            return false;
    }
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (word.len == strlen(reserved[i]) && strncasecmp(word.ptr, reserved[i], word.len) == 0)
            return false;
    }
    return word.len > 0;
}

static void read_bare(jl_rewrite *rewrite, jl_value_mode mode) {
    const size_t start = rewrite->at;
    const jl_text run = read_run(rewrite);
    if (run.len == 0) {
        rewrite->is_lost = true;
    } else if (mode == JL_VALUE_SIZE) {
        rewrite->is_lost = rewrite->is_lost || !is_number(run);
        jl_hint_write(rewrite, run);
    } else if (mode == JL_VALUE_EQUAL && is_legal_word(run)) {
        jl_hint_write(rewrite, run);
    } else if (mode == JL_VALUE_REGEX) {
        jl_hint_write_regex(rewrite, run);
    } else {
        if (mode == JL_VALUE_EQUAL)
            jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                         "a value with blanks or such characters is put in double quotes");
        if (memchr(run.ptr, '"', run.len) != NULL || memchr(run.ptr, '$', run.len) != NULL)
            rewrite->is_lost = true;
        write_text(rewrite, run, mode, false);
    }
}

static void read_slashed(jl_rewrite *rewrite, size_t end) {
    const size_t start = rewrite->at;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, end + 1,
                 "a regular expression stands between percent signs: %expression%");
    rewrite->at = end + 1;
    jl_hint_write_regex(rewrite, (jl_text){rewrite->pattern.ptr + start + 1, end - start - 1});
}

void jl_hint_value(jl_rewrite *rewrite, jl_value_mode mode) {
    const size_t start = rewrite->at;
    size_t end = 0;
    jl_text inside;
    jl_quote quote;
    if (jl_hint_read_quoted(rewrite, &inside, &quote))
        write_quoted(rewrite, inside, mode, quote, start);
    else if (quote != JL_QUOTE_NONE)
        close_quote(rewrite);
    else if (jl_hint_peek(rewrite, 0) == '%' && mode != JL_VALUE_LIKE)
        jl_hint_regex(rewrite);
    else if (mode != JL_VALUE_SIZE && jl_hint_is_slashed(rewrite, &end))
        read_slashed(rewrite, end);
    else
        read_bare(rewrite, mode);
}
