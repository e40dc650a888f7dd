#include "filter/filter_set.h"

#include "base/alloc.h"
#include "base/err.h"

/* --- making one: trees ----------------------------------------------------------------------- */

/* Wildcards select many values, of which a tree of single ones knows nothing. */
static bool fits_tree(const jsonlog_filter *filter) {
    if (filter->kind != JSONLOG_FILTER_JSON)
        return false;
    for (size_t i = 0; i < filter->json->condition_count; i++) {
        if (filter->json->conditions[i].is_wild)
            return false;
    }
    return true;
}

static size_t count_conditions(const jsonlog_filter_set *set) {
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (fits_tree(set->members[i].filter))
            count += set->members[i].filter->json->condition_count;
    }
    return count;
}

/* As many filters from *next on as one tree takes, of those that are of names or of the others.
 * @return false if memory is out. */
static bool make_tree(jsonlog_filter_set *set, bool is_of_names, size_t *next, uint16_t **places) {
    jl_set_tree_maker *maker = jl_set_tree_maker_new();
    if (maker == NULL)
        return false;
    uint16_t *first = *places;
    for (; *next < set->count; ++*next) {
        jl_set_member *m = &set->members[*next];
        if (!fits_tree(m->filter) || m->filter->json->is_of_names != is_of_names)
            continue;
        if (!jl_set_tree_add(maker, m->filter->json, *places))
            break;
        m->places = *places;
        m->tree = (uint16_t)set->tree_count;
        *places += m->filter->json->condition_count;
    }
    jl_set_tree *tree = jl_set_tree_make(maker, first, (size_t)(*places - first));
    jl_free(maker);
    if (tree != NULL)
        set->trees[set->tree_count++] = tree;
    return tree != NULL;
}

static void note_branches(const jsonlog_filter_set *set, jl_set_member *m) {
    if (m->tree == JL_SET_ALONE)
        return;
    for (size_t i = 0; i < m->filter->json->condition_count; i++)
        m->branches |= set->trees[m->tree]->nodes[m->places[i]].branch;
}

static bool make_trees(jsonlog_filter_set *set) {
    const size_t conditions = count_conditions(set);
    if (conditions == 0)
        return true;
    /* Every tree but the last of each kind takes a filter at least. */
    set->places = jl_calloc(conditions, sizeof *set->places);
    set->trees = jl_calloc(set->count + 2, sizeof(jl_set_tree *));
    if (set->places == NULL || set->trees == NULL)
        return false;
    uint16_t *places = set->places;
    for (int kind = 0; kind < 2; kind++) {
        for (size_t next = 0; next < set->count;) {
            if (!make_tree(set, kind == 0, &next, &places))
                return false;
        }
    }
    for (size_t i = 0; i < set->count; i++)
        note_branches(set, &set->members[i]);
    return true;
}

/* --- making one: needles --------------------------------------------------------------------- */

typedef struct wish_list {
    jl_set_wish *wishes;
    size_t count;
    size_t capacity;
} wish_list;

static bool add_wishes(wish_list *list, const jl_set_needles *needles, size_t owner) {
    if (list->count + needles->count > list->capacity) {
        const size_t capacity = 2 * (list->count + needles->count);
        jl_set_wish *wishes = jl_realloc(list->wishes, capacity * sizeof *wishes);
        if (wishes == NULL)
            return false;
        list->wishes = wishes;
        list->capacity = capacity;
    }
    for (size_t i = 0; i < needles->count; i++)
        list->wishes[list->count++] = (jl_set_wish){needles->needles[i], (uint32_t)owner};
    return true;
}

static bool collect_wishes(jsonlog_filter_set *set, jl_set_needles *needles, wish_list *list) {
    for (size_t i = 0; i < set->count; i++) {
        jl_set_member *m = &set->members[i];
        jl_set_needles_of(m->filter, needles);
        m->is_decided = needles->decides || m->filter->kind == JSONLOG_FILTER_ALL;
        if (needles->count == 0) {
            set->always[i / 64] |= UINT64_C(1) << (i % 64);
            set->has_always = true;
        } else if (!add_wishes(list, needles, i)) {
            return false;
        }
    }
    return true;
}

static bool make_search(jsonlog_filter_set *set) {
    wish_list list = {NULL, 0, 0};
    jl_set_needles *needles = jl_alloc(sizeof *needles);
    const bool is_made = needles != NULL && collect_wishes(set, needles, &list) &&
                         jl_set_search_init(&set->search, list.wishes, list.count, set->count);
    jl_free(list.wishes);
    jl_free(needles);
    return is_made;
}

