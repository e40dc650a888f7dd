/* The names in a format text, style by style:
 *
 *     '%'  %(name)s      flags, width and conversion are skipped, as is all other text
 *     '{'  {name}        {name:>8} and {name!r} too; {{ and }} are text
 *     '$'  ${name}       $name too; $$ is text
 *     ','  name, name    blanks round a name do not count, empty items are skipped
 */
#include "base/err.h"
#include "format/json_formatter.h"

typedef struct name_sink {
    void (*add)(void *list, const char *name, size_t len);
    void *list;
    jsonlog_err *err;
} name_sink;

static jsonlog_status unclosed(const name_sink *sink, size_t offset) {
    return jl_err_set(sink->err, JSONLOG_E_SYNTAX, offset,
                      "Field name without its closing bracket");
}

static jsonlog_status unnamed(const name_sink *sink, size_t offset) {
    return jl_err_set(sink->err, JSONLOG_E_SYNTAX, offset, "Field name expected");
}

/* The name from `at` to the first of `ends`, whose last character closes the brackets. `at` moves
 * behind it. */
static jsonlog_status bracketed(const name_sink *sink, const char *format, size_t *at,
                                const char *ends) {
    size_t start = *at;
    size_t len = strcspn(format + start, ends);
    char closing = ends[strlen(ends) - 1];
    const char *end = strchr(format + start, closing);
    if (end == NULL)
        return unclosed(sink, start);
    if (len == 0)
        return unnamed(sink, start);
    sink->add(sink->list, format + start, len);
    *at = (size_t)(end - format) + 1;
    return JSONLOG_OK;
}

static jsonlog_status parse_percent(const char *format, const name_sink *sink) {
    for (size_t at = 0; format[at] != '\0';) {
        if (format[at] != '%' || format[at + 1] != '(') {
            at++;
            continue;
        }
        at += 2;
        jsonlog_status status = bracketed(sink, format, &at, ")");
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

static jsonlog_status parse_braces(const char *format, const name_sink *sink) {
    for (size_t at = 0; format[at] != '\0';) {
        bool is_text = format[at] != '{' || format[at + 1] == '{';
        if (is_text) {
            at += format[at] == '{' ? 2 : 1;
            continue;
        }
        at++;
        jsonlog_status status = bracketed(sink, format, &at, ":!}");
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static jsonlog_status bare_name(const name_sink *sink, const char *format, size_t *at) {
    size_t start = *at;
    while (is_name_char(format[*at]))
        (*at)++;
    if (*at == start)
        return unnamed(sink, start);
    sink->add(sink->list, format + start, *at - start);
    return JSONLOG_OK;
}

static jsonlog_status parse_dollars(const char *format, const name_sink *sink) {
    for (size_t at = 0; format[at] != '\0';) {
        if (format[at++] != '$')
            continue;
        if (format[at] == '$') {
            at++;
            continue;
        }
        bool has_brace = format[at] == '{';
        at += has_brace ? 1 : 0;
        jsonlog_status status =
            has_brace ? bracketed(sink, format, &at, "}") : bare_name(sink, format, &at);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

static void parse_commas(const char *format, const name_sink *sink) {
    for (const char *at = format;; at++) {
        at += strspn(at, " \t");
        size_t len = strcspn(at, ",");
        const char *end = at + len;
        while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
            len--;
        if (len > 0)
            sink->add(sink->list, at, len);
        at = end;
        if (*at == '\0')
            return;
    }
}

static jsonlog_status parse_custom(const jsonlog_json_options *options, const name_sink *sink) {
    if (options->parse == NULL)
        return jl_err_set(sink->err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "Unknown style '%c': it is one of %% { $ , or comes with `parse`",
                          options->style);
    if (!options->parse(options->format, sink->add, sink->list, options->parse_context))
        return jl_err_set(sink->err, JSONLOG_E_SYNTAX, JSONLOG_NO_OFFSET,
                          "The format was refused by `parse`");
    return JSONLOG_OK;
}

jsonlog_status jl_format_string_parse(const jsonlog_json_options *options,
                                      void (*add)(void *list, const char *name, size_t len),
                                      void *list, jsonlog_err *err) {
    const name_sink sink = {add, list, err};
    if (options->parse != NULL)
        return parse_custom(options, &sink);
    switch (options->style) {
    case '\0':
    case '%': return parse_percent(options->format, &sink);
    case '{': return parse_braces(options->format, &sink);
    case '$': return parse_dollars(options->format, &sink);
    case ',': parse_commas(options->format, &sink); return JSONLOG_OK;
    default: return parse_custom(options, &sink);
    }
}
