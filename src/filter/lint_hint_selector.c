#include "filter/lint_hint.h"

#include "filter/lexer.h"

/* What ends a key that is written without quotes. */
static bool is_key_end(char c) {
    return c == '\0' || jl_is_pattern_blank(c) || strchr("=!<>&|(),\"'{}[].:%~", c) != NULL;
}

static bool is_name(jl_text key) {
    for (size_t i = 0; i < key.len; i++) {
        if (!jl_is_name_char(key.ptr[i]))
            return false;
    }
    return key.len > 0;
}

static void write_key(jl_rewrite *rewrite, jl_text key) {
    const bool is_plain = is_name(key);
    if (key.len == 0 || memchr(key.ptr, '\'', key.len) != NULL)
        rewrite->is_lost = true;
    jl_hint_write(rewrite, is_plain ? JL_TEXT(".") : JL_TEXT(".['"));
    jl_hint_write(rewrite, key);
    jl_hint_write(rewrite, is_plain ? JL_TEXT("") : JL_TEXT("']"));
}

/* `at` is on the first byte of a key without quotes. */
static void read_key(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    while (!is_key_end(jl_hint_peek(rewrite, 0)))
        rewrite->at++;
    const jl_text key = {rewrite->pattern.ptr + start, rewrite->at - start};
    if (!is_name(key))
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "a key with such characters is written .['key']");
    write_key(rewrite, key);
}

/* `.['key']`, `['key']`, `["key"]`, `."key"`: all but the first are mistakes. */
static void read_quoted_key(jl_rewrite *rewrite, size_t start) {
    jl_text key;
    jl_quote quote;
    const bool has_dot = rewrite->pattern.ptr[start] == '.';
    const bool has_bracket = rewrite->pattern.ptr[rewrite->at - 1] == '[';
    if (!jl_hint_read_quoted(rewrite, &key, &quote)) {
        rewrite->is_lost = true;
        return;
    }
    if (has_bracket && jl_hint_peek(rewrite, 0) == ']')
        rewrite->at++;
    else if (has_bracket)
        rewrite->is_lost = true;
    if (has_dot && has_bracket && quote == JL_QUOTE_SINGLE) {
        jl_hint_write(rewrite, (jl_text){rewrite->pattern.ptr + start, rewrite->at - start});
        return;
    }
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                 "a key in quotes is written .['key']: with a dot, brackets and single quotes");
    write_key(rewrite, key);
}

static bool is_quote(const jl_rewrite *rewrite, size_t ahead) {
    size_t len = 0;
    return jl_hint_quote(rewrite, rewrite->at + ahead, &len) != JL_QUOTE_NONE;
}

/* `[0]` or `[*]`, with a needless dot before it or not. */
static void read_index(jl_rewrite *rewrite, size_t start) {
    const char c = jl_hint_peek(rewrite, 1);
    const size_t open = rewrite->at++;
    while (jl_hint_peek(rewrite, 0) != ']' && jl_hint_peek(rewrite, 0) != '\0')
        rewrite->at++;
    rewrite->at += jl_hint_peek(rewrite, 0) == ']' ? 1 : 0;
    if (c == '-' || c == '?' || c == ']') {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, open, rewrite->at,
                     "an index is written [0], any element [*]; there is no index from the end, "
                     "no range and no filter");
        rewrite->is_lost = true;
    }
    if (open != start)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "no dot stands before an index");
    jl_hint_write(rewrite, (jl_text){rewrite->pattern.ptr + open, rewrite->at - open});
}

static void read_dot_step(jl_rewrite *rewrite) {
    const size_t start = rewrite->at++;
    if (jl_hint_peek(rewrite, 0) == '*') {
        jl_hint_write(rewrite, JL_TEXT("."));
        jl_hint_copy(rewrite, 1);
    } else if (is_quote(rewrite, 0)) {
        read_quoted_key(rewrite, start);
    } else if (jl_hint_peek(rewrite, 0) != '[') {
        read_key(rewrite);
    } else if (is_quote(rewrite, 1)) {
        rewrite->at++;
        read_quoted_key(rewrite, start);
    } else {
        read_index(rewrite, start);
    }
}

static void read_bracket_step(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    if (is_quote(rewrite, 1)) {
        rewrite->at++;
        read_quoted_key(rewrite, start);
    } else {
        read_index(rewrite, start);
    }
}

void jl_hint_selector(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    jl_hint_write(rewrite, JL_TEXT("$"));
    if (jl_hint_peek(rewrite, 0) == '$')
        rewrite->at++;
    else
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, start, "a selector starts with '$.'");
    const char first = jl_hint_peek(rewrite, 0);
    if (first != '.' && first != '[') {
        if (rewrite->at > start)
            jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                         "a selector starts with '$.'");
        read_key(rewrite);
    }
    while (!rewrite->is_lost &&
           (jl_hint_peek(rewrite, 0) == '.' || jl_hint_peek(rewrite, 0) == '[')) {
        if (jl_hint_peek(rewrite, 0) == '.')
            read_dot_step(rewrite);
        else
            read_bracket_step(rewrite);
    }
}
