#include "base/destination.h"
#include "logger/config_nearest.h"
#include "logger/config_option.h"

/* One member on its way into the struct. */
typedef struct reading {
    jl_config_load *load;
    const jl_option *option;
    jl_node *node;
    char *place; /* the member of the struct */
    size_t *count;
    jl_option_target **targets;
} reading;

/* ---- numbers of any width ---- */

static void store(const reading *r, uint64_t value) {
    const uint8_t one = (uint8_t)value;
    const uint16_t two = (uint16_t)value;
    const uint32_t four = (uint32_t)value;
    switch (r->option->width) {
    case 1: memcpy(r->place, &one, 1); break;
    case 2: memcpy(r->place, &two, 2); break;
    case 4: memcpy(r->place, &four, 4); break;
    default: memcpy(r->place, &value, 8); break;
    }
}

static bool store_in_range(const reading *r, uint64_t value, const char *unit) {
    if (value < (uint64_t)r->option->least || value > (uint64_t)r->option->most) {
        jl_config_fail(r->load, JSONLOG_E_LIMIT, r->node, JL_AT_VALUE,
                       "expected %lld to %lld %s, not %llu", (long long)r->option->least,
                       (long long)r->option->most, unit, (unsigned long long)value);
        return false;
    }
    store(r, value);
    return true;
}

static bool read_integer(const reading *r) {
    int64_t value = 0;
    if (!jl_read_integer(r->load, r->node, r->option->least, r->option->most, &value))
        return false;
    store(r, (uint64_t)value);
    return true;
}

static bool read_size(const reading *r) {
    uint64_t value = 0;
    return jl_read_size(r->load, r->node, &value) && store_in_range(r, value, "bytes");
}

static bool is_word(const jl_option_word *words, const jl_node *node) {
    for (; words != NULL && words->name != NULL; words++)
        if (node->kind == JL_JSON_STRING && strcmp(words->name, node->text.ptr) == 0)
            return true;
    return false;
}

static bool read_word(const reading *r) {
    uint64_t value = 0;
    if (!jl_read_word(r->load, r->node, r->option->words, &value))
        return false;
    store(r, value);
    return true;
}

static bool read_duration(const reading *r) {
    const bool is_ms = r->option->type == JL_OPTION_MS;
    uint64_t value = 0;
    if (is_word(r->option->words, r->node))
        return read_word(r);
    return jl_read_duration(r->load, r->node, is_ms ? 1 : 1000, &value) &&
           store_in_range(r, value, is_ms ? "milliseconds" : "seconds");
}

/* Compiled only to see whether it can be: whoever asks it compiles one of his own. */
static bool read_pattern(const reading *r) {
    const char *text = NULL;
    jsonlog_filter *filter = NULL;
    jsonlog_err err = {.code = JSONLOG_OK};
    if (!jl_read_text(r->load, r->node, 0, &text))
        return false;
    const jsonlog_status status = jsonlog_filter_compile(text, r->node->text.len, &filter, &err);
    jsonlog_filter_free(filter);
    if (status != JSONLOG_OK)
        jl_config_fail(r->load, status, r->node, JL_AT_VALUE, "%s", err.text);
    memcpy(r->place, &text, sizeof text);
    return status == JSONLOG_OK;
}

/* Likewise parsed only to see what is wrong with it. */
static bool read_destinations(const reading *r) {
    const char *text = NULL;
    jl_destination parsed[JL_DESTINATIONS_MAX];
    size_t count = 0;
    jsonlog_err err = {.code = JSONLOG_OK};
    if (!jl_read_text(r->load, r->node, 1, &text))
        return false;
    const jsonlog_status status =
        jl_destinations_parse(text, r->option->default_port, parsed, &count, &err);
    if (status != JSONLOG_OK)
        jl_config_fail(r->load, status, r->node, JL_AT_VALUE, "%s", err.text);
    memcpy(r->place, &text, sizeof text);
    return status == JSONLOG_OK;
}

