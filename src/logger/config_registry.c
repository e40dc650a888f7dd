#include "logger/config_registry.h"

#include "base/alloc.h"

jl_lock jl_config_lock = JL_LOCK_INIT;

static jl_factory *factories;
static uint64_t generation;

static bool is_there(const jl_factory *factory) {
    return factory->make_handler != NULL || factory->make_formatter != NULL ||
           factory->make_filter != NULL;
}

static jl_factory *find(jl_config_kind kind, const char *name) {
    jl_factory *factory = factories;
    while (factory != NULL && (factory->kind != kind || strcmp(factory->name, name) != 0))
        factory = factory->next;
    return factory;
}

const jl_factory *jl_factory_find_locked(jl_config_kind kind, const char *name) {
    const jl_factory *factory = find(kind, name);
    return factory != NULL && is_there(factory) ? factory : NULL;
}

void jl_factories_each_locked(jl_config_kind kind, void (*see)(void *context, const char *name),
                              void *context) {
    for (const jl_factory *factory = factories; factory != NULL; factory = factory->next)
        if (factory->kind == kind && is_there(factory))
            see(context, factory->name);
}

/* ---- registering ---- */

static jl_factory *add(jl_config_kind kind, const char *name) {
    const size_t size = strlen(name) + 1;
    jl_factory *factory = jl_calloc(1, sizeof *factory + size);
    if (factory == NULL)
        return NULL;
    factory->name = memcpy(factory + 1, name, size);
    factory->kind = kind;
    factory->next = factories;
    factories = factory;
    return factory;
}

static jsonlog_status put_locked(const jl_factory *given) {
    jl_factory *factory = find(given->kind, given->name);
    if (!is_there(given) && (factory == NULL || !is_there(factory)))
        return JSONLOG_E_NOT_FOUND;
    if (factory == NULL)
        factory = add(given->kind, given->name);
    if (factory == NULL)
        return JSONLOG_E_NOMEM;
    factory->make_handler = given->make_handler;
    factory->make_formatter = given->make_formatter;
    factory->make_filter = given->make_filter;
    factory->context = given->context;
    factory->generation = ++generation;
    return JSONLOG_OK;
}

static jsonlog_status put(const jl_factory *given) {
    if (given->name == NULL || given->name[0] == '\0')
        return JSONLOG_E_INVALID;
    if (jl_lock_is_mine(&jl_config_lock))
        return JSONLOG_E_STATE;
    jl_lock_acquire(&jl_config_lock);
    const jsonlog_status status = put_locked(given);
    jl_lock_release(&jl_config_lock);
    return status;
}

jsonlog_status jsonlog_config_register_handler(const char *name,
                                               jsonlog_config_handler_factory factory,
                                               void *context) {
    return put(&(jl_factory){
        .kind = JL_CONFIG_HANDLER, .name = name, .make_handler = factory, .context = context});
}

jsonlog_status jsonlog_config_register_formatter(const char *name,
                                                 jsonlog_config_formatter_factory factory,
                                                 void *context) {
    return put(&(jl_factory){
        .kind = JL_CONFIG_FORMATTER, .name = name, .make_formatter = factory, .context = context});
}

jsonlog_status jsonlog_config_register_filter(const char *name,
                                              jsonlog_config_filter_factory factory,
                                              void *context) {
    return put(&(jl_factory){
        .kind = JL_CONFIG_FILTER, .name = name, .make_filter = factory, .context = context});
}
