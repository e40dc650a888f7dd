#include "filter/expression.h"

#include "base/err.h"
#include "filter/complain.h"

/* --- names ----------------------------------------------------------------------------------- */

/* The first byte of a word that no name has there; its length if it is a name. */
static size_t bad_byte(jl_text word) {
    size_t at = 0;
    while (at < word.len && jl_is_name_char(word.ptr[at]))
        at++;
    const bool is_led_by_letter = word.ptr[0] != '-' && (word.ptr[0] < '0' || word.ptr[0] > '9');
    return is_led_by_letter ? at : 0;
}

/* CloudWatch quotes the whole word, and of anything else the character that it begins with. */
static jsonlog_status refuse_name(const jl_expression_parser *p) {
    const jl_token *token = jl_current(p);
    switch (token->kind) {
    case JL_TOKEN_WORD:
    case JL_TOKEN_NUMBER:
        return jl_complain_term(
            p->err, token->offset + bad_byte(token->text), token->text,
            "a field's name is a letter or '_', then letters, digits, '_', '-'");
    case JL_TOKEN_PHRASE:
    case JL_TOKEN_PERCENT:
        return jl_complain_term(p->err, token->offset, (jl_text){token->text.ptr, 1},
                                "a condition names its field first: name = \"text\"");
    default: return jl_complain_here(p, "a field's name is missing here");
    }
}

static jsonlog_status check_same_name(const jl_expression_parser *p, jl_text name, jl_text other) {
    if (jl_text_equal(name, other))
        return JSONLOG_OK;
    return jl_err_set(p->err, JSONLOG_E_SYNTAX, jl_current(p)->offset,
                      "Multiple variables used in a single filter. Var1 : %.*s, Var2 : %.*s",
                      (int)name.len, name.ptr, (int)other.len, other.ptr);
}

/* One name a field, and one field a name: the conditions of a field all ask about its token. */
static jsonlog_status note_name(jl_expression_parser *p, jl_text name) {
    jl_syntax *syntax = p->syntax;
    jl_field_syntax *field = &syntax->fields[syntax->field_count - 1];
    if (field->name.len > 0)
        return check_same_name(p, field->name, name);
    for (size_t i = 0; i + 1 < syntax->field_count; i++) {
        if (jl_text_equal(syntax->fields[i].name, name))
            return jl_err_set(p->err, JSONLOG_E_SYNTAX, jl_current(p)->offset,
                              "Duplicate field '%.*s'", (int)name.len, name.ptr);
    }
    field->name = name;
    return JSONLOG_OK;
}

static jsonlog_status parse_condition(jl_expression_parser *p, jl_condition_syntax *condition) {
    const jl_token *token = jl_current(p);
    if (token->kind != JL_TOKEN_WORD || bad_byte(token->text) < token->text.len)
        return refuse_name(p);
    condition->selector = token->text;
    condition->operation = JL_OP_ANY;
    jsonlog_status status = note_name(p, token->text);
    if (status == JSONLOG_OK)
        status = jl_lexer_next(&p->lexer);
    bool is_comparison = false;
    return status == JSONLOG_OK ? jl_comparison_parse(p, condition, &is_comparison) : status;
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool is_rest(const jl_token *token) {
    return token->kind == JL_TOKEN_WORD && jl_text_equal(token->text, JL_TEXT("..."));
}

static bool is_field_end(const jl_token *token) {
    return token->kind == JL_TOKEN_COMMA || token->kind == JL_TOKEN_END;
}

static jsonlog_status parse_rest(jl_expression_parser *p, jl_field_syntax *field) {
    for (size_t i = 0; i + 1 < p->syntax->field_count; i++) {
        if (p->syntax->fields[i].is_rest)
            return jl_err_set(p->err, JSONLOG_E_SYNTAX, jl_current(p)->offset,
                              "Duplicate field '...'");
    }
    field->is_rest = true;
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK || is_field_end(jl_current(p)))
        return status;
    return jl_complain_here(p, "'...' stands alone between its commas");
}

/* A name without a condition asks nothing of its token. */
static void drop_bare_name(jl_syntax *syntax, const jl_field_syntax *field) {
    const bool is_alone = syntax->joint_count == (size_t)field->first_joint + 1;
    if (!is_alone || syntax->conditions[syntax->condition_count - 1].operation != JL_OP_ANY)
        return;
    syntax->condition_count--;
    syntax->joint_count--;
}

static jsonlog_status parse_field(jl_expression_parser *p) {
    jl_field_syntax *field = &p->syntax->fields[p->syntax->field_count++];
    *field = (jl_field_syntax){.first_joint = (uint16_t)p->syntax->joint_count};
    jsonlog_status status = JSONLOG_OK;
    if (is_rest(jl_current(p))) {
        status = parse_rest(p, field);
    } else if (!is_field_end(jl_current(p))) {
        status = jl_expression_parse(p);
        if (status == JSONLOG_OK)
            drop_bare_name(p->syntax, field);
    }
    field->joint_end = (uint16_t)p->syntax->joint_count;
    return status;
}

jsonlog_status jl_delimited_parse(jl_text pattern, char *scratch, jl_syntax *syntax,
                                  jsonlog_err *err) {
    jl_expression_parser p;
    jl_expression_begin(&p, pattern, scratch, syntax, parse_condition, err);
    jsonlog_status status = jl_lexer_next(&p.lexer);
    if (status != JSONLOG_OK || jl_current(&p)->kind == JL_TOKEN_END)
        return status;
    for (status = parse_field(&p);
         status == JSONLOG_OK && jl_current(&p)->kind == JL_TOKEN_COMMA;) {
        status = jl_lexer_next(&p.lexer);
        if (status == JSONLOG_OK)
            status = parse_field(&p);
    }
    return status;
}
