#include "base/buffer.h"
#include "base/utf8.h"
#include "logger/config_document.h"

#include <stdlib.h>

/*
 * text     = { "$${" | variable | any character that does not begin "${" }
 * variable = "${" name [ ":-" { any character but "{" and "}" } ] "}"
 * name     = ( letter | "_" ) { letter | digit | "_" }
 *
 * "$${" means "${". Nothing nests: what a variable holds is taken as it is.
 */

/* A value is a word or a path, not a book; and a variable may be repeated in it. */
#define EXPANDED_MAX ((size_t)1 << 20)

typedef struct expansion {
    jl_config_load *load;
    jl_node *node;
    jl_buffer out;
} expansion;

static bool is_name_byte(char c, bool is_first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!is_first && c >= '0' && c <= '9');
}

static const char *name_end(const char *at) {
    const char *start = at;
    while (is_name_byte(*at, at == start))
        at++;
    return at;
}

static const char *refuse(const expansion *e, const char *reason) {
    jl_config_fail(e->load, JSONLOG_E_INVALID, e->node, JL_AT_VALUE, "%s", reason);
    return NULL;
}

static bool append_variable(expansion *e, jl_text name, jl_text fallback, bool has_fallback) {
    const char *copy = jl_arena_text(&e->load->arena, name);
    if (copy == NULL)
        return jl_config_nomem(e->load) == JSONLOG_OK;
    const jl_text value = jl_text_of(getenv(copy));
    if (value.ptr == NULL && !has_fallback) {
        jl_config_fail(e->load, JSONLOG_E_INVALID, e->node, JL_AT_VALUE,
                       "the environment variable %s does not exist; ${%s:-text} gives it a default",
                       copy, copy);
        return false;
    }
    if (jl_utf8_valid_prefix(value) < value.len) {
        jl_config_fail(e->load, JSONLOG_E_INVALID, e->node, JL_AT_VALUE,
                       "the environment variable %s is not UTF-8", copy);
        return false;
    }
    jl_buffer_append_text(&e->out, has_fallback && value.len == 0 ? fallback : value);
    return true;
}

/* `at` is behind "${". @return behind "}", NULL for a mistake. */
static const char *read_variable(expansion *e, const char *at) {
    const jl_text name = {at, (size_t)(name_end(at) - at)};
    if (name.len == 0)
        return refuse(e, "after \"${\" the name of an environment variable is expected (\"$${\" "
                         "means \"${\" itself)");
    at += name.len;
    const bool has_fallback = strncmp(at, ":-", 2) == 0;
    at += has_fallback ? 2 : 0;
    const jl_text fallback = {at, has_fallback ? strcspn(at, "{}") : 0};
    at += fallback.len;
    if (*at != '}')
        return refuse(e, "a \"${\" is not closed as ${NAME} or ${NAME:-text}");
    return append_variable(e, name, fallback, has_fallback) ? at + 1 : NULL;
}

static bool expand(expansion *e) {
    for (const char *at = e->node->text.ptr; *at != '\0';) {
        if (strncmp(at, "$${", 3) == 0) {
            jl_buffer_append(&e->out, "${", 2);
            at += 3;
        } else if (strncmp(at, "${", 2) == 0) {
            at = read_variable(e, at + 2);
            if (at == NULL)
                return false;
            e->node->is_expanded = true;
        } else {
            jl_buffer_append_char(&e->out, *at++);
        }
    }
    return true;
}

static bool take_result(const expansion *e) {
    if (e->out.status == JSONLOG_E_LIMIT) {
        refuse(e, "the value becomes longer than a megabyte");
        return false;
    }
    char *text = e->out.status == JSONLOG_OK
                     ? jl_arena_text(&e->load->arena, jl_buffer_view(&e->out))
                     : NULL;
    if (text == NULL) {
        jl_config_nomem(e->load);
        return false;
    }
    e->node->text = (jl_text){text, e->out.len};
    return true;
}

bool jl_config_expand(jl_config_load *load, jl_node *string) {
    if (strstr(string->text.ptr, "${") == NULL)
        return true;
    expansion e = {.load = load, .node = string};
    jl_buffer_init(&e.out, NULL, 0, EXPANDED_MAX);
    const bool is_good = expand(&e) && take_result(&e);
    jl_buffer_done(&e.out);
    return is_good;
}
