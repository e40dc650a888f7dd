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

/* So many digits always fit. */
#define SHORT_DIGITS 17

static bool order_of_short(const jl_condition *condition, jl_text integer, int *order) {
    const bool is_negative = integer.ptr[0] == '-';
    int64_t value = 0;
    if (!condition->number.is_small || integer.len > SHORT_DIGITS)
        return false;
    for (size_t i = is_negative; i < integer.len; i++)
        value = value * 10 + (integer.ptr[i] - '0');
    value = is_negative ? -value : value;
    *order = (value > condition->number.small) - (value < condition->number.small);
    return true;
}

/* The order of an event's number and the literal. Returns false for an infinite one, which has
 * none. */
static bool order_of(const jl_condition *condition, jl_text number, bool is_integer, int *order) {
    char digits[JL_DOUBLE_DIGITS_MAX];
    jl_decimal decimal;
    if (is_integer && order_of_short(condition, number, order))
        return true;
    if (is_integer) {
        decimal = jl_decimal_of_integer(number);
    } else {
        const double value = jl_read_double(number);
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
    const bool has_order = order_of(condition, value->number, value->is_integer, &order);
    return has_order ? likeness_of(order == 0) : JL_LIKE_NOTHING;
}

/* Does the operator hold between a value and the literal that are in this order? */
static bool holds(jl_operator operation, int order) {
    switch (operation) {
    case JL_OP_EQ: return order == 0;
    case JL_OP_NE: return order != 0;
    case JL_OP_LT: return order < 0;
    case JL_OP_LE: return order <= 0;
    case JL_OP_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool is_ordered(const jl_condition *condition, const jl_json_value *value) {
    int order = 0;
    return value->kind == JL_JSON_NUMBER &&
           order_of(condition, value->number, value->is_integer, &order) &&
           holds(condition->operation, order);
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
    case JL_OP_NOT_EXISTS:
    case JL_OP_ANY: return true;
    }
    return false;
}

bool jl_condition_verdict(const jl_condition *condition, bool is_hit, bool has_parent) {
    if (condition->operation == JL_OP_NE && condition->is_wild)
        return has_parent && !is_hit;
    return is_hit != jl_condition_is_negative(condition);
}

/* --- tokens ---------------------------------------------------------------------------------- */

bool jl_token_is_number(jl_text token) {
    return token.len > 0 && jl_decimal_literal_len(token) == token.len;
}

static bool is_whole(jl_text token) {
    size_t at = token.len > 0 && (token.ptr[0] == '+' || token.ptr[0] == '-') ? 1 : 0;
    if (at == token.len)
        return false;
    while (at < token.len && token.ptr[at] >= '0' && token.ptr[at] <= '9')
        at++;
    return at == token.len;
}

/* Unlike a number of JSON a token may have a plus sign, and zeros in front. */
static jl_decimal decimal_of_whole(jl_text number) {
    const bool is_negative = number.ptr[0] == '-';
    while (number.len > 1 && (number.ptr[0] < '1' || number.ptr[0] > '9'))
        number = (jl_text){number.ptr + 1, number.len - 1};
    jl_decimal decimal = jl_decimal_of_integer(number);
    decimal.is_negative = is_negative;
    decimal.small = is_negative ? -decimal.small : decimal.small;
    return decimal;
}

bool jl_token_order(const jl_condition *condition, jl_text token, int *order) {
    const size_t plus = token.len > 0 && token.ptr[0] == '+' ? 1 : 0;
    const jl_text number = {token.ptr + plus, token.len - plus};
    const bool is_integer = is_whole(token);
    if (is_integer && order_of_short(condition, number, order))
        return true;
    if (!jl_token_is_number(token))
        return false;
    if (!is_integer)
        return order_of(condition, number, false, order);
    const jl_decimal decimal = decimal_of_whole(token);
    *order = jl_decimal_compare(&decimal, &condition->number);
    return true;
}

/* A backslash of a token is no escape, so none of the comparisons of JSON strings will do. */
static bool is_like_token(const jl_condition *condition, jl_text token) {
    if (condition->operand == JL_TEST_REGEX)
        return jl_regex_search(condition->regex, token);
    if (condition->operand == JL_TEST_WILDCARD)
        return jl_glob_match(&condition->wildcard.glob, token);
    const jl_glob whole = {&condition->text.text, 1, condition->text.has_replacement};
    return jl_glob_match(&whole, token);
}

bool jl_condition_is_true_of_token(const jl_condition *condition, jl_text token) {
    if (condition->operation == JL_OP_ANY)
        return true;
    if (condition->operand != JL_TEST_NUMBER)
        return is_like_token(condition, token) == (condition->operation == JL_OP_EQ);
    int order = 0;
    if (!jl_token_order(condition, token, &order))
        return condition->operation == JL_OP_NE;
    return holds(condition->operation, order);
}
