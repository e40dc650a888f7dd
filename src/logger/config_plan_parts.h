#ifndef JL_LOGGER_CONFIG_PLAN_PARTS_H
#define JL_LOGGER_CONFIG_PLAN_PARTS_H
/** How a plan is read, part by part. Each function is false or NULL with the mistake in load. */
#include "logger/config_nearest.h"
#include "logger/config_plan.h"

/* config_plan_names.c */

/** A list of names (NULL: none), each once. */
bool jl_plan_resolve_all(const jl_plan *plan, jl_config_kind kind, const jl_node *list,
                         uint32_t most, jl_plan_object ***out, size_t *count);

/** "there is no handler "fiel"; did you mean file?" @return false. */
bool jl_plan_refuse_name(jl_config_load *load, const jl_node *node, const char *what,
                         const jl_nearest *nearest);

/* config_plan_objects.c */

/** An object whose members have names that are not empty. */
bool jl_plan_is_section(jl_config_load *load, const jl_node *section);

/** A new object, in no list yet. */
jl_plan_object *jl_plan_add(jl_plan *plan, jl_config_kind kind, jl_node *node);

/** All formatters, filters or handlers, in this order of kinds. */
bool jl_plan_read_section(jl_plan *plan, jl_config_kind kind, const jl_node *section);

/** Handlers that options name are there. */
bool jl_plan_check_targets(const jl_plan *plan);

/* config_plan_loggers.c */

bool jl_plan_read_loggers(jl_plan *plan, jl_node *root, jl_node *loggers);

#endif
