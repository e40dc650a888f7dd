#ifndef JL_FILTER_CONDITION_H
#define JL_FILTER_CONDITION_H
/**
 * One condition against one value of an event: SPEC 5.4 of the filter language as code.
 *
 * Six of the comparisons are about strings and numbers only and false on everything else, `!=`
 * included: `= *` means "is a string or a number".
 */
#include "filter/program.h"

/** How a value stands to the literal of a condition. */
typedef enum jl_likeness {
    JL_LIKE_NOTHING, /**< not comparable: no string or number; an infinite number and a number */
    JL_LIKE_EQUAL,
    JL_LIKE_OTHER,
} jl_likeness;

jl_likeness jl_condition_compare(const jl_condition *condition, const jl_json_value *value);

/**
 * Does one selected node make the condition true? For a `!=` with a wildcard selector and for NOT
 * EXISTS the question is turned round, because one such node makes those conditions false: is it
 * equal, does it exist?
 */
bool jl_condition_hit(const jl_condition *condition, const jl_json_value *value);

/** @return true if a hit speaks against the condition (`!=` with a wildcard, NOT EXISTS). */
static inline bool jl_condition_is_negative(const jl_condition *condition) {
    return condition->operation == JL_OP_NOT_EXISTS ||
           (condition->operation == JL_OP_NE && condition->is_wild);
}

/**
 * The verdict, when the event has been read.
 *
 * @param is_hit     some selected node was a hit.
 * @param has_parent the node before the wildcard exists (SPEC 5.5); only asked for wildcards.
 */
bool jl_condition_verdict(const jl_condition *condition, bool is_hit, bool has_parent);

/**
 * Does a token of a line make a condition of its field true? SPEC 6.3.
 *
 * A number literal asks for the token as a number, whole numbers exact, others as a double; `!=` is
 * true of a token that is none. Every other literal is compared with the token's text.
 */
bool jl_condition_is_true_of_token(const jl_condition *condition, jl_text token);

/** @return true if all of the token is a number, as number literals are spelled. */
bool jl_token_is_number(jl_text token);

/**
 * How the token stands to the condition's number literal: less than, equal to or greater than 0.
 * @return false if it is no number, or one beyond the range of a double.
 */
bool jl_token_order(const jl_condition *condition, jl_text token, int *order);

/** Room for the text of a number: an integer is viewed, all else written out. */
#define JL_CANONICAL_MAX 40

/**
 * The text of a number that globs, quoted texts and regular expressions see: integers as digits,
 * others as Java's Double.toString writes them.
 */
jl_text jl_number_canonical(const jl_json_value *number, char space[JL_CANONICAL_MAX]);

#endif
