#ifndef JL_ORACLE_PARSER_H
#define JL_ORACLE_PARSER_H
/** A cursor over the code points of a pattern, and what all kinds of pattern read with it. */
#include "oracle.h"

typedef struct oracle_parser {
    oracle_text text;
    size_t pos;
    size_t regexes;
    size_t wild_selectors;
    /** Reads one condition of an expression; what precedes it of white space is gone. */
    bool (*condition)(struct oracle_parser *p, oracle_node *node);
    oracle_text field_name; /**< of a space-delimited pattern, a view: the expression's one name */
} oracle_parser;

/**
 * Decode UTF-8 into p->text, to be freed.
 * @return false for ill-formed text and more UTF-16 code units than AWS takes.
 */
bool oracle_decode(oracle_parser *p, const char *pattern, size_t len);

/** @return the next code point, 0 at the end. */
uint32_t oracle_peek(const oracle_parser *p);
/** Move past the token if it is next. */
bool oracle_take(oracle_parser *p, const char *token);
void oracle_skip_blanks(oracle_parser *p);

bool oracle_is_digit(uint32_t c);
bool oracle_is_letter(uint32_t c);
bool oracle_is_blank(uint32_t c);
bool oracle_is_name_character(uint32_t c);

/** A word without quotes, perhaps empty; a view of the pattern. */
oracle_text oracle_take_bare(oracle_parser *p);
/** Whether the token is the word, which is given in small letters, in any case. */
bool oracle_is_word(oracle_text token, const char *word);
/** Append what stands before the closing quote, the opening one being past. */
bool oracle_take_phrase(oracle_parser *p, oracle_text *out);

/** `= value`, `> number` and so on; *is_found says whether there is an operator at all. */
bool oracle_take_comparison(oracle_parser *p, oracle_node *node, bool *is_found);

oracle_node *oracle_new_node(void);
/** An expression of conditions joined by `||`, `&&` and parentheses; NULL: refused. */
oracle_node *oracle_take_or(oracle_parser *p);

#endif
