#include "filter/parser.h"

#include "base/err.h"
#include "filter/complain.h"
#include "filter/lexer.h"

#include <strings.h>

/* An open parenthesis among the operators that wait for their right side. */
#define OPEN_PARENTHESIS 0

typedef struct parser {
    jl_lexer lexer;
    jl_json_syntax *syntax;
    char *scratch; /* next free byte */
    jsonlog_err *err;
    uint16_t waiting[JSONLOG_PATTERN_MAX];   /* joints and parentheses */
    size_t parentheses[JSONLOG_PATTERN_MAX]; /* offsets of the open ones */
    size_t waiting_count;
    size_t parenthesis_count;
} parser;

static const jl_token *current(const parser *p) {
    return &p->lexer.token;
}

static jsonlog_status complain_here(const parser *p, const char *reason) {
    return jl_complain(p->err, current(p)->offset, reason);
}

static bool is_keyword(const jl_token *token, const char *keyword) {
    return token->kind == JL_TOKEN_WORD && token->text.len == strlen(keyword) &&
           strncasecmp(token->text.ptr, keyword, token->text.len) == 0;
}

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

/* The lexer has checked the form; returns the length of the step. */
static size_t read_step(jl_text text, jl_step *step) {
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

static jsonlog_status count_wildcard(parser *p, jl_condition_syntax *condition, size_t offset) {
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

static jsonlog_status parse_selector(parser *p, jl_condition_syntax *condition) {
    const jl_token *token = current(p);
    if (token->kind != JL_TOKEN_SELECTOR)
        return complain_here(p, "a condition starts with a selector such as $.name");
    condition->selector = token->text;
    condition->steps = p->syntax->steps + p->syntax->step_count;
    for (size_t at = 1; at < token->text.len;) {
        jl_step *step = &p->syntax->steps[p->syntax->step_count++];
        const size_t len = read_step((jl_text){token->text.ptr + at, token->text.len - at}, step);
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

/* --- values ---------------------------------------------------------------------------------- */

static jsonlog_status parse_phrase(parser *p, jl_condition_syntax *condition) {
    const jl_text inside = {current(p)->text.ptr + 1, current(p)->text.len - 2};
    condition->operand = JL_OPERAND_TEXT;
    condition->literal = current(p)->text;
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

static jsonlog_status parse_number(parser *p, jl_condition_syntax *condition) {
    condition->operand = JL_OPERAND_NUMBER;
    condition->literal = condition->text = current(p)->text;
    if (!jl_decimal_read(condition->text, p->scratch, &condition->number))
        return complain_here(p, "the exponent of this number does not fit 32 bits");
    p->scratch += condition->number.count;
    return jl_lexer_next(&p->lexer);
}

static bool is_reserved(const jl_token *token) {
    return is_keyword(token, "null") || is_keyword(token, "is") || is_keyword(token, "not") ||
           is_keyword(token, "exists");
}

static jsonlog_status parse_word(parser *p, jl_condition_syntax *condition) {
    if (is_keyword(current(p), "null"))
        return complain_here(p, "null is asked for with IS NULL");
    if (is_reserved(current(p)))
        return complain_here(p, "this word is reserved; put it in double quotes to mean the text");
    condition->operand = JL_OPERAND_TEXT;
    condition->literal = condition->text = current(p)->text;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_regex(parser *p, jl_condition_syntax *condition) {
    const size_t open = current(p)->offset;
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
static jsonlog_status parse_value(parser *p, jl_condition_syntax *condition) {
    switch (current(p)->kind) {
    case JL_TOKEN_PHRASE: return parse_phrase(p, condition);
    case JL_TOKEN_NUMBER: return parse_number(p, condition);
    case JL_TOKEN_WORD: return parse_word(p, condition);
    case JL_TOKEN_PERCENT: return parse_regex(p, condition);
    case JL_TOKEN_EQ: return complain_here(p, "'==' is no operator, write '='");
    default: return complain_here(p, "a value is missing here");
    }
}

/* What stands behind `<`, `<=`, `>` or `>=`. */
static jsonlog_status parse_bound(parser *p, jl_condition_syntax *condition) {
    const jl_token *token = current(p);
    switch (token->kind) {
    case JL_TOKEN_NUMBER: return parse_number(p, condition);
    case JL_TOKEN_PHRASE:
    case JL_TOKEN_WORD:
        return jl_complain_term(p->err, token->offset, token->text,
                                "only a number can be compared by size");
    case JL_TOKEN_GT:
        if (condition->operation == JL_OP_LT)
            return complain_here(p, "'<>' is no operator, write '!='");
        return complain_here(p, "a number is missing here");
    default: return complain_here(p, "a number is missing here");
    }
}

/* --- conditions ------------------------------------------------------------------------------ */

static jsonlog_status parse_is(parser *p, jl_condition_syntax *condition) {
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    if (is_keyword(current(p), "null"))
        condition->operation = JL_OP_IS_NULL;
    else if (is_keyword(current(p), "true"))
        condition->operation = JL_OP_IS_TRUE;
    else if (is_keyword(current(p), "false"))
        condition->operation = JL_OP_IS_FALSE;
    else
        return complain_here(p, "NULL, TRUE or FALSE follows IS");
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_not(parser *p, jl_condition_syntax *condition) {
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    if (!is_keyword(current(p), "exists"))
        return complain_here(p, "EXISTS follows NOT");
    condition->operation = JL_OP_NOT_EXISTS;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_keyword(parser *p, jl_condition_syntax *condition) {
    if (is_keyword(current(p), "is"))
        return parse_is(p, condition);
    if (is_keyword(current(p), "not"))
        return parse_not(p, condition);
    if (is_keyword(current(p), "exists"))
        return complain_here(p, "there is only NOT EXISTS; '= *' asks for a string or number");
    return complain_here(p, "an operator is missing behind the selector");
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

static jsonlog_status parse_test(parser *p, jl_condition_syntax *condition) {
    if (!read_operator(current(p)->kind, &condition->operation))
        return parse_keyword(p, condition);
    jsonlog_status status = jl_lexer_next(&p->lexer);
    if (status != JSONLOG_OK)
        return status;
    const bool is_equality = condition->operation == JL_OP_EQ || condition->operation == JL_OP_NE;
    return is_equality ? parse_value(p, condition) : parse_bound(p, condition);
}

/* The blanks in front of the token behind the condition are not part of it. */
static jl_text source_of(const parser *p, size_t start) {
    size_t end = current(p)->offset;
    while (jl_is_pattern_blank(p->lexer.pattern.ptr[end - 1]))
        end--;
    return (jl_text){p->lexer.pattern.ptr + start, end - start};
}

static jsonlog_status parse_condition(parser *p) {
    jl_json_syntax *syntax = p->syntax;
    if (syntax->condition_count == JL_CONDITIONS_MAX)
        return jl_err_set(p->err, JSONLOG_E_LIMIT, current(p)->offset,
                          "Invalid metric filter pattern: more than %d conditions",
                          JL_CONDITIONS_MAX);
    const size_t start = current(p)->offset;
    jl_condition_syntax *condition = &syntax->conditions[syntax->condition_count];
    *condition = (jl_condition_syntax){.operand = JL_OPERAND_NONE};
    /* Counted first, so that its regular expression is freed whatever goes wrong behind it. */
    syntax->joints[syntax->joint_count++] = (uint16_t)syntax->condition_count++;
    jsonlog_status status = parse_selector(p, condition);
    if (status == JSONLOG_OK)
        status = parse_test(p, condition);
    if (status == JSONLOG_OK)
        condition->source = source_of(p, start);
    return status;
}

/* --- joining --------------------------------------------------------------------------------- */

static uint16_t top_waiting(const parser *p) {
    return p->waiting_count == 0 ? OPEN_PARENTHESIS : p->waiting[p->waiting_count - 1];
}

/* Everything that binds at least as tight as the joint behind it has its right side now. */
static void settle(parser *p, bool is_before_and) {
    while (top_waiting(p) == JL_JOINT_AND || (!is_before_and && top_waiting(p) == JL_JOINT_OR))
        p->syntax->joints[p->syntax->joint_count++] = p->waiting[--p->waiting_count];
}

static void open_parenthesis(parser *p) {
    p->waiting[p->waiting_count++] = OPEN_PARENTHESIS;
    p->parentheses[p->parenthesis_count++] = current(p)->offset;
}

/* Behind a condition: closing parentheses, then a joint or the end. */
static jsonlog_status parse_joint(parser *p, bool *is_end) {
    while (current(p)->kind == JL_TOKEN_RIGHT && p->parenthesis_count > 0) {
        settle(p, false);
        p->waiting_count--;
        p->parenthesis_count--;
        jsonlog_status status = jl_lexer_next(&p->lexer);
        if (status != JSONLOG_OK)
            return status;
    }
    *is_end = current(p)->kind == JL_TOKEN_END;
    if (*is_end)
        return JSONLOG_OK;
    if (is_keyword(current(p), "and"))
        return complain_here(p, "'and' is written '&&'");
    if (is_keyword(current(p), "or"))
        return complain_here(p, "'or' is written '||'");
    if (current(p)->kind == JL_TOKEN_RIGHT)
        return complain_here(p, "there is no '(' that this closes");
    if (current(p)->kind != JL_TOKEN_AND && current(p)->kind != JL_TOKEN_OR)
        return complain_here(p, "'&&', '||' or the end is expected here");
    settle(p, current(p)->kind == JL_TOKEN_AND);
    p->waiting[p->waiting_count++] = current(p)->kind == JL_TOKEN_AND ? JL_JOINT_AND : JL_JOINT_OR;
    return jl_lexer_next(&p->lexer);
}

static jsonlog_status parse_expression(parser *p) {
    jsonlog_status status = jl_lexer_next(&p->lexer);
    for (bool is_end = false; status == JSONLOG_OK && !is_end;) {
        while (status == JSONLOG_OK && current(p)->kind == JL_TOKEN_LEFT) {
            open_parenthesis(p);
            status = jl_lexer_next(&p->lexer);
        }
        if (status == JSONLOG_OK)
            status = parse_condition(p);
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

jsonlog_status jl_json_parse(jl_text pattern, char *scratch, jl_json_syntax *syntax,
                             jsonlog_err *err) {
    parser p;
    p.syntax = syntax;
    p.scratch = scratch;
    p.err = err;
    p.waiting_count = 0;
    p.parenthesis_count = 0;
    jl_lexer_begin(&p.lexer, pattern, err);
    syntax->step_count = syntax->condition_count = syntax->joint_count = 0;
    syntax->regex_count = syntax->wildcard_count = 0;
    return parse_expression(&p);
}

void jl_json_syntax_done(jl_json_syntax *syntax) {
    for (size_t i = 0; i < syntax->condition_count; i++)
        jl_regex_free(syntax->conditions[i].regex);
    syntax->condition_count = 0;
}
