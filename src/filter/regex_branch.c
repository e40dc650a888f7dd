#include "filter/regex_branch.h"

static bool is_nullable(const jl_regex_item *items, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (items[i].min > 0)
            return false;
    return true;
}

/* Behind a `$` and before a `^` only the empty text fits: what may be absent goes, the rest fails.
 */
static void add_character(jl_regex_branch *branch, const jl_regex_item *item) {
    if (item->max == 0)
        return;
    if (!branch->is_at_end)
        branch->items[branch->count++] = *item;
    else if (item->min > 0)
        branch->can_match = false;
}

static void add_start(jl_regex_branch *branch) {
    branch->can_match = branch->can_match && is_nullable(branch->items, branch->count);
    branch->count = 0;
    branch->is_at_start = true;
}

static void add_item(jl_regex_branch *branch, const jl_regex_item *item) {
    if (item->kind == JL_REGEX_CHARACTER)
        add_character(branch, item);
    else if (item->min > 0 && item->kind == JL_REGEX_START)
        add_start(branch);
    else if (item->min > 0)
        branch->is_at_end = true;
}

static void trim_front(jl_regex_branch *branch) {
    while (branch->count > 0 && branch->items[0].min == 0) {
        branch->items++;
        branch->count--;
    }
    if (branch->count > 0)
        branch->items[0].max = branch->items[0].min;
}

static void trim_back(jl_regex_branch *branch) {
    while (branch->count > 0 && branch->items[branch->count - 1].min == 0)
        branch->count--;
    if (branch->count > 0)
        branch->items[branch->count - 1].max = branch->items[branch->count - 1].min;
}

jl_regex_branch jl_regex_branch_next(jl_regex_item *items, size_t count, size_t *used) {
    jl_regex_branch branch = {.items = items, .can_match = true};
    size_t i = 0;
    for (; i < count && items[i].kind != JL_REGEX_OR; i++) {
        /* A copy, because the characters move up into the places of the anchors. */
        jl_regex_item item = items[i];
        add_item(&branch, &item);
    }
    *used = i < count ? i + 1 : i;
    if (!branch.is_at_start)
        trim_front(&branch);
    if (!branch.is_at_end)
        trim_back(&branch);
    branch.is_nullable = is_nullable(branch.items, branch.count);
    return branch;
}
