#include "filter/expression.h"

#include "base/err.h"
#include "filter/complain.h"

static jsonlog_status parse_phrase(jl_expression_parser *p, jl_condition_syntax *condition) {
    const jl_text inside = {jl_current(p)->text.ptr + 1, jl_current(p)->text.len - 2};
    condition->operand = JL_OPERAND_TEXT;
    condition->literal = jl_current(p)->text;
    condition->text = (jl_text){p->scratch, 0};
    for (size_t i = 0; i < inside.len; i++) {
        const bool is_escape = inside.ptr[i] == '\\' && i + 1 < inside.len &&
                               (inside.ptr[i + 1] == '"' || inside.ptr[i + 1] == '\\');
        i += is_escape ? 1 : 0;
        p->scratch[condition->text.len++] = inside.ptr[i];
    }
    p->scratch += condition->text.len;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_number(jl_expression_parser *p, jl_condition_syntax *condition) {
    condition->operand = JL_OPERAND_NUMBER;
    condition->literal = condition->text = jl_current(p)->text;
    if (!jl_decimal_read(condition->text, p->scratch, &condition->number))
        return jl_complain_here(p, "the exponent of this number does not fit 32 bits");
    p->scratch += condition->number.count;
    return jl_lexer_next(&p->lexer);
}

static bool is_reserved(const jl_token *token) {
    return jl_is_keyword(token, "null") || jl_is_keyword(token, "is") ||
           jl_is_keyword(token, "not") || jl_is_keyword(token, "exists");
}

static jsonlog_status parse_word(jl_expression_parser *p, jl_condition_syntax *condition) {
    if (jl_is_keyword(jl_current(p), "null"))
        return jl_complain_here(p, "null is asked for with IS NULL");
    if (is_reserved(jl_current(p)))
        return jl_complain_here(p,
                                "this word is reserved; put it in double quotes to mean the text");
    condition->operand = JL_OPERAND_TEXT;
    condition->literal = condition->text = jl_current(p)->text;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_regex(jl_expression_parser *p, jl_condition_syntax *condition) {
    const size_t open = jl_current(p)->offset;
    if (p->syntax->regex_count == JL_REGEXES_MAX)
        return jl_err_set(p->err, JSONLOG_E_LIMIT, open,
                          "Your input has exceeded the maximum of %d regular expressions per "
                          "filter pattern.",
                          JL_REGEXES_MAX);
    size_t end = 0;
    jsonlog_status status =
        jl_regex_compile(p->lexer.pattern, open, &end, &condition->regex, p->err);
    if (status != JSONLOG_OK)
        return status;
    p->syntax->regex_count++;
    condition->operand = JL_OPERAND_REGEX;
    condition->literal = (jl_text){p->lexer.pattern.ptr + open, end - open};
    p->lexer.at = end;
    return jl_lexer_next(&p->lexer);
}

/* What stands behind `=` or `!=`. */
static jsonlog_status parse_value(jl_expression_parser *p, jl_condition_syntax *condition) {
    switch (jl_current(p)->kind) {
    case JL_TOKEN_PHRASE: return parse_phrase(p, condition);
    case JL_TOKEN_NUMBER: return parse_number(p, condition);
    case JL_TOKEN_WORD: return parse_word(p, condition);
    case JL_TOKEN_PERCENT: return parse_regex(p, condition);
    case JL_TOKEN_EQ: return jl_complain_here(p, "'==' is no operator, write '='");
    default: return jl_complain_here(p, "a value is missing here");
    }
}

/* Recorded replies differ: of a JSON pattern the text is quoted, of a space-delimited one it is
 * not. */
static jsonlog_status refuse_text_bound(const jl_expression_parser *p) {
    static const char reason[] = "only a number can be compared by size";
    if (p->lexer.is_delimited)
        return jl_complain_here(p, reason);
    return jl_complain_term(p->err, jl_current(p)->offset, jl_current(p)->text, reason);
}

/* What stands behind `<`, `<=`, `>` or `>=`. */
static jsonlog_status parse_bound(jl_expression_parser *p, jl_condition_syntax *condition) {
    const jl_token *token = jl_current(p);
    switch (token->kind) {
    case JL_TOKEN_NUMBER: return parse_number(p, condition);
    case JL_TOKEN_PHRASE:
    case JL_TOKEN_WORD: return refuse_text_bound(p);
    case JL_TOKEN_GT:
        if (condition->operation == JL_OP_LT)
            return jl_complain_here(p, "'<>' is no operator, write '!='");
        return jl_complain_here(p, "a number is missing here");
    default: return jl_complain_here(p, "a number is missing here");
    }
}

static bool read_operator(jl_token_kind kind, jl_operator *operation) {
    switch (kind) {
    case JL_TOKEN_EQ: *operation = JL_OP_EQ; return true;
    case JL_TOKEN_NE: *operation = JL_OP_NE; return true;
    case JL_TOKEN_LT: *operation = JL_OP_LT; return true;
    case JL_TOKEN_LE: *operation = JL_OP_LE; return true;
    case JL_TOKEN_GT: *operation = JL_OP_GT; return true;
    case JL_TOKEN_GE: *operation = JL_OP_GE; return true;
    default: return false;
    }
}

jsonlog_status jl_comparison_parse(jl_expression_parser *p, jl_condition_syntax *condition,
                                   bool *is_comparison) {
    *is_comparison = read_operator(jl_current(p)->kind, &condition->operation);
    if (!*is_comparison)
        return JSONLOG_OK;
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    const bool is_equality = condition->operation == JL_OP_EQ || condition->operation == JL_OP_NE;
    return is_equality ? parse_value(p, condition) : parse_bound(p, condition);
}
