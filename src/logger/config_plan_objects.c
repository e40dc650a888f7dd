#include "logger/config_plan_parts.h"
#include "logger/tree.h"

/* ---- tables ---- */

/* What an object has beside the options of its class. */
typedef struct commons {
    const char *class_name;
    const char *factory;
    int level;
    jl_node *formatter;
    jl_node *filters;
    const char *pattern;
    jsonlog_pattern_use passes;
} commons;

#define COMMON(member) JL_MEMBER(commons, member)

static const jl_option_word uses[] = {
    {"matching", JSONLOG_PASS_MATCHING}, {"others", JSONLOG_PASS_OTHERS}, JL_WORDS_END};

const jl_option jl_config_formatter_options[] = {
    {"class", JL_OPTION_TEXT, COMMON(class_name), .least = 1},
    {"factory", JL_OPTION_TEXT, COMMON(factory), .least = 1},
    JL_OPTIONS_END,
};

const jl_option jl_config_filter_options[] = {
    {"pattern", JL_OPTION_PATTERN, COMMON(pattern)},
    {"passes", JL_OPTION_WORD, COMMON(passes), .words = uses},
    {"factory", JL_OPTION_TEXT, COMMON(factory), .least = 1},
    JL_OPTIONS_END,
};

const jl_option jl_config_handler_options[] = {
    {"class", JL_OPTION_TEXT, COMMON(class_name), .least = 1},
    {"factory", JL_OPTION_TEXT, COMMON(factory), .least = 1},
    {"level", JL_OPTION_LEVEL, COMMON(level)},
    {"formatter", JL_OPTION_NODE, COMMON(formatter)},
    {"filters", JL_OPTION_NODE, COMMON(filters)},
    JL_OPTIONS_END,
};

static const jl_option *const tables[JL_CONFIG_KINDS] = {
    [JL_CONFIG_FORMATTER] = jl_config_formatter_options,
    [JL_CONFIG_FILTER] = jl_config_filter_options,
    [JL_CONFIG_HANDLER] = jl_config_handler_options,
};

/* ---- classes and factories ---- */

static void offer_factory(void *context, const char *name) {
    void **both = context;
    jl_nearest_offer(both[0], both[1], name);
}

static bool set_factory(jl_config_load *load, jl_plan_object *object) {
    const jl_node *name = jl_node_member(object->node, "factory");
    object->factory = jl_factory_find_locked(object->kind, name->text.ptr);
    if (object->factory != NULL)
        return true;
    jl_nearest nearest = {NULL, 0};
    void *both[] = {&nearest, (void *)(uintptr_t)name->text.ptr};
    jl_factories_each_locked(object->kind, offer_factory, both);
    return jl_plan_refuse_name(load, name, "factory", &nearest);
}

static bool refuse_class(jl_config_load *load, const jl_plan_object *object,
                         const jl_config_class *const *classes) {
    const jl_node *name = jl_node_member(object->node, "class");
    jl_nearest nearest = {NULL, 0};
    for (; *classes != NULL; classes++)
        jl_nearest_offer(&nearest, name->text.ptr, (*classes)->name);
    if (nearest.word == NULL)
        jl_config_fail(
            load, JSONLOG_E_INVALID, name, JL_AT_VALUE,
            "there is no class \"%.60s\" of %ss; one of the program's own is a \"factory\"",
            name->text.ptr, jl_config_kind_name(object->kind));
    else
        jl_config_fail(load, JSONLOG_E_INVALID, name, JL_AT_VALUE,
                       "there is no class \"%.60s\"; did you mean %s?", name->text.ptr,
                       nearest.word);
    return false;
}

static bool read_class_options(jl_config_load *load, jl_plan_object *object) {
    const jl_config_class *class_ = object->class_;
    object->options = jl_arena_take(&load->arena, class_->size);
    if (object->options == NULL)
        return jl_config_nomem(load) == JSONLOG_OK;
    if (class_->init != NULL)
        class_->init(object->options);
    if (!jl_options_fill(load, object->node, class_->options, object->options, &object->targets) ||
        !jl_options_all_known(load, object->node, class_->options, tables[object->kind]))
        return false;
    const char *fault = class_->check == NULL ? NULL : class_->check(object->options);
    if (fault != NULL)
        jl_config_fail(load, JSONLOG_E_INVALID, object->node, JL_AT_VALUE, "%s", fault);
    return fault == NULL;
}

