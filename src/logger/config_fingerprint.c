#include "base/buffer.h"
#include "logger/config_plan.h"

/*
 * What decides how an object behaves, as one text: its part of the file, with environment variables
 * put in, and the texts of whatever it names. Each string has its length in front, so that no two
 * configurations make the same text.
 */

#define FINGERPRINT_MAX ((size_t)16 << 20)

static void append_string(jl_buffer *out, char kind, jl_text text) {
    jl_buffer_append_format(out, "%c%zu:", kind, text.len);
    jl_buffer_append_text(out, text);
}

static void append_node(jl_buffer *out, const jl_node *node) {
    if (node->key != NULL)
        append_string(out, 'k', jl_text_of(node->key));
    jl_buffer_append_format(out, "%c%u", "{[sntf0"[node->kind], (unsigned)node -> count);
    if (node->kind == JL_JSON_STRING || node->kind == JL_JSON_NUMBER)
        append_string(out, 's', node->text);
    for (const jl_node *inner = node->first; inner != NULL; inner = inner->next)
        append_node(out, inner);
}

/* ---- what an object names ---- */

static bool compare(const jl_plan *plan, jl_plan_object *object);

/* @param name  the node that names `other`, for an error. */
static bool append_other(const jl_plan *plan, jl_buffer *out, jl_plan_object *other,
                         const jl_node *name) {
    if (other->is_compared == JL_PLAN_UNDER_WAY) {
        jl_config_fail(plan->load, JSONLOG_E_INVALID, name, JL_AT_VALUE,
                       "the handler \"%.60s\" would be a target of itself", other->name);
        return false;
    }
    if (!compare(plan, other))
        return false;
    append_string(out, '>', other->fingerprint);
    return true;
}

static bool append_targets(const jl_plan *plan, jl_buffer *out, const jl_plan_object *object) {
    for (const jl_option_target *target = object->targets; target != NULL; target = target->next) {
        jl_plan_object *other = jl_plan_resolve(plan, JL_CONFIG_HANDLER, target->node);
        if (other == NULL || !append_other(plan, out, other, target->node))
            return false;
    }
    return true;
}

/* Which of its texts are names of handlers only a factory knows: each that is one is taken for it.
 */
static bool append_guesses(const jl_plan *plan, jl_buffer *out, const jl_plan_object *object) {
    for (const jl_node *node = object->node->first; node != NULL; node = node->next) {
        if (node->kind != JL_JSON_STRING)
            continue;
        jl_plan_object *other = jl_plan_find(plan, JL_CONFIG_HANDLER, node->text.ptr);
        if (other == NULL || other->is_compared == JL_PLAN_UNDER_WAY)
            continue;
        if (!append_other(plan, out, other, node))
            return false;
    }
    return true;
}

static bool append_all(const jl_plan *plan, jl_buffer *out, const jl_plan_object *object) {
    append_string(out, 'o', jl_text_of(object->name));
    append_node(out, object->node);
    if (object->formatter != NULL && !append_other(plan, out, object->formatter, object->node))
        return false;
    for (size_t i = 0; i < object->filter_count; i++)
        if (!append_other(plan, out, object->filters[i], object->node))
            return false;
    if (object->factory == NULL)
        return append_targets(plan, out, object);
    jl_buffer_append_format(out, "g%llu", (unsigned long long)object->factory->generation);
    return append_guesses(plan, out, object);
}

static bool take(const jl_plan *plan, jl_plan_object *object, const jl_buffer *out) {
    if (out->status == JSONLOG_E_LIMIT) {
        jl_config_fail(plan->load, JSONLOG_E_LIMIT, object->node, JL_AT_KEY,
                       "handlers around handlers become too large");
        return false;
    }
    char *text =
        out->status == JSONLOG_OK ? jl_arena_text(&plan->load->arena, jl_buffer_view(out)) : NULL;
    if (text == NULL)
        return jl_config_nomem(plan->load) == JSONLOG_OK;
    object->fingerprint = (jl_text){text, out->len};
    object->is_compared = JL_PLAN_DONE;
    return true;
}

static bool compare(const jl_plan *plan, jl_plan_object *object) {
    if (object->is_compared == JL_PLAN_DONE)
        return true;
    jl_buffer out;
    jl_buffer_init(&out, NULL, 0, FINGERPRINT_MAX);
    object->is_compared = JL_PLAN_UNDER_WAY;
    const bool is_good = append_all(plan, &out, object) && take(plan, object, &out);
    jl_buffer_done(&out);
    return is_good;
}

bool jl_plan_compare(const jl_plan *plan) {
    for (int kind = 0; kind < JL_CONFIG_KINDS; kind++)
        for (jl_plan_object *object = plan->objects[kind]; object != NULL; object = object->next)
            if (!compare(plan, object))
                return false;
    return true;
}
