/* Which attributes a formatter writes, in which order, under which keys. */
#include "base/err.h"
#include "base/hash.h"
#include "format/json_formatter.h"

/* Names on their way into a formatter; the first failure counts. */
typedef struct name_list {
    jl_json_formatter *formatter;
    jsonlog_status status;
    size_t count;
} name_list;

static bool has_column(const jl_json_formatter *formatter, jl_text name) {
    unsigned rename;
    jl_key plain = jl_key_of(name, formatter->style.escapes);
    jl_key key = jl_json_formatter_rename(formatter, plain, &rename);
    jl_attribute attribute = jl_attribute_find(name);
    for (size_t i = 0; i < formatter->column_count; i++) {
        const jl_column *column = &formatter->columns[i];
        if (column->attribute == attribute && column->rename == rename &&
            jl_key_same(&column->key, &key, formatter->style.escapes))
            return true;
    }
    return false;
}

static void add_name(void *context, const char *name, size_t len) {
    name_list *list = context;
    jl_json_formatter *formatter = list->formatter;
    jl_text text = {name, len};
    if (list->status != JSONLOG_OK || has_column(formatter, text))
        return;
    if (formatter->column_count == JL_NAMES_MAX) {
        list->status = JSONLOG_E_LIMIT;
        return;
    }
    text.ptr = jl_json_formatter_own(formatter, text);
    if (text.ptr == NULL) {
        list->status = JSONLOG_E_NOMEM;
        return;
    }
    jl_attribute attribute = jl_attribute_find(text);
    jl_column_add(formatter, text, attribute,
                  attribute == JL_ATTRIBUTE_ERROR_MESSAGE ? JL_WHEN_FROM_ERROR : JL_WHEN_ALWAYS);
}

/* With both names in a layout the text stands under one of them, by level. */
static void share_message(jl_json_formatter *formatter) {
    jl_column *message = NULL;
    bool has_error_message = false;
    for (size_t i = 0; i < formatter->column_count; i++) {
        jl_attribute attribute = formatter->columns[i].attribute;
        has_error_message |= attribute == JL_ATTRIBUTE_ERROR_MESSAGE;
        if (attribute == JL_ATTRIBUTE_MESSAGE)
            message = &formatter->columns[i];
    }
    if (message != NULL && has_error_message)
        message->when = JL_WHEN_BELOW_ERROR;
}

static jsonlog_status choose_columns(jl_json_formatter *formatter,
                                     const jsonlog_json_options *options, jsonlog_err *err) {
    name_list list = {.formatter = formatter, .status = JSONLOG_OK};
    jsonlog_status status = JSONLOG_OK;
    if (options->format != NULL)
        status = jl_format_string_parse(options, add_name, &list, err);
    for (size_t i = 0; options->format == NULL && i < options->name_count; i++) {
        jl_text name = jl_text_of(options->names[i]);
        if (name.len > 0)
            add_name(&list, name.ptr, name.len);
    }
    if (status != JSONLOG_OK)
        return status;
    if (list.status == JSONLOG_E_NOMEM)
        return jl_err_nomem(err);
    if (list.status != JSONLOG_OK)
        return jl_err_set(err, list.status, JSONLOG_NO_OFFSET, "More than %d field names",
                          JL_NAMES_MAX);
    if (formatter->column_count == 0)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                          "The format names no field; a field is written as %%(message)s, "
                          "{message}, $message, or message for the styles %% { $ ,");
    share_message(formatter);
    return JSONLOG_OK;
}

/* What with_source and with_thread add, unless the layout names it already. */
static void add_extra(jl_json_formatter *formatter, jl_text name) {
    if (!has_column(formatter, name))
        jl_column_add(formatter, name, jl_attribute_find(name), JL_WHEN_PRESENT);
}

static bool exclude_each_other(const jl_column *a, const jl_column *b) {
    return a->when != b->when && a->when != JL_WHEN_ALWAYS && b->when != JL_WHEN_ALWAYS &&
           a->when != JL_WHEN_PRESENT && b->when != JL_WHEN_PRESENT;
}

/* Two attributes under one key would lose one of them in every line, so that is found here. */
static jsonlog_status check_distinct(const jl_json_formatter *formatter, jsonlog_err *err) {
    for (size_t i = 0; i < formatter->column_count; i++) {
        for (size_t j = i + 1; j < formatter->column_count; j++) {
            const jl_column *a = &formatter->columns[i];
            const jl_column *b = &formatter->columns[j];
            if (exclude_each_other(a, b) ||
                !jl_key_same(&a->key, &b->key, formatter->style.escapes))
                continue;
            return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET,
                              "Two attributes would be written as \"%.*s\"",
                              (int)(b->key.text.len < 64 ? b->key.text.len : 64), b->key.text.ptr);
        }
    }
    return JSONLOG_OK;
}

jsonlog_status jl_layout_build(jl_json_formatter *formatter, const jsonlog_json_options *options,
                               jsonlog_err *err) {
    bool has_layout = options->format != NULL || options->names != NULL;
    jsonlog_status status = JSONLOG_OK;
    if (has_layout)
        status = choose_columns(formatter, options, err);
    else
        jl_columns_add_default(formatter, options->message_always);
    if (status != JSONLOG_OK)
        return status;
    if (options->with_source) {
        add_extra(formatter, JL_TEXT("file"));
        add_extra(formatter, JL_TEXT("line"));
        add_extra(formatter, JL_TEXT("function"));
    }
    if (options->with_thread)
        add_extra(formatter, JL_TEXT("thread"));
    return check_distinct(formatter, err);
}
