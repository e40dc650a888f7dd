#include "filter/lint_hint.h"

#include "filter/lexer.h"

#include <ctype.h>
#include <strings.h>

char jl_hint_peek(const jl_rewrite *rewrite, size_t ahead) {
    const size_t at = rewrite->at + ahead;
    return at < rewrite->end ? rewrite->pattern.ptr[at] : '\0';
}

bool jl_hint_is_at(const jl_rewrite *rewrite, const char *text) {
    const size_t len = strlen(text);
    return rewrite->end - rewrite->at >= len &&
           memcmp(rewrite->pattern.ptr + rewrite->at, text, len) == 0;
}

bool jl_hint_is_word(const jl_rewrite *rewrite, const char *word) {
    const size_t len = strlen(word);
    if (rewrite->end - rewrite->at < len ||
        strncasecmp(rewrite->pattern.ptr + rewrite->at, word, len) != 0)
        return false;
    const char behind = jl_hint_peek(rewrite, len);
    return !isalnum((unsigned char)behind) && behind != '_' && behind != '.' && behind != '*' &&
           behind != '-';
}

bool jl_hint_take_word(jl_rewrite *rewrite, const char *word) {
    if (!jl_hint_is_word(rewrite, word))
        return false;
    rewrite->at += strlen(word);
    jl_hint_skip_blanks(rewrite);
    return true;
}

void jl_hint_skip_blanks(jl_rewrite *rewrite) {
    while (rewrite->at < rewrite->end && jl_is_pattern_blank(rewrite->pattern.ptr[rewrite->at]))
        rewrite->at++;
}

void jl_hint_copy_blanks(jl_rewrite *rewrite) {
    const size_t start = rewrite->at;
    jl_hint_skip_blanks(rewrite);
    jl_buffer_append(&rewrite->out, rewrite->pattern.ptr + start, rewrite->at - start);
}

void jl_hint_copy(jl_rewrite *rewrite, size_t len) {
    jl_buffer_append(&rewrite->out, rewrite->pattern.ptr + rewrite->at, len);
    rewrite->at += len;
}

void jl_hint_replace(jl_rewrite *rewrite, size_t len, const char *text) {
    jl_buffer_append_text(&rewrite->out, jl_text_of(text));
    rewrite->at += len;
}

void jl_hint_write(jl_rewrite *rewrite, jl_text text) {
    jl_buffer_append_text(&rewrite->out, text);
}

void jl_hint_cut(jl_rewrite *rewrite, size_t len) {
    if (rewrite->out.status == JSONLOG_OK)
        jl_buffer_rewind(&rewrite->out, len);
}

void jl_hint_write_phrase(jl_rewrite *rewrite, jl_text text) {
    jl_buffer_append_char(&rewrite->out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            jl_buffer_append_char(&rewrite->out, '\\');
        jl_buffer_append_char(&rewrite->out, text.ptr[i]);
    }
    jl_buffer_append_char(&rewrite->out, '"');
}

void jl_hint_note(jl_rewrite *rewrite, jsonlog_lint_code code, size_t offset, size_t end,
                  const char *text) {
    if (rewrite->hint_count < JL_HINTS_MAX)
        rewrite->hints[rewrite->hint_count++] = (jl_hint){code, offset, end - offset, text};
}

jl_quote jl_hint_quote(const jl_rewrite *rewrite, size_t at, size_t *len) {
    const char *mark = rewrite->pattern.ptr + at;
    *len = 1;
    if (at >= rewrite->end)
        return JL_QUOTE_NONE;
    if (*mark == '"')
        return JL_QUOTE_DOUBLE;
    if (*mark == '\'')
        return JL_QUOTE_SINGLE;
    /* U+2018 to U+201F are the typographic ones, single and double. */
    *len = 3;
    const bool is_curly = rewrite->end - at >= 3 && memcmp(mark, "\xE2\x80", 2) == 0 &&
                          (unsigned char)mark[2] >= 0x98 && (unsigned char)mark[2] <= 0x9F;
    return is_curly ? JL_QUOTE_CURLY : JL_QUOTE_NONE;
}

bool jl_hint_read_quoted(jl_rewrite *rewrite, jl_text *inside, jl_quote *quote) {
    size_t len = 0;
    *quote = jl_hint_quote(rewrite, rewrite->at, &len);
    if (*quote == JL_QUOTE_NONE)
        return false;
    const size_t start = rewrite->at + len;
    for (size_t at = start; at < rewrite->end; at++) {
        const char *text = rewrite->pattern.ptr + at;
        if (*text == '\\' && at + 1 < rewrite->end && (text[1] == '"' || text[1] == '\\')) {
            at++;
        } else if (jl_hint_quote(rewrite, at, &len) == *quote) {
            *inside = (jl_text){rewrite->pattern.ptr + start, at - start};
            rewrite->at = at + len;
            return true;
        }
    }
    return false;
}
