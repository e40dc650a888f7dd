#include "filter/set_tree.h"

/* An open container that a node leads to. */
typedef struct frame {
    const jl_set_node *node;
    uint64_t index; /* of the next element */
    bool is_object;
    bool is_first; /* nothing has been read of it */
} frame;

typedef struct walk {
    const jl_set_tree *tree;
    const char *line;
    uint64_t branches;
    jl_set_values *out;
    jl_scanner scanner;
    size_t depth; /* frames in use */
    frame frames[JL_STEPS_MAX + 1];
} walk;

_Static_assert(sizeof(walk) + sizeof(jl_set_values) < 60 * 1024,
               "the state of a walk must fit a small stack");

static void forget(walk *w, uint16_t number) {
    memset(w->out->found + number, 0, (size_t)(w->tree->nodes[number].end - number));
}

/* The value at the scanner belongs to this node; what an earlier one left there does not count. */
static void enter(walk *w, uint16_t number) {
    if (w->out->found[number] != 0)
        forget(w, number);
    w->out->found[number] = JL_SET_FOUND;
}

static bool leads_on(const jl_set_node *node, bool is_object) {
    return is_object ? node->name_count > 0 : node->index_count > 0 || node->wants_null;
}

static bool push(walk *w, const jl_set_node *node, bool is_object) {
    w->frames[w->depth++] = (frame){node, 0, is_object, true};
    return jl_scan_open(&w->scanner);
}

/* The value at the scanner, which leads to this node. */
static bool read_value(walk *w, uint16_t number) {
    const jl_set_node *node = &w->tree->nodes[number];
    jl_json_value *value = &w->out->values[number];
    enter(w, number);
    if (!jl_scan_is_container(&w->scanner))
        return jl_scan_scalar(&w->scanner, value);
    const bool is_object = *w->scanner.at == '{';
    value->kind = is_object ? JL_JSON_OBJECT : JL_JSON_ARRAY;
    return leads_on(node, is_object) ? push(w, node, is_object) : jl_scan_skip(&w->scanner);
}

static bool is_named(const jl_name_edge *edge, jl_json_string key, uint64_t tail) {
    const jl_text name = edge->name.text;
    if (key.has_escape || edge->name.has_replacement)
        return jl_json_string_equals(key, &edge->name);
    return jl_name_edge_ends(edge, tail) && key.len == name.len &&
           (jl_name_edge_is_short(edge) || memcmp(key.ptr, name.ptr, name.len) == 0);
}

/* A key equals one name at most: what it means is one text. @return the node below, or 0. */
static uint16_t follow_key(const walk *w, const jl_set_node *node, jl_json_string key) {
    const uint64_t tail = jl_key_tail(w->line, key.ptr + key.len);
    for (uint16_t i = 0; i < node->name_count; i++) {
        if (is_named(&node->names[i], key, tail))
            return node->names[i].node;
    }
    return 0;
}

static bool is_asked_for(const walk *w, uint16_t number) {
    return number != 0 && (w->tree->nodes[number].branch & w->branches) != 0;
}

static bool step_object(walk *w, frame *f) {
    jl_json_string key;
    const jl_scan_next next = jl_scan_member(&w->scanner, f->is_first, &key);
    if (next == JL_SCAN_END) {
        jl_scan_close(&w->scanner);
        w->depth--;
        return true;
    }
    if (next == JL_SCAN_BAD)
        return false;
    f->is_first = false;
    uint16_t below = 0;
    if (key.has_escape || (f->node->name_sieve & jl_key_bit(key.ptr, key.len)) != 0)
        below = follow_key(w, f->node, key);
    return is_asked_for(w, below) ? read_value(w, below) : jl_scan_skip_value(&w->scanner);
}

static uint16_t follow_index(const jl_set_node *node, uint64_t index) {
    for (uint16_t i = 0; i < node->index_count; i++) {
        if (node->indexes[i].index == index)
            return node->indexes[i].node;
    }
    return 0;
}

static bool step_array(walk *w, frame *f) {
    const jl_scan_next next = jl_scan_element(&w->scanner, f->is_first);
    if (next == JL_SCAN_END) {
        jl_scan_close(&w->scanner);
        w->depth--;
        return true;
    }
    if (next == JL_SCAN_BAD)
        return false;
    f->is_first = false;
    if (f->node->wants_null && *w->scanner.at == 'n')
        w->out->found[f->node - w->tree->nodes] |= JL_SET_HAS_NULL;
    const uint16_t below = follow_index(f->node, f->index++);
    return below != 0 ? read_value(w, below) : jl_scan_skip_value(&w->scanner);
}

bool jl_set_tree_read(const jl_set_tree *tree, jl_text line, uint64_t branches,
                      jl_set_values *values) {
    walk w;
    w.tree = tree;
    w.line = line.ptr;
    w.branches = branches;
    w.out = values;
    w.depth = 0;
    memset(values->found, 0, tree->node_count);
    jl_scan_begin(&w.scanner, line);
    if (w.scanner.at == w.scanner.end || *w.scanner.at != '{')
        return false;
    values->found[0] = JL_SET_FOUND;
    values->values[0].kind = JL_JSON_OBJECT;
    if (!push(&w, &tree->nodes[0], true))
        return false;
    while (w.depth > 0) {
        frame *f = &w.frames[w.depth - 1];
        if (!(f->is_object ? step_object(&w, f) : step_array(&w, f)))
            return false;
    }
    return jl_scan_finish(&w.scanner);
}
