#include "logger/config_plan_parts.h"
#include "logger/config_redaction.h"

typedef struct heartbeat {
    uint32_t interval_ms;
} heartbeat;

static const jl_option heartbeat_table[] = {
    {"interval", JL_OPTION_MS, JL_MEMBER(heartbeat, interval_ms), 1, UINT32_MAX,
     .is_required = true},
    JL_OPTIONS_END,
};

typedef struct document {
    const char *schema; /* for editors */
    int version;
    bool is_incremental;
    bool disables_others;
    const jsonlog_field *statics;
    size_t static_count;
    jl_node *sections[JL_CONFIG_KINDS];
    jl_node *redaction;
    heartbeat heartbeat;
    jl_node *loggers;
    jl_node *root;
} document;

#define DOCUMENT(member) JL_MEMBER(document, member)

/* The process takes 64 static fields. */
const jl_option jl_config_document_options[] = {
    {"$schema", JL_OPTION_TEXT, DOCUMENT(schema)},
    {"version", JL_OPTION_INTEGER, DOCUMENT(version), 1, 1, .is_required = true},
    {"incremental", JL_OPTION_BOOL, DOCUMENT(is_incremental)},
    {"disableExistingLoggers", JL_OPTION_BOOL, DOCUMENT(disables_others)},
    {"staticFields", JL_OPTION_FIELDS, DOCUMENT(statics), 0, 64,
     .count_offset = offsetof(document, static_count)},
    {"redaction", JL_OPTION_NODE, DOCUMENT(redaction)},
    {"heartbeat", JL_OPTION_GROUP, DOCUMENT(heartbeat), .group = heartbeat_table},
    {"formatters", JL_OPTION_NODE, DOCUMENT(sections[JL_CONFIG_FORMATTER])},
    {"filters", JL_OPTION_NODE, DOCUMENT(sections[JL_CONFIG_FILTER])},
    {"handlers", JL_OPTION_NODE, DOCUMENT(sections[JL_CONFIG_HANDLER])},
    {"loggers", JL_OPTION_NODE, DOCUMENT(loggers)},
    {"root", JL_OPTION_NODE, DOCUMENT(root)},
    JL_OPTIONS_END,
};

/* ---- "incremental": levels only ---- */

typedef struct level_only {
    int level;
} level_only;

static const jl_option levels_of_handler[] = {
    {"level", JL_OPTION_LEVEL, JL_MEMBER(level_only, level), .is_required = true},
    JL_OPTIONS_END,
};

static bool read_level(jl_plan *plan, jl_node *node) {
    level_only settings = {.level = JSONLOG_LEVEL_NOTSET};
    jl_plan_object *object = jl_plan_add(plan, JL_CONFIG_HANDLER, node);
    if (object == NULL || !jl_options_read(plan->load, node, levels_of_handler, &settings, NULL))
        return false;
    object->level = settings.level;
    object->next = plan->objects[JL_CONFIG_HANDLER];
    plan->objects[JL_CONFIG_HANDLER] = object;
    return true;
}

static bool lacks(jl_config_load *load, const jl_node *top, const char *name) {
    const jl_node *node = jl_node_member(top, name);
    if (node != NULL)
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_KEY,
                       "an incremental configuration changes only levels and propagate");
    return node == NULL;
}

static bool read_incremental(jl_plan *plan, const document *top, const jl_node *node) {
    const jl_node *handlers = top->sections[JL_CONFIG_HANDLER];
    if (!lacks(plan->load, node, "formatters") || !lacks(plan->load, node, "filters") ||
        !lacks(plan->load, node, "staticFields") || !lacks(plan->load, node, "redaction") ||
        !lacks(plan->load, node, "heartbeat") || !lacks(plan->load, node, "disableExistingLoggers"))
        return false;
    if (handlers != NULL && !jl_plan_is_section(plan->load, handlers))
        return false;
    for (jl_node *one = handlers == NULL ? NULL : handlers->first; one != NULL; one = one->next)
        if (!read_level(plan, one))
            return false;
    return true;
}

/* ---- all of it ---- */

static bool read_redaction(jl_plan *plan) {
    if (plan->redaction_node == NULL)
        return true;
    plan->redaction = jl_config_make_redaction(plan->load, plan->redaction_node);
    return plan->redaction != NULL;
}

static bool read_sections(jl_plan *plan, const document *top) {
    if (!read_redaction(plan))
        return false;
    for (int kind = 0; kind < JL_CONFIG_KINDS; kind++)
        if (!jl_plan_read_section(plan, (jl_config_kind)kind, top->sections[kind]))
            return false;
    return jl_plan_check_targets(plan);
}

bool jl_plan_read(jl_plan *plan, jl_config_load *load) {
    *plan = (jl_plan){.load = load};
    document top = {.version = 0};
    jl_node *node = jl_config_parse(load);
    if (node == NULL || !jl_options_read(load, node, jl_config_document_options, &top, NULL))
        return false;
    plan->is_incremental = top.is_incremental;
    plan->disables_others = top.disables_others;
    plan->has_statics = jl_node_member(node, "staticFields") != NULL;
    plan->statics = top.statics;
    plan->static_count = top.static_count;
    plan->redaction_node = top.redaction;
    plan->heartbeat_node = jl_node_member(node, "heartbeat");
    plan->heartbeat_ms = top.heartbeat.interval_ms;
    return (top.is_incremental ? read_incremental(plan, &top, node) : read_sections(plan, &top)) &&
           jl_plan_read_loggers(plan, top.root, top.loggers);
}

void jl_plan_done(jl_plan *plan) {
    jsonlog_redaction_release(plan->redaction);
    plan->redaction = NULL;
}
