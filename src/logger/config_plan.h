#ifndef JL_LOGGER_CONFIG_PLAN_H
#define JL_LOGGER_CONFIG_PLAN_H
/**
 * A configuration, read and checked, before anything of it exists: what is to be made, and what
 * the loggers are to be set to. Lives in the arena of its load.
 */
#include "logger/config_class.h"
#include "logger/config_registry.h"
#include "logger/sampling.h"

#include <jsonlog/redact.h>
#include <jsonlog/routing.h>

typedef enum jl_plan_mark { JL_PLAN_FRESH, JL_PLAN_UNDER_WAY, JL_PLAN_DONE } jl_plan_mark;

/** A formatter, filter or handler that is to be. */
typedef struct jl_plan_object {
    struct jl_plan_object *next; /**< of its kind, in the order of the file */
    jl_config_kind kind;
    const char *name;
    jl_node *node;
    const jl_config_class *class_; /**< NULL: of a factory, or a pattern */
    const jl_factory *factory;     /**< NULL: of a class, or a pattern */
    void *options;                 /**< the struct of the class */
    jl_option_target *targets;     /**< handlers that its options name */
    int level;                     /**< of a handler */
    struct jl_plan_object *formatter;
    struct jl_plan_object **filters; /**< of a handler */
    size_t filter_count;
    const char *pattern; /**< of a filter; NULL: it has a factory */
    jsonlog_pattern_use passes;
    jl_plan_mark is_compared; /**< its fingerprint is there */
    jl_plan_mark is_made;
    jl_text fingerprint;         /**< all that decides how it behaves; equal texts, equal objects */
    struct jl_config_item *item; /**< what became of it */
} jl_plan_object;

/** The settings of one logger. */
typedef struct jl_plan_logger {
    struct jl_plan_logger *next;
    const char *name; /**< "" is the root */
    const jl_node *node;
    int level;     /**< -1: not given */
    int propagate; /**< likewise */
    jl_sampling sampling;
    bool has_handlers;
    jl_plan_object **handlers;
    size_t handler_count;
    jl_plan_object **filters;
    size_t filter_count;
} jl_plan_logger;

typedef struct jl_plan {
    jl_config_load *load;
    bool is_incremental;
    bool disables_others;
    bool has_statics;
    const jsonlog_field *statics;
    size_t static_count;
    jl_node *redaction_node;      /**< NULL: none */
    jsonlog_redaction *redaction; /**< a reference, given back by jl_plan_done() */
    jl_node *heartbeat_node;      /**< NULL: none */
    uint32_t heartbeat_ms;
    jl_plan_object *objects[JL_CONFIG_KINDS];
    size_t object_count;
    jl_plan_logger *loggers;
    size_t logger_count;
} jl_plan;

/** Read load->source. With the lock of configurations held. @return false with the mistake in load.
 */
bool jl_plan_read(jl_plan *plan, jl_config_load *load);
void jl_plan_done(jl_plan *plan);

/** @return the object of this name; NULL without one. */
jl_plan_object *jl_plan_find(const jl_plan *plan, jl_config_kind kind, const char *name);

/** The object that a string names. @return NULL with the mistake in load. */
jl_plan_object *jl_plan_resolve(const jl_plan *plan, jl_config_kind kind, const jl_node *name);

/** Give every object its fingerprint. @return false with the mistake in load: handlers that are
 *  targets of each other, or no memory. */
bool jl_plan_compare(const jl_plan *plan);

/** "handler", "formatter", "filter". */
const char *jl_config_kind_name(jl_config_kind kind);

#endif
