#include "filter/reason.h"

#include "filter/shown.h"
#include "json/number.h"

#include <math.h>

/* Enough to recognise a value; the whole of it stands beside the sentence. */
#define QUOTED_MAX 80

static void append(jl_buffer *out, const char *text) {
    jl_buffer_append_text(out, jl_text_of(text));
}

static void append_literal(jl_buffer *out, const jl_condition *condition) {
    jl_append_shown(out, condition->literal, QUOTED_MAX);
}

static const char *kind_name(jl_json_kind kind) {
    switch (kind) {
    case JL_JSON_OBJECT: return "an object";
    case JL_JSON_ARRAY: return "an array";
    case JL_JSON_STRING: return "a string";
    case JL_JSON_NUMBER: return "a number";
    case JL_JSON_TRUE: return "true";
    case JL_JSON_FALSE: return "false";
    case JL_JSON_NULL: return "null";
    }
    return "";
}

/* Scalars by what they are, containers by their kind. */
static void append_value(jl_buffer *out, const jl_selected *selected) {
    const jl_json_kind kind = selected->value.kind;
    if (kind == JL_JSON_STRING || kind == JL_JSON_NUMBER)
        jl_append_shown(out, selected->raw, QUOTED_MAX);
    else
        append(out, kind_name(kind));
}

void jl_append_wish(jl_buffer *out, const jl_condition *condition, bool is_plain) {
    const bool is_match =
        condition->operand == JL_TEST_WILDCARD || condition->operand == JL_TEST_REGEX;
    switch (condition->operation) {
    case JL_OP_EQ:
    case JL_OP_NE:
        if (is_match)
            append(out, is_plain ? "matches " : "does not match ");
        else
            append(out, is_plain ? "is equal to " : "is not equal to ");
        break;
    case JL_OP_LT: append(out, "is less than "); break;
    case JL_OP_LE: append(out, "is at most "); break;
    case JL_OP_GT: append(out, "is greater than "); break;
    case JL_OP_GE: append(out, "is at least "); break;
    case JL_OP_IS_NULL: append(out, is_plain ? "is null" : "is not null"); return;
    case JL_OP_IS_TRUE: append(out, is_plain ? "is true" : "is not true"); return;
    case JL_OP_IS_FALSE: append(out, is_plain ? "is false" : "is not false"); return;
    case JL_OP_NOT_EXISTS:
    case JL_OP_ANY: return;
    }
    append_literal(out, condition);
}

/* --- one value ------------------------------------------------------------------------------- */

static bool is_scalar(const jl_selected *selected) {
    return selected->value.kind == JL_JSON_STRING || selected->value.kind == JL_JSON_NUMBER;
}

static bool is_infinite(const jl_selected *selected) {
    return selected->value.kind == JL_JSON_NUMBER && !selected->value.is_integer &&
           isinf(jl_read_double(selected->value.number));
}

/* Texts are compared with the canonical text of a number, which need not be its spelling. */
static void append_canonical(jl_buffer *out, const jl_condition *condition,
                             const jl_selected *selected) {
    char space[JL_CANONICAL_MAX];
    if (selected->value.kind != JL_JSON_NUMBER || condition->operand == JL_TEST_NUMBER)
        return;
    const jl_text text = jl_number_canonical(&selected->value, space);
    if (jl_text_equal(text, selected->raw))
        return;
    append(out, " reads ");
    jl_append_shown(out, text, QUOTED_MAX);
    append(out, " and");
}

static void append_equality(jl_buffer *out, const jl_condition *condition,
                            const jl_selected *selected) {
    const jl_likeness likeness = jl_condition_compare(condition, &selected->value);
    append_value(out, selected);
    if (!is_scalar(selected)) {
        append(out, " is neither a string nor a number");
        return;
    }
    if (likeness == JL_LIKE_NOTHING) {
        append(out, " is beyond the range of a double, so no number compares with it");
        return;
    }
    append_canonical(out, condition, selected);
    append(out, " ");
    jl_append_wish(out, condition, likeness == JL_LIKE_EQUAL);
    const bool is_spelling = likeness == JL_LIKE_OTHER && condition->operand == JL_TEST_NUMBER &&
                             selected->value.kind == JL_JSON_STRING;
    if (is_spelling)
        append(out, ": a string equals a number only if it is spelled the same");
}

static void append_order(jl_buffer *out, const jl_condition *condition,
                         const jl_selected *selected) {
    if (selected->value.kind != JL_JSON_NUMBER) {
        append(out, selected->value.kind == JL_JSON_STRING ? "the string " : "");
        append_value(out, selected);
        append(out, " is no number");
        return;
    }
    append_value(out, selected);
    if (is_infinite(selected)) {
        append(out, " is beyond the range of a double, so no number compares with it");
        return;
    }
    jl_condition probe = *condition;
    probe.operation = JL_OP_LT;
    const bool is_less = jl_condition_hit(&probe, &selected->value);
    probe.operation = JL_OP_GT;
    const bool is_greater = jl_condition_hit(&probe, &selected->value);
    append(out, is_less ? " is less than " : is_greater ? " is greater than " : " is equal to ");
    append_literal(out, condition);
}