/* ---- lists ---- */

static bool is_list(const reading *r, jl_json_kind kind, const char *what) {
    if (r->node->kind != kind)
        return jl_config_expected(r->load, r->node, what);
    if (r->node->count >= (uint64_t)r->option->least && r->node->count <= (uint64_t)r->option->most)
        return true;
    jl_config_fail(r->load, JSONLOG_E_LIMIT, r->node, JL_AT_VALUE,
                   "expected %lld to %lld of them, not %u", (long long)r->option->least,
                   (long long)r->option->most, (unsigned)r->node->count);
    return false;
}

static void *new_list(const reading *r, size_t size) {
    void *list = jl_arena_array(&r->load->arena, r->node->count, size);
    if (list == NULL)
        jl_config_nomem(r->load);
    else
        memcpy(r->place, &list, sizeof list);
    *r->count = r->node->count;
    return list;
}

static bool read_texts(const reading *r) {
    if (!is_list(r, JL_JSON_ARRAY, "an array of strings"))
        return false;
    const char **texts = new_list(r, sizeof *texts);
    if (texts == NULL)
        return false;
    for (const jl_node *node = r->node->first; node != NULL; node = node->next)
        if (!jl_read_text(r->load, node, 1, &texts[node->index]))
            return false;
    return true;
}

static bool read_renames(const reading *r) {
    if (!is_list(r, JL_JSON_OBJECT, "an object of strings"))
        return false;
    jsonlog_rename *renames = new_list(r, sizeof *renames);
    if (renames == NULL)
        return false;
    for (const jl_node *node = r->node->first; node != NULL; node = node->next) {
        renames[node->index].from = node->key;
        if (!jl_read_text(r->load, node, 0, &renames[node->index].to))
            return false;
    }
    return true;
}

static bool read_fields(const reading *r) {
    const jsonlog_field *fields = NULL;
    if (!is_list(r, JL_JSON_OBJECT, "an object of fields") ||
        !jl_read_fields(r->load, r->node, &fields, r->count))
        return false;
    memcpy(r->place, &fields, sizeof fields);
    return true;
}

/* ---- handlers ---- */

static bool add_target(const reading *r, const jl_node *node, jsonlog_handler **place) {
    const char *name = NULL;
    if (!jl_read_text(r->load, node, 1, &name))
        return false;
    jl_option_target *target = jl_arena_take(&r->load->arena, sizeof *target);
    if (target == NULL)
        return jl_config_nomem(r->load) == JSONLOG_OK;
    *target = (jl_option_target){*r->targets, node, place};
    *r->targets = target;
    return true;
}

static bool is_first(const reading *r, const jl_node *node) {
    for (const jl_node *before = r->node->first; before != node; before = before->next)
        if (before->kind == node->kind && jl_text_equal(before->text, node->text)) {
            jl_config_fail(r->load, JSONLOG_E_INVALID, node, JL_AT_VALUE,
                           "\"%.60s\" stands here twice", node->text.ptr);
            return false;
        }
    return true;
}

static bool read_handlers(const reading *r) {
    if (!is_list(r, JL_JSON_ARRAY, "an array of names of handlers"))
        return false;
    jsonlog_handler **handlers = new_list(r, sizeof(jsonlog_handler *));
    if (handlers == NULL)
        return false;
    for (const jl_node *node = r->node->first; node != NULL; node = node->next)
        if (!add_target(r, node, &handlers[node->index]) || !is_first(r, node))
            return false;
    return true;
}

/* ---- groups ---- */

static bool read_groups(const reading *r) {
    if (!is_list(r, JL_JSON_ARRAY, "an array of objects"))
        return false;
    char *groups = new_list(r, r->option->element);
    if (groups == NULL)
        return false;
    for (jl_node *node = r->node->first; node != NULL; node = node->next)
        if (!jl_options_read(r->load, node, r->option->group,
                             groups + node->index * r->option->element, r->targets))
            return false;
    return true;
}

