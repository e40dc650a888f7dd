#include "filter/lint_conflict.h"

#include "filter/regex_program.h"
#include "json/number.h"

#include <math.h>

/* The kinds of value a selector without wildcard can meet. An array with null in it is one of its
 * own because of IS NULL. */
enum {
    KIND_STRING = 1,
    KIND_NUMBER = 2,
    KIND_TRUE = 4,
    KIND_FALSE = 8,
    KIND_NULL = 16,
    KIND_OBJECT = 32,
    KIND_ARRAY = 64,
    KIND_ARRAY_OF_NULL = 128,
    KIND_MISSING = 256,
    KIND_ANY = 511,
};

/* A pattern's bytes: 1,024 units of at most three. */
#define TEXT_MAX (3 * JSONLOG_PATTERN_MAX)

static bool is_ordering(const jl_condition *condition) {
    return condition->operation >= JL_OP_LT && condition->operation <= JL_OP_GE;
}

/* --- sameness -------------------------------------------------------------------------------- */

static bool same_step(const jl_step *a, const jl_step *b) {
    return a->kind == b->kind && a->index == b->index && jl_text_equal(a->name, b->name);
}

static bool is_prefix(const jl_condition *shorter, const jl_condition *longer) {
    if (shorter->step_count > longer->step_count)
        return false;
    for (size_t i = 0; i < shorter->step_count; i++) {
        if (!same_step(&shorter->steps[i], &longer->steps[i]))
            return false;
    }
    return true;
}

bool jl_same_selector(const jl_condition *a, const jl_condition *b) {
    return a->step_count == b->step_count && is_prefix(a, b);
}

static bool same_glob(const jl_glob *a, const jl_glob *b) {
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!jl_text_equal(a->pieces[i], b->pieces[i]))
            return false;
    }
    return true;
}

static bool same_operand(const jl_condition *a, const jl_condition *b) {
    if (a->operand != b->operand)
        return false;
    switch (a->operand) {
    case JL_TEST_NOTHING: return true;
    case JL_TEST_TEXT: return jl_text_equal(a->text.text, b->text.text);
    /* A string is compared with the spelling, so 1 and 1.0 are two conditions. Sizes are not. */
    case JL_TEST_NUMBER:
        return jl_text_equal(a->text.text, b->text.text) ||
               (is_ordering(a) && jl_decimal_compare(&a->number, &b->number) == 0);
    case JL_TEST_WILDCARD: return same_glob(&a->wildcard.glob, &b->wildcard.glob);
    case JL_TEST_REGEX: return jl_text_equal(a->literal, b->literal);
    }
    return false;
}

bool jl_same_condition(const jl_condition *a, const jl_condition *b) {
    return a->operation == b->operation && jl_same_selector(a, b) && same_operand(a, b);
}

/* --- one condition --------------------------------------------------------------------------- */

static bool takes_every_text(const jl_condition *condition) {
    if (condition->operand == JL_TEST_REGEX)
        return condition->regex->matches_always;
    if (condition->operand != JL_TEST_WILDCARD)
        return false;
    for (size_t i = 0; i < condition->wildcard.glob.count; i++) {
        if (condition->wildcard.glob.pieces[i].len > 0)
            return false;
    }
    return true;
}

bool jl_is_never(const jl_condition *condition) {
    return condition->operation == JL_OP_NE && !condition->is_wild && takes_every_text(condition);
}

/* --- kinds ----------------------------------------------------------------------------------- */

static unsigned kinds_of(const jl_condition *condition) {
    switch (condition->operation) {
    case JL_OP_EQ:
    case JL_OP_NE: return KIND_STRING | KIND_NUMBER;
    case JL_OP_LT:
    case JL_OP_LE:
    case JL_OP_GT:
    case JL_OP_GE: return KIND_NUMBER;
    case JL_OP_IS_NULL: return KIND_NULL | KIND_ARRAY_OF_NULL;
    case JL_OP_IS_TRUE: return KIND_TRUE;
    case JL_OP_IS_FALSE: return KIND_FALSE;
    case JL_OP_NOT_EXISTS: return KIND_MISSING;
    default: return KIND_ANY;
    }
}

/* The kinds a value must have so that the condition, which goes on from there with `step`, can
 * hold.
 */
static unsigned kinds_on_the_way(const jl_condition *condition, size_t step) {
    if (condition->operation == JL_OP_NOT_EXISTS)
        return KIND_ANY;
    switch (condition->steps[step].kind) {
    case JL_STEP_NAME: return KIND_OBJECT;
    case JL_STEP_INDEX: return KIND_ARRAY | KIND_ARRAY_OF_NULL;
    case JL_STEP_ANY: break;
    }
    /* A `!=` with a wildcard asks nothing of the value before the wildcard but that it exists. */
    if (condition->operation == JL_OP_NE)
        return KIND_ANY & ~(unsigned)KIND_MISSING;
    return KIND_OBJECT | KIND_ARRAY | KIND_ARRAY_OF_NULL;
}

