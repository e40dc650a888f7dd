#include "filter/bind.h"
#include "filter/condition.h"
#include "filter/matcher.h"

static bool is_joined_true(const jl_delimited_program *program, const jl_field *field,
                           jl_text token) {
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < field->joint_count; i++) {
        if (field->joints[i] < JL_JOINT_AND)
            verdicts[field->joints[i]] =
                jl_condition_is_true_of_token(&program->conditions[field->joints[i]], token);
    }
    return jl_joints_verdict(field->joints, field->joint_count, verdicts);
}

static bool is_true(const jl_delimited_program *program, size_t number, jl_text token) {
    const jl_field *field = &program->fields[number];
    if (field->joint_count == 0)
        return true;
    if (field->joint_count == 1)
        return jl_condition_is_true_of_token(&program->conditions[field->joints[0]], token);
    return is_joined_true(program, field, token);
}

/* The fields that take their tokens from the left, each its own. What is wrong with one of them is
 * enough to know: the line is not split any further. */
static bool are_first_true(const jl_delimited_program *program, size_t count,
                           jl_splitter *splitter) {
    jl_text token;
    for (size_t i = 0; i < count; i++) {
        if (!jl_split_next(splitter, &token) || !is_true(program, i, token))
            return false;
    }
    return true;
}

/* The last field of a pattern without `...`. */
static bool is_last_true(const jl_delimited_program *program, jl_splitter *splitter) {
    jl_text token;
    return jl_bind_wide(splitter, &token) && is_true(program, program->field_count - 1, token);
}

/* The fields behind `...`. */
static bool are_last_true(const jl_delimited_program *program, jl_splitter *splitter) {
    jl_binding binding;
    if (!jl_bind_last(program, splitter, &binding))
        return false;
    for (size_t i = program->before; i < program->field_count; i++) {
        if (!is_true(program, i, jl_binding_token(program, &binding, i)))
            return false;
    }
    return true;
}

bool jl_delimited_match(const jl_delimited_program *program, jl_text line) {
    jl_splitter splitter = jl_split_begin(line);
    const size_t wide = program->has_rest ? 0 : 1;
    if (!are_first_true(program, program->before - wide, &splitter))
        return false;
    if (wide == 1)
        return is_last_true(program, &splitter);
    return program->before == program->field_count || are_last_true(program, &splitter);
}
