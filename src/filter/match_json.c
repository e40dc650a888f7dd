#include "filter/matcher.h"

#include "filter/condition.h"
#include "filter/pending.h"

/*
 * One pass over the line. A set of trie nodes follows the scanner down: those whose selector steps
 * lead to the value that is being read. Values that no node leads to are skipped (and checked).
 *
 * Of a key that is written twice the last value counts. So stepping to a node by a key first clears
 * all that was found at and below the node; the first time there is nothing to clear. What is
 * found below a wildcard is folded into the condition when its element ends, and until then cleared
 * with the element.
 */

/* Nodes that can lead to one value: the exact path, and one for each selector with a wildcard. */
#define ACTIVE_MAX (1 + JL_WILDCARDS_MAX)

/* What is known of a condition. */
enum {
    HIT = 1 << 0,    /* in the element that is being read, or on the exact path */
    ANY = 1 << 1,    /* in some element of a wildcard */
    PARENT = 1 << 2, /* the node before the wildcard exists */
};

typedef struct active {
    uint16_t nodes[ACTIVE_MAX];
    uint16_t count;
} active;

/* An open container that some node leads to. */
typedef struct frame {
    active set;
    bool is_object;
    bool is_first;   /* nothing has been read of it */
    bool wants_null; /* see jl_node.wants_null */
    bool is_reread;  /* only for the wildcard: see filter/pending.h */
    uint64_t sieve;  /* keys that pass may lead on */
    uint16_t parent; /* the node of the set with a wildcard below it; JL_TRIE_NONE if there is none.
                        One at most: a wildcard follows only an exact path. */
    uint64_t index;  /* of the next element */
} frame;

#define NO_PARENT UINT16_MAX

typedef struct matcher {
    const jl_json_program *program;
    jl_scanner scanner;
    size_t depth; /* frames in use */
    uint8_t found[JL_CONDITIONS_MAX];
    jl_pending pending[JL_PENDING_SLOTS];
    frame frames[JL_STEPS_MAX + 1];
    jl_pending_hit hits[JL_PENDING_MAX];
} matcher;

_Static_assert(sizeof(matcher) < 60 * 1024, "the state of a match must fit a small stack");

static frame *top(matcher *m) {
    return &m->frames[m->depth - 1];
}

/* --- conditions ------------------------------------------------------------------------------ */

static void clear(matcher *m, const jl_node *node) {
    const uint8_t kept = node->is_wild ? ANY | PARENT : 0;
    for (uint16_t i = node->first; i < node->end; i++)
        m->found[i] &= kept;
}

static void note_parent(matcher *m, const jl_node *node) {
    if (node->any == 0)
        return;
    const jl_node *below = &m->program->nodes[node->any];
    for (uint16_t i = below->first; i < below->end; i++)
        m->found[i] |= PARENT;
}

/* A value that this node leads to begins. */
static void enter(matcher *m, active *set, uint16_t number) {
    const jl_node *node = &m->program->nodes[number];
    set->nodes[set->count++] = number;
    clear(m, node);
    note_parent(m, node);
}

static void test(matcher *m, const active *set, const jl_json_value *value) {
    for (uint16_t n = 0; n < set->count; n++) {
        const jl_node *node = &m->program->nodes[set->nodes[n]];
        for (uint16_t i = node->first; i < node->own_end; i++) {
            if (jl_condition_hit(&m->program->conditions[i], value))
                m->found[i] |= HIT;
        }
    }
}

/* An element of this array is null. */
static void test_null_element(matcher *m, const active *set) {
    for (uint16_t n = 0; n < set->count; n++) {
        const jl_node *node = &m->program->nodes[set->nodes[n]];
        for (uint16_t i = node->first; i < node->own_end; i++) {
            const jl_condition *condition = &m->program->conditions[i];
            if (condition->operation == JL_OP_IS_NULL && !condition->is_wild)
                m->found[i] |= HIT;
        }
    }
}

/* --- wildcards ------------------------------------------------------------------------------- */

static jl_pending *pending_of(matcher *m, const frame *f) {
    return &m->pending[m->program->nodes[f->parent].slot];
}

static const jl_node *below_wildcard(const matcher *m, const frame *f) {
    return &m->program->nodes[m->program->nodes[f->parent].any];
}

