#ifndef JL_FILTER_LINT_TREE_H
#define JL_FILTER_LINT_TREE_H
/**
 * How the conditions of a JSON pattern are joined, for questions about two of them: the joints of
 * the program as a tree with parents.
 */
#include "filter/program.h"

typedef struct jl_lint_tree {
    uint16_t joint[JL_JOINTS_MAX];  /**< as in the program */
    uint16_t parent[JL_JOINTS_MAX]; /**< the last node is the root, and its own parent */
    uint16_t depth[JL_JOINTS_MAX];
    uint16_t leaf[JL_CONDITIONS_MAX]; /**< by condition, in the order of the pattern */
    size_t count;
} jl_lint_tree;

/** How two conditions stand to each other. */
typedef struct jl_relation {
    bool is_and; /**< what joins them: both must be true, or one of them */
    /* Nothing but that kind of joint lies between the condition and where the two meet: if they
     * meet in
     * `&&` it must be true itself, if in `||` it suffices. */
    bool is_member_a;
    bool is_member_b;
} jl_relation;

/**
 * @param joints      in postfix order, with the numbers of conditions as in `number_of`.
 * @param in_order    by place in the pattern, the condition's number in the joints.
 */
void jl_lint_tree_build(jl_lint_tree *tree, const uint16_t *joints, size_t joint_count,
                        const uint16_t *in_order, size_t condition_count);

/** @param a, b  two different conditions, by their place in the pattern. */
jl_relation jl_lint_relation(const jl_lint_tree *tree, size_t a, size_t b);

#endif
