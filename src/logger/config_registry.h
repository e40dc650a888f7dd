#ifndef JL_LOGGER_CONFIG_REGISTRY_H
#define JL_LOGGER_CONFIG_REGISTRY_H
/** The functions of the program that configurations can name. */
#include "base/thread.h"

#include <jsonlog/config.h>

typedef enum jl_config_kind {
    JL_CONFIG_FORMATTER,
    JL_CONFIG_FILTER,
    JL_CONFIG_HANDLER,
    JL_CONFIG_KINDS,
} jl_config_kind;

/** One name. Never freed, so that a reading may keep a pointer. */
typedef struct jl_factory {
    struct jl_factory *next;
    jl_config_kind kind;
    const char *name;
    jsonlog_config_handler_factory make_handler;     /**< of the three the one of its kind; NULL: */
    jsonlog_config_formatter_factory make_formatter; /**< the name was taken away */
    jsonlog_config_filter_factory make_filter;
    void *context;
    uint64_t generation; /**< another one with each registration */
} jl_factory;

/** Around everything that configures: registering too, so that a reading sees one state. */
extern jl_lock jl_config_lock;

/** With the lock held. @return the factory; NULL without one. */
const jl_factory *jl_factory_find_locked(jl_config_kind kind, const char *name);

/** The names there are, for hints: calls `see` for each. */
void jl_factories_each_locked(jl_config_kind kind, void (*see)(void *context, const char *name),
                              void *context);

#endif
