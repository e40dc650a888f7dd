/* Conditions on a token of a space-delimited line: what SPEC 6.3 lets be proven. */
#include "filter/lint_conflict.h"

static bool is_about_number(const jl_condition *condition) {
    return condition->operand == JL_TEST_NUMBER && condition->operation != JL_OP_NE;
}

static bool is_exact_text(const jl_condition *condition) {
    return condition->operation == JL_OP_EQ && condition->operand == JL_TEST_TEXT;
}

static bool is_at_most(const jl_condition *condition) {
    return condition->operation == JL_OP_LT || condition->operation == JL_OP_LE ||
           condition->operation == JL_OP_EQ;
}

static bool is_at_least(const jl_condition *condition) {
    return condition->operation == JL_OP_GT || condition->operation == JL_OP_GE ||
           condition->operation == JL_OP_EQ;
}

static bool is_strict(const jl_condition *condition) {
    return condition->operation == JL_OP_LT || condition->operation == JL_OP_GT;
}

/* Is all that `low` takes above all that `high` takes? `=` is a range of one number. */
static bool is_above(const jl_condition *low, const jl_condition *high) {
    if (!is_at_least(low) || !is_at_most(high))
        return false;
    const int order = jl_decimal_compare(&high->number, &low->number);
    return order < 0 || (order == 0 && (is_strict(low) || is_strict(high)));
}

bool jl_is_never_both_of_token(const jl_condition *a, const jl_condition *b) {
    if (is_exact_text(a) || is_exact_text(b)) {
        const jl_text token = is_exact_text(a) ? a->text.text : b->text.text;
        return !jl_condition_is_true_of_token(a, token) || !jl_condition_is_true_of_token(b, token);
    }
    if (is_about_number(a) && is_about_number(b))
        return is_above(a, b) || is_above(b, a);
    if (a->operand == JL_TEST_NUMBER && b->operand == JL_TEST_NUMBER)
        return a->operation != b->operation &&
               (a->operation == JL_OP_EQ || b->operation == JL_OP_EQ) &&
               jl_decimal_compare(&a->number, &b->number) == 0;
    if (a->operand == JL_TEST_NUMBER || b->operand == JL_TEST_NUMBER)
        return false;
    return jl_texts_exclude(a, b);
}

bool jl_excludes_no_token(const jl_condition *a, const jl_condition *b) {
    if (a->operation != JL_OP_NE || b->operation != JL_OP_NE)
        return false;
    jl_condition left = *a;
    jl_condition right = *b;
    left.operation = right.operation = JL_OP_EQ;
    return jl_is_never_both_of_token(&left, &right);
}
