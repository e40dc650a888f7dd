#include "filter/lint_rules.h"

#include "base/alloc.h"

#include <strings.h>

/* Names that nobody gives a field, but that people look for. */
static const char *const levels[] = {"error",    "err",   "warn",      "warning", "info",
                                     "debug",    "trace", "exception", "fatal",   "panic",
                                     "critical", "fail",  "failed"};

static bool is_level(jl_text name) {
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (name.len == strlen(levels[i]) && strncasecmp(name.ptr, levels[i], name.len) == 0)
            return true;
    }
    return false;
}

/* `[ERROR]`: one field of any content, so every line that is not blank matches. */
static void look_at_brackets(jl_findings *list, const jl_delimited_program *program) {
    if (program->field_count != 1 || program->has_rest || program->condition_count > 0)
        return;
    const jl_text reference = program->fields[0].reference;
    if (reference.len < 2 || !is_level((jl_text){reference.ptr + 1, reference.len - 1}))
        return;
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    jl_patch_add(&patch, JL_TEXT("\""));
    jl_patch_copy(&patch, list->pattern.len);
    jl_patch_add(&patch, JL_TEXT("\""));
    jl_findings_add(list, JSONLOG_LINT_BRACKETS, list->pattern, JL_NO_CONDITION, &patch,
                    "in brackets %.*s is the name of a field, whatever stands in it: every line "
                    "that is not blank matches",
                    (int)jl_quoted_len(reference) - 1, reference.ptr + 1);
    jl_patch_done(&patch);
}

/* The conditions of one field, which are about one token. */
static void make_group(jl_lint_group *group, const jl_delimited_program *program,
                       const jl_field *field) {
    uint16_t in_order[JL_CONDITIONS_MAX];
    group->count = 0;
    for (size_t i = 0; i < field->joint_count; i++) {
        if (field->joints[i] >= JL_JOINT_AND)
            continue;
        in_order[group->count] = field->joints[i];
        group->conditions[group->count++] = &program->conditions[field->joints[i]];
    }
    jl_lint_tree_build(&group->tree, field->joints, field->joint_count, in_order, group->count);
}

static void look_at_field(jl_findings *list, jl_lint_group *group,
                          const jl_delimited_program *program, const jl_field *field) {
    if (field->joint_count == 0)
        return;
    make_group(group, program, field);
    jl_lint_pairs(list, group);
    for (size_t i = 0; i < group->count; i++) {
        if (group->conditions[i]->operand == JL_TEST_REGEX)
            jl_lint_regex(list, group->conditions[i]->literal, JL_NO_CONDITION);
    }
}

jsonlog_status jl_lint_delimited(jl_findings *list, const jsonlog_filter *filter) {
    jl_lint_group *group = jl_alloc(sizeof *group);
    if (group == NULL)
        return JSONLOG_E_NOMEM;
    group->pattern = filter->pattern;
    group->is_delimited = true;
    look_at_brackets(list, filter->delimited);
    for (size_t i = 0; i < filter->delimited->field_count; i++)
        look_at_field(list, group, filter->delimited, &filter->delimited->fields[i]);
    jl_free(group);
    return list->status;
}