/* --- exact values ---------------------------------------------------------------------------- */

static bool is_exact(const jl_condition *condition) {
    return condition->operation == JL_OP_EQ &&
           (condition->operand == JL_TEST_TEXT || condition->operand == JL_TEST_NUMBER);
}

static bool holds_both(const jl_condition *a, const jl_condition *b, const jl_json_value *value) {
    return jl_condition_hit(a, value) && jl_condition_hit(b, value);
}

static bool holds_string(const jl_condition *a, const jl_condition *b, jl_text text) {
    const jl_json_value value = {.kind = JL_JSON_STRING, .string = {text.ptr, text.len, false}};
    return holds_both(a, b, &value);
}

static bool holds_number(const jl_condition *a, const jl_condition *b, jl_text text) {
    bool is_integer = false;
    if (jl_scan_number_end(text.ptr, text.ptr + text.len, &is_integer) != text.ptr + text.len)
        return false;
    const jl_json_value value = {.kind = JL_JSON_NUMBER, .number = text, .is_integer = is_integer};
    return holds_both(a, b, &value);
}

/* The integer a decimal is, in digits; an empty text if it is none, or one too long to be written.
 */
static jl_text spell_integer(const jl_decimal *number, char space[TEXT_MAX + 1],
                             bool *is_too_long) {
    if (number->count == 0)
        return JL_TEXT("0");
    size_t digits = number->count;
    while (digits > 0 && number->digits[digits - 1] == '0')
        digits--;
    if (number->point <= 0 || (uint64_t)number->point < digits)
        return (jl_text){space, 0};
    *is_too_long = number->point >= TEXT_MAX;
    if (*is_too_long)
        return (jl_text){space, 0};
    size_t len = 0;
    if (number->is_negative)
        space[len++] = '-';
    memcpy(space + len, number->digits, digits);
    memset(space + len + digits, '0', (size_t)number->point - digits);
    return (jl_text){space, len + (size_t)number->point};
}

/* The double next to a literal, as the shortest text that reads back as it. */
static jl_text spell_double(const jl_condition *condition, char space[JL_CANONICAL_MAX]) {
    char text[TEXT_MAX + 32];
    size_t len = 0;
    /* JSON knows no leading plus, no leading point and no point at the end, so the digits are put
     * behind "0." and the exponent says where the point was. */
    memcpy(text, condition->number.is_negative ? "-0." : "0.", 3);
    len = condition->number.is_negative ? 3 : 2;
    if (condition->number.count == 0)
        return JL_TEXT("0.0");
    memcpy(text + len, condition->number.digits, condition->number.count);
    len += condition->number.count;
    text[len++] = 'e';
    len += jl_write_int64(text + len, condition->number.point);
    const double value = jl_read_double((jl_text){text, len});
    if (isinf(value))
        return (jl_text){space, 0};
    return (jl_text){space, jl_write_double_java(space, value)};
}

/* Every value that can equal a number literal: its spelling as a string, the integer, the double.
 */
static bool holds_some_equal_number(const jl_condition *exact, const jl_condition *a,
                                    const jl_condition *b) {
    char digits[TEXT_MAX + 1];
    char space[JL_CANONICAL_MAX];
    bool is_too_long = false;
    const jl_text integer = spell_integer(&exact->number, digits, &is_too_long);
    const jl_text real = spell_double(exact, space);
    return is_too_long || holds_string(a, b, exact->text.text) ||
           (integer.len > 0 && holds_number(a, b, integer)) ||
           (real.len > 0 && holds_number(a, b, real)) ||
           (exact->number.count == 0 && holds_number(a, b, JL_TEXT("-0.0")));
}

/* One condition leaves so few values that all of them can be tried on the other. */
static bool holds_some_exact(const jl_condition *exact, const jl_condition *a,
                             const jl_condition *b) {
    if (exact->operand == JL_TEST_NUMBER)
        return holds_some_equal_number(exact, a, b);
    /* An infinite number reads "Infinity" and does nothing that this string does not. */
    return holds_string(a, b, exact->text.text) || holds_number(a, b, exact->text.text);
}

/* --- ranges and texts ------------------------------------------------------------------------ */

static bool is_upper(const jl_condition *condition) {
    return condition->operation == JL_OP_LT || condition->operation == JL_OP_LE;
}

static bool is_strict(const jl_condition *condition) {
    return condition->operation == JL_OP_LT || condition->operation == JL_OP_GT;
}

static bool is_empty_range(const jl_condition *a, const jl_condition *b) {
    if (is_upper(a) == is_upper(b))
        return false;
    const jl_condition *upper = is_upper(a) ? a : b;
    const jl_condition *lower = is_upper(a) ? b : a;
    const int order = jl_decimal_compare(&upper->number, &lower->number);
    return order < 0 || (order == 0 && (is_strict(a) || is_strict(b)));
}