/* The hits of the element that has just ended, one bit for each condition below the wildcard. They
 * stay until the next element clears them; nobody asks for them meanwhile. */
static uint8_t hits_below(const matcher *m, const jl_node *below) {
    uint8_t hits = 0;
    for (uint16_t i = below->first; i < below->end; i++)
        hits = (uint8_t)(hits | (m->found[i] & HIT) << (i - below->first));
    return hits;
}

static void settle_hits(matcher *m, const jl_node *below, uint8_t hits) {
    for (uint16_t i = below->first; i < below->end; i++) {
        if ((hits >> (i - below->first) & 1) != 0)
            m->found[i] |= ANY;
    }
}

/* A value in this container has ended. */
static void end_item(matcher *m, frame *f) {
    if (f->parent == NO_PARENT)
        return;
    const jl_node *below = below_wildcard(m, f);
    const uint8_t hits = hits_below(m, below);
    if (f->is_object)
        jl_pending_add(pending_of(m, f), hits);
    else
        settle_hits(m, below, hits);
}

/* Go back to the first hit that was not kept. */
static void read_again(matcher *m, frame *f, const char *key, uint8_t wanted) {
    jl_pending_begin(pending_of(m, f), wanted);
    f->is_reread = true;
    f->is_first = true;
    m->scanner.at = key - 1;
}

/* The closing bracket of the innermost container is next. */
static void end_container(matcher *m) {
    frame *f = top(m);
    if (f->parent != NO_PARENT && f->is_object) {
        uint8_t hits = 0;
        const char *key = jl_pending_end(pending_of(m, f), &hits);
        settle_hits(m, below_wildcard(m, f), hits);
        if (key != NULL) {
            read_again(m, f, key, jl_pending_unknown(pending_of(m, f), hits));
            return;
        }
    }
    jl_scan_close(&m->scanner);
    m->depth--;
    if (m->depth > 0)
        end_item(m, top(m));
}

/* --- containers ------------------------------------------------------------------------------ */

/* Is there anything below these nodes that a container of this kind can hold? */
static bool leads_on(const matcher *m, const active *set, bool is_object) {
    for (uint16_t n = 0; n < set->count; n++) {
        const jl_node *node = &m->program->nodes[set->nodes[n]];
        if (node->any != 0 || (is_object ? node->name_count : node->index_count) != 0)
            return true;
        if (!is_object && node->wants_null)
            return true;
    }
    return false;
}

static bool push(matcher *m, const active *set, bool is_object) {
    frame *f = &m->frames[m->depth++];
    *f = (frame){.set = *set, .is_object = is_object, .is_first = true, .parent = NO_PARENT};
    for (uint16_t n = 0; n < set->count; n++) {
        const jl_node *node = &m->program->nodes[set->nodes[n]];
        f->wants_null = f->wants_null || (node->wants_null && !is_object);
        f->parent = node->any != 0 ? set->nodes[n] : f->parent;
        f->sieve |= node->any != 0 ? UINT64_MAX : node->name_sieve;
    }
    if (f->parent != NO_PARENT && is_object)
        jl_pending_begin(pending_of(m, f), UINT8_MAX);
    return jl_scan_open(&m->scanner);
}

/* The value at the scanner, which these nodes lead to. */
static bool read_value(matcher *m, const active *set) {
    jl_json_value value;
    if (!jl_scan_is_container(&m->scanner)) {
        if (!jl_scan_scalar(&m->scanner, &value))
            return false;
        test(m, set, &value);
        end_item(m, top(m));
        return true;
    }
    const bool is_object = *m->scanner.at == '{';
    value.kind = is_object ? JL_JSON_OBJECT : JL_JSON_ARRAY;
    test(m, set, &value);
    if (leads_on(m, set, is_object))
        return push(m, set, is_object);
    const bool is_json = jl_scan_skip(&m->scanner);
    end_item(m, top(m));
    return is_json;
}

static bool read_unasked(matcher *m) {
    const bool is_json = jl_scan_skip(&m->scanner);
    end_item(m, top(m));
    return is_json;
}

static void follow_key(matcher *m, const frame *f, jl_json_string key, active *set) {
    for (uint16_t n = 0; n < f->set.count; n++) {
        const jl_node *node = &m->program->nodes[f->set.nodes[n]];
        for (uint16_t e = 0; e < node->name_count && !f->is_reread; e++) {
            if (jl_json_string_equals(key, &node->names[e].name))
                enter(m, set, node->names[e].node);
        }
        if (node->any != 0)
            enter(m, set, node->any);
    }
}

