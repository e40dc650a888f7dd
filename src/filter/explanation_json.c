#include "filter/explanation.h"

#include "filter/reason.h"
#include "filter/shown.h"

/*
 *     {"pattern":"{ $.a = 1 && ( $.b = x || $.c IS NULL ) }","kind":"json","matches":true,
 *      "tree":{"and":[CONDITION,{"or":[CONDITION,CONDITION]}]}}
 *
 *     CONDITION = {"text":"$.a = 1","offset":2,"true":true,"selector":"$.a","value":"1",
 *                  "reason":"1 is equal to 1"}
 *
 * on one line. `value` is JSON text in a string, because a long one is cut.
 */

static void append(jl_buffer *out, const char *text) {
    jl_buffer_append_text(out, jl_text_of(text));
}

static void append_string(jl_buffer *out, const char *name, jl_text text) {
    append(out, name);
    jl_append_shown_string(out, text, JL_SHOWN_UNLIMITED);
}

static void append_condition(jl_buffer *out, const jsonlog_explanation *explanation, size_t i) {
    const jl_condition_texts *texts = &explanation->texts[i];
    append_string(out, "{\"text\":", jl_explanation_text_at(explanation, texts->text));
    jl_buffer_append_format(out, ",\"offset\":%zu,\"true\":%s", explanation->conditions[i].offset,
                            explanation->conditions[i].is_true ? "true" : "false");
    if (texts->selector != JL_NO_TEXT)
        append_string(out, ",\"selector\":", jl_explanation_text_at(explanation, texts->selector));
    if (texts->value != JL_NO_TEXT)
        append_string(out, ",\"value\":", jl_explanation_text_at(explanation, texts->value));
    if (texts->found != SIZE_MAX)
        jl_buffer_append_format(out, ",\"found\":%zu", texts->found);
    append_string(out, ",\"reason\":", jl_explanation_text_at(explanation, texts->reason));
    append(out, "}");
}

/* --- the tree -------------------------------------------------------------------------------- */

/* A pattern of terms can have more of them than others have conditions. */
#define PARTS_MAX (2 * JL_TERMS_MAX)
_Static_assert(PARTS_MAX >= JL_JOINTS_MAX, "the joints of every kind of pattern must fit");

/* Where the part of the joints that ends at each joint begins: the left side of a joint ends in
 * front of where its right side begins. */
static void find_parts(const jsonlog_explanation *explanation, uint16_t *begins) {
    uint16_t stack[PARTS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < explanation->joint_count; i++) {
        const bool is_joint = explanation->joints[i] >= JL_JOINT_AND;
        used -= is_joint ? 2 : 0;
        begins[i] = is_joint ? stack[used] : (uint16_t)i;
        stack[used++] = begins[i];
    }
}

/* What is still to be written, the next at the top. */
typedef struct task {
    enum { TASK_NODE, TASK_COMMA, TASK_CLOSE } kind;
    uint16_t at;    /* of TASK_NODE: the last of its joints */
    uint16_t above; /* of TASK_NODE: the joint it belongs to, or a condition's number for none */
} task;

static void append_joint(jl_buffer *out, const jsonlog_explanation *explanation,
                         const uint16_t *begins, task node, task *tasks, size_t *count) {
    const uint16_t joint = explanation->joints[node.at];
    const uint16_t right = (uint16_t)(node.at - 1);
    const uint16_t left = (uint16_t)(begins[right] - 1);
    if (joint != node.above) {
        append(out, joint == JL_JOINT_AND ? "{\"and\":[" : "{\"or\":[");
        tasks[(*count)++] = (task){.kind = TASK_CLOSE};
    }
    tasks[(*count)++] = (task){TASK_NODE, right, joint};
    tasks[(*count)++] = (task){.kind = TASK_COMMA};
    tasks[(*count)++] = (task){TASK_NODE, left, joint};
}

static void append_tree(jl_buffer *out, const jsonlog_explanation *explanation) {
    uint16_t begins[PARTS_MAX];
    task tasks[2 * PARTS_MAX];
    size_t count = 0;
    find_parts(explanation, begins);
    tasks[count++] = (task){TASK_NODE, (uint16_t)(explanation->joint_count - 1), 0};
    while (count > 0) {
        const task next = tasks[--count];
        if (next.kind == TASK_COMMA)
            append(out, ",");
        else if (next.kind == TASK_CLOSE)
            append(out, "]}");
        else if (explanation->joints[next.at] < JL_JOINT_AND)
            append_condition(out, explanation, explanation->joints[next.at]);
        else
            append_joint(out, explanation, begins, next, tasks, &count);
    }
}

/* --- what else a kind has -------------------------------------------------------------------- */

static void append_ignored(jl_buffer *out, const jsonlog_explanation *explanation) {
    size_t count = 0;
    for (size_t i = 0; i < explanation->count; i++) {
        if (!explanation->texts[i].is_ignored)
            continue;
        append(out, count++ == 0 ? ",\"ignored\":[" : ",");
        append_condition(out, explanation, i);
    }
    append(out, count > 0 ? "]" : "");
}

typedef struct field_list {
    jl_buffer *out;
    const char *line;
    size_t count;
    size_t limit;
} field_list;

static bool append_field(jl_text reference, jl_text token, void *context) {
    field_list *list = context;
    if (list->count++ >= list->limit)
        return true;
    append(list->out, list->count > 1 ? "," : "");
    append_string(list->out, "{\"name\":", reference);
    jl_buffer_append_format(list->out,
                            ",\"offset\":%zu,\"token\":", (size_t)(token.ptr - list->line));
    jl_append_shown_string(list->out, token, JL_VALUE_SHOWN_MAX);
    append(list->out, "}");
    return true;
}

static void append_fields(jl_buffer *out, const jl_explained *about) {
    const jl_delimited_program *program = about->filter->delimited;
    field_list list = {out, about->line.ptr, 0, program->field_count + JL_REST_LISTED_MAX};
    append(out, ",\"fields\":[");
    if (about->is_bound)
        jl_binding_each(program, about->binding, about->line, append_field, &list);
    append(out, "]");
    if (list.count > list.limit)
        jl_buffer_append_format(out, ",\"unlisted\":%zu", list.count - list.limit);
    if (about->is_bound)
        return;
    append(out, ",\"reason\":\"");
    jl_append_too_few_tokens(out, about->binding->count, program->field_count);
    append(out, "\"");
}

static const char *kind_name(jsonlog_filter_kind kind) {
    switch (kind) {
    case JSONLOG_FILTER_ALL: return "all";
    case JSONLOG_FILTER_TEXT: return "text";
    case JSONLOG_FILTER_REGEX: return "regex";
    case JSONLOG_FILTER_JSON: return "json";
    case JSONLOG_FILTER_DELIMITED: return "delimited";
    }
    return "";
}

void jl_explanation_write_json(jl_buffer *out, const jl_explained *about) {
    const jsonlog_explanation *explanation = about->explanation;
    append_string(out, "{\"pattern\":", about->filter->pattern);
    jl_buffer_append_format(out, ",\"kind\":\"%s\",\"matches\":%s", kind_name(about->filter->kind),
                            explanation->is_match ? "true" : "false");
    if (explanation->joint_count > 0) {
        append(out, ",\"tree\":");
        append_tree(out, explanation);
    }
    append_ignored(out, explanation);
    if (about->filter->kind == JSONLOG_FILTER_DELIMITED)
        append_fields(out, about);
    append(out, "}");
}
