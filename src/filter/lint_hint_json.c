#include "filter/lint_hint_walk.h"

#include "filter/lexer.h"

#include <ctype.h>

static void note(const jl_hint_walk *w, size_t start, const char *text) {
    jl_hint_note(w->rewrite, JSONLOG_LINT_SYNTAX, start, w->rewrite->at, text);
}

/* --- what stands where a condition begins ---------------------------------------------------- */

static void begin_negation(jl_hint_walk *w, size_t len) {
    const size_t start = w->rewrite->at;
    w->rewrite->at += len;
    note(w, start, "there is no negation, only != and NOT EXISTS");
    jl_hint_skip_blanks(w->rewrite);
    w->rewrite->is_lost = w->rewrite->is_lost || w->is_negated;
    w->is_negated = true;
    w->negated_depth = w->depth;
}

/* `level` or `"level"` where `$.level` was meant: something that tests it must follow. */
static bool is_test(const jl_rewrite *rewrite, size_t at) {
    static const char *const words[] = {"is", "not", "exists", "contains", "like", "in", "matches"};
    jl_rewrite ahead = *rewrite;
    ahead.at = at;
    jl_hint_skip_blanks(&ahead);
    if (jl_hint_peek(&ahead, 0) != '\0' && strchr("=!<>:", jl_hint_peek(&ahead, 0)) != NULL)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (jl_hint_is_word(&ahead, words[i]))
            return true;
    }
    return false;
}

static void read_bare_selector(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    size_t end = rewrite->at;
    while (end < rewrite->end && (jl_is_name_char(rewrite->pattern.ptr[end]) ||
                                  strchr(".[]*", rewrite->pattern.ptr[end]) != NULL))
        end++;
    if (end == rewrite->at || !is_test(rewrite, end))
        rewrite->is_lost = true;
    else
        jl_hint_selector(rewrite);
}

/* `{ "level": "ERROR" }`: an event where a pattern should be. */
static void read_quoted_selector(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    const size_t start = rewrite->at;
    jl_text key;
    jl_quote quote;
    if (!jl_hint_read_quoted(rewrite, &key, &quote) || !is_test(rewrite, rewrite->at)) {
        rewrite->is_lost = true;
        return;
    }
    note(w, start, "a condition starts with a selector such as $.name");
    bool is_name = key.len > 0;
    for (size_t i = 0; i < key.len; i++)
        is_name = is_name && jl_is_name_char(key.ptr[i]);
    rewrite->is_lost = rewrite->is_lost || key.len == 0 || memchr(key.ptr, '\'', key.len) != NULL;
    jl_hint_write(rewrite, is_name ? JL_TEXT("$.") : JL_TEXT("$.['"));
    jl_hint_write(rewrite, key);
    jl_hint_write(rewrite, is_name ? JL_TEXT("") : JL_TEXT("']"));
}

/* Of a space-delimited pattern: the name of a field. */
static void read_field_name(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    const size_t start = rewrite->at;
    if (jl_hint_is_at(rewrite, "$.")) {
        rewrite->at += 2;
        note(w, start, "a field of a space-delimited pattern is named without '$.'");
    }
    if (!jl_is_name_char(jl_hint_peek(rewrite, 0)) || jl_hint_peek(rewrite, 0) == '-' ||
        isdigit((unsigned char)jl_hint_peek(rewrite, 0)))
        rewrite->is_lost = true;
    while (!rewrite->is_lost && jl_is_name_char(jl_hint_peek(rewrite, 0)))
        jl_hint_copy(rewrite, 1);
}

static void read_selector(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    size_t len = 0;
    w->name_start = rewrite->out.len;
    if (rewrite->is_delimited)
        read_field_name(w);
    else if (jl_hint_peek(rewrite, 0) == '$' || jl_hint_is_at(rewrite, ".["))
        jl_hint_selector(rewrite);
    else if (jl_hint_quote(rewrite, rewrite->at, &len) != JL_QUOTE_NONE)
        read_quoted_selector(w);
    else
        read_bare_selector(w);
    w->test_start = rewrite->out.len;
}

/* Everything up to and with the selector. */
static void read_condition_start(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    for (;;) {
        jl_hint_copy_blanks(rewrite);
        if (jl_hint_peek(rewrite, 0) == '(') {
            jl_hint_copy(rewrite, 1);
            w->depth++;
        } else if (jl_hint_peek(rewrite, 0) == '!') {
            begin_negation(w, 1);
        } else if (jl_hint_is_word(rewrite, "not")) {
            begin_negation(w, 3);
        } else {
            break;
        }
    }
    read_selector(w);
}

