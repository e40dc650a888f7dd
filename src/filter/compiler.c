#include "filter/program.h"

#include "base/alloc.h"
#include "base/err.h"
#include "filter/condition.h"
#include "filter/operand.h"
#include "filter/trie.h"

/* Where the parts of the block are; the program itself is its beginning. */
typedef struct parts {
    jl_json_program *program;
    jl_node *nodes;
    jl_name_edge *names;
    jl_index_edge *indexes;
    jl_condition *conditions;
    uint16_t *in_order;
    uint16_t *joints;
    jl_step *steps;
    jl_operand_space operands;
} parts;

static size_t lay_out(jl_block *from, parts *all, const jl_syntax *syntax, const jl_trie *trie) {
    all->program = JL_TAKE(from, jl_json_program, 1);
    all->nodes = JL_TAKE(from, jl_node, trie->node_count);
    all->names = JL_TAKE(from, jl_name_edge, trie->node_count);
    all->indexes = JL_TAKE(from, jl_index_edge, trie->node_count);
    all->conditions = JL_TAKE(from, jl_condition, syntax->condition_count);
    all->in_order = JL_TAKE(from, uint16_t, syntax->condition_count);
    all->joints = JL_TAKE(from, uint16_t, syntax->joint_count);
    all->steps = JL_TAKE(from, jl_step, syntax->step_count);
    all->operands = jl_operand_take(from, syntax);
    return from->used;
}

static void make_condition(parts *all, jl_condition *to, jl_condition_syntax *from,
                           const jl_syntax *syntax) {
    jl_operand_make(&all->operands, to, from);
    to->steps = all->steps + (from->steps - syntax->steps);
}

/* --- nodes ----------------------------------------------------------------------------------- */

static void add_name(parts *all, jl_node *node, const jl_trie_node *child) {
    const jl_literal name = jl_literal_of(child->step->name);
    all->names[node->name_count++] = jl_name_edge_make(name, child->number);
    node->name_sieve |=
        name.has_replacement ? UINT64_MAX : jl_key_bit(name.text.ptr, name.text.len);
}

static void make_edge(parts *all, jl_node *node, const jl_trie_node *child) {
    switch (child->step->kind) {
    case JL_STEP_NAME: add_name(all, node, child); break;
    case JL_STEP_INDEX:
        all->indexes[node->index_count++] = (jl_index_edge){child->step->index, child->number};
        break;
    case JL_STEP_ANY:
        node->any = child->number;
        node->slot = (uint8_t)all->program->slot_count++;
        break;
    }
}

static void make_edges(parts *all, jl_node *node, const jl_trie *trie, uint16_t at) {
    node->names = all->names;
    node->indexes = all->indexes;
    uint16_t child = trie->nodes[at].first_child;
    for (; child != JL_TRIE_NONE; child = trie->nodes[child].next_sibling)
        make_edge(all, node, &trie->nodes[child]);
    all->names += node->name_count;
    all->indexes += node->index_count;
}

static bool looks_into_array(const jl_condition_syntax *condition) {
    return condition->operation == JL_OP_IS_NULL && !condition->is_wild;
}

/* Node `number` with its own conditions, which get the next free numbers. */
static void make_node(parts *all, jl_syntax *syntax, const jl_trie *trie, uint16_t number) {
    const uint16_t at = trie->walk[number];
    const jl_trie_node *from = &trie->nodes[at];
    jl_node *node = &all->nodes[number];
    *node = (jl_node){.first = (uint16_t)all->program->condition_count};
    if (from->step != NULL)
        node->is_wild =
            from->step->kind == JL_STEP_ANY || all->nodes[trie->nodes[from->parent].number].is_wild;
    uint16_t condition = from->first_condition;
    for (; condition != JL_TRIE_NONE; condition = trie->next_condition[condition]) {
        const uint16_t to = (uint16_t)all->program->condition_count++;
        node->wants_null = node->wants_null || looks_into_array(&syntax->conditions[condition]);
        make_condition(all, &all->conditions[to], &syntax->conditions[condition], syntax);
        all->in_order[condition] = to;
    }
    node->own_end = node->end = (uint16_t)all->program->condition_count;
    make_edges(all, node, trie, at);
}

/* Children come behind their parents, so going backwards every node is whole when it is added. */
static void close_ranges(parts *all, const jl_trie *trie) {
    for (size_t number = trie->node_count; number-- > 1;) {
        const jl_trie_node *from = &trie->nodes[trie->walk[number]];
        jl_node *parent = &all->nodes[trie->nodes[from->parent].number];
        if (parent->end < all->nodes[number].end)
            parent->end = all->nodes[number].end;
    }
}

static void make_joints(parts *all, const jl_syntax *syntax) {
    for (size_t i = 0; i < syntax->joint_count; i++) {
        const uint16_t joint = syntax->joints[i];
        all->joints[i] = joint >= JL_JOINT_AND ? joint : all->in_order[joint];
    }
}

static bool is_of_names(const jl_node *node) {
    for (uint16_t i = 0; i < node->name_count; i++) {
        if (!jl_name_edge_is_plain(&node->names[i]))
            return false;
    }
    return node->any == 0 && node->index_count == 0 && !node->wants_null;
}

static void make_sieve(jl_json_program *program) {
    program->is_of_names = true;
    for (size_t n = 0; n < program->node_count; n++) {
        const jl_node *node = &program->nodes[n];
        program->is_of_names = program->is_of_names && is_of_names(node);
        for (uint16_t i = 0; i < node->name_count && program->is_of_names; i++)
            jl_sieve_add(&program->sieve, node->names[i].node, node->names[i].name.text);
    }
}

static bool holds_for_nothing(const jl_json_program *program) {
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < program->condition_count; i++)
        verdicts[i] = jl_condition_verdict(&program->conditions[i], false, false);
    return jl_joints_verdict(program->joints, program->joint_count, verdicts);
}

static void fill(parts *all, jl_syntax *syntax, const jl_trie *trie) {
    *all->program = (jl_json_program){
        .nodes = all->nodes,
        .node_count = trie->node_count,
        .conditions = all->conditions,
        .in_order = all->in_order,
        .joints = all->joints,
        .joint_count = syntax->joint_count,
    };
    memcpy(all->steps, syntax->steps, syntax->step_count * sizeof(jl_step));
    for (size_t number = 0; number < trie->node_count; number++)
        make_node(all, syntax, trie, (uint16_t)number);
    close_ranges(all, trie);
    make_sieve(all->program);
    make_joints(all, syntax);
    all->program->holds_for_nothing = holds_for_nothing(all->program);
}

jsonlog_status jl_json_compile(jl_syntax *syntax, jl_json_program **out, jsonlog_err *err) {
    jl_trie *trie = jl_alloc(sizeof *trie);
    if (trie == NULL)
        return jl_err_nomem(err);
    jl_trie_build(trie, syntax);
    parts all;
    jl_block from = {NULL, 0};
    const size_t size = lay_out(&from, &all, syntax, trie);
    from = (jl_block){jl_alloc(size), 0};
    if (from.base != NULL) {
        lay_out(&from, &all, syntax, trie);
        fill(&all, syntax, trie);
        *out = all.program;
    }
    jl_free(trie);
    return from.base == NULL ? jl_err_nomem(err) : JSONLOG_OK;
}

void jl_json_program_free(jl_json_program *program) {
    if (program == NULL)
        return;
    for (size_t i = 0; i < program->condition_count; i++)
        jl_regex_free(program->conditions[i].regex);
    jl_free(program);
}
