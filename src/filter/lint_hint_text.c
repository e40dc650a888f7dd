#include "filter/lint_hint.h"

#include "filter/lexer.h"

/* Bytes of a word that needs no quotes. */
static bool is_word_char(char c) {
    return c != '\0' && ((jl_is_name_char(c) && c != '-') || c == '.');
}

/* Behind the item at `at`: at a blank that is not inside double quotes. */
static size_t item_end(const jl_rewrite *rewrite, size_t at) {
    bool is_quoted = false;
    for (; at < rewrite->end; at++) {
        const char c = rewrite->pattern.ptr[at];
        if (c == '\\' && is_quoted)
            at++;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (jl_is_pattern_blank(c) && !is_quoted)
            break;
    }
    return at < rewrite->end ? at : rewrite->end;
}

static bool is_word(jl_text item) {
    for (size_t i = 0; i < item.len; i++) {
        if (!is_word_char(item.ptr[i]) && item.ptr[i] != '-' && item.ptr[i] != '?')
            return false;
    }
    return true;
}

/* One phrase and nothing behind it. */
static bool is_phrase(const jl_rewrite *rewrite, jl_text item) {
    jl_rewrite ahead = *rewrite;
    jl_text inside;
    jl_quote quote;
    ahead.at = (size_t)(item.ptr - rewrite->pattern.ptr);
    return item.ptr[0] == '"' && jl_hint_read_quoted(&ahead, &inside, &quote) &&
           ahead.at == (size_t)(item.ptr - rewrite->pattern.ptr) + item.len;
}

/* `"level": "error"` is one term, cut in two by a blank. */
static size_t whole_member(const jl_rewrite *rewrite, size_t start, size_t end) {
    size_t next = end;
    if (rewrite->pattern.ptr[start] != '"' || rewrite->pattern.ptr[end - 1] != ':')
        return end;
    while (next < rewrite->end && jl_is_pattern_blank(rewrite->pattern.ptr[next]))
        next++;
    return next < rewrite->end ? item_end(rewrite, next) : end;
}

static void drop_stars(jl_text *item) {
    while (item->len > 0 && item->ptr[0] == '*')
        *item = (jl_text){item->ptr + 1, item->len - 1};
    while (item->len > 0 && item->ptr[item->len - 1] == '*')
        item->len--;
}

/* `ERR*` is found as `ERR`, wherever it stands. */
static bool read_stars(jl_rewrite *rewrite, jl_text item) {
    jl_text word = item;
    drop_stars(&word);
    if (word.len == item.len || word.len == 0 || !is_word(word))
        return false;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, (size_t)(item.ptr - rewrite->pattern.ptr),
                 rewrite->at,
                 "there is no wildcard in a text pattern; a term is found anywhere in a line");
    jl_hint_write(rewrite, word);
    return true;
}

static void read_other(jl_rewrite *rewrite, jl_text item) {
    const size_t start = (size_t)(item.ptr - rewrite->pattern.ptr);
    size_t len = 0;
    jl_text inside;
    jl_quote quote;
    jl_rewrite ahead = *rewrite;
    ahead.at = start;
    const jl_quote mark = jl_hint_quote(rewrite, start, &len);
    if (mark != JL_QUOTE_NONE && mark != JL_QUOTE_DOUBLE &&
        jl_hint_read_quoted(&ahead, &inside, &quote) && inside.len > 0) {
        rewrite->at = ahead.at;
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "a phrase is put in double quotes (\")");
        jl_hint_write_phrase(rewrite, inside);
        return;
    }
    if (item.ptr[0] == '%') {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                     "a regular expression stands alone, with no term beside it");
        rewrite->is_lost = true;
        return;
    }
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, start, rewrite->at,
                 "a term with such characters is put in double quotes");
    jl_hint_write_phrase(rewrite, item);
}

/* A quote that never closes: it may close at the end. */
static bool read_open_quote(jl_rewrite *rewrite, jl_text item) {
    jl_rewrite ahead = *rewrite;
    jl_text inside;
    jl_quote quote;
    ahead.at = (size_t)(item.ptr - rewrite->pattern.ptr);
    if (item.ptr[0] != '"' || jl_hint_read_quoted(&ahead, &inside, &quote))
        return false;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, ahead.at, ahead.at + 1, "this quote is not closed");
    jl_hint_write(rewrite, item);
    jl_hint_write(rewrite, JL_TEXT("\""));
    rewrite->is_lost = rewrite->is_lost || item.len == 1;
    return true;
}