/* The text of a finite number has only these characters. */
static bool can_be_number_text(const jl_glob *glob) {
    for (size_t i = 0; i < glob->count; i++) {
        const jl_text piece = glob->pieces[i];
        for (size_t at = 0; at < piece.len; at++) {
            if (piece.ptr[at] == '\0' || strchr("0123456789.E-", piece.ptr[at]) == NULL)
                return false;
        }
    }
    return true;
}

static bool differ_in_front(jl_text a, jl_text b) {
    const size_t len = a.len < b.len ? a.len : b.len;
    return len > 0 && memcmp(a.ptr, b.ptr, len) != 0;
}

static bool differ_at_end(jl_text a, jl_text b) {
    const size_t len = a.len < b.len ? a.len : b.len;
    return len > 0 && memcmp(a.ptr + a.len - len, b.ptr + b.len - len, len) != 0;
}

static bool are_apart(const jl_glob *a, const jl_glob *b) {
    return differ_in_front(a->pieces[0], b->pieces[0]) ||
           differ_at_end(a->pieces[a->count - 1], b->pieces[b->count - 1]);
}

/*
 * Does `wide` match whatever `narrow` matches? It does if it matches the narrow text itself with
 * its stars as ordinary characters: no piece has a star, so stars of `wide` took them, and would
 * take anything in their place.
 */
static bool covers(const jl_glob *wide, const jl_glob *narrow) {
    char text[TEXT_MAX];
    size_t len = 0;
    for (size_t i = 0; i < narrow->count; i++) {
        if (i > 0)
            text[len++] = '*';
        if (narrow->pieces[i].len > 0)
            memcpy(text + len, narrow->pieces[i].ptr, narrow->pieces[i].len);
        len += narrow->pieces[i].len;
    }
    return jl_glob_match(wide, (jl_text){text, len});
}

/* Both are about texts; the first is `=`. */
static bool texts_exclude(const jl_condition *equal, const jl_condition *other) {
    const bool is_negative = other->operation == JL_OP_NE;
    if (is_negative && takes_every_text(other))
        return true;
    if (equal->operand == JL_TEST_REGEX)
        return is_negative && same_operand(equal, other);
    if (equal->operand != JL_TEST_WILDCARD || other->operand != JL_TEST_WILDCARD)
        return false;
    return is_negative ? covers(&other->wildcard.glob, &equal->wildcard.glob)
                       : are_apart(&equal->wildcard.glob, &other->wildcard.glob);
}

bool jl_texts_exclude(const jl_condition *a, const jl_condition *b) {
    return (a->operation == JL_OP_EQ && texts_exclude(a, b)) ||
           (b->operation == JL_OP_EQ && texts_exclude(b, a));
}

static bool range_excludes(const jl_condition *range, const jl_condition *other) {
    if (is_ordering(other))
        return is_empty_range(range, other);
    return other->operation == JL_OP_EQ && other->operand == JL_TEST_WILDCARD &&
           !can_be_number_text(&other->wildcard.glob);
}

/* --- two conditions -------------------------------------------------------------------------- */

static bool never_both_plain(const jl_condition *a, const jl_condition *b) {
    const unsigned kinds = kinds_of(a) & kinds_of(b);
    if (kinds == 0)
        return true;
    if ((kinds & ~(unsigned)(KIND_STRING | KIND_NUMBER)) != 0)
        return false;
    if (is_exact(a) || is_exact(b))
        return !holds_some_exact(is_exact(a) ? a : b, a, b);
    if (is_ordering(a) || is_ordering(b))
        return is_ordering(a) ? range_excludes(a, b) : range_excludes(b, a);
    return jl_texts_exclude(a, b);
}

/* With a wildcard two comparisons can be true of two different values, but `=` and `!=` of one
 * operand cannot, and nothing can be found where nothing is. */
static bool never_both_wild(const jl_condition *a, const jl_condition *b) {
    if (a->operation == JL_OP_NE)
        return b->operation == JL_OP_EQ && same_operand(a, b);
    return a->operation == JL_OP_NOT_EXISTS && b->operation != JL_OP_NOT_EXISTS &&
           b->operation != JL_OP_NE;
}

static bool excludes_below(const jl_condition *above, const jl_condition *below) {
    return !above->is_wild && above->step_count < below->step_count && is_prefix(above, below) &&
           (kinds_of(above) & kinds_on_the_way(below, above->step_count)) == 0;
}

bool jl_is_never_both(const jl_condition *a, const jl_condition *b) {
    if (!jl_same_selector(a, b))
        return excludes_below(a, b) || excludes_below(b, a);
    if (a->is_wild)
        return never_both_wild(a, b) || never_both_wild(b, a);
    return never_both_plain(a, b);
}

bool jl_excludes_nothing(const jl_condition *a, const jl_condition *b) {
    if (a->operation != JL_OP_NE || b->operation != JL_OP_NE || a->is_wild ||
        !jl_same_selector(a, b))
        return false;
    jl_condition left = *a;
    jl_condition right = *b;
    left.operation = right.operation = JL_OP_EQ;
    return never_both_plain(&left, &right);
}
