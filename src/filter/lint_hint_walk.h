#ifndef JL_FILTER_LINT_HINT_WALK_H
#define JL_FILTER_LINT_HINT_WALK_H
/** Reading the conditions of a pattern that does not compile; shared by lint_hint_json.c, which
 * reads how they are joined, and lint_hint_test.c, which reads what stands behind a selector. */
#include "filter/lint_hint.h"

/* A negation that is open: until its parenthesis closes, tests are turned round. */
typedef struct jl_hint_walk {
    jl_rewrite *rewrite;
    size_t depth;      /**< open parentheses */
    size_t test_start; /**< in the output: behind the selector of the condition being read */
    size_t name_start; /**< in the output: where that selector begins */
    bool is_negated;
    size_t negated_depth;
} jl_hint_walk;

/** Read a test and write it again. */
void jl_hint_test(jl_hint_walk *w);

#endif
