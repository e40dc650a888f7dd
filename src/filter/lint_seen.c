/* What the counts of a sample mean: the second half of lint_sample.h. */
#include "filter/lint_sample.h"

#include "filter/lexer.h"
#include "filter/lint_conflict.h"

#include <stdio.h>

static const char *const kind_names[JL_KINDS] = {
    "an object", "an array", "a string", "a number", "true", "false", "null",
};

static const jl_condition *condition_at(const jl_lint_sample *sample, size_t i) {
    const jl_json_program *program = sample->filter->json;
    return &program->conditions[program->in_order[i]];
}

static uint64_t booleans(const jl_lint_seen *seen) {
    return seen->kinds[JL_JSON_TRUE] + seen->kinds[JL_JSON_FALSE];
}

static uint64_t texts_and_numbers(const jl_lint_seen *seen) {
    return seen->kinds[JL_JSON_STRING] + seen->kinds[JL_JSON_NUMBER];
}

/* --- what it refutes ------------------------------------------------------------------------- */

bool jl_lint_sample_refutes(const jl_lint_sample *sample, const jl_finding *finding) {
    if (finding->condition == JL_NO_CONDITION || sample->lines == 0)
        return false;
    const jl_lint_seen *seen = &sample->seen[finding->condition];
    switch (finding->shown.code) {
    case JSONLOG_LINT_NOT_EQUAL_MISSING: return seen->lines == sample->lines;
    case JSONLOG_LINT_QUOTED_NUMBER:
        return seen->kinds[JL_JSON_STRING] > 0 && seen->kinds[JL_JSON_NUMBER] == 0;
    case JSONLOG_LINT_BARE_BOOLEAN: return seen->kinds[JL_JSON_STRING] > 0 && booleans(seen) == 0;
    default: return false;
    }
}

/* --- selectors that never occur -------------------------------------------------------------- */

static bool is_plain_name(jl_text key) {
    for (size_t i = 0; i < key.len; i++) {
        if (!jl_is_name_char(key.ptr[i]))
            return false;
    }
    return key.len > 0;
}

static void write_step(jl_patch *patch, jl_text key) {
    const bool is_plain = is_plain_name(key);
    jl_patch_add(patch, is_plain ? JL_TEXT(".") : JL_TEXT(".['"));
    jl_patch_add(patch, key);
    jl_patch_add(patch, is_plain ? JL_TEXT("") : JL_TEXT("']"));
}

/* Steps [from, end) of the selector, as it is spelled. */
static jl_text spelled_steps(const jl_condition *condition, size_t from, size_t end) {
    const size_t start = from == 0 ? 1 : condition->steps[from - 1].end;
    return (jl_text){condition->selector.ptr + start, condition->steps[end - 1].end - start};
}

static void report_dotted(jl_findings *list, const jl_condition *condition, size_t i,
                          const jl_lint_seen *seen) {
    const jl_text part = spelled_steps(condition, seen->dotted_from, seen->dotted_end);
    const jl_text key = {part.ptr + 1, part.len - 1};
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    jl_patch_replace(&patch, part, JL_TEXT(""));
    write_step(&patch, key);
    jl_findings_add(list, JSONLOG_LINT_DOTTED_KEY, part, i, &patch,
                    "in the sample \"%.*s\" is one key with a dot in it, which is written "
                    ".['%.*s']",
                    JL_QUOTED(key), JL_QUOTED(key));
    jl_patch_done(&patch);
}

static void report_never_seen(jl_findings *list, const jl_condition *condition, size_t i,
                              const jl_lint_seen *seen, uint64_t lines) {
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    if (seen->near_len == 0) {
        jl_findings_add(list, JSONLOG_LINT_NEVER_SEEN, condition->selector, i, NULL,
                        "of %llu JSON lines in the sample none has %.*s", (unsigned long long)lines,
                        JL_QUOTED(condition->selector));
    } else {
        const jl_text key = {seen->near_key, seen->near_len};
        jl_patch_replace(&patch, spelled_steps(condition, seen->near_step, seen->near_step + 1),
                         JL_TEXT(""));
        write_step(&patch, key);
        jl_findings_add(
            list, JSONLOG_LINT_NEVER_SEEN, condition->selector, i, &patch,
            "of %llu JSON lines in the sample none has %.*s; the key \"%.*s\" looks like it",
            (unsigned long long)lines, JL_QUOTED(condition->selector), JL_QUOTED(key));
    }
    jl_patch_done(&patch);
}

static bool is_told_before(const jl_lint_sample *sample, size_t i) {
    for (size_t other = 0; other < i; other++) {
        const jl_condition *before = condition_at(sample, other);
        if (jl_same_selector(before, condition_at(sample, i)) &&
            before->operation != JL_OP_NOT_EXISTS)
            return true;
    }
    return false;
}

