#ifndef JL_LOGGER_CONFIG_STATE_H
#define JL_LOGGER_CONFIG_STATE_H
/**
 * What a configuration has made, as long as it is in force; the next one takes over what is equal.
 *
 * Everything here is used with the lock of configurations held, but for references.
 */
#include "logger/config_plan.h"
#include "logger/tree.h"

/** A formatter, filter or handler. Counted: states share it, and filters belong to handlers too. */
typedef struct jl_config_item {
    uint32_t references; /**< atomic */
    jl_config_kind kind;
    const char *name;
    jl_text fingerprint;
    jsonlog_handler *handler; /**< of the three the one of its kind, a reference */
    jsonlog_formatter *formatter;
    jsonlog_config_filter filter;
} jl_config_item;

typedef struct jl_config_state {
    jl_config_item **items; /**< a reference each */
    size_t item_count;
    jl_named **loggers; /**< whose settings come from it; on the heap */
    size_t logger_count;
    bool has_statics;
    bool has_redaction;
    bool has_heartbeat;
} jl_config_state;

/** An item of a planned object, without its product. @return NULL without memory. */
jl_config_item *jl_config_item_new(const jl_plan_object *object);
jl_config_item *jl_config_item_retain(jl_config_item *item);
void jl_config_item_release(jl_config_item *item);

/** Room for so many items; empty. @return NULL without memory. */
jl_config_state *jl_config_state_new(size_t items);
/** Releases the items, last made first: what wraps others before what it wraps. NULL is legal. */
void jl_config_state_free(jl_config_state *state);

/** @return the item, of this kind and name; NULL without one, or if state is NULL. */
jl_config_item *jl_config_state_find(const jl_config_state *state, jl_config_kind kind,
                                     const char *name);

/** config_build.c: make what the plan says, or take it from the state before, into `made`.
 *  @return false with the mistake in the plan's load; `made` has what there was until then. */
bool jl_config_build(const jl_plan *plan, const jl_config_state *before, jl_config_state *made);

/** config_apply.c: put levels, sampling, handlers and filters of all loggers into force in one
 * step, and the heartbeat behind it.
 *  @return JSONLOG_OK; else the mistake is in the plan's load, and nothing changed. */
jsonlog_status jl_config_apply(const jl_plan *plan, const jl_config_state *before,
                               jl_config_state *made);

/** The same for an incremental configuration: levels only, in the state in force. */
jsonlog_status jl_config_apply_levels(const jl_plan *plan, const jl_config_state *now);

#endif
