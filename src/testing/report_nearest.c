#include "testing/report_nearest.h"

/* Explaining takes microseconds a line: in a bigger capture the last ones are looked at. */
#define EXPLAINED_MAX 10000

static jsonlog_explanation *explain(const jl_judgement *judgement, size_t pattern,
                                    const jl_captured_line *line) {
    jsonlog_explanation *explanation = NULL;
    jsonlog_filter_explain(judgement->expected[pattern].filter, line->bytes, line->len,
                           &explanation);
    return explanation;
}

static size_t count_true(const jl_judgement *judgement, size_t pattern,
                         const jl_captured_line *line) {
    jsonlog_explanation *explanation = explain(judgement, pattern, line);
    if (explanation == NULL)
        return 0;
    size_t count = 0;
    for (size_t i = 0; i < jsonlog_explanation_count(explanation); i++)
        count += jsonlog_explanation_get(explanation, i)->is_true;
    jsonlog_explanation_free(explanation);
    return count;
}

const jl_captured_line *jl_judged_line(const jl_judgement *judgement, size_t index) {
    const jl_captured_line *line = judgement->view.first;
    while (index-- > 0)
        line = line->next;
    return line;
}

size_t jl_find_nearest_line(const jl_judgement *judgement, size_t pattern, size_t from) {
    const size_t line_count = judgement->view.count;
    if (line_count > EXPLAINED_MAX && from < line_count - EXPLAINED_MAX)
        from = line_count - EXPLAINED_MAX;
    if (from >= line_count)
        return JL_NO_LINE;
    size_t nearest = JL_NO_LINE;
    size_t most = 0;
    const jl_captured_line *line = NULL;
    for (size_t i = from; i < line_count; i++) {
        line = line == NULL ? jl_judged_line(judgement, i) : line->next;
        if (jl_judgement_matches(judgement, pattern, line))
            continue;
        const size_t count = count_true(judgement, pattern, line);
        if (nearest != JL_NO_LINE && count <= most)
            continue;
        nearest = i;
        most = count;
    }
    return nearest;
}

size_t jl_find_nearest_pattern(const jl_judgement *judgement, size_t index) {
    const jl_captured_line *line = jl_judged_line(judgement, index);
    size_t nearest = 0;
    size_t most = 0;
    for (size_t i = 0; i < judgement->pattern_count; i++) {
        const size_t count = count_true(judgement, i, line);
        if (count <= most)
            continue;
        nearest = i;
        most = count;
    }
    return nearest;
}

/* The explanation begins with verdict and pattern, which the report has said already. */
void jl_append_conditions(jl_buffer *out, const jl_judgement *judgement, size_t pattern,
                          size_t index) {
    jsonlog_explanation *explanation =
        explain(judgement, pattern, jl_judged_line(judgement, index));
    if (explanation == NULL)
        return;
    const char *text = strchr(jsonlog_explanation_text(explanation), '\n');
    if (text != NULL) {
        jl_buffer_append_text(out, jl_text_of(text + 1));
        jl_buffer_append_char(out, '\n');
    }
    jsonlog_explanation_free(explanation);
}