static void append_name_test(jl_buffer *out, const jl_condition *condition,
                             const jl_selected *selected) {
    const bool is_hit = jl_selected_hit(condition, selected);
    if (is_hit && selected->value.kind == JL_JSON_ARRAY) {
        append(out, "the array has an element that is null");
        return;
    }
    append(out, selected->value.kind == JL_JSON_STRING ? "the string " : "");
    append_value(out, selected);
    append(out, " ");
    jl_append_wish(out, condition, is_hit);
}

static void append_one(jl_buffer *out, const jl_condition *condition, const jl_selected *selected) {
    switch (condition->operation) {
    case JL_OP_EQ:
    case JL_OP_NE: append_equality(out, condition, selected); break;
    case JL_OP_LT:
    case JL_OP_LE:
    case JL_OP_GT:
    case JL_OP_GE: append_order(out, condition, selected); break;
    case JL_OP_IS_NULL:
    case JL_OP_IS_TRUE:
    case JL_OP_IS_FALSE: append_name_test(out, condition, selected); break;
    case JL_OP_NOT_EXISTS:
        append(out, "it exists: it is ");
        append_value(out, selected);
        break;
    case JL_OP_ANY: break; /* of fields only */
    }
}

/* --- nothing and many ------------------------------------------------------------------------ */

/* "there is no $.user.age: $.user is a string" */
static void append_lost(jl_buffer *out, const jl_condition *condition,
                        const jl_selection *selection) {
    const jl_step *step = &condition->steps[selection->lost_step];
    const size_t before = selection->lost_step == 0 ? 1 : step[-1].end;
    append(out, "there is no ");
    jl_append_shown(out, (jl_text){condition->selector.ptr, step->end}, JL_SHOWN_UNLIMITED);
    const jl_json_kind wanted = step->kind == JL_STEP_NAME ? JL_JSON_OBJECT : JL_JSON_ARRAY;
    if (selection->lost_in == wanted)
        return;
    append(out, ": ");
    jl_append_shown(out, (jl_text){condition->selector.ptr, before}, JL_SHOWN_UNLIMITED);
    append(out, " is ");
    append(out, kind_name(selection->lost_in));
}

static const jl_selected *first_hit(const jl_condition *condition, const jl_selection *selection) {
    for (size_t i = 0; i < selection->count; i++) {
        if (jl_selected_hit(condition, &selection->values[i]))
            return &selection->values[i];
    }
    return NULL;
}

static void append_selected_nothing(jl_buffer *out, const jl_condition *condition) {
    jl_append_shown(out, condition->selector, JL_SHOWN_UNLIMITED);
    append(out, " selects nothing");
}

static void append_many(jl_buffer *out, const jl_condition *condition,
                        const jl_selection *selection) {
    if (selection->count == 0) {
        append_selected_nothing(out, condition);
        return;
    }
    if (condition->operation == JL_OP_NOT_EXISTS) {
        jl_append_shown(out, condition->selector, JL_SHOWN_UNLIMITED);
        jl_buffer_append_format(out, " selects %zu value%s", selection->count,
                                selection->count == 1 ? "" : "s");
        return;
    }
    const jl_selected *hit = first_hit(condition, selection);
    if (hit != NULL || selection->count == 1) {
        append_one(out, condition, hit != NULL ? hit : &selection->values[0]);
        return;
    }
    jl_buffer_append_format(out, "none of the %zu values ", selection->count);
    jl_append_wish(out, condition, true);
}

void jl_append_reason(jl_buffer *out, const jl_condition *condition,
                      const jl_selection *selection) {
    if (!selection->has_parent)
        append_lost(out, condition, selection);
    else if (condition->is_wild)
        append_many(out, condition, selection);
    else
        append_one(out, condition, &selection->values[0]);
}

void jl_append_term_reason(jl_buffer *out, const jl_term *term, bool is_choice, bool is_found) {
    append(out, is_found ? "the line contains " : "the line does not contain ");
    const size_t sign = term->kind == JL_TERM_REQUIRED ? 0 : 1;
    const jl_text source = {term->source.ptr + sign, term->source.len - sign};
    jl_append_shown(out, source, QUOTED_MAX);
    if (term->kind == JL_TERM_OPTIONAL && !is_choice)
        append(out, "; it is ignored, because '?' counts only if every term has it");
}

void jl_append_not_json(jl_buffer *out, const jl_json_check *check, jl_text line) {
    append(out, "the line is not one JSON object: ");
    if (check->fault == JL_SCAN_DEPTH)
        jl_buffer_append_format(out, "it is nested deeper than %d at byte %zu", JSONLOG_NESTING_MAX,
                                check->offset);
    else if (check->offset >= line.len)
        append(out, "it ends too early");
    else
        jl_buffer_append_format(out, "byte %zu does not fit", check->offset);
}
