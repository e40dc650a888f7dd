#include "filter/lint_sample.h"

#include "base/alloc.h"
#include "filter/lint_near.h"
#include "filter/select.h"

static const jl_condition *condition_at(const jl_lint_sample *sample, size_t i) {
    const jl_json_program *program = sample->filter->json;
    return &program->conditions[program->in_order[i]];
}

/* --- keys ------------------------------------------------------------------------------------ */

/* How many steps from `from` on a key with dots is: 0 if it is none of them, or only one. */
static size_t steps_of_key(const jl_condition *condition, size_t from, jl_text key) {
    size_t at = 0;
    for (size_t i = from; i < condition->step_count; i++) {
        const jl_step *step = &condition->steps[i];
        const jl_text rest = {key.ptr + at, key.len - at};
        if (step->kind != JL_STEP_NAME || !jl_text_starts_with(rest, step->name))
            return 0;
        at += step->name.len;
        if (at == key.len)
            return i == from ? 0 : i + 1 - from;
        if (key.ptr[at] != '.')
            return 0;
        at++;
    }
    return 0;
}

static void keep_nearest(jl_lint_seen *seen, const jl_condition *condition, size_t step,
                         jl_text key) {
    const size_t distance = jl_near_distance(condition->steps[step].name, key);
    const bool is_nearer =
        distance != JL_NEAR_NOT && (seen->near_len == 0 || distance < seen->near_distance);
    if (!is_nearer)
        return;
    seen->near_distance = distance;
    seen->near_step = step;
    seen->near_len = key.len;
    memcpy(seen->near_key, key.ptr, key.len);
}

static void look_at_keys(jl_lint_seen *seen, const jl_condition *condition, size_t step,
                         jl_text object, bool is_lost) {
    jl_scanner scanner;
    jl_json_string key;
    jl_scan_begin(&scanner, object);
    jl_scan_open(&scanner);
    for (bool is_first = true; jl_scan_member(&scanner, is_first, &key) == JL_SCAN_MORE;
         is_first = false) {
        const jl_text text = {key.ptr, key.len};
        const size_t steps = key.has_escape ? 0 : steps_of_key(condition, step, text);
        if (steps > 0) {
            seen->dotted_from = step;
            seen->dotted_end = step + steps;
        }
        if (is_lost && !key.has_escape)
            keep_nearest(seen, condition, step, text);
        jl_scan_skip(&scanner);
    }
}

/* The selector found nothing: look round in every object on its way. */
static jsonlog_status look_round(jl_lint_seen *seen, const jl_condition *condition, jl_text line,
                                 size_t lost_step) {
    for (size_t step = 0; step <= lost_step; step++) {
        jl_condition way = *condition;
        jl_selection selection;
        way.step_count = step;
        jsonlog_status status = jl_select(&way, line, &selection);
        if (status == JSONLOG_OK && selection.count == 1 &&
            selection.values[0].value.kind == JL_JSON_OBJECT &&
            condition->steps[step].kind == JL_STEP_NAME)
            look_at_keys(seen, condition, step, selection.values[0].raw, step == lost_step);
        jl_selection_done(&selection);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

/* --- lines ----------------------------------------------------------------------------------- */

static jsonlog_status count_condition(jl_lint_seen *seen, const jl_condition *condition,
                                      jl_text line) {
    jl_selection selection;
    jsonlog_status status = jl_select(condition, line, &selection);
    const bool is_lost = status == JSONLOG_OK && !selection.has_parent;
    const size_t lost_step = selection.lost_step;
    for (size_t i = 0; i < selection.count; i++)
        seen->kinds[selection.values[i].value.kind]++;
    seen->lines += selection.count > 0 ? 1 : 0;
    jl_selection_done(&selection);
    return is_lost ? look_round(seen, condition, line, lost_step) : status;
}

static bool is_object(jl_text line) {
    jl_scanner scanner;
    jl_scan_begin(&scanner, line);
    return scanner.at < scanner.end && *scanner.at == '{' && jl_scan_skip(&scanner) &&
           jl_scan_finish(&scanner);
}

jsonlog_status jl_lint_sample_add(jl_lint_sample *sample, jl_text line) {
    const size_t count = sample->filter->json->condition_count;
    if (!is_object(line))
        return JSONLOG_OK;
    memcpy(sample->spare, sample->seen, count * sizeof *sample->seen);
    for (size_t i = 0; i < count; i++) {
        jsonlog_status status = count_condition(&sample->spare[i], condition_at(sample, i), line);
        if (status != JSONLOG_OK)
            return status;
    }
    jl_lint_seen *seen = sample->spare;
    sample->spare = sample->seen;
    sample->seen = seen;
    sample->lines++;
    return JSONLOG_OK;
}

jl_lint_sample *jl_lint_sample_new(const jsonlog_filter *filter) {
    jl_lint_sample *sample = jl_calloc(1, sizeof *sample);
    if (sample == NULL)
        return NULL;
    sample->filter = filter;
    sample->seen = jl_calloc(filter->json->condition_count, sizeof *sample->seen);
    sample->spare = jl_calloc(filter->json->condition_count, sizeof *sample->spare);
    if (sample->seen != NULL && sample->spare != NULL)
        return sample;
    jl_lint_sample_free(sample);
    return NULL;
}

void jl_lint_sample_free(jl_lint_sample *sample) {
    if (sample == NULL)
        return;
    jl_free(sample->seen);
    jl_free(sample->spare);
    jl_free(sample);
}
