#ifndef JL_FILTER_SET_TREE_H
#define JL_FILTER_SET_TREE_H
/**
 * The values that many JSON patterns ask for, read in one walk over the line.
 *
 * The selectors of all patterns form one tree. The walk keeps the value at each of its nodes, and
 * what the patterns say of them is worked out afterwards, only for patterns that are in question.
 * Of a key that is written twice the last value counts, so stepping to a node by its key again
 * forgets all that was found below it. Selectors with a wildcard have no place here.
 */
#include "filter/program.h"

/* As many as the values of which still fit a small stack. A single pattern needs at most one node a
 * step and the root. */
#define JL_SET_NODES_MAX 640

_Static_assert(JL_SET_NODES_MAX > JL_STEPS_MAX, "every pattern must fit a tree alone");

/** A place in the event. Node 0 is `$`; the nodes below a node stand behind it, up to `end`. */
typedef struct jl_set_node {
    uint16_t end;
    uint16_t name_count;
    uint16_t index_count;
    bool wants_null;     /**< an IS NULL here looks into an array */
    uint64_t name_sieve; /**< as in jl_node */
    uint64_t branch;     /**< below which child of the root it is: a bit, which some may share */
    const jl_name_edge *names;
    const jl_index_edge *indexes;
} jl_set_node;

/** Children of the root that share a bit of `branch` make a branch. */
#define JL_SET_BRANCHES 64

typedef struct jl_set_tree {
    jl_set_node *nodes;
    uint16_t node_count;
    bool is_of_names;                 /**< every step is a name, see jl_set_tree_read_names() */
    jl_sieve sieves[JL_SET_BRANCHES]; /**< of the names of each branch */
} jl_set_tree;

/** What was found at a node. */
enum {
    JL_SET_FOUND = 1 << 0,
    JL_SET_HAS_NULL = 1 << 1, /**< it is an array with an element that is null */
};

/** The values of one line, by node. */
typedef struct jl_set_values {
    uint8_t found[JL_SET_NODES_MAX];
    jl_json_value values[JL_SET_NODES_MAX]; /**< of nodes that were found */
} jl_set_values;

/**
 * @param branches  of the nodes that are asked for; values in others are passed over.
 * @return false if the line is not one JSON object.
 */
bool jl_set_tree_read(const jl_set_tree *tree, jl_text line, uint64_t branches,
                      jl_set_values *values);

/**
 * The same of a tree of names, without a look at keys that nobody asks for, and without a word
 * about whether the line is JSON. If it is, the values are those of jl_set_tree_read(); if not,
 * they may be anything: who finds a match asks jl_bits_check().
 *
 * @param reader  at the beginning of the line.
 * @param bits    for jl_bits_check().
 */
void jl_set_tree_read_names(const jl_set_tree *tree, jl_bits_reader *reader, uint64_t branches,
                            jl_set_values *values, jl_line_bits *bits);

/* --- making one ------------------------------------------------------------------------------ */

/** A tree that grows. */
typedef struct jl_set_tree_maker jl_set_tree_maker;

/** @return NULL if memory is out. */
jl_set_tree_maker *jl_set_tree_maker_new(void);

/**
 * Add all selectors of a pattern.
 *
 * @param places  room for a node for each condition, in the order of the program; they hold until
 *                jl_set_tree_make(), which numbers the nodes anew.
 * @return false if the tree might become too large; nothing was added then.
 */
bool jl_set_tree_add(jl_set_tree_maker *maker, const jl_json_program *program, uint16_t *places);

/**
 * @param places  of all patterns that were added: translated in place.
 * @return NULL if memory is out; else to be freed with jl_free(), in one block. It views the
 *         programs.
 */
jl_set_tree *jl_set_tree_make(jl_set_tree_maker *maker, uint16_t *places, size_t place_count);

#endif
