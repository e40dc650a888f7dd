#include "filter/names_walk.h"
#include "filter/set_tree.h"

typedef struct walk {
    jl_names_walk names;
    const jl_set_tree *tree;
    uint64_t branches;
    jl_set_values *out;
} walk;

static jl_sieve sieve_of(const jl_set_tree *tree, uint64_t branches) {
    jl_sieve all = {{0}, {0}};
    for (; branches != 0; branches &= branches - 1) {
        const jl_sieve *sieve = &tree->sieves[__builtin_ctzll(branches)];
        for (size_t i = 0; i < sizeof all.last; i++) {
            all.last[i] |= sieve->last[i];
            all.before[i] |= sieve->before[i];
        }
    }
    return all;
}

static bool is_asked_for(const walk *w, const jl_name_edge *edge) {
    return edge != NULL && (w->tree->nodes[edge->node].branch & w->branches) != 0;
}

/* Of a key that comes again nothing counts that was found below the first. */
static void keep(walk *w, uint16_t number, const jl_json_value *value) {
    uint8_t *found = &w->out->found[number];
    if (*found != 0)
        memset(found, 0, (size_t)(w->tree->nodes[number].end - number));
    *found = JL_SET_FOUND;
    w->out->values[number] = *value;
}

static void take_hit(walk *w, jl_bits_hit hit) {
    if (!jl_names_meet(&w->names, hit))
        return;
    const jl_set_node *open = &w->tree->nodes[jl_names_top(&w->names)->node];
    const jl_name_edge *edge =
        jl_names_find(&w->names, (jl_names){open->names, open->name_count}, hit.place);
    jl_json_value value;
    if (!is_asked_for(w, edge) || !jl_names_read_value(&w->names, hit.place, &value))
        return;
    keep(w, edge->node, &value);
    if (value.kind == JL_JSON_OBJECT && w->tree->nodes[edge->node].name_count > 0)
        jl_names_enter(&w->names, edge->node, hit.place);
}

void jl_set_tree_read_names(const jl_set_tree *tree, jl_bits_reader *reader, uint64_t branches,
                            jl_set_values *values, jl_line_bits *bits) {
    const jl_sieve sieve = sieve_of(tree, branches);
    walk w;
    w.tree = tree;
    w.branches = branches;
    w.out = values;
    memset(values->found, 0, tree->node_count);
    values->found[0] = JL_SET_FOUND;
    values->values[0].kind = JL_JSON_OBJECT;
    jl_names_begin(&w.names, reader, bits);
    do {
        const char *text = reader->at;
        jl_bits_read(reader, &sieve, bits);
        jl_names_go_on(&w.names, text);
        for (size_t i = 0; i < bits->hit_count; i++)
            take_hit(&w, bits->hits[i]);
    } while (!reader->is_done);
}