static void follow_index(matcher *m, const frame *f, active *set) {
    for (uint16_t n = 0; n < f->set.count; n++) {
        const jl_node *node = &m->program->nodes[f->set.nodes[n]];
        for (uint16_t e = 0; e < node->index_count; e++) {
            if (node->indexes[e].index == f->index)
                enter(m, set, node->indexes[e].node);
        }
        if (node->any != 0)
            enter(m, set, node->any);
    }
}

static jl_scan_next next_member(matcher *m, frame *f, active *set) {
    jl_json_string key;
    for (;;) {
        const jl_scan_next next = jl_scan_member(&m->scanner, f->is_first, &key);
        if (next != JL_SCAN_MORE)
            return next;
        if (f->parent != NO_PARENT)
            jl_pending_member(pending_of(m, f), key);
        if (key.has_escape || (f->sieve & jl_key_bit(key.ptr, key.len)) != 0) {
            follow_key(m, f, key, set);
            if (set->count > 0)
                return next;
        }
        f->is_first = false;
        if (!jl_scan_skip_value(&m->scanner))
            return JL_SCAN_BAD;
    }
}

static jl_scan_next next_element(matcher *m, frame *f, active *set) {
    const jl_scan_next next = jl_scan_element(&m->scanner, f->is_first);
    if (next != JL_SCAN_MORE)
        return next;
    if (f->wants_null && *m->scanner.at == 'n')
        test_null_element(m, &f->set);
    follow_index(m, f, set);
    f->index++;
    return next;
}

static bool step(matcher *m) {
    frame *f = top(m);
    active set = {.count = 0};
    const jl_scan_next next = f->is_object ? next_member(m, f, &set) : next_element(m, f, &set);
    if (next == JL_SCAN_BAD)
        return false;
    if (next == JL_SCAN_END) {
        end_container(m);
        return true;
    }
    f->is_first = false;
    return set.count > 0 ? read_value(m, &set) : read_unasked(m);
}

/* --- the line -------------------------------------------------------------------------------- */

static void start(matcher *m, const jl_json_program *program, jl_text line) {
    m->program = program;
    m->depth = 0;
    memset(m->found, 0, program->condition_count);
    for (size_t i = 0; i < program->slot_count; i++) {
        const size_t room = JL_PENDING_MAX / program->slot_count;
        jl_pending_init(&m->pending[i], m->hits + i * room, (uint16_t)room);
    }
    jl_scan_begin(&m->scanner, line);
}

static bool walk(matcher *m) {
    if (m->scanner.at == m->scanner.end || *m->scanner.at != '{') {
        m->scanner.fault = JL_SCAN_SYNTAX;
        return false;
    }
    active root = {.count = 0};
    enter(m, &root, 0);
    push(m, &root, true);
    while (m->depth > 0) {
        if (!step(m))
            return false;
    }
    return jl_scan_finish(&m->scanner);
}

static bool is_true(const matcher *m, size_t i) {
    const jl_condition *condition = &m->program->conditions[i];
    const uint8_t mark = condition->is_wild ? ANY : HIT;
    return jl_condition_verdict(condition, (m->found[i] & mark) != 0, (m->found[i] & PARENT) != 0);
}

static bool join(const matcher *m) {
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < m->program->condition_count; i++)
        verdicts[i] = is_true(m, i);
    return jl_joints_verdict(m->program->joints, m->program->joint_count, verdicts);
}

static void report(const matcher *m, bool is_json, bool *verdicts, jl_json_check *check,
                   const char *line) {
    for (size_t i = 0; verdicts != NULL && i < m->program->condition_count; i++)
        verdicts[i] = is_json && is_true(m, m->program->in_order[i]);
    if (check != NULL)
        *check =
            (jl_json_check){m->scanner.fault, line == NULL ? 0 : (size_t)(m->scanner.at - line)};
}

bool jl_json_match(const jl_json_program *program, jl_text line, bool *verdicts,
                   jl_json_check *check) {
    matcher m;
    start(&m, program, line);
    const bool is_json = walk(&m);
    if (verdicts != NULL || check != NULL)
        report(&m, is_json, verdicts, check, line.ptr);
    return is_json && join(&m);
}
