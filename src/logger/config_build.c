#include "base/alloc.h"
#include "logger/config_factory.h"
#include "logger/config_state.h"
#include "record/handler_base.h"

#include <jsonlog/routing.h>

typedef struct builder {
    const jl_plan *plan;
    const jl_config_state *before;
    jl_config_state *made;
} builder;

static bool nomem(const builder *b) {
    return jl_config_nomem(b->plan->load) == JSONLOG_OK;
}

/* A constructor or a factory has given nothing: its own reason, or the only one there can be. */
static bool refuse(const builder *b, const jl_plan_object *object, const jsonlog_err *err) {
    jl_config_load *load = b->plan->load;
    if (err->code == JSONLOG_OK || err->code == JSONLOG_E_NOMEM)
        return nomem(b);
    jl_config_fail(load, err->code, object->node, JL_AT_KEY, "%s", err->text);
    return false;
}

/* ---- factories ---- */

static jsonlog_handler *make_target(void *context, const jl_node *name);

static jsonlog_config_options options_for(builder *b, const jl_plan_object *object) {
    return (jsonlog_config_options){.load = b->plan->load, .object = object, .builder = b};
}

/* @return whether the factory gave something and nothing was wrong with its options. */
static bool is_accepted(const jsonlog_config_options *options, const jl_option *commons,
                        bool is_there) {
    const jl_plan_object *object = options->object;
    if (!jsonlog_config_is_good(options) || !jl_factory_all_asked(options, commons))
        return false;
    if (!is_there)
        jl_config_fail(options->load, JSONLOG_E_INVALID, object->node, JL_AT_VALUE,
                       "the factory \"%.60s\" has not made a %s", object->factory->name,
                       jl_config_kind_name(object->kind));
    return is_there;
}

/* ---- formatters and filters ---- */

static bool make_formatter(builder *b, const jl_plan_object *object, jl_config_item *item) {
    jsonlog_err err = {.code = JSONLOG_OK};
    if (object->factory == NULL) {
        item->formatter = object->class_->make_formatter(object->options, &err);
        return item->formatter != NULL || refuse(b, object, &err);
    }
    jsonlog_config_options options = options_for(b, object);
    item->formatter = object->factory->make_formatter(&options, object->factory->context);
    return is_accepted(&options, jl_config_formatter_options, item->formatter != NULL);
}

static bool make_filter(builder *b, const jl_plan_object *object, jl_config_item *item) {
    if (object->factory == NULL)
        return true; /* a pattern: each handler compiles its own */
    jsonlog_config_options options = options_for(b, object);
    const bool is_made =
        object->factory->make_filter(&options, &item->filter, object->factory->context);
    if (!is_made)
        item->filter = (jsonlog_config_filter){.fn = NULL};
    return is_accepted(&options, jl_config_filter_options, is_made && item->filter.fn != NULL);
}

/* ---- handlers ---- */

/* A filter of a factory lives as long as the last handler that asks it. */
typedef struct kept_filter {
    jl_handler_cleanup cleanup;
    jl_config_item *item;
} kept_filter;

static void release_kept(jl_handler_cleanup *cleanup) {
    kept_filter *kept = (kept_filter *)(void *)cleanup;
    jl_config_item_release(kept->item);
    jl_free(kept);
}

static bool ask_filter(const jsonlog_record *record, void *context) {
    const jl_config_item *item = context;
    return item->filter.fn(record, item->filter.context);
}

static bool add_made_filter(const builder *b, jsonlog_handler *handler, jl_config_item *item) {
    kept_filter *kept = jl_calloc(1, sizeof *kept);
    if (kept == NULL)
        return nomem(b);
    kept->cleanup.run = release_kept;
    kept->item = jl_config_item_retain(item);
    jl_handler_add_cleanup(handler, &kept->cleanup);
    return jsonlog_handler_add_filter(handler, ask_filter, item) == JSONLOG_OK || nomem(b);
}

