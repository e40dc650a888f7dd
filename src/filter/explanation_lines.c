#include "filter/explanation.h"

#include "base/utf8.h"
#include "filter/reason.h"
#include "filter/shown.h"

/* Conditions wider than this do not push the others to the right. */
#define COLUMN_MAX 48

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

static size_t widest(const jsonlog_explanation *explanation) {
    size_t columns = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        const size_t own =
            columns_of(jl_explanation_text_at(explanation, explanation->texts[i].text));
        if (own > columns && own <= COLUMN_MAX)
            columns = own;
    }
    return columns;
}

/* A text in the first column, and blanks to the second. */
static void append_first(jl_buffer *out, jl_text text, size_t width) {
    const size_t columns = columns_of(text);
    jl_append_shown(out, text, JL_SHOWN_UNLIMITED);
    for (size_t c = columns; c < width + 3 || c < columns + 3; c++)
        jl_buffer_append_char(out, ' ');
}

/* "  no   $.user.age >= 20      found 19: 19 is less than 20" */
static void append_condition(jl_buffer *out, const jsonlog_explanation *explanation, size_t i,
                             size_t width) {
    const jl_condition_texts *texts = &explanation->texts[i];
    const bool is_true = explanation->conditions[i].is_true;
    jl_buffer_append_text(out, is_true ? JL_TEXT("\n  yes  ") : JL_TEXT("\n  no   "));
    append_first(out, jl_explanation_text_at(explanation, texts->text), width);
    if (texts->value != JL_NO_TEXT) {
        jl_buffer_append_text(out, JL_TEXT("found "));
        jl_buffer_append_text(out, jl_explanation_text_at(explanation, texts->value));
    }
    if (texts->value != JL_NO_TEXT && is_true)
        return;
    jl_buffer_append_text(out, texts->value != JL_NO_TEXT ? JL_TEXT(": ") : JL_TEXT(""));
    jl_buffer_append_text(out, jl_explanation_text_at(explanation, texts->reason));
}

typedef struct field_lines {
    jl_buffer *out;
    size_t width;
    size_t count;
    size_t limit;
} field_lines;

/* "       $status   "404"" */
static bool append_field(jl_text reference, jl_text token, void *context) {
    field_lines *lines = context;
    if (lines->count++ >= lines->limit)
        return true;
    jl_buffer_append_text(lines->out, JL_TEXT("\n       "));
    append_first(lines->out, reference, lines->width);
    jl_append_shown_string(lines->out, token, JL_VALUE_SHOWN_MAX);
    return true;
}

static void append_fields(jl_buffer *out, const jl_explained *about, size_t width) {
    const jl_delimited_program *program = about->filter->delimited;
    if (!about->is_bound && about->explanation->count == 0) {
        jl_buffer_append_text(out, JL_TEXT("\n  "));
        jl_append_too_few_tokens(out, about->binding->count, program->field_count);
    }
    if (!about->is_bound)
        return;
    field_lines lines = {out, width, 0, program->field_count + JL_REST_LISTED_MAX};
    jl_binding_each(program, about->binding, about->line, append_field, &lines);
    if (lines.count > lines.limit)
        jl_buffer_append_format(out, "\n       and %zu more tokens", lines.count - lines.limit);
}

void jl_explanation_write_lines(jl_buffer *out, const jl_explained *about) {
    const jsonlog_explanation *explanation = about->explanation;
    jl_buffer_append_text(out, explanation->is_match ? JL_TEXT("match: ") : JL_TEXT("no match: "));
    jl_append_shown(out, about->filter->pattern, JL_SHOWN_UNLIMITED);
    if (about->filter->kind == JSONLOG_FILTER_ALL)
        jl_buffer_append_text(out, JL_TEXT("(an empty pattern matches every line)"));
    const size_t width = widest(explanation);
    for (size_t i = 0; i < explanation->count; i++)
        append_condition(out, explanation, i, width);
    if (about->filter->kind == JSONLOG_FILTER_DELIMITED)
        append_fields(out, about, width);
}
