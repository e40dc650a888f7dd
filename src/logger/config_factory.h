#ifndef JL_LOGGER_CONFIG_FACTORY_H
#define JL_LOGGER_CONFIG_FACTORY_H
/** What a factory of the program gets to see of its part of the file. */
#include "logger/config_plan.h"

/** Names of options that a factory has asked for, kept for hints; further ones give none. */
#define JL_ASKED_MAX 64

struct jsonlog_config_options {
    jl_config_load *load;
    const jl_plan_object *object;
    /** Makes sure that a handler is there. @return it, borrowed; NULL with the mistake in load. */
    jsonlog_handler *(*make_target)(void *builder, const jl_node *name);
    void *builder;
    size_t asked_count;
    jl_option asked[JL_ASKED_MAX + 1];
};

/** A member that nobody has asked for is an unknown option. */
bool jl_factory_all_asked(const jsonlog_config_options *options, const jl_option *commons);

#endif
