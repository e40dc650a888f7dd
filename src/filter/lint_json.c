#include "filter/lint_conflict.h"
#include "filter/lint_rules.h"

#include "base/alloc.h"

#include <strings.h>

/* Longer ones are identifiers, which nobody writes with a fraction. */
#define DIGITS_MAX 4

static bool is_equality(const jl_condition *condition) {
    return condition->operation == JL_OP_EQ || condition->operation == JL_OP_NE;
}

/* What stands behind the selector: the operator and the operand. */
static jl_text test_of(const jl_condition *condition) {
    return (jl_text){condition->selector.ptr + condition->selector.len,
                     condition->source.len - condition->selector.len};
}

/* --- "200" ----------------------------------------------------------------------------------- */

/* A number as an event may have it. What has a plus or a leading zero is a name made of digits. */
static bool is_number_in_quotes(const jl_condition *condition) {
    const jl_text text = condition->text.text;
    bool is_integer = false;
    if (!is_equality(condition) || condition->operand != JL_TEST_TEXT ||
        condition->literal.ptr[0] != '"' || text.len == 0 || text.len > DIGITS_MAX)
        return false;
    return jl_scan_number_end(text.ptr, text.ptr + text.len, &is_integer) == text.ptr + text.len;
}

static void report_quoted(jl_findings *list, const jl_condition *condition, size_t i) {
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    jl_patch_replace(&patch, condition->literal, condition->text.text);
    const jl_text number = condition->text.text;
    const bool has_fraction = memchr(number.ptr, '.', number.len) != NULL;
    jl_findings_add(list, JSONLOG_LINT_QUOTED_NUMBER, condition->literal, i, &patch,
                    has_fraction
                        ? "in quotes this is compared as text, so a number equals it only if it "
                          "reads %.*s, with a fraction; without quotes it is compared by value"
                        : "in quotes this is compared as text, so %.*s.0 does not equal it; "
                          "without quotes it is compared by value",
                    JL_QUOTED(number));
    jl_patch_done(&patch);
}

/* --- true ------------------------------------------------------------------------------------ */

static bool is_word(jl_text text, const char *word) {
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

static bool is_bare_boolean(const jl_condition *condition) {
    return is_equality(condition) && condition->operand == JL_TEST_TEXT &&
           (is_word(condition->literal, "true") || is_word(condition->literal, "false"));
}

static void report_boolean(jl_findings *list, const jl_condition *condition, size_t i) {
    const bool is_not = condition->operation == JL_OP_NE;
    const bool is_true = is_word(condition->literal, "true") != is_not;
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    jl_patch_replace(&patch, test_of(condition),
                     is_true ? JL_TEXT(" IS TRUE") : JL_TEXT(" IS FALSE"));
    jl_findings_add(list, JSONLOG_LINT_BARE_BOOLEAN, condition->source, i,
                    is_not && condition->is_wild ? NULL : &patch,
                    is_not ? "this compares with the text \"%.*s\" and is false on JSON's true and "
                             "false; they are asked for with IS TRUE and IS FALSE"
                           : "this matches only the text \"%.*s\", not JSON's true or false; they "
                             "are asked for with IS TRUE and IS FALSE",
                    JL_QUOTED(condition->literal));
    jl_patch_done(&patch);
}

/* --- the whole ------------------------------------------------------------------------------- */

static void look_at_condition(jl_findings *list, const jl_condition *condition, size_t i) {
    if (is_number_in_quotes(condition))
        report_quoted(list, condition, i);
    if (is_bare_boolean(condition))
        report_boolean(list, condition, i);
    if (condition->operand == JL_TEST_REGEX)
        jl_lint_regex(list, condition->literal, i);
}

static void make_group(jl_lint_group *group, const jsonlog_filter *filter) {
    const jl_json_program *program = filter->json;
    group->pattern = filter->pattern;
    group->is_delimited = false;
    group->count = program->condition_count;
    for (size_t i = 0; i < group->count; i++)
        group->conditions[i] = &program->conditions[program->in_order[i]];
    jl_lint_tree_build(&group->tree, program->joints, program->joint_count, program->in_order,
                       group->count);
}

jsonlog_status jl_lint_json(jl_findings *list, const jsonlog_filter *filter) {
    jl_lint_group *group = jl_alloc(sizeof *group);
    if (group == NULL)
        return JSONLOG_E_NOMEM;
    make_group(group, filter);
    for (size_t i = 0; i < group->count; i++)
        look_at_condition(list, group->conditions[i], i);
    jl_lint_missing(list, group);
    jl_lint_pairs(list, group);
    jl_free(group);
    return list->status;
}
