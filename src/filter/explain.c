#include <jsonlog/filter.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include "filter/matcher.h"
#include "filter/reason.h"
#include "filter/shown.h"

/* A value longer than this is cut; a person does not read on. */
#define VALUE_MAX 400
/* Conditions wider than this do not push the others to the right. */
#define COLUMN_MAX 48

#define NOTHING ((size_t)-1)

/* Where the texts of a condition start in the pool, until that has stopped moving. */
typedef struct places {
    size_t text;
    size_t selector; /* NOTHING: there is none */
    size_t value;    /* likewise */
    size_t reason;
} places;

struct jsonlog_explanation {
    bool is_match;
    size_t count;
    jl_buffer pool; /* all texts, each with a NUL */
    size_t whole;   /* the explanation as one text, in the pool */
    places *places;
    jsonlog_condition conditions[];
};

/* --- texts ----------------------------------------------------------------------------------- */

static size_t begin_text(const jsonlog_explanation *explanation) {
    return explanation->pool.len;
}

static void end_text(jsonlog_explanation *explanation) {
    jl_buffer_append_char(&explanation->pool, '\0');
}

static size_t add_text(jsonlog_explanation *explanation, jl_text text) {
    const size_t place = begin_text(explanation);
    jl_buffer_append_text(&explanation->pool, text);
    end_text(explanation);
    return place;
}

static void append_values(jl_buffer *out, const jl_selection *selection) {
    const size_t start = out->len;
    jl_buffer_append_char(out, '[');
    for (size_t i = 0; i < selection->count; i++) {
        if (i > 0)
            jl_buffer_append_char(out, ',');
        if (out->len - start > VALUE_MAX) {
            jl_buffer_append_text(out, JL_TEXT("\xE2\x80\xA6"));
            return;
        }
        jl_append_shown(out, selection->values[i].raw, VALUE_MAX);
    }
    jl_buffer_append_char(out, ']');
}

static size_t add_value(jsonlog_explanation *explanation, const jl_condition *condition,
                        const jl_selection *selection) {
    if (selection->count == 0)
        return NOTHING;
    const size_t place = begin_text(explanation);
    if (condition->is_wild)
        append_values(&explanation->pool, selection);
    else
        jl_append_shown(&explanation->pool, selection->values[0].raw, VALUE_MAX);
    end_text(explanation);
    return place;
}

/* --- conditions ------------------------------------------------------------------------------ */

static jsonlog_status explain_found(jsonlog_explanation *explanation, places *at,
                                    const jl_condition *condition, jl_text line) {
    jl_selection selection;
    jsonlog_status status = jl_select(condition, line, &selection);
    if (status == JSONLOG_OK) {
        at->value = add_value(explanation, condition, &selection);
        at->reason = begin_text(explanation);
        jl_append_reason(&explanation->pool, condition, &selection);
        end_text(explanation);
    }
    jl_selection_done(&selection);
    return status;
}

static jsonlog_status explain_condition(jsonlog_explanation *explanation, size_t i,
                                        const jl_condition *condition, jl_text line,
                                        const jl_json_check *check) {
    places *at = &explanation->places[i];
    at->text = add_text(explanation, condition->source);
    at->selector = add_text(explanation, condition->selector);
    if (check->fault == JL_SCAN_OK)
        return explain_found(explanation, at, condition, line);
    at->value = NOTHING;
    at->reason = begin_text(explanation);
    jl_append_not_json(&explanation->pool, check, line);
    end_text(explanation);
    return JSONLOG_OK;
}

