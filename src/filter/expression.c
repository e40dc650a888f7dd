#include "filter/expression.h"

#include "base/err.h"
#include "filter/complain.h"

#include <strings.h>

/* An open parenthesis among the operators that wait for their right side. */
#define OPEN_PARENTHESIS 0

jsonlog_status jl_complain_here(const jl_expression_parser *p, const char *reason) {
    return jl_complain(p->err, jl_current(p)->offset, reason);
}

bool jl_is_keyword(const jl_token *token, const char *keyword) {
    return token->kind == JL_TOKEN_WORD && token->text.len == strlen(keyword) &&
           strncasecmp(token->text.ptr, keyword, token->text.len) == 0;
}

/* --- conditions ------------------------------------------------------------------------------ */

/* The blanks in front of the token behind the condition are not part of it. */
static jl_text source_of(const jl_expression_parser *p, size_t start) {
    size_t end = jl_current(p)->offset;
    while (jl_is_pattern_blank(p->lexer.pattern.ptr[end - 1]))
        end--;
    return (jl_text){p->lexer.pattern.ptr + start, end - start};
}

static jsonlog_status add_condition(jl_expression_parser *p) {
    jl_syntax *syntax = p->syntax;
    if (syntax->condition_count == JL_CONDITIONS_MAX)
        return jl_err_set(p->err, JSONLOG_E_LIMIT, jl_current(p)->offset,
                          "Invalid metric filter pattern: more than %d conditions",
                          JL_CONDITIONS_MAX);
    const size_t start = jl_current(p)->offset;
    jl_condition_syntax *condition = &syntax->conditions[syntax->condition_count];
    *condition = (jl_condition_syntax){.operand = JL_OPERAND_NONE};
    /* Counted first, so that its regular expression is freed whatever goes wrong behind it. */
    syntax->joints[syntax->joint_count++] = (uint16_t)syntax->condition_count++;
    jsonlog_status status = p->parse_condition(p, condition);
    if (status == JSONLOG_OK)
        condition->source = source_of(p, start);
    return status;
}

/* --- joining --------------------------------------------------------------------------------- */

static uint16_t top_waiting(const jl_expression_parser *p) {
    return p->waiting_count == 0 ? OPEN_PARENTHESIS : p->waiting[p->waiting_count - 1];
}

/* Everything that binds at least as tight as the joint behind it has its right side now. */
static void settle(jl_expression_parser *p, bool is_before_and) {
    while (top_waiting(p) == JL_JOINT_AND || (!is_before_and && top_waiting(p) == JL_JOINT_OR))
        p->syntax->joints[p->syntax->joint_count++] = p->waiting[--p->waiting_count];
}

static void open_parenthesis(jl_expression_parser *p) {
    p->waiting[p->waiting_count++] = OPEN_PARENTHESIS;
    p->parentheses[p->parenthesis_count++] = jl_current(p)->offset;
}

/* Behind a condition: closing parentheses, then a joint or the end. */
static jsonlog_status parse_joint(jl_expression_parser *p, bool *is_end) {
    while (jl_current(p)->kind == JL_TOKEN_RIGHT && p->parenthesis_count > 0) {
        settle(p, false);
        p->waiting_count--;
        p->parenthesis_count--;
        jsonlog_status status = jl_lexer_next(&p->lexer);
        if (status != JSONLOG_OK)
            return status;
    }
    *is_end = jl_current(p)->kind == JL_TOKEN_END || jl_current(p)->kind == JL_TOKEN_COMMA;
    if (*is_end)
        return JSONLOG_OK;
    if (jl_is_keyword(jl_current(p), "and"))
        return jl_complain_here(p, "'and' is written '&&'");
    if (jl_is_keyword(jl_current(p), "or"))
        return jl_complain_here(p, "'or' is written '||'");
    if (jl_current(p)->kind == JL_TOKEN_RIGHT)
        return jl_complain_here(p, "there is no '(' that this closes");
    if (jl_current(p)->kind != JL_TOKEN_AND && jl_current(p)->kind != JL_TOKEN_OR)
        return jl_complain_here(p, p->lexer.is_delimited
                                       ? "',', '&&', '||' or the end is expected here"
                                       : "'&&', '||' or the end is expected here");
    settle(p, jl_current(p)->kind == JL_TOKEN_AND);
    p->waiting[p->waiting_count++] =
        jl_current(p)->kind == JL_TOKEN_AND ? JL_JOINT_AND : JL_JOINT_OR;
    return jl_lexer_next(&p->lexer);
}

jsonlog_status jl_expression_parse(jl_expression_parser *p) {
    jsonlog_status status = JSONLOG_OK;
    for (bool is_end = false; status == JSONLOG_OK && !is_end;) {
        while (status == JSONLOG_OK && jl_current(p)->kind == JL_TOKEN_LEFT) {
            open_parenthesis(p);
            status = jl_lexer_next(&p->lexer);
        }
        if (status == JSONLOG_OK)
            status = add_condition(p);
        if (status == JSONLOG_OK)
            status = parse_joint(p, &is_end);
    }
    if (status != JSONLOG_OK)
        return status;
    if (p->parenthesis_count > 0)
        return jl_complain(p->err, p->parentheses[p->parenthesis_count - 1],
                           "this '(' is not closed");
    settle(p, false);
    return JSONLOG_OK;
}

void jl_expression_begin(jl_expression_parser *p, jl_text pattern, char *scratch, jl_syntax *syntax,
                         jl_condition_parse_fn *parse_condition, jsonlog_err *err) {
    p->syntax = syntax;
    p->parse_condition = parse_condition;
    p->scratch = scratch;
    p->err = err;
    p->waiting_count = 0;
    p->parenthesis_count = 0;
    jl_lexer_begin(&p->lexer, pattern, err);
    syntax->step_count = syntax->field_count = syntax->condition_count = syntax->joint_count = 0;
    syntax->regex_count = syntax->wildcard_count = 0;
}
