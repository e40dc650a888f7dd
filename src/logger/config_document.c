#include "logger/config_document.h"

#include "base/utf8.h"
#include "json/unescape.h"

typedef struct parser {
    jl_config_load *load;
    jl_scanner scanner;
} parser;

static size_t offset_of(const parser *p, const char *at) {
    return (size_t)(at - p->load->source.ptr);
}

/* ---- mistakes of grammar ---- */

static void *refuse(parser *p, const jl_node *inside) {
    const char *at = p->scanner.at;
    const size_t offset = offset_of(p, at);
    const jl_text rest = {at, (size_t)(p->scanner.end - at)};
    size_t bytes = 0;
    if (p->scanner.fault == JL_SCAN_DEPTH)
        jl_config_fail_at(p->load, JSONLOG_E_LIMIT, inside, offset, "nested too deeply");
    else if (rest.len == 0)
        jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, inside, offset, "the text ends too early");
    else if (offset == 0 && jl_text_starts_with(rest, JL_TEXT("\xEF\xBB\xBF")))
        jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, inside, offset,
                          "a byte order mark, which JSON does not have");
    else if (*at == '"')
        jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, inside, offset,
                          "a string that is not expected here, not closed, or has a control "
                          "character or a wrong escape in it");
    else {
        jl_utf8_decode(rest, &bytes);
        jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, inside, offset,
                          "\"%.*s\" is not expected here", (int)bytes, at);
    }
    return NULL;
}

static void *nomem(const parser *p) {
    jl_config_nomem(p->load);
    return NULL;
}

/* ---- strings ---- */

/* What the string means can only be shorter than how it is spelled. */
static char *unescape(parser *p, jl_json_string string, const jl_node *inside, size_t *len) {
    char *out = jl_arena_take(&p->load->arena, string.len + 1);
    if (out == NULL)
        return nomem(p);
    jl_unescape cursor = jl_unescape_begin(string);
    *len = 0;
    while (jl_unescape_is_more(&cursor)) {
        char bytes[4];
        const size_t offset = offset_of(p, cursor.at);
        jl_unescape before = cursor;
        const uint32_t code_point = jl_unescape_next(&before);
        if (code_point == 0 || jl_is_surrogate(code_point)) {
            jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, inside, offset, "%s",
                              code_point == 0 ? "a NUL character cannot stand in a configuration"
                                              : "half a surrogate is no character");
            return NULL;
        }
        const size_t count = jl_unescape_next_bytes(&cursor, bytes);
        memcpy(out + *len, bytes, count);
        *len += count;
    }
    return out;
}

/* ---- the tree ---- */

static jl_node *new_node(const parser *p, jl_node *parent) {
    jl_node *node = jl_arena_take(&p->load->arena, sizeof *node);
    if (node == NULL)
        return nomem(p);
    node->parent = parent;
    node->at = node->key_at = offset_of(p, p->scanner.at);
    return node;
}

/* Behind its siblings, `last` being the last of them. */
static void append(jl_node *parent, jl_node **last, jl_node *node) {
    node->index = parent->count++;
    if (*last == NULL)
        parent->first = node;
    else
        (*last)->next = node;
    *last = node;
}

static bool set_key(parser *p, jl_node *node, jl_json_string key) {
    size_t len = 0;
    node->key_at = offset_of(p, key.ptr) - 1;
    char *text = unescape(p, key, node->parent, &len);
    if (text == NULL)
        return false;
    if (jl_node_member(node->parent, text) != NULL) {
        jl_config_fail_at(p->load, JSONLOG_E_SYNTAX, node->parent, node->key_at,
                          "the key \"%s\" stands here twice", text);
        return false;
    }
    node->key = text;
    return true;
}

static bool read_scalar(parser *p, jl_node *node) {
    jl_json_value value;
    if (!jl_scan_scalar(&p->scanner, &value)) {
        refuse(p, node->parent);
        return false;
    }
    node->kind = value.kind;
    node->is_integer = value.kind == JL_JSON_NUMBER && value.is_integer;
    if (value.kind == JL_JSON_NUMBER)
        node->text = value.number;
    if (value.kind != JL_JSON_STRING)
        return true;
    char *text = unescape(p, value.string, node, &node->text.len);
    node->text.ptr = text;
    return text != NULL && jl_config_expand(p->load, node);
}

static bool read_value(parser *p, jl_node *node);

static bool read_member(parser *p, jl_node *object, jl_node **last, jl_json_string key) {
    if (object->count == JL_CONFIG_MEMBERS_MAX) {
        jl_config_fail(p->load, JSONLOG_E_LIMIT, object, JL_AT_VALUE, "more than %d keys",
                       JL_CONFIG_MEMBERS_MAX);
        return false;
    }
    jl_node *node = new_node(p, object);
    if (node == NULL || !set_key(p, node, key))
        return false;
    append(object, last, node);
    return read_value(p, node);
}

static bool read_element(parser *p, jl_node *array, jl_node **last) {
    jl_node *node = new_node(p, array);
    if (node == NULL)
        return false;
    append(array, last, node);
    return read_value(p, node);
}

static bool read_container(parser *p, jl_node *node) {
    const bool is_object = *p->scanner.at == '{';
    node->kind = is_object ? JL_JSON_OBJECT : JL_JSON_ARRAY;
    if (p->scanner.depth == JL_CONFIG_DEPTH_MAX)
        p->scanner.fault = JL_SCAN_DEPTH;
    if (p->scanner.fault != JL_SCAN_OK || !jl_scan_open(&p->scanner))
        return refuse(p, node->parent) != NULL;
    jl_node *last = NULL;
    jl_json_string key = {NULL, 0, false};
    for (;;) {
        const jl_scan_next next = is_object ? jl_scan_member(&p->scanner, last == NULL, &key)
                                            : jl_scan_element(&p->scanner, last == NULL);
        if (next == JL_SCAN_BAD)
            return refuse(p, node) != NULL;
        if (next == JL_SCAN_END)
            break;
        if (is_object ? !read_member(p, node, &last, key) : !read_element(p, node, &last))
            return false;
    }
    jl_scan_close(&p->scanner);
    return true;
}

static bool read_value(parser *p, jl_node *node) {
    return jl_scan_is_container(&p->scanner) ? read_container(p, node) : read_scalar(p, node);
}

jl_node *jl_config_parse(jl_config_load *load) {
    const size_t valid = jl_utf8_valid_prefix(load->source);
    if (valid < load->source.len) {
        jl_config_fail_at(load, JSONLOG_E_SYNTAX, NULL, valid, "the text is not UTF-8 here");
        return NULL;
    }
    parser p = {.load = load};
    jl_scan_begin(&p.scanner, load->source);
    jl_node *root = new_node(&p, NULL);
    if (root == NULL || !read_value(&p, root))
        return NULL;
    return jl_scan_finish(&p.scanner) ? root : refuse(&p, NULL);
}

/* ---- looking into it ---- */

jl_node *jl_node_member(const jl_node *object, const char *key) {
    jl_node *node = object == NULL || object->kind != JL_JSON_OBJECT ? NULL : object->first;
    while (node != NULL && strcmp(node->key, key) != 0)
        node = node->next;
    return node;
}

const char *jl_node_kind_name(const jl_node *node) {
    static const char *const names[] = {
        [JL_JSON_OBJECT] = "an object", [JL_JSON_ARRAY] = "an array", [JL_JSON_STRING] = "a string",
        [JL_JSON_NUMBER] = "a number",  [JL_JSON_TRUE] = "true",      [JL_JSON_FALSE] = "false",
        [JL_JSON_NULL] = "null",
    };
    return names[node->kind];
}
