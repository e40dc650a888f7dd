#include "filter/lexer.h"

#include "filter/complain.h"
#include "json/decimal.h"

bool jl_is_pattern_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool jl_is_name_char(char c) {
    const char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '_' || c == '-' ||
           (unsigned char)c >= 0x80;
}

static bool is_word_char(char c) {
    return jl_is_name_char(c) || c == '.' || c == '*' || c == '+';
}

/* The byte at an offset; NUL, which no pattern contains, behind its end. */
static char peek(const jl_lexer *lexer, size_t at) {
    return at < lexer->pattern.len ? lexer->pattern.ptr[at] : '\0';
}

/* Behind the code point at `at`. */
static size_t code_point_end(const jl_lexer *lexer, size_t at) {
    if (at >= lexer->pattern.len)
        return lexer->pattern.len;
    at++;
    while (at < lexer->pattern.len && ((unsigned char)lexer->pattern.ptr[at] & 0xC0) == 0x80)
        at++;
    return at;
}

/* The token that began at `start` cannot go on with the character at `bad`. */
static jsonlog_status refuse(const jl_lexer *lexer, size_t start, size_t bad, const char *reason) {
    const size_t end = code_point_end(lexer, bad);
    const jl_text term = {lexer->pattern.ptr + start, end - start};
    return jl_complain_term(lexer->err, bad, term, reason);
}

static jsonlog_status accept(jl_lexer *lexer, jl_token_kind kind, size_t end) {
    const size_t start = lexer->at;
    lexer->token = (jl_token){kind, {lexer->pattern.ptr + start, end - start}, start};
    lexer->at = end;
    return JSONLOG_OK;
}

/* `at` is on the `[` of `['`; `start` is where the message shall begin. */
static jsonlog_status quoted_step(const jl_lexer *lexer, size_t start, size_t *at) {
    if (peek(lexer, *at + 1) != '\'')
        return refuse(lexer, start, *at + 1, "a key in brackets is written ['key']");
    size_t end = *at + 2;
    while (end < lexer->end && lexer->pattern.ptr[end] != '\'')
        end++;
    if (end >= lexer->end) {
        const jl_text rest = {lexer->pattern.ptr + start, lexer->pattern.len - start};
        return jl_complain_term(lexer->err, *at + 1, rest, "this quote is not closed");
    }
    if (peek(lexer, end + 1) != ']')
        return refuse(lexer, start, end + 1, "a key in brackets is written ['key']");
    *at = end + 2;
    return JSONLOG_OK;
}

static jsonlog_status dot_step(const jl_lexer *lexer, size_t start, size_t *at) {
    size_t end = *at + 1;
    const char c = peek(lexer, end);
    if (c == '[') {
        *at = end;
        return quoted_step(lexer, start, at);
    }
    if (c == '*') {
        *at = end + 1;
        return JSONLOG_OK;
    }
    while (jl_is_name_char(peek(lexer, end)))
        end++;
    if (end == *at + 1)
        return refuse(lexer, start, end, "a name, '*' or ['key'] follows the dot of a selector");
    *at = end;
    return JSONLOG_OK;
}

static jsonlog_status index_step(const jl_lexer *lexer, size_t *at) {
    size_t end = *at + 1;
    if (peek(lexer, end) == '*')
        end++;
    else
        while (is_digit(peek(lexer, end)))
            end++;
    if (peek(lexer, end) != ']' || end == *at + 1)
        return refuse(lexer, *at, end, "an index is written [0], any element [*]");
    *at = end + 1;
    return JSONLOG_OK;
}

static jsonlog_status selector(jl_lexer *lexer) {
    if (lexer->is_delimited)
        return refuse(lexer, lexer->at, lexer->at, "a field is named without '$'");
    size_t at = lexer->at + 1;
    if (peek(lexer, at) != '.')
        return refuse(lexer, lexer->at, at, "a selector starts with '$.'");
    jsonlog_status status = dot_step(lexer, lexer->at, &at);
    while (status == JSONLOG_OK && (peek(lexer, at) == '.' || peek(lexer, at) == '['))
        status = peek(lexer, at) == '.' ? dot_step(lexer, at, &at) : index_step(lexer, &at);
    return status == JSONLOG_OK ? accept(lexer, JL_TOKEN_SELECTOR, at) : status;
}