static jsonlog_status explain_json(jsonlog_explanation *explanation, const jsonlog_filter *filter,
                                   jl_text line) {
    bool verdicts[JL_CONDITIONS_MAX];
    jl_json_check check;
    const jl_json_program *program = filter->json;
    explanation->is_match = jl_json_match(program, line, verdicts, &check);
    for (size_t i = 0; i < explanation->count; i++) {
        const jl_condition *condition = &program->conditions[program->in_order[i]];
        explanation->conditions[i].is_true = verdicts[i];
        explanation->conditions[i].offset = (size_t)(condition->source.ptr - filter->pattern.ptr);
        jsonlog_status status = explain_condition(explanation, i, condition, line, &check);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

/* --- the other languages --------------------------------------------------------------------- */

static void begin_condition(jsonlog_explanation *explanation, size_t i, jl_text source,
                            const jsonlog_filter *filter) {
    explanation->conditions[i].offset = (size_t)(source.ptr - filter->pattern.ptr);
    places *at = &explanation->places[i];
    at->text = add_text(explanation, source);
    at->selector = at->value = NOTHING;
    at->reason = begin_text(explanation);
}

static void explain_text(jsonlog_explanation *explanation, const jsonlog_filter *filter,
                         jl_text line) {
    const jl_text_program *program = filter->text;
    explanation->is_match = jl_text_match(program, line);
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        const bool is_found = jl_term_occurs(term, line);
        begin_condition(explanation, i, term->source, filter);
        explanation->conditions[i].is_true = is_found != (term->kind == JL_TERM_EXCLUDED);
        jl_append_term_reason(&explanation->pool, term, program->is_choice, is_found);
        end_text(explanation);
    }
}

static void explain_regex(jsonlog_explanation *explanation, const jsonlog_filter *filter,
                          jl_text line) {
    explanation->is_match = jl_regex_search(filter->regex, line);
    explanation->conditions[0].is_true = explanation->is_match;
    begin_condition(explanation, 0, filter->pattern, filter);
    jl_buffer_append_text(&explanation->pool,
                          explanation->is_match
                              ? JL_TEXT("the expression matches in the line")
                              : JL_TEXT("the expression matches nowhere in the line"));
    end_text(explanation);
}

static size_t count_conditions(const jsonlog_filter *filter) {
    switch (filter->kind) {
    case JSONLOG_FILTER_JSON: return filter->json->condition_count;
    case JSONLOG_FILTER_TEXT: return filter->text->count;
    case JSONLOG_FILTER_REGEX: return 1;
    case JSONLOG_FILTER_ALL:
    case JSONLOG_FILTER_DELIMITED: break;
    }
    return 0;
}

static jsonlog_status explain_kind(jsonlog_explanation *explanation, const jsonlog_filter *filter,
                                   jl_text line) {
    switch (filter->kind) {
    case JSONLOG_FILTER_JSON: return explain_json(explanation, filter, line);
    case JSONLOG_FILTER_TEXT: explain_text(explanation, filter, line); break;
    case JSONLOG_FILTER_REGEX: explain_regex(explanation, filter, line); break;
    case JSONLOG_FILTER_ALL:
    case JSONLOG_FILTER_DELIMITED: explanation->is_match = true; break;
    }
    return JSONLOG_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static size_t columns_of(jl_text text) {
    size_t columns = 0;
    while (text.len > 0) {
        size_t bytes = 1;
        const uint32_t code_point = jl_utf8_decode(text, &bytes);
        columns += jl_utf8_columns(code_point);
        text = (jl_text){text.ptr + bytes, text.len - bytes};
    }
    return columns;
}

static jl_text text_at(const jsonlog_explanation *explanation, size_t place) {
    return jl_text_of(explanation->pool.data + place);
}

static size_t widest(const jsonlog_explanation *explanation) {
    size_t columns = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        const size_t own = columns_of(text_at(explanation, explanation->places[i].text));
        if (own > columns && own <= COLUMN_MAX)
            columns = own;
    }
    return columns;
}

/* "  no   $.user.age >= 20      found 19: 19 is less than 20" */
static void append_line(jl_buffer *out, const jsonlog_explanation *explanation, size_t i,
                        size_t width) {
    const places *at = &explanation->places[i];
    const bool is_true = explanation->conditions[i].is_true;
    const jl_text text = text_at(explanation, at->text);
    const size_t columns = columns_of(text);
    jl_buffer_append_text(out, is_true ? JL_TEXT("\n  yes  ") : JL_TEXT("\n  no   "));
    jl_append_shown(out, text, JL_SHOWN_UNLIMITED);
    for (size_t c = columns; c < width + 3 || c < columns + 3; c++)
        jl_buffer_append_char(out, ' ');
    if (at->value != NOTHING) {
        jl_buffer_append_text(out, JL_TEXT("found "));
        jl_buffer_append_text(out, text_at(explanation, at->value));
    }
    if (at->value != NOTHING && is_true)
        return;
    jl_buffer_append_text(out, at->value != NOTHING ? JL_TEXT(": ") : JL_TEXT(""));
    jl_buffer_append_text(out, text_at(explanation, at->reason));
}

static void append_whole(jl_buffer *out, const jsonlog_explanation *explanation, jl_text pattern) {
    jl_buffer_append_text(out, explanation->is_match ? JL_TEXT("match: ") : JL_TEXT("no match: "));
    jl_append_shown(out, pattern, JL_SHOWN_UNLIMITED);
    if (explanation->count == 0)
        jl_buffer_append_text(out, JL_TEXT("(an empty pattern matches every line)"));
    const size_t width = widest(explanation);
    for (size_t i = 0; i < explanation->count; i++)
        append_line(out, explanation, i, width);
}

/* Written beside the pool first, because it is made of texts that must not move meanwhile. */
static jsonlog_status add_whole(jsonlog_explanation *explanation, jl_text pattern) {
    if (explanation->pool.status != JSONLOG_OK)
        return JSONLOG_E_NOMEM;
    jl_buffer whole;
    jl_buffer_init(&whole, NULL, 0, SIZE_MAX);
    append_whole(&whole, explanation, pattern);
    explanation->whole = add_text(explanation, jl_buffer_view(&whole));
    const bool is_good = whole.status == JSONLOG_OK && explanation->pool.status == JSONLOG_OK;
    jl_buffer_done(&whole);
    return is_good ? JSONLOG_OK : JSONLOG_E_NOMEM;
}

static void point_into_pool(jsonlog_explanation *explanation) {
    const char *pool = explanation->pool.data;
    for (size_t i = 0; i < explanation->count; i++) {
        const places *at = &explanation->places[i];
        jsonlog_condition *condition = &explanation->conditions[i];
        condition->text = pool + at->text;
        condition->selector = at->selector == NOTHING ? NULL : pool + at->selector;
        condition->value = at->value == NOTHING ? NULL : pool + at->value;
        condition->reason = pool + at->reason;
    }
}

static jsonlog_explanation *new_explanation(size_t count) {
    jsonlog_explanation *explanation =
        jl_calloc(1, sizeof *explanation + count * sizeof(jsonlog_condition));
    if (explanation == NULL)
        return NULL;
    jl_buffer_init(&explanation->pool, NULL, 0, SIZE_MAX);
    explanation->count = count;
    explanation->places = jl_calloc(count, sizeof(places));
    if (count == 0 || explanation->places != NULL)
        return explanation;
    jsonlog_explanation_free(explanation);
    return NULL;
}

jsonlog_status jsonlog_filter_explain(const jsonlog_filter *filter, const char *line, size_t len,
                                      jsonlog_explanation **out) {
    if (filter == NULL || out == NULL || (line == NULL && len > 0))
        return JSONLOG_E_INVALID;
    const jl_text text = {line == NULL ? "" : line, len};
    jsonlog_explanation *explanation = new_explanation(count_conditions(filter));
    if (explanation == NULL)
        return JSONLOG_E_NOMEM;
    jsonlog_status status = explain_kind(explanation, filter, text);
    if (status == JSONLOG_OK)
        status = add_whole(explanation, filter->pattern);
    if (status != JSONLOG_OK) {
        jsonlog_explanation_free(explanation);
        return status;
    }
    point_into_pool(explanation);
    *out = explanation;
    return JSONLOG_OK;
}

void jsonlog_explanation_free(jsonlog_explanation *explanation) {
    if (explanation == NULL)
        return;
    jl_buffer_done(&explanation->pool);
    jl_free(explanation->places);
    jl_free(explanation);
}

bool jsonlog_explanation_matches(const jsonlog_explanation *explanation) {
    return explanation->is_match;
}

size_t jsonlog_explanation_count(const jsonlog_explanation *explanation) {
    return explanation->count;
}

const jsonlog_condition *jsonlog_explanation_get(const jsonlog_explanation *explanation,
                                                 size_t index) {
    return index < explanation->count ? &explanation->conditions[index] : NULL;
}

const char *jsonlog_explanation_text(const jsonlog_explanation *explanation) {
    return explanation->pool.data + explanation->whole;
}
