#ifndef JL_LOGGER_CHANGE_H
#define JL_LOGGER_CHANGE_H
/** Many loggers at once: their levels, sampling, handlers and filters change with one snapshot. */
#include "logger/tree.h"

/** What a change does with the handlers of a logger. */
typedef enum jl_change_handlers {
    JL_HANDLERS_KEEP,
    JL_HANDLERS_REPLACE,
    JL_HANDLERS_STDOUT, /**< the root as it was before anything was configured; for it alone */
} jl_change_handlers;

/** The new settings of one logger. */
typedef struct jl_change {
    jl_named *named;
    int level;     /**< -1: as it is */
    int propagate; /**< 0, 1; -1: as it is */
    jl_change_handlers with_handlers;
    bool replaces_filters;
    bool replaces_sampling;
    jl_sampling sampling;
    uint32_t handler_count;     /**< at most JL_HANDLERS_MAX, each once */
    uint32_t filter_count;      /**< at most JL_FILTERS_MAX */
    jsonlog_handler **handlers; /**< the tree takes references of its own */
    const jl_filter *filters;
} jl_change;

/** What goes with the changes of loggers. */
typedef struct jl_change_set {
    const jl_change *changes; /**< each logger once */
    size_t count;
    bool replaces_statics;
    jl_context *statics; /**< the fields of jsonlog_set_static_fields(); taken over on success */
    bool replaces_redaction;
    jsonlog_redaction *redaction; /**< of jsonlog_set_redaction(); likewise */
} jl_change_set;

/**
 * Put all of it into force, or nothing. When it returns no log call runs any more that began with
 * the old settings, and handlers that nobody else holds are written out and closed. Not from within
 * a log call.
 * @return JSONLOG_OK or JSONLOG_E_NOMEM.
 */
jsonlog_status jl_tree_change(const jl_change_set *set);

#endif
