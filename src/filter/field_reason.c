#include "filter/condition.h"
#include "filter/reason.h"
#include "filter/shown.h"

/* Enough to recognise a token; the whole of it stands beside the sentence. */
#define QUOTED_MAX 80

static void append(jl_buffer *out, const char *text) {
    jl_buffer_append_text(out, jl_text_of(text));
}

static void append_token(jl_buffer *out, jl_text token) {
    if (jl_token_is_number(token))
        jl_append_shown(out, token, QUOTED_MAX);
    else
        jl_append_shown_string(out, token, QUOTED_MAX);
}

static void append_likeness(jl_buffer *out, const jl_condition *condition, jl_text token) {
    const bool is_true = jl_condition_is_true_of_token(condition, token);
    append_token(out, token);
    append(out, " ");
    jl_append_wish(out, condition, is_true == (condition->operation == JL_OP_EQ));
}

static void append_number(jl_buffer *out, const jl_condition *condition, jl_text token) {
    int order = 0;
    append_token(out, token);
    if (!jl_token_order(condition, token, &order)) {
        append(out, jl_token_is_number(token)
                        ? " is beyond the range of a double, so no number compares with it"
                        : " is no number");
        return;
    }
    append(out, order < 0 ? " is less than " : order > 0 ? " is greater than " : " is equal to ");
    jl_append_shown(out, condition->literal, QUOTED_MAX);
}

void jl_append_field_reason(jl_buffer *out, const jl_condition *condition, jl_text token) {
    if (condition->operation == JL_OP_ANY)
        append(out, "a name alone takes any token");
    else if (condition->operand == JL_TEST_NUMBER)
        append_number(out, condition, token);
    else
        append_likeness(out, condition, token);
}

void jl_append_too_few_tokens(jl_buffer *out, size_t tokens, size_t fields) {
    jl_buffer_append_format(out, "the line has %zu token%s and the pattern needs %zu", tokens,
                            tokens == 1 ? "" : "s", fields);
}
