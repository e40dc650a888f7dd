#include "filter/trie.h"

static uint16_t new_node(jl_trie *trie, const jl_step *step, uint16_t parent) {
    jl_trie_node *node = &trie->nodes[trie->node_count];
    *node = (jl_trie_node){
        .step = step,
        .parent = parent,
        .first_child = JL_TRIE_NONE,
        .last_child = JL_TRIE_NONE,
        .next_sibling = JL_TRIE_NONE,
        .first_condition = JL_TRIE_NONE,
        .last_condition = JL_TRIE_NONE,
    };
    return (uint16_t)trie->node_count++;
}

static bool is_same_step(const jl_step *a, const jl_step *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case JL_STEP_NAME: return jl_text_equal(a->name, b->name);
    case JL_STEP_INDEX: return a->index == b->index;
    case JL_STEP_ANY: return true;
    }
    return false;
}

static uint16_t find_child(const jl_trie *trie, uint16_t parent, const jl_step *step) {
    uint16_t child = trie->nodes[parent].first_child;
    while (child != JL_TRIE_NONE && !is_same_step(trie->nodes[child].step, step))
        child = trie->nodes[child].next_sibling;
    return child;
}

static uint16_t add_child(jl_trie *trie, uint16_t parent, const jl_step *step) {
    const uint16_t child = new_node(trie, step, parent);
    jl_trie_node *above = &trie->nodes[parent];
    if (above->last_child == JL_TRIE_NONE)
        above->first_child = child;
    else
        trie->nodes[above->last_child].next_sibling = child;
    above->last_child = child;
    return child;
}

static void add_condition(jl_trie *trie, uint16_t at, uint16_t condition) {
    jl_trie_node *node = &trie->nodes[at];
    if (node->last_condition == JL_TRIE_NONE)
        node->first_condition = condition;
    else
        trie->next_condition[node->last_condition] = condition;
    node->last_condition = condition;
    trie->next_condition[condition] = JL_TRIE_NONE;
}

/* Down to the first child, else across, else up until there is something across. */
static uint16_t walk_on(const jl_trie *trie, uint16_t at) {
    if (trie->nodes[at].first_child != JL_TRIE_NONE)
        return trie->nodes[at].first_child;
    while (at != JL_TRIE_NONE && trie->nodes[at].next_sibling == JL_TRIE_NONE)
        at = trie->nodes[at].parent;
    return at == JL_TRIE_NONE ? JL_TRIE_NONE : trie->nodes[at].next_sibling;
}

void jl_trie_build(jl_trie *trie, const jl_syntax *syntax) {
    trie->node_count = 0;
    const uint16_t root = new_node(trie, NULL, JL_TRIE_NONE);
    for (size_t i = 0; i < syntax->condition_count; i++) {
        const jl_condition_syntax *condition = &syntax->conditions[i];
        uint16_t at = root;
        for (size_t s = 0; s < condition->step_count; s++) {
            const uint16_t child = find_child(trie, at, &condition->steps[s]);
            at = child != JL_TRIE_NONE ? child : add_child(trie, at, &condition->steps[s]);
        }
        add_condition(trie, at, (uint16_t)i);
    }
    uint16_t number = 0;
    for (uint16_t at = root; at != JL_TRIE_NONE; at = walk_on(trie, at)) {
        trie->nodes[at].number = number;
        trie->walk[number++] = at;
    }
}
