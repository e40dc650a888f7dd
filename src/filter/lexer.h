#ifndef JL_FILTER_LEXER_H
#define JL_FILTER_LEXER_H
/**
 * The words of a JSON pattern, and of a space-delimited one.
 *
 *     selector = "$" step { step }                    first step begins with "."
 *     step     = "." name | ".['" { any but "'" } "']" | ".*" | "[" digits "]" | "[*]"
 *     phrase   = '"' { any but '"' | '\"' | '\\' } '"'
 *     number   = see json/decimal.h
 *     word     = { letter | digit | "_" | "." | "*" | "+" | "-" | beyond ASCII }
 *     sign     = "(" | ")" | "&&" | "||" | "=" | "!=" | "<" | "<=" | ">" | ">="
 *
 * In a space-delimited pattern there is no selector, and "," is a sign too.
 *
 * Blanks between them mean nothing. What is none of these is refused in the way CloudWatch does:
 * the message quotes the token from its start through the character that fits no token.
 */
#include "base/text.h"

#include <jsonlog/status.h>

typedef enum jl_token_kind {
    JL_TOKEN_END, /**< the closing brace or bracket */
    JL_TOKEN_SELECTOR,
    JL_TOKEN_PHRASE, /**< quotes included */
    JL_TOKEN_NUMBER,
    JL_TOKEN_WORD,
    JL_TOKEN_PERCENT, /**< a regular expression begins; its compiler finds its end */
    JL_TOKEN_LEFT,
    JL_TOKEN_RIGHT,
    JL_TOKEN_AND,
    JL_TOKEN_OR,
    JL_TOKEN_EQ,
    JL_TOKEN_NE,
    JL_TOKEN_LT,
    JL_TOKEN_LE,
    JL_TOKEN_GT,
    JL_TOKEN_GE,
    JL_TOKEN_COMMA, /**< of space-delimited patterns */
} jl_token_kind;

typedef struct jl_token {
    jl_token_kind kind;
    jl_text text;
    size_t offset;
} jl_token;

typedef struct jl_lexer {
    jl_text pattern; /**< the whole pattern, well-formed UTF-8 */
    size_t at;       /**< where the next token is looked for */
    size_t end;      /**< offset of the closing brace or bracket */
    bool is_delimited;
    jl_token token;   /**< the current one */
    jsonlog_err *err; /**< may be NULL */
} jl_lexer;

/** Between the first character of the pattern and its last. */
void jl_lexer_begin(jl_lexer *lexer, jl_text pattern, jsonlog_err *err);

/** The same for a text that is nothing but a selector such as `$.user.age`. */
void jl_lexer_begin_reference(jl_lexer *lexer, jl_text text, jsonlog_err *err);

/** Move to the next token. @return JSONLOG_OK or JSONLOG_E_SYNTAX with the error filled. */
jsonlog_status jl_lexer_next(jl_lexer *lexer);

/** @return true for the blanks between tokens: space, tab, CR, LF, and (ours) VT and FF. */
bool jl_is_pattern_blank(char c);

/** @return true for the bytes of a name in a selector. */
bool jl_is_name_char(char c);

#endif
