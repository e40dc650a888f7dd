#include "base/buffer.h"
#include "base/err.h"
#include "logger/config_document.h"

#include <stdarg.h>
#include <stdio.h>

/* A path longer than this is cut: the place says the same. */
#define PATH_MAX_BYTES 256

/* ---- handlers.file.maxBytes, loggers["a.b"].filters[2] ---- */

static bool is_plain(const char *key) {
    const char *at = key;
    while ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') ||
           *at == '_' || *at == '-' || *at == '$')
        at++;
    return at > key && *at == '\0';
}

static void append_step(jl_buffer *path, const jl_node *node) {
    if (node->key == NULL)
        jl_buffer_append_format(path, "[%u]", (unsigned)node->index);
    else if (is_plain(node->key))
        jl_buffer_append_format(path, "%s%s", path->len > 0 ? "." : "", node->key);
    else
        jl_buffer_append_format(path, "[\"%s\"]", node->key);
}

/* Nodes lead upwards, paths downwards. */
static void append_path(jl_buffer *path, const jl_node *node) {
    if (node == NULL || node->parent == NULL)
        return;
    append_path(path, node->parent);
    append_step(path, node);
}

/* ---- line and column, both from 1; columns are code points ---- */

typedef struct position {
    size_t line;
    size_t column;
} position;

static position position_of(jl_text source, size_t offset) {
    position at = {1, 1};
    for (size_t i = 0; i < offset && i < source.len; i++) {
        if (source.ptr[i] == '\n')
            at = (position){at.line + 1, 1};
        else if (((unsigned char)source.ptr[i] & 0xC0) != 0x80)
            at.column++;
    }
    return at;
}

/* ---- the sentence ---- */

static void note(jl_config_load *load, jsonlog_status status, const jl_node *node, size_t offset,
                 const char *reason) {
    char space[PATH_MAX_BYTES + 1];
    jl_buffer path;
    jl_buffer_init(&path, space, sizeof space, PATH_MAX_BYTES);
    append_path(&path, node);
    const char *separator = path.len > 0 ? ": " : "";
    const position at = position_of(load->source, offset);
    if (offset == JSONLOG_NO_OFFSET)
        jl_err_set(load->err, status, offset, "%s: %s", load->name, reason);
    else
        jl_err_set(load->err, status, offset, "%s:%zu:%zu: %.*s%s%s", load->name, at.line,
                   at.column, (int)path.len, path.data, separator, reason);
    jl_buffer_done(&path);
}

static jsonlog_status fail(jl_config_load *load, jsonlog_status status, const jl_node *node,
                           size_t offset, const char *format, va_list arguments) {
    if (load->status != JSONLOG_OK)
        return load->status;
    char reason[JSONLOG_ERR_TEXT_MAX];
    vsnprintf(reason, sizeof reason, format, arguments);
    load->status = status;
    note(load, status, node, offset, reason);
    return status;
}

jsonlog_status jl_config_fail(jl_config_load *load, jsonlog_status status, const jl_node *node,
                              jl_config_place place, const char *format, ...) {
    size_t offset = JSONLOG_NO_OFFSET;
    if (node != NULL)
        offset = place == JL_AT_KEY ? node->key_at : node->at;
    va_list arguments;
    va_start(arguments, format);
    fail(load, status, node, offset, format, arguments);
    va_end(arguments);
    return load->status;
}

jsonlog_status jl_config_fail_at(jl_config_load *load, jsonlog_status status, const jl_node *inside,
                                 size_t offset, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fail(load, status, inside, offset, format, arguments);
    va_end(arguments);
    return load->status;
}

jsonlog_status jl_config_nomem(jl_config_load *load) {
    if (load->status == JSONLOG_OK)
        load->status = jl_err_nomem(load->err);
    return load->status;
}
