#include "logger/config_factory.h"

#include <stdarg.h>
#include <stdio.h>

bool jsonlog_config_is_good(const jsonlog_config_options *options) {
    return options->load->status == JSONLOG_OK;
}

const char *jsonlog_config_get_name(const jsonlog_config_options *options) {
    return options->object->name;
}

void jsonlog_config_refuse(jsonlog_config_options *options, const char *key, const char *format,
                           ...) {
    char reason[JSONLOG_ERR_TEXT_MAX];
    const jl_node *node = key == NULL ? NULL : jl_node_member(options->object->node, key);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    jl_config_fail(options->load, JSONLOG_E_INVALID, node == NULL ? options->object->node : node,
                   JL_AT_VALUE, "%s", reason);
}

/* ---- getters ---- */

/* @return the member, now known; NULL if it is not there. */
static const jl_node *ask(jsonlog_config_options *options, const char *key) {
    if (options->asked_count < JL_ASKED_MAX)
        options->asked[options->asked_count++].name = key;
    jl_node *node = jl_node_member(options->object->node, key);
    if (node != NULL)
        node->is_known = true;
    return node;
}

const char *jsonlog_config_get_text(jsonlog_config_options *options, const char *key,
                                    const char *fallback) {
    const jl_node *node = ask(options, key);
    const char *text = NULL;
    if (node != NULL && jl_read_text(options->load, node, 0, &text))
        return text;
    if (node == NULL && fallback == NULL)
        jsonlog_config_refuse(options, NULL, "\"%s\" is missing", key);
    return fallback == NULL ? "" : fallback;
}

bool jsonlog_config_get_bool(jsonlog_config_options *options, const char *key, bool fallback) {
    const jl_node *node = ask(options, key);
    bool value = fallback;
    return node != NULL && jl_read_bool(options->load, node, &value) ? value : fallback;
}

int64_t jsonlog_config_get_integer(jsonlog_config_options *options, const char *key, int64_t least,
                                   int64_t most, int64_t fallback) {
    const jl_node *node = ask(options, key);
    int64_t value = fallback;
    if (node != NULL)
        jl_read_integer(options->load, node, least, most, &value);
    return value;
}

double jsonlog_config_get_number(jsonlog_config_options *options, const char *key,
                                 double fallback) {
    const jl_node *node = ask(options, key);
    double value = fallback;
    if (node != NULL)
        jl_read_double_option(options->load, node, &value);
    return value;
}

uint64_t jsonlog_config_get_size(jsonlog_config_options *options, const char *key,
                                 uint64_t fallback) {
    const jl_node *node = ask(options, key);
    uint64_t value = fallback;
    if (node != NULL)
        jl_read_size(options->load, node, &value);
    return value;
}

uint64_t jsonlog_config_get_duration_ms(jsonlog_config_options *options, const char *key,
                                        uint64_t fallback) {
    const jl_node *node = ask(options, key);
    uint64_t value = fallback;
    if (node != NULL)
        jl_read_duration(options->load, node, 1, &value);
    return value;
}

jsonlog_handler *jsonlog_config_get_target(jsonlog_config_options *options, const char *key) {
    const jl_node *node = ask(options, key);
    if (options->make_target == NULL) {
        jsonlog_config_refuse(options, key, "only a handler can have a handler as target");
        return NULL;
    }
    return node == NULL || options->load->status != JSONLOG_OK
               ? NULL
               : options->make_target(options->builder, node);
}

bool jl_factory_all_asked(const jsonlog_config_options *options, const jl_option *commons) {
    return jl_options_all_known(options->load, options->object->node, commons, options->asked);
}
