#include "filter/condition.h"

#include "filter/glob_escaped.h"
#include "json/number.h"

#include <math.h>

_Static_assert(JL_CANONICAL_MAX >= JL_NUMBER_MAX, "a canonical number must fit");

jl_text jl_number_canonical(const jl_json_value *number, char space[JL_CANONICAL_MAX]) {
    if (!number->is_integer)
        return (jl_text){space, jl_write_double_java(space, jl_read_double(number->number))};
    const bool is_minus_zero =
        number->number.len == 2 && number->number.ptr[0] == '-' && number->number.ptr[1] == '0';
    return is_minus_zero ? JL_TEXT("0") : number->number;
}

static bool search_escaped(const jl_regex *regex, jl_json_string string) {
    jl_regex_run run;
    jl_regex_begin(regex, &run);
    jl_unescape cursor = jl_unescape_begin(string);
    while (jl_unescape_is_more(&cursor)) {
        if (jl_regex_feed(regex, &run, jl_unescape_next(&cursor)))
            break;
    }
    return jl_regex_end(regex, &run);
}

static bool is_like_string(const jl_condition *condition, jl_json_string string) {
    const jl_text plain = {string.ptr, string.len};
    switch (condition->operand) {
    case JL_TEST_NUMBER: /* a string equals a number literal as that is spelled: "01" is not 1 */
    case JL_TEST_TEXT: return jl_json_string_equals(string, &condition->text);
    case JL_TEST_WILDCARD:
        return string.has_escape ? jl_wildcard_match(&condition->wildcard, string)
                                 : jl_glob_match(&condition->wildcard.glob, plain);
    case JL_TEST_REGEX:
        return string.has_escape ? search_escaped(condition->regex, string)
                                 : jl_regex_search(condition->regex, plain);
    case JL_TEST_NOTHING: break;
    }
    return false;
}

static bool is_like_number_text(const jl_condition *condition, const jl_json_value *number) {
    char space[JL_CANONICAL_MAX];
    const jl_text text = jl_number_canonical(number, space);
    return is_like_string(condition, (jl_json_string){text.ptr, text.len, false});
}

/* The order of an event's number and the literal. Returns false for an infinite one, which has
 * none. */
static bool order_of(const jl_condition *condition, const jl_json_value *number, int *order) {
    char digits[JL_DOUBLE_DIGITS_MAX];
    jl_decimal decimal;
    if (number->is_integer) {
        decimal = jl_decimal_of_integer(number->number);
    } else {
        const double value = jl_read_double(number->number);
        if (isinf(value))
            return false;
        decimal = jl_decimal_of_double(value, digits);
    }
    *order = jl_decimal_compare(&decimal, &condition->number);
    return true;
}

static jl_likeness likeness_of(bool is_equal) {
    return is_equal ? JL_LIKE_EQUAL : JL_LIKE_OTHER;
}

jl_likeness jl_condition_compare(const jl_condition *condition, const jl_json_value *value) {
    int order = 0;
    if (value->kind == JL_JSON_STRING)
        return likeness_of(is_like_string(condition, value->string));
    if (value->kind != JL_JSON_NUMBER)
        return JL_LIKE_NOTHING;
    if (condition->operand != JL_TEST_NUMBER)
        return likeness_of(is_like_number_text(condition, value));
    return order_of(condition, value, &order) ? likeness_of(order == 0) : JL_LIKE_NOTHING;
}

static bool is_ordered(const jl_condition *condition, const jl_json_value *value) {
    int order = 0;
    if (value->kind != JL_JSON_NUMBER || !order_of(condition, value, &order))
        return false;
    switch (condition->operation) {
    case JL_OP_LT: return order < 0;
    case JL_OP_LE: return order <= 0;
    case JL_OP_GT: return order > 0;
    default: return order >= 0;
    }
}

bool jl_condition_hit(const jl_condition *condition, const jl_json_value *value) {
    switch (condition->operation) {
    case JL_OP_EQ: return jl_condition_compare(condition, value) == JL_LIKE_EQUAL;
    case JL_OP_NE:
        return jl_condition_compare(condition, value) ==
               (condition->is_wild ? JL_LIKE_EQUAL : JL_LIKE_OTHER);
    case JL_OP_LT:
    case JL_OP_LE:
    case JL_OP_GT:
    case JL_OP_GE: return is_ordered(condition, value);
    case JL_OP_IS_NULL: return value->kind == JL_JSON_NULL;
    case JL_OP_IS_TRUE: return value->kind == JL_JSON_TRUE;
    case JL_OP_IS_FALSE: return value->kind == JL_JSON_FALSE;
    case JL_OP_NOT_EXISTS: return true;
    }
    return false;
}

bool jl_condition_verdict(const jl_condition *condition, bool is_hit, bool has_parent) {
    if (condition->operation == JL_OP_NE && condition->is_wild)
        return has_parent && !is_hit;
    return is_hit != jl_condition_is_negative(condition);
}
