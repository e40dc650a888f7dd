/* From the caller's options to an immutable formatter of its own. */
#include "base/alloc.h"
#include "base/err.h"
#include "format/direct_rules.h"
#include "format/entries.h"
#include "json/escape.h"
#include "record/value_copy.h"

#include <locale.h>

/* ---- copies ---- */

static jl_owned *own_bytes(jl_json_formatter *formatter, size_t size) {
    if (size > SIZE_MAX - sizeof(jl_owned))
        return NULL;
    jl_owned *owned = jl_alloc(sizeof *owned + size);
    if (owned == NULL)
        return NULL;
    owned->next = formatter->owned;
    formatter->owned = owned;
    return owned;
}

const char *jl_json_formatter_own(jl_json_formatter *formatter, jl_text text) {
    jl_owned *owned = text.len == SIZE_MAX ? NULL : own_bytes(formatter, text.len + 1);
    if (owned == NULL)
        return NULL;
    if (text.len > 0)
        memcpy(owned->bytes, text.ptr, text.len);
    owned->bytes[text.len] = '\0';
    return owned->bytes;
}

static void free_formatter(jsonlog_formatter *self) {
    jl_json_formatter *formatter = (jl_json_formatter *)(void *)self;
    while (formatter->owned != NULL) {
        jl_owned *next = formatter->owned->next;
        jl_free(formatter->owned);
        formatter->owned = next;
    }
    if (formatter->asctime.locale != NULL)
        freelocale((locale_t)formatter->asctime.locale);
    jl_free(formatter->excludes);
    jl_free(formatter);
}

static jsonlog_status own_text(jl_json_formatter *formatter, const char *from, jl_text *to,
                               jsonlog_err *err) {
    *to = jl_text_of(from);
    to->ptr = jl_json_formatter_own(formatter, *to);
    return to->ptr == NULL ? jl_err_nomem(err) : JSONLOG_OK;
}

static jsonlog_status own_key(jl_json_formatter *formatter, jl_text from, jl_key *to,
                              jsonlog_err *err) {
    from.ptr = jl_json_formatter_own(formatter, from);
    if (from.ptr == NULL)
        return jl_err_nomem(err);
    *to = jl_key_of(from, formatter->style.escapes);
    return JSONLOG_OK;
}

/* ---- style ---- */

static unsigned escapes_of(const jsonlog_json_options *options) {
    return (options->ascii_only ? JL_ESCAPE_ASCII : 0u) |
           (options->escape_separators ? JL_ESCAPE_SEPARATORS : 0u) |
           (options->invalid_as_hex ? JL_ESCAPE_BYTES : 0u);
}

static void set_style(jl_json_formatter *formatter, const jsonlog_json_options *options) {
    formatter->style = (jl_json_style){
        .escapes = escapes_of(options),
        .is_spaced = options->spaced,
        .indent = options->indent,
        .time_style = options->time_style,
        .precision = options->timestamp_precision,
        .nonfinite = options->nonfinite,
        .bytes_style = options->bytes_style,
        .has_cause_arrays = options->causes_as_array,
        .omits_empty = options->omit_empty,
        .depth_max = options->depth_max == 0 ? JL_DEPTH_MAX : options->depth_max,
        .value_fn = options->value_fn,
        .value_context = options->value_context,
        .replace = options->value_fn == NULL ? NULL : jl_write_replaced,
    };
    formatter->keeps_missing = options->rename_keeps_missing;
    formatter->skips_underscored = options->skip_underscored;
    formatter->dots = options->expand_dots ? &jl_dots_are_paths : NULL;
    formatter->collision = options->collision;
    formatter->process = options->process;
    formatter->process_context = options->process_context;
}

/* ---- renames and other keys ---- */

static jsonlog_status refuse_rename(jsonlog_err *err, const char *why, const char *key) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s: \"%.64s\"", why, key);
}

static jsonlog_status add_rename(jl_json_formatter *formatter, const jsonlog_rename *rename,
                                 jsonlog_err *err) {
    if (rename->from == NULL || rename->to == NULL)
        return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "A rename without its name");
    jl_rename *added = &formatter->renames[formatter->rename_count];
    jsonlog_status status = own_key(formatter, jl_text_of(rename->from), &added->from, err);
    if (status == JSONLOG_OK)
        status = own_key(formatter, jl_text_of(rename->to), &added->to, err);
    if (status != JSONLOG_OK)
        return status;
    for (size_t i = 0; i < formatter->rename_count; i++) {
        const jl_rename *other = &formatter->renames[i];
        if (jl_key_same(&other->from, &added->from, formatter->style.escapes))
            return refuse_rename(err, "Two renames of one key", rename->from);
        if (jl_key_same(&other->to, &added->to, formatter->style.escapes))
            return refuse_rename(err, "Two renames to one key", rename->to);
    }
    formatter->rename_count++;
    return JSONLOG_OK;
}

