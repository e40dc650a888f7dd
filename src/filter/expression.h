#ifndef JL_FILTER_EXPRESSION_H
#define JL_FILTER_EXPRESSION_H
/** What the parsers of JSON and of space-delimited patterns share: conditions, joined. */
#include "filter/lexer.h"
#include "filter/parser.h"

typedef struct jl_expression_parser jl_expression_parser;

/** Parse one condition, from its first token to behind its last. */
typedef jsonlog_status jl_condition_parse_fn(jl_expression_parser *parser,
                                             jl_condition_syntax *condition);

struct jl_expression_parser {
    jl_lexer lexer;
    jl_syntax *syntax;
    jl_condition_parse_fn *parse_condition;
    char *scratch; /**< next free byte */
    jsonlog_err *err;
    uint16_t waiting[JSONLOG_PATTERN_MAX];   /**< joints and parentheses */
    size_t parentheses[JSONLOG_PATTERN_MAX]; /**< offsets of the open ones */
    size_t waiting_count;
    size_t parenthesis_count;
};

void jl_expression_begin(jl_expression_parser *parser, jl_text pattern, char *scratch,
                         jl_syntax *syntax, jl_condition_parse_fn *parse_condition,
                         jsonlog_err *err);

/** From the current token to a comma or the end of the pattern. */
jsonlog_status jl_expression_parse(jl_expression_parser *parser);

/*
 * For the parsers of conditions:
 */

static inline const jl_token *jl_current(const jl_expression_parser *parser) {
    return &parser->lexer.token;
}

/** `Invalid metric filter pattern: <reason>` at the current token. */
jsonlog_status jl_complain_here(const jl_expression_parser *parser, const char *reason);

/** @return true if the token is this word, in upper or lower case. */
bool jl_is_keyword(const jl_token *token, const char *keyword);

/** If the current token is `=`, `!=`, `<`, `<=`, `>` or `>=`, parse it and what stands behind it.
 */
jsonlog_status jl_comparison_parse(jl_expression_parser *parser, jl_condition_syntax *condition,
                                   bool *is_comparison);

#endif