/* NOT EXISTS expects to see nothing: only a key that looks like its own is worth a word. */
static void look_for_selector(const jl_lint_sample *sample, jl_findings *list, size_t i) {
    const jl_condition *condition = condition_at(sample, i);
    const jl_lint_seen *seen = &sample->seen[i];
    const bool is_absence = condition->operation == JL_OP_NOT_EXISTS;
    if (is_told_before(sample, i))
        return;
    if (seen->dotted_end > 0)
        report_dotted(list, condition, i, seen);
    else if (!is_absence || seen->near_len > 0)
        report_never_seen(list, condition, i, seen, sample->lines);
}

/* --- other types ----------------------------------------------------------------------------- */

static bool is_of_use(const jl_condition *condition, const jl_lint_seen *seen) {
    switch (condition->operation) {
    case JL_OP_EQ:
    case JL_OP_NE: return texts_and_numbers(seen) > 0;
    case JL_OP_LT:
    case JL_OP_LE:
    case JL_OP_GT:
    case JL_OP_GE: return seen->kinds[JL_JSON_NUMBER] > 0;
    case JL_OP_IS_NULL: return seen->kinds[JL_JSON_NULL] > 0 || seen->kinds[JL_JSON_ARRAY] > 0;
    case JL_OP_IS_TRUE:
    case JL_OP_IS_FALSE: return booleans(seen) > 0;
    default: return true;
    }
}

/* A `!=` with a wildcard is true of values that nothing can be compared with. */
static bool is_open_to_all(const jl_condition *condition) {
    return condition->operation == JL_OP_NE && condition->is_wild;
}

static void write_kinds(const jl_lint_seen *seen, char *out, size_t size) {
    size_t len = 0;
    out[0] = '\0';
    for (size_t kind = 0; kind < JL_KINDS; kind++) {
        if (seen->kinds[kind] == 0)
            continue;
        const int wrote =
            snprintf(out + len, size - len, "%s%s", len == 0 ? "" : " or ", kind_names[kind]);
        len += (size_t)wrote;
    }
}

/* What a comparison with text would be if it had been written for the type that is there. */
static const char *other_test(const jl_condition *condition, const jl_lint_seen *seen) {
    const jl_text text = condition->text.text;
    const bool is_text = condition->operation == JL_OP_EQ && condition->operand == JL_TEST_TEXT;
    if (is_text && booleans(seen) > 0 && jl_text_equal(text, JL_TEXT("true")))
        return " IS TRUE";
    if (is_text && booleans(seen) > 0 && jl_text_equal(text, JL_TEXT("false")))
        return " IS FALSE";
    if (is_text && seen->kinds[JL_JSON_NULL] > 0 && jl_text_equal(text, JL_TEXT("null")))
        return " IS NULL";
    if (seen->kinds[JL_JSON_STRING] == 0)
        return NULL;
    if (condition->operation == JL_OP_IS_TRUE)
        return " = \"true\"";
    return condition->operation == JL_OP_IS_FALSE ? " = \"false\"" : NULL;
}

static const char *what_it_takes(const jl_condition *condition) {
    switch (condition->operation) {
    case JL_OP_EQ:
    case JL_OP_NE: return "this is about strings and numbers only";
    case JL_OP_IS_NULL: return "this is true of null only";
    case JL_OP_IS_TRUE:
    case JL_OP_IS_FALSE: return "this is about true and false only";
    default: return "only numbers are compared by size, not strings";
    }
}

static void report_type(jl_findings *list, const jl_condition *condition, size_t i,
                        const jl_lint_seen *seen) {
    char kinds[96];
    write_kinds(seen, kinds, sizeof kinds);
    const char *test = other_test(condition, seen);
    const jl_text from = {condition->selector.ptr + condition->selector.len,
                          condition->source.len - condition->selector.len};
    jl_patch patch;
    jl_patch_begin(&patch, list->pattern);
    jl_patch_replace(&patch, from, jl_text_of(test));
    jl_findings_add(list, JSONLOG_LINT_OTHER_TYPE, condition->source, i,
                    test == NULL ? NULL : &patch, "in the sample %.*s is always %s, and %s",
                    JL_QUOTED(condition->selector), kinds, what_it_takes(condition));
    jl_patch_done(&patch);
}

/* --- the whole ------------------------------------------------------------------------------- */

static bool is_bare_boolean(const jl_findings *list, size_t condition) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].condition == condition &&
            list->items[i].shown.code == JSONLOG_LINT_BARE_BOOLEAN)
            return true;
    }
    return false;
}

void jl_lint_sample_report(const jl_lint_sample *sample, jl_findings *list) {
    const size_t count = sample->filter->json->condition_count;
    for (size_t i = 0; i < count && sample->lines > 0; i++) {
        const jl_condition *condition = condition_at(sample, i);
        const jl_lint_seen *seen = &sample->seen[i];
        if (seen->lines == 0)
            look_for_selector(sample, list, i);
        else if (!is_of_use(condition, seen) && !is_open_to_all(condition) &&
                 !is_bare_boolean(list, i))
            report_type(list, condition, i, seen);
    }
}