/* --- joints ---------------------------------------------------------------------------------- */

static void close_parentheses(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    for (;;) {
        if (w->is_negated && w->depth <= w->negated_depth)
            w->is_negated = false;
        jl_hint_copy_blanks(rewrite);
        if (jl_hint_peek(rewrite, 0) != ')')
            return;
        const size_t start = rewrite->at;
        if (w->depth > 0) {
            jl_hint_copy(rewrite, 1);
            w->depth--;
        } else {
            rewrite->at++;
            note(w, start, "there is no '(' that this closes");
        }
    }
}

static void join(jl_hint_walk *w, size_t len, const char *meant, const char *text) {
    const size_t start = w->rewrite->at;
    jl_hint_replace(w->rewrite, len, meant);
    if (text != NULL)
        note(w, start, text);
}

/* `,` between conditions of a JSON pattern, as between the members of an event. */
static void read_joint(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    /* What is negated as a whole would need its joints turned round too. */
    rewrite->is_lost = rewrite->is_lost || w->is_negated;
    if (jl_hint_is_at(rewrite, "&&"))
        join(w, 2, "&&", NULL);
    else if (jl_hint_is_at(rewrite, "||"))
        join(w, 2, "||", NULL);
    else if (jl_hint_is_word(rewrite, "and"))
        join(w, 3, "&&", "'and' is written '&&'");
    else if (jl_hint_is_word(rewrite, "or"))
        join(w, 2, "||", "'or' is written '||'");
    else if (jl_hint_peek(rewrite, 0) == '&')
        join(w, 1, "&&", "'and' is written '&&'");
    else if (jl_hint_peek(rewrite, 0) == '|')
        join(w, 1, "||", "'or' is written '||'");
    else if (jl_hint_peek(rewrite, 0) == ',' && !rewrite->is_delimited)
        join(w, 1, " &&", "conditions are joined with '&&' or '||'");
    else
        rewrite->is_lost = true;
}

static void read_expression(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    while (!rewrite->is_lost) {
        read_condition_start(w);
        if (!rewrite->is_lost)
            jl_hint_test(w);
        if (rewrite->is_lost)
            return;
        close_parentheses(w);
        if (rewrite->at == rewrite->end ||
            (rewrite->is_delimited && jl_hint_peek(rewrite, 0) == ','))
            break;
        read_joint(w);
    }
    if (rewrite->is_lost)
        return;
    if (w->depth > 0)
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, rewrite->at, rewrite->at,
                     "a ')' is missing here");
    for (; w->depth > 0; w->depth--)
        jl_hint_write(rewrite, JL_TEXT(")"));
}

/* `-` where a field needs no name, as logs write a value that is not there. */
static bool is_dash(const jl_rewrite *rewrite) {
    const char behind = jl_hint_peek(rewrite, 1);
    return jl_hint_peek(rewrite, 0) == '-' &&
           (behind == '\0' || behind == ',' || jl_is_pattern_blank(behind));
}

static void skip_dash(jl_hint_walk *w) {
    const size_t start = w->rewrite->at++;
    note(w, start, "a field without a name is left empty: [a, , c]");
}

static void read_fields(jl_hint_walk *w) {
    jl_rewrite *rewrite = w->rewrite;
    while (!rewrite->is_lost) {
        jl_hint_copy_blanks(rewrite);
        if (jl_hint_is_at(rewrite, "..."))
            jl_hint_copy(rewrite, 3);
        else if (is_dash(rewrite))
            skip_dash(w);
        else if (jl_hint_peek(rewrite, 0) != ',' && rewrite->at < rewrite->end)
            read_expression(w);
        jl_hint_copy_blanks(rewrite);
        if (rewrite->at >= rewrite->end)
            return;
        if (jl_hint_peek(rewrite, 0) == ',')
            jl_hint_copy(rewrite, 1);
        else
            rewrite->is_lost = true;
    }
}

void jl_hint_json(jl_rewrite *rewrite) {
    jl_hint_walk w = {.rewrite = rewrite};
    if (rewrite->is_delimited)
        read_fields(&w);
    else
        read_expression(&w);
}
