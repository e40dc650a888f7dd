#ifndef JL_FILTER_PARSER_H
#define JL_FILTER_PARSER_H
/**
 * A pattern as syntax: its conditions in order, and how they are joined.
 *
 *     json      = "{" or "}"
 *     delimited = "[" [ field { "," field } ] "]"
 *     field     = [ "..." | or ]
 *     or        = and { "||" and }
 *     and       = primary { "&&" primary }
 *     primary   = "(" or ")" | condition
 *     condition = selector ( ( "=" | "!=" ) value | ( "<" | "<=" | ">" | ">=" ) number
 *                          | IS ( NULL | TRUE | FALSE ) | NOT EXISTS )            of JSON
 *               | name [ ( "=" | "!=" ) value | ( "<" | "<=" | ">" | ">=" ) number ]   of a field
 *     value     = phrase | regex | number | word
 *
 * The joining is kept in postfix order, so neither parsing nor evaluating it needs recursion.
 */
#include "base/text.h"
#include "filter/joint.h"
#include "filter/regex.h"
#include "json/decimal.h"

#include <jsonlog/filter.h>

#include <stdint.h>

/* A pattern has at most 1,024 units. A step takes two (`.a`), a field one (its comma). The shortest
 * condition is a field's name alone among others, with its sign three: `a||a`. A pattern with more
 * of them would be too long. */
#define JL_STEPS_MAX      (JSONLOG_PATTERN_MAX / 2)
#define JL_FIELDS_MAX     (JSONLOG_PATTERN_MAX - 1)
#define JL_CONDITIONS_MAX (JSONLOG_PATTERN_MAX / 3 + 1)
#define JL_JOINTS_MAX     (2 * JL_CONDITIONS_MAX)

/* CloudWatch's quotas for one pattern. */
#define JL_REGEXES_MAX   2
#define JL_WILDCARDS_MAX 3

typedef enum jl_step_kind { JL_STEP_NAME, JL_STEP_INDEX, JL_STEP_ANY } jl_step_kind;

typedef struct jl_step {
    jl_step_kind kind;
    jl_text name;   /**< views the pattern: names have no escapes */
    uint64_t index; /**< saturated: no array is that long */
    size_t end;     /**< offset in the selector behind this step */
} jl_step;

typedef enum jl_operator {
    JL_OP_EQ,
    JL_OP_NE,
    JL_OP_LT,
    JL_OP_LE,
    JL_OP_GT,
    JL_OP_GE,
    JL_OP_IS_NULL,
    JL_OP_IS_TRUE,
    JL_OP_IS_FALSE,
    JL_OP_NOT_EXISTS,
    JL_OP_ANY, /**< a field's name alone: true of any token */
} jl_operator;

typedef enum jl_operand_kind {
    JL_OPERAND_NONE,
    JL_OPERAND_NUMBER,
    JL_OPERAND_TEXT, /**< a star in it is a wildcard */
    JL_OPERAND_REGEX,
} jl_operand_kind;

typedef struct jl_condition_syntax {
    jl_text source;   /**< all of it, as the pattern spells it */
    jl_text selector; /**< likewise; of a field its name */
    const jl_step *steps;
    size_t step_count;
    bool is_wild; /**< one of the steps is a wildcard */
    jl_operator operation;
    jl_operand_kind operand;
    jl_text literal;   /**< the operand, as the pattern spells it */
    jl_text text;      /**< TEXT: without escapes; NUMBER: as the pattern spells it */
    jl_decimal number; /**< of NUMBER */
    jl_regex *regex;   /**< of REGEX; owned */
} jl_condition_syntax;

/** One entry between the commas of a space-delimited pattern. */
typedef struct jl_field_syntax {
    jl_text name; /**< views the pattern; empty: the field has none */
    bool is_rest; /**< `...` */
    /* Its part of the joints; without a condition it has none. */
    uint16_t first_joint;
    uint16_t joint_end;
} jl_field_syntax;

typedef struct jl_syntax {
    jl_step steps[JL_STEPS_MAX]; /**< of JSON patterns */
    size_t step_count;
    jl_field_syntax fields[JL_FIELDS_MAX]; /**< of space-delimited patterns */
    size_t field_count;
    jl_condition_syntax conditions[JL_CONDITIONS_MAX];
    size_t condition_count;
    uint16_t joints[JL_JOINTS_MAX];
    size_t joint_count;
    size_t regex_count;
    size_t wildcard_count;
} jl_syntax;

/**
 * Parse a pattern that starts with `{` and ends with `}`.
 *
 * @param pattern  checked: well-formed UTF-8 without NUL, not too long. The syntax views it.
 * @param scratch  room for pattern.len bytes that the syntax views too (texts without escapes).
 * @param syntax   filled; call jl_syntax_done() in any case.
 */
jsonlog_status jl_json_parse(jl_text pattern, char *scratch, jl_syntax *syntax, jsonlog_err *err);

/** The same for a pattern that starts with `[` and ends with `]`. */
jsonlog_status jl_delimited_parse(jl_text pattern, char *scratch, jl_syntax *syntax,
                                  jsonlog_err *err);

/**
 * Read the step at the start of `text`, the rest of a selector that the lexer has accepted.
 * @return the length of the step; its `end` is for the caller to set.
 */
size_t jl_step_read(jl_text text, jl_step *step);

/** Free the regular expressions that nobody has taken (set `regex` to NULL when taking one). */
void jl_syntax_done(jl_syntax *syntax);

#endif
