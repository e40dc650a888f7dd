#include "filter/program.h"

#include "base/alloc.h"
#include "base/err.h"
#include "filter/operand.h"

/* Where the parts of the block are; the program itself is its beginning. */
typedef struct parts {
    jl_delimited_program *program;
    jl_field *fields;
    jl_condition *conditions;
    uint16_t *joints;
    jl_operand_space operands;
    char *references;
} parts;

static size_t count_reference_bytes(const jl_syntax *syntax) {
    size_t bytes = 0;
    for (size_t i = 0; i < syntax->field_count; i++)
        bytes += syntax->fields[i].name.len == 0 ? 0 : syntax->fields[i].name.len + 1;
    return bytes;
}

static size_t lay_out(jl_block *from, parts *all, const jl_syntax *syntax) {
    all->program = JL_TAKE(from, jl_delimited_program, 1);
    all->fields = JL_TAKE(from, jl_field, syntax->field_count);
    all->conditions = JL_TAKE(from, jl_condition, syntax->condition_count);
    all->joints = JL_TAKE(from, uint16_t, syntax->joint_count);
    all->operands = jl_operand_take(from, syntax);
    all->references = JL_TAKE(from, char, count_reference_bytes(syntax));
    return from->used;
}

static jl_text make_reference(parts *all, jl_text name) {
    const jl_text reference = {all->references, name.len + 1};
    all->references[0] = '$';
    memcpy(all->references + 1, name.ptr, name.len);
    all->references += reference.len;
    return reference;
}

/* The conditions of a field, which all have its name. */
static void name_conditions(parts *all, const jl_field *field) {
    for (size_t i = 0; i < field->joint_count; i++) {
        if (field->joints[i] < JL_JOINT_AND)
            all->conditions[field->joints[i]].selector = field->reference;
    }
}

static void make_field(parts *all, const jl_field_syntax *from) {
    jl_field *field = &all->fields[all->program->field_count++];
    *field = (jl_field){.joints = all->joints + from->first_joint,
                        .joint_count = (uint16_t)(from->joint_end - from->first_joint)};
    if (from->name.len == 0)
        return;
    field->reference = make_reference(all, from->name);
    name_conditions(all, field);
}

static void fill(parts *all, jl_syntax *syntax) {
    jl_delimited_program *program = all->program;
    *program = (jl_delimited_program){
        .fields = all->fields,
        .has_rest = syntax->field_count == 0,
        .conditions = all->conditions,
        .condition_count = syntax->condition_count,
    };
    if (syntax->joint_count > 0)
        memcpy(all->joints, syntax->joints, syntax->joint_count * sizeof(uint16_t));
    for (size_t i = 0; i < syntax->condition_count; i++)
        jl_operand_make(&all->operands, &all->conditions[i], &syntax->conditions[i]);
    for (size_t i = 0; i < syntax->field_count; i++) {
        if (syntax->fields[i].is_rest) {
            program->has_rest = true;
            program->before = program->field_count;
        } else {
            make_field(all, &syntax->fields[i]);
        }
    }
    if (!program->has_rest)
        program->before = program->field_count;
}

jsonlog_status jl_delimited_compile(jl_syntax *syntax, jl_delimited_program **out,
                                    jsonlog_err *err) {
    parts all;
    jl_block from = {NULL, 0};
    const size_t size = lay_out(&from, &all, syntax);
    from = (jl_block){jl_alloc(size), 0};
    if (from.base == NULL)
        return jl_err_nomem(err);
    lay_out(&from, &all, syntax);
    fill(&all, syntax);
    *out = all.program;
    return JSONLOG_OK;
}

void jl_delimited_program_free(jl_delimited_program *program) {
    if (program == NULL)
        return;
    for (size_t i = 0; i < program->condition_count; i++)
        jl_regex_free(program->conditions[i].regex);
    jl_free(program);
}
