#ifndef JL_FILTER_REGEX_BRANCH_H
#define JL_FILTER_REGEX_BRANCH_H
/** One alternative of an expression, with its anchors worked out; shared only by regex*.c. */
#include "filter/regex_parse.h"

typedef struct jl_regex_branch {
    jl_regex_item *items; /**< characters only */
    size_t count;
    bool is_at_start; /**< a match begins where the text begins */
    bool is_at_end;   /**< a match ends where the text ends */
    bool can_match;   /**< false for `a^` or `$b`: no text satisfies it */
    bool is_nullable; /**< every item may be absent */
} jl_regex_branch;

/**
 * Take the next alternative off the list and reduce it to what decides the verdict.
 *
 * A search only asks whether there is a match. So an alternative that may begin anywhere needs no
 * optional characters in front and no second of `a+`, and likewise at its end: `.*ab+` is `ab`.
 *
 * @param items  the rest of the list; rearranged.
 * @param used   set to how many items it took, with the `|` behind it.
 */
jl_regex_branch jl_regex_branch_next(jl_regex_item *items, size_t count, size_t *used);

#endif
