#include "filter/bind.h"
#include "filter/condition.h"
#include "filter/matcher.h"

static bool field_is_true(const jl_delimited_program *program, const jl_field *field,
                          jl_text token) {
    bool verdicts[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < field->joint_count; i++) {
        if (field->joints[i] < JL_JOINT_AND)
            verdicts[field->joints[i]] =
                jl_condition_is_true_of_token(&program->conditions[field->joints[i]], token);
    }
    return jl_joints_verdict(field->joints, field->joint_count, verdicts);
}

bool jl_delimited_match(const jl_delimited_program *program, jl_text line) {
    jl_binding binding;
    if (!jl_bind(program, line, &binding))
        return false;
    for (size_t i = 0; i < program->field_count; i++) {
        const jl_field *field = &program->fields[i];
        if (field->joint_count > 0 &&
            !field_is_true(program, field, jl_binding_token(program, &binding, i)))
            return false;
    }
    return true;
}
