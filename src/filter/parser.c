#include "filter/expression.h"

#include "base/err.h"
#include "filter/complain.h"

/* --- selectors ------------------------------------------------------------------------------- */

static uint64_t read_index(jl_text digits) {
    uint64_t index = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (__builtin_mul_overflow(index, (uint64_t)10, &index) ||
            __builtin_add_overflow(index, (uint64_t)(digits.ptr[i] - '0'), &index))
            return UINT64_MAX;
    }
    return index;
}

size_t jl_step_read(jl_text text, jl_step *step) {
    *step = (jl_step){.kind = JL_STEP_ANY};
    size_t end = 0;
    if (text.ptr[0] == '[') {
        const char *close = memchr(text.ptr, ']', text.len);
        end = (size_t)(close - text.ptr) + 1;
        if (text.ptr[1] == '*')
            return end;
        step->kind = JL_STEP_INDEX;
        step->index = read_index((jl_text){text.ptr + 1, end - 2});
        return end;
    }
    if (text.ptr[1] == '*')
        return 2;
    step->kind = JL_STEP_NAME;
    if (text.ptr[1] == '[') {
        const char *quote = memchr(text.ptr + 3, '\'', text.len - 3);
        step->name = (jl_text){text.ptr + 3, (size_t)(quote - text.ptr) - 3};
        return step->name.len + 5;
    }
    for (end = 1; end < text.len && jl_is_name_char(text.ptr[end]);)
        end++;
    step->name = (jl_text){text.ptr + 1, end - 1};
    return end;
}

static jsonlog_status count_wildcard(jl_expression_parser *p, jl_condition_syntax *condition,
                                     size_t offset) {
    if (condition->is_wild)
        return jl_err_set(p->err, JSONLOG_E_LIMIT, offset,
                          "Your filter pattern has a JSON path selector that exceeds the maximum "
                          "of 1 wildcard allowed per json selector.");
    condition->is_wild = true;
    p->syntax->wildcard_count++;
    if (p->syntax->wildcard_count > JL_WILDCARDS_MAX)
        return jl_err_set(p->err, JSONLOG_E_LIMIT, offset,
                          "Invalid metric filter pattern: more than %d selectors with a wildcard",
                          JL_WILDCARDS_MAX);
    return JSONLOG_OK;
}

static jsonlog_status parse_selector(jl_expression_parser *p, jl_condition_syntax *condition) {
    const jl_token *token = jl_current(p);
    if (token->kind != JL_TOKEN_SELECTOR)
        return jl_complain_here(p, "a condition starts with a selector such as $.name");
    condition->selector = token->text;
    condition->steps = p->syntax->steps + p->syntax->step_count;
    for (size_t at = 1; at < token->text.len;) {
        jl_step *step = &p->syntax->steps[p->syntax->step_count++];
        const size_t len =
            jl_step_read((jl_text){token->text.ptr + at, token->text.len - at}, step);
        condition->step_count++;
        at += len;
        step->end = at;
        if (step->kind == JL_STEP_ANY) {
            jsonlog_status status = count_wildcard(p, condition, token->offset + at - len);
            if (status != JSONLOG_OK)
                return status;
        }
    }
    return jl_lexer_next(&p->lexer);
}

/* --- conditions ------------------------------------------------------------------------------ */

static jsonlog_status parse_is(jl_expression_parser *p, jl_condition_syntax *condition) {
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    if (jl_is_keyword(jl_current(p), "null"))
        condition->operation = JL_OP_IS_NULL;
    else if (jl_is_keyword(jl_current(p), "true"))
        condition->operation = JL_OP_IS_TRUE;
    else if (jl_is_keyword(jl_current(p), "false"))
        condition->operation = JL_OP_IS_FALSE;
    else
        return jl_complain_here(p, "NULL, TRUE or FALSE follows IS");
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_not(jl_expression_parser *p, jl_condition_syntax *condition) {
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    if (!jl_is_keyword(jl_current(p), "exists"))
        return jl_complain_here(p, "EXISTS follows NOT");
    condition->operation = JL_OP_NOT_EXISTS;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_keyword(jl_expression_parser *p, jl_condition_syntax *condition) {
    if (jl_is_keyword(jl_current(p), "is"))
        return parse_is(p, condition);
    if (jl_is_keyword(jl_current(p), "not"))
        return parse_not(p, condition);
    if (jl_is_keyword(jl_current(p), "exists"))
        return jl_complain_here(p, "there is only NOT EXISTS; '= *' asks for a string or number");
    return jl_complain_here(p, "an operator is missing behind the selector");
}

static jsonlog_status parse_condition(jl_expression_parser *p, jl_condition_syntax *condition) {
    jsonlog_status status = parse_selector(p, condition);
    if (status != JSONLOG_OK)
        return status;
    bool is_comparison = false;
    status = jl_comparison_parse(p, condition, &is_comparison);
    return status == JSONLOG_OK && !is_comparison ? parse_keyword(p, condition) : status;
}

jsonlog_status jl_json_parse(jl_text pattern, char *scratch, jl_syntax *syntax, jsonlog_err *err) {
    jl_expression_parser p;
    jl_expression_begin(&p, pattern, scratch, syntax, parse_condition, err);
    jsonlog_status status = jl_lexer_next(&p.lexer);
    return status == JSONLOG_OK ? jl_expression_parse(&p) : status;
}

void jl_syntax_done(jl_syntax *syntax) {
    for (size_t i = 0; i < syntax->condition_count; i++)
        jl_regex_free(syntax->conditions[i].regex);
    syntax->condition_count = 0;
}
