#include "filter/filter_set.h"

#include "filter/condition.h"

/* --- a line ---------------------------------------------------------------------------------- */

/* What has been read of the line so far. */
typedef struct question {
    jl_text line;
    uint16_t tree; /* the one whose values are there; JL_SET_ALONE: none */
    uint64_t branches;
    bool is_json;   /* as far as is known */
    bool is_proven; /* it is known */
    jl_set_values values;
    jl_bits_reader reader; /* until it is */
    jl_line_bits bits;
} question;

_Static_assert(sizeof(question) < 60 * 1024, "the state of a match must fit a small stack");

static bool is_true(const question *q, const jl_condition *condition, uint16_t place) {
    const uint8_t found = q->values.found[place];
    bool is_hit = found != 0 && jl_condition_hit(condition, &q->values.values[place]);
    if (condition->operation == JL_OP_IS_NULL)
        is_hit |= (found & JL_SET_HAS_NULL) != 0;
    return jl_condition_verdict(condition, is_hit, false);
}

static bool evaluate(const question *q, const jl_set_member *m) {
    const jl_json_program *program = m->filter->json;
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < program->condition_count; i++)
        verdicts[i] = is_true(q, &program->conditions[i], m->places[i]);
    return jl_joints_verdict(program->joints, program->joint_count, verdicts);
}

/* Of all filters that are in question. Those of one tree are asked one after the other. */
static uint64_t branches_asked_for(const jsonlog_filter_set *set, uint16_t tree,
                                   const uint64_t *matches) {
    uint64_t branches = 0;
    for (size_t word = 0; word < set->words; word++) {
        for (uint64_t left = matches[word]; left != 0; left &= left - 1) {
            const jl_set_member *m = &set->members[word * 64 + (size_t)__builtin_ctzll(left)];
            branches |= m->tree == tree ? m->branches : 0;
        }
    }
    return branches;
}

static void read_whole_tree(const jsonlog_filter_set *set, question *q) {
    q->is_json = jl_set_tree_read(set->trees[q->tree], q->line, q->branches, &q->values);
    q->is_proven = true;
}

static void read_names(const jsonlog_filter_set *set, question *q) {
    q->reader = jl_bits_begin(q->line.ptr, q->line.ptr + q->line.len, false);
    jl_set_tree_read_names(set->trees[q->tree], &q->reader, q->branches, &q->values, &q->bits);
    q->is_json = true;
    q->is_proven = false;
}

static void read_tree(const jsonlog_filter_set *set, question *q, uint16_t tree,
                      const uint64_t *matches) {
    q->tree = tree;
    q->branches = branches_asked_for(set, tree, matches);
    if (set->trees[tree]->is_of_names && jl_bits_can_read())
        read_names(set, q);
    else
        read_whole_tree(set, q);
}

/* A filter would match if the line is JSON. What the blocks cannot tell is read once more. */
static bool prove(const jsonlog_filter_set *set, question *q, const jl_set_member *m) {
    q->is_proven = true;
    if (jl_bits_check(&q->reader, &q->bits))
        return true;
    read_whole_tree(set, q);
    return q->is_json && evaluate(q, m);
}

static bool holds(const jsonlog_filter_set *set, question *q, const jl_set_member *m,
                  const uint64_t *matches) {
    if (m->is_decided)
        return true;
    if (m->tree == JL_SET_ALONE)
        return jsonlog_filter_match(m->filter, q->line.ptr, q->line.len);
    if (m->tree != q->tree)
        read_tree(set, q, m->tree, matches);
    return q->is_json && evaluate(q, m) && (q->is_proven || prove(set, q, m));
}

/* Of the filters whose bits are set, keep those that match. */
static size_t settle(const jsonlog_filter_set *set, jl_text line, uint64_t *matches) {
    question q;
    q.line = line;
    q.tree = JL_SET_ALONE;
    size_t count = 0;
    for (size_t word = 0; word < set->words; word++) {
        for (uint64_t left = matches[word]; left != 0; left &= left - 1) {
            const size_t bit = (size_t)__builtin_ctzll(left);
            if (holds(set, &q, &set->members[word * 64 + bit], matches))
                count++;
            else
                matches[word] &= ~(UINT64_C(1) << bit);
        }
    }
    return count;
}

/* @param from  no needle begins before it. */
static size_t match_line(const jsonlog_filter_set *set, jl_text line, const char *from,
                         uint64_t *matches) {
    for (size_t i = 0; i < set->words; i++)
        matches[i] = set->always[i];
    jl_set_search_run(&set->search, from, line.ptr + line.len, matches);
    return settle(set, line, matches);
}

size_t jsonlog_filter_set_match(const jsonlog_filter_set *set, const char *line, size_t len,
                                uint64_t *matches) {
    /* An empty line may come as NULL, which no search takes. */
    const jl_text text = {line == NULL ? "" : line, len};
    return match_line(set, text, text.ptr, matches);
}

/* --- many lines ------------------------------------------------------------------------------ */

/* A byte of the next line that may match; NULL: there is none. */
static const char *find_inside(const jsonlog_filter_set *set, const char *at, const char *end) {
    return set->has_always ? at : jl_set_search_run(&set->search, at, end, NULL);
}

const char *jsonlog_filter_set_find(const jsonlog_filter_set *set, const char **at, const char *end,
                                    size_t *len, uint64_t *matches) {
    while (*at < end) {
        const char *inside = find_inside(set, *at, end);
        if (inside == NULL)
            break;
        const char *before = memrchr(*at, '\n', (size_t)(inside - *at));
        const char *line = before == NULL ? *at : before + 1;
        const char *newline = memchr(inside, '\n', (size_t)(end - inside));
        *len = (size_t)((newline == NULL ? end : newline) - line);
        *at = newline == NULL ? end : newline + 1;
        const char *from = inside - line > JL_NEEDLE_MAX ? inside - JL_NEEDLE_MAX : line;
        if (match_line(set, (jl_text){line, *len}, from, matches) > 0)
            return line;
    }
    *at = end;
    return NULL;
}

size_t jsonlog_filter_set_next(const uint64_t *matches, size_t count, size_t from) {
    while (from < count) {
        const uint64_t left = matches[from / 64] >> (from % 64);
        if (left != 0) {
            from += (size_t)__builtin_ctzll(left);
            return from < count ? from : count;
        }
        from += 64 - from % 64;
    }
    return count;
}
