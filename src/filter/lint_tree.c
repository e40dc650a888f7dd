#include "filter/lint_tree.h"

/* Parents come behind their children in postfix order, so the depths are found from the back. */
static void measure(jl_lint_tree *tree) {
    tree->parent[tree->count - 1] = (uint16_t)(tree->count - 1);
    tree->depth[tree->count - 1] = 0;
    for (size_t i = tree->count - 1; i-- > 0;)
        tree->depth[i] = (uint16_t)(tree->depth[tree->parent[i]] + 1);
}

void jl_lint_tree_build(jl_lint_tree *tree, const uint16_t *joints, size_t joint_count,
                        const uint16_t *in_order, size_t condition_count) {
    uint16_t node_of[JL_CONDITIONS_MAX];
    uint16_t waiting[JL_JOINTS_MAX];
    size_t waiting_count = 0;
    tree->count = joint_count;
    for (size_t i = 0; i < joint_count; i++) {
        tree->joint[i] = joints[i];
        if (joints[i] >= JL_JOINT_AND) {
            tree->parent[waiting[--waiting_count]] = (uint16_t)i;
            tree->parent[waiting[--waiting_count]] = (uint16_t)i;
        } else {
            node_of[joints[i]] = (uint16_t)i;
        }
        waiting[waiting_count++] = (uint16_t)i;
    }
    for (size_t i = 0; i < condition_count; i++)
        tree->leaf[i] = node_of[in_order[i]];
    measure(tree);
}

/* Is every joint on the way from the leaf up to `top` of the same kind as `top`? */
static bool is_member(const jl_lint_tree *tree, uint16_t leaf, uint16_t top) {
    for (uint16_t at = tree->parent[leaf]; at != top; at = tree->parent[at]) {
        if (tree->joint[at] != tree->joint[top])
            return false;
    }
    return true;
}

jl_relation jl_lint_relation(const jl_lint_tree *tree, size_t a, size_t b) {
    uint16_t left = tree->leaf[a];
    uint16_t right = tree->leaf[b];
    while (left != right) {
        if (tree->depth[left] >= tree->depth[right])
            left = tree->parent[left];
        else
            right = tree->parent[right];
    }
    return (jl_relation){tree->joint[left] == JL_JOINT_AND, is_member(tree, tree->leaf[a], left),
                         is_member(tree, tree->leaf[b], left)};
}