static bool set_class(jl_config_load *load, jl_plan_object *object, const char *name) {
    const jl_config_class *const *classes =
        object->kind == JL_CONFIG_HANDLER ? jl_config_handler_classes : jl_config_formatter_classes;
    for (const jl_config_class *const *c = classes; *c != NULL; c++)
        if (strcmp((*c)->name, name) == 0)
            object->class_ = *c;
    return object->class_ == NULL ? refuse_class(load, object, classes)
                                  : read_class_options(load, object);
}

/* ---- objects ---- */

static bool refuse_object(jl_config_load *load, const jl_plan_object *object, const char *reason) {
    jl_config_fail(load, JSONLOG_E_INVALID, object->node, JL_AT_VALUE, "%s", reason);
    return false;
}

static bool read_filter(jl_config_load *load, jl_plan_object *object, const commons *common) {
    if (common->pattern == NULL)
        return refuse_object(load, object, "a filter has either a \"pattern\" or a \"factory\"");
    object->pattern = common->pattern;
    object->passes = common->passes;
    return jl_options_all_known(load, object->node, jl_config_filter_options, NULL);
}

static bool read_made(jl_config_load *load, jl_plan_object *object, const commons *common) {
    const bool has_class = common->class_name != NULL;
    if (common->factory != NULL) {
        if (has_class || common->pattern != NULL || jl_node_member(object->node, "passes") != NULL)
            return refuse_object(load, object, "a \"factory\" stands alone");
        return set_factory(load, object);
    }
    if (object->kind == JL_CONFIG_FILTER)
        return read_filter(load, object, common);
    return has_class ? set_class(load, object, common->class_name)
                     : refuse_object(load, object, "\"class\" or \"factory\" is missing");
}

/* One filter by pattern is what a handler can have: two would have to be one pattern with "and". */
static bool check_patterns(jl_config_load *load, const jl_plan_object *handler) {
    size_t patterns = 0;
    for (size_t i = 0; i < handler->filter_count; i++)
        patterns += handler->filters[i]->pattern != NULL;
    return patterns < 2 || refuse_object(load, handler,
                                         "a handler takes one filter with a pattern: join patterns "
                                         "by && or ||");
}

static bool read_object(jl_plan *plan, jl_plan_object *object) {
    jl_config_load *load = plan->load;
    commons common = {.level = JSONLOG_LEVEL_NOTSET};
    if (!jl_options_fill(load, object->node, tables[object->kind], &common, NULL))
        return false;
    object->level = common.level;
    if (common.formatter != NULL) {
        object->formatter = jl_plan_resolve(plan, JL_CONFIG_FORMATTER, common.formatter);
        if (object->formatter == NULL)
            return false;
    }
    return jl_plan_resolve_all(plan, JL_CONFIG_FILTER, common.filters, JL_FILTERS_MAX,
                               &object->filters, &object->filter_count) &&
           check_patterns(load, object) && read_made(load, object, &common);
}

jl_plan_object *jl_plan_add(jl_plan *plan, jl_config_kind kind, jl_node *node) {
    jl_plan_object *object = jl_arena_take(&plan->load->arena, sizeof *object);
    if (object == NULL) {
        jl_config_nomem(plan->load);
        return NULL;
    }
    object->kind = kind;
    object->name = node->key;
    object->node = node;
    plan->object_count++;
    return object;
}

bool jl_plan_is_section(jl_config_load *load, const jl_node *section) {
    if (section->kind != JL_JSON_OBJECT)
        return jl_config_expected(load, section, "an object");
    for (const jl_node *node = section->first; node != NULL; node = node->next)
        if (node->key[0] == '\0') {
            jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_KEY, "a name is empty");
            return false;
        }
    return true;
}

/* All are known by name before the first is read, and handlers come last: they name the others. */
bool jl_plan_read_section(jl_plan *plan, jl_config_kind kind, const jl_node *section) {
    if (section == NULL)
        return true;
    if (!jl_plan_is_section(plan->load, section))
        return false;
    jl_plan_object **end = &plan->objects[kind];
    for (jl_node *node = section->first; node != NULL; node = node->next) {
        *end = jl_plan_add(plan, kind, node);
        if (*end == NULL)
            return false;
        end = &(*end)->next;
    }
    for (jl_plan_object *object = plan->objects[kind]; object != NULL; object = object->next)
        if (!read_object(plan, object))
            return false;
    return true;
}

/* Names of targets are looked up when all handlers are known. */
bool jl_plan_check_targets(const jl_plan *plan) {
    for (const jl_plan_object *o = plan->objects[JL_CONFIG_HANDLER]; o != NULL; o = o->next)
        for (const jl_option_target *target = o->targets; target != NULL; target = target->next)
            if (jl_plan_resolve(plan, JL_CONFIG_HANDLER, target->node) == NULL)
                return false;
    return true;
}
