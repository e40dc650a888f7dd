#include "filter/set_tree.h"

#include "base/alloc.h"
#include "filter/block.h"
#include "filter/trie.h"

typedef struct draft {
    const jl_step *step; /* what leads here; NULL at the root */
    uint16_t parent;
    uint16_t first_child;
    uint16_t next_sibling;
    bool wants_null;
    uint16_t number; /* in the order of the walk, parents first */
} draft;

struct jl_set_tree_maker {
    draft nodes[JL_SET_NODES_MAX];
    size_t count;
};

static uint16_t new_draft(jl_set_tree_maker *maker, const jl_step *step, uint16_t parent) {
    maker->nodes[maker->count] = (draft){
        .step = step,
        .parent = parent,
        .first_child = JL_TRIE_NONE,
        .next_sibling = JL_TRIE_NONE,
    };
    return (uint16_t)maker->count++;
}

jl_set_tree_maker *jl_set_tree_maker_new(void) {
    jl_set_tree_maker *maker = jl_alloc(sizeof *maker);
    if (maker == NULL)
        return NULL;
    maker->count = 0;
    new_draft(maker, NULL, JL_TRIE_NONE);
    return maker;
}

static bool is_same_step(const jl_step *a, const jl_step *b) {
    if (a->kind != b->kind)
        return false;
    return a->kind == JL_STEP_NAME ? jl_text_equal(a->name, b->name) : a->index == b->index;
}

static uint16_t child_of(jl_set_tree_maker *maker, uint16_t parent, const jl_step *step) {
    draft *above = &maker->nodes[parent];
    for (uint16_t at = above->first_child; at != JL_TRIE_NONE; at = maker->nodes[at].next_sibling) {
        if (is_same_step(maker->nodes[at].step, step))
            return at;
    }
    const uint16_t child = new_draft(maker, step, parent);
    maker->nodes[child].next_sibling = above->first_child;
    above->first_child = child;
    return child;
}

bool jl_set_tree_add(jl_set_tree_maker *maker, const jl_json_program *program, uint16_t *places) {
    size_t steps = 0;
    for (size_t i = 0; i < program->condition_count; i++)
        steps += program->conditions[i].step_count;
    if (maker->count + steps > JL_SET_NODES_MAX)
        return false;
    for (size_t i = 0; i < program->condition_count; i++) {
        const jl_condition *condition = &program->conditions[i];
        uint16_t at = 0;
        for (size_t s = 0; s < condition->step_count; s++)
            at = child_of(maker, at, &condition->steps[s]);
        maker->nodes[at].wants_null |= condition->operation == JL_OP_IS_NULL;
        places[i] = at;
    }
    return true;
}

/* --- from drafts to nodes -------------------------------------------------------------------- */

typedef struct parts {
    jl_set_tree *tree;
    jl_set_node *nodes;
    jl_name_edge *names;
    jl_index_edge *indexes;
} parts;

static size_t lay_out(jl_block *from, parts *all, size_t count) {
    all->tree = JL_TAKE(from, jl_set_tree, 1);
    all->nodes = JL_TAKE(from, jl_set_node, count);
    all->names = JL_TAKE(from, jl_name_edge, count);
    all->indexes = JL_TAKE(from, jl_index_edge, count);
    return from->used;
}

/* Down to the first child, else across, else up until there is something across. */
static uint16_t walk_on(const draft *nodes, uint16_t at) {
    if (nodes[at].first_child != JL_TRIE_NONE)
        return nodes[at].first_child;
    while (at != JL_TRIE_NONE && nodes[at].next_sibling == JL_TRIE_NONE)
        at = nodes[at].parent;
    return at == JL_TRIE_NONE ? JL_TRIE_NONE : nodes[at].next_sibling;
}

static void number_nodes(draft *nodes) {
    uint16_t number = 0;
    for (uint16_t at = 0; at != JL_TRIE_NONE; at = walk_on(nodes, at))
        nodes[at].number = number++;
}

