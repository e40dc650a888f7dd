#include "logger/config_plan_parts.h"
#include "logger/tree.h"

typedef struct logger_settings {
    int level;
    bool propagate;
    jsonlog_sampling_policy sampling;
    jl_node *handlers;
    jl_node *filters;
} logger_settings;

#define LOGGER(member) JL_MEMBER(logger_settings, member)
#define POLICY(member) JL_MEMBER(jsonlog_sampling_policy, member)

/* What 0 means in the struct is left out in the file; without "thereafter" none are kept. */
static const jl_option sampling_table[] = {
    {"below", JL_OPTION_LEVEL, POLICY(below)},
    {"first", JL_OPTION_INTEGER, POLICY(first), 1, UINT32_MAX},
    {"thereafter", JL_OPTION_INTEGER, POLICY(thereafter), 0, UINT32_MAX},
    {"interval", JL_OPTION_MS, POLICY(interval_ms), 1, UINT32_MAX},
    {"random", JL_OPTION_BOOL, POLICY(is_random)},
    JL_OPTIONS_END,
};

const jl_option jl_config_root_options[] = {
    {"level", JL_OPTION_LEVEL, LOGGER(level)},
    {"sampling", JL_OPTION_GROUP, LOGGER(sampling), .group = sampling_table},
    {"handlers", JL_OPTION_NODE, LOGGER(handlers)},
    {"filters", JL_OPTION_NODE, LOGGER(filters)},
    JL_OPTIONS_END,
};

const jl_option jl_config_logger_options[] = {
    {"level", JL_OPTION_LEVEL, LOGGER(level)},
    {"propagate", JL_OPTION_BOOL, LOGGER(propagate)},
    {"sampling", JL_OPTION_GROUP, LOGGER(sampling), .group = sampling_table},
    {"handlers", JL_OPTION_NODE, LOGGER(handlers)},
    {"filters", JL_OPTION_NODE, LOGGER(filters)},
    JL_OPTIONS_END,
};

/* In an incremental configuration. */
static const jl_option levels_of_root[] = {
    {"level", JL_OPTION_LEVEL, LOGGER(level)},
    JL_OPTIONS_END,
};

static const jl_option levels_of_logger[] = {
    {"level", JL_OPTION_LEVEL, LOGGER(level)},
    {"propagate", JL_OPTION_BOOL, LOGGER(propagate)},
    JL_OPTIONS_END,
};

static bool check_logger_filters(jl_config_load *load, const jl_plan_logger *logger) {
    for (size_t i = 0; i < logger->filter_count; i++)
        if (logger->filters[i]->pattern != NULL) {
            jl_config_fail(load, JSONLOG_E_INVALID, jl_node_member(logger->node, "filters"),
                           JL_AT_VALUE,
                           "\"%.60s\" has a pattern, which is asked about lines: for handlers only",
                           logger->filters[i]->name);
            return false;
        }
    return true;
}

static bool read_logger(jl_plan *plan, jl_node *node, const char *name, const jl_option *table) {
    jl_config_load *load = plan->load;
    logger_settings settings = {.level = -1, .sampling = JSONLOG_SAMPLING_POLICY_INIT};
    jl_plan_logger *logger = jl_arena_take(&load->arena, sizeof *logger);
    if (logger == NULL)
        return jl_config_nomem(load) == JSONLOG_OK;
    if (strlen(name) > JL_NAME_MAX) {
        jl_config_fail(load, JSONLOG_E_LIMIT, node, JL_AT_KEY, "a name of more than %d bytes",
                       JL_NAME_MAX);
        return false;
    }
    if (!jl_options_read(load, node, table, &settings, NULL))
        return false;
    logger->name = name;
    logger->node = node;
    logger->level = settings.level;
    logger->propagate = jl_node_member(node, "propagate") == NULL ? -1 : settings.propagate;
    if (jl_node_member(node, "sampling") != NULL)
        logger->sampling = jl_sampling_from(&settings.sampling);
    logger->has_handlers = settings.handlers != NULL;
    logger->next = plan->loggers;
    plan->loggers = logger;
    plan->logger_count++;
    return jl_plan_resolve_all(plan, JL_CONFIG_HANDLER, settings.handlers, JL_HANDLERS_MAX,
                               &logger->handlers, &logger->handler_count) &&
           jl_plan_resolve_all(plan, JL_CONFIG_FILTER, settings.filters, JL_FILTERS_MAX,
                               &logger->filters, &logger->filter_count) &&
           check_logger_filters(load, logger);
}

bool jl_plan_read_loggers(jl_plan *plan, jl_node *root, jl_node *loggers) {
    const bool is_full = !plan->is_incremental;
    if (root != NULL &&
        !read_logger(plan, root, "", is_full ? jl_config_root_options : levels_of_root))
        return false;
    if (loggers == NULL)
        return true;
    if (!jl_plan_is_section(plan->load, loggers))
        return false;
    for (jl_node *node = loggers->first; node != NULL; node = node->next)
        if (!read_logger(plan, node, node->key,
                         is_full ? jl_config_logger_options : levels_of_logger))
            return false;
    return true;
}