static jsonlog_status phrase(jl_lexer *lexer) {
    const char *text = lexer->pattern.ptr;
    size_t at = lexer->at + 1;
    while (at < lexer->end && text[at] != '"') {
        const bool is_escape = text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\');
        at += is_escape ? 2 : 1;
    }
    if (at >= lexer->end) {
        const jl_text rest = {text + lexer->at, lexer->pattern.len - lexer->at};
        return jl_complain_term(lexer->err, lexer->at, rest, "this quote is not closed");
    }
    return accept(lexer, JL_TOKEN_PHRASE, at + 1);
}

static jsonlog_status word(jl_lexer *lexer) {
    size_t end = lexer->at;
    while (end < lexer->end && is_word_char(lexer->pattern.ptr[end]))
        end++;
    const jl_text text = {lexer->pattern.ptr + lexer->at, end - lexer->at};
    const bool is_number = jl_decimal_literal_len(text) == text.len;
    return accept(lexer, is_number ? JL_TOKEN_NUMBER : JL_TOKEN_WORD, end);
}

/* A sign of two equal characters, of which one alone is none. */
static jsonlog_status twin(jl_lexer *lexer, jl_token_kind kind, const char *reason) {
    if (peek(lexer, lexer->at + 1) != lexer->pattern.ptr[lexer->at])
        return refuse(lexer, lexer->at, lexer->at + 1, reason);
    return accept(lexer, kind, lexer->at + 2);
}

/* A sign that may have an `=` behind it. */
static jsonlog_status order(jl_lexer *lexer, jl_token_kind plain, jl_token_kind with_equal) {
    if (peek(lexer, lexer->at + 1) == '=')
        return accept(lexer, with_equal, lexer->at + 2);
    return accept(lexer, plain, lexer->at + 1);
}

static jsonlog_status not_equal(jl_lexer *lexer) {
    const char next = peek(lexer, lexer->at + 1);
    if (next == '=')
        return accept(lexer, JL_TOKEN_NE, lexer->at + 2);
    const bool is_negation = next == '(' || next == '$';
    return jl_complain(lexer->err, lexer->at,
                       is_negation ? "there is no negation, only '!=' and NOT EXISTS"
                                   : "'!' stands in '!=' only; a text with it needs double quotes");
}

static jsonlog_status other(jl_lexer *lexer) {
    if (is_word_char(lexer->pattern.ptr[lexer->at]))
        return word(lexer);
    const bool is_comma = lexer->pattern.ptr[lexer->at] == ',';
    if (is_comma && lexer->is_delimited)
        return accept(lexer, JL_TOKEN_COMMA, lexer->at + 1);
    return refuse(lexer, lexer->at, lexer->at,
                  is_comma ? "conditions are joined with '&&' or '||'"
                           : "put a value with such characters in double quotes");
}

void jl_lexer_begin(jl_lexer *lexer, jl_text pattern, jsonlog_err *err) {
    *lexer = (jl_lexer){.pattern = pattern, .at = 1, .end = pattern.len - 1, .err = err};
    lexer->is_delimited = pattern.ptr[0] == '[';
}

void jl_lexer_begin_reference(jl_lexer *lexer, jl_text text, jsonlog_err *err) {
    *lexer = (jl_lexer){.pattern = text, .end = text.len, .err = err};
}

jsonlog_status jl_lexer_next(jl_lexer *lexer) {
    while (lexer->at < lexer->end && jl_is_pattern_blank(lexer->pattern.ptr[lexer->at]))
        lexer->at++;
    if (lexer->at >= lexer->end)
        return accept(lexer, JL_TOKEN_END, lexer->at);
    switch (lexer->pattern.ptr[lexer->at]) {
    case '$': return selector(lexer);
    case '"': return phrase(lexer);
    case '%': return accept(lexer, JL_TOKEN_PERCENT, lexer->at + 1);
    case '(': return accept(lexer, JL_TOKEN_LEFT, lexer->at + 1);
    case ')': return accept(lexer, JL_TOKEN_RIGHT, lexer->at + 1);
    case '&': return twin(lexer, JL_TOKEN_AND, "'and' is written '&&'");
    case '|': return twin(lexer, JL_TOKEN_OR, "'or' is written '||'");
    case '=': return accept(lexer, JL_TOKEN_EQ, lexer->at + 1);
    case '!': return not_equal(lexer);
    case '<': return order(lexer, JL_TOKEN_LT, JL_TOKEN_LE);
    case '>': return order(lexer, JL_TOKEN_GT, JL_TOKEN_GE);
    default: return other(lexer);
    }
}