/* `"ERROR"WARN`: two terms, if what follows the phrase is a plain word or phrase. */
static bool read_two_terms(jl_rewrite *rewrite, jl_text item) {
    jl_rewrite ahead = *rewrite;
    jl_text inside;
    jl_quote quote;
    const size_t start = (size_t)(item.ptr - rewrite->pattern.ptr);
    ahead.at = start;
    if (item.ptr[0] != '"' || !jl_hint_read_quoted(&ahead, &inside, &quote))
        return false;
    const jl_text rest = {rewrite->pattern.ptr + ahead.at, start + item.len - ahead.at};
    if (rest.len == 0 || (!is_word(rest) && !is_phrase(rewrite, rest)))
        return false;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, ahead.at, ahead.at,
                 "a blank is missing between two terms");
    jl_hint_write(rewrite, (jl_text){item.ptr, item.len - rest.len});
    jl_hint_write(rewrite, JL_TEXT(" "));
    jl_hint_write(rewrite, rest);
    return true;
}

static bool read_operator(jl_rewrite *rewrite, jl_text item, bool *is_choice) {
    const bool is_or = jl_text_equal(item, JL_TEXT("||")) || jl_text_equal(item, JL_TEXT("|"));
    const bool is_and = jl_text_equal(item, JL_TEXT("&&")) || jl_text_equal(item, JL_TEXT("&"));
    if (!is_or && !is_and)
        return false;
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, (size_t)(item.ptr - rewrite->pattern.ptr),
                 rewrite->at,
                 is_or ? "in a text pattern 'any of them' is written ?one ?other"
                       : "terms of a text pattern stand side by side without '&&'");
    *is_choice = *is_choice || is_or;
    jl_hint_skip_blanks(rewrite);
    return true;
}

static void read_item(jl_rewrite *rewrite, bool is_choice) {
    if (jl_hint_peek(rewrite, 0) == '-' || jl_hint_peek(rewrite, 0) == '?') {
        jl_hint_copy(rewrite, 1);
        jl_hint_copy_blanks(rewrite);
    } else if (is_choice) {
        jl_hint_write(rewrite, JL_TEXT("?"));
    }
    const size_t start = rewrite->at;
    size_t end = item_end(rewrite, start);
    if (end == start) {
        rewrite->is_lost = true;
        return;
    }
    jl_text item = {rewrite->pattern.ptr + start, end - start};
    rewrite->at = end;
    if (is_word(item) || is_phrase(rewrite, item)) {
        jl_hint_write(rewrite, item);
    } else if (!read_open_quote(rewrite, item) && !read_two_terms(rewrite, item) &&
               !read_stars(rewrite, item)) {
        end = whole_member(rewrite, start, end);
        rewrite->at = end;
        read_other(rewrite, (jl_text){item.ptr, end - start});
    }
}

/* Joined by `||` alone every term gets a `?`. */
static bool is_joined_by_or(const jl_rewrite *rewrite) {
    const jl_text all = {rewrite->pattern.ptr + rewrite->at, rewrite->end - rewrite->at};
    return memmem(all.ptr, all.len, " || ", 4) != NULL && memmem(all.ptr, all.len, "&&", 2) == NULL;
}

void jl_hint_text(jl_rewrite *rewrite) {
    bool is_choice = is_joined_by_or(rewrite);
    size_t end = 0;
    if (jl_hint_is_slashed(rewrite, &end) && end + 1 == rewrite->end) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, rewrite->at, rewrite->end,
                     "a regular expression stands between percent signs: %expression%");
        jl_hint_write_regex(
            rewrite, (jl_text){rewrite->pattern.ptr + rewrite->at + 1, end - rewrite->at - 1});
        return;
    }
    while (!rewrite->is_lost) {
        jl_hint_copy_blanks(rewrite);
        if (rewrite->at >= rewrite->end)
            return;
        const size_t start = rewrite->at;
        rewrite->at = item_end(rewrite, start);
        if (read_operator(rewrite, (jl_text){rewrite->pattern.ptr + start, rewrite->at - start},
                          &is_choice))
            continue;
        rewrite->at = start;
        read_item(rewrite, is_choice);
    }
}
