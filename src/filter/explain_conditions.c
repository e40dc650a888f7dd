#include "filter/explanation.h"

#include "filter/condition.h"
#include "filter/matcher.h"
#include "filter/reason.h"
#include "filter/shown.h"

/* --- texts ----------------------------------------------------------------------------------- */

static void end_text(jsonlog_explanation *explanation) {
    jl_buffer_append_char(&explanation->pool, '\0');
}

static size_t add_text(jsonlog_explanation *explanation, jl_text text) {
    const size_t place = explanation->pool.len;
    jl_buffer_append_text(&explanation->pool, text);
    end_text(explanation);
    return place;
}

/* The next condition in the order of the pattern; its reason is to be written behind this. */
static jl_condition_texts *begin_condition(jsonlog_explanation *explanation, size_t i,
                                           const jl_explained *about, jl_text source) {
    jl_condition_texts *texts = &explanation->texts[i];
    explanation->conditions[i].offset = (size_t)(source.ptr - about->filter->pattern.ptr);
    texts->text = add_text(explanation, source);
    texts->selector = texts->value = JL_NO_TEXT;
    texts->found = SIZE_MAX;
    texts->reason = explanation->pool.len;
    return texts;
}

static void add_joint(jsonlog_explanation *explanation, uint16_t joint) {
    explanation->joints[explanation->joint_count++] = joint;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void append_values(jl_buffer *out, const jl_selection *selection) {
    const size_t start = out->len;
    jl_buffer_append_char(out, '[');
    for (size_t i = 0; i < selection->count; i++) {
        if (i > 0)
            jl_buffer_append_char(out, ',');
        if (out->len - start > JL_VALUE_SHOWN_MAX) {
            jl_buffer_append_text(out, JL_TEXT("\xE2\x80\xA6"));
            return;
        }
        jl_append_shown(out, selection->values[i].raw, JL_VALUE_SHOWN_MAX);
    }
    jl_buffer_append_char(out, ']');
}

static size_t add_value(jsonlog_explanation *explanation, const jl_condition *condition,
                        const jl_selection *selection) {
    if (selection->count == 0)
        return JL_NO_TEXT;
    const size_t place = explanation->pool.len;
    if (condition->is_wild)
        append_values(&explanation->pool, selection);
    else
        jl_append_shown(&explanation->pool, selection->values[0].raw, JL_VALUE_SHOWN_MAX);
    end_text(explanation);
    return place;
}

static jsonlog_status explain_found(jsonlog_explanation *explanation, jl_condition_texts *texts,
                                    const jl_condition *condition, jl_text line) {
    jl_selection selection;
    jsonlog_status status = jl_select(condition, line, &selection);
    if (status == JSONLOG_OK) {
        texts->value = add_value(explanation, condition, &selection);
        texts->reason = explanation->pool.len;
        jl_append_reason(&explanation->pool, condition, &selection);
        end_text(explanation);
    }
    jl_selection_done(&selection);
    return status;
}

static jsonlog_status explain_condition(jsonlog_explanation *explanation, size_t i,
                                        const jl_explained *about, const jl_condition *condition,
                                        const jl_json_check *check) {
    jl_condition_texts *texts = begin_condition(explanation, i, about, condition->source);
    texts->selector = add_text(explanation, condition->selector);
    if (check->fault == JL_SCAN_OK)
        return explain_found(explanation, texts, condition, about->line);
    texts->reason = explanation->pool.len;
    jl_append_not_json(&explanation->pool, check, about->line);
    end_text(explanation);
    return JSONLOG_OK;
}

/* The program's joints have its own numbers. */
static void join_json(jsonlog_explanation *explanation, const jl_json_program *program) {
    uint16_t numbers[JL_CONDITIONS_MAX];
    for (size_t i = 0; i < program->condition_count; i++)
        numbers[program->in_order[i]] = (uint16_t)i;
    for (size_t i = 0; i < program->joint_count; i++) {
        const uint16_t joint = program->joints[i];
        add_joint(explanation, joint >= JL_JOINT_AND ? joint : numbers[joint]);
    }
}

static jsonlog_status explain_json(jsonlog_explanation *explanation, const jl_explained *about) {
    bool verdicts[JL_CONDITIONS_MAX];
    jl_json_check check;
    const jl_json_program *program = about->filter->json;
    explanation->is_match = jl_json_match(program, about->line, verdicts, &check);
    join_json(explanation, program);
    for (size_t i = 0; i < explanation->count; i++) {
        const jl_condition *condition = &program->conditions[program->in_order[i]];
        explanation->conditions[i].is_true = verdicts[i];
        jsonlog_status status = explain_condition(explanation, i, about, condition, &check);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

/* --- space-delimited ------------------------------------------------------------------------- */

static void explain_field_condition(jsonlog_explanation *explanation, size_t i,
                                    const jl_explained *about, jl_text token) {
    const jl_condition *condition = &about->filter->delimited->conditions[i];
    jl_condition_texts *texts = begin_condition(explanation, i, about, condition->source);
    texts->selector = add_text(explanation, condition->selector);
    if (about->is_bound) {
        explanation->conditions[i].is_true = jl_condition_is_true_of_token(condition, token);
        texts->value = explanation->pool.len;
        jl_append_shown_string(&explanation->pool, token, JL_VALUE_SHOWN_MAX);
        end_text(explanation);
    }
    texts->reason = explanation->pool.len;
    if (about->is_bound)
        jl_append_field_reason(&explanation->pool, condition, token);
    else
        jl_append_too_few_tokens(&explanation->pool, about->binding->count,
                                 about->filter->delimited->field_count);
    end_text(explanation);
}

static void explain_field(jsonlog_explanation *explanation, const jl_explained *about,
                          const jl_field *field, jl_text token) {
    for (size_t i = 0; i < field->joint_count; i++) {
        if (field->joints[i] < JL_JOINT_AND)
            explain_field_condition(explanation, field->joints[i], about, token);
    }
}

/* Every field must be true. */
static void join_field(jsonlog_explanation *explanation, const jl_field *field) {
    const bool is_first = explanation->joint_count == 0;
    for (size_t i = 0; i < field->joint_count; i++)
        add_joint(explanation, field->joints[i]);
    if (!is_first && field->joint_count > 0)
        add_joint(explanation, JL_JOINT_AND);
}

static void explain_delimited(jsonlog_explanation *explanation, const jl_explained *about) {
    const jl_delimited_program *program = about->filter->delimited;
    explanation->is_match = jl_delimited_match(program, about->line);
    for (size_t i = 0; i < program->field_count; i++) {
        const jl_text token =
            about->is_bound ? jl_binding_token(program, about->binding, i) : (jl_text){NULL, 0};
        explain_field(explanation, about, &program->fields[i], token);
        join_field(explanation, &program->fields[i]);
    }
}

/* --- text ------------------------------------------------------------------------------------ */

static void explain_text(jsonlog_explanation *explanation, const jl_explained *about) {
    const jl_text_program *program = about->filter->text;
    const uint16_t joint = program->is_choice ? JL_JOINT_OR : JL_JOINT_AND;
    explanation->is_match = jl_text_match(program, about->line);
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        jl_condition_texts *texts = begin_condition(explanation, i, about, term->source);
        texts->found = jl_term_find(term, about->line);
        texts->is_ignored = term->kind == JL_TERM_OPTIONAL && !program->is_choice;
        const bool is_found = texts->found != SIZE_MAX;
        explanation->conditions[i].is_true = is_found != (term->kind == JL_TERM_EXCLUDED);
        jl_append_term_reason(&explanation->pool, term, program->is_choice, is_found);
        end_text(explanation);
        if (texts->is_ignored)
            continue;
        const bool is_first = explanation->joint_count == 0;
        add_joint(explanation, (uint16_t)i);
        if (!is_first)
            add_joint(explanation, joint);
    }
}

static void explain_regex(jsonlog_explanation *explanation, const jl_explained *about) {
    explanation->is_match = jl_regex_search(about->filter->regex, about->line);
    explanation->conditions[0].is_true = explanation->is_match;
    add_joint(explanation, 0);
    begin_condition(explanation, 0, about, about->filter->pattern);
    jl_buffer_append_text(&explanation->pool,
                          explanation->is_match
                              ? JL_TEXT("the expression matches in the line")
                              : JL_TEXT("the expression matches nowhere in the line"));
    end_text(explanation);
}

jsonlog_status jl_explain_conditions(jsonlog_explanation *explanation, const jl_explained *about) {
    switch (about->filter->kind) {
    case JSONLOG_FILTER_JSON: return explain_json(explanation, about);
    case JSONLOG_FILTER_TEXT: explain_text(explanation, about); break;
    case JSONLOG_FILTER_REGEX: explain_regex(explanation, about); break;
    case JSONLOG_FILTER_DELIMITED: explain_delimited(explanation, about); break;
    case JSONLOG_FILTER_ALL: explanation->is_match = true; break;
    }
    return JSONLOG_OK;
}
