#include "filter/lint_hint.h"

#include "filter/lexer.h"

#include <ctype.h>

#define PARENTHESES \
    "a regular expression has no groups; a parenthesis itself is written \\x28 or \\x29"

/* Characters that CloudWatch lets an expression have, but for letters and digits. */
static bool is_legal(char c) {
    return isalnum((unsigned char)c) || (c != '\0' && strchr(":_#=@/;,-^$?[]{}|\\*+. ", c) != NULL);
}

static bool has_group_meaning(jl_text body) {
    for (size_t i = 0; i < body.len; i++) {
        if (body.ptr[i] == '\\')
            i++;
        else if (body.ptr[i] == '|')
            return true;
        else if (body.ptr[i] == ')' && i + 1 < body.len && strchr("*+?{", body.ptr[i + 1]) != NULL)
            return true;
    }
    return false;
}

/* `(a|b)` and nothing else: without its parentheses it means the same. */
static bool is_one_group(jl_text body) {
    if (body.len < 2 || body.ptr[0] != '(' || body.ptr[body.len - 1] != ')')
        return false;
    for (size_t i = 1; i + 1 < body.len; i++) {
        if (body.ptr[i] == '\\')
            i++;
        else if (body.ptr[i] == '(' || body.ptr[i] == ')')
            return false;
    }
    return true;
}

static bool is_parenthesis(char c) {
    return c == '(' || c == ')';
}

/* One character, perhaps behind a backslash, in a way the dialect takes. */
static void write_character(jl_rewrite *rewrite, const char *at, bool is_escaped) {
    if ((unsigned char)*at >= 0x80) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, (size_t)(at - rewrite->pattern.ptr),
                     (size_t)(at - rewrite->pattern.ptr) + 1,
                     "a regular expression takes ASCII only; a text with stars takes every "
                     "letter");
        rewrite->is_lost = true;
    } else if (!is_legal(*at)) {
        const size_t offset = (size_t)(at - rewrite->pattern.ptr);
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, offset - (is_escaped ? 1 : 0), offset + 1,
                     is_parenthesis(*at) ? PARENTHESES
                                         : "this character is not allowed in a regular "
                                           "expression; \\x and its two hexadecimal digits "
                                           "stand for it");
        jl_buffer_append_format(&rewrite->out, "\\x%02x", (unsigned)(unsigned char)*at);
    } else {
        jl_hint_write(rewrite, is_escaped ? JL_TEXT("\\") : JL_TEXT(""));
        jl_buffer_append_char(&rewrite->out, *at);
    }
}

void jl_hint_write_regex(jl_rewrite *rewrite, jl_text body) {
    const size_t offset = (size_t)(body.ptr - rewrite->pattern.ptr);
    const bool has_groups = memchr(body.ptr, '(', body.len) != NULL && has_group_meaning(body);
    jl_hint_write(rewrite, JL_TEXT("%"));
    if (has_groups) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, offset, offset + body.len, PARENTHESES);
        rewrite->is_lost = rewrite->is_lost || !is_one_group(body);
        body = is_one_group(body) ? (jl_text){body.ptr + 1, body.len - 2} : body;
    }
    for (size_t i = 0; i < body.len && !rewrite->is_lost; i++) {
        const bool is_escaped = body.ptr[i] == '\\' && i + 1 < body.len;
        i += is_escaped ? 1 : 0;
        /* `\/` is what an expression between slashes needs; here it is just a slash. */
        const bool is_slash = is_escaped && body.ptr[i] == '/';
        write_character(rewrite, body.ptr + i, is_escaped && !is_slash);
    }
    jl_hint_write(rewrite, JL_TEXT("%"));
}

/* Where it stands alone it ends with the pattern; in others nobody knows where. */
static void read_open_regex(jl_rewrite *rewrite) {
    const size_t start = rewrite->at + 1;
    const size_t len = rewrite->end - start;
    if (rewrite->pattern.ptr[0] != '%' || memchr(rewrite->pattern.ptr + start, '%', len) != NULL ||
        len == 0) {
        rewrite->is_lost = true;
        return;
    }
    jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, rewrite->end, rewrite->end,
                 "the '%' that ends a regular expression is missing");
    rewrite->at = rewrite->end;
    jl_hint_write_regex(rewrite, (jl_text){rewrite->pattern.ptr + start, len});
}

void jl_hint_regex(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    size_t end = start + 1;
    while (end < rewrite->end && (rewrite->pattern.ptr[end] != '%' || end == start + 1))
        end += rewrite->pattern.ptr[end] == '\\' ? 2 : 1;
    if (end >= rewrite->end) {
        read_open_regex(rewrite);
        return;
    }
    rewrite->at = end + 1;
    jl_hint_write_regex(rewrite, (jl_text){rewrite->pattern.ptr + start + 1, end - start - 1});
    if (isalpha((unsigned char)jl_hint_peek(rewrite, 0))) {
        jl_hint_note(rewrite, JSONLOG_LINT_SYNTAX, rewrite->at, rewrite->at + 1,
                     "a regular expression has no flags; [eE] stands for a letter of either case");
        rewrite->is_lost = true;
    }
}

bool jl_hint_is_slashed(const jl_rewrite *rewrite, size_t *end) {
    if (jl_hint_peek(rewrite, 0) != '/')
        return false;
    size_t at = rewrite->at + 1;
    while (at < rewrite->end && rewrite->pattern.ptr[at] != '/')
        at += rewrite->pattern.ptr[at] == '\\' ? 2 : 1;
    if (at >= rewrite->end || at == rewrite->at + 1)
        return false;
    *end = at;
    const char behind = at + 1 < rewrite->end ? rewrite->pattern.ptr[at + 1] : ' ';
    return jl_is_pattern_blank(behind) || behind == ')' || behind == '&' || behind == '|';
}