/* ---- one option ---- */

static bool read_option(const reading *r) {
    void *place = r->place;
    switch ((jl_option_type)r->option->type) {
    case JL_OPTION_TEXT: return jl_read_text(r->load, r->node, (size_t)r->option->least, place);
    case JL_OPTION_PATTERN: return read_pattern(r);
    case JL_OPTION_DESTINATIONS: return read_destinations(r);
    case JL_OPTION_BOOL: return jl_read_bool(r->load, r->node, place);
    case JL_OPTION_INTEGER: return read_integer(r);
    case JL_OPTION_SIZE: return read_size(r);
    case JL_OPTION_MS:
    case JL_OPTION_SECONDS: return read_duration(r);
    case JL_OPTION_WORD: return read_word(r);
    case JL_OPTION_MODE: return jl_read_mode(r->load, r->node, place);
    case JL_OPTION_CLOCK: return jl_read_clock(r->load, r->node, place);
    case JL_OPTION_LEVEL: return jl_read_level(r->load, r->node, place);
    case JL_OPTION_TEXTS: return read_texts(r);
    case JL_OPTION_FIELDS: return read_fields(r);
    case JL_OPTION_RENAMES: return read_renames(r);
    case JL_OPTION_GROUP:
        return jl_options_read(r->load, r->node, r->option->group, place, r->targets);
    case JL_OPTION_GROUPS: return read_groups(r);
    case JL_OPTION_HANDLER: return add_target(r, r->node, place);
    case JL_OPTION_HANDLERS: return read_handlers(r);
    case JL_OPTION_NODE: memcpy(r->place, &r->node, sizeof r->node); return true;
    }
    return false;
}

/* ---- all of them ---- */

static void offer_all(jl_nearest *nearest, const char *meant, const jl_option *table) {
    for (; table != NULL && table->name != NULL; table++)
        jl_nearest_offer(nearest, meant, table->name);
}

bool jl_options_all_known(jl_config_load *load, const jl_node *object, const jl_option *table,
                          const jl_option *more) {
    const jl_node *node = object->first;
    while (node != NULL && node->is_known)
        node = node->next;
    if (node == NULL)
        return true;
    jl_nearest nearest = {NULL, 0};
    offer_all(&nearest, node->key, table);
    offer_all(&nearest, node->key, more);
    if (nearest.word == NULL)
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_KEY, "there is no such option here");
    else
        jl_config_fail(load, JSONLOG_E_INVALID, node, JL_AT_KEY,
                       "there is no such option; did you mean %s?", nearest.word);
    return false;
}

static bool read_member(jl_config_load *load, jl_node *object, const jl_option *option, void *out,
                        jl_option_target **targets) {
    char *base = out;
    jl_node *node = jl_node_member(object, option->name);
    if (node == NULL && !option->is_required)
        return true;
    if (node == NULL) {
        jl_config_fail(load, JSONLOG_E_INVALID, object, JL_AT_VALUE, "\"%s\" is missing",
                       option->name);
        return false;
    }
    node->is_known = true;
    const reading r = {.load = load,
                       .option = option,
                       .node = node,
                       .place = base + option->offset,
                       .count = (size_t *)(void *)(base + option->count_offset),
                       .targets = targets};
    return read_option(&r);
}

bool jl_options_fill(jl_config_load *load, jl_node *object, const jl_option *table, void *out,
                     jl_option_target **targets) {
    if (object->kind != JL_JSON_OBJECT)
        return jl_config_expected(load, object, "an object");
    for (const jl_option *option = table; option->name != NULL; option++)
        if (!read_member(load, object, option, out, targets))
            return false;
    return true;
}

bool jl_options_read(jl_config_load *load, jl_node *object, const jl_option *table, void *out,
                     jl_option_target **targets) {
    return jl_options_fill(load, object, table, out, targets) &&
           jl_options_all_known(load, object, table, NULL);
}
