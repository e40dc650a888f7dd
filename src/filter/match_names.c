#include "filter/condition.h"
#include "filter/matcher.h"
#include "filter/names_walk.h"

/*
 * What has been found below a key is cleared when the key comes again, so the last one counts. Only
 * a line that would match is checked to be JSON: of others it does not matter.
 */

typedef struct walk {
    jl_names_walk names;
    const jl_json_program *program;
    bool has_found; /* a condition that holds; as long as none does, `found` is not used */
    bool found[JL_CONDITIONS_MAX];
} walk;

/* --- values ---------------------------------------------------------------------------------- */

static void clear(walk *w, uint16_t first, uint16_t end) {
    for (uint16_t i = first; i < end; i++)
        w->found[i] = false;
}

static void note(walk *w, uint16_t i, bool is_hit) {
    if (is_hit && !w->has_found) {
        w->has_found = true;
        clear(w, 0, (uint16_t)w->program->condition_count);
    }
    if (w->has_found)
        w->found[i] = is_hit;
}

static inline void test(walk *w, const jl_node *node, const jl_json_value *value) {
    for (uint16_t i = node->first; i < node->own_end; i++)
        note(w, i, jl_condition_hit(&w->program->conditions[i], value));
    if (w->has_found)
        clear(w, node->own_end, node->end);
}

/* --- the line -------------------------------------------------------------------------------- */

static void take_hit(walk *w, jl_bits_hit hit) {
    if (!jl_names_meet(&w->names, hit))
        return;
    const jl_node *open = &w->program->nodes[jl_names_top(&w->names)->node];
    const jl_name_edge *edge =
        jl_names_find(&w->names, (jl_names){open->names, open->name_count}, hit.place);
    jl_json_value value;
    if (edge == NULL || !jl_names_read_value(&w->names, hit.place, &value))
        return;
    const jl_node *node = &w->program->nodes[edge->node];
    test(w, node, &value);
    if (value.kind == JL_JSON_OBJECT && node->name_count > 0)
        jl_names_enter(&w->names, edge->node, hit.place);
}

static bool join(const walk *w) {
    const jl_json_program *program = w->program;
    if (!w->has_found)
        return program->holds_for_nothing;
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < program->condition_count; i++)
        verdicts[i] = jl_condition_verdict(&program->conditions[i], w->found[i], false);
    return jl_joints_verdict(program->joints, program->joint_count, verdicts);
}

typedef enum verdict {
    NO_MATCH,
    MATCH,
    UNSURE, /* if it is JSON */
} verdict;

_Static_assert(sizeof(walk) + sizeof(jl_line_bits) < 60 * 1024,
               "the state of a match must fit a small stack");

/* Not inlined: its state would lie below that of the other walk. */
static __attribute__((noinline)) verdict walk_line(const jl_json_program *program,
                                                   jl_bits_reader *reader) {
    jl_line_bits bits;
    walk w;
    w.program = program;
    w.has_found = false;
    jl_names_begin(&w.names, reader, &bits);
    do {
        const char *text = reader->at;
        jl_bits_read(reader, &program->sieve, &bits);
        jl_names_go_on(&w.names, text);
        for (size_t i = 0; i < bits.hit_count; i++)
            take_hit(&w, bits.hits[i]);
    } while (!reader->is_done);
    if (!join(&w))
        return NO_MATCH;
    return jl_bits_check(reader, &bits) ? MATCH : UNSURE;
}

bool jl_names_match(const jl_json_program *program, jl_bits_reader *reader) {
    const verdict said = walk_line(program, reader);
    if (said != UNSURE)
        return said == MATCH;
    const jl_text line = {reader->start, (size_t)(reader->end - reader->start)};
    return jl_json_match(program, line, NULL, NULL);
}
