#include "logger/config_state.h"

#include "base/alloc.h"

/* ---- items ---- */

jl_config_item *jl_config_item_new(const jl_plan_object *object) {
    const size_t name_size = strlen(object->name) + 1;
    jl_config_item *item = jl_calloc(1, sizeof *item + name_size + object->fingerprint.len);
    if (item == NULL)
        return NULL;
    char *text = (char *)(item + 1);
    memcpy(text, object->name, name_size);
    memcpy(text + name_size, object->fingerprint.ptr, object->fingerprint.len);
    item->references = 1;
    item->kind = object->kind;
    item->name = text;
    item->fingerprint = (jl_text){text + name_size, object->fingerprint.len};
    return item;
}

jl_config_item *jl_config_item_retain(jl_config_item *item) {
    __atomic_fetch_add(&item->references, 1, __ATOMIC_RELAXED);
    return item;
}

void jl_config_item_release(jl_config_item *item) {
    if (__atomic_fetch_sub(&item->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    jsonlog_handler_release(item->handler);
    jsonlog_formatter_release(item->formatter);
    if (item->filter.release != NULL)
        item->filter.release(item->filter.context);
    jl_free(item);
}

/* ---- states ---- */

jl_config_state *jl_config_state_new(size_t items) {
    jl_config_state *state = jl_calloc(1, sizeof *state + items * sizeof(jl_config_item *));
    if (state != NULL)
        state->items = (jl_config_item **)(void *)(state + 1);
    return state;
}

void jl_config_state_free(jl_config_state *state) {
    if (state == NULL)
        return;
    for (size_t i = state->item_count; i-- > 0;)
        jl_config_item_release(state->items[i]);
    jl_free(state->loggers);
    jl_free(state);
}

jl_config_item *jl_config_state_find(const jl_config_state *state, jl_config_kind kind,
                                     const char *name) {
    for (size_t i = 0; state != NULL && i < state->item_count; i++)
        if (state->items[i]->kind == kind && strcmp(state->items[i]->name, name) == 0)
            return state->items[i];
    return NULL;
}