static bool add_filters(const builder *b, const jl_plan_object *object, jsonlog_handler *handler) {
    for (size_t i = 0; i < object->filter_count; i++) {
        const jl_plan_object *filter = object->filters[i];
        jsonlog_err err = {.code = JSONLOG_OK};
        if (filter->factory != NULL) {
            if (!add_made_filter(b, handler, filter->item))
                return false;
        } else if (jsonlog_handler_set_filter_pattern(handler, filter->pattern, filter->passes,
                                                      &err) != JSONLOG_OK) {
            return refuse(b, object, &err);
        }
    }
    return true;
}

static jsonlog_handler *call_handler_factory(builder *b, const jl_plan_object *object) {
    jsonlog_config_options options = options_for(b, object);
    options.make_target = make_target;
    jsonlog_handler *handler = object->factory->make_handler(&options, object->factory->context);
    if (is_accepted(&options, jl_config_handler_options, handler != NULL))
        return handler;
    jsonlog_handler_release(handler);
    return NULL;
}

static jsonlog_handler *call_handler_class(builder *b, const jl_plan_object *object,
                                           jsonlog_formatter *formatter) {
    for (const jl_option_target *target = object->targets; target != NULL; target = target->next) {
        *target->place = make_target(b, target->node);
        if (*target->place == NULL)
            return NULL;
    }
    jsonlog_err err = {.code = JSONLOG_OK};
    jsonlog_handler *handler = object->class_->make_handler(object->options, formatter, &err);
    if (handler == NULL)
        refuse(b, object, &err);
    return handler;
}

static bool make_handler(builder *b, const jl_plan_object *object, jl_config_item *item) {
    jsonlog_formatter *formatter =
        object->formatter == NULL ? NULL : object->formatter->item->formatter;
    item->handler = object->factory != NULL ? call_handler_factory(b, object)
                                            : call_handler_class(b, object, formatter);
    if (item->handler == NULL)
        return false;
    jsonlog_handler_set_level(item->handler, object->level);
    const bool is_set = object->class_ != NULL && object->class_->takes_formatter;
    if (formatter != NULL && !is_set &&
        jsonlog_handler_set_formatter(item->handler, formatter) != JSONLOG_OK)
        return nomem(b);
    return add_filters(b, object, item->handler);
}

/* ---- one object, with all it needs ---- */

static bool make_item(builder *b, const jl_plan_object *object, jl_config_item *item) {
    switch (object->kind) {
    case JL_CONFIG_FORMATTER: return make_formatter(b, object, item);
    case JL_CONFIG_FILTER: return make_filter(b, object, item);
    default: return make_handler(b, object, item);
    }
}

/* The item belongs to the state at once, so that nothing is lost when the next step fails. */
static bool make(builder *b, jl_plan_object *object) {
    if (object->is_made == JL_PLAN_DONE)
        return true;
    object->is_made = JL_PLAN_UNDER_WAY;
    jl_config_item *item = jl_config_state_find(b->before, object->kind, object->name);
    const bool is_kept = item != NULL && jl_text_equal(item->fingerprint, object->fingerprint);
    item = is_kept ? jl_config_item_retain(item) : jl_config_item_new(object);
    if (item == NULL)
        return nomem(b);
    const bool is_good = is_kept || make_item(b, object, item);
    b->made->items[b->made->item_count++] = item;
    object->item = item;
    object->is_made = JL_PLAN_DONE;
    return is_good;
}

static jsonlog_handler *make_target(void *context, const jl_node *name) {
    builder *b = context;
    jl_plan_object *object = jl_plan_resolve(b->plan, JL_CONFIG_HANDLER, name);
    if (object == NULL)
        return NULL;
    if (object->is_made == JL_PLAN_UNDER_WAY) {
        jl_config_fail(b->plan->load, JSONLOG_E_INVALID, name, JL_AT_VALUE,
                       "the handler \"%.60s\" would be a target of itself", object->name);
        return NULL;
    }
    return make(b, object) ? object->item->handler : NULL;
}

bool jl_config_build(const jl_plan *plan, const jl_config_state *before, jl_config_state *made) {
    builder b = {plan, before, made};
    for (int kind = 0; kind < JL_CONFIG_KINDS; kind++)
        for (jl_plan_object *object = plan->objects[kind]; object != NULL; object = object->next)
            if (!make(&b, object))
                return false;
    return true;
}