static void add_edge(parts *all, jl_set_node *node, const draft *child) {
    if (child->step->kind == JL_STEP_INDEX) {
        all->indexes[node->index_count++] = (jl_index_edge){child->step->index, child->number};
        return;
    }
    const jl_literal name = jl_literal_of(child->step->name);
    all->names[node->name_count++] = jl_name_edge_make(name, child->number);
    node->name_sieve |=
        name.has_replacement ? UINT64_MAX : jl_key_bit(name.text.ptr, name.text.len);
}

static void make_node(parts *all, const draft *nodes, uint16_t at) {
    jl_set_node *node = &all->nodes[nodes[at].number];
    *node = (jl_set_node){
        .end = (uint16_t)(nodes[at].number + 1),
        .wants_null = nodes[at].wants_null,
        .names = all->names,
        .indexes = all->indexes,
    };
    uint16_t child = nodes[at].first_child;
    for (; child != JL_TRIE_NONE; child = nodes[child].next_sibling)
        add_edge(all, node, &nodes[child]);
    all->names += node->name_count;
    all->indexes += node->index_count;
}

/* Parents come before their children. */
static void spread_branches(parts *all, const draft *nodes, size_t count) {
    unsigned branch = 0;
    for (size_t at = 1; at < count; at++) {
        jl_set_node *node = &all->nodes[nodes[at].number];
        node->branch = nodes[at].parent == 0 ? UINT64_C(1) << (branch++ % JL_SET_BRANCHES)
                                             : all->nodes[nodes[nodes[at].parent].number].branch;
    }
}

/* Children come behind their parents in both orders, so going backwards every node is whole when
 * its parent takes its end. */
static void close_ranges(parts *all, const draft *nodes, size_t count) {
    for (size_t at = count; at-- > 1;) {
        const uint16_t end = all->nodes[nodes[at].number].end;
        jl_set_node *parent = &all->nodes[nodes[nodes[at].parent].number];
        parent->end = parent->end < end ? end : parent->end;
    }
}

static bool is_of_names(const jl_set_node *node) {
    for (uint16_t i = 0; i < node->name_count; i++) {
        if (!jl_name_edge_is_plain(&node->names[i]))
            return false;
    }
    return node->index_count == 0 && !node->wants_null;
}

static void make_sieves(jl_set_tree *tree) {
    tree->is_of_names = true;
    for (size_t n = 0; n < tree->node_count; n++) {
        const jl_set_node *node = &tree->nodes[n];
        tree->is_of_names = tree->is_of_names && is_of_names(node);
        for (uint16_t i = 0; i < node->name_count && tree->is_of_names; i++) {
            const jl_name_edge *edge = &node->names[i];
            const int branch = __builtin_ctzll(tree->nodes[edge->node].branch);
            jl_sieve_add(&tree->sieves[branch], edge->node, edge->name.text);
        }
    }
}

jl_set_tree *jl_set_tree_make(jl_set_tree_maker *maker, uint16_t *places, size_t place_count) {
    parts all;
    jl_block from = {NULL, 0};
    const size_t size = lay_out(&from, &all, maker->count);
    from = (jl_block){jl_alloc(size), 0};
    if (from.base == NULL)
        return NULL;
    lay_out(&from, &all, maker->count);
    *all.tree = (jl_set_tree){.nodes = all.nodes, .node_count = (uint16_t)maker->count};
    number_nodes(maker->nodes);
    for (size_t at = 0; at < maker->count; at++)
        make_node(&all, maker->nodes, (uint16_t)at);
    close_ranges(&all, maker->nodes, maker->count);
    spread_branches(&all, maker->nodes, maker->count);
    make_sieves(all.tree);
    for (size_t i = 0; i < place_count; i++)
        places[i] = maker->nodes[places[i]].number;
    return all.tree;
}
