#ifndef JL_FILTER_PARSER_H
#define JL_FILTER_PARSER_H
/**
 * A JSON pattern as syntax: its conditions in order, and how they are joined.
 *
 *     pattern   = "{" or "}"
 *     or        = and { "||" and }
 *     and       = primary { "&&" primary }
 *     primary   = "(" or ")" | condition
 *     condition = selector ( ( "=" | "!=" ) value | ( "<" | "<=" | ">" | ">=" ) number
 *                          | IS ( NULL | TRUE | FALSE ) | NOT EXISTS )
 *     value     = phrase | regex | number | word
 *
 * The joining is kept in postfix order, so neither parsing nor evaluating it needs recursion.
 */
#include "base/text.h"
#include "filter/regex.h"
#include "json/decimal.h"

#include <jsonlog/filter.h>

#include <stdint.h>

/* A pattern has at most 1,024 units. A step takes two (`.a`); a condition five (`$.a=1`) and the
 * sign before it two; a pattern with more of them would be too long. */
#define JL_STEPS_MAX      (JSONLOG_PATTERN_MAX / 2)
#define JL_CONDITIONS_MAX 160
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
} jl_operator;

typedef enum jl_operand_kind {
    JL_OPERAND_NONE,
    JL_OPERAND_NUMBER,
    JL_OPERAND_TEXT, /**< a star in it is a wildcard */
    JL_OPERAND_REGEX,
} jl_operand_kind;

typedef struct jl_condition_syntax {
    jl_text source;   /**< all of it, as the pattern spells it */
    jl_text selector; /**< likewise */
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

/** In postfix order: the number of a condition, or one of these two. */
enum { JL_JOINT_AND = 0xFFFE, JL_JOINT_OR = 0xFFFF };

typedef struct jl_json_syntax {
    jl_step steps[JL_STEPS_MAX];
    size_t step_count;
    jl_condition_syntax conditions[JL_CONDITIONS_MAX];
    size_t condition_count;
    uint16_t joints[JL_JOINTS_MAX];
    size_t joint_count;
    size_t regex_count;
    size_t wildcard_count;
} jl_json_syntax;

/**
 * Parse a pattern that starts with `{` and ends with `}`.
 *
 * @param pattern  checked: well-formed UTF-8 without NUL, not too long. The syntax views it.
 * @param scratch  room for pattern.len bytes that the syntax views too (texts without escapes).
 * @param syntax   filled; call jl_json_syntax_done() in any case.
 */
jsonlog_status jl_json_parse(jl_text pattern, char *scratch, jl_json_syntax *syntax,
                             jsonlog_err *err);

/** Free the regular expressions that nobody has taken (set `regex` to NULL when taking one). */
void jl_json_syntax_done(jl_json_syntax *syntax);

#endif
