/* The addon: its functions, and the table of handles of each environment. */
#include "node_addon.h"

#include <jsonlog/extract.h>
#include <jsonlog/filter_set.h>

#include <stdlib.h>

static void release(jn_kind kind, void *object) {
    switch (kind) {
    case JN_NOTHING: break;
    case JN_FILTER: jsonlog_filter_free(object); break;
    case JN_FILTER_SET: jsonlog_filter_set_free(object); break;
    case JN_METRIC_FILTER: jsonlog_metric_filter_free(object); break;
    case JN_LOGGER: jsonlog_logger_free(object); break;
    case JN_HANDLER: jsonlog_handler_release(object); break;
    case JN_FORMATTER: jsonlog_formatter_release(object); break;
    case JN_CAPTURE: jn_capture_release(object); break;
    }
}

static bool grow(jn_addon *addon) {
    const uint32_t count = addon->slot_count == 0 ? 16 : addon->slot_count * 2;
    jn_slot *slots = realloc(addon->slots, count * sizeof *slots);
    if (slots == NULL)
        return false;
    const uint32_t first = addon->slot_count == 0 ? 1 : addon->slot_count;
    for (uint32_t i = first; i < count; i++)
        slots[i] = (jn_slot){JN_NOTHING, NULL, i + 1 < count ? i + 1 : 0};
    addon->slots = slots;
    addon->slot_count = count;
    addon->free_slot = first;
    return true;
}

napi_value jn_handle_new(const jn_call *call, jn_kind kind, void *object) {
    jn_addon *addon = call->addon;
    if (addon->free_slot == 0 && !grow(addon)) {
        release(kind, object);
        return jn_throw_status(call, JSONLOG_E_NOMEM, NULL);
    }
    const uint32_t index = addon->free_slot;
    addon->free_slot = addon->slots[index].next_free;
    addon->slots[index] = (jn_slot){kind, object, 0};
    return jn_number(call, index);
}

/* @return the slot that a value is the number of; NULL if it is none. */
static jn_slot *slot_of(const jn_call *call, napi_value handle) {
    uint32_t index = 0;
    if (napi_get_value_uint32(call->env, handle, &index) != napi_ok)
        return NULL;
    if (index == 0 || index >= call->addon->slot_count)
        return NULL;
    return &call->addon->slots[index];
}

void *jn_handle_of(const jn_call *call, napi_value handle, jn_kind kind) {
    const jn_slot *slot = slot_of(call, handle);
    if (slot != NULL && slot->kind == kind)
        return slot->object;
    jn_throw_status(call, JSONLOG_E_CLOSED, NULL);
    return NULL;
}

void *jn_handle_get(const jn_call *call, size_t arg, jn_kind kind) {
    return jn_handle_of(call, call->args[arg], kind);
}

static void empty_slot(jn_addon *addon, jn_slot *slot) {
    const jn_slot old = *slot;
    *slot = (jn_slot){JN_NOTHING, NULL, addon->free_slot};
    addon->free_slot = (uint32_t)(slot - addon->slots);
    if (old.kind == JN_HANDLER)
        jn_callback_closed(addon, old.object);
    release(old.kind, old.object);
}

/* release(handle): twice is harmless. */
static napi_value release_handle(napi_env env, napi_callback_info info) {
    jn_call call;
    if (!jn_begin(&call, env, info))
        return NULL;
    jn_slot *slot = slot_of(&call, call.args[0]);
    if (slot != NULL && slot->kind != JN_NOTHING)
        empty_slot(call.addon, slot);
    return jn_undefined(&call);
}

static const jn_function own_functions[] = {{"release", release_handle}, {NULL, NULL}};

bool jn_begin(jn_call *call, napi_env env, napi_callback_info info) {
    call->env = env;
    call->count = JN_ARGS_MAX;
    void *addon = NULL;
    if (napi_get_cb_info(env, info, &call->count, call->args, NULL, &addon) != napi_ok)
        return false;
    call->addon = addon;
    call->mark = call->addon->arena;
    call->mark_used = call->mark == NULL ? 0 : call->mark->used;
    return true;
}

/* The environment ends: a worker that stops, or the process. */
static void leave(void *data) {
    jn_addon *addon = data;
    jn_callback_leave(addon);
    for (uint32_t i = 1; i < addon->slot_count; i++)
        release(addon->slots[i].kind, addon->slots[i].object);
    jn_arena_free(addon);
    free(addon->scratch);
    free(addon->slots);
    free(addon);
}

static bool add_functions(const jn_call *call, napi_value exports, const jn_function *functions) {
    for (; functions->name != NULL; functions++) {
        napi_value function = NULL;
        if (napi_create_function(call->env, functions->name, NAPI_AUTO_LENGTH, functions->call,
                                 call->addon, &function) != napi_ok)
            return false;
        if (napi_set_named_property(call->env, exports, functions->name, function) != napi_ok)
            return false;
    }
    return true;
}

static jn_addon *enter(napi_env env) {
    jn_addon *addon = calloc(1, sizeof *addon);
    if (addon == NULL)
        return NULL;
    addon->env = env;
    addon->scratch = malloc(JN_SCRATCH_BYTES);
    if (addon->scratch != NULL && napi_add_env_cleanup_hook(env, leave, addon) == napi_ok)
        return addon;
    free(addon->scratch);
    free(addon);
    return NULL;
}

/* Node looks this name up, and calls it once for each environment that loads the addon. Without a
 * second name beside it the addon is one of Node-API version 8. */
NAPI_MODULE_EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports);

napi_value napi_register_module_v1(napi_env env, napi_value exports) {
    static const jn_function *const tables[] = {
        own_functions,           jn_filter_functions,
        jn_filter_set_functions, jn_metric_filter_functions,
        jn_lint_functions,       jn_pattern_functions,
        jn_logger_functions,     jn_handler_functions,
        jn_formatter_functions,  jn_callback_functions,
        jn_capture_functions,    jn_process_functions,
    };
    const jn_call call = {.env = env, .addon = enter(env)};
    if (call.addon == NULL)
        return jn_throw_status(&call, JSONLOG_E_NOMEM, NULL);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!add_functions(&call, exports, tables[i]))
            return jn_failed(&call);
    }
    return exports;
}
