#ifndef JL_FILTER_TRIE_H
#define JL_FILTER_TRIE_H
/** The selectors of a pattern as one tree, and the order of the conditions that follows from it. */
#include "filter/parser.h"

#define JL_TRIE_NODES_MAX (JL_STEPS_MAX + 1)
#define JL_TRIE_NONE      UINT16_MAX

typedef struct jl_trie_node {
    const jl_step *step; /**< what leads here; NULL at the root */
    uint16_t parent;
    uint16_t first_child; /**< children and conditions are lists in the order of the pattern */
    uint16_t last_child;
    uint16_t next_sibling;
    uint16_t first_condition;
    uint16_t last_condition;
    uint16_t number; /**< in the order of the walk, parents first */
} jl_trie_node;

typedef struct jl_trie {
    jl_trie_node nodes[JL_TRIE_NODES_MAX];
    size_t node_count;
    uint16_t next_condition[JL_CONDITIONS_MAX]; /**< links the conditions at one node */
    uint16_t walk[JL_TRIE_NODES_MAX];           /**< node by number */
} jl_trie;

/** Build the tree of all selectors and number its nodes. */
void jl_trie_build(jl_trie *trie, const jl_syntax *syntax);

#endif
