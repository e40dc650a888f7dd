#include "logger/config_plan_parts.h"

const char *jl_config_kind_name(jl_config_kind kind) {
    static const char *const names[] = {"formatter", "filter", "handler"};
    return names[kind];
}

jl_plan_object *jl_plan_find(const jl_plan *plan, jl_config_kind kind, const char *name) {
    jl_plan_object *object = plan->objects[kind];
    while (object != NULL && strcmp(object->name, name) != 0)
        object = object->next;
    return object;
}

bool jl_plan_refuse_name(jl_config_load *load, const jl_node *node, const char *what,
                         const jl_nearest *nearest) {
    if (nearest->word == NULL)
        jl_config_fail(load, JSONLOG_E_NOT_FOUND, node, JL_AT_VALUE, "there is no %s \"%.60s\"",
                       what, node->text.ptr);
    else
        jl_config_fail(load, JSONLOG_E_NOT_FOUND, node, JL_AT_VALUE,
                       "there is no %s \"%.60s\"; did you mean %s?", what, node->text.ptr,
                       nearest->word);
    return false;
}

jl_plan_object *jl_plan_resolve(const jl_plan *plan, jl_config_kind kind, const jl_node *name) {
    const char *text = NULL;
    jl_nearest nearest = {NULL, 0};
    if (!jl_read_text(plan->load, name, 1, &text))
        return NULL;
    jl_plan_object *found = jl_plan_find(plan, kind, text);
    if (found != NULL)
        return found;
    for (const jl_plan_object *o = plan->objects[kind]; o != NULL; o = o->next)
        jl_nearest_offer(&nearest, text, o->name);
    jl_plan_refuse_name(plan->load, name, jl_config_kind_name(kind), &nearest);
    return NULL;
}

static bool is_first(jl_config_load *load, jl_plan_object *const *objects, const jl_node *name) {
    for (uint32_t i = 0; i < name->index; i++)
        if (objects[i] == objects[name->index]) {
            jl_config_fail(load, JSONLOG_E_INVALID, name, JL_AT_VALUE,
                           "\"%.60s\" stands here twice", name->text.ptr);
            return false;
        }
    return true;
}

bool jl_plan_resolve_all(const jl_plan *plan, jl_config_kind kind, const jl_node *list,
                         uint32_t most, jl_plan_object ***out, size_t *count) {
    jl_config_load *load = plan->load;
    if (list == NULL)
        return true;
    if (list->kind != JL_JSON_ARRAY)
        return jl_config_expected(load, list, "an array of names");
    if (list->count > most) {
        jl_config_fail(load, JSONLOG_E_LIMIT, list, JL_AT_VALUE, "more than %u %ss", (unsigned)most,
                       jl_config_kind_name(kind));
        return false;
    }
    jl_plan_object **objects = jl_arena_array(&load->arena, list->count, sizeof(jl_plan_object *));
    if (objects == NULL)
        return jl_config_nomem(load) == JSONLOG_OK;
    for (const jl_node *name = list->first; name != NULL; name = name->next) {
        objects[name->index] = jl_plan_resolve(plan, kind, name);
        if (objects[name->index] == NULL)
            return false;
        if (!is_first(load, objects, name))
            return false;
    }
    *out = objects;
    *count = list->count;
    return true;
}
