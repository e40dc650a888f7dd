#ifndef JL_FILTER_FILTER_SET_H
#define JL_FILTER_FILTER_SET_H
/**
 * What a set of filters is made of: filter_set.c makes it, match_set.c asks it.
 */
#include <jsonlog/filter_set.h>

#include "filter/set_search.h"
#include "filter/set_tree.h"

/** The tree of a filter that is asked by itself. */
#define JL_SET_ALONE UINT16_MAX

/** A filter and how it is asked. */
typedef struct jl_set_member {
    const jsonlog_filter *filter;
    const uint16_t *places; /**< of each condition in the tree */
    uint64_t branches;      /**< of these places */
    uint16_t tree;          /**< JL_SET_ALONE: it is in none */
    bool is_decided;        /**< by its needles */
} jl_set_member;

struct jsonlog_filter_set {
    jl_set_member *members;
    size_t count;
    size_t words;
    uint64_t *always; /**< filters that are in question on every line, one bit each */
    bool has_always;
    jl_set_search search;
    jl_set_tree **trees;
    size_t tree_count;
    uint16_t *places;       /**< of all members */
    jsonlog_filter **owned; /**< NULL: the filters are borrowed */
};

#endif
