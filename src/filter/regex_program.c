#include "filter/regex_program.h"

#include "filter/regex_branch.h"
#include "base/alloc.h"

/* What the alternatives come to before the masks are laid out. */
typedef struct outline {
    jl_regex_branch *branches; /* those that need positions */
    size_t count;
    size_t bits;
    bool matches_always;
    bool matches_empty;
} outline;

static size_t branch_bits(const jl_regex_branch *branch) {
    size_t bits = 0;
    for (size_t i = 0; i < branch->count; i++)
        bits += (size_t)jl_regex_item_positions(&branch->items[i]);
    return bits;
}

static void add_branch(outline *plan, const jl_regex_branch *branch) {
    if (!branch->can_match)
        return;
    if (branch->is_nullable) {
        /* With one anchor missing, the empty place at the other one is always there. */
        bool is_whole = branch->is_at_start && branch->is_at_end;
        plan->matches_always |= !is_whole;
        plan->matches_empty = true;
    }
    if (branch->count == 0)
        return;
    plan->branches[plan->count++] = *branch;
    plan->bits += branch_bits(branch);
}

static size_t count_branches(const jl_regex_item *items, size_t count) {
    size_t branches = 1;
    for (size_t i = 0; i < count; i++)
        branches += items[i].kind == JL_REGEX_OR;
    return branches;
}

static bool outline_init(outline *plan, jl_regex_item *items, size_t count) {
    *plan = (outline){0};
    size_t branches = count_branches(items, count);
    plan->branches = jl_calloc(branches, sizeof *plan->branches);
    if (plan->branches == NULL)
        return false;
    for (size_t i = 0, at = 0; i < branches; i++) {
        size_t used = 0;
        jl_regex_branch branch = jl_regex_branch_next(items + at, count - at, &used);
        at += used;
        add_branch(plan, &branch);
    }
    /* Nothing can be added to a verdict that is certain. */
    if (plan->matches_always)
        plan->count = plan->bits = 0;
    return true;
}

/* ---- the literal every match contains ---- */

/* The one ASCII character of a set, or -1. */
static int only_member(const jl_regex_set *set) {
    int members = __builtin_popcountll(set->latin[0]) + __builtin_popcountll(set->latin[1]);
    if (set->has_others || set->latin[2] != 0 || set->latin[3] != 0 || members != 1)
        return -1;
    return set->latin[0] != 0 ? __builtin_ctzll(set->latin[0])
                              : 64 + __builtin_ctzll(set->latin[1]);
}

static bool is_fixed(const jl_regex_item *item) {
    return item->min == item->max && only_member(&item->set) >= 0;
}

/* A run of items that always take the same bytes. */
typedef struct fixed_run {
    const jl_regex_item *items;
    size_t count;
    size_t bytes;
} fixed_run;

static fixed_run longest_run(const jl_regex_branch *branch) {
    fixed_run best = {NULL, 0, 0};
    fixed_run now = {NULL, 0, 0};
    for (size_t i = 0; i < branch->count; i++) {
        const jl_regex_item *item = &branch->items[i];
        if (!is_fixed(item)) {
            now.count = now.bytes = 0;
            continue;
        }
        if (now.count++ == 0)
            now.items = item;
        now.bytes += (size_t)item->min;
        if (now.bytes > best.bytes)
            best = now;
    }
    return best;
}

/*
 * With one alternative, what it must contain the text must contain. Not worth a look when the text
 * must begin with it: then the first few steps decide.
 */
static fixed_run required_run(const outline *plan) {
    const fixed_run none = {NULL, 0, 0};
    if (plan->count != 1 || plan->matches_empty)
        return none;
    const jl_regex_branch *branch = &plan->branches[0];
    fixed_run found = longest_run(branch);
    return branch->is_at_start && found.items == branch->items ? none : found;
}

static void set_literal(jl_regex *regex, const outline *plan, const fixed_run *run, char *out) {
    regex->literal = (jl_text){out, run->bytes};
    for (size_t i = 0; i < run->count; i++) {
        memset(out, only_member(&run->items[i].set), (size_t)run->items[i].min);
        out += run->items[i].min;
    }
    if (run->count == 0)
        return;
    const jl_regex_branch *branch = &plan->branches[0];
    regex->is_literal = run->count == branch->count && !branch->is_at_start && !branch->is_at_end;
}

/* ---- masks ---- */

/* The masks while they are written: the same memory that the program reads later. */
typedef struct layout {
    jl_regex_word *column;
    uint64_t *takers;
    size_t words;
    size_t bit; /* the next free position */
} layout;

static uint64_t bit_of(size_t position) {
    return UINT64_C(1) << (position % 64);
}