/* --- making one ------------------------------------------------------------------------------ */

/* One word at least, so that no allocation is of nothing. */
static jsonlog_filter_set *new_set(size_t count) {
    jsonlog_filter_set *set = jl_calloc(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->count = count;
    set->words = JSONLOG_FILTER_SET_WORDS(count);
    set->members = jl_calloc(count + 1, sizeof *set->members);
    set->always = jl_calloc(set->words + 1, sizeof *set->always);
    if (set->members != NULL && set->always != NULL)
        return set;
    jsonlog_filter_set_free(set);
    return NULL;
}

static bool has_null(const jsonlog_filter *const *filters, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (filters[i] == NULL)
            return true;
    }
    return false;
}

jsonlog_status jsonlog_filter_set_new(const jsonlog_filter *const *filters, size_t count,
                                      jsonlog_filter_set **out) {
    if (out == NULL || (filters == NULL && count > 0) || count > JSONLOG_FILTER_SET_MAX)
        return count > JSONLOG_FILTER_SET_MAX ? JSONLOG_E_LIMIT : JSONLOG_E_INVALID;
    if (has_null(filters, count))
        return JSONLOG_E_INVALID;
    jsonlog_filter_set *set = new_set(count);
    if (set == NULL)
        return JSONLOG_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        set->members[i] = (jl_set_member){.filter = filters[i], .tree = JL_SET_ALONE};
    if (!make_trees(set) || !make_search(set)) {
        jsonlog_filter_set_free(set);
        return JSONLOG_E_NOMEM;
    }
    *out = set;
    return JSONLOG_OK;
}

static void free_filters(jsonlog_filter **filters, size_t count) {
    for (size_t i = 0; filters != NULL && i < count; i++)
        jsonlog_filter_free(filters[i]);
    jl_free(filters);
}

/* @param done  how many are compiled. */
static jsonlog_status compile_all(const char *const *patterns, size_t count,
                                  jsonlog_filter **filters, size_t *done, jsonlog_err *err) {
    for (*done = 0; *done < count; ++*done) {
        const char *pattern = patterns[*done];
        if (pattern == NULL)
            return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                              "a pattern of a set must not be NULL");
        const jsonlog_status status =
            jsonlog_filter_compile(pattern, strlen(pattern), &filters[*done], err);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

static jsonlog_status make_owning(jsonlog_filter **filters, size_t count, jsonlog_filter_set **out,
                                  jsonlog_err *err) {
    jsonlog_filter_set *set = NULL;
    const jsonlog_status status =
        jsonlog_filter_set_new((const jsonlog_filter *const *)filters, count, &set);
    if (status != JSONLOG_OK)
        return jl_err_nomem(err);
    set->owned = filters;
    *out = set;
    return JSONLOG_OK;
}

jsonlog_status jsonlog_filter_set_compile(const char *const *patterns, size_t count,
                                          jsonlog_filter_set **out, size_t *bad, jsonlog_err *err) {
    size_t done = count;
    if (bad == NULL)
        bad = &done;
    *bad = count;
    if (out == NULL || (patterns == NULL && count > 0))
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "the patterns and the place for the set must not be NULL");
    if (count > JSONLOG_FILTER_SET_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "a set has at most %d patterns",
                          JSONLOG_FILTER_SET_MAX);
    jsonlog_filter **filters = jl_calloc(count + 1, sizeof(jsonlog_filter *));
    if (filters == NULL)
        return jl_err_nomem(err);
    jsonlog_status status = compile_all(patterns, count, filters, bad, err);
    if (status == JSONLOG_OK)
        status = make_owning(filters, count, out, err);
    if (status != JSONLOG_OK)
        free_filters(filters, count);
    return status;
}

void jsonlog_filter_set_free(jsonlog_filter_set *set) {
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->tree_count; i++)
        jl_free(set->trees[i]);
    jl_set_search_done(&set->search);
    free_filters(set->owned, set->count);
    jl_free(set->trees);
    jl_free(set->places);
    jl_free(set->always);
    jl_free(set->members);
    jl_free(set);
}

size_t jsonlog_filter_set_count(const jsonlog_filter_set *set) {
    return set->count;
}

const jsonlog_filter *jsonlog_filter_set_get(const jsonlog_filter_set *set, size_t index) {
    return index < set->count ? set->members[index].filter : NULL;
}