static jsonlog_status copy_renames(jl_json_formatter *formatter,
                                   const jsonlog_json_options *options, jsonlog_err *err) {
    if (options->rename_count > JL_RENAMES_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET, "More than %d renames",
                          JL_RENAMES_MAX);
    for (size_t i = 0; i < options->rename_count; i++) {
        jsonlog_status status = add_rename(formatter, &options->rename[i], err);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

static jl_key key_of_ours(const jl_json_formatter *formatter, jl_text name) {
    unsigned rename;
    return jl_json_formatter_rename(formatter, jl_key_of(name, formatter->style.escapes), &rename);
}

static void set_own_keys(jl_json_formatter *formatter) {
    formatter->suppressed_key = key_of_ours(formatter, JL_TEXT("suppressed"));
    formatter->truncated_key = key_of_ours(formatter, JL_TEXT("_truncated"));
    formatter->dropped_key = key_of_ours(formatter, JL_TEXT("_dropped"));
}

static jsonlog_status copy_excludes(jl_json_formatter *formatter,
                                    const jsonlog_json_options *options, jsonlog_err *err) {
    if (options->exclude_count == 0)
        return JSONLOG_OK;
    formatter->excludes = jl_calloc(options->exclude_count, sizeof *formatter->excludes);
    if (formatter->excludes == NULL)
        return jl_err_nomem(err);
    for (size_t i = 0; i < options->exclude_count; i++) {
        jl_text name = jl_text_of(options->exclude[i]);
        jsonlog_status status = own_key(formatter, name, &formatter->excludes[i], err);
        if (status != JSONLOG_OK)
            return status;
    }
    formatter->exclude_count = options->exclude_count;
    return JSONLOG_OK;
}

/* ---- defaults and static fields ---- */

/* A deep copy in two passes, as value_copy.h wants it: the first only measures. */
static jsonlog_status copy_value(jl_json_formatter *formatter, const jsonlog_value *from,
                                 jsonlog_value *to, jsonlog_err *err) {
    jl_copy copy = {.start = NULL};
    *to = jl_copy_value(&copy, from, 0);
    jl_owned *owned = copy.is_too_large ? NULL : own_bytes(formatter, copy.used);
    if (owned == NULL)
        return jl_err_nomem(err);
    copy = (jl_copy){.start = owned->bytes};
    *to = jl_copy_value(&copy, from, 0);
    return JSONLOG_OK;
}

static jsonlog_status copy_fixed(jl_json_formatter *formatter, const jsonlog_field *from,
                                 size_t count, jl_fixed *to, jsonlog_err *err) {
    if (count > JL_FIXED_MAX)
        return jl_err_set(err, JSONLOG_E_LIMIT, JSONLOG_NO_OFFSET,
                          "More than %d static or default fields", JL_FIXED_MAX);
    for (size_t i = 0; i < count; i++) {
        to[i].key = jl_field_key(&from[i]);
        to[i].key.ptr = jl_json_formatter_own(formatter, to[i].key);
        if (to[i].key.ptr == NULL)
            return jl_err_nomem(err);
        jsonlog_status status = copy_value(formatter, &from[i].value, &to[i].value, err);
        if (status != JSONLOG_OK)
            return status;
    }
    return JSONLOG_OK;
}

/* ---- the rest ---- */

static jsonlog_status copy_texts(jl_json_formatter *formatter, const jsonlog_json_options *options,
                                 jsonlog_err *err) {
    const char *terminator = options->terminator == NULL ? "\n" : options->terminator;
    jsonlog_status status = own_text(formatter, options->prefix, &formatter->prefix, err);
    if (status == JSONLOG_OK)
        status = own_text(formatter, terminator, &formatter->terminator, err);
    if (status != JSONLOG_OK || options->asctime_format == NULL)
        return status;
    jl_text format;
    status = own_text(formatter, options->asctime_format, &format, err);
    formatter->asctime.format = format.ptr;
    formatter->asctime.locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return formatter->asctime.locale == NULL ? jl_err_nomem(err) : status;
}

/* A column under the same key becomes the time, where it stands. */
static jsonlog_status set_timestamp_key(jl_json_formatter *formatter, const char *name,
                                        jsonlog_err *err) {
    if (name == NULL)
        return JSONLOG_OK;
    jl_key key;
    jsonlog_status status = own_key(formatter, jl_text_of(name), &key, err);
    if (status != JSONLOG_OK)
        return status;
    unsigned rename;
    key = jl_json_formatter_rename(formatter, key, &rename);
    for (size_t i = 0; i < formatter->column_count; i++) {
        jl_column *column = &formatter->columns[i];
        if (!jl_key_same(&column->key, &key, formatter->style.escapes))
            continue;
        /* The time comes last, so where the last one wins it wins over a field, too. */
        if (formatter->collision == JSONLOG_COLLISION_LAST_WINS)
            break;
        column->attribute = JL_ATTRIBUTE_TIMESTAMP;
        column->when = JL_WHEN_ALWAYS;
        return JSONLOG_OK;
    }
    formatter->has_timestamp_key = true;
    formatter->timestamp_key = key;
    return JSONLOG_OK;
}

static jsonlog_status invalid(jsonlog_err *err, const char *why) {
    return jl_err_set(err, JSONLOG_E_INVALID, JSONLOG_NO_OFFSET, "%s", why);
}

static bool lacks_list(const void *list, size_t count) {
    return list == NULL && count > 0;
}

static jsonlog_status check_options(const jsonlog_json_options *options, jsonlog_err *err) {
    if (options->size != sizeof *options)
        return invalid(err, "The options are not of this version of the library");
    if (options->format != NULL && options->names != NULL)
        return invalid(err, "Either `format` or `names`, not both");
    if (options->line_max != 0 && options->line_max < JL_LINE_MAX_LEAST)
        return invalid(err, "line_max is below 64");
    if (options->depth_max > JL_DEPTH_MAX)
        return invalid(err, "depth_max is above 64");
    if (options->indent > 16)
        return invalid(err, "indent is above 16");
    if (lacks_list(options->names, options->name_count) ||
        lacks_list(options->rename, options->rename_count) ||
        lacks_list(options->static_fields, options->static_count) ||
        lacks_list(options->defaults, options->default_count) ||
        lacks_list(options->exclude, options->exclude_count))
        return invalid(err, "A list is missing whose count is not 0");
    bool is_known = (unsigned)options->time_style <= JSONLOG_TIME_EPOCH_SECONDS &&
                    (unsigned)options->timestamp_precision <= JSONLOG_PRECISION_PYTHON &&
                    (unsigned)options->collision <= JSONLOG_COLLISION_FIRST_WINS &&
                    (unsigned)options->nonfinite <= JSONLOG_NONFINITE_STRING &&
                    (unsigned)options->bytes_style <= JSONLOG_BYTES_HEX;
    return is_known ? JSONLOG_OK : invalid(err, "An option has a value that does not exist");
}

static jsonlog_status check_room(const jl_json_formatter *formatter, jsonlog_err *err) {
    size_t least = jl_json_formatter_least_line(formatter);
    if (least == SIZE_MAX)
        return jl_err_nomem(err);
    return least <= formatter->base.line_max
               ? JSONLOG_OK
               : invalid(err, "line_max leaves no room beside prefix and terminator");
}

/* The order matters: keys are compared by the style, and renamed before the layout is laid out. */
static jsonlog_status fill(jl_json_formatter *formatter, const jsonlog_json_options *options,
                           jsonlog_err *err) {
    set_style(formatter, options);
    jsonlog_status status = copy_renames(formatter, options, err);
    if (status == JSONLOG_OK)
        status = jl_layout_build(formatter, options, err);
    if (status == JSONLOG_OK)
        status = set_timestamp_key(formatter, options->timestamp_key, err);
    if (status == JSONLOG_OK)
        status = copy_excludes(formatter, options, err);
    if (status == JSONLOG_OK)
        status = copy_fixed(formatter, options->defaults, options->default_count,
                            formatter->defaults, err);
    if (status == JSONLOG_OK)
        status = copy_fixed(formatter, options->static_fields, options->static_count,
                            formatter->statics, err);
    if (status == JSONLOG_OK)
        status = copy_texts(formatter, options, err);
    if (status != JSONLOG_OK)
        return status;
    formatter->default_count = options->default_count;
    formatter->static_count = options->static_count;
    set_own_keys(formatter);
    jl_direct_prepare(formatter);
    return check_room(formatter, err);
}

jsonlog_formatter *jsonlog_json_formatter_new(const jsonlog_json_options *options,
                                              jsonlog_err *err) {
    const jsonlog_json_options defaults = JSONLOG_JSON_OPTIONS_INIT;
    if (options == NULL)
        options = &defaults;
    if (check_options(options, err) != JSONLOG_OK)
        return NULL;
    jl_json_formatter *formatter = jl_calloc(1, sizeof *formatter);
    if (formatter == NULL) {
        jl_err_nomem(err);
        return NULL;
    }
    jl_formatter_init(&formatter->base, options->line_max, jl_json_formatter_format,
                      free_formatter);
    if (fill(formatter, options, err) == JSONLOG_OK)
        return &formatter->base;
    free_formatter(&formatter->base);
    return NULL;
}