static void add_taker(layout *out, const jl_regex_set *set, size_t position) {
    for (unsigned symbol = 0; symbol < JL_REGEX_SYMBOLS; symbol++)
        if (jl_regex_set_has(set, symbol))
            out->takers[symbol * out->words + position / 64] |= bit_of(position);
}

static void add_positions(layout *out, const jl_regex_item *item) {
    size_t positions = (size_t)jl_regex_item_positions(item);
    for (size_t i = 0; i < positions; i++, out->bit++) {
        jl_regex_word *word = &out->column[out->bit / 64];
        add_taker(out, &item->set, out->bit);
        word->follows |= bit_of(out->bit);
        if (i >= item->min)
            word->optional |= bit_of(out->bit);
        if (item->max == JL_REGEX_UNBOUNDED && i + 1 == positions)
            word->loops |= bit_of(out->bit);
    }
}

static bool is_optional(const layout *out, size_t position) {
    return (out->column[position / 64].optional & bit_of(position)) != 0;
}

/* A match may begin at the first position, and behind each optional one in front. */
static void add_entries(layout *out, const jl_regex_branch *branch, size_t first) {
    out->column[first / 64].follows &= ~bit_of(first);
    for (size_t i = first; i < out->bit; i++) {
        out->column[i / 64].start |= bit_of(i);
        if (!branch->is_at_start)
            out->column[i / 64].restart |= bit_of(i);
        if (!is_optional(out, i))
            return;
    }
}

static void add_exits(layout *out, const jl_regex_branch *branch, size_t first) {
    for (size_t i = out->bit; i-- > first;) {
        jl_regex_word *word = &out->column[i / 64];
        if (branch->is_at_end)
            word->found_at_end |= bit_of(i);
        else
            word->found |= bit_of(i);
        if (!is_optional(out, i))
            return;
    }
}

static void lay_out_branch(layout *out, const jl_regex_branch *branch) {
    size_t first = out->bit;
    for (size_t i = 0; i < branch->count; i++)
        add_positions(out, &branch->items[i]);
    add_entries(out, branch, first);
    add_exits(out, branch, first);
    /* No carry may leave the alternative; see the header. */
    out->column[(out->bit - 1) / 64].optional &= ~bit_of(out->bit - 1);
}

static bool can_begin_with(const jl_regex *regex, unsigned symbol) {
    uint64_t taken = 0;
    for (size_t w = 0; w < regex->words; w++)
        taken |= regex->takers[symbol * regex->words + w] & regex->column[w].restart;
    return taken != 0;
}

/* The bytes of longer code points are all alike, so that a skip never ends inside one. */
static void set_starts(jl_regex *regex) {
    for (size_t w = 0; w < regex->words; w++)
        regex->can_restart |= regex->column[w].restart != 0;
    bool is_any_long = false;
    for (unsigned symbol = 128; symbol <= JL_REGEX_OTHER; symbol++)
        is_any_long |= can_begin_with(regex, symbol);
    for (unsigned byte = 0; byte < 256; byte++)
        regex->starts[byte] = byte < 128 ? can_begin_with(regex, byte) : is_any_long;
}

/* ---- the whole ---- */

/* One block: the struct, the columns, the takers, the literal. */
static jl_regex *allocate(size_t words, size_t literal_bytes) {
    size_t columns = words * sizeof(jl_regex_word);
    size_t takers = words * JL_REGEX_SYMBOLS * sizeof(uint64_t);
    return jl_calloc(1, sizeof(jl_regex) + columns + takers + literal_bytes);
}

static jl_regex *build_from(const outline *plan) {
    size_t words = (plan->bits + 63) / 64;
    fixed_run literal = required_run(plan);
    jl_regex *regex = allocate(words, literal.bytes);
    if (regex == NULL)
        return NULL;
    regex->words = words;
    regex->matches_always = plan->matches_always;
    regex->matches_empty = plan->matches_empty;
    regex->column = (jl_regex_word *)regex->storage;
    layout out = {.column = regex->column, .words = words};
    out.takers = (uint64_t *)(regex->column + words);
    regex->takers = out.takers;
    for (size_t i = 0; i < plan->count; i++)
        lay_out_branch(&out, &plan->branches[i]);
    set_literal(regex, plan, &literal, (char *)(out.takers + words * JL_REGEX_SYMBOLS));
    set_starts(regex);
    return regex;
}

jl_regex *jl_regex_build(jl_regex_item *items, size_t count) {
    outline plan;
    if (!outline_init(&plan, items, count))
        return NULL;
    jl_regex *regex = build_from(&plan);
    jl_free(plan.branches);
    return regex;
}
