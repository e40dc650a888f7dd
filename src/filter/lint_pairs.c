#include "filter/lint_conflict.h"
#include "filter/lint_rules.h"
#include "filter/lint_span.h"

/* --- suggestions ----------------------------------------------------------------------------- */

/* Two comparisons that somebody may have wanted to be alternatives. */
static bool may_alternate(const jl_condition *a, const jl_condition *b) {
    const bool is_equal = a->operation == JL_OP_EQ && b->operation == JL_OP_EQ;
    const bool is_range = a->operation >= JL_OP_LT && a->operation <= JL_OP_GE &&
                          b->operation >= JL_OP_LT && b->operation <= JL_OP_GE;
    const bool is_kind = a->operation >= JL_OP_IS_NULL && a->operation <= JL_OP_IS_FALSE &&
                         b->operation >= JL_OP_IS_NULL && b->operation <= JL_OP_IS_FALSE;
    return jl_same_selector(a, b) && (is_equal || is_range || is_kind);
}

/*
 * From condition `first` on, join all that follow directly and are of its kind with `joint`
 * instead. With parentheses round them where there are other conditions and `||` would bind less.
 */
static bool rejoin(jl_patch *patch, const jl_lint_group *group, size_t first, const char *joint) {
    const jl_text pattern = group->pattern;
    const bool is_or = joint[0] == '|';
    size_t last = first;
    while (last + 1 < group->count &&
           group->conditions[last + 1]->operation == group->conditions[first]->operation &&
           jl_same_selector(group->conditions[first], group->conditions[last + 1]))
        last++;
    last = last == first ? first + 1 : last;
    const bool is_wrapped = is_or && last - first + 1 < group->count;
    const jl_text start = jl_span_with_parentheses(pattern, group->conditions[first]->source);
    if (is_wrapped)
        jl_patch_replace(patch, (jl_text){start.ptr, 0}, JL_TEXT("("));
    for (size_t i = first; i < last; i++) {
        const jl_text between =
            jl_span_joint(pattern, group->conditions[i]->source, group->conditions[i + 1]->source);
        if (between.len == 0 || between.ptr[0] == joint[0])
            return false;
        jl_patch_replace(patch, between, jl_text_of(joint));
    }
    const jl_text end = jl_span_with_parentheses(pattern, group->conditions[last]->source);
    if (is_wrapped)
        jl_patch_replace(patch, (jl_text){end.ptr + end.len, 0}, JL_TEXT(")"));
    return true;
}

/* --- findings -------------------------------------------------------------------------------- */

static void report_never(jl_findings *list, const jl_lint_group *group, size_t a, size_t b,
                         bool is_list) {
    const jl_condition *first = group->conditions[a];
    const jl_condition *second = group->conditions[b];
    jl_patch patch;
    jl_patch_begin(&patch, group->pattern);
    const bool is_known =
        is_list && b == a + 1 && may_alternate(first, second) && rejoin(&patch, group, a, "||");
    jl_findings_add(list, JSONLOG_LINT_ALWAYS_FALSE, second->source, b, is_known ? &patch : NULL,
                    is_list ? "%.*s and %.*s are never true together, so this matches nothing"
                            : "%.*s and %.*s are never true together, so this alternative of the "
                              "two matches nothing",
                    JL_QUOTED(first->source), JL_QUOTED(second->source));
    jl_patch_done(&patch);
}

static void report_duplicate(jl_findings *list, const jl_lint_group *group, size_t b) {
    const jl_condition *second = group->conditions[b];
    jl_patch patch;
    jl_patch_begin(&patch, group->pattern);
    jl_span_remove(&patch, second->source);
    jl_findings_add(list, JSONLOG_LINT_DUPLICATE, second->source, b, &patch,
                    "%.*s stands in this list twice and counts once", JL_QUOTED(second->source));
    jl_patch_done(&patch);
}

static void report_everything(jl_findings *list, const jl_lint_group *group, size_t a, size_t b) {
    const jl_condition *first = group->conditions[a];
    const jl_condition *second = group->conditions[b];
    jl_patch patch;
    jl_patch_begin(&patch, group->pattern);
    const bool is_known = b == a + 1 && rejoin(&patch, group, a, "&&");
    jl_findings_add(list, JSONLOG_LINT_ALWAYS_TRUE, second->source, b, is_known ? &patch : NULL,
                    "whatever text or number %.*s is, it differs from %.*s or from %.*s, so these "
                    "two joined by || exclude nothing",
                    JL_QUOTED(first->selector), JL_QUOTED(first->literal),
                    JL_QUOTED(second->literal));
    jl_patch_done(&patch);
}

static bool is_never_both(const jl_lint_group *group, const jl_condition *a,
                          const jl_condition *b) {
    return group->is_delimited ? jl_is_never_both_of_token(a, b) : jl_is_never_both(a, b);
}

static bool excludes_nothing(const jl_lint_group *group, const jl_condition *a,
                             const jl_condition *b) {
    return group->is_delimited ? jl_excludes_no_token(a, b) : jl_excludes_nothing(a, b);
}

/* One finding for the later of two is enough. @return true if there is one. */
static bool look_at_pair(jl_findings *list, const jl_lint_group *group, size_t a, size_t b) {
    const jl_condition *first = group->conditions[a];
    const jl_condition *second = group->conditions[b];
    const jl_relation relation = jl_lint_relation(&group->tree, a, b);
    const bool is_list = relation.is_member_a && relation.is_member_b;
    if (is_list && jl_same_condition(first, second)) {
        report_duplicate(list, group, b);
        return true;
    }
    if (relation.is_and && (relation.is_member_a || relation.is_member_b) &&
        is_never_both(group, first, second)) {
        report_never(list, group, a, b, is_list);
        return true;
    }
    if (!relation.is_and && is_list && excludes_nothing(group, first, second)) {
        report_everything(list, group, a, b);
        return true;
    }
    return false;
}

static void report_alone(jl_findings *list, const jl_condition *condition, size_t i) {
    jl_findings_add(list, JSONLOG_LINT_ALWAYS_FALSE, condition->source, i, NULL,
                    "%.*s equals every text and every number and != is false on all else, so "
                    "this is never true",
                    JL_QUOTED(condition->literal));
}

void jl_lint_pairs(jl_findings *list, const jl_lint_group *group) {
    for (size_t b = 0; b < group->count; b++) {
        if (jl_is_never(group->conditions[b])) {
            report_alone(list, group->conditions[b], b);
            continue;
        }
        bool is_found = false;
        for (size_t a = 0; a < b && !is_found; a++)
            is_found = !jl_is_never(group->conditions[a]) && look_at_pair(list, group, a, b);
    }
}
