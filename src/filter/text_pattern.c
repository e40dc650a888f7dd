#include "filter/text_pattern.h"

#include "base/alloc.h"
#include "base/err.h"
#include "filter/complain.h"
#include "filter/lexer.h"

typedef struct parser {
    jl_text pattern;
    size_t at;
    char *scratch; /* next free byte */
    jl_text_program *program;
    jsonlog_err *err;
} parser;

/* NUL, which no pattern contains, behind the end. */
static char peek(const parser *p) {
    return p->at < p->pattern.len ? p->pattern.ptr[p->at] : '\0';
}

static bool is_word_char(char c) {
    return (jl_is_name_char(c) && c != '-') || c == '.';
}

static bool is_sign(char c) {
    return c == '-' || c == '?';
}

static void skip_blanks(parser *p) {
    while (p->at < p->pattern.len && jl_is_pattern_blank(p->pattern.ptr[p->at]))
        p->at++;
}

static jl_text from(const parser *p, size_t start) {
    return (jl_text){p->pattern.ptr + start, p->at - start};
}

static jsonlog_status refuse_character(const parser *p) {
    const bool is_first = p->program->count == 0 && jl_is_pattern_blank(p->pattern.ptr[0]);
    /* Such a pattern was seen refused in these words, not with the character. */
    if (peek(p) == '{' && is_first)
        return jl_complain(p->err, p->at,
                           "a JSON pattern starts with '{', without a blank before it");
    return jl_complain_term(p->err, p->at, (jl_text){p->pattern.ptr + p->at, 1},
                            peek(p) == '%' ? "a regular expression stands alone"
                                           : "put a term with such characters in double quotes");
}

static jsonlog_status parse_word(parser *p, jl_term *term) {
    const size_t start = p->at;
    while (is_word_char(peek(p)))
        p->at++;
    term->text = from(p, start);
    return JSONLOG_OK;
}

static jsonlog_status parse_phrase(parser *p, jl_term *term) {
    const size_t start = p->at++;
    term->text = (jl_text){p->scratch, 0};
    while (p->at < p->pattern.len && peek(p) != '"') {
        const char *rest = p->pattern.ptr + p->at;
        const bool is_escape =
            rest[0] == '\\' && p->at + 1 < p->pattern.len && (rest[1] == '"' || rest[1] == '\\');
        p->scratch[term->text.len++] = is_escape ? rest[1] : rest[0];
        p->at += is_escape ? 2 : 1;
    }
    if (p->at == p->pattern.len)
        return jl_complain_term(p->err, start, from(p, start), "this quote is not closed");
    p->at++;
    if (term->text.len == 0)
        return jl_complain_term(p->err, start, from(p, start), "an empty term occurs everywhere");
    p->scratch += term->text.len;
    return JSONLOG_OK;
}

static jl_term_kind read_sign(parser *p) {
    const char sign = peek(p);
    if (!is_sign(sign))
        return JL_TERM_REQUIRED;
    p->at++;
    skip_blanks(p);
    return sign == '-' ? JL_TERM_EXCLUDED : JL_TERM_OPTIONAL;
}

static jsonlog_status parse_term(parser *p, jl_term *term) {
    if (peek(p) == '"')
        return parse_phrase(p, term);
    if (is_word_char(peek(p)))
        return parse_word(p, term);
    if (p->at == p->pattern.len || is_sign(peek(p)))
        return jl_complain(p->err, p->at, "a term is missing behind '-' or '?'");
    return refuse_character(p);
}

static jsonlog_status parse_item(parser *p) {
    const size_t start = p->at;
    jl_term *term = &p->program->terms[p->program->count];
    term->kind = read_sign(p);
    jsonlog_status status = parse_term(p, term);
    if (status != JSONLOG_OK)
        return status;
    if (is_word_char(peek(p)) || peek(p) == '"')
        return jl_complain(p->err, p->at, "a blank is missing between two terms");
    term->source = from(p, start);
    p->program->count++;
    p->program->is_choice = p->program->is_choice && term->kind == JL_TERM_OPTIONAL;
    return JSONLOG_OK;
}

jsonlog_status jl_text_compile(jl_text pattern, char *scratch, jl_text_program **out,
                               jsonlog_err *err) {
    /* An item takes one byte and, but for the first, something that divides it from the one before.
     */
    const size_t most = pattern.len / 2 + 1;
    jl_text_program *program = jl_alloc(sizeof *program + most * sizeof(jl_term));
    if (program == NULL)
        return jl_err_nomem(err);
    *program = (jl_text_program){.count = 0, .is_choice = true};
    parser p = {pattern, 0, scratch, program, err};
    jsonlog_status status = JSONLOG_OK;
    for (skip_blanks(&p); status == JSONLOG_OK && p.at < pattern.len; skip_blanks(&p))
        status = parse_item(&p);
    if (status == JSONLOG_OK)
        *out = program;
    else
        jl_text_program_free(program);
    return status;
}

void jl_text_program_free(jl_text_program *program) {
    jl_free(program);
}
