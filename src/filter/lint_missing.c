#include "filter/lint_conflict.h"
#include "filter/lint_rules.h"
#include "filter/lint_span.h"

static bool starts_with(const jl_condition *longer, const jl_condition *shorter) {
    jl_condition front = *longer;
    if (longer->step_count < shorter->step_count)
        return false;
    front.step_count = shorter->step_count;
    return jl_same_selector(&front, shorter);
}

/* `!= ""` asks for something that is there: a missing field is meant to fail it. */
static bool is_about_value(const jl_condition *condition) {
    if (condition->operation != JL_OP_NE || condition->is_wild || jl_is_never(condition))
        return false;
    return condition->operand != JL_TEST_TEXT || condition->text.text.len > 0;
}

/* Does condition `other` settle what happens where the field of `i` is missing? */
static bool settles(const jl_lint_group *group, size_t i, size_t other) {
    const jl_condition *condition = group->conditions[i];
    const jl_condition *by = group->conditions[other];
    const jl_relation relation = jl_lint_relation(&group->tree, other, i);
    if (by->operation == JL_OP_NOT_EXISTS)
        return starts_with(condition, by);
    if (!relation.is_and && jl_excludes_nothing(condition, by))
        return true;
    /* It is false itself where the field is missing, and must be true. */
    return by->operation != JL_OP_NE && relation.is_and && relation.is_member_a &&
           starts_with(by, condition);
}

static bool is_open(const jl_lint_group *group, size_t i) {
    if (!is_about_value(group->conditions[i]))
        return false;
    for (size_t other = 0; other < group->count; other++) {
        if (other != i && settles(group, i, other))
            return false;
    }
    return true;
}

static bool is_first_of_selector(const jl_lint_group *group, size_t i) {
    for (size_t other = 0; other < i; other++) {
        if (jl_same_selector(group->conditions[other], group->conditions[i]) &&
            is_open(group, other))
            return false;
    }
    return true;
}

/* `$.a != x` becomes `($.a != x || $.a NOT EXISTS)`, in parentheses that are there already if so.
 */
static void allow_missing(jl_patch *patch, const jl_lint_group *group, size_t i) {
    const jl_text source = group->conditions[i]->source;
    const bool is_wrapped =
        group->count == 1 || jl_span_with_parentheses(group->pattern, source).len > source.len;
    jl_patch_copy(patch, (size_t)(source.ptr - group->pattern.ptr));
    jl_patch_add(patch, is_wrapped ? JL_TEXT("") : JL_TEXT("("));
    jl_patch_copy(patch, (size_t)(source.ptr - group->pattern.ptr) + source.len);
    jl_patch_add(patch, JL_TEXT(" || "));
    jl_patch_add(patch, group->conditions[i]->selector);
    jl_patch_add(patch, is_wrapped ? JL_TEXT(" NOT EXISTS") : JL_TEXT(" NOT EXISTS)"));
}

static void report(jl_findings *list, const jl_lint_group *group, size_t i) {
    const jl_condition *condition = group->conditions[i];
    jl_patch patch;
    jl_patch_begin(&patch, group->pattern);
    for (size_t other = i; other < group->count; other++) {
        if (jl_same_selector(group->conditions[other], condition) && is_open(group, other))
            allow_missing(&patch, group, other);
    }
    jl_findings_add(list, JSONLOG_LINT_NOT_EQUAL_MISSING, condition->source, i, &patch,
                    "!= is false where %.*s is missing, so it does not hold for events without it",
                    JL_QUOTED(condition->selector));
    jl_patch_done(&patch);
}

void jl_lint_missing(jl_findings *list, const jl_lint_group *group) {
    for (size_t i = 0; i < group->count; i++) {
        if (is_open(group, i) && is_first_of_selector(group, i))
            report(list, group, i);
    }
}
