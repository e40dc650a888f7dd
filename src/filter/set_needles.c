#include "filter/set_needles.h"

/* --- of a JSON pattern ----------------------------------------------------------------------- */

/* The needles of the part of a pattern that has been worked out: a span of the list. */
typedef struct part {
    size_t first;
    size_t count;
} part;

typedef struct joining {
    jl_set_needles *list;
    part stack[JL_CONDITIONS_MAX];
    size_t used;
} joining;

static void push(joining *j, const jl_json_program *program, uint16_t condition) {
    const uint16_t alone[] = {0};
    const jl_json_program one = {
        .conditions = &program->conditions[condition],
        .condition_count = 1,
        .joints = alone,
        .joint_count = 1,
    };
    jl_prefilter found;
    jl_prefilter_of_json(&found, &one);
    part *top = &j->stack[j->used++];
    *top = (part){j->list->count, 0};
    if (found.count == 1 && found.needles[0].len >= JL_SET_NEEDLE_MIN) {
        j->list->needles[j->list->count++] = found.needles[0];
        top->count = 1;
    }
}

static unsigned worst_score(const joining *j, part of) {
    unsigned worst = UINT8_MAX;
    for (size_t i = of.first; i < of.first + of.count; i++)
        worst = j->list->needles[i].score < worst ? j->list->needles[i].score : worst;
    return worst;
}

/* Of both sides the one whose needles can be expected to be rarer. */
static void join_and(joining *j, part *left, part right) {
    const bool takes_right =
        left->count == 0 || (right.count > 0 && worst_score(j, right) > worst_score(j, *left));
    if (takes_right) {
        memmove(&j->list->needles[left->first], &j->list->needles[right.first],
                right.count * sizeof(jl_needle));
        left->count = right.count;
    }
    j->list->count = left->first + left->count;
}

/* The spans of both sides stand side by side. */
static void join_or(joining *j, part *left, part right) {
    left->count = left->count == 0 || right.count == 0 ? 0 : left->count + right.count;
    j->list->count = left->first + left->count;
}

static void of_json(const jl_json_program *program, jl_set_needles *out) {
    joining j;
    j.list = out;
    j.used = 0;
    for (size_t i = 0; i < program->joint_count; i++) {
        const uint16_t joint = program->joints[i];
        if (joint < JL_JOINT_AND) {
            push(&j, program, joint);
            continue;
        }
        const part right = j.stack[--j.used];
        if (joint == JL_JOINT_AND)
            join_and(&j, &j.stack[j.used - 1], right);
        else
            join_or(&j, &j.stack[j.used - 1], right);
    }
}

/* --- of a text pattern ----------------------------------------------------------------------- */

static bool make(jl_needle *needle, jl_text text) {
    return text.len >= JL_SET_NEEDLE_MIN && jl_needle_make(needle, text, JL_GUARD_NONE);
}

static void of_choice(const jl_text_program *program, jl_set_needles *out) {
    for (size_t i = 0; i < program->count; i++) {
        if (out->count == JL_CONDITIONS_MAX ||
            !make(&out->needles[out->count], program->terms[i].text)) {
            out->count = 0;
            return;
        }
        out->count++;
    }
}

static void of_terms(const jl_text_program *program, jl_set_needles *out) {
    for (size_t i = 0; i < program->count; i++) {
        jl_needle needle;
        if (program->terms[i].kind != JL_TERM_REQUIRED || !make(&needle, program->terms[i].text))
            continue;
        if (out->count == 0 || needle.score > out->needles[0].score)
            out->needles[0] = needle;
        out->count = 1;
    }
}

void jl_set_needles_of(const jsonlog_filter *filter, jl_set_needles *out) {
    out->count = 0;
    out->decides = false;
    if (filter->kind == JSONLOG_FILTER_JSON)
        of_json(filter->json, out);
    if (filter->kind != JSONLOG_FILTER_TEXT)
        return;
    if (filter->text->is_choice)
        of_choice(filter->text, out);
    else
        of_terms(filter->text, out);
    out->decides = out->count > 0 && jl_text_is_one_of(filter->text, JL_NEEDLE_MAX);
}
